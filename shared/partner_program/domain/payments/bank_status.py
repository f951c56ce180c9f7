"""What a bank says became of payments, read from whatever file: rows, rows that cannot be read, files refused whole."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from partner_program.domain.model import Document
from partner_program.values.errors import ProgramError
from partner_program.values.money import ExactNumber

MOST_ROWS = 20_000
"""Statuses of one file; a batch has 150 payments."""
MOST_BYTES = 10 * 1024 * 1024


class Block(StrEnum):
    """Part of a payment file: all of its payments, or in euro those by SEPA and the others."""

    ALL = "ALL"
    SEPA = "SEPA"
    OTHER = "OTHER"


def block_id(batch_id: str, block: Block) -> str:
    """How a part is called towards the bank (PmtInfId), which may answer for all of it at once."""
    return f"{batch_id}-{block}"


class Answer(StrEnum):
    """`PAID` is final but for a return; `PENDING` says that the bank has the payment and nothing more."""

    PAID = "paid"
    REJECTED = "rejected"
    RETURNED = "returned"
    PENDING = "pending"


class StatusCode(StrEnum):
    """Why a file or a row of it was refused; documented in docs/payments.md."""

    # The file as a whole is refused
    KEY_NOT_ALLOWED = "KEY_NOT_ALLOWED"
    FOREIGN_BUCKET = "FOREIGN_BUCKET"
    NO_VERSION = "NO_VERSION"
    MISSING = "MISSING"
    TOO_LARGE = "TOO_LARGE"
    TOO_MANY_ROWS = "TOO_MANY_ROWS"
    EMPTY = "EMPTY"
    WRONG_ENCODING = "WRONG_ENCODING"
    NOT_XML = "NOT_XML"
    XML_DOCTYPE = "XML_DOCTYPE"
    XML_TOO_DEEP = "XML_TOO_DEEP"
    UNKNOWN_MESSAGE = "UNKNOWN_MESSAGE"
    NOT_A_CSV = "NOT_A_CSV"
    MISSING_COLUMN = "MISSING_COLUMN"
    # A row cannot be read
    MALFORMED_ROW = "MALFORMED_ROW"
    MISSING_ID = "MISSING_ID"
    UNKNOWN_STATUS = "UNKNOWN_STATUS"
    INVALID_DATE = "INVALID_DATE"
    INVALID_AMOUNT = "INVALID_AMOUNT"
    # A row cannot be booked
    UNKNOWN_BATCH = "UNKNOWN_BATCH"
    NOT_RELEASED = "NOT_RELEASED"
    NOT_IN_BATCH = "NOT_IN_BATCH"
    PART_UNCLEAR = "PART_UNCLEAR"
    OTHER_AMOUNT = "OTHER_AMOUNT"
    DATE_OUT_OF_RANGE = "DATE_OUT_OF_RANGE"
    CONTRADICTS_LEDGER = "CONTRADICTS_LEDGER"


_WHAT_TO_DO = {
    StatusCode.KEY_NOT_ALLOWED: "Upload under bank-status/<name>.xml or .csv; a name is 1 to 64 of A-Z a-z 0-9 . _ -",
    StatusCode.FOREIGN_BUCKET: "The operator finds out who sends events of another bucket.",
    StatusCode.NO_VERSION: "The operator turns versioning of the uploads bucket on; then upload the file again.",
    StatusCode.MISSING: "The file was gone before it was read: upload it again.",
    StatusCode.TOO_LARGE: "Ask the bank for a report per payment file, or split the CSV.",
    StatusCode.TOO_MANY_ROWS: "Ask the bank for a report per payment file, or split the CSV.",
    StatusCode.EMPTY: "Upload the file again as the bank has sent it: this one has no content.",
    StatusCode.WRONG_ENCODING: "Save the file as UTF-8; the message names the first byte that is not.",
    StatusCode.NOT_XML: "Upload the file as the bank has sent it, a pain.002 in XML; a table belongs under .csv.",
    StatusCode.XML_DOCTYPE: "Find out who made the file: no bank sends a document type or entities. Do not edit it.",
    StatusCode.XML_TOO_DEEP: "Find out who made the file: no pain.002 is nested like this.",
    StatusCode.UNKNOWN_MESSAGE: "Ask the bank for pain.002.001.03 or pain.002.001.10, or write the CSV.",
    StatusCode.NOT_A_CSV: "Save as comma separated text with a header row and matching quotes.",
    StatusCode.MISSING_COLUMN: "Add the column under exactly the name in the message.",
    StatusCode.MALFORMED_ROW: "Correct the row as the message says and upload the file again.",
    StatusCode.MISSING_ID: "Ask the bank for the references of the payment, or write a CSV row with both.",
    StatusCode.UNKNOWN_STATUS: "Ask the bank what became of the payment; write a CSV row with one of our words.",
    StatusCode.INVALID_DATE: "Write the date as YYYY-MM-DD, and check that the day exists.",
    StatusCode.INVALID_AMOUNT: "Write the amount in digits with a point, with its currency, or leave both empty.",
    StatusCode.UNKNOWN_BATCH: "Check the batch id: it is the message id of our payment file.",
    StatusCode.NOT_RELEASED: "Ask the bank at once how it comes to answer: this batch was never sent to it.",
    StatusCode.NOT_IN_BATCH: "Check the end-to-end id against the batch's payments.csv.",
    StatusCode.PART_UNCLEAR: "Write a CSV row for each payment concerned, with the references of payments.csv.",
    StatusCode.OTHER_AMOUNT: "Ask the bank what it has paid: nothing is booked until it is what the batch says.",
    StatusCode.DATE_OUT_OF_RANGE: "Check the day with the bank; if it is still to come, upload the file again then.",
    StatusCode.CONTRADICTS_LEDGER: "Ask the bank which is true; then lift the hold or cancel the payout, "
    "or have the bank stop one that is on its way.",
}


def what_to_do(code: StatusCode) -> str:
    """What whoever uploads should do, in a sentence."""
    return _WHAT_TO_DO[code]


class StatusFileRefused(ProgramError):
    """A file that cannot be trusted as a whole: nothing of it is booked."""

    def __init__(self, code: StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class StatusRow(Document):
    """One answer of the bank. `position`: the line of a CSV, or the number of the status within an XML file.

    Without `end_to_end_id` it is for every payment of the batch, or of `part` (a PmtInfId); `payments` and `amount` are
    then how many those are and their sum. `reason` is a code of the bank's, `booked_on` its day, where it names one.
    """

    position: int
    batch_id: str
    end_to_end_id: str | None
    answer: Answer
    part: str | None = None
    payments: int | None = None
    booked_on: date | None = None
    reason: str = ""
    amount: ExactNumber | None = None
    currency: str | None = None


class BadStatusRow(Document):
    """A row that says nothing that can be booked. The other rows count."""

    position: int
    code: StatusCode
    message: str


class BankStatusReport(Document):
    """A file as read. `source` names it: its key, and which version of it."""

    source: str = ""
    rows: tuple[StatusRow, ...] = ()
    bad_rows: tuple[BadStatusRow, ...] = ()


def report_of(found: Sequence[StatusRow | BadStatusRow]) -> BankStatusReport:
    """A report of rows as they were found, in their order."""
    return BankStatusReport(
        rows=tuple(row for row in found if isinstance(row, StatusRow)),
        bad_rows=tuple(row for row in found if isinstance(row, BadStatusRow)),
    )
