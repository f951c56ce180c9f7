"""A value of the rulebook that changes under an account: nothing is asked of anybody before its first day (R-3.2)."""

import pytest

from partner_program.domain.facts import Record
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, case_of, open_cases, steps
from tests.fakes.records import (
    Known,
    certified,
    day,
    employed,
    in_program,
    kept_qualified,
    kept_tier,
    opening,
    placed,
    rulebook,
    sales,
    trained,
)

REVENUE: list[Known] = [opening(year, "60000") for year in (2022, 2023, 2024)]


def dated(entry: str, before: str, after: str, since: str = "2024-03-01") -> str:
    """An owner's value that changes on a day."""
    return f'"{entry}" = [{{ from = 2022-01-01, value = {before} }}, {{ from = {since}, value = {after} }}]\n'


def advanced(owner: str, *more: Known, without: str = "") -> Story:
    """Advanced in everything but the certifications or trainings named."""
    kept = [item for item in kept_qualified("advanced") if not without or without not in "/".join(map(str, item.key))]
    return Story(*in_program(), placed("advanced"), *REVENUE, *kept, *more, book=rulebook(owner))


ANNA = [employed("anna"), certified("anna", "MCDE", "2022-06-15")]
"""Valid for twenty-four months, up to 14 June 2024."""

CHANGES: dict[str, tuple[str, list[Record], str, str]] = {
    "one more design engineer": (dated("people_required.MCDE.advanced", "1", "2"), [], "", "MCDE"),
    "the first integration engineer": (dated("people_required.MCIE.advanced", "0", "1"), [], "", "MCIE"),
    "a certification that lasts less long": (
        dated("certification.validity", "24", "12"), ANNA, "MCDE", "MCDE",
    ),
    "the onboarding training": (
        dated("training_required.onboarding.advanced", "false", "true"), [], "onboarding", "onboarding_training",
    ),
    "the annual training": (
        dated("training_required.annual_sales.advanced", "false", "true"), [], "annual_sales", "annual_sales_training",
    ),
    "a training that lasts less long": (
        dated("training_validity.annual_sales", "12", "6"),
        [trained("annual_sales", on) for on in ("2022-12-01", "2023-07-01")], "annual_sales", "annual_sales_training",
    ),
}  # fmt: skip


@pytest.mark.rule("R-3.2", "R-3.3")
@pytest.mark.parametrize("change", CHANGES)
def test_what_the_rulebook_asks_for_newly_is_owed_from_its_first_day_with_sixty_days(change: str) -> None:
    owner, more, without, requirement = CHANGES[change]
    story = advanced(owner, *more, without=without)
    before = story.until("2024-02-29")
    assert (before.tier, before.cases) == (Tier.ADVANCED, ())
    case = case_of(story.until("2024-03-01"), requirement)
    assert (case.opened_on, case.due_on) == (day("2024-03-01"), day("2024-04-30"))
    assert case.causes == ("asked for since 2024-03-01",)
    assert story.until("2024-04-30").tier is Tier.ADVANCED
    assert steps(story.until("2024-05-01"))[1:] == [("2024-05-01", "authorized")]


@pytest.mark.rule("R-3.2")
def test_what_was_asked_for_once_before_is_asked_for_anew_all_the_same() -> None:
    """Two design engineers up to May 2023, one up to February 2024, two again: nobody was short in between."""
    values = "{ from = 2022-01-01, value = 2 }, { from = 2023-06-01, value = 1 }, { from = 2024-03-01, value = 2 }"
    bo = [employed("bo", until="2023-07-01"), certified("bo", "MCDE", "2022-06-15")]
    story = advanced(f'"people_required.MCDE.advanced" = [{values}]\n', *bo)
    assert story.until("2024-02-29").cases == ()
    case = case_of(story.until("2024-03-01"), "MCDE")
    assert (case.opened_on, case.causes) == (day("2024-03-01"), ("asked for since 2024-03-01",))


@pytest.mark.rule("R-3.2")
def test_a_number_that_is_lowered_and_still_missed_has_been_asked_for_all_along() -> None:
    owner = dated("people_required.MCDE.advanced", "2", "1", since="2023-02-01")
    case = case_of(advanced(owner, without="MCDE").until("2023-02-01"), "MCDE")
    assert (case.opened_on, case.due_on, case.missing) == (day("2023-01-02"), day("2023-03-03"), "1 person")


@pytest.mark.rule("R-3.2")
def test_a_number_that_is_lowered_cures() -> None:
    owner = dated("people_required.MCDE.advanced", "2", "1", since="2023-02-01")
    story = advanced(owner)
    assert open_cases(story.until("2023-01-31")) == ["MCDE"]
    assert open_cases(story.until("2023-02-01")) == []
    assert story.until("2023-12-31").tier is Tier.ADVANCED


@pytest.mark.rule("R-3.2", "R-3.3")
def test_who_is_short_later_is_short_from_that_day_for_the_reason_of_that_day() -> None:
    bo = [employed("bo", until="2024-03-10"), certified("bo", "MCDE", "2023-06-15")]
    story = advanced(dated("people_required.MCDE.advanced", "1", "2"), *bo)
    assert story.until("2024-03-09").cases == ()
    case = case_of(story.until("2024-03-10"), "MCDE")
    assert (case.opened_on, case.due_on) == (day("2024-03-10"), day("2024-05-09"))
    assert case.causes == ("the holder of MCDE bo-MCDE-2023-06-15 of bo left",)


@pytest.mark.rule("R-3.2", "R-3.3")
def test_who_is_short_already_gets_no_days_more_by_a_number_that_is_raised() -> None:
    """Kim left on 5 January and the account has had nobody since: sixty days from there, whatever is asked besides."""
    story = advanced(dated("people_required.MCDE.advanced", "1", "2"))
    story.then("2024-01-05", employed("kim", "2022-01-01", "2024-01-05"))
    assert case_of(story.until("2024-02-29"), "MCDE").due_on == day("2024-03-05")
    assert case_of(story.until("2024-03-01"), "MCDE").due_on == day("2024-03-05")
    assert steps(story.until("2024-03-06"))[1:] == [("2024-03-06", "authorized")]


@pytest.mark.rule("R-3.2", "R-3.3")
@pytest.mark.catalogue("F49")
def test_who_had_mended_it_before_more_was_asked_for_is_short_from_that_day_even_if_recorded_later() -> None:
    """One was there from 10 February on, as is told on 2 March; two are needed since the 1st."""
    story = advanced(dated("people_required.MCDE.advanced", "1", "2"))
    story.then("2024-01-05", employed("kim", "2022-01-01", "2024-01-05"))
    anna = [certified("anna", kind, "2023-06-01") for kind in ("MCDE", "MCIT")]
    state = story.then("2024-03-02", employed("anna", "2024-02-10"), *anna).until("2024-04-30")
    assert state.tier is Tier.ADVANCED
    assert [(str(case.opened_on), str(case.outcome)) for case in state.cases if case.requirement == "MCDE"] == [
        ("2024-01-05", "cured"), ("2024-03-01", "None"),
    ]  # fmt: skip


# -- the day on which a year's books close


def closing(owner: str, *more: Known, of_2023: str = "10") -> Story:
    """Advanced in everything but the revenue of 2023."""
    kept = [*kept_tier("advanced"), opening(2022, "60000"), opening(2023, of_2023)]
    return Story(*in_program(), placed("advanced"), *kept, *more, book=rulebook(owner))


@pytest.mark.rule("R-3.4b", "R-5.4d")
@pytest.mark.parametrize(
    ("since", "days", "lost_on"),
    [
        ("2024-01-20", 10, "2024-01-20"),  # by the new value it was on the 10th: judged on the first day that says so
        ("2024-01-20", 20, "2024-01-20"),
        ("2024-01-20", 21, "2024-01-21"),
        ("2024-01-20", 60, "2024-02-29"),
        ("2024-02-10", 60, "2024-01-30"),
        ("2024-02-10", 10, "2024-01-30"),
    ],
)
def test_another_day_of_the_close_lets_no_year_go_unjudged(since: str, days: int, lost_on: str) -> None:
    story = closing(dated("quarter.close_days", "30", str(days), since))
    assert steps(story.until("2024-12-31"))[1:] == [(lost_on, "authorized")]


@pytest.mark.rule("R-3.4b", "R-5.4d")
@pytest.mark.catalogue("F26")
def test_a_day_of_the_close_that_is_moved_into_the_past_is_seen_by_whoever_looks_late_too() -> None:
    story = closing(dated("quarter.close_days", "30", "10", "2024-01-20"))
    assert story.until("2024-02-10") == story.daily("2024-02-10")


@pytest.mark.rule("R-3.4b", "R-5.4d")
@pytest.mark.parametrize("days", [10, 60])
def test_a_year_is_judged_once_however_the_day_of_its_close_is_moved(days: int) -> None:
    """On 30 January this year's revenue was enough; it was returned in February."""
    january = sales("2024-01", "60000", known="2024-01-15")
    returned = sales("2024-02", "-60000", known="2024-02-08")
    story = closing(dated("quarter.close_days", "30", str(days), "2024-02-10"), january, returned)
    state = story.until("2024-12-31")
    assert (steps(state)[1:], str(state.ytd_revenue)) == ([], "0")
    assert story.until("2024-02-10").memory.judged_year == 2023
    assert story.until("2024-01-29").memory.judged_year == 2022


@pytest.mark.rule("R-3.4b")
@pytest.mark.parametrize(
    ("threshold", "of_2023", "lost"),
    [
        (60000, "50000", False), (60000, "49999.99", True),  # raised: 2023 is held against what was asked in 2023
        (40000, "40000", False), (40000, "39999.99", True),  # lowered: what it asks for now is there
    ],
)  # fmt: skip
def test_a_new_years_threshold_is_not_what_the_old_year_is_judged_by(threshold: int, of_2023: str, lost: bool) -> None:
    owner = dated("revenue_threshold.*.advanced", "50000", str(threshold), since="2024-01-01")
    assert steps(closing(owner, of_2023=of_2023).until("2024-12-31"))[1:] == (
        [("2024-01-30", "authorized")] if lost else []
    )


@pytest.mark.rule("R-3.4b")
def test_every_year_is_judged() -> None:
    """2023 was enough, 2024 is not."""
    story = closing("", of_2023="60000")
    assert steps(story.until("2025-01-29"))[1:] == []
    assert steps(story.until("2025-12-31"))[1:] == [("2025-01-30", "authorized")]
