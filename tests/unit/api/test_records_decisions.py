"""Who decides on a case by the API writes the record of it, or nothing where the decision would have no effect."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from partner_program.domain.facts import CaseDecision, Record
from partner_program.domain.records.places import canonical_place
from partner_program.domain.revenue import Baseline, Contribution
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.decide_case import (
    DecideCase,
    DecidedAlready,
    Decision,
    DecisionTaken,
    NothingToDecide,
)
from partner_program.use_cases.record_one import RecordOne, RowRejected, Sent
from partner_program.values.errors import InvalidValue, NotFound, StaleVersion
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts
from tests.fakes.facts import Interrupted
from tests.fakes.records import (
    P1_DE,
    Known,
    brand_review,
    day,
    in_program,
    kept_qualified,
    opening,
    placed,
    plan,
    rulebook,
)
from tests.fakes.records_world import RecordsWorld, row
from tests.fakes.reports import FixedClock

OPENED, DUE, OVER = "2023-01-02", "2023-03-03", "2023-03-04"
"""Of the plan of an account that has been Premier since the program's first day; `OVER` is the day after the last."""


class Desk:
    """An account whose facts and whose decisions are kept, and a person who decides."""

    def __init__(self, *facts: Known, on: str = OVER) -> None:
        self.accounts = FakeAccounts()
        self.accounts.add(*(fact for fact in facts if not isinstance(fact, Baseline)))
        self.world = RecordsWorld(rulebook=rulebook())
        self.world.take("partners", row("partners"))
        self.world.take("sites", row("sites"))
        self.on = day(on)
        self.assess(OPENED)
        self.assess(on)

    def assess(self, on: str) -> AccountState:
        state = AssessAccount(self.accounts, rulebook(), FixedClock(day(on)))(P1_DE)
        assert state is not None
        return state

    def decide(self, verdict: str, until: str = "", *, name: str = "r1", by: str = "cora", days: int = 0,
               facts: Any = None, worked_off: int = 0, **asked: Any) -> DecisionTaken:  # fmt: skip
        world = self.world
        record = RecordOne(facts=facts or world.facts, messages=world.messages, rulebook=world.rulebook)
        on = self.on + timedelta(days=days)
        named: dict[str, Any] = {
            "account_id": P1_DE,
            "requirement": "business_plan",
            "opened_on": day(OPENED),
            "reason": "as agreed",
        }
        decision = Decision(**(named | {"verdict": verdict, "until": until} | asked))
        return DecideCase(self.accounts, record, rulebook())(
            decision, Sent(name, by, datetime(2026, 1, 1, tzinfo=UTC), on, on + timedelta(days=worked_off))
        )

    def written(self) -> list[CaseDecision]:
        found = [fact.record for fact in self.world.facts.facts.values()]
        return [one for one in found if isinstance(one, CaseDecision)]

    def learn(self, known_on: str, *facts: Record | Contribution) -> None:
        """What is recorded and not assessed yet."""
        self.accounts.add(*facts, known_on=known_on)


def premier(*more: Record, on: str = OVER) -> Desk:
    """Premier in everything but the plan of 2023."""
    kept = [*kept_qualified("premier"), brand_review("2022-06-01"), opening(2022, "200000"), opening(2023, "200000")]
    return Desk(*in_program(), placed("premier"), *kept, *more, on=on)


def refused(desk: Desk, error: type[Exception], match: str, decide: Callable[[], object]) -> None:
    before = desk.world.facts.standing(), dict(desk.world.facts.histories)
    with pytest.raises(error, match=match):
        decide()
    assert (desk.world.facts.standing(), desk.world.facts.histories) == before


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(
    ("verdict", "until", "outcome", "due_on", "tier"),
    [
        ("demote", "", "demoted", DUE, Tier.ADVANCED),
        ("extend", "2023-04-30", None, "2023-04-30", Tier.PREMIER),
        ("waive", "", "waived", DUE, Tier.PREMIER),
    ],
)
def test_a_decision_is_recorded_and_answered_with_what_the_engine_makes_of_it(
    verdict: str, until: str, outcome: str | None, due_on: str, tier: Tier
) -> None:
    desk = premier()
    answer = desk.decide(verdict, until)
    assert (answer.outcome, answer.due_on, answer.tier) == (outcome, day(due_on), tier)
    [written] = desk.written()
    assert (written.verdict, written.decided_by, written.decided_on, written.reason) == (
        verdict, "cora", day(OVER), "as agreed",
    )  # fmt: skip
    desk.learn(OVER, written)
    state = desk.assess(OVER)
    assert state.tier is tier
    assert next(case.outcome for case in state.cases if case.requirement == "business_plan") == outcome


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(
    ("on", "verdict", "until", "why"),
    [
        (DUE, "demote", "", f"there is time until {DUE}"),
        (OVER, "extend", OVER, None),
        (DUE, "extend", DUE, None),
        ("2023-02-01", "extend", DUE, f"has to be after {DUE}"),
    ],
)
def test_a_decision_without_effect_is_refused_with_the_engines_reason_and_not_written(
    on: str, verdict: str, until: str, why: str | None
) -> None:
    desk = premier(on=on)
    error: type[Exception] = NothingToDecide if why else RowRejected
    refused(desk, error, why or "columns are wrong", lambda: desk.decide(verdict, until))


@pytest.mark.rule("R-4.1.6")
def test_one_day_beyond_the_last_is_an_extension() -> None:
    desk = premier(on="2023-02-01")
    assert desk.decide("extend", "2023-03-04").due_on == day("2023-03-04")


def test_a_case_that_was_cured_meanwhile_is_not_decided_on_though_nobody_has_assessed_the_account_yet() -> None:
    desk = premier()
    desk.learn(OVER, plan(2023, OVER))
    refused(desk, NothingToDecide, "has ended on 2023-03-04: cured", lambda: desk.decide("demote"))


def test_a_case_that_todays_facts_have_made_undone_is_not_decided_on() -> None:
    desk = premier(on=OPENED)
    desk.learn(OPENED, plan(2023, OPENED))
    refused(desk, NothingToDecide, "no such case any more", lambda: desk.decide("waive"))


@pytest.mark.catalogue("B70")
def test_a_case_that_took_a_step_since_it_was_seen_is_not_decided_on() -> None:
    early = premier(on="2023-02-01")
    [case] = [case for case in early.assess("2023-02-01").cases if case.requirement == "business_plan"]
    desk = premier()
    refused(desk, StaleVersion, "read it again", lambda: desk.decide("demote", version=case.version))
    [case] = [case for case in desk.assess(OVER).cases if case.requirement == "business_plan"]
    assert desk.decide("demote", version=case.version).outcome == "demoted"


def test_who_has_seen_the_case_as_it_was_saved_last_may_decide_though_the_day_went_on() -> None:
    desk = premier(on=DUE)
    [seen] = [case for case in desk.assess(DUE).cases if case.requirement == "business_plan"]
    assert desk.decide("demote", version=seen.version, days=1).outcome == "demoted"


@pytest.mark.parametrize(
    "named",
    [{"account_id": "P1-FR"}, {"account_id": "P9-DE"}, {"opened_on": day("2023-01-03")}, {"requirement": "nonsense"},
     {"requirement": "brand_alignment", "opened_on": day("2022-01-01")}],
)  # fmt: skip
def test_there_is_nothing_to_decide_on_where_there_is_no_such_case(named: dict[str, Any]) -> None:
    desk = premier()
    refused(desk, NotFound, "There is no such", lambda: desk.decide("demote", **named))


@pytest.mark.rule("R-3.3")
def test_a_case_of_a_certification_is_not_for_the_vendor_to_decide() -> None:
    desk = Desk(*in_program(), placed("advanced"), on="2023-01-10")
    refused(
        desk, NothingToDecide, "A case of MCDE is not decided on",
        lambda: desk.decide("waive", requirement="MCDE", opened_on=day("2023-01-02")),
    )  # fmt: skip


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(
    ("asked", "column"),
    [
        ({"verdict": "end_participation"}, "verdict"),
        ({"verdict": "postpone"}, "verdict"),
        ({"verdict": "extend"}, "until"),
        ({"verdict": "waive", "until": "2023-05-01"}, "until"),
        ({"verdict": "extend", "until": "1 May"}, "until"),
        ({"verdict": "demote", "reason": "x" * 301}, "reason"),
    ],
)
def test_a_decision_that_a_file_could_not_hold_is_rejected_by_column(asked: dict[str, Any], column: str) -> None:
    desk = premier()
    with pytest.raises(RowRejected) as rejected:
        desk.decide(**asked)
    assert [mistake.column for mistake in rejected.value.mistakes] == [column]
    assert desk.written() == []


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_decision_without_a_reason_is_none(reason: str) -> None:
    desk = premier()
    refused(desk, InvalidValue, "needs a reason", lambda: desk.decide("demote", reason=reason))


@pytest.mark.catalogue("B52")
def test_a_bank_number_in_a_reason_is_masked() -> None:
    desk = premier()
    assert desk.decide("waive", reason="paid from DE89370400440532013000: 2023-03-01").reason == (
        "paid from ***: 2023-03-01"
    )


@pytest.mark.catalogue("F47")
def test_the_same_request_once_more_is_answered_alike_and_writes_nothing_more() -> None:
    desk = premier()
    first = desk.decide("demote")
    place = canonical_place(desk.written()[0])
    assert desk.decide("demote") == first
    desk.learn(OVER, desk.written()[0])
    desk.assess(OVER)
    assert desk.decide("demote") == first
    assert len(desk.world.facts.history(place)) == 1


def test_another_decision_of_the_same_day_is_refused_and_one_of_a_later_day_is_another() -> None:
    desk = premier()
    desk.decide("extend", "2023-04-30")
    desk.learn(OVER, *desk.written())
    refused(
        desk, DecidedAlready, "decided on 2023-03-04 already", lambda: desk.decide("waive", name="r2", by="carl")
    )  # fmt: skip
    assert desk.decide("waive", name="r3", by="carl", days=1).outcome == "waived"
    assert [one.decided_by for one in desk.written()] == ["cora", "carl"]


@pytest.mark.parametrize("calls", range(1, 8))
def test_of_two_who_decide_at_once_one_decides(calls: int) -> None:
    desk = premier()
    answers: list[str] = []

    def decide(verdict: str, name: str, facts: Any = None) -> None:
        try:
            desk.decide(verdict, name=name, facts=facts)
        except DecidedAlready:
            answers.append("refused")
        else:
            answers.append(verdict)

    facts = Interrupted(desk.world.facts, calls, lambda: decide("waive", "r2"))
    decide("demote", "r1", facts)
    assert facts.came_to_it
    [written] = desk.written()
    assert sorted(answers) == sorted([written.verdict.value, "refused"])


@pytest.mark.rule("R-3.4b")
def test_an_authorized_account_below_its_revenue_can_be_ended() -> None:
    desk = Desk(*in_program(), placed("authorized", "2023-01-01"), opening(2023, "999.99"), on="2024-01-31")
    [case] = [case for case in desk.assess("2024-01-31").cases if case.requirement == "revenue"]
    answer = desk.decide("end_participation", requirement="revenue", opened_on=case.opened_on)
    assert (answer.outcome, answer.tier) == ("ended", None)
