"""What is announced of cases: each step under its day, saying what held after it (R-3.3, R-4.1.1, R-4.1.6, R-4.1.7).

A step may be announced late, after days without a daily run. It then still says what it would have said on time, with
the last day of its time; that the case has ended meanwhile is said beside it. Only a reminder that has no use any more
is left out.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from partner_program.domain.facts import Verdict
from partner_program.domain.notices.details import CaseDecided, CaseEnded, CaseMoved, CaseReminded, CaseStated
from partner_program.domain.notices.heads import head_of
from partner_program.domain.notices.model import (
    AnyNotice,
    BrandNotice,
    CaseClosed,
    CaseCured,
    CaseDueChanged,
    CaseOpened,
    CaseReminder,
    DecisionIsDue,
    NoticeKind,
)
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.cases import Case, CaseEvent, CaseOutcome, CaseStep
from partner_program.domain.wording import named

EXTENDED = "the vendor has extended it"
_MOVING = frozenset({CaseStep.REDATED, CaseStep.DECIDED})
"""The steps that move a last day without a notice of their own kind."""


def case_notices(state: AccountState) -> Iterator[AnyNotice]:
    """Those of the steps that are final: dated before `assessed_on`, reminders up to it."""
    for case in state.cases:
        if _ended_at_once(case):
            yield from _waived_at_once(state, case)
            continue
        for number, event in enumerate(case.events):
            if event.step is CaseStep.REMINDED:
                if event.on <= state.assessed_on and _is_of_use(state, case, number):
                    yield _reminder(state, case, event)
            elif event.on < state.assessed_on:
                yield from _of_step(state, case, event)
        yield from _moves(state, case)


def _ended_at_once(case: Case) -> bool:
    """Known only after its last day, and over on the day on which it was opened: what ended it tells of it."""
    return any(step.step is CaseStep.CLOSED and step.on == case.events[0].on for step in case.events)


def _waived_at_once(state: AccountState, case: Case) -> Iterator[CaseClosed]:
    last = case.events[-1]
    if case.outcome is CaseOutcome.WAIVED and last.on < state.assessed_on:
        head = head_of(state, last.on, NoticeKind.CASE_CLOSED, case.case_id, case.rule)
        yield CaseClosed(detail=_ended(state, case, last), **head)


def _says_more(case: Case) -> bool:
    """Whether a notice of the day of opening says all that `case_opened` would: one cause, one mail."""
    first = case.events[0].on
    return any(step.on == first and step.step in (CaseStep.NOTICED, CaseStep.DECISION_DUE) for step in case.events)


def _of_step(state: AccountState, case: Case, event: CaseEvent) -> Iterator[AnyNotice]:
    """A case that ends in a demotion, or in the end of participation, is told of there and not a second time."""

    def head(kind: NoticeKind) -> dict[str, Any]:
        return head_of(state, event.on, kind, case.case_id, case.rule)

    match event.step:
        case CaseStep.OPENED if not _says_more(case):
            yield CaseOpened(detail=CaseStated(**_stated(state, case, event)), **head(NoticeKind.CASE_OPENED))
        case CaseStep.NOTICED:
            yield BrandNotice(detail=CaseStated(**_stated(state, case, event)), **head(NoticeKind.BRAND_NOTICE))
        case CaseStep.DECISION_DUE:
            yield DecisionIsDue(detail=CaseStated(**_stated(state, case, event)), **head(NoticeKind.DECISION_DUE))
        case CaseStep.CLOSED if case.outcome is CaseOutcome.CURED:
            yield CaseCured(detail=_ended(state, case, event), **head(NoticeKind.CASE_CURED))
        case CaseStep.CLOSED if case.outcome not in (CaseOutcome.DEMOTED, CaseOutcome.ENDED):
            yield CaseClosed(detail=_ended(state, case, event), **head(NoticeKind.CASE_CLOSED))


def _reminder(state: AccountState, case: Case, event: CaseEvent) -> CaseReminder:
    left = (event.due_on - event.on).days if event.due_on else None
    detail = CaseReminded(days_left=left, **_stated(state, case, event))
    return CaseReminder(detail=detail, **head_of(state, event.on, NoticeKind.CASE_REMINDER, case.case_id, case.rule))


def _is_of_use(state: AccountState, case: Case, number: int) -> bool:
    """Not after the case's end or the last day that it names, nor once a newer reminder or another last day is told."""
    event, later = case.events[number], case.events[number + 1 :]
    replaced = any(step.step is CaseStep.REMINDED or step.due_on != event.due_on for step in later)
    return case.is_open and not replaced and (event.due_on is None or event.due_on >= state.assessed_on)


def _moves(state: AccountState, case: Case) -> Iterator[CaseDueChanged]:
    """One for each day on which the last day became another, unless a brand notice of that day names the new one."""
    before = case.events[0].due_on
    for on, of_the_day in groupby(case.events, key=lambda event: event.on):
        steps = list(of_the_day)
        moved = [step for step in steps if step.step in _MOVING]
        noticed = any(step.step is CaseStep.NOTICED for step in steps)
        last = steps[-1]
        if on < state.assessed_on and moved and not noticed and last.due_on != before:
            head = head_of(state, on, NoticeKind.CASE_DUE_CHANGED, case.case_id, case.rule)
            yield CaseDueChanged(
                detail=CaseMoved(
                    due_before=before,
                    days_left=(last.due_on - on).days if last.due_on else None,
                    why="; ".join(step.note if step.step is CaseStep.REDATED else EXTENDED for step in moved),
                    decision=_extension(case, last),
                    **_stated(state, case, last),
                ),
                **head,
            )
        before = last.due_on


def _extension(case: Case, moved: CaseEvent) -> CaseDecided | None:
    granted = [item for item in case.decisions if item.verdict is Verdict.EXTEND and item.until == moved.due_on]
    return CaseDecided.model_validate(granted[-1]) if granted else None


def _stated(state: AccountState, case: Case, event: CaseEvent) -> dict[str, Any]:
    """The case with its last day as of a step; its end only where the day of that is over, too."""
    stated = {name: getattr(case, name) for name in CaseStated.model_fields}
    stated |= {"due_on": event.due_on, "causes": named(case.causes)}  # EventBridge takes 256 KB in one request
    has_ended = any(step.step is CaseStep.CLOSED and step.on < state.assessed_on for step in case.events)
    return stated if has_ended else stated | {"closed_on": None, "outcome": None}


def _ended(state: AccountState, case: Case, event: CaseEvent) -> CaseEnded:
    last = case.decisions[-1] if case.decisions else None
    decision = CaseDecided.model_validate(last) if last else None
    return CaseEnded(decision=decision, **_stated(state, case, event))
