"""Units of rulebook values: what a value of each unit looks like in TOML, and the type it becomes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias
from zoneinfo import ZoneInfo

from partner_program.values.currencies import CURRENCIES
from partner_program.values.errors import InvalidValue


class Access(StrEnum):
    """How far a tier enjoys a benefit (R-4.2)."""

    NO = "no"
    YES = "yes"
    APPLY = "apply"  # may apply; granted case by case
    CERTIFIED = "certified"  # only while holding the relevant certifications
    STANDARD = "standard"  # may ask, without priority
    PRIORITY = "priority"


class Mode(StrEnum):
    """Who decides where the Guide says that the vendor "may" act."""

    MANUAL = "manual"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Level:
    """A rebate level: from `growth_pct` percent of last year's revenue on, `rate_pct` percent (R-5.3)."""

    growth_pct: Decimal
    rate_pct: Decimal

    def __str__(self) -> str:
        return f"from {self.growth_pct} % of last year: {self.rate_pct} %"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a country belongs, and the currency (ISO 4217) in which its accounts are kept."""

    region: str
    currency: str

    def __str__(self) -> str:
        return f"{self.region}, {self.currency}"


@dataclass(frozen=True, slots=True)
class Contact:
    """A region's name and the address of its sales support (R-9)."""

    name: str
    support_contact: str

    def __str__(self) -> str:
        return f"{self.name}: {self.support_contact}"


Value: TypeAlias = (
    bool
    | int
    | Decimal
    | str
    | date
    | tuple[int, ...]
    | tuple[str, ...]
    | tuple[date, ...]
    | tuple[Level, ...]
    | Place
    | Contact
)


class Unit(StrEnum):
    """The unit of a value decides its type and its bounds."""

    PERCENT = "percent"
    GROWTH = "percent of last year's revenue"
    LEVELS = "rebate levels"
    AMOUNT = "amount in the account's currency"
    MINOR_UNITS = "minor currency units per unit of quantity"
    DAYS = "days"
    BUSINESS_DAYS = "business days"
    MONTHS = "months"
    YEARS = "calendar years"
    TIMES = "times a year"
    PEOPLE = "people"
    LICENCES = "licences"
    RANK = "rank, 1 is served first"
    YES_NO = "yes or no"
    MODE = "manual or automatic"
    ACCESS = "access to a benefit"
    VERSION = "version of the Terms"
    TIME_ZONE = "IANA time zone"
    DAYS_BEFORE = "days before a date, descending"
    WEEKDAYS = "ISO weekdays, 1 is Monday"
    DATE = "date"
    DATES = "dates"
    CERTIFICATION = "kind of certification"
    CERTIFICATIONS = "kinds of certification"
    FAMILIES = "product families"
    PLACE = "region and currency"
    CONTACT = "name and support contact"


def convert(unit: Unit, raw: object) -> Value:
    """A value as TOML gives it, checked and typed. Raises `InvalidValue` with what is needed instead."""
    return _CONVERTERS[unit](raw)


_NEEDED_NUMBER = "a number without quotes is needed"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ADDRESS = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9.-]{1,190}")
_PRODUCT_FAMILIES = ("essential_plus", "express_plus", "professional_plus", "husky_ivo", "full_portfolio", "other")


def _number(raw: object) -> Decimal:
    """Exact; `True` is no number although Python thinks so, and neither are TOML's nan and inf."""
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        raise InvalidValue(_NEEDED_NUMBER)
    number = Decimal(raw)
    if not number.is_finite():
        raise InvalidValue(_NEEDED_NUMBER)
    return number


def _decimal(low: int, high: int, places: int) -> Callable[[object], Decimal]:
    def check(raw: object) -> Decimal:
        number = _number(raw)
        if not low <= number <= high:
            raise InvalidValue(f"it must be from {low} to {high}")
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and exponent < -places:
            raise InvalidValue(f"it has more than {places} decimals")
        return number

    return check


def _whole(low: int, high: int) -> Callable[[object], int]:
    def check(raw: object) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise InvalidValue("a whole number without quotes is needed")
        if not low <= raw <= high:
            raise InvalidValue(f"it must be from {low} to {high}")
        return raw

    return check


def _yes_no(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise InvalidValue("true or false is needed, without quotes")
    return raw


def _choice(*allowed: str) -> Callable[[object], str]:
    def check(raw: object) -> str:
        if not isinstance(raw, str) or raw not in allowed:
            raise InvalidValue(f"one of {', '.join(allowed)} is needed, in quotes")
        return raw

    return check


def _name(raw: object) -> str:
    if not isinstance(raw, str) or not _NAME.fullmatch(raw):
        raise InvalidValue("a text of 1 to 64 letters, digits, dots, underscores or hyphens is needed, in quotes")
    return raw


def _time_zone(raw: object) -> str:
    if isinstance(raw, str):
        try:
            return ZoneInfo(raw).key
        except (ValueError, OSError, LookupError):
            pass  # not a zone, a folder of zones, or a path: all the same to the owner
    raise InvalidValue('an IANA time zone is needed, like "Europe/Copenhagen"')


def _items(raw: object) -> list[object]:
    if not isinstance(raw, list) or not raw:
        raise InvalidValue("a list with at least one item is needed")
    return raw


def _days_before(raw: object) -> tuple[int, ...]:
    days = tuple(_whole(1, 3660)(item) for item in _items(raw))
    if any(later >= earlier for earlier, later in pairwise(days)):
        raise InvalidValue("the days must descend, like [90, 60, 30]")
    return days


def _weekdays(raw: object) -> tuple[int, ...]:
    days = tuple(_whole(1, 7)(item) for item in _items(raw))
    if list(days) != sorted(set(days)):
        raise InvalidValue("weekdays must ascend and differ")
    return days


def civil_date(raw: object) -> date:
    """A TOML local date of the years 1990 to 2100; a date with a time of day, or in quotes, is none."""
    if not isinstance(raw, date) or isinstance(raw, datetime) or not 1990 <= raw.year <= 2100:
        raise InvalidValue("a date is written 2025-01-31, without quotes, in the years 1990 to 2100")
    return raw


def _dates(raw: object) -> tuple[date, ...]:
    days = tuple(civil_date(item) for item in _items(raw))
    if list(days) != sorted(set(days)):
        raise InvalidValue("the dates must ascend and differ")
    return days


def _choices(one: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    def check(raw: object) -> tuple[str, ...]:
        chosen = tuple(one(item) for item in _items(raw))
        if len(set(chosen)) != len(chosen):
            raise InvalidValue("each may be named once only")
        return chosen

    return check


def _table(raw: object, *keys: str) -> dict[str, object]:
    if not isinstance(raw, dict) or set(raw) != set(keys):
        raise InvalidValue(f"a table with exactly {' and '.join(keys)} is needed")
    return raw


def _level(raw: object) -> Level:
    table = _table(raw, "growth_pct", "rate_pct")
    return Level(_decimal(100, 10_000, 4)(table["growth_pct"]), _decimal(0, 100, 4)(table["rate_pct"]))


def _levels(raw: object) -> tuple[Level, ...]:
    return tuple(_level(item) for item in _items(raw))


def _place(raw: object) -> Place:
    table = _table(raw, "region", "currency")
    region, currency = table["region"], table["currency"]
    if not isinstance(currency, str) or currency not in CURRENCIES:
        raise InvalidValue("the currency must be a code of ISO 4217 in quotes")
    return Place(_name(region), currency)


def _contact(raw: object) -> Contact:
    table = _table(raw, "name", "support_contact")
    name, address = table["name"], table["support_contact"]
    if not isinstance(name, str) or not 1 <= len(name) <= 100 or not name.isprintable():
        raise InvalidValue("the name must be a text of 1 to 100 characters")
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise InvalidValue("the support contact must be an e-mail address")
    return Contact(name, address)


_certification = _choice("MCDE", "MCIT", "MCIE")
_CONVERTERS: dict[Unit, Callable[[object], Value]] = {
    Unit.PERCENT: _decimal(0, 100, 4),
    Unit.GROWTH: _decimal(100, 10_000, 4),
    Unit.LEVELS: _levels,
    Unit.AMOUNT: _decimal(0, 10**15, 4),
    Unit.MINOR_UNITS: _decimal(0, 1_000_000, 4),
    Unit.DAYS: _whole(0, 3660),
    Unit.BUSINESS_DAYS: _whole(0, 260),
    Unit.MONTHS: _whole(0, 120),
    Unit.YEARS: _whole(0, 10),
    Unit.TIMES: _whole(0, 366),
    Unit.PEOPLE: _whole(0, 10_000),
    Unit.LICENCES: _whole(0, 10_000),
    Unit.RANK: _whole(1, 100),
    Unit.YES_NO: _yes_no,
    Unit.MODE: _choice(*Mode),
    Unit.ACCESS: _choice(*Access),
    Unit.VERSION: _name,
    Unit.TIME_ZONE: _time_zone,
    Unit.DAYS_BEFORE: _days_before,
    Unit.WEEKDAYS: _weekdays,
    Unit.DATE: civil_date,
    Unit.DATES: _dates,
    Unit.CERTIFICATION: _certification,
    Unit.CERTIFICATIONS: _choices(_certification),
    Unit.FAMILIES: _choices(_choice(*_PRODUCT_FAMILIES)),
    Unit.PLACE: _place,
    Unit.CONTACT: _contact,
}
