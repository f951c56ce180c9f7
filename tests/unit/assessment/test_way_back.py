"""The way back to Premier: what it was lost for is made up for first, each of several causes (R-4.1.6, R-4.1.7)."""

import pytest

from partner_program.domain.facts import Record
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.cases import Case
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, case_of, open_cases, steps
from tests.fakes.records import (
    Known,
    brand_review,
    certified,
    decided,
    employed,
    in_program,
    kept_qualified,
    opening,
    placed,
    plan,
    rulebook,
)

OPENED = "2023-01-02"
AUTOMATIC = '"decision.business_plan" = "automatic"\n"decision.brand_alignment" = "automatic"\n'
PLAN, BRAND = plan(2023, "2023-05-20"), brand_review("2023-05-20")


def premier(*more: Known, owner: str = "", since: str = OPENED) -> Story:
    """Premier in everything but plans and brand."""
    kept = [*kept_qualified("premier"), *(opening(year, "200000") for year in (2022, 2023, 2024, 2025))]
    return Story(*in_program(), placed("premier", since), *kept, *more, book=rulebook(owner), first=since)


def planless(*more: Known) -> Story:
    """Premier in everything but plans."""
    return premier(brand_review("2022-06-01"), *more)


def brandless(since: str, *more: Known) -> Story:
    """Premier in everything but the brand, from a day on."""
    return premier(*(plan(year, "2022-12-01") for year in (2023, 2024)), *more, since=since)


def both_decided(on: str = "2023-05-10") -> list[Known]:
    return [decided("business_plan", OPENED, "demote", on), decided("brand_alignment", OPENED, "demote", on)]


@pytest.mark.rule("R-4.1.6", "R-3.1a")
def test_who_lost_premier_for_its_plan_is_not_promoted_before_it_is_there() -> None:
    story = planless(decided("business_plan", OPENED, "demote", "2023-03-10"))
    assert steps(story.until("2023-12-31"))[1:] == [("2023-03-10", "advanced")]
    story.then("2023-06-01", plan(2023, "2023-06-01"))
    assert steps(story.until("2023-06-30"))[1:] == [("2023-03-10", "advanced"), ("2023-06-01", "premier")]


@pytest.mark.rule("R-4.1.7", "R-3.1a")
def test_who_lost_premier_for_its_brand_is_not_promoted_before_a_review_is_fulfilled() -> None:
    story = brandless("2023-06-15", decided("brand_alignment", "2023-06-15", "demote", "2023-10-05"))
    assert steps(story.until("2024-01-15"))[1:] == [("2023-10-05", "advanced")]
    story.then("2023-11-10", brand_review("2023-11-10"))
    state = story.until("2024-01-15")
    assert steps(state)[1:] == [("2023-10-05", "advanced"), ("2023-11-10", "premier")]
    assert open_cases(state) == []


@pytest.mark.rule("R-4.1.6", "R-3.1a")
def test_a_new_year_asks_for_the_plan_of_the_new_year() -> None:
    story = planless(decided("business_plan", OPENED, "demote", "2023-03-10"))
    assert steps(story.then("2024-02-01", plan(2023, "2024-02-01")).until("2024-02-10"))[1:] == [
        ("2023-03-10", "advanced"),
    ]  # fmt: skip
    story.then("2024-02-05", plan(2024, "2024-02-05"))
    assert steps(story.until("2024-02-10"))[-1] == ("2024-02-05", "premier")


def brand_cases(state: AccountState) -> list[Case]:
    return [case for case in state.cases if case.requirement == "brand_alignment"]


# -- several causes on one day


@pytest.mark.rule("R-4.1.6", "R-4.1.7")
@pytest.mark.parametrize("first", [PLAN, BRAND])
@pytest.mark.parametrize("owner", ["", AUTOMATIC])
def test_premier_lost_for_plan_and_brand_comes_back_when_both_are_there(first: Record, owner: str) -> None:
    """By the vendor's two verdicts of a day, or by two clocks that run out on it: the plan's was put off to April."""
    extended = decided("business_plan", OPENED, "extend", "2023-02-01", until="2023-04-30")
    story = premier(extended, owner=owner) if owner else premier(*both_decided())
    lost_on = "2023-05-01" if owner else "2023-05-10"
    second = BRAND if first is PLAN else PLAN
    assert steps(story.until("2023-05-19"))[1:] == [(lost_on, "advanced")]
    story.then("2023-05-20", first)
    assert steps(story.until("2023-06-30"))[1:] == [(lost_on, "advanced")]
    story.then("2023-06-10", second)
    assert steps(story.until("2023-06-30"))[1:] == [(lost_on, "advanced"), ("2023-06-10", "premier")]


@pytest.mark.rule("R-4.1.6", "R-3.3")
@pytest.mark.parametrize("plan_comes_first", [True, False])
def test_premier_lost_for_a_certification_and_the_plan_on_one_day_comes_back_with_both(plan_comes_first: bool) -> None:
    """Lou left on 2 January: both clocks are over on 3 March, and the change names both cases."""
    story = premier(brand_review("2022-06-01"), owner=AUTOMATIC).then(OPENED, employed("lou", "2022-01-01", OPENED))
    lost = story.until("2023-03-04").tier_changes[-1]
    assert {one.rsplit("-2023-01", 1)[0] for one in lost.case_ids} == {"MCDE", "MCIT", "business_plan-2023"}
    facts: list[Known] = [plan(2023, "2023-04-01"), employed("lou", "2023-04-01")]
    first, second = facts if plan_comes_first else reversed(facts)
    story.then("2023-04-01", first)
    assert story.until("2023-04-30").tier is Tier.ADVANCED
    story.then("2023-05-01", second)
    assert steps(story.until("2023-05-01"))[1:] == [("2023-03-04", "advanced"), ("2023-05-01", "premier")]


# -- for the plan of an earlier year


@pytest.mark.rule("R-4.1.6", "R-3.1a")
def test_premier_lost_for_last_years_plan_comes_back_with_that_one_not_at_once_by_this_years() -> None:
    story = planless(plan(2024, "2024-01-10"), decided("business_plan", OPENED, "demote", "2024-02-01"))
    state = story.until("2024-12-31")
    assert steps(state)[1:] == [("2024-02-01", "advanced")]
    told = next(item for item in state.advice[0].missing if item.requirement == "business_plan")
    assert (told.required, told.mend) == ("Business Plan 2023", "Submit the Business Plan 2023.")
    story.then("2024-03-15", plan(2023, "2024-03-15"))
    assert steps(story.until("2024-12-31"))[1:] == [("2024-02-01", "advanced"), ("2024-03-15", "premier")]


@pytest.mark.rule("R-4.1.6", "R-3.1a")
def test_from_the_next_year_on_the_plan_of_that_year_is_what_counts() -> None:
    story = planless(plan(2024, "2024-01-10"), decided("business_plan", OPENED, "demote", "2024-02-01"))
    assert story.until("2025-01-29").tier is Tier.ADVANCED
    story.then("2025-01-10", plan(2025, "2025-01-10"))
    assert steps(story.until("2025-01-29"))[1:] == [("2024-02-01", "advanced"), ("2025-01-10", "premier")]


@pytest.mark.rule("R-4.1.6", "R-3.1a")
def test_premier_lost_for_last_years_plan_while_this_years_is_missing_too_comes_back_with_this_years() -> None:
    story = planless(decided("business_plan", OPENED, "demote", "2024-02-01"))
    story.then("2024-03-15", plan(2023, "2024-03-15"))
    assert story.until("2024-12-31").tier is Tier.ADVANCED
    story.then("2024-04-15", plan(2024, "2024-04-15"))
    assert steps(story.until("2024-12-31"))[1:] == [("2024-02-01", "advanced"), ("2024-04-15", "premier")]


# -- what waited for the vendor when Premier was lost for another cause


def lou_away(story: Story, left: str = "2023-03-20", back: str = "2023-05-25") -> Story:
    """Premier is lost on the sixty-first day after she left; she comes back after that."""
    return story.then(left, employed("lou", "2022-01-01", left)).then(back, employed("lou", back))


@pytest.mark.rule("R-4.1.6", "R-3.3")
def test_a_plan_that_waited_for_the_vendor_when_premier_was_lost_is_made_up_for_first() -> None:
    story = lou_away(planless())
    before = case_of(story.until("2023-05-19"), "business_plan")
    assert before.decision_due
    state = story.until("2023-12-31")
    assert steps(state)[1:] == [("2023-05-20", "advanced")]
    assert {str(case.outcome) for case in state.cases if case.requirement == "business_plan"} == {"moot"}
    story.then("2023-07-01", plan(2023, "2023-07-01"))
    assert steps(story.until("2023-12-31"))[1:] == [("2023-05-20", "advanced"), ("2023-07-01", "premier")]


@pytest.mark.rule("R-4.1.7", "R-3.3")
def test_a_brand_that_waited_for_the_vendor_when_premier_was_lost_is_made_up_for_first() -> None:
    story = lou_away(brandless(OPENED))
    assert case_of(story.until("2023-05-19"), "brand_alignment").decision_due
    assert steps(story.until("2023-12-31"))[1:] == [("2023-05-20", "advanced")]
    story.then("2023-07-01", brand_review("2023-07-01"))
    assert steps(story.until("2023-12-31"))[1:] == [("2023-05-20", "advanced"), ("2023-07-01", "premier")]


@pytest.mark.rule("R-4.1.6", "R-3.3")
@pytest.mark.parametrize(
    ("days", "lost_on", "back"), [(59, "2023-03-03", [("2023-04-01", "premier")]), (60, "2023-03-04", [])]
)
def test_a_plan_that_had_still_time_when_premier_was_lost_does_not_bar_the_way_back(
    days: int, lost_on: str, back: list[tuple[str, str]]
) -> None:
    """It is due on 3 March, and waits for the vendor from the 4th on, even if Premier is lost on that very day."""
    story = premier(brand_review("2022-06-01"), owner=f'"compliance.days" = {days}\n')
    assert steps(lou_away(story, OPENED, "2023-04-01").until("2023-04-30"))[1:] == [(lost_on, "advanced"), *back]


@pytest.mark.rule("R-4.1.7", "R-3.3")
def test_a_brand_in_its_second_period_when_premier_was_lost_has_its_time_anew() -> None:
    """Noticed on 1 March, with time up to 30 April; Premier is lost on the 22nd for Lou, who is back on the 25th."""
    state = lou_away(brandless(OPENED), "2023-01-20", "2023-03-25").until("2023-03-25")
    assert steps(state)[1:] == [("2023-03-22", "advanced"), ("2023-03-25", "premier")]
    assert [(str(case.opened_on), str(case.due_on), str(case.outcome)) for case in brand_cases(state)] == [
        ("2023-01-02", "2023-04-30", "moot"), ("2023-03-25", "2023-04-30", "None"),
    ]  # fmt: skip


@pytest.mark.rule("R-4.1.6", "R-4.1.7", "R-3.3")
def test_a_plan_that_was_put_off_or_waived_when_premier_was_lost_does_not_bar_the_way_back() -> None:
    put_off = decided("business_plan", OPENED, "extend", "2023-03-10", until="2023-12-01")
    waived = decided("business_plan", OPENED, "waive", "2023-03-10")
    for verdict in (put_off, waived):
        story = lou_away(planless(verdict))
        assert steps(story.until("2023-06-30"))[1:] == [("2023-05-20", "advanced"), ("2023-05-25", "premier")]


@pytest.mark.rule("R-4.1.7", "R-3.3")
def test_who_is_certified_again_needs_no_plan_where_none_was_owed() -> None:
    """Nothing waited: Premier is lost for certifications alone, and comes back with them alone."""
    story = lou_away(premier(plan(2023, OPENED), brand_review("2022-06-01"), certified("kim", "MCDE", "2023-01-01")))
    state = story.until("2023-06-30")
    assert steps(state)[1:] == [("2023-05-20", "advanced"), ("2023-05-25", "premier")]
    assert open_cases(state) == []
