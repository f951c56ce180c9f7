"""What became of a file, a line or a record row: outcomes, reason codes and what to do about each (formats.md)."""

from enum import StrEnum

from partner_program.domain.model import Document
from partner_program.values.errors import ProgramError


class Outcome(StrEnum):
    """Exactly one per line."""

    POSTED = "posted"
    DUPLICATE = "duplicate"
    HELD = "held"
    REJECTED = "rejected"


class ReasonCode(StrEnum):
    """Why a file was refused, or a line rejected, held or left as a duplicate. Documented in docs/reason-codes.md."""

    # The file as a whole is refused
    KEY_NOT_ALLOWED = "KEY_NOT_ALLOWED"
    FOREIGN_BUCKET = "FOREIGN_BUCKET"
    NO_VERSION = "NO_VERSION"
    MISSING = "MISSING"
    TOO_LARGE = "TOO_LARGE"
    EMPTY = "EMPTY"
    NOT_A_CSV = "NOT_A_CSV"
    WRONG_ENCODING = "WRONG_ENCODING"
    BAD_GZIP = "BAD_GZIP"
    GZIP_RATIO = "GZIP_RATIO"
    LINE_TOO_LONG = "LINE_TOO_LONG"
    UNCLOSED_QUOTE = "UNCLOSED_QUOTE"
    WRONG_DELIMITER = "WRONG_DELIMITER"
    MISSING_COLUMN = "MISSING_COLUMN"
    DUPLICATE_COLUMN = "DUPLICATE_COLUMN"
    TOO_MANY_LINES = "TOO_MANY_LINES"
    REPORT_MISMATCH = "REPORT_MISMATCH"
    DISTRIBUTOR_MISMATCH = "DISTRIBUTOR_MISMATCH"
    UNKNOWN_KIND = "UNKNOWN_KIND"
    # A line or row is rejected
    COLUMN_COUNT = "COLUMN_COUNT"
    FIELD_TOO_LONG = "FIELD_TOO_LONG"
    CONTROL_CHARACTER = "CONTROL_CHARACTER"
    MISSING_VALUE = "MISSING_VALUE"
    UNEXPECTED_VALUE = "UNEXPECTED_VALUE"
    INVALID_ID = "INVALID_ID"
    INVALID_DATE = "INVALID_DATE"
    INVALID_NUMBER = "INVALID_NUMBER"
    INVALID_COUNTRY = "INVALID_COUNTRY"
    INVALID_CURRENCY = "INVALID_CURRENCY"
    INVALID_CHOICE = "INVALID_CHOICE"
    INVALID_TEXT = "INVALID_TEXT"
    FUTURE_DATE = "FUTURE_DATE"
    ZERO_QUANTITY = "ZERO_QUANTITY"
    SIGN_MISMATCH = "SIGN_MISMATCH"
    TOO_MANY_DECIMALS = "TOO_MANY_DECIMALS"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    REPEATED_LINE = "REPEATED_LINE"
    # A line or row is held until its cause is mended
    UNKNOWN_DISTRIBUTOR = "UNKNOWN_DISTRIBUTOR"
    UNKNOWN_SITE = "UNKNOWN_SITE"
    SITE_NOT_OPEN = "SITE_NOT_OPEN"
    SITE_IN_OTHER_COUNTRY = "SITE_IN_OTHER_COUNTRY"
    COUNTRY_NOT_IN_PROGRAM = "COUNTRY_NOT_IN_PROGRAM"
    NO_RULES_IN_FORCE = "NO_RULES_IN_FORCE"
    OTHER_CURRENCY = "OTHER_CURRENCY"
    UNKNOWN_SKU = "UNKNOWN_SKU"
    CATEGORY_MISMATCH = "CATEGORY_MISMATCH"
    LINE_CHANGED = "LINE_CHANGED"
    UNKNOWN_PARTNER = "UNKNOWN_PARTNER"
    UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"
    UNKNOWN_PERSON = "UNKNOWN_PERSON"
    MCIE_WITHOUT_MCIT = "MCIE_WITHOUT_MCIT"
    # A duplicate
    ALREADY_COUNTED = "ALREADY_COUNTED"
    REPEATED_IN_FILE = "REPEATED_IN_FILE"
    UNCHANGED = "UNCHANGED"
    OLDER_THAN_RECORDED = "OLDER_THAN_RECORDED"


HELD_CODES = frozenset(
    {
        ReasonCode.UNKNOWN_DISTRIBUTOR,
        ReasonCode.UNKNOWN_SITE,
        ReasonCode.SITE_NOT_OPEN,
        ReasonCode.SITE_IN_OTHER_COUNTRY,
        ReasonCode.COUNTRY_NOT_IN_PROGRAM,
        ReasonCode.NO_RULES_IN_FORCE,
        ReasonCode.OTHER_CURRENCY,
        ReasonCode.UNKNOWN_SKU,
        ReasonCode.CATEGORY_MISMATCH,
        ReasonCode.LINE_CHANGED,
        ReasonCode.UNKNOWN_PARTNER,
        ReasonCode.UNKNOWN_ACCOUNT,
        ReasonCode.UNKNOWN_PERSON,
        ReasonCode.MCIE_WITHOUT_MCIT,
    }
)
"""Why a line or row is held."""
DUPLICATE_CODES = frozenset(
    {
        ReasonCode.ALREADY_COUNTED,
        ReasonCode.REPEATED_IN_FILE,
        ReasonCode.UNCHANGED,
        ReasonCode.OLDER_THAN_RECORDED,
    }
)
"""Why a line or row is left as a duplicate; every other code of a line rejects it."""


class Flag(StrEnum):
    """A line that counts, with something for the channel manager to look at."""

    PRICE_DEVIATION = "price_deviation"
    WRONG_TIER_DISCOUNT = "wrong_tier_discount"
    CLOSED_QUARTER = "closed_quarter"
    CLOSED_YEAR = "closed_year"


class Rejection(Document):
    """A mistake in user data, as a value: what is wrong, where. `what_to_do(code)` says what to do.

    `line` is the physical line in the file on which the row starts (the header is line 1).
    """

    code: ReasonCode
    message: str
    line: int | None = None
    column: str | None = None


class FileRefused(ProgramError):
    """A file that cannot be trusted as a whole: nothing of it counts."""

    def __init__(self, code: ReasonCode, message: str, *, line: int | None = None, column: str | None = None) -> None:
        super().__init__(message)
        self.rejection = Rejection(code=code, message=message, line=line, column=column)
