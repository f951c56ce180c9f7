"""One account in memory, on which the engine runs as it runs on the real one. Nothing of it is ever stored."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.account_facts import facts_of
from partner_program.domain.facts import AccountFacts, Record
from partner_program.domain.payments.payout import Payout
from partner_program.domain.revenue import Baseline, Contribution
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.what_if.records import key_of, records_of
from partner_program.domain.what_if.suppose import Supposed
from partner_program.use_cases.ports import StoredState
from partner_program.values.errors import ProgramError, VersionConflict
from partner_program.values.periods import Quarter

WORK_RECORDS = 150_000
"""Records that may be looked at on the days of one course, each day all of them: seconds of one processor."""


class TooMuchWork(ProgramError):
    """The account is too large to be brought that far; `reached` is the day up to which it was."""

    def __init__(self, reached: date) -> None:
        super().__init__(f"the account can be told up to {reached}")
        self.reached = reached


@dataclass(frozen=True, slots=True)
class AsItStands:
    """What was read of an account on `today`: all of it is known then."""

    facts: AccountFacts
    state: AccountState | None
    statements: tuple[Statement, ...]
    today: date


class SupposedAccount:
    """The `AccountStore` of one account: as it stands, with what is supposed to become known from day to day.

    `day` is the day it is. Days before today are told by what is known today: they have been decided, by the state as
    it stands, and only where an assessment is overdue are they looked at again.
    """

    def __init__(self, stands: AsItStands, supposed: Sequence[Supposed]) -> None:
        self.day = stands.today
        self._stands = stands
        self._account_id = stands.facts.account_id
        self._supposed = supposed
        self._records = records_of(stands.facts)
        self._stored = StoredState(stands.state, 1 if stands.state else 0)
        self._statements = list(stands.statements)
        self._frozen: list[Baseline] = []
        self._finals = 0
        self._looked_at = 0
        self._facts: dict[tuple[int, int, int], AccountFacts] = {}

    # -- facts and state

    def load(self, account_id: str, since_year: int) -> tuple[AccountFacts, StoredState]:
        """By what is known on the day it is."""
        return self.facts_known_on(account_id, since_year, self.day), self._stored

    def facts_known_on(self, account_id: str, since_year: int, day: date) -> AccountFacts:
        """What stands, what was supposed by then, and the years that were frozen by then. Raises `TooMuchWork`."""
        self._looked_at += len(self._records)
        if self._looked_at > WORK_RECORDS:
            raise TooMuchWork(day)
        supposed = [item for item in self._supposed if item.known_on <= day]
        frozen = [item for item in self._frozen if item.frozen_on <= day]
        key = (since_year, len(supposed), len(frozen))
        if key not in self._facts:
            self._facts[key] = self._told(account_id, since_year, supposed, frozen)
        return self._facts[key]

    def _told(
        self, account_id: str, since_year: int, supposed: Sequence[Supposed], frozen: Sequence[Baseline]
    ) -> AccountFacts:
        base = self._stands.facts
        records = {key_of(record): record for record in self._records}
        records |= {key_of(item.fact): item.fact for item in supposed if isinstance(item.fact, Record)}
        revenue = [*base.contributions, *(item.fact for item in supposed if isinstance(item.fact, Contribution))]
        rows = [(known_on, str(key_of(fact))) for known_on, fact in supposed if isinstance(fact, Record)]
        facts = facts_of(
            account_id,
            records.values(),
            [item for item in revenue if item.month >= f"{since_year:04d}-01"],
            [item for item in (*base.baselines, *frozen) if item.year >= since_year],
            rows,
            base.seen_since,
        )
        return facts.model_copy(update={"news": self._news(facts), "arrivals": self._arrivals(facts)})

    def _news(self, facts: AccountFacts) -> tuple[date, ...]:
        """What became known before today was decided on its day: a day that changed nothing was not written down."""
        return tuple(day for day in facts.news if day >= self._stands.today)

    def _arrivals(self, facts: AccountFacts) -> dict[date, str]:
        seen = self._stands.state
        kept = {seen.assessed_on: seen.arrivals} if seen else {}
        return kept | {day: text for day, text in facts.arrivals.items() if day >= self._stands.today}

    def state(self, account_id: str) -> AccountState | None:
        """As it was decided last."""
        return self._stored.state if account_id == self._account_id else None

    def save_state(self, state: AccountState, expected_version: int) -> None:
        """Kept for the days that follow. Raises `VersionConflict`."""
        if self._stored.version != expected_version:
            raise VersionConflict(state.account_id)
        self._stored = StoredState(state, expected_version + 1)

    def load_many(self, account_ids: Iterable[str], since_year: int) -> Iterator[tuple[str, AccountFacts, StoredState]]:
        """The one account."""
        return ((name, *self.load(name, since_year)) for name in account_ids if name == self._account_id)

    def account_ids_of(self, partner_id: str) -> Sequence[str]:
        """The one account."""
        return [self._account_id] if partner_id == self._stands.facts.partner_id else []

    def all_account_ids(self) -> Iterator[str]:
        """The one account."""
        yield self._account_id

    def due_for_review(self, on: date) -> Iterator[str]:
        """The one account, once its day has come."""
        due = self._stored.state.next_review_on if self._stored.state else None
        yield from [self._account_id] if due is not None and due <= on else []

    # -- baselines and statements

    def put_baseline(self, baseline: Baseline) -> Baseline:
        """Put if absent."""
        name = (baseline.year, baseline.revision)
        for item in (*self._stands.facts.baselines, *self._frozen):
            if (item.year, item.revision) == name:
                return item
        self._frozen.append(baseline)
        return baseline

    def put_statement(self, statement: Statement, finals: int | None = None) -> Statement:
        """Put if absent. Raises `VersionConflict` where a final one rests on too little."""
        for item in self._statements:
            if (item.period, item.status) == (statement.period, statement.status):
                return item
        if statement.status is StatementStatus.FINAL:
            if finals not in (None, self._finals):
                raise VersionConflict(statement.account_id)
            self._finals += 1
        self._statements.append(statement)
        return statement

    def finals_version(self, account_id: str) -> int:
        """How many final statements were made here."""
        return self._finals if account_id == self._account_id else 0

    def statements(self, account_id: str, since: Quarter | None = None) -> Sequence[Statement]:
        """Those that stood and those made here, by quarter."""
        own = [item for item in self._statements if item.account_id == account_id]
        wanted = [item for item in own if since is None or item.period >= since]
        return sorted(wanted, key=lambda item: (item.period, item.status is StatementStatus.FINAL))


class NoPayouts:
    """Where the payouts of supposed statements go: they end with it."""

    def __init__(self) -> None:
        self._payouts: list[Payout] = []

    def payouts(self, account_id: str) -> Sequence[Payout]:
        """Those put here."""
        return [payout for payout in self._payouts if payout.account_id == account_id]

    def put_payout(self, payout: Payout) -> bool:
        """Nothing is paid."""
        self._payouts.append(payout)
        return True


@dataclass(frozen=True, slots=True)
class OnDay:
    """The clock of a supposed day."""

    day: date

    def today(self) -> date:
        """That day."""
        return self.day
