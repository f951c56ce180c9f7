"""From day to day: the days that were missed are assessed one by one, each by what was known on it.

So it does not matter when an account is looked at: one run after any gap ends where daily runs would have.
"""

from collections.abc import Callable
from datetime import date

from partner_program.domain.facts import AccountFacts
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.assessment import assess
from partner_program.rulebook import Rulebook

FactsKnown = Callable[[date], AccountFacts]
"""All facts of the account as they were known at the end of a day."""


def brought_up_to(on: date, prior: AccountState | None, rulebook: Rulebook, known: FactsKnown) -> AccountState:
    """The account on a day, with every day made up for on which a review fell due or something became known.

    Raises what `assess` raises.
    """
    facts, state = known(on), prior
    if state is not None and _seen_late(state, facts, on):
        state = assess(known(state.assessed_on), state, rulebook, state.assessed_on)
    while state is not None and (missed := _next_missed(state, facts, on)) is not None:
        state = assess(known(missed), state, rulebook, missed)
    return assess(facts, state, rulebook, on)


def _seen_late(state: AccountState, facts: AccountFacts, on: date) -> bool:
    """Whether something of the day of the last assessment was seen only after it: recorded before midnight, say."""
    return state.assessed_on < on and facts.arrivals.get(state.assessed_on, "") != state.arrivals


def _next_missed(state: AccountState, facts: AccountFacts, on: date) -> date | None:
    days = [day for day in (state.next_review_on, *facts.news) if day is not None]
    return min((day for day in days if state.assessed_on < day < on), default=None)
