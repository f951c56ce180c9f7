"""What people write into requests: exact types for their bodies, and what is wrong with one, by its place.

A number travels as text, so that it stays exact; a date is `YYYY-MM-DD` and nothing else (formats.md).
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, WithJsonSchema

from partner_program.values.errors import InvalidValue
from partner_program.values.periods import parse_date

AskedCode = Literal[
    "after_on", "after_today", "country_not_in_program", "employed", "mcie_without_mcit", "no_tier", "not_employed",
    "on_record", "other_currency", "out_of_range", "repeated", "site_not_open", "too_early", "too_far",
    "unknown_account", "unknown_person", "unknown_severity", "unknown_site", "unknown_sku", "unknown_version",
]  # fmt: skip
"""What is wrong with one place of what is asked, by what is on record."""


class Mistake(NamedTuple):
    """One thing that is wrong with a request; `at` is a JSON pointer into its body (RFC 6901)."""

    at: str
    code: AskedCode
    message: str


class AskedWrongly(InvalidValue):
    """A body that says what cannot be. `mistakes` has all that were found, at least one; no value is repeated."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(f"{mistake.at}: {mistake.message}" for mistake in self.mistakes))


def _text(value: object, pattern: str, rule: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError(rule)
    return value


def _day(value: object) -> date:
    return parse_date(_text(value, r"[0-9-]{10}", "a date is written YYYY-MM-DD"))


def _instant(value: object) -> datetime:
    text = _text(value, _INSTANT, "an instant is written 2024-03-05T14:30:00Z, or with an offset such as +01:00")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("there is no such instant") from None


def _number(pattern: str, rule: str) -> Callable[[object], Decimal]:
    def read(value: object) -> Decimal:
        return Decimal(_text(value, pattern, f"{rule}, written as text")) or Decimal(0)

    return read


_INSTANT = r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
_MONTH = r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])"
_AMOUNT = r"-?[0-9]{1,13}(\.[0-9]{1,8})?"
_PRICE = r"[0-9]{1,13}(\.[0-9]{1,4})?"
_PERCENT = r"(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)"

Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A day of the years 1990 to 2100."""

Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "pattern": f"^{_INSTANT}$"})]
"""A moment with its offset from UTC; a local time without one is refused."""

Month = Annotated[
    str,
    BeforeValidator(lambda value: _text(value, _MONTH, "a month is written YYYY-MM")),
    WithJsonSchema({"type": "string", "pattern": f"^{_MONTH}$"}),
]

RevenueText = Annotated[
    Decimal,
    BeforeValidator(_number(_AMOUNT, "at most 13 digits and 8 decimals, perhaps with a '-' before")),
    WithJsonSchema({"type": "string", "pattern": f"^{_AMOUNT}$"}),
]
"""Sales Revenue: never rounded, so with more decimals than the currency has; negative for returns (R-2.2a)."""

PriceText = Annotated[
    Decimal,
    BeforeValidator(_number(_PRICE, "at most 13 digits and 4 decimals, not below 0")),
    WithJsonSchema({"type": "string", "pattern": f"^{_PRICE}$"}),
]
"""A list price of one unit, as POS reports have it."""

PercentText = Annotated[
    Decimal,
    BeforeValidator(_number(_PERCENT, "a percentage from 0 to 100 with at most 4 decimals")),
    WithJsonSchema({"type": "string", "pattern": f"^{_PERCENT}$"}),
]

__all__ = ["AskedCode", "AskedWrongly", "Day", "Instant", "Mistake", "Month", "PercentText", "PriceText", "RevenueText"]
