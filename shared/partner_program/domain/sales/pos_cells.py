"""Cells of a POS line → typed values, strictly as formats.md writes them, with every mistake of the line collected.

Nothing is trimmed, nothing is rounded: a blank around a number, an exponent, a plus sign, digits of other scripts are
mistakes. Messages name column and rule, never the value (it may be a bank number, or longer than anyone wants to read).
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from partner_program.domain.facts import PRODUCT_CATEGORIES
from partner_program.domain.files.outcomes import ReasonCode, Rejection
from partner_program.values.currencies import COUNTRIES, CURRENCIES, minor_digits
from partner_program.values.errors import InvalidValue
from partner_program.values.ids import is_id
from partner_program.values.periods import parse_date

WHOLE_DIGITS = 13
"""Digits before the point that an amount may have (DynamoDB ends at 38 digits, spreadsheets at 15)."""
LINE_NUMBER_DIGITS = 9
PRICE_DECIMALS = 4
PERCENT_DECIMALS = 4

_NUMBER = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?")
_INTEGER = re.compile(r"-?([0-9]+)")
_LINE_NUMBER = re.compile(rf"[0-9]{{1,{LINE_NUMBER_DIGITS}}}")
_HUNDRED = Decimal(100)
_ZERO = Decimal(0)
_NO_DAY = date.min
_MEMORY = 20_000
"""How many different dates and ids are remembered as sound: a report repeats them, an attack must not fill memory."""


class CellReader:
    """Reads the cells of one row after another; `mistakes` are those of the row given last."""

    def __init__(self) -> None:
        self.mistakes: list[Rejection] = []
        self._cells: Mapping[str, str] = {}
        self._line = 0
        self._days: dict[str, date] = {}
        self._ids: set[str] = set()

    def turn_to(self, line: int, cells: Mapping[str, str]) -> None:
        """Start with another row."""
        self._line, self._cells, self.mistakes = line, cells, []

    def wrong(self, code: ReasonCode, column: str, message: str) -> None:
        """Add a mistake of the row."""
        self.mistakes.append(Rejection(code=code, message=message, line=self._line, column=column))

    def id(self, column: str) -> str:
        """An id (`values.ids`)."""
        text = self._cells[column]
        if text in self._ids:
            return text
        if not text:
            self._missing(column)
        elif not is_id(text):
            self.wrong(ReasonCode.INVALID_ID, column, "an id is 1 to 64 ASCII letters, digits, '.', '_' or '-'")
        elif len(self._ids) < _MEMORY:
            self._ids.add(text)
        return text

    def day(self, column: str) -> date:
        """A day of the years 1990 to 2100."""
        text = self._cells[column]
        day = self._days.get(text)
        if day is not None:
            return day
        if not text:
            self._missing(column)
            return _NO_DAY
        try:
            day = parse_date(text)
        except InvalidValue as error:
            self.wrong(ReasonCode.INVALID_DATE, column, str(error))
            return _NO_DAY
        if len(self._days) < _MEMORY:
            self._days[text] = day
        return day

    def country(self, column: str) -> str:
        """An ISO 3166-1 alpha-2 code."""
        text = self._cells[column]
        if text not in COUNTRIES:
            if not text:
                self._missing(column)
            else:
                self.wrong(ReasonCode.INVALID_COUNTRY, column, "not an ISO 3166-1 alpha-2 country (GB, not UK)")
        return text

    def currency(self, column: str) -> str:
        """An ISO 4217 code."""
        text = self._cells[column]
        if text not in CURRENCIES:
            if not text:
                self._missing(column)
            else:
                self.wrong(ReasonCode.INVALID_CURRENCY, column, "not an ISO 4217 currency in capital letters")
        return text

    def category(self, column: str) -> str:
        """A product class, or nothing."""
        text = self._cells[column]
        if text and text not in PRODUCT_CATEGORIES:
            self.wrong(ReasonCode.INVALID_CHOICE, column, f"not one of {', '.join(PRODUCT_CATEGORIES)}")
        return text

    def line_number(self, column: str) -> int:
        """From 0 to 999 999 999; `007` is line 7."""
        text = self._cells[column]
        if _LINE_NUMBER.fullmatch(text):
            return int(text)
        if not text:
            self._missing(column)
        else:
            self.wrong(ReasonCode.INVALID_NUMBER, column, f"a line number is 1 to {LINE_NUMBER_DIGITS} digits")
        return 0

    def quantity(self, column: str) -> int:
        """An integer that is not 0."""
        text = self._cells[column]
        found = _INTEGER.fullmatch(text)
        if not found:
            if not text:
                self._missing(column)
            else:
                self.wrong(ReasonCode.INVALID_NUMBER, column, "a quantity is an integer in ASCII digits")
            return 0
        if len(found[1]) > WHOLE_DIGITS:
            self.wrong(ReasonCode.OUT_OF_RANGE, column, f"more than {WHOLE_DIGITS} digits")
            return 0
        quantity = int(text)
        if quantity == 0:
            self.wrong(ReasonCode.ZERO_QUANTITY, column, "the quantity is 0")
        return quantity

    def price(self, column: str) -> Decimal:
        """A price that is not below 0, with up to four decimals."""
        price = self._number(column, PRICE_DECIMALS)
        if price < _ZERO:
            self.wrong(ReasonCode.OUT_OF_RANGE, column, "a list price is never below 0")
        return price

    def percent(self, column: str) -> Decimal:
        """A percentage from 0 to 100, with up to four decimals."""
        percent = self._number(column, PERCENT_DECIMALS)
        if not _ZERO <= percent <= _HUNDRED:
            self.wrong(ReasonCode.OUT_OF_RANGE, column, "a percentage is from 0 to 100")
        return percent

    def amount(self, column: str, currency: str) -> Decimal:
        """An amount with no more decimals than the currency has, written zeros included; `-0` is 0."""
        return self._number(column, minor_digits(currency) if currency in CURRENCIES else PRICE_DECIMALS)

    def _number(self, column: str, decimals: int) -> Decimal:
        text = self._cells[column]
        found = _NUMBER.fullmatch(text)
        if not found:
            if not text:
                self._missing(column)
            else:
                self.wrong(ReasonCode.INVALID_NUMBER, column, "a number is digits, at most one '-' before and one '.'")
            return _ZERO
        whole, fraction = found.groups()
        if len(whole) > WHOLE_DIGITS:
            self.wrong(ReasonCode.OUT_OF_RANGE, column, f"more than {WHOLE_DIGITS} digits before the point")
            return _ZERO
        if fraction and len(fraction) > decimals:
            self.wrong(ReasonCode.TOO_MANY_DECIMALS, column, f"more than {decimals} decimals")
            return _ZERO
        return Decimal(text) or _ZERO

    def _missing(self, column: str) -> None:
        self.wrong(ReasonCode.MISSING_VALUE, column, "a value is required")


def is_line_number(text: str) -> bool:
    """Whether a text is a line number: 1 to 9 ASCII digits."""
    return _LINE_NUMBER.fullmatch(text) is not None


def readable_amount(cells: Mapping[str, str]) -> tuple[str, Decimal] | None:
    """Currency and billed amount of a line as far as they can be read at all: for the control totals of a file.

    A line can be rejected for something else and its money still be counted; where this is None it cannot.
    """
    currency, text = cells["currency"], cells["final_amount"]
    found = _NUMBER.fullmatch(text)
    if found is None or currency not in CURRENCIES or max(len(found[1]), len(found[2] or "")) > WHOLE_DIGITS:
        return None
    return currency, Decimal(text) or _ZERO
