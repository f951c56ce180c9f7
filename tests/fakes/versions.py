"""An account that is assessed whenever something is recorded, and every version of its state."""

from collections.abc import Iterable, Iterator

from partner_program.domain.facts import Record
from partner_program.domain.past_states import StateVersion
from partner_program.domain.revenue import Contribution
from partner_program.domain.tiers.account import AccountState
from partner_program.rulebook import Rulebook
from partner_program.use_cases.account_history import AccountHistory
from partner_program.use_cases.assess_account import AssessAccount
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.records import P1_DE, day, rulebook

BOOK = rulebook()


class SavedVersions:
    """Every state that was saved, in order; `without` leaves versions out, as if they had never been kept."""

    def __init__(self, accounts: FakeAccounts, without: Iterable[int] = ()) -> None:
        self._accounts = accounts
        self._without = set(without)

    def versions(self, account_id: str) -> Iterator[StateVersion]:
        saved = [state for state in self._accounts.saves if state.account_id == account_id]
        for version, state in enumerate(saved, start=1):
            if version not in self._without:
                yield StateVersion(version=version, state=state)


class World:
    """An account that is assessed whenever something is recorded."""

    def __init__(self, book: Rulebook = BOOK) -> None:
        self.book = book
        self.accounts = FakeAccounts()
        self.clock = FixedClock("2023-01-01")

    def on(self, today: str, *items: Record | Contribution) -> AccountState:
        self.clock.day = day(today)
        self.accounts.add(*items, known_on=today)
        state = AssessAccount(self.accounts, self.book, self.clock)(P1_DE)
        assert state is not None
        return state

    def history(self, without: Iterable[int] = ()) -> AccountHistory:
        return AccountHistory(self.accounts, SavedVersions(self.accounts, without), self.book)
