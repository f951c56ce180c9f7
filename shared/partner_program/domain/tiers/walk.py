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
    """The account on a day, every review that fell due before it made up for. Raises what `assess` raises."""
    state = prior
    while state is not None and state.next_review_on is not None and state.next_review_on < on:
        state = assess(known(state.next_review_on), state, rulebook, state.next_review_on)
    return assess(known(on), state, rulebook, on)
