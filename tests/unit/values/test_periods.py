"""Quarters, months and dates over the whole span that the program could ever see."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.values.errors import InvalidValue
from partner_program.values.periods import (
    Quarter,
    add_months,
    days_between,
    last_day_of_month,
    month_of,
    parse_date,
)

FIRST, LAST = date(1999, 1, 1), date(2101, 12, 31)
EVERY_DAY = list(days_between(FIRST, LAST))
days = st.dates(FIRST, LAST)


@pytest.mark.catalogue("F50")
def test_every_day_belongs_to_exactly_one_quarter_and_the_quarters_follow_each_other() -> None:
    quarter = Quarter(1999, 1)
    for day in EVERY_DAY:
        if day > quarter.last_day:
            assert day == quarter.next.first_day
            assert quarter.next.previous == quarter
            quarter = quarter.next
        assert Quarter.of(day) == quarter
        assert quarter.first_day <= day <= quarter.last_day
        assert month_of(day) in quarter.months()
    assert quarter == Quarter(2101, 4)


@pytest.mark.catalogue("F50")
def test_every_month_ends_where_the_calendar_says() -> None:
    for day in EVERY_DAY:
        is_last = (day + timedelta(days=1)).month != day.month
        assert (last_day_of_month(day.year, day.month) == day) is is_last


@pytest.mark.rule("R-4.1.5")
@pytest.mark.catalogue("F50")
@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2024, 2, 28), 24, date(2026, 2, 28)), (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2024, 3, 1), 24, date(2026, 3, 1)), (date(2022, 2, 28), 24, date(2024, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)), (date(2024, 12, 31), 2, date(2025, 2, 28)),
        (date(2024, 5, 31), 0, date(2024, 5, 31)), (date(2024, 1, 15), -1, date(2023, 12, 15)),
    ],
)  # fmt: skip
def test_months_are_added_to_the_same_day_or_else_the_last_of_the_month(day: date, months: int, result: date) -> None:
    assert add_months(day, months) == result


@pytest.mark.catalogue("F50")
@given(days, st.integers(0, 600))
def test_adding_months_keeps_the_day_unless_the_month_is_shorter(day: date, months: int) -> None:
    result = add_months(day, months)
    assert (result.year - day.year) * 12 + result.month - day.month == months
    assert result.day == min(day.day, calendar.monthrange(result.year, result.month)[1])


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(
    ("quarter", "closes"),
    [
        (Quarter(2024, 1), date(2024, 4, 30)), (Quarter(2024, 2), date(2024, 7, 30)),
        (Quarter(2024, 3), date(2024, 10, 30)), (Quarter(2024, 4), date(2025, 1, 30)),
    ],
)  # fmt: skip
def test_a_quarter_closes_that_many_days_after_its_last(quarter: Quarter, closes: date) -> None:
    assert quarter.closes_on(30) == closes


def test_quarters_order_by_time_and_read_back_as_written() -> None:
    written = [str(Quarter(year, number)) for year in (2023, 2024) for number in (1, 2, 3, 4)]
    assert written[0] == "2023Q1"
    assert [str(quarter) for quarter in sorted(map(Quarter.parse, reversed(written)))] == written


@pytest.mark.parametrize(
    "text", ["2024Q0", "2024Q5", "24Q1", "2024q1", "2024Q1\n", " 2024Q1", "\uff12\uff10\uff12\uff14Q1"]
)
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="2024Q3"):
        Quarter.parse(text)


@pytest.mark.parametrize("number", [0, 5])
def test_a_year_has_four_quarters(number: int) -> None:
    with pytest.raises(InvalidValue, match="1, 2, 3 or 4"):
        Quarter(2024, number)


def test_days_between_includes_both_ends_and_is_empty_backwards() -> None:
    assert list(days_between(date(2024, 2, 28), date(2024, 3, 1))) == [
        date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1),
    ]  # fmt: skip
    assert list(days_between(date(2024, 3, 1), date(2024, 2, 29))) == []


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_a_date_reads_back_as_written(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1735689600", marks=pytest.mark.catalogue("B37")),
        pytest.param("2025-01-01T00:00:00", marks=pytest.mark.catalogue("B38")),
        pytest.param("2025-02-29", marks=pytest.mark.catalogue("B39")),
        pytest.param("2025-02-30", marks=pytest.mark.catalogue("B39")),
        pytest.param("0001-01-01", marks=pytest.mark.catalogue("B41")),
        pytest.param("9999-12-31", marks=pytest.mark.catalogue("B41")),
        pytest.param("1989-12-31", marks=pytest.mark.catalogue("B41")),
        pytest.param("2101-01-01", marks=pytest.mark.catalogue("B41")),
        "20250101",
        "2025-W01-1",
        "2025-1-1",
        " 2025-01-01",
        "2025-01-01\n",
        "\uff12\uff10\uff12\uff15-01-01",
        "01.02.2025",
        "",
        "2025-13-01",
    ],
)
def test_what_is_no_date_of_the_program_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_date(text)


@pytest.mark.catalogue("B41")
@pytest.mark.parametrize("text", ["1990-01-01", "2100-12-31"])
def test_the_first_and_the_last_day_of_the_range_are_dates(text: str) -> None:
    assert parse_date(text).isoformat() == text
