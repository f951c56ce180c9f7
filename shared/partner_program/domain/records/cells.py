"""Cells of records files → typed values: those that POS lines have, and more, as strictly and with every mistake.

A date that is only known once it has passed (an acceptance, a training, a certification, a review, a decision) is
rejected when it lies in the future; one that can be planned (an opening, an enrolment, a leave) is not. Neither is a
year of opening revenue: it says nothing of when it was recorded, and counts from that year on.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from partner_program.domain.files.outcomes import ReasonCode
from partner_program.domain.sales.pos_cells import CellReader

LONGEST_TEXT_CHARS = 300
REVENUE_DECIMALS = 8
"""Sales Revenue is a share of billed amounts and never rounded (R-2.2a): it may have more than the currency has."""
FIRST_YEAR, LAST_YEAR = 1990, 2100
OLDEST_COMPANY_YEAR = 1800

_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)+[A-Za-z]{{2,63}}")
_WEB_ADDRESS = re.compile(
    r"https://(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}(?::[0-9]{1,5})?"
    r"(?:[/?#][A-Za-z0-9._~:/?#!$&'()*+,;=%@-]*)?"
)
_LONGEST_EMAIL_CHARS = 254
_VAT_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./-]{0,30}[A-Za-z0-9])?")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NO_DAY = date.min

Choice = TypeVar("Choice", bound=StrEnum)


class RecordCells(CellReader):
    """Reads the cells of records: those that POS lines have, and more. A mistake is noted, and something returned."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def past(self, column: str) -> date:
        """A date of something that has happened."""
        day = self.day(column)
        if day > self._today:
            self.wrong(ReasonCode.FUTURE_DATE, column, "the date is in the future")
        return day

    def end(self, column: str, first: date, *, required: bool = False, after: str = "the beginning") -> date | None:
        """An end that comes after another day; `after` names that one."""
        if not self._cells[column] and not required:
            return None
        day = self.day(column)
        if _NO_DAY < day <= first:
            self.wrong(ReasonCode.OUT_OF_RANGE, column, f"the end is not after {after}")
        return day

    def empty(self, column: str, message: str) -> None:
        """A cell in which nothing may stand here."""
        if self._cells[column]:
            self.wrong(ReasonCode.UNEXPECTED_VALUE, column, message)

    def founded(self, column: str) -> date | None:
        """When a company began, or will begin, to trade: perhaps long before any program."""
        text = self._cells[column]
        if not text:
            return None
        if not _DAY.fullmatch(text) or not OLDEST_COMPANY_YEAR <= int(text[:4]) < FIRST_YEAR:
            return self.day(column)
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(ReasonCode.INVALID_DATE, column, "there is no such day in the calendar")
            return None

    def year(self, column: str) -> int:
        """A calendar year, 1990 to 2100; 0 where it is none."""
        text = self._cells[column]
        if not text:
            self._missing(column)
        elif not _YEAR.fullmatch(text):
            self.wrong(ReasonCode.INVALID_NUMBER, column, "a year is four ASCII digits")
        elif not FIRST_YEAR <= int(text) <= LAST_YEAR:
            self.wrong(ReasonCode.OUT_OF_RANGE, column, f"the year must be between {FIRST_YEAR} and {LAST_YEAR}")
        else:
            return int(text)
        return 0

    def truth(self, column: str) -> bool:
        """`true` or `false`."""
        return self.one_of(column, ("true", "false")) == "true"

    def one_of(self, column: str, choices: tuple[str, ...]) -> str:
        """One of some words; what stands there where it is none of them."""
        text = self._cells[column]
        if text not in choices:
            if not text:
                self._missing(column)
            else:
                self.wrong(ReasonCode.INVALID_CHOICE, column, f"not one of {', '.join(choices)}")
        return text

    def choice(self, column: str, choices: type[Choice]) -> Choice:
        """A member of an enumeration, by its value; the first where it is none."""
        text = self.one_of(column, tuple(choices))
        return choices(text) if text in tuple(choices) else next(iter(choices))

    def text(self, column: str, *, lines: bool = False) -> str:
        """A text that people wrote, in Unicode's composed form (NFC); line breaks only where `lines` allows."""
        text = self._cells[column]
        if not text:
            self._missing(column)
        elif len(text) > LONGEST_TEXT_CHARS:
            self.wrong(ReasonCode.FIELD_TOO_LONG, column, f"more than {LONGEST_TEXT_CHARS} characters")
        elif text != text.strip():
            self.wrong(ReasonCode.INVALID_TEXT, column, "blanks at the beginning or the end")
        elif any(_is_control(character) and not (lines and character in "\n\r\t") for character in text):
            self.wrong(ReasonCode.CONTROL_CHARACTER, column, "control or invisible characters, or a line break")
        return unicodedata.normalize("NFC", text)

    def optional_text(self, column: str) -> str | None:
        """A text that people wrote, on one line, or nothing."""
        return self.text(column) if self._cells[column] else None

    def web_address(self, column: str) -> str | None:
        """An `https://` address in ASCII without a user's name in it, or nothing: it is shown as a link."""
        text = self._cells[column]
        if len(text) > LONGEST_TEXT_CHARS:
            self.wrong(ReasonCode.FIELD_TOO_LONG, column, f"more than {LONGEST_TEXT_CHARS} characters")
        elif text and not _WEB_ADDRESS.fullmatch(text):
            self.wrong(ReasonCode.INVALID_TEXT, column, "not a web address: https://host/path in ASCII")
        return text or None

    def email(self, column: str) -> str:
        """An e-mail address."""
        text = self._cells[column]
        if not text:
            self._missing(column)
        elif len(text) > _LONGEST_EMAIL_CHARS or not _EMAIL.fullmatch(text):
            self.wrong(ReasonCode.INVALID_TEXT, column, "not an e-mail address: name@domain in ASCII")
        return text

    def vat_number(self, column: str) -> str | None:
        """A VAT number, or nothing."""
        text = self._cells[column]
        if text and not _VAT_NUMBER.fullmatch(text):
            self.wrong(ReasonCode.INVALID_TEXT, column, "a VAT number is 1 to 32 ASCII letters and digits")
        return text or None

    def revenue(self, column: str) -> Decimal:
        """A year's Sales Revenue, not below 0, with up to eight decimals."""
        amount = self._number(column, REVENUE_DECIMALS)
        if amount < 0:
            self.wrong(ReasonCode.OUT_OF_RANGE, column, "a year's Sales Revenue is never below 0")
        return amount


def _is_control(character: str) -> bool:
    return not character.isprintable() and unicodedata.category(character) in _FORBIDDEN_CATEGORIES
