"""Every day of 2020 to 2030, and by hand every kind of month end: validities, due dates, months, closes (F50)."""

from datetime import timedelta

import pytest

from partner_program.domain.facts import Certification, CertificationKind
from partner_program.domain.tiers.account import ChangeReason, TierChange
from partner_program.domain.tiers.certifications import is_valid_on, valid_until
from partner_program.domain.tiers.premier_duties import (
    brand_due_on,
    end_of_following_month,
    end_of_remedy,
    plan_due_on,
)
from partner_program.domain.tiers.requirements import training_days
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import NotInForce, load_rulebook
from partner_program.use_cases.close_quarter import close_of
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier
from tests.fakes.records import facts
from tests.unit.calendar.almanac import (
    DAYS,
    LEAP_YEARS,
    MONTH_ENDS,
    MONTH_ENDS_IN_FORCE,
    OF_ELEVEN_YEARS,
    YEARS,
    civil,
    days_on,
    last_of,
    weekday,
    years_on,
)

RULEBOOK = load_rulebook()
RULES = RULEBOOK.at(civil("2024-01-01"))
pytestmark = pytest.mark.catalogue("F50")


def test_the_calendar_made_by_hand_is_the_real_one() -> None:
    assert (len(OF_ELEVEN_YEARS), len(MONTH_ENDS)) == (11 * 365 + 3, 132)
    assert [day for day in MONTH_ENDS if day.endswith("02-29")] == ["2020-02-29", "2024-02-29", "2028-02-29"]
    real = [(civil(DAYS[0]) + timedelta(days=place)).isoformat() for place in range(len(DAYS))]
    assert real == DAYS
    assert [day for day in DAYS if civil(day).isoweekday() != weekday(day)] == []


def certification(day: str) -> Certification:
    return Certification(
        certification_id="C1", person_id="anna", certification=CertificationKind.MCDE, certified_on=civil(day)
    )


@pytest.mark.rule("R-4.1.5")
def test_a_certification_of_any_day_ends_on_the_same_date_two_years_later() -> None:
    ends = {day: valid_until(certification(day), RULES).isoformat() for day in OF_ELEVEN_YEARS}
    assert ends == {day: years_on(day, 2) for day in OF_ELEVEN_YEARS}


@pytest.mark.rule("R-4.1.5")
@pytest.mark.parametrize("day", MONTH_ENDS)
def test_a_certification_of_a_month_end_is_valid_up_to_not_including_its_end(day: str) -> None:
    end = years_on(day, 2)
    looked_at = [days_on(day, -1), day, days_on(end, -1), end, days_on(end, 1)]
    valid = [is_valid_on(certification(day), civil(on), RULES) for on in looked_at]
    assert valid == [False, True, True, False, False]


@pytest.mark.rule("R-4.1.5")
@pytest.mark.parametrize(
    ("certified_on", "end"),
    [
        ("2020-02-28", "2022-02-28"), ("2020-02-29", "2022-02-28"), ("2020-03-01", "2022-03-01"),
        ("2022-02-27", "2024-02-27"), ("2022-02-28", "2024-02-28"), ("2022-03-01", "2024-03-01"),
        ("2024-02-28", "2026-02-28"), ("2024-02-29", "2026-02-28"), ("2028-02-29", "2030-02-28"),
        ("2023-12-31", "2025-12-31"), ("2030-12-31", "2032-12-31"),
    ],
)  # fmt: skip
def test_two_years_by_hand(certified_on: str, end: str) -> None:
    assert valid_until(certification(certified_on), RULES) == civil(end)


@pytest.mark.rule("R-4.1.4")
def test_a_sales_training_of_any_day_counts_up_to_the_same_date_a_year_later() -> None:
    months = RULES.sales_training_validity_months
    spans = {day: training_days(civil(day), months) for day in OF_ELEVEN_YEARS}
    assert {day: (span.start.isoformat(), str(span.end)) for day, span in spans.items()} == {
        day: (day, years_on(day, 1)) for day in OF_ELEVEN_YEARS
    }


@pytest.mark.rule("R-4.1.4")
@pytest.mark.parametrize(
    ("completed_on", "end"),
    [
        ("2020-02-28", "2021-02-28"), ("2020-02-29", "2021-02-28"), ("2020-03-01", "2021-03-01"),
        ("2023-02-28", "2024-02-28"), ("2024-02-29", "2025-02-28"), ("2027-02-28", "2028-02-28"),
        ("2024-01-31", "2025-01-31"), ("2024-12-31", "2025-12-31"),
    ],
)  # fmt: skip
def test_twelve_months_by_hand(completed_on: str, end: str) -> None:
    assert training_days(civil(completed_on), RULES.sales_training_validity_months).end == civil(end)


@pytest.mark.rule("R-4.1.3")
def test_an_onboarding_training_never_ends() -> None:
    assert {training_days(civil(day), None).end for day in MONTH_ENDS} == {None}


@pytest.mark.rule("R-4.1.7")
def test_the_current_and_the_following_month_end_with_the_month_after_any_day() -> None:
    ends = {day: end_of_following_month(civil(day), RULES).isoformat() for day in OF_ELEVEN_YEARS}
    assert ends == {day: last_of(int(day[:4]), int(day[5:7]) + 1) for day in OF_ELEVEN_YEARS}


@pytest.mark.rule("R-4.1.7")
def test_a_notice_of_any_day_leaves_the_current_and_the_following_month() -> None:
    ends = {day: end_of_remedy(civil(day), RULES).isoformat() for day in OF_ELEVEN_YEARS}
    assert ends == {day: last_of(int(day[:4]), int(day[5:7]) + 1) for day in OF_ELEVEN_YEARS}


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2020-01-01", "2020-02-29"), ("2020-01-31", "2020-02-29"), ("2021-01-31", "2021-02-28"),
        ("2024-01-30", "2024-02-29"), ("2024-02-29", "2024-03-31"), ("2023-02-28", "2023-03-31"),
        ("2023-03-31", "2023-04-30"), ("2023-11-30", "2023-12-31"), ("2023-12-01", "2024-01-31"),
        ("2030-12-31", "2031-01-31"),
    ],
)  # fmt: skip
def test_the_following_month_by_hand(day: str, end: str) -> None:
    assert end_of_following_month(civil(day), RULES) == civil(end)


def premier(since: str, on: str) -> Situation:
    became = TierChange(
        changed_on=civil(since), from_tier=None, to_tier=Tier.PREMIER, reason=ChangeReason.PLACED, rule="R-2.2b",
        edition="guide-2022",
    )  # fmt: skip
    return Situation(facts(), RULEBOOK.at(civil(on)), (became,))


@pytest.mark.rule("R-4.1.6")
def test_the_first_plan_is_due_sixty_days_after_any_day_of_becoming_premier() -> None:
    days = [day for day in OF_ELEVEN_YEARS if day >= "2022-03-01"]
    assert {day: str(plan_due_on(premier(day, day))) for day in days} == {day: days_on(day, 60) for day in days}


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize("day", MONTH_ENDS)
def test_the_plan_of_the_next_year_is_due_sixty_days_after_new_year_or_after_becoming_premier(day: str) -> None:
    year = max(int(day[:4]) + 1, 2023)  # the rulebook's first whole year
    march = f"{year}-03-01" if year in LEAP_YEARS else f"{year}-03-02"
    assert str(plan_due_on(premier(day, f"{year}-01-01"))) == max(march, days_on(day, 60))


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(
    ("since", "on", "due"),
    [
        ("2024-01-01", "2024-01-01", "2024-03-01"), ("2023-01-01", "2023-01-01", "2023-03-02"),
        ("2024-01-31", "2024-06-01", "2024-03-31"), ("2024-02-29", "2024-02-29", "2024-04-29"),
        ("2023-12-31", "2023-12-31", "2024-02-29"), ("2023-12-31", "2024-01-01", "2024-03-01"),
        ("2022-12-31", "2023-01-01", "2023-03-02"), ("2022-05-01", "2028-07-01", "2028-03-01"),
    ],
)  # fmt: skip
def test_sixty_days_to_the_plan_by_hand(since: str, on: str, due: str) -> None:
    assert plan_due_on(premier(since, on)) == civil(due)


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize("day", MONTH_ENDS_IN_FORCE)
def test_a_first_alignment_is_due_by_the_end_of_the_month_after_becoming_premier(day: str) -> None:
    assert str(brand_due_on(premier(day, day))) == last_of(int(day[:4]), int(day[5:7]) + 1)


@pytest.mark.rule("R-5.4d")
def test_the_books_of_every_quarter_close_thirty_days_after_its_last_day() -> None:
    quarters = [Quarter(year, number) for year in YEARS for number in (1, 2, 3, 4) if (year, number) >= (2022, 1)]
    closes = {str(quarter): str(close_of(quarter, RULEBOOK)) for quarter in quarters}
    assert closes == {str(quarter): days_on(last_of(quarter.year, quarter.number * 3), 30) for quarter in quarters}
    by_hand = {"2023Q4": "2024-01-30", "2024Q1": "2024-04-30", "2024Q2": "2024-07-30", "2024Q3": "2024-10-30"}
    assert {name: closes[name] for name in by_hand} == by_hand


@pytest.mark.rule("R-5.4d")
def test_quarters_before_the_rulebook_are_never_closed() -> None:
    assert [close_of(Quarter(2021, number), RULEBOOK) for number in (1, 2, 3, 4)] == [None] * 4


HOLIDAYS = {
    "2022-01-01", "2022-04-14", "2022-04-15", "2022-04-17", "2022-04-18", "2022-05-13", "2022-05-26", "2022-06-05",
    "2022-06-06", "2022-12-25", "2022-12-26",
    "2023-01-01", "2023-04-06", "2023-04-07", "2023-04-09", "2023-04-10", "2023-05-05", "2023-05-18", "2023-05-28",
    "2023-05-29", "2023-12-25", "2023-12-26",
}  # fmt: skip
"""Of Denmark, from 2024 on without the Great Prayer Day: New Year, Easter, Ascension, Whitsun, Christmas."""
EASTER = {2024: "03-31", 2025: "04-20", 2026: "04-05", 2027: "03-28", 2028: "04-16", 2029: "04-01", 2030: "04-21"}


def works(day: str) -> bool:
    year = int(day[:4])
    if weekday(day) > 5 or day in HOLIDAYS or day[5:] in ("01-01", "12-25", "12-26"):
        return False
    easter = f"{year}-{EASTER[year]}" if year in EASTER else None
    return easter is None or day not in {days_on(easter, count) for count in (-3, -2, 0, 1, 39, 49, 50)}


def three_business_days_on(day: str) -> str:
    """The third day on which the vendor works, counted from the next one."""
    found = 0
    while found < 3:
        day = days_on(day, 1)
        found += works(day)
    return day


IN_THE_CALENDAR = [day for day in OF_ELEVEN_YEARS if "2022-01-01" <= day <= "2030-12-20"]


@pytest.mark.rule("R-3.1a")
def test_three_business_days_after_any_day_of_2022_to_2030_are_over_on_the_day_counted_by_hand() -> None:
    wrong = []
    for day in IN_THE_CALENDAR:
        third = three_business_days_on(day)
        found = [RULES.business_days_between(civil(day), civil(days_on(third, count))) for count in (-1, 0)]
        wrong += [] if found == [2, 3] else [(day, third, found)]
    assert wrong == []


@pytest.mark.rule("R-3.1a")
@pytest.mark.parametrize(
    ("day", "third"),
    [
        ("2024-02-29", "2024-03-05"), ("2028-02-29", "2028-03-03"), ("2024-03-31", "2024-04-04"),
        ("2024-05-31", "2024-06-05"), ("2023-04-30", "2023-05-03"), ("2022-12-31", "2023-01-04"),
        ("2024-12-31", "2025-01-06"), ("2025-04-30", "2025-05-05"), ("2027-03-24", "2027-04-01"),
        ("2026-05-31", "2026-06-03"), ("2026-12-24", "2026-12-30"),
    ],
)  # fmt: skip
def test_three_business_days_by_hand(day: str, third: str) -> None:
    found = [RULES.business_days_between(civil(day), civil(days_on(third, count))) for count in (-1, 0)]
    assert found == [2, 3]


@pytest.mark.rule("R-3.1a")
@pytest.mark.parametrize("day", [day for day in MONTH_ENDS if day < "2021-12-31"])
def test_before_2022_there_is_no_calendar_of_business_days_and_none_is_guessed(day: str) -> None:
    with pytest.raises(NotInForce):
        RULES.business_days_between(civil(day), civil(days_on(day, 1)))


@pytest.mark.rule("R-3.1a")
def test_the_count_may_begin_the_day_before_the_calendar_and_not_reach_beyond_it() -> None:
    assert RULES.business_days_between(civil("2021-12-31"), civil("2022-01-05")) == 3
    with pytest.raises(NotInForce):
        RULES.business_days_between(civil("2030-12-30"), civil("2031-01-01"))
