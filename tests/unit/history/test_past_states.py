"""A state of the past tells nothing that was done later, and all that was told when it was new (R-3.3, R-4.1)."""

import pytest

from partner_program.domain.history import EntryKind, history_of
from partner_program.domain.past_states import StateVersion, made_whole, stood_on
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.archive import in_order, without_old_details
from partner_program.domain.tiers.cases import Case, CaseEvent, CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Requirement
from partner_program.use_cases.account_history import AccountThen
from partner_program.values.tiers import Tier
from tests.fakes.records import (
    P1_DE,
    accepted,
    brand_review,
    day,
    decided,
    employed,
    kept_qualified,
    opening,
    partner,
    placed,
    plan,
    qualified_records,
    rulebook,
    sales,
    site,
)
from tests.fakes.versions import World

TERMS_TO_COME = rulebook(
    '"terms.version" = [{ from = 2022-01-01, value = "A" }, { from = 2023-07-01, value = "B" }]\n'
    '"terms.accept_by" = [{ from = 2023-07-01, value = 2023-09-30 }]\n'
)


def premier_without_a_plan() -> World:
    """Premier from 2 January on; the plan is due on 3 March, and nobody submits it."""
    world = World()
    kept = [*kept_qualified("premier"), opening(2022, "200000"), brand_review("2023-01-02")]
    world.on("2023-01-02", partner(), site(), accepted(), placed("premier"), *kept)
    return world


def then(world: World, as_of: str, known_on: str) -> AccountThen:
    return world.history().at(P1_DE, day(as_of), day(known_on))


def met(found: AccountThen, requirement: Requirement) -> tuple[bool, str]:
    return next((item.met, item.found) for item in found.findings if item.requirement is requirement)


def plan_words(found: AccountThen) -> tuple[bool, str]:
    is_met, words = met(found, Requirement.BUSINESS_PLAN)
    return is_met, words.partition(";")[0]


# -- what was decided later is no part of an earlier day


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(
    ("as_of", "finding", "cases"),
    [("2023-03-03", (True, "due by 2023-03-03"), [(None, 0)]),
     ("2023-03-19", (False, "was due by 2023-03-03"), [(None, 0)]),
     ("2023-03-20", (True, "waived by the vendor on 2023-03-20: as agreed"), [])],
)  # fmt: skip
def test_before_the_day_of_a_waiver_the_plan_was_missing(
    as_of: str, finding: tuple[bool, str], cases: list[tuple[CaseOutcome | None, int]]
) -> None:
    world = premier_without_a_plan()
    world.on("2023-03-22", decided("business_plan", "2023-01-02", "waive", "2023-03-20"))
    found = then(world, as_of, "2023-03-31")
    assert plan_words(found) == finding
    assert [(case.outcome, len(case.decisions)) for case in found.cases] == cases


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(
    ("as_of", "finding", "due_on"),
    [("2023-03-09", (False, "was due by 2023-03-03"), "2023-03-03"),
     ("2023-03-10", (True, "due by 2023-04-30"), "2023-04-30"),
     ("2023-04-30", (True, "due by 2023-04-30"), "2023-04-30")],
)  # fmt: skip
def test_before_the_day_of_an_extension_the_old_last_day_stood(
    as_of: str, finding: tuple[bool, str], due_on: str
) -> None:
    world = premier_without_a_plan()
    world.on("2023-03-12", decided("business_plan", "2023-01-02", "extend", "2023-03-10", until="2023-04-30"))
    found = then(world, as_of, "2023-04-30")
    assert plan_words(found) == finding
    (case,) = found.cases
    assert (case.due_on, len(case.decisions)) == (day(due_on), int(day(as_of) >= day("2023-03-10")))


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(("as_of", "due"), [("2023-03-04", True), ("2023-03-03", False)])
def test_a_case_waited_for_a_decision_from_the_day_after_its_last_and_still_does_as_of_a_day_before_the_decision(
    as_of: str, *, due: bool
) -> None:
    world = premier_without_a_plan()
    world.on("2023-03-04")
    world.on("2023-03-12", decided("business_plan", "2023-01-02", "demote", "2023-03-10"))
    assert world.accounts.saves[-1].tier is Tier.ADVANCED
    found = then(world, as_of, "2023-03-31")
    assert found.tier is Tier.PREMIER
    assert [(case.requirement, case.decision_due) for case in found.cases] == [(Requirement.BUSINESS_PLAN, due)]


@pytest.mark.rule("R-4.1.1")
@pytest.mark.parametrize(
    ("as_of", "is_met", "due_on"),
    [("2023-09-30", True, "2023-09-30"), ("2023-10-01", False, "2023-09-30"), ("2023-10-04", False, "2023-09-30"),
     ("2023-10-05", True, "2023-11-30")],
)  # fmt: skip
def test_an_extension_of_the_time_for_new_terms_counts_from_its_day(as_of: str, due_on: str, *, is_met: bool) -> None:
    world = World(TERMS_TO_COME)
    world.on("2023-01-02", partner(), site(), accepted(version="A"))
    world.on("2023-10-06", decided("terms", "2023-07-01", "extend", "2023-10-05", until="2023-11-30"))
    found = then(world, as_of, "2023-10-31")
    assert met(found, Requirement.TERMS)[0] is is_met
    assert [case.due_on for case in found.cases if case.requirement is Requirement.TERMS] == [day(due_on)]


@pytest.mark.rule("R-4.1.1")
def test_new_terms_that_the_vendor_did_without_were_owed_until_then() -> None:
    world = World(TERMS_TO_COME)
    world.on("2023-01-02", partner(), site(), accepted(version="A"))
    world.on("2023-10-06", decided("terms", "2023-07-01", "waive", "2023-10-05"))
    answers = {as_of: then(world, as_of, "2023-10-31") for as_of in ("2023-10-04", "2023-10-05")}
    assert [met(found, Requirement.TERMS)[0] for found in answers.values()] == [False, True]
    assert [len(found.cases) for found in answers.values()] == [1, 0]


@pytest.mark.rule("R-4.1.6")
def test_a_plan_submitted_later_had_not_been_submitted() -> None:
    world = premier_without_a_plan()
    world.on("2023-02-20", plan(2023, "2023-02-20"))
    (case,) = then(world, "2023-02-19", "2023-03-31").cases
    assert (case.outcome, case.closed_on, case.events[0].step) == (None, None, CaseStep.OPENED)
    assert CaseStep.CLOSED not in {event.step for event in case.events}
    assert then(world, "2023-02-20", "2023-03-31").cases == ()


# -- one case, put back by hand


def step(on: str, kind: CaseStep, due_on: str) -> CaseEvent:
    return CaseEvent(on=day(on), step=kind, due_on=day(due_on))


def brand_case(*events: CaseEvent, due_on: str) -> Case:
    return Case(
        requirement=Requirement.BRAND, tier=Tier.PREMIER, rule="R-4.1.7", opened_on=day("2023-01-10"),
        due_on=day(due_on), events=events,
    )  # fmt: skip


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize(("as_of", "due_on"), [("2023-02-28", "2023-02-28"), ("2023-03-01", "2023-04-30")])
def test_the_second_period_of_brand_alignment_runs_from_the_notice_only(as_of: str, due_on: str) -> None:
    opened = step("2023-01-10", CaseStep.OPENED, "2023-02-28")
    noticed = step("2023-03-01", CaseStep.NOTICED, "2023-04-30")
    case = stood_on(brand_case(opened, noticed, due_on="2023-04-30"), day(as_of))
    assert (case.due_on, case.noticed_on is None) == (day(due_on), as_of < "2023-03-01")


def test_a_corrected_day_of_opening_and_its_last_day_hold_for_every_day() -> None:
    opened = step("2023-01-12", CaseStep.OPENED, "2023-03-13")
    reminded = step("2023-02-11", CaseStep.REMINDED, "2023-03-13")
    redated = step("2023-02-20", CaseStep.REDATED, "2023-03-11")
    case = stood_on(brand_case(opened, reminded, redated, due_on="2023-03-11"), day("2023-01-31"))
    assert (case.due_on, case.events) == (day("2023-03-11"), (opened, redated))


def test_a_day_of_opening_that_was_corrected_after_a_notice_leaves_the_first_period_alone() -> None:
    opened = step("2023-01-12", CaseStep.OPENED, "2023-02-28")
    noticed = step("2023-03-01", CaseStep.NOTICED, "2023-04-30")
    redated = step("2023-03-20", CaseStep.REDATED, "2023-04-30")
    case = stood_on(brand_case(opened, noticed, redated, due_on="2023-04-30"), day("2023-02-01"))
    assert (case.due_on, case.events) == (day("2023-02-28"), (opened,))


def test_a_case_that_became_known_later_keeps_its_first_step_and_so_its_name() -> None:
    opened = step("2023-01-20", CaseStep.OPENED, "2023-02-28")
    case = brand_case(opened, step("2023-02-14", CaseStep.REMINDED, "2023-02-28"), due_on="2023-02-28")
    put_back = stood_on(case, day("2023-01-15"))
    assert (put_back.events, put_back.case_id, put_back.due_on) == ((opened,), case.case_id, day("2023-02-28"))


# -- what a state no longer tells


@pytest.fixture(scope="module")
def years() -> list[StateVersion]:
    """Advanced in June; both people leave in July: demoted in August 2023; assessed again three years later.

    Hand-made as well: in the last two versions everything of before 2026 is told without its words.
    """
    world = World()
    world.on("2023-01-02", partner(), site(), accepted())
    world.on("2023-05-05", sales("2023-04", "60000", known="2023-05-05"), *qualified_records())
    world.on("2023-07-08", employed("anna", until="2023-07-01"), employed("bo", until="2023-07-01"))
    world.on("2023-10-15")
    saved = [state.model_copy(update={"next_review_on": None}) for state in world.accounts.saves]
    late = [shortened(saved[-1], on) for on in ("2026-11-01", "2026-11-02")]
    return [StateVersion(version=place, state=state) for place, state in enumerate([*saved, *late], start=1)]


def shortened(state: AccountState, on: str) -> AccountState:
    memory = state.memory.model_copy(update={"cases": in_order(state.cases, day(on))})
    changes = without_old_details(state.tier_changes, day(on))
    return state.model_copy(update={"assessed_on": day(on), "memory": memory, "tier_changes": changes})


def test_the_fixture_is_short_of_words(years: list[StateVersion]) -> None:
    last = years[-1].state
    assert {case.required for case in last.cases} == {""} != {case.required for case in years[-3].state.cases}
    assert {change.findings for change in last.tier_changes} == {()}


def test_what_a_state_no_longer_tells_is_neither_new_nor_withdrawn(years: list[StateVersion]) -> None:
    entries = history_of(years)
    assert entries == history_of(years[:-2])
    promoted = next(entry for entry in entries if "promoted" in entry.what)
    assert promoted.change is not None
    assert promoted.change.findings != ()


def test_each_version_has_the_details_of_those_before_it(years: list[StateVersion]) -> None:
    *_, full, _, last = made_whole(years)
    assert last.state.tier_changes == full.state.tier_changes == years[-3].state.tier_changes
    assert last.state.cases == full.state.cases == years[-3].state.cases


def test_details_that_no_version_kept_stay_away(years: list[StateVersion]) -> None:
    assert list(made_whole(years[-2:])) == years[-2:]


def test_a_change_set_aside_or_withdrawn_years_later_is_told_with_its_grounds(years: list[StateVersion]) -> None:
    state = years[-1].state
    aside = state.model_copy(update={"tier_changes": state.tier_changes[:1], "set_aside": state.tier_changes[1:]})
    gone = state.model_copy(update={"tier_changes": state.tier_changes[:1]})
    for last, kind in ((aside, EntryKind.SET_ASIDE), (gone, EntryKind.WITHDRAWN)):
        changed = last.model_copy(update={"assessed_on": day("2026-11-03")})
        entries = history_of([*years, StateVersion(version=len(years) + 1, state=changed)])
        told = [entry.change for entry in entries if entry.kind is kind]
        assert len(told) == len(state.tier_changes) - 1
        assert all(change is not None and change.findings for change in told)


def test_an_old_case_is_told_in_the_words_of_the_day_asked_for(years: list[StateVersion]) -> None:
    world = World()
    world.accounts.add(partner(), site(), accepted(), known_on="2023-01-02")
    for version, item in enumerate(years):
        world.accounts.save_state(item.state, version)
    (mcde, mcit) = then(world, "2023-07-20", "2026-11-02").cases
    assert (mcde.required, mcde.found, mcde.missing, mcde.outcome) == ("1 person", "0 people", "1 person", None)
    assert mcit.mend
    assert mcit.causes
    assert then(world, "2026-11-02", "2026-11-02").tier_changes[1].findings != ()
