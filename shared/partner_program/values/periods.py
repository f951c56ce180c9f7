"""Civil dates: quarters, months and the program's month arithmetic. No clock, no time zone."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from .errors import InvalidValue

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_QUARTER = re.compile(r"([0-9]{4})Q([1-4])")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a calendar year; orders by time."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 4:
            raise InvalidValue("a quarter is 1, 2, 3 or 4")

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """The quarter that a day belongs to."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """`2024Q3` → Quarter(2024, 3)."""
        found = _QUARTER.fullmatch(text)
        if not found:
            raise InvalidValue("a quarter is written 2024Q3")
        return cls(int(found[1]), int(found[2]))

    @property
    def first_day(self) -> date:
        """Its first civil day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        """Its last civil day."""
        return last_day_of_month(self.year, 3 * self.number)

    @property
    def next(self) -> "Quarter":
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        """The quarter before it."""
        return Quarter(self.year - (self.number == 1), (self.number + 2) % 4 + 1)

    def months(self) -> tuple[str, str, str]:
        """Its three months as `YYYY-MM`."""
        first = 3 * self.number - 2
        return tuple(f"{self.year:04d}-{first + n:02d}" for n in range(3))  # type: ignore[return-value]  # three by construction

    def closes_on(self, close_days: int) -> date:
        """The day its books close: that many days after its last day (R-5.4d)."""
        return self.last_day + timedelta(days=close_days)


def month_of(day: date) -> str:
    """`YYYY-MM` of a day."""
    return f"{day.year:04d}-{day.month:02d}"


def last_day_of_month(year: int, month: int) -> date:
    """The last civil day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


@lru_cache(maxsize=16_384)
def add_months(day: date, months: int) -> date:
    """The same day of the month that many months on; where it does not exist, the month's last day.

    So two years after 29 February is 28 February (R-4.1.5).
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return min(last_day_of_month(year, month + 1), date(year, month + 1, 1) + timedelta(days=day.day - 1))


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` up to and including `last`."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def parse_date(text: str) -> date:
    """`YYYY-MM-DD` of the years 1990 to 2100 in ASCII digits and nothing else. Raises `InvalidValue`."""
    if not _DATE.fullmatch(text):
        raise InvalidValue("a date is written YYYY-MM-DD")
    try:
        day = date.fromisoformat(text)
    except ValueError as no_such_day:
        raise InvalidValue("there is no such day in the calendar") from no_such_day
    if not 1990 <= day.year <= 2100:
        raise InvalidValue("the year must be between 1990 and 2100")
    return day
