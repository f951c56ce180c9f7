"""Cases when what they rest on is corrected, and several cases of one requirement on one day (R-3.2, R-4.1.1)."""

import pytest

from partner_program.domain.facts import Record
from partner_program.domain.tiers.account import AccountState
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, case_of, events, open_cases, steps
from tests.fakes.records import (
    Known,
    accepted,
    brand_review,
    certified,
    day,
    decided,
    employed,
    in_program,
    kept_qualified,
    kept_tier,
    opening,
    placed,
    plan,
    rulebook,
    site,
    trained,
)

OPENED = "2023-01-02"
REVENUE: list[Known] = [opening(2022, "200000"), opening(2023, "200000")]
AUTOMATIC_TERMS = '"decision.terms" = "automatic"\n'
NEW_TERMS = (
    '"terms.version" = [{ from = 2023-07-01, value = "2023-07" }]\n'
    '"terms.accept_by" = [{ from = 2023-07-01, value = 2023-09-30 }]\n'
)


def told(state: AccountState, requirement: str) -> list[tuple[str, str, str]]:
    """First day, last day and outcome of its cases."""
    cases = [case for case in state.cases if case.requirement == requirement]
    return [(str(case.opened_on), str(case.due_on), str(case.outcome)) for case in cases]


# -- two on one day


def closed_late(*more: Known, owner: str = "") -> Story:
    """A Premier whose only site closed on 1 March, as is recorded on 20 June: far too late to mend it."""
    story = Story(*in_program(), placed("premier"), *kept_tier("premier"), *REVENUE, book=rulebook(owner))
    return story.then("2023-06-20", site(closed="2023-03-01"), *more)


LATE = {
    "by the clock": closed_late(owner=AUTOMATIC_TERMS),
    "by the vendor": closed_late(decided("terms", "2023-03-01", "demote", "2023-06-20")),
}


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize("how", LATE)
def test_a_case_that_cost_the_tier_and_the_next_one_of_the_same_day_have_each_its_name(how: str) -> None:
    """Authorized asks for a site too: what cost Premier is owed again on the very day, and waits for the vendor."""
    state = LATE[how].until("2023-06-20")
    assert steps(state)[1:] == [("2023-06-20", "authorized")]
    assert {case.case_id: str(case.outcome) for case in state.cases if case.requirement == "terms"} == {
        "terms-2022-03-2023-06-20": "demoted", "terms-2022-03-2023-06-20-2": "None",
    }  # fmt: skip
    assert state.tier_changes[-1].case_ids[0] == "terms-2022-03-2023-06-20"
    assert len({case.case_id for case in state.cases}) == len(state.cases)


@pytest.mark.rule("R-4.1.1")
@pytest.mark.catalogue("F25", "F26")
@pytest.mark.parametrize("how", LATE)
def test_neither_of_them_vanishes_overnight_and_no_decision_is_looked_at_twice(how: str) -> None:
    evening, later = (LATE[how].until(on) for on in ("2023-06-20", "2023-06-25"))
    assert later.cases == evening.cases
    assert later.memory.idle_decisions == ()
    assert later == LATE[how].daily("2023-06-25")
    assert LATE[how].since("2023-06-20", evening) == evening


@pytest.mark.rule("R-4.1.1")
def test_the_second_one_is_what_the_vendor_decides_on_next() -> None:
    end = decided("terms", "2023-03-01", "end_participation", "2023-06-24")
    state = closed_late(decided("terms", "2023-03-01", "demote", "2023-06-20"), end).until("2023-06-25")
    assert steps(state)[1:] == [("2023-06-20", "authorized"), ("2023-06-24", "none")]
    assert told(state, "terms") == [("2023-03-01", "2023-04-30", "demoted"), ("2023-03-01", "2023-04-30", "ended")]


# -- a first day that moves behind the last one


@pytest.mark.rule("R-4.1.7")
@pytest.mark.catalogue("F49")
def test_a_brand_case_whose_first_day_moves_behind_the_end_of_its_notice_is_corrected_and_begins_anew() -> None:
    """Premier since 11 June after all, not since January: nothing was owed in the time up to 30 April."""
    kept = [*kept_qualified("premier"), plan(2023, "2022-12-01"), *REVENUE]
    story = Story(*in_program(), placed("premier"), *kept)
    assert case_of(story.until("2023-06-10"), "brand_alignment").decision_due
    state = story.then("2023-06-11", placed("premier", "2023-06-11")).until("2023-06-11")
    assert told(state, "brand_alignment") == [
        ("2023-01-02", "2023-04-30", "corrected"), ("2023-06-11", "2023-07-31", "None"),
    ]  # fmt: skip
    assert not state.cases[-1].decision_due


@pytest.mark.rule("R-4.1.6", "R-4.1.1")
@pytest.mark.catalogue("F49")
@pytest.mark.parametrize(
    ("requirement", "subject", "due"), [("business_plan", "2023", "2023-08-10"), ("terms", "2022-03", "2023-08-10")]
)
def test_an_extended_case_whose_first_day_moves_behind_its_new_last_day_is_corrected_and_begins_anew(
    requirement: str, subject: str, due: str
) -> None:
    kept = [*kept_tier("premier"), *REVENUE]
    missing = [item for item in kept if isinstance(item, Record) and item.kind == "business_plans"]
    present = [*in_program(), *kept]
    without = missing if requirement == "business_plan" else [accepted()]
    extended = decided(requirement, OPENED, "extend", "2023-03-10", until="2023-04-10")  # type: ignore[arg-type]
    story = Story(*(item for item in present if item not in without), placed("premier"), extended)
    assert case_of(story.until("2023-06-10"), requirement, subject).decision_due
    state = story.then("2023-06-11", placed("premier", "2023-06-11")).until("2023-06-11")
    assert told(state, requirement) == [("2023-01-02", "2023-04-10", "corrected"), ("2023-06-11", due, "None")]


@pytest.mark.rule("R-4.1.6")
@pytest.mark.catalogue("F49")
def test_an_extended_case_whose_first_day_moves_within_its_time_keeps_the_last_day_that_the_vendor_set() -> None:
    extended = decided("business_plan", OPENED, "extend", "2023-03-10", until="2023-04-10")
    kept = [item for item in kept_tier("premier") if item.kind != "business_plans"]
    story = Story(*in_program(), placed("premier"), *kept, *REVENUE, extended)
    state = story.then("2023-03-20", placed("premier", "2023-02-01")).until("2023-03-20")
    assert told(state, "business_plan") == [("2023-02-01", "2023-04-10", "None")]


# -- the tier that asks for it


@pytest.mark.rule("R-4.1.1", "R-3.1a")
def test_a_case_that_goes_on_after_a_promotion_is_one_of_the_new_tier() -> None:
    """There is time for the new Terms up to 30 September; in August the account becomes Premier."""
    more = [item for item in kept_tier("premier") if item not in kept_tier("advanced")]
    story = Story(
        *in_program(), placed("advanced"), *kept_tier("advanced"), opening(2022, "60000"), book=rulebook(NEW_TERMS)
    )
    story.then("2023-08-01", *more, opening(2022, "200000"))
    cases = [case_of(story.until(on), "terms") for on in ("2023-07-31", "2023-08-01")]
    assert [case.tier for case in cases] == [Tier.ADVANCED, Tier.PREMIER]
    assert cases[0].case_id == cases[1].case_id
    assert len(events(cases[0])) == len(events(cases[1])), "which is no news"


@pytest.mark.rule("R-4.1.1", "R-3.3")
def test_a_case_that_goes_on_after_a_demotion_is_one_of_the_lower_tier() -> None:
    story = Story(*in_program(), placed("premier"), *kept_tier("premier"), *REVENUE, book=rulebook(NEW_TERMS))
    story.then("2023-06-10", employed("lou", "2022-01-01", "2023-06-10"))
    assert case_of(story.until("2023-08-09"), "terms").tier is Tier.PREMIER
    state = story.until("2023-08-10")
    assert (state.tier, case_of(state, "terms").tier) == (Tier.ADVANCED, Tier.ADVANCED)


@pytest.mark.rule("R-3.2")
@pytest.mark.catalogue("F49")
def test_after_a_corrected_placement_a_case_ends_by_what_the_right_tier_asks_for() -> None:
    """Placed as Premier by mistake: two design engineers. Advanced since then: one is enough, and the case is cured."""
    kim = [employed("kim"), certified("kim", "MCIT", "2022-12-01")]
    trainings = [trained("onboarding", "2022-06-01"), trained("annual_sales", "2022-12-01")]
    story = Story(*in_program(), placed("premier"), *REVENUE, *kim, *trainings)
    story.then("2023-01-10", placed("advanced")).then("2023-01-20", certified("kim", "MCDE", "2023-01-20"))
    corrected = case_of(story.until("2023-01-10"), "MCDE")
    assert (corrected.tier, corrected.required, corrected.is_open) == (Tier.ADVANCED, "1 person", True)
    case = case_of(story.until("2023-01-20"), "MCDE")
    assert (str(case.outcome), str(case.closed_on)) == ("cured", "2023-01-20")


# -- the day by which a verdict names its case


@pytest.mark.rule("R-4.1.6")
@pytest.mark.catalogue("F49")
@pytest.mark.parametrize("named", ["2023-01-02", "2023-01-10"])
def test_a_verdict_may_name_the_day_of_opening_that_was_announced_or_the_corrected_one(named: str) -> None:
    kept = [item for item in kept_tier("premier") if item.kind != "business_plans"]
    story = Story(*in_program(), placed("premier"), *kept, *REVENUE).then("2023-02-20", placed("premier", "2023-01-10"))
    story.then("2023-04-01", decided("business_plan", named, "demote", "2023-04-01"))
    before, state = (story.until(on) for on in ("2023-03-31", "2023-04-01"))
    assert case_of(before, "business_plan").opened_on == day("2023-01-10")
    assert steps(state)[1:] == [("2023-04-01", "advanced")]
    assert (state.memory.idle_decisions, open_cases(state)) == ((), [])


@pytest.mark.rule("R-4.1.7")
@pytest.mark.catalogue("F49")
def test_of_two_cases_that_a_day_has_named_the_open_one_is_meant() -> None:
    """The first one was corrected away; a review of its day, recorded late, opens another."""
    kept = [*kept_qualified("premier"), plan(2023, "2022-12-01"), *REVENUE, brand_review(OPENED)]
    bad = brand_review("2023-03-10", "not_fulfilled")
    story = Story(*in_program(), placed("premier"), *kept, bad).then("2023-03-20", brand_review("2023-03-10"))
    story.then("2023-04-01", bad, decided("brand_alignment", "2023-03-10", "waive", "2023-04-02"))
    state = story.until("2023-04-02")
    assert [str(case.outcome) for case in state.cases] == ["corrected", "waived"]
