"""A calendar made by hand: every day of 2019 to 2033 written down one after the other, nothing computed by `datetime`.

Days are texts. A number of days on is that many places further down the list; the day of the week is counted from one
that is known. So what the engine makes of dates is checked by something that can only be wrong in another way.
"""

from datetime import date

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LEAP_YEARS = (2020, 2024, 2028, 2032)
YEARS = range(2020, 2031)


def length(year: int, month: int) -> int:
    """Days of a month."""
    return 29 if month == 2 and year in LEAP_YEARS else _LENGTHS[month - 1]


def text(year: int, month: int, number: int) -> str:
    return f"{year}-{month:02d}-{number:02d}"


def last_of(year: int, month: int) -> str:
    """The last day of a month; months go on counting into the next year."""
    year, month = (year, month) if month <= 12 else (year + 1, month - 12)
    return text(year, month, length(year, month))


DAYS = [
    text(year, month, number)
    for year in range(2019, 2034)
    for month in range(1, 13)
    for number in range(1, length(year, month) + 1)
]
_PLACES = {day: place for place, day in enumerate(DAYS)}
_A_MONDAY = _PLACES["2024-01-01"]


def days_on(day: str, count: int) -> str:
    """So many places further down the list."""
    return DAYS[_PLACES[day] + count]


def years_on(day: str, count: int) -> str:
    """The same date of a later year, or the last day of the month where the year has no such date."""
    later = f"{int(day[:4]) + count}{day[4:]}"
    return later if later in _PLACES else last_of(int(later[:4]), int(later[5:7]))


def weekday(day: str) -> int:
    """1 is Monday."""
    return (_PLACES[day] - _A_MONDAY) % 7 + 1


def civil(day: str) -> date:
    """For the engine."""
    return date.fromisoformat(day)


OF_ELEVEN_YEARS = [day for day in DAYS if int(day[:4]) in YEARS]
"""Every day of 2020 to 2030."""
MONTH_ENDS = [last_of(year, month) for year in YEARS for month in range(1, 13)]
"""The 132 of 2020 to 2030, three of them a 29 February."""
MONTH_ENDS_IN_FORCE = [day for day in MONTH_ENDS if day >= "2022-03"]
"""Those since the rulebook's first day."""
