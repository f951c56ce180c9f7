"""From day to day: the days that were missed are assessed one by one, each by what was known on it.

So it does not matter when an account is looked at: one run after any gap ends where daily runs would have.
"""

from collections.abc import Callable
from datetime import date

from partner_program.domain.facts import AccountFacts
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.assessment import assess
from partner_program.rulebook import CountryNotInProgram, Rulebook

FactsKnown = Callable[[date], AccountFacts]
"""All facts of the account as they were known at the end of a day."""


def brought_up_to(on: date, prior: AccountState | None, rulebook: Rulebook, known: FactsKnown) -> AccountState | None:
    """The account on a day, with every day made up for on which a review fell due or something became known.

    A day on which the program does not run in the country decides nothing; None where it never has for the account.
    Raises what else `assess` raises.
    """
    facts, state = known(on), prior
    seen = max(facts.seen_since or on, rulebook.in_force_from) if state is None else state.assessed_on
    if _is_to_be_seen(state, facts, seen, on):
        state = _assessed(known(seen), state, rulebook, seen)
    while (missed := _next_missed(state, facts, seen, on)) is not None:
        seen = missed
        state = _assessed(known(seen), state, rulebook, seen)
    return _assessed(facts, state, rulebook, on)


def _is_to_be_seen(state: AccountState | None, facts: AccountFacts, seen: date, on: date) -> bool:
    """Whether the first day is to be looked at (again): it was missed, or something of it was seen only after it."""
    return seen < on and (state is None or facts.arrivals.get(seen, "") != state.arrivals)


def _next_missed(state: AccountState | None, facts: AccountFacts, seen: date, on: date) -> date | None:
    due = state.next_review_on if state else None
    return min((day for day in (due, *facts.news) if day is not None and seen < day < on), default=None)


def _assessed(facts: AccountFacts, state: AccountState | None, rulebook: Rulebook, on: date) -> AccountState | None:
    try:
        rulebook.at(on).country(facts.country)
    except CountryNotInProgram:
        return state and state.model_copy(update={"next_review_on": _next_start(rulebook, on)})
    return assess(facts, state, rulebook, on)


def _next_start(rulebook: Rulebook, on: date) -> date | None:
    """The next day on which the rulebook may take the country in again."""
    starts = (dated.starts for entry in rulebook.entries for dated in entry.values)
    return min((day for day in starts if day > on), default=None)
