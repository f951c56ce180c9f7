"""An engine for the model-based test: a store of its own, and the use case on it."""

from datetime import date
from functools import cache

from partner_program.domain.facts import Record
from partner_program.domain.revenue import Baseline, Contribution
from partner_program.domain.tiers.account import AccountState
from partner_program.rulebook import Rulebook
from partner_program.use_cases.assess_account import AssessAccount
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.records import P1_DE, rulebook


@cache
def the_rulebook() -> Rulebook:
    return rulebook()


class Engine:
    """A store of its own, and the use case on it."""

    def __init__(self) -> None:
        self.accounts = FakeAccounts()
        self.clock = FixedClock("2022-03-01")
        self.assess = AssessAccount(self.accounts, the_rulebook(), self.clock)

    def hears(self, fact: Record | Contribution | Baseline, stamp: str, today: date) -> None:
        if isinstance(fact, Baseline):
            self.accounts.put_baseline(fact)
        else:
            self.accounts.add(fact, known_on=today.isoformat(), stamp=stamp)

    def try_to_run(self, today: date) -> AccountState | None:
        """None: the account has no site yet."""
        self.clock.day = today
        return self.assess(P1_DE)

    def run(self, today: date) -> AccountState:
        state = self.try_to_run(today)
        assert state is not None
        return state

    def is_due(self, today: date) -> bool:
        return P1_DE in self.accounts.due_for_review(today)
