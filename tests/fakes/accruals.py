"""The ports of accruals in memory, and the life of an account told month by month."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import BinaryIO

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.accruals.months import end_of
from partner_program.domain.accruals.row import AccrualRow
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payout import Payout, PayoutState, event
from partner_program.domain.payments.people import ENGINE
from partner_program.domain.revenue import Baseline, latest_baseline
from partner_program.domain.tiers.account import AccountState, ChangeReason, TierChange
from partner_program.rulebook import Rulebook
from partner_program.use_cases.accruals import AccrualReport, AccrualRun, BookAccruals
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.use_cases.ports import StoredState
from partner_program.values.ids import split_account_id
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FakeJobLog
from tests.fakes.payments import FakePaymentBook
from tests.fakes.records import P1_DE, accepted, day, opening, partner, placed, rulebook, sales, site

RULEBOOK = rulebook()


class FakeAccruals:
    """`AccrualStore` in a dict."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], AccrualRow] = {}

    def put(self, row: AccrualRow) -> AccrualRow:
        return self.rows.setdefault((row.month, row.account_id), row)

    def month(self, month: str) -> Iterator[AccrualRow]:
        yield from [row for key, row in sorted(self.rows.items()) if key[0] == month]

    def page(self, month: str, after: str | None, limit: int) -> tuple[Sequence[AccrualRow], str | None]:
        left = [row for row in self.month(month) if after is None or row.account_id > after]
        return left[:limit], left[limit - 1].account_id if len(left) >= limit else None

    def of_account(self, account_id: str, months: Iterable[str]) -> Sequence[AccrualRow]:
        keys = [(month, account_id) for month in sorted(set(months))]
        return [self.rows[key] for key in keys if key in self.rows]


class FakeResults:
    """`ResultFiles` in a dict."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put_result(self, key: str, body: bytes | BinaryIO, content_type: str) -> None:
        assert isinstance(body, bytes)
        self.files[key] = body


class World:
    """Everything that accruals read and write, and the statements that they rest on."""

    def __init__(self, book: Rulebook = RULEBOOK) -> None:
        self.rulebook = book
        self.accounts = FakeAccounts()
        self.payments = FakePaymentBook(accounts=self.accounts)
        self.store = FakeAccruals()
        self.results = FakeResults()
        self.jobs = FakeJobLog()
        self.report = AccrualReport(self.store, self.jobs)
        self.make = MakeStatement(self.accounts, book, self.payments)

    @property
    def book(self) -> BookAccruals:
        return BookAccruals(self.accounts, self.payments, self.store, self.results, self.jobs, self.rulebook)

    def booking_day(self, month: str) -> date:
        end = end_of(month)
        return end + timedelta(days=self.rulebook.at(end).accrual_close_days)

    def on(self, today: str) -> list[AccrualRun]:
        return self.book(day(today))

    def books(self, month: str) -> list[AccrualRun]:
        """The run of a month's booking day."""
        return self.book(self.booking_day(month))


class Life:
    """One account: Premier from the program's first day, with last year's revenue. `on` days are ISO texts."""

    def __init__(
        self,
        last_year: str = "100000",
        *,
        account_id: str = P1_DE,
        year: int = 2024,
        currency: str = "EUR",
        world: World | None = None,
        tier: str = "premier",
        trading_since: str = "2020-01-01",
    ) -> None:
        self.world = world or World()
        self.account_id, self.currency = account_id, currency
        partner_id, country = split_account_id(account_id)
        records = (
            partner(partner_id, trading_since=trading_since),
            site(f"S-{account_id}", country=country, partner_id=partner_id),
            accepted(partner_id=partner_id),
            placed(tier, country=country).model_copy(update={"partner_id": partner_id}),
            opening(year - 1, last_year, currency, country).model_copy(update={"partner_id": partner_id}),
        )
        self.world.accounts.add(*records, partner_id=partner_id)
        self.changes: list[TierChange] = []
        self.tier("2023-01-02", tier)

    def tier(self, on: str, tier: str | None) -> "Life":
        """The account's tier from a day on."""
        held = self.changes[-1].to_tier if self.changes else None
        change = TierChange(
            changed_on=day(on),
            from_tier=held,
            to_tier=Tier(tier) if tier else None,
            reason=ChangeReason.PLACED,
            rule="R-2.2b",
            edition="guide",
        )
        self.changes = sorted([*self.changes, change], key=lambda one: one.changed_on)
        partner_id, country = split_account_id(self.account_id)
        state = AccountState(
            account_id=self.account_id,
            partner_id=partner_id,
            country=country,
            currency=self.currency,
            assessed_on=day(on),
            edition="guide",
            rulebook_digest="",
            tier=change.to_tier,
            tier_changes=tuple(self.changes),
            ytd_revenue=Decimal(0),
            prev_year_revenue=Decimal(0),
        )
        self.world.accounts.states[self.account_id] = StoredState(state, 1)
        return self

    def sells(self, month: str, amount: str, *, known: str | None = None, report: str = "R") -> "Life":
        """What a report adds to a month."""
        self.world.accounts.add(
            sales(month, amount, known=known, report=report, account_id=self.account_id, currency=self.currency)
        )
        return self

    def closes(self, quarter: str, on: str | None = None) -> Statement | None:
        """The quarter's final statement, made at its close."""
        period = Quarter.parse(quarter)
        made_on = on or period.closes_on(30).isoformat()
        return self.world.make({"account_id": self.account_id, "quarter": quarter, "phase": "CLOSE", "on": made_on})

    def restates(self, year: int, amount: str, on: str) -> None:
        """The next revision of a frozen year."""
        standing = latest_baseline(self.world.accounts.load(self.account_id, year)[0].baselines, year)
        assert standing is not None
        self.world.accounts.put_baseline(
            Baseline(
                account_id=self.account_id,
                year=year,
                currency=self.currency,
                sales_revenue=Decimal(amount),
                frozen_on=standing.frozen_on,
                revision=standing.revision + 1,
                restated_on=day(on),
                restated_by="Petra",
                reason="as agreed",
            )
        )

    def pays(self, quarter: str, on: str) -> "Life":
        """The bank says that a payout was paid."""
        return self._step(quarter, on, LedgerKind.PAID, PayoutState.IN_BATCH, PayoutState.IN_PAYMENT, PayoutState.PAID)

    def returns(self, quarter: str, on: str) -> "Life":
        """The bank returns it."""
        return self._step(quarter, on, LedgerKind.RETURNED, PayoutState.RETURNED)

    def cancels(self, quarter: str, on: str) -> "Life":
        """The vendor cancels it (R-5.5)."""
        return self._step(quarter, on, LedgerKind.CANCELLED, PayoutState.CANCELLED)

    def holds(self, quarter: str, on: str) -> "Life":
        """The vendor keeps it from being paid (R-5.5)."""
        return self._step(quarter, on, None, PayoutState.ON_HOLD)

    def lifts(self, quarter: str, on: str) -> "Life":
        """Payable again: a hold is lifted, or a returned payment tried again."""
        return self._step(quarter, on, None, PayoutState.OPEN)

    def payout(self, quarter: str) -> Payout:
        found = self.world.payments.payout(self.account_id, Quarter.parse(quarter))
        assert found is not None
        return found

    def _step(self, quarter: str, on: str, kind: LedgerKind | None, *states: PayoutState) -> "Life":
        payout = self.payout(quarter)
        attempt = payout.attempt
        for state in states:
            changes = {"attempt": attempt + 1} if state is PayoutState.RETURNED else {}
            payout = payout.moved(state, event(day(on), state, ENGINE), **changes)
            assert self.world.payments.put_payout(payout)
        if kind is not None:
            self.world.payments.add_ledger([entry(payout, kind, on, attempt)])
        return self

    def month(self, month: str) -> AccrualRow:
        """Book a month on its booking day; the account's row."""
        runs = self.world.books(month)
        assert [run.failures for run in runs if run.failures] == []
        return self.row(month)

    def months(self, first: str, last: str) -> list[AccrualRow]:
        """Book months one after the other."""
        ends = [f"{day(f'{first}-01').year + step // 12}-{step % 12 + 1:02d}" for step in range(36)]
        return [self.month(month) for month in ends if first <= month <= last]

    def row(self, month: str) -> AccrualRow:
        found = self.world.store.rows.get((month, self.account_id))
        assert found is not None, f"{self.account_id} is not booked in {month}"
        return found


def entry(payout: Payout, kind: LedgerKind, on: str, attempt: int | None = None) -> LedgerEntry:
    return LedgerEntry(
        account_id=payout.account_id,
        year=payout.year,
        quarter=payout.quarter,
        attempt=payout.attempt if attempt is None else attempt,
        kind=kind,
        on=day(on),
        currency=payout.currency,
        amount=payout.amount,
    )


def moves(row: AccrualRow) -> tuple[str, ...]:
    """Opening, accrued, settled, adjusted, closing, as text."""
    return tuple(f"{one:f}" for one in (row.opening, row.accrued, row.settled, row.adjusted, row.closing))


def parts(row: AccrualRow) -> list[tuple[str, int | None, str]]:
    """The named parts of `adjusted`."""
    return [(part.name.value, part.year, f"{part.amount:f}") for part in row.parts]


def made_of(row: AccrualRow) -> tuple[str, ...]:
    """What the closing balance is made of: open, not stated, carried."""
    return tuple(f"{one:f}" for one in (row.open, row.not_stated, row.carried))
