"""The vendor's verdicts on cases: demote, extend, waive, end the participation (R-4.1.6, R-4.1.7, R-3.4b)."""

import pytest

from partner_program.domain.tiers.account import ChangeReason
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, case_of, events, open_cases, steps
from tests.fakes.records import (
    Known,
    accepted,
    brand_review,
    day,
    decided,
    employed,
    in_program,
    kept_qualified,
    opening,
    partner,
    placed,
    plan,
    rulebook,
    site,
)

OPENED, DUE, OVER = "2023-01-02", "2023-03-03", "2023-03-04"
"""Of the plan of an account that has been Premier since the program's first day; `OVER` is the day after the last."""


def premier(*more: Known, owner: str = "") -> Story:
    """Premier in everything but the plan of 2023."""
    kept = [*kept_qualified("premier"), brand_review("2022-06-01"), opening(2022, "200000"), opening(2023, "200000")]
    return Story(*in_program(), placed("premier"), *kept, *more, book=rulebook(owner))


def termless(*more: Known) -> Story:
    """Advanced in everything but the Terms, which nobody accepted."""
    kept = [*kept_qualified("advanced"), opening(2022, "60000"), opening(2023, "60000")]
    return Story(partner(), site(), placed("advanced"), *kept, *more)


def flagged(*more: Known) -> Story:
    """Authorized all through 2023, with less than the 1000 of its tier; flagged at the close, on 30 January 2024."""
    return Story(*in_program(), placed("authorized", "2023-01-01"), opening(2023, "999.99"), *more)


def idle(story: Story, on: str) -> list[tuple[str, str]]:
    """Decisions without effect: when they were looked at, and why."""
    return [(str(item.on), item.why) for item in story.until(on).memory.idle_decisions]


@pytest.mark.rule("R-4.1.6")
def test_where_the_vendor_may_act_the_case_waits_from_the_day_after_its_last_and_the_tier_is_kept() -> None:
    story = premier()
    assert not case_of(story.until(DUE), "business_plan").decision_due
    waiting = case_of(story.until(OVER), "business_plan")
    assert waiting.decision_due
    assert events(waiting)[-1] == (OVER, "decision_due")
    later = story.until("2023-12-31")
    assert (later.tier, case_of(later, "business_plan").decision_due) == (Tier.PREMIER, True)
    assert [step for _, step in events(case_of(later, "business_plan"))].count("decision_due") == 1


@pytest.mark.rule("R-4.1.6")
def test_demote_costs_the_tier_on_its_day_and_says_why() -> None:
    state = premier(decided("business_plan", OPENED, "demote", "2023-03-10")).until("2023-03-10")
    change = state.tier_changes[-1]
    assert (str(change.changed_on), change.to_tier, change.reason, change.rule) == (
        "2023-03-10", Tier.ADVANCED, ChangeReason.DEMOTED, "R-4.1.6",
    )  # fmt: skip
    assert change.cause == (
        "business plan: Business Plan 2023 since 2023-01-02, to be mended by 2023-03-03 "
        "(decided by the vendor on 2023-03-10: as agreed)"
    )
    case = case_of(state, "business_plan")
    assert (str(case.outcome), str(case.closed_on), len(case.decisions)) == ("demoted", "2023-03-10", 1)
    assert case.decisions[0].decided_by == "Petra", "the case tells who; the cause, which the partner reads, does not"
    assert events(case)[-2:] == [("2023-03-10", "decided"), ("2023-03-10", "closed")]
    assert state.memory.idle_decisions == ()


@pytest.mark.rule("R-4.1.6")
def test_demote_leads_to_the_tier_that_the_other_qualifications_support() -> None:
    """R-4.1.7 says so of the brand: "to Advanced or Authorized, whichever"; Kim and Lou have left."""
    story = premier(decided("business_plan", OPENED, "demote", "2023-03-10"))
    story.then("2023-03-01", *(employed(who, "2022-01-01", "2023-03-01") for who in ("kim", "lou")))
    state = story.until("2023-03-10")
    assert steps(state)[-1] == ("2023-03-10", "authorized")
    assert {str(case.outcome) for case in state.cases if case.requirement == "MCDE"} == {"moot"}


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(("on", "effect"), [(DUE, False), (OVER, True)])
def test_the_tier_can_be_taken_only_once_the_time_is_over(on: str, effect: bool) -> None:
    story = premier(decided("business_plan", OPENED, "demote", on))
    assert (story.until("2023-03-31").tier is not Tier.PREMIER) is effect
    why = "there is time until 2023-03-03: it can be decided from 2023-03-04 on"
    assert idle(story, "2023-03-31") == ([] if effect else [(DUE, why)])


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize("on", ["2023-02-01", "2023-03-20"])
def test_extend_sets_another_last_day_before_and_after_the_first_one(on: str) -> None:
    story = premier(decided("business_plan", OPENED, "extend", on, until="2023-04-10"))
    case = case_of(story.until("2023-04-10"), "business_plan")
    assert (case.due_on, case.decision_due) == (day("2023-04-10"), False)
    plan_owed = next(item for item in story.until("2023-04-10").findings if item.requirement == "business_plan")
    assert (plan_owed.met, plan_owed.until) == (True, day("2023-04-11"))
    assert (on, "decided") in events(case)


@pytest.mark.rule("R-4.1.6")
def test_extended_and_missed_again_the_vendor_decides_again() -> None:
    story = premier(
        decided("business_plan", OPENED, "extend", "2023-03-20", until="2023-04-10"),
        decided("business_plan", OPENED, "demote", "2023-04-15"),
    )
    case = case_of(story.until("2023-04-11"), "business_plan")
    assert [each for each in events(case) if each[1] == "decision_due"] == [
        (OVER, "decision_due"), ("2023-04-11", "decision_due"),
    ]  # fmt: skip
    assert case.decision_due
    assert steps(story.until("2023-04-15"))[-1] == ("2023-04-15", "advanced")


@pytest.mark.rule("R-4.1.6")
def test_extended_and_delivered_nothing_happens() -> None:
    story = premier(decided("business_plan", OPENED, "extend", "2023-03-20", until="2023-04-10"))
    story.then("2023-04-10", plan(2023, "2023-04-10"))
    state = story.until("2023-06-30")
    assert (state.tier, str(case_of(state, "business_plan").outcome)) == (Tier.PREMIER, "cured")


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize("on", ["2023-02-01", "2023-03-20"])
def test_waive_ends_the_case_of_the_year_and_the_next_year_owes_its_own_plan(on: str) -> None:
    story = premier(decided("business_plan", OPENED, "waive", on))
    state = story.until("2023-12-31")
    case = case_of(state, "business_plan")
    assert (str(case.outcome), str(case.closed_on)) == ("waived", on)
    found = next(item for item in state.findings if item.requirement == "business_plan")
    assert found.met
    assert found.found.startswith(f"waived by the vendor on {on}: as agreed; ")
    assert open_cases(story.until("2024-01-01")) == ["business_plan 2024"]


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize(("on", "effect"), [(DUE, False), (OVER, True)])
def test_the_participation_can_be_ended_only_once_the_time_is_over(on: str, effect: bool) -> None:
    """The Terms were never accepted: sixty days from the placement."""
    story = termless(decided("terms", OPENED, "end_participation", on))
    assert (story.until("2023-03-31").tier is None) is effect
    why = "there is time until 2023-03-03: it can be decided from 2023-03-04 on"
    assert idle(story, "2023-03-31") == ([] if effect else [(DUE, why)])


@pytest.mark.rule("R-4.1.1")
def test_end_participation_leaves_no_tier_and_nothing_brings_it_back_by_itself() -> None:
    """Not even the acceptance for want of which it was ended."""
    story = termless(decided("terms", OPENED, "end_participation", "2023-03-10"))
    story.then("2023-05-01", accepted("2023-05-01"))
    state = story.until("2023-03-10")
    change = state.tier_changes[-1]
    assert (str(change.changed_on), change.from_tier, change.to_tier, change.reason, change.rule) == (
        "2023-03-10", Tier.ADVANCED, None, ChangeReason.ENDED, "R-4.1.1",
    )  # fmt: skip
    assert change.cause == "decided by the vendor on 2023-03-10: as agreed"
    assert (str(case_of(state, "terms").outcome), state.tier, state.findings) == ("ended", None, ())
    later = story.until("2024-06-30")
    assert (later.tier, later.tier_changes, open_cases(later)) == (None, state.tier_changes, [])


@pytest.mark.rule("R-4.1.6")
def test_a_decision_recorded_late_acts_on_the_day_on_which_it_is_known() -> None:
    story = premier().then("2023-03-20", decided("business_plan", OPENED, "demote", "2023-03-10"))
    assert steps(story.until("2023-05-01"))[-1] == ("2023-03-20", "advanced")


@pytest.mark.rule("R-4.1.6")
def test_a_decision_recorded_ahead_acts_on_its_own_day() -> None:
    story = premier().then("2023-03-05", decided("business_plan", OPENED, "demote", "2023-03-10"))
    assert story.until("2023-03-09").tier is Tier.PREMIER
    assert steps(story.until("2023-05-01"))[-1] == ("2023-03-10", "advanced")


@pytest.mark.rule("R-3.4b", "R-4.1.2")
@pytest.mark.parametrize(
    ("verdict", "tier", "outcome"),
    [("end_participation", None, "ended"), ("waive", Tier.AUTHORIZED, "waived")],
)
def test_on_the_participation_of_an_authorized_account_the_vendor_decides(
    verdict: str, tier: Tier | None, outcome: str
) -> None:
    story = flagged(decided("revenue", "2024-01-30", verdict, "2024-02-10"))
    assert case_of(story.until("2024-02-09"), "revenue").decision_due
    state = story.until("2024-12-31")
    assert (state.tier, str(case_of(state, "revenue").outcome)) == (tier, outcome)


@pytest.mark.rule("R-3.4b")
def test_a_flag_can_be_put_off_to_a_day_and_then_waits_again() -> None:
    story = flagged(decided("revenue", "2024-01-30", "extend", "2024-02-10", until="2024-06-30"))
    assert not case_of(story.until("2024-06-30"), "revenue").decision_due
    assert case_of(story.until("2024-07-01"), "revenue").decision_due


@pytest.mark.rule("R-4.1.6", "R-4.1.7")
def test_two_cases_on_which_the_vendor_decides_on_one_day_cost_the_tier_once() -> None:
    kept = [*kept_qualified("premier"), opening(2022, "200000")]
    both = [
        decided("business_plan", OPENED, "demote", "2023-04-10"),
        decided("brand_alignment", OPENED, "demote", "2023-05-10"),
    ]
    story = Story(*in_program(), placed("premier"), *kept, *both)
    assert steps(story.until("2023-05-10"))[1:] == [("2023-04-10", "advanced")]
    assert idle(story, "2023-05-10") == [("2023-05-10", "the case had ended on 2023-04-10: moot")]
    together = [item.model_copy(update={"decided_on": day("2023-05-10")}) for item in both]
    state = Story(*in_program(), placed("premier"), *kept, *together).until("2023-05-10")
    assert steps(state)[1:] == [("2023-05-10", "advanced")]
    assert {case.requirement.value: str(case.outcome) for case in state.cases} == {
        "business_plan": "demoted", "brand_alignment": "demoted",
    }  # fmt: skip


@pytest.mark.rule("R-4.1.6")
def test_the_owner_may_have_the_clock_decide_on_the_business_plan() -> None:
    story = premier(owner='"decision.business_plan" = "automatic"\n')
    assert story.until(DUE).tier is Tier.PREMIER
    state = story.until(OVER)
    assert steps(state)[-1] == (OVER, "advanced")
    assert (state.tier_changes[-1].rule, str(case_of(state, "business_plan").outcome)) == ("R-4.1.6", "demoted")
    assert "decision_due" not in [step for _, step in events(case_of(state, "business_plan"))]


@pytest.mark.rule("R-4.1.6")
def test_even_where_the_clock_decides_the_vendor_may_extend_before() -> None:
    story = premier(
        decided("business_plan", OPENED, "extend", DUE, until="2023-03-31"),
        owner='"decision.business_plan" = "automatic"\n',
    )
    assert story.until("2023-03-31").tier is Tier.PREMIER
    assert steps(story.until("2023-04-01"))[-1] == ("2023-04-01", "advanced")


@pytest.mark.rule("R-4.1.7")
def test_the_owner_may_have_the_clock_decide_on_the_brand_after_the_second_period() -> None:
    kept = [*kept_qualified("premier"), plan(2023, "2023-01-02"), opening(2022, "200000")]
    book = rulebook('"decision.brand_alignment" = "automatic"\n')
    story = Story(*in_program(), placed("premier"), *kept, book=book)
    assert story.until("2023-04-30").tier is Tier.PREMIER
    assert steps(story.until("2023-05-01"))[-1] == ("2023-05-01", "advanced")
