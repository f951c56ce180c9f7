"""Verdicts that come too early, name no open case, or ask for what is not to be had: kept with the reason why."""

import pytest

from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, case_of, events, open_cases, steps
from tests.fakes.records import (
    Known,
    brand_review,
    day,
    decided,
    in_program,
    kept_qualified,
    kept_tier,
    opening,
    placed,
    plan,
    rulebook,
)

AUTOMATIC = '"decision.business_plan" = "automatic"\n'
OPENED, DUE, OVER = "2023-01-02", "2023-03-03", "2023-03-04"
"""Of the plan of an account that has been Premier since the program's first day; `OVER` is the day after the last."""


def premier(*more: Known, owner: str = "") -> Story:
    """Premier in everything but the plan of 2023."""
    kept = [*kept_qualified("premier"), brand_review("2022-06-01"), opening(2022, "200000"), opening(2023, "200000")]
    return Story(*in_program(), placed("premier"), *kept, *more, book=rulebook(owner))


def flagged(*more: Known) -> Story:
    """Authorized all through 2023, with less than the 1000 of its tier; flagged at the close, on 30 January 2024."""
    return Story(*in_program(), placed("authorized", "2023-01-01"), opening(2023, "999.99"), *more)


def idle(story: Story, on: str) -> list[tuple[str, str]]:
    """Decisions without effect: when they were looked at, and why."""
    return [(str(item.on), item.why) for item in story.until(on).memory.idle_decisions]


@pytest.mark.rule("R-4.1.6")
def test_a_demotion_that_was_decided_before_the_extension_was_over_has_no_effect() -> None:
    story = premier(
        decided("business_plan", OPENED, "extend", "2023-03-20", until="2023-04-10"),
        decided("business_plan", OPENED, "demote", "2023-04-10"),
    )
    assert story.until("2023-04-30").tier is Tier.PREMIER
    assert [on for on, _ in idle(story, "2023-04-30")] == ["2023-04-10"]


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(
    ("on", "until", "last"),
    [("2023-02-01", DUE, DUE), ("2023-03-20", "2023-03-20", "2023-03-20"), ("2023-03-20", "2023-03-10", "2023-03-20")],
)
def test_an_extension_that_gives_no_day_more_has_no_effect(on: str, until: str, last: str) -> None:
    story = premier(decided("business_plan", OPENED, "extend", on, until=until))
    assert idle(story, "2023-03-31") == [(on, f"the new last day has to be after {last}")]
    assert case_of(story.until("2023-03-31"), "business_plan").due_on == day(DUE)


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(("on", "until"), [("2023-02-01", OVER), ("2023-03-20", "2023-03-21")])
def test_an_extension_by_one_day_is_one(on: str, until: str) -> None:
    story = premier(decided("business_plan", OPENED, "extend", on, until=until))
    assert case_of(story.until("2023-03-31"), "business_plan").due_on == day(until)


@pytest.mark.catalogue("F25")
def test_a_decision_is_looked_at_once() -> None:
    state = premier(decided("business_plan", OPENED, "demote", "2023-02-01")).until("2023-12-31")
    assert state.tier is Tier.PREMIER, "not on the day after the last one, when it would have had effect"
    assert [str(item.on) for item in state.memory.idle_decisions] == ["2023-02-01"]


@pytest.mark.rule("R-4.1.6")
def test_a_decision_on_no_case_has_no_effect_and_says_so() -> None:
    story = premier(decided("business_plan", "2023-01-03", "waive", "2023-02-01"))
    assert idle(story, "2023-03-04") == [
        ("2023-02-01", "there is no business_plan case that was opened on 2023-01-03"),
    ]  # fmt: skip
    assert case_of(story.until(OVER), "business_plan").decision_due


@pytest.mark.rule("R-4.1.6")
def test_a_decision_on_a_case_that_has_ended_has_no_effect_and_says_so() -> None:
    story = premier(plan(2023, "2023-02-01"), decided("business_plan", OPENED, "demote", "2023-03-10"))
    assert story.until("2023-03-10").tier is Tier.PREMIER
    assert idle(story, "2023-03-10") == [("2023-03-10", "the case had ended on 2023-02-01: cured")]


@pytest.mark.rule("R-3.4b")
def test_there_is_no_tier_below_authorized_to_demote_to() -> None:
    story = flagged(decided("revenue", "2024-01-30", "demote", "2024-02-10"))
    assert idle(story, "2024-02-10") == [
        ("2024-02-10", "there is no tier below authorized: the participation can be ended"),
    ]  # fmt: skip
    assert open_cases(story.until("2024-02-10")) == ["revenue 2023"]


@pytest.mark.rule("R-4.1.6", "R-4.1.7")
@pytest.mark.parametrize("requirement", ["business_plan", "brand_alignment"])
def test_for_plan_and_brand_a_participation_is_not_ended_even_once_the_time_is_over(requirement: str) -> None:
    """The Guide takes the tier for them, no more; the case waits on."""
    kept = [*kept_qualified("premier"), opening(2022, "200000"), opening(2023, "200000")]
    end = decided(requirement, OPENED, "end_participation", "2023-06-01")  # type: ignore[arg-type]
    story = Story(*in_program(), placed("premier"), *kept, end)
    state = story.until("2023-06-30")
    assert idle(story, "2023-06-30") == [
        ("2023-06-01", f"a participation is not ended for {requirement.replace('_', ' ')}"),
    ]  # fmt: skip
    assert state.tier is Tier.PREMIER
    assert case_of(state, requirement).decision_due
    assert case_of(state, requirement).decisions == ()


# -- where the clock decides


@pytest.mark.rule("R-4.1.6")
def test_a_verdict_of_the_day_on_which_the_clock_decides_is_heard_first() -> None:
    """The tier is lost once, by the vendor's word, and the word is not idle."""
    story = premier(decided("business_plan", OPENED, "demote", OVER), owner=AUTOMATIC)
    state = story.until("2023-03-31")
    assert (steps(state)[1:], idle(story, "2023-03-31")) == ([(OVER, "advanced")], [])
    assert state.tier_changes[-1].cause is not None
    assert state.tier_changes[-1].cause.endswith("(decided by the vendor on 2023-03-04: as agreed)")
    assert [step for _, step in events(case_of(state, "business_plan"))][-2:] == ["decided", "closed"]


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize("on", [DUE, "2023-03-05"])
def test_a_day_before_it_is_too_early_and_a_day_after_too_late(on: str) -> None:
    story = premier(decided("business_plan", OPENED, "demote", on), owner=AUTOMATIC)
    assert steps(story.until("2023-03-31"))[1:] == [(OVER, "advanced")]
    assert [looked_at for looked_at, _ in idle(story, "2023-03-31")] == [on]


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(("verdict", "until"), [("waive", None), ("extend", "2023-04-30")])
def test_on_the_day_on_which_the_clock_decides_the_vendor_may_still_do_without_or_put_it_off(
    verdict: str, until: str | None
) -> None:
    story = premier(decided("business_plan", OPENED, verdict, OVER, until=until), owner=AUTOMATIC)
    assert (story.until("2023-04-30").tier, idle(story, "2023-04-30")) == (Tier.PREMIER, [])


# -- a compliance case that runs out on the day of a verdict


@pytest.mark.rule("R-4.1.6", "R-3.3")
def test_a_verdict_and_a_compliance_case_that_runs_out_on_its_day_cost_the_tier_once_and_both_are_named() -> None:
    """No training since the first day: sixty days, as for the plan."""
    kept = [item for item in kept_tier("premier") if item.kind not in ("business_plans", "trainings")]
    story = Story(
        *in_program(),
        placed("premier"),
        *kept,
        opening(2022, "200000"),
        decided("business_plan", OPENED, "demote", OVER),
    )
    state = story.until("2023-03-31")
    assert steps(state)[1:] == [(OVER, "authorized")]
    assert {one.rsplit("-2023-01-02", 1)[0] for one in state.tier_changes[-1].case_ids} == {
        "business_plan-2023", "onboarding_training", "annual_sales_training",
    }  # fmt: skip
    assert {str(case.outcome) for case in state.cases} == {"demoted"}
