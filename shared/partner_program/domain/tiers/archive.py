"""What of an account's past stays in its state, which is one item of limited size; its versions keep the rest.

What ended over two years ago stays with its dates and outcome, without the words that explained it.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from partner_program.domain.tiers.account import AccountState, Memory, TierChange
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.findings import Requirement

DETAILS_KEPT = timedelta(days=730)
_ORDER = {requirement: place for place, requirement in enumerate(Requirement)}


def in_order(cases: Iterable[Case], on: date) -> tuple[Case, ...]:
    """Oldest first, those of one day in the order of R-4.1; of old ones only what happened."""
    ordered = sorted(cases, key=lambda case: (case.events[0].on, _ORDER[case.requirement], case.subject, case.number))
    return tuple(_shortened(case) if _is_old(case, on) else case for case in ordered)


def _is_old(case: Case, on: date) -> bool:
    return not case.is_open and case.events[-1].on < on - DETAILS_KEPT


def _shortened(case: Case) -> Case:
    return case.model_copy(update={"required": "", "found": "", "missing": None, "mend": None, "causes": ()})


def without_old_details(changes: Iterable[TierChange], on: date) -> tuple[TierChange, ...]:
    """Changes of the tier; of old ones without their findings and entitlements."""
    old = on - DETAILS_KEPT
    return tuple(
        change.model_copy(update={"findings": (), "entitlements": ()}) if change.changed_on < old else change
        for change in changes
    )


def kept_of_morning(morning: Memory) -> Memory:
    """What has to be kept of a morning: a case that had ended by then is the same for ever."""
    return morning.model_copy(update={"cases": tuple(case for case in morning.cases if case.is_open)})


def morning_of(state: AccountState) -> Memory:
    """What the day of a state's assessment began with."""
    if state.morning is None:
        return state.memory
    ended = (case for case in state.cases if not case.is_open and case.events[-1].on < state.assessed_on)
    return state.morning.model_copy(update={"cases": in_order((*ended, *state.morning.cases), state.assessed_on)})
