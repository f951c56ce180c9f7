"""What happened to an account, and what was known of it when (R-3, R-5.4d)."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from partner_program.domain.facts import CaseDecision, Verdict
from partner_program.domain.history import EntryKind, Gap, HistoryEntry
from partner_program.domain.payments.people import Actor, Role
from partner_program.domain.tiers.account import IdleDecision, Memory
from partner_program.domain.tiers.cases import Case, CaseEvent, CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Requirement
from partner_program.use_cases.account_history import (
    AccountHistory,
    AskedAhead,
    NoSuchAccount,
    NotKnownYet,
    VersionsMissing,
)
from partner_program.use_cases.restate_baseline import RestateBaseline
from partner_program.values.errors import InvalidValue
from partner_program.values.tiers import Tier
from tests.fakes.payments import FakePaymentBook
from tests.fakes.records import (
    P1_DE,
    accepted,
    baseline,
    certified,
    day,
    employed,
    partner,
    placed,
    qualified_records,
    rulebook,
    sales,
    site,
)
from tests.fakes.versions import BOOK, SavedVersions, World

CONTROLLER = Actor(person="M. Controller", role=Role.CHANNEL)


def enrolled() -> World:
    world = World()
    world.on("2023-01-02", partner(), site(), accepted())
    return world


def promoted() -> World:
    """Advanced by a report that became known in May, on certifications recorded in June."""
    world = enrolled()
    world.on("2023-05-05", sales("2023-04", "60000", known="2023-05-05"))
    world.on("2023-06-15", *qualified_records())
    return world


def told(entries: Iterable[HistoryEntry], *kinds: EntryKind) -> list[tuple[str, str, str]]:
    wanted = kinds or tuple(EntryKind)
    return [(str(entry.on), str(entry.known_on), entry.what) for entry in entries if entry.kind in wanted]


# -- the history


def test_every_tier_change_is_told_with_its_day_cause_rules_findings_and_edition() -> None:
    record = promoted().history().history(P1_DE)
    assert told(record.entries) == [
        ("2023-01-02", "2023-01-02", "enrolled as authorized"),
        ("2023-06-15", "2023-06-15", "promoted from authorized to advanced"),
    ]
    entry = record.entries[-1]
    assert (entry.kind, entry.edition, entry.rules[0], entry.exact) == (
        EntryKind.TIER_CHANGE, BOOK.edition, "R-3.1a", True,
    )  # fmt: skip
    assert "R-4.1.5a" in entry.rules
    assert entry.cause.startswith("every requirement met since 2023-05-05")
    assert entry.change is not None
    assert {item.requirement for item in entry.change.findings} >= {Requirement.REVENUE, Requirement.MCDE}
    assert record.missing == ()


def test_of_a_day_that_was_decided_several_times_only_its_end_is_history() -> None:
    world = enrolled()
    world.on("2023-05-05", sales("2023-04", "60000", known="2023-05-05"), *qualified_records())
    world.on("2023-05-05", sales("2023-04", "-59999", known="2023-05-05", part=1))
    assert [state.tier for state in world.accounts.saves] == [Tier.AUTHORIZED, Tier.ADVANCED, Tier.AUTHORIZED]
    assert told(world.history().history(P1_DE).entries) == [("2023-01-02", "2023-01-02", "enrolled as authorized")]


def test_a_decision_that_lost_its_ground_is_set_aside_and_may_stand_again() -> None:
    world = promoted()
    world.on("2023-07-01", placed("premier", "2023-06-20"))
    world.on("2023-08-01", placed("authorized", "2023-01-02"))
    entries = world.history().history(P1_DE).entries
    assert told(entries, EntryKind.SET_ASIDE, EntryKind.REINSTATED) == [
        ("2023-07-01", "2023-07-01", "set aside: promoted from authorized to advanced on 2023-06-15"),
        ("2023-08-01", "2023-08-01", "stands again: promoted from authorized to advanced"),
    ]


def test_a_start_that_was_recorded_late_is_dated_by_itself_and_known_later() -> None:
    world = enrolled()
    world.on("2023-03-01", placed("advanced", "2023-01-10"))
    entries = world.history().history(P1_DE).entries
    assert told(entries, EntryKind.TIER_CHANGE, EntryKind.WITHDRAWN) == [
        ("2023-01-02", "2023-01-02", "enrolled as authorized"),
        ("2023-01-10", "2023-03-01", "placed as advanced"),
        ("2023-03-01", "2023-03-01", "stands no more: enrolled as authorized (2023-01-02)"),
    ]


def test_a_frozen_year_and_each_restatement_are_part_of_it() -> None:
    world = enrolled()
    world.accounts.put_baseline(baseline(2023, "30000", "2024-01-30"))
    world.accounts.add(sales("2023-12", "30000.005", known="2024-03-01"))
    RestateBaseline(world.accounts, BOOK, FakePaymentBook(accounts=world.accounts)).apply(
        P1_DE,
        2023,
        expected_amount=Decimal("30000.005"),
        by=CONTROLLER,
        reason="late",
        on=day("2024-05-02"),
    )
    found = [entry for entry in world.history().history(P1_DE).entries if entry.kind is EntryKind.BASELINE]
    assert [(str(entry.on), entry.what, entry.cause) for entry in found] == [
        ("2024-01-30", "Sales Revenue 2023 frozen: 30000.00 EUR", "the year's books were closed"),
        ("2024-05-02", "Sales Revenue 2023 restated from 30000.00 EUR to 30000.005 EUR", "late (M. Controller)"),
    ]
    assert {entry.rules for entry in found} == {("R-5.4d",)}


def left() -> World:
    """Advanced since June; both people leave on 1 July, which is recorded a week later; assessed at long intervals."""
    world = promoted()
    world.on("2023-07-08", employed("anna", until="2023-07-01"), employed("bo", until="2023-07-01"))
    world.on("2023-10-15")
    return world


@pytest.mark.rule("R-3.3")
def test_a_lapse_is_told_from_its_discovery_to_the_tier_it_costs_by_the_days_of_the_walk() -> None:
    entries = left().history().history(P1_DE).entries[2:]
    assert [(str(entry.on), str(entry.known_on), entry.kind) for entry in entries if "MCDE" in entry.what] == [
        ("2023-07-08", "2023-07-08", EntryKind.CASE),
        *[(str(day("2023-08-30") - timedelta(days=left)), "2023-10-15", EntryKind.CASE) for left in (30, 14, 3)],
        ("2023-08-31", "2023-10-15", EntryKind.CASE),
    ]
    (demoted,) = [entry for entry in entries if entry.kind is EntryKind.TIER_CHANGE]
    assert (str(demoted.on), str(demoted.known_on), demoted.what, demoted.rules[0]) == (
        "2023-08-31", "2023-10-15", "demoted from advanced to authorized", "R-3.3",
    )  # fmt: skip
    assert "MCDE" in demoted.cause
    assert demoted.change is not None
    assert demoted.change.entitlements[0].rule == "R-4.2.1"
    assert demoted.case_id == ", ".join(demoted.change.case_ids) != ""


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(
    ("as_of", "known_on", "tier", "cases"),
    [("2023-07-01", "2023-07-07", Tier.ADVANCED, 0), ("2023-07-01", "2023-07-08", Tier.ADVANCED, 2),
     ("2023-08-31", "2023-10-14", Tier.ADVANCED, 2), ("2023-08-30", "2023-10-15", Tier.ADVANCED, 2),
     ("2023-08-31", "2023-10-15", Tier.AUTHORIZED, 0)],
)  # fmt: skip
def test_a_lapse_as_of_a_day_and_as_known_on_a_day(as_of: str, known_on: str, tier: Tier, cases: int) -> None:
    then = left().history().at(P1_DE, day(as_of), day(known_on))
    assert (then.tier, len(then.cases)) == (tier, cases)


# -- cases and decisions, as states carry them


DECISION = CaseDecision(
    partner_id="P1", country="DE", requirement="business_plan", opened_on=date(2024, 1, 1),
    decided_on=date(2024, 3, 5), verdict=Verdict.EXTEND, until=date(2024, 4, 30), reason="new owner",
    decided_by="Channel manager",
)  # fmt: skip


def plan_case(*events: CaseEvent, **more: object) -> Case:
    known = {"requirement": Requirement.BUSINESS_PLAN, "subject": "2024", "tier": Tier.PREMIER, "rule": "R-4.1.6"}
    dates = {"opened_on": date(2024, 1, 1), "due_on": date(2024, 3, 1), "events": events}
    return Case.model_validate(known | dates | more)


def event(on: str, step: CaseStep, note: str = "") -> CaseEvent:
    return CaseEvent(on=day(on), step=step, note=note)


OPENED = event("2024-01-01", CaseStep.OPENED, "no plan of 2024")
DUE = event("2024-03-02", CaseStep.DECISION_DUE)
DECIDED = event("2024-03-06", CaseStep.DECIDED, "until 2024-04-30: new owner")
CLOSED = event("2024-04-02", CaseStep.CLOSED, "met again since 2024-04-01")


def with_cases() -> World:
    """Four saved states of a case that is opened, waits, is extended and cured; and one idle decision."""
    world = enrolled()
    (state,) = world.accounts.saves
    idle = IdleDecision(decision=DECISION, on=day("2024-04-02"), why="the case had ended")
    extended = plan_case(OPENED, DUE, DECIDED, decisions=(DECISION,))
    ended = {"closed_on": day("2024-04-01"), "outcome": CaseOutcome.CURED}
    cured = extended.model_copy(update={**ended, "events": (*extended.events, CLOSED)})
    steps = [
        ("2024-01-01", Memory(cases=(plan_case(OPENED),))),
        ("2024-03-02", Memory(cases=(plan_case(OPENED, DUE),))),
        ("2024-03-09", Memory(cases=(extended,))),
        ("2024-04-02", Memory(cases=(cured,), idle_decisions=(idle,))),
    ]
    for version, (on, memory) in enumerate(steps, start=1):
        later = state.model_copy(update={"assessed_on": day(on), "memory": memory, "next_review_on": None})
        world.accounts.save_state(later, version)
    return world


@pytest.mark.rule("R-4.1.6")
def test_every_step_of_a_case_is_told_and_the_vendors_decision_with_who_and_why() -> None:
    entries = with_cases().history().history(P1_DE).entries[1:]
    assert told(entries) == [
        ("2024-01-01", "2024-01-01", "business plan 2024 case opened: short since 2024-01-01, due 2024-03-01"),
        ("2024-03-02", "2024-03-02", "business plan 2024 case waits for the vendor's decision"),
        ("2024-03-06", "2024-03-09", "business plan 2024 case decided"),
        ("2024-04-02", "2024-04-02", "business plan 2024 case closed on 2024-04-01: cured"),
        (
            "2024-04-02", "2024-04-02",
            "decision without effect: extend on business_plan of 2024-01-01 by Channel manager",
        ),
    ]  # fmt: skip
    assert {entry.case_id for entry in entries[:4]} == {"business_plan-2024-2024-01-01"}
    assert [entry.cause for entry in entries] == [
        "no plan of 2024", "", "until 2024-04-30: new owner", "met again since 2024-04-01", "the case had ended",
    ]  # fmt: skip
    assert [entry.decision for entry in entries] == [None, None, DECISION, None, DECISION]
    assert [entry.rules for entry in entries[:4]] == [("R-4.1.6",)] * 4


@pytest.mark.parametrize(
    ("as_of", "known_on", "open_cases"),
    [("2023-12-31", "2024-06-01", 0), ("2024-01-01", "2024-01-01", 1), ("2024-03-31", "2024-04-01", 1),
     ("2024-03-31", "2024-06-01", 1), ("2024-04-01", "2024-04-01", 1), ("2024-04-01", "2024-04-02", 0)],
)  # fmt: skip
def test_cases_ran_on_a_day_by_their_own_dates_as_they_were_known(as_of: str, known_on: str, open_cases: int) -> None:
    then = with_cases().history().at(P1_DE, day(as_of), day(known_on))
    assert len(then.cases) == open_cases


# -- as of one day, as known on another


@pytest.mark.parametrize(
    ("as_of", "known_on", "tier", "since"),
    [("2023-01-01", "2023-07-01", None, None), ("2023-01-02", "2023-01-02", Tier.AUTHORIZED, "2023-01-02"),
     ("2023-06-14", "2023-07-01", Tier.AUTHORIZED, "2023-01-02"),
     ("2023-06-15", "2023-06-15", Tier.ADVANCED, "2023-06-15"),
     ("2023-07-01", "2023-07-01", Tier.ADVANCED, "2023-06-15")],
)  # fmt: skip
def test_the_tier_of_a_past_day(as_of: str, known_on: str, tier: Tier | None, since: str | None) -> None:
    then = promoted().history().at(P1_DE, day(as_of), day(known_on))
    assert (then.tier, then.tier_since) == (tier, None if since is None else day(since))


def test_what_held_and_what_was_known_are_two_questions() -> None:
    world = enrolled()
    world.on("2023-03-01", placed("advanced", "2023-01-10"))
    history = world.history()
    assert history.at(P1_DE, day("2023-02-01"), day("2023-02-28")).tier is Tier.AUTHORIZED
    assert history.at(P1_DE, day("2023-02-01"), day("2023-03-01")).tier is Tier.ADVANCED


def test_findings_rest_on_what_was_known_then() -> None:
    world = promoted()
    world.on("2023-08-01", certified("anna", "MCDE", "2023-07-15", "anna-MCDE-2023-02-01"))
    history = world.history()

    def found(known_on: str) -> str:
        then = history.at(P1_DE, day("2023-07-01"), day(known_on))
        return next(item.found for item in then.findings if item.requirement is Requirement.MCDE)

    assert (found("2023-07-01"), found("2023-07-31"), found("2023-08-01")) == ("2 people", "2 people", "1 person")


@pytest.mark.rule("R-5.4d")
def test_revenue_is_that_of_the_day_by_the_reports_known_then() -> None:
    world = promoted()
    world.on("2023-08-05", sales("2023-04", "5", known="2023-08-05", report="LATE"))
    history = world.history()
    ytd = [history.at(P1_DE, day("2023-07-01"), day(known)).ytd_revenue for known in ("2023-08-04", "2023-08-05")]
    assert ytd == [Decimal(60000), Decimal(60005)]
    assert history.at(P1_DE, day("2023-03-31"), day("2023-08-05")).ytd_revenue == 0


def test_nobody_knew_on_a_day_what_held_later() -> None:
    with pytest.raises(AskedAhead, match="ask as known on 2023-06-16 or later") as refused:
        promoted().history().at(P1_DE, day("2023-06-16"), day("2023-06-15"))
    assert isinstance(refused.value, InvalidValue)


def test_before_its_first_assessment_an_account_was_not_known() -> None:
    with pytest.raises(NotKnownYet, match="first assessed on 2023-01-02"):
        promoted().history().at(P1_DE, day("2023-01-01"), day("2023-01-01"))


@pytest.mark.parametrize("account_id", ["P9-DE", "P1-FR"])
def test_an_account_without_a_state_has_no_history(account_id: str) -> None:
    history = promoted().history()
    with pytest.raises(NoSuchAccount):
        history.history(account_id)
    with pytest.raises(NoSuchAccount):
        history.at(account_id, day("2023-06-01"), day("2023-06-01"))


def test_the_version_that_answers_says_when_and_by_which_edition_it_was_decided() -> None:
    then = with_cases().history().at(P1_DE, day("2023-06-01"), day("2024-03-01"))
    assert (then.version, then.decided_on, then.edition, then.rulebook_digest) == (
        2, day("2024-01-01"), BOOK.edition, BOOK.digest,
    )  # fmt: skip
    assert then.notes == ()


def test_another_rulebook_since_then_is_told() -> None:
    world = promoted()
    other = AccountHistory(world.accounts, SavedVersions(world.accounts), rulebook('"compliance.days" = 61\n'))
    then = other.at(P1_DE, day("2023-06-15"), day("2023-06-15"))
    assert [note for note in then.notes if "another rulebook" in note] == list(then.notes) != []
    assert then.findings != ()


def test_a_review_that_was_due_and_not_made_is_told() -> None:
    world = enrolled()
    due = world.accounts.saves[-1].next_review_on
    assert due is not None
    assert world.history().at(P1_DE, day("2023-01-02"), due - timedelta(days=1)).notes == ()
    then = world.history().at(P1_DE, day("2023-01-02"), due)
    assert then.notes == (f"the review due on {due} had not been made by {due}",)


def test_a_day_before_the_program_has_no_findings_and_says_so() -> None:
    then = promoted().history().at(P1_DE, day("2021-12-31"), day("2023-06-15"))
    assert (then.tier, then.findings, then.ytd_revenue) == (None, (), None)
    assert then.notes[0].startswith("no findings")


# -- versions that are missing


def test_missing_versions_are_named() -> None:
    world = with_cases()
    assert world.history({1, 3}).history(P1_DE).missing == (Gap(first=1, last=1), Gap(first=3, last=3))
    assert world.history({2, 3, 4}).history(P1_DE).missing == (Gap(first=2, last=4),)


def test_what_follows_a_gap_may_have_been_known_earlier() -> None:
    record = with_cases().history({3}).history(P1_DE)
    assert [(str(entry.known_on), entry.exact) for entry in record.entries] == [
        ("2023-01-02", True), ("2024-01-01", True), ("2024-03-09", False), ("2024-03-09", False),
        ("2024-04-02", True), ("2024-04-02", True),
    ]  # fmt: skip


def test_an_answer_beside_a_gap_says_that_something_may_be_missing() -> None:
    history = with_cases().history({3, 4})
    then = history.at(P1_DE, day("2024-03-05"), day("2024-03-05"))
    assert (then.version, then.notes) == (
        2, ("versions 3 to 4 are not kept: what was decided from 2024-01-01 to 2024-04-02 may be missing here",),
    )  # fmt: skip
    assert history.at(P1_DE, day("2024-03-05"), day("2024-04-02")).notes == ()


def test_before_the_first_version_that_is_kept_nothing_can_be_told() -> None:
    with pytest.raises(VersionsMissing, match="versions 1 to 2"):
        with_cases().history({1, 2}).at(P1_DE, day("2024-01-01"), day("2024-02-01"))
