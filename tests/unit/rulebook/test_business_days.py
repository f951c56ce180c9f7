"""Business days of the vendor: weekends, holidays, the turn of the year (R-3.1a)."""

from datetime import date

import holidays
import pytest

from partner_program.rulebook import NotInForce, load_rulebook

RULES = load_rulebook().at(date(2024, 1, 1))
pytestmark = pytest.mark.rule("R-3.1a")


@pytest.mark.parametrize("year", range(2022, 2031))
def test_the_calendar_is_denmarks_as_the_holidays_library_knows_it(year: int) -> None:
    entry = load_rulebook().entry(f"holidays.{year}")
    assert entry is not None
    assert entry.values[0].value == tuple(sorted(holidays.country_holidays("DK", years=year)))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 3, 27), True),  # Wednesday before Easter
        (date(2024, 3, 28), False),  # Maundy Thursday
        (date(2024, 3, 29), False),  # Good Friday
        (date(2024, 3, 30), False),  # Saturday
        (date(2024, 4, 1), False),  # Easter Monday
        (date(2024, 4, 2), True),
        (date(2023, 5, 5), False),  # Great Prayer Day, for the last time
        (date(2024, 4, 26), True),  # it would have been here
        (date(2024, 12, 31), True),
        (date(2025, 1, 1), False),
    ],
)
def test_weekends_and_danish_holidays_are_no_business_days(day: date, works: bool) -> None:
    assert RULES.is_business_day(day) is works


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2024, 5, 15), date(2024, 5, 15), 0),  # the same day
        (date(2024, 5, 16), date(2024, 5, 15), 0),  # backwards
        (date(2024, 5, 13), date(2024, 5, 16), 3),  # Monday to Thursday
        (date(2024, 5, 15), date(2024, 5, 17), 2),  # Wednesday to Friday
        (date(2024, 5, 17), date(2024, 5, 19), 0),  # Friday to Whit Sunday
        (date(2024, 5, 17), date(2024, 5, 20), 0),  # … and Whit Monday
        (date(2024, 5, 17), date(2024, 5, 21), 1),  # … and the Tuesday after
        (date(2024, 3, 27), date(2024, 4, 2), 1),  # over Easter
        (date(2024, 12, 23), date(2025, 1, 2), 5),  # 24, 27, 30, 31 December, 2 January
        (date(2024, 12, 31), date(2025, 1, 1), 0),  # the turn of the year
    ],
)
def test_business_days_are_counted_after_the_first_day_up_to_and_including_the_last(
    first: date, last: date, days: int
) -> None:
    assert RULES.business_days_between(first, last) == days


@pytest.mark.parametrize("day", [date(2021, 12, 31), date(2031, 1, 2)])
def test_a_year_without_a_calendar_is_a_typed_error_instead_of_a_guess(day: date) -> None:
    with pytest.raises(NotInForce) as refused:
        RULES.is_business_day(day)
    assert refused.value.what == f"holidays.{day.year}"


def test_the_last_day_of_the_calendar_is_known() -> None:
    assert RULES.is_business_day(date(2030, 12, 31))


def test_an_owner_adds_a_year_and_changes_the_working_week() -> None:
    text = '"holidays.2031" = [2031-01-01]\n"business_days.weekdays" = [1, 2, 3, 4, 7]'
    rules = load_rulebook("guide-2022", text).at(date(2031, 1, 1))
    found = {day: rules.is_business_day(date(2031, 1, day)) for day in range(1, 6)}
    assert found == {1: False, 2: True, 3: False, 4: False, 5: True}
