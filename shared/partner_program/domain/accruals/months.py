"""Months as accruals count them: by their last day."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from partner_program.values.errors import InvalidValue
from partner_program.values.periods import last_day_of_month

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def month_ends(first: date, last: date) -> Iterator[date]:
    """Every last day of a month from `first` up to and including `last`."""
    end = last_day_of_month(first.year, first.month)
    while end <= last:
        yield end
        following = end + timedelta(days=1)
        end = last_day_of_month(following.year, following.month)


def month_end_before(day: date) -> date:
    """The last day of the month before that of `day`."""
    return day.replace(day=1) - timedelta(days=1)


def end_of(month: str) -> date:
    """`2024-02` → 29 February 2024. Raises `InvalidValue`."""
    found = _MONTH.fullmatch(month)
    if not found or not 1990 <= int(found[1]) <= 2100:
        raise InvalidValue("a month is written YYYY-MM, of the years 1990 to 2100")
    return last_day_of_month(int(found[1]), int(found[2]))
