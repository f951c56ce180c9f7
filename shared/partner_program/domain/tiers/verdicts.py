"""The vendor's decisions on cases: demote, extend, waive, end the participation (R-4.1.6, R-4.1.7, R-3.4b).

A decision is looked at once, on the first assessment that knows it. One that finds no case to decide on, or comes
before its time, has no effect: it is kept with the reason why.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from partner_program.domain.facts import CaseDecision, Verdict
from partner_program.domain.tiers.account import IdleDecision
from partner_program.domain.tiers.cases import Case, CaseOutcome, CaseStep
from partner_program.domain.tiers.compliance import closed, is_overdue, with_step
from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.situation import Situation
from partner_program.values.tiers import Tier

_MAY_END = frozenset({Requirement.TERMS, Requirement.REVENUE})
"""What everybody needs to take part at all (R-4.1.1, R-4.1.2)."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The cases after the vendor's decisions, those to be acted on, and the decisions that had no effect."""

    cases: tuple[Case, ...]
    lost: tuple[Case, ...] = ()
    ended: tuple[Case, ...] = ()
    idle: tuple[IdleDecision, ...] = ()


def decided_by_vendor(at: Situation, idle: tuple[IdleDecision, ...]) -> Decided:
    """Apply every decision that is known and was not looked at yet, in the order of their days."""
    cases = {case.case_id: case for case in at.cases}
    lost, ended = list[str](), list[str]()
    for decision in sorted(at.facts.case_decisions, key=lambda item: (item.decided_on, item.key)):
        if decision.decided_on > at.on or _looked_at(decision, cases.values(), idle):
            continue
        case = meant(decision.requirement, decision.opened_on, cases.values())
        why = _no_effect(decision, case, at)
        if why is not None or case is None:
            idle = (*idle, IdleDecision(decision=decision, on=at.on, why=why or ""))
            continue
        cases[case.case_id] = _decided(case, decision, at)
        if decision.verdict is Verdict.DEMOTE:
            lost.append(case.case_id)
        elif decision.verdict is Verdict.END_PARTICIPATION:
            ended.append(case.case_id)
    return Decided(
        tuple(cases.values()), tuple(cases[one] for one in lost), tuple(cases[one] for one in ended), idle
    )  # fmt: skip


def _looked_at(decision: CaseDecision, cases: Iterable[Case], idle: tuple[IdleDecision, ...]) -> bool:
    return any(decision in case.decisions for case in cases) or any(item.decision == decision for item in idle)


def meant(requirement: str, opened_on: date, cases: Iterable[Case]) -> Case | None:
    """The case of the requirement that was opened on the day; an open one before a closed one."""
    named = [case for case in cases if case.requirement == requirement and opened_on in _opening_days(case)]
    return next((case for case in named if case.is_open), named[-1] if named else None)


def _opening_days(case: Case) -> set[date]:
    """The day of its opening as it stands, and as it stood before facts recorded later moved it."""
    return {case.opened_on, *(event.opened_on for event in case.events if event.opened_on)}


def _no_effect(decision: CaseDecision, case: Case | None, at: Situation) -> str | None:
    if case is None:
        return f"there is no {decision.requirement} case that was opened on {decision.opened_on}"
    if not case.is_open:
        return f"the case had ended on {case.closed_on}: {case.outcome}"
    if decision.verdict is Verdict.EXTEND:
        last = max(at.on, case.due_on or at.on)
        too_early = decision.until is None or decision.until <= last
        return f"the new last day has to be after {last}" if too_early else None
    if decision.verdict is Verdict.WAIVE:
        return None
    if decision.verdict is Verdict.END_PARTICIPATION and case.requirement not in _MAY_END:
        return f"a participation is not ended for {case.requirement.replace('_', ' ')}"
    if not is_overdue(case, at.on):
        first = case.due_on + timedelta(days=1) if case.due_on else at.on
        return f"there is time until {case.due_on}: it can be decided from {first} on"
    if decision.verdict is Verdict.DEMOTE and at.tier is Tier.AUTHORIZED:
        return "there is no tier below authorized: the participation can be ended"
    return None


def _decided(case: Case, decision: CaseDecision, at: Situation) -> Case:
    note = f"{decision.verdict.replace('_', ' ')} by {decision.decided_by}: {decision.reason}"
    taken = {"decisions": (*case.decisions, decision)}
    if decision.verdict is Verdict.EXTEND:
        note = f"until {decision.until}, {note}"
        return with_step(case, at.on, CaseStep.DECIDED, note, due_on=decision.until, **taken)
    case = with_step(case, at.on, CaseStep.DECIDED, note, **taken)
    if decision.verdict is Verdict.WAIVE:
        return closed(case, at.on, CaseOutcome.WAIVED, max(decision.decided_on, case.opened_on), note)
    if decision.verdict is Verdict.END_PARTICIPATION:
        return closed(case, at.on, CaseOutcome.ENDED, at.on, note)
    return case  # closed together with the tier that is lost for it
