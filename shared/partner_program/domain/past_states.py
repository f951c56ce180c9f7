"""States of the past: each version whole, and a case as it stood on an earlier day.

A state leaves out the words of what ended long ago (tiers/archive.py); the version in which it was new has them.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from partner_program.domain.model import Document
from partner_program.domain.tiers.account import AccountState, ChangeReason, TierChange
from partner_program.domain.tiers.cases import Case, CaseEvent, CaseStep
from partner_program.values.tiers import Tier

ChangeKey = tuple[date, Tier | None, Tier | None, ChangeReason]
_NEW_LAST_DAY = frozenset({CaseStep.NOTICED, CaseStep.DECIDED})
_WORDS = ("required", "found", "missing", "mend", "causes")


class StateVersion(Document):
    """One version of an account's state, as it was saved."""

    version: int
    state: AccountState


def change_key(change: TierChange) -> ChangeKey:
    """What names a tier change among those of its account."""
    return change.changed_on, change.from_tier, change.to_tier, change.reason


def made_whole(versions: Iterable[StateVersion]) -> Iterator[StateVersion]:
    """The versions, in their order, each with the details that only those before it have kept."""
    changes: dict[ChangeKey, TierChange] = {}
    cases: dict[str, Case] = {}
    for item in versions:
        state = item.state
        changes |= {change_key(change): change for change in _all_changes(state) if change.findings}
        cases |= {case.case_id: case for case in state.cases if case.required}
        whole = state.model_copy(
            update={
                "tier_changes": tuple(_with_grounds(change, changes) for change in state.tier_changes),
                "set_aside": tuple(_with_grounds(change, changes) for change in state.set_aside),
                "memory": state.memory.model_copy(
                    update={"cases": tuple(_in_words(case, cases.get(case.case_id, case)) for case in state.cases)}
                ),
            }
        )
        yield item.model_copy(update={"state": whole})


def _all_changes(state: AccountState) -> tuple[TierChange, ...]:
    return *state.tier_changes, *state.set_aside


def _with_grounds(change: TierChange, known: dict[ChangeKey, TierChange]) -> TierChange:
    full = known.get(change_key(change))
    if change.findings or full is None:
        return change
    return change.model_copy(update={"findings": full.findings, "entitlements": full.entitlements})


def _in_words(case: Case, told: Case) -> Case:
    """A case with the words of another version of it."""
    return case.model_copy(update={name: getattr(told, name) for name in _WORDS})


def words_of_day(versions: Iterable[StateVersion], day: date) -> dict[str, Case]:
    """Each case as it was last told by a day; one that became known later as it was told first. By its id."""
    told: dict[str, Case] = {}
    for item in versions:
        for case in item.state.cases:
            if item.state.assessed_on <= day or case.case_id not in told:
                told[case.case_id] = case
    return told


def stood_on(case: Case, day: date, told: Case | None = None) -> Case:
    """The case as it stood on a day, by what is known of it: nothing of what was decided or ended later.

    Decisions count from the days they were taken on, an end from its own. A day of opening that was corrected holds
    for every day, and with it the last day that follows from it; one that a notice or a decision set holds from there.
    `told` has its words.
    """
    case = _in_words(case, told or case)
    events = tuple(_events_by(case, day))
    ended = case.closed_on is not None and case.closed_on <= day
    return case.model_copy(
        update={
            "due_on": case.due_on if events == case.events else events[-1].due_on,
            "closed_on": case.closed_on if ended else None,
            "outcome": case.outcome if ended else None,
            "decisions": tuple(item for item in case.decisions if item.decided_on <= day),
            "events": events,
        }
    )


def _events_by(case: Case, day: date) -> Iterator[CaseEvent]:
    """Those up to a day. The first one names the case, so it stays even where it came later."""
    decided = (item.decided_on for item in case.decisions)
    reset_later = False
    for place, event in enumerate(case.events):
        held_on = event.on
        if event.step is CaseStep.DECIDED:
            held_on = next(decided, event.on)
        elif event.step is CaseStep.CLOSED:
            held_on = case.closed_on or event.on
        if not place or held_on <= day or (event.step is CaseStep.REDATED and not reset_later):
            yield event
        elif event.step in _NEW_LAST_DAY:
            reset_later = True
