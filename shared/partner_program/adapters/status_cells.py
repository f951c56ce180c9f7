"""The words of a bank status file, read as strictly in XML as in CSV: nothing is guessed, no value is repeated."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from partner_program.domain.payments.bank_status import BadStatusRow, StatusCode
from partner_program.values.currencies import CURRENCIES
from partner_program.values.errors import InvalidValue
from partner_program.values.ids import is_id
from partner_program.values.periods import parse_date

_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,5})?")
_REASON = re.compile(r"[A-Za-z0-9]{1,8}")
_MOMENT = re.compile(r"(.{10})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?")

_HOURS, _SIXTY = 24, 60


class BadRow(Exception):
    """A row that cannot be read, on its way out of a reader."""

    def __init__(self, code: StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code

    def at(self, position: int) -> BadStatusRow:
        """The mistake as a value."""
        return BadStatusRow(position=position, code=self.code, message=str(self))


def reference(text: str, what: str) -> str:
    """An id of ours that must be there."""
    if not text:
        raise BadRow(StatusCode.MISSING_ID, f"{what} is missing")
    if not is_id(text):
        raise BadRow(StatusCode.MISSING_ID, f"{what} is none of ours: 1 to 64 of A-Z a-z 0-9 . _ -")
    return text


def day(text: str, zone: tzinfo) -> date | None:
    """A civil date, or that of a moment in the program's time zone; nothing where nothing is said.

    A moment that names no offset is taken as the bank has written it.
    """
    if not text:
        return None
    found = _MOMENT.fullmatch(text)
    try:
        return _day_of(found, zone) if found else parse_date(text)
    except (InvalidValue, OverflowError) as wrong:
        raise BadRow(StatusCode.INVALID_DATE, f"the date cannot be read: {wrong}") from None


def _day_of(moment: re.Match[str], zone: tzinfo) -> date:
    """Midnight may be written as 24:00:00, and a second 60 there is now and then. Raises `OverflowError` in year 1."""
    civil, offset = parse_date(moment[1]), moment[5]
    hours, minutes, seconds = int(moment[2]), int(moment[3]), int(moment[4])
    if hours > _HOURS or minutes > _SIXTY - 1 or seconds > _SIXTY:
        raise InvalidValue("there is no such time of day")
    written = datetime.combine(civil, time(), tzinfo=UTC) + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if offset is None:
        return written.date()
    ahead = timedelta() if offset == "Z" else timedelta(hours=int(offset[1:3]), minutes=int(offset[4:]))
    return (written + ahead if offset.startswith("-") else written - ahead).astimezone(zone).date()


def amount(text: str) -> Decimal | None:
    """An amount; nothing where nothing is said."""
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise BadRow(StatusCode.INVALID_AMOUNT, "the amount is no number of up to 13 digits, a point and decimals")
    return Decimal(text)


def currency(text: str) -> str | None:
    """An ISO 4217 code; nothing where nothing is said."""
    if text and text not in CURRENCIES:
        raise BadRow(StatusCode.INVALID_AMOUNT, "the currency is none of ISO 4217")
    return text or None


def count(text: str) -> int | None:
    """How many payments; nothing where nothing is said."""
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise BadRow(StatusCode.INVALID_AMOUNT, "the number of payments is none")
    return int(text)


def reason(text: str) -> str:
    """A bank's code for why, as `AC04`. Anything longer is not passed on: it could be anything (B52)."""
    return text if _REASON.fullmatch(text) else ""
