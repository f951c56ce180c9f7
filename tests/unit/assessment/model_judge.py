"""Judges what became of an account on a day by the oracle's requirements: the promises of R-3.2, R-3.3 and R-3.4b."""

from datetime import date, timedelta
from typing import TypeVar

from partner_program.domain.facts import RECORD_TYPES, Record, Verdict
from partner_program.domain.revenue import Baseline, Contribution
from partner_program.domain.tiers.account import AccountState, ChangeReason, TierChange
from partner_program.domain.tiers.cases import Case, CaseOutcome, CaseStep
from tests.oracle.account import COMPLIANCE, KEYS, Account, asked, holds, in_program
from tests.oracle.oracle import TIERS, Folder, Parameters, Row

T = TypeVar("T")
ONE_DAY, SIXTY_DAYS = timedelta(days=1), timedelta(days=60)
COLUMN = {"certifications": "certification", "trainings": "training"}
"""Fields whose CSV column is `kind`."""
PARAMETERS = Parameters(
    people={
        ("advanced", "MCDE"): 1, ("premier", "MCDE"): 2, ("advanced", "MCIT"): 1, ("premier", "MCIT"): 2,
        ("premier", "MCIE"): 1,
    }
)  # fmt: skip
THRESHOLDS = {"authorized": 1000, "advanced": 50000, "premier": 200000}
"""Of tests.fakes.records."""


class Judge:
    """Keeps every fact with the day on which it was told, and the state of the evening before."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {kind: [] for kind in RECORD_TYPES}
        self._account: Account | None = None
        self._evening: AccountState | None = None
        self._last: AccountState | None = None

    def hears(self, fact: Record | Contribution | Baseline, today: date) -> None:
        if isinstance(fact, Record) and fact.kind in KEYS:
            row = {name: "" if value is None else str(value) for name, value in fact.model_dump(mode="json").items()}
            row["kind"] = row.get(COLUMN.get(fact.kind, ""), "")
            self._rows[fact.kind].append({**row, "recorded_on": today.isoformat()})
            self._account = None

    @property
    def account(self) -> Account:
        if self._account is None:
            self._account = Account("P1-DE", Folder(self._rows, []), (), {}, PARAMETERS)
        return self._account

    def looks_at(self, state: AccountState) -> None:
        """At the end of a day, or of a day so far."""
        day = state.assessed_on
        if self._last is not None and self._last.assessed_on < day:
            self._evening = self._last
        self._last = state
        for requirement in COMPLIANCE:
            self._judge_clock(requirement, state, day)
        for change in state.tier_changes:
            if change.changed_on == day and change.reason is ChangeReason.DEMOTED:
                self._judge_demotion(change, state)
        _judge_uniqueness(state)
        if self._evening is not None:
            _judge_history(self._evening, state)

    def _judge_clock(self, requirement: str, state: AccountState, day: date) -> None:
        """A case is open exactly while the tier's requirement is unmet, from its first day, and never overdue."""
        running = [case for case in state.cases if case.is_open and case.requirement == requirement]
        tier = state.tier.value if state.tier else ""
        short = asked(requirement, tier, PARAMETERS) and not holds(requirement, tier, self.account, day, day)
        assert len(running) == short, (requirement, day, running)
        for case in running:
            first = day
            while first > _known(state.tier_since) and not self._held(requirement, tier, first - ONE_DAY, day):
                first -= ONE_DAY
            assert (case.opened_on, case.due_on) == (first, first + SIXTY_DAYS)
            assert day <= _known(case.due_on), f"{case.case_id} was due on {case.due_on} and cost nothing"

    def _judge_demotion(self, change: TierChange, state: AccountState) -> None:
        """Not inside the sixty days, not after a cure, and to the highest tier that fits."""
        day, cases = change.changed_on, [case for case in state.cases if case.case_id in change.case_ids]
        assert [case.outcome for case in cases] == [CaseOutcome.DEMOTED] * len(change.case_ids)
        if change.rule == "R-3.3":
            assert cases
            for case in cases:
                self._judge_lapse(case, change)
        elif change.rule == "R-3.4b":
            assert (day.month, day.day) == (1, 30)
            assert not self._earns(_known(change.from_tier), state)
        else:
            assert {item.verdict for case in cases for item in case.decisions[-1:]} == {Verdict.DEMOTE}
        for tier in TIERS[TIERS.index(_known(change.to_tier)) + 1 : TIERS.index(_known(change.from_tier))]:
            assert not self._fits(tier, state), f"{tier} would have been appropriate"
        assert change.to_tier == "authorized" or self._fits(_known(change.to_tier), state)

    def _judge_lapse(self, case: Case, change: TierChange) -> None:
        day = change.changed_on
        assert _known(case.due_on) < day
        assert case.due_on == case.opened_on + SIXTY_DAYS
        assert case.closed_on == day
        looked_at = case.opened_on
        while looked_at <= day:
            assert not self._held(case.requirement.value, _known(change.from_tier), looked_at, day)
            looked_at += ONE_DAY

    def _held(self, requirement: str, tier: str, day: date, known_by: date) -> bool:
        return holds(requirement, tier, self.account, day, known_by)

    def _fits(self, tier: str, state: AccountState) -> bool:
        """Every requirement, the revenue of a year whose books are open aside."""
        day = state.assessed_on
        books_are_open = (day.month, day.day) < (1, 30)
        return (
            in_program(self.account, day, day)
            and all(self._held(requirement, tier, day, day) for requirement in COMPLIANCE)
            and (books_are_open or self._earns(tier, state))
        )

    def _earns(self, tier: str, state: AccountState) -> bool:
        return max(state.ytd_revenue, state.prev_year_revenue) >= THRESHOLDS[tier]


def _judge_uniqueness(state: AccountState) -> None:
    """Exactly one demotion for a lapse; every step and reminder once."""
    named = [case_id for change in state.tier_changes for case_id in change.case_ids]
    lost = [case for case in state.cases if case.outcome in (CaseOutcome.DEMOTED, CaseOutcome.ENDED)]
    assert sorted(named) == sorted(case.case_id for case in lost)
    assert len({(case.requirement, case.subject, case.opened_on) for case in lost}) == len(lost)
    assert len({case.case_id for case in state.cases}) == len(state.cases)
    for case in state.cases:
        reminded = [event.on for event in case.events if event.step is CaseStep.REMINDED]
        assert len(set(reminded)) == len(reminded)
        assert [event.step for event in case.events].count(CaseStep.CLOSED) == (not case.is_open)


def _judge_history(evening: AccountState, state: AccountState) -> None:
    """What was decided and what was done in days that are over stands."""
    assert [_told(change) for change in state.tier_changes][: len(evening.tier_changes)] == [
        _told(change) for change in evening.tier_changes
    ]
    now = {case.case_id: case for case in state.cases}
    for case in evening.cases:
        assert now[case.case_id].events[: len(case.events)] == case.events


def _told(change: TierChange) -> tuple[object, ...]:
    return change.changed_on, change.from_tier, change.to_tier, change.reason, change.rule, change.case_ids


def _known(value: T | None) -> T:
    assert value is not None
    return value
