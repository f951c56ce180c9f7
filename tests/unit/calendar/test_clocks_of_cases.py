"""Clocks of cases at every month end: sixty days, the plan, the current and the following month, the close (F50)."""

import pytest

from tests.fakes.assessing import Story, case_of, steps
from tests.fakes.records import Known, accepted, certified, employed, opening, partner, placed, site, trained
from tests.unit.calendar.almanac import MONTH_ENDS_IN_FORCE, days_on, last_of, years_on

pytestmark = pytest.mark.catalogue("F50")
LATER = [day for day in MONTH_ENDS_IN_FORCE if day >= "2022-06"]
"""With time before them for a tier to be held."""


def entered(on: str) -> list[Known]:
    """In the program with Premier's revenue, whatever the year."""
    years = range(int(on[:4]) - 1, int(on[:4]) + 2)
    return [
        partner(enrolled="2022-03-01"), site(opened="2020-01-01"), accepted("2022-03-01"),
        *(opening(year, "250000") for year in years),
    ]  # fmt: skip


def left_by_its_designer(on: str, *, tier_since: str) -> Story:
    """An Advanced account whose only design engineer leaves on a day; it knew it before."""
    crew = [employed("anna", "2020-01-01", on), employed("bo", "2020-01-01")]
    earned = [certified("anna", "MCDE", days_on(on, -300)), certified("bo", "MCIT", days_on(on, -300))]
    trainings = [trained("onboarding", days_on(on, -300)), trained("annual_sales", days_on(on, -200))]
    start = placed("advanced", tier_since)
    return Story(*entered(on), start, *crew, *earned, *trainings, first=days_on(on, -1))


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize("day", LATER)
def test_a_shortfall_from_a_month_end_on_is_to_be_mended_within_sixty_days(day: str) -> None:
    case = case_of(left_by_its_designer(day, tier_since=days_on(day, -60)).since(day), "MCDE")
    assert (str(case.opened_on), str(case.due_on)) == (day, days_on(day, 60))


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(
    ("day", "last", "lost"),
    [
        ("2023-12-31", "2024-02-29", "2024-03-01"), ("2022-12-31", "2023-03-01", "2023-03-02"),
        ("2024-02-29", "2024-04-29", "2024-04-30"), ("2028-02-29", "2028-04-29", "2028-04-30"),
        ("2023-02-28", "2023-04-29", "2023-04-30"), ("2024-10-31", "2024-12-30", "2024-12-31"),
        ("2024-11-01", "2024-12-31", "2025-01-01"), ("2024-11-30", "2025-01-29", "2025-01-30"),
        ("2024-01-30", "2024-03-30", "2024-03-31"), ("2024-08-31", "2024-10-30", "2024-10-31"),
    ],
)  # fmt: skip
def test_sixty_days_by_hand_and_the_tier_is_lost_on_the_day_after(day: str, last: str, lost: str) -> None:
    """Over 29 February, over New Year, over both changes of the clocks."""
    placed_on = days_on(day, -60)
    story = left_by_its_designer(day, tier_since=placed_on)
    assert str(case_of(story.since(day), "MCDE").due_on) == last
    assert steps(story.until(last)) == [(placed_on, "advanced")]
    assert steps(story.until(lost)) == [(placed_on, "advanced"), (lost, "authorized")]


@pytest.mark.rule("R-4.1.5", "R-3.3")
@pytest.mark.parametrize("day", ["2022-02-27", "2022-02-28", "2024-02-28", "2024-02-29", "2024-03-01", "2024-12-31"])
def test_what_runs_out_after_two_years_opens_a_case_on_its_first_day_without_it(day: str) -> None:
    end = years_on(day, 2)
    crew = [employed("anna", "2020-01-01"), certified("anna", "MCDE", day)]
    story = Story(*entered(end), placed("advanced", days_on(end, -60)), *crew)
    case = case_of(story.since(end), "MCDE")
    assert (str(case.opened_on), str(case.due_on)) == (end, days_on(end, 60))
    assert all(item.requirement != "MCDE" for item in story.since(days_on(end, -1)).cases)


@pytest.mark.rule("R-4.1.6", "R-4.1.7")
@pytest.mark.parametrize("day", MONTH_ENDS_IN_FORCE)
def test_who_becomes_premier_on_a_month_end_has_sixty_days_for_the_plan_and_until_the_end_of_the_next_month(
    day: str,
) -> None:
    state = Story(*entered(day), placed("premier", day)).since(day)
    plan, brand = case_of(state, "business_plan"), case_of(state, "brand_alignment")
    assert (str(plan.opened_on), str(plan.due_on)) == (day, days_on(day, 60))
    assert (str(brand.opened_on), str(brand.due_on)) == (day, last_of(int(day[:4]), int(day[5:7]) + 1))


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize("year", range(2023, 2031))
def test_the_plan_of_a_year_is_owed_from_its_first_of_january(year: int) -> None:
    new_year = f"{year}-01-01"
    state = Story(*entered(new_year), placed("premier", f"{year - 1}-06-01")).since(new_year)
    case = case_of(state, "business_plan", str(year))
    assert (str(case.opened_on), str(case.due_on)) == (new_year, days_on(new_year, 60))


@pytest.mark.rule("R-3.4b")
@pytest.mark.parametrize("year", range(2023, 2031))
def test_last_years_revenue_costs_a_tier_on_the_thirtieth_of_january_and_not_a_day_before(year: int) -> None:
    opened_on = f"{year - 1}-12-01"
    poor = [partner(enrolled="2022-03-01"), site(opened="2020-01-01"), accepted("2022-03-01")]
    story = Story(*poor, placed("advanced", opened_on), opening(year - 1, "49999.99"), first=f"{year}-01-28")
    assert steps(story.until(f"{year}-01-29")) == [(opened_on, "advanced")]
    assert steps(story.until(f"{year}-01-30")) == [(opened_on, "advanced"), (f"{year}-01-30", "authorized")]
