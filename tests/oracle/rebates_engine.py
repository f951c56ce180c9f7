"""Random programs through the engine's own use cases, on stores in memory, and what comes of them in numbers."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.facts import OpeningRevenue, Partner, Site
from partner_program.domain.payments.bank import BankAccount, payer_site
from partner_program.domain.payments.bank_status import Answer, BankStatusReport, StatusRow
from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus
from partner_program.domain.payments.payout import PayoutState, WrongState
from partner_program.domain.payments.people import Actor, Role
from partner_program.domain.revenue import ClassTotal, Contribution
from partner_program.domain.tiers.account import AccountState, ChangeReason, TierChange
from partner_program.rulebook import Rulebook, load_rulebook
from partner_program.use_cases.bank_details import AlreadyProposed, BankDetails
from partner_program.use_cases.book_bank_status import BookBankStatus
from partner_program.use_cases.decide_batches import DecideBatches, DigestDiffers
from partner_program.use_cases.decide_payouts import DecidePayouts
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.use_cases.ports import StoredState
from partner_program.use_cases.prepare_payments import PreparePayments
from partner_program.use_cases.release_payments import BankSide, ReleasePayments
from partner_program.use_cases.restate_baseline import RestateBaseline
from partner_program.values.errors import NotFound
from partner_program.values.ids import split_account_id
from partner_program.values.periods import Quarter, month_of
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts
from tests.fakes.payments import (
    FakeBankAccountCheck,
    FakeBankStore,
    FakeBankVault,
    FakePaymentBook,
    FakePaymentFiles,
    Writes,
)
from tests.fakes.reports import Killed
from tests.oracle.rebates_oracle import HALVES, Life, Period, Row, Sold, close_day, last_day
from tests.oracle.rebates_programs import CURRENCY, FIRST_YEAR, MINOR_DIGITS, Act, Program

ANNA, BO, CLEO = (Actor(person=name, role=Role.FINANCE) for name in ("anna", "bo", "cleo"))
KILLED = "killed"
_IBAN = "DE89370400440532013000"  # the example that ISO 13616 is explained with


@cache
def rulebook(*, capped: bool) -> Rulebook:
    """Bank details need not cool: their number alone tells whether a payment can be tried again."""
    cap = "" if capped else '"accelerator.cap_applies" = false'
    return load_rulebook(override_toml=f'{cap}\n"payment.bank_cooling_days" = 0')


class ListingWriter:
    """A `PaymentFileWriter` whose files name references and amounts, nothing else."""

    def pain001(self, batch: Batch, accounts: Sequence[tuple[BatchItem, BankAccount]], payer: BankAccount) -> bytes:
        return "\n".join(f"{item.end_to_end_id} {item.amount}" for item, _ in accounts).encode()

    def listing(self, batch: Batch) -> bytes:
        return b"payments"


@dataclass
class Played:
    """A program in the engine's hands."""

    program: Program
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    banks: FakeBankStore = field(default_factory=FakeBankStore)
    newest: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rulebook = rulebook(capped=self.program.lives[0].capped)
        self.writes = Writes()
        self.book = FakePaymentBook(self.banks, self.accounts, self.writes)
        self.files = FakePaymentFiles(self.writes)
        vault, check = FakeBankVault(), FakeBankAccountCheck()
        self.details = BankDetails(self.book, self.banks, vault, check, self.rulebook)
        self.make = MakeStatement(self.accounts, self.rulebook, self.book)
        self.restate = RestateBaseline(self.accounts, self.rulebook, self.book)
        self.prepare = PreparePayments(self.book, self.banks, self.accounts, self.rulebook)
        self.batches = DecideBatches(self.book, self.banks, self.accounts)
        self.payouts = DecidePayouts(self.book)
        side = BankSide(self.banks, vault, check)
        moment = "2024-06-01T12:00:00+00:00"
        self.release = ReleasePayments(
            self.book, side, self.accounts, self.files, ListingWriter(), self.rulebook, lambda: moment
        )
        self.status = BookBankStatus(self.book)
        self._bank(payer_site(self.currency))
        for number, life in enumerate(self.program.lives, start=1):
            self._enrol(life, f"S{number}")

    @property
    def currency(self) -> str:
        return CURRENCY[self.program.country]

    @property
    def digits(self) -> int:
        return MINOR_DIGITS[self.program.country]

    # -- the account

    def _enrol(self, life: Life, site: str) -> None:
        partner_id, country = split_account_id(life.account)
        known = date(2022, 1, 1)
        partner = Partner(
            partner_id=partner_id, name=partner_id, enrolled_on=known, trading_since=life.trading_since,
            contact_email="p@example.com",
        )  # fmt: skip
        place = Site(
            site_id=site, partner_id=partner_id, country=country, name=site, headquarters=True, opened_on=known
        )
        stated = [
            OpeningRevenue(
                partner_id=partner_id, country=country, year=year, sales_revenue=self.money(minor),
                currency=self.currency,
            )
            for year, minor in life.opening.items()
        ]  # fmt: skip
        self.accounts.add(partner, place, *stated, partner_id=partner_id)
        state = AccountState(
            account_id=life.account, partner_id=partner_id, country=country, currency=self.currency,
            assessed_on=date(2022, 1, 1), edition="", rulebook_digest="", ytd_revenue=Decimal(0),
            prev_year_revenue=Decimal(0), tier_changes=tuple(_tiers(life, self.program)),
        )  # fmt: skip
        self.accounts.states[life.account] = StoredState(state, 1)
        self._bank(site)

    def _bank(self, site: str, day: date = date(2022, 1, 1)) -> int:
        """New bank details, proposed by one and confirmed by another; asked once more, it goes on with them."""
        number = self.newest.get(site, 0) + 1
        with suppress(AlreadyProposed):
            self.details.propose(site, "iban", _IBAN, None, "DE", site, ANNA, day, "as told", f"R{number}")
        self.details.confirm(site, number, BO, day)
        self.newest[site] = number
        return number

    # -- a day

    def report(self, day: date, parts: Iterable[tuple[str, int, Sold]]) -> None:
        for account, part, line in parts:
            if line.known_on == day:
                self.accounts.add(self._contribution(account, part, line))

    def restatements(self, day: date) -> None:
        for life in self.program.lives:
            for year, days in life.restated.items():
                if day in days:
                    seen = self.restate.preview(life.account, year, day)
                    if seen.is_due:
                        self.restate.apply(
                            life.account, year, expected_amount=seen.recomputed, by=ANNA, reason="late", on=day
                        )

    def tasks(self, day: date) -> None:
        """The quarter's end and its close, as the schedule has them, each twice; and one of long ago comes again.

        On some days the first run breaks off between a statement and its payout.
        """
        periods = [(FIRST_YEAR - 1, 4), *self.program.periods]
        for index, period in enumerate(periods):
            older = periods[day.toordinal() % (index + 1)]
            for phase, due in (("END", last_day(period)), ("CLOSE", close_day(period))):
                if day == due and not (phase == "CLOSE" and period in self.program.missed):
                    again = [] if older == period else [(older, "CLOSE")]
                    for life in self.program.lives:
                        self.writes.break_off(int(day.toordinal() % 3 == 0), before=True)
                        with suppress(Killed):
                            self._task(life.account, period, phase, day)
                        self.writes.break_off(0)
                        for task in ((period, phase), *again):
                            self._task(life.account, *task, day)

    def _task(self, account: str, period: Period, phase: str, day: date) -> None:
        quarter = str(Quarter(*period))
        self.make({"account_id": account, "quarter": quarter, "phase": phase, "on": day.isoformat()})

    def act(self, act: Act) -> object:
        """What comes of it, in the words of the oracle's desk; `KILLED` where it broke off and the batches
        are others for whoever asks once more: what a person or the bank says of one payout is answered as before.
        """
        work = self._work(act)
        self.writes.break_off(act.kill, before=act.before)
        try:
            return work()
        except Killed:
            self.writes.break_off(0)
            again = work()
            return KILLED if act.kind in ("prepare", "approve", "release", "withdraw") else again
        finally:
            self.writes.break_off(0)

    def _work(self, act: Act) -> Callable[[], object]:
        """The act on what there is now: asked once more it is about the same batches and payouts."""
        prepared, approved = self._in(BatchStatus.PREPARED), self._in(BatchStatus.APPROVED)
        match act.kind:
            case "prepare":
                return lambda: sum(len(batch.items) for batch in self.prepare(ANNA, act.day).batches)
            case "approve":
                return lambda: [self._approve(batch, act.day) for batch in prepared]
            case "withdraw":
                return lambda: [self._withdraw(batch, act.day) for batch in (*prepared, *approved)]
            case "release":
                return lambda: self._release(act.day)
            case "new_bank":
                return lambda: self._bank(f"S{act.pick % len(self.program.lives) + 1}", act.day)
            case "answer":
                return self._answer(act)
            case _:
                return self._person(act)

    def _in(self, status: BatchStatus) -> list[Batch]:
        batches = [self.book.batch(batch_id) for batch_id in self.book.batches(status)]
        return [batch for batch in batches if batch is not None]

    def _approve(self, batch: Batch, day: date) -> bool:
        try:
            approved = self.batches.approve(batch.batch_id, batch.digest, by=BO, on=day)
            if approved.status is BatchStatus.PREPARED:
                self.batches.approve(batch.batch_id, batch.digest, by=CLEO, on=day)
        except DigestDiffers:
            return False
        return True

    def _withdraw(self, batch: Batch, day: date) -> str:
        return self.batches.withdraw(batch.batch_id, by=BO, on=day, reason="not now").status.value

    def _release(self, day: date) -> int:
        done = self.release.daily(day)
        assert done.stuck == ()
        return len(done.released)

    def _answer(self, act: Act) -> Callable[[], str]:
        """The bank speaks of a payment under way; one time in four of any, also of one that it has spoken of before."""
        items = [(batch, item) for batch in self._sorted() for item in batch.items]
        if act.pick % 4:
            items = [(batch, item) for batch, item in items if self._is_under_way(item)]
        if not items:
            return lambda: ""
        batch, item = items[act.pick % len(items)]
        row = StatusRow(position=1, batch_id=batch.batch_id, end_to_end_id=item.end_to_end_id, answer=Answer(act.said))

        def work() -> str:
            self.status(BankStatusReport(source="bank", rows=(row,)), CLEO, act.day)
            payout = self.book.payout(item.account_id, item.period)
            return str(payout.state) if payout else "gone"

        return work

    def _is_under_way(self, item: BatchItem) -> bool:
        payout = self.book.payout(item.account_id, item.period)
        return payout is not None and (payout.state, payout.attempt) == (PayoutState.IN_PAYMENT, item.attempt)

    def _sorted(self) -> list[Batch]:
        return sorted(self._in(BatchStatus.RELEASED), key=lambda batch: batch.batch_id)

    def _person(self, act: Act) -> Callable[[], bool]:
        """About a payout that there is, or now and then about one that there is not."""
        found = [one for life in self.program.lives for one in self.book.payouts(life.account)]
        keys = sorted((one.account_id, one.year, one.quarter) for one in found)
        account, *period = [*keys, (self.program.lives[0].account, FIRST_YEAR, 1)][act.pick % (len(keys) + 1)]
        decide = getattr(self.payouts, act.kind)

        def work() -> bool:
            try:
                decide(account, Quarter(*period), by=CLEO, on=act.day, reason=f"reason {act.day} {act.pick}")
            except (WrongState, NotFound):
                return False
            return True

        return work

    # -- numbers

    def money(self, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-self.digits)

    def minor(self, amount: Decimal, parts: int = 1) -> int:
        """An amount in minor units, or in their halves or hundredths: it has to be a whole number of them."""
        exact = amount.scaleb(self.digits) * parts
        assert exact == exact.to_integral_value(), amount
        return int(exact)

    def rows(self, account: str) -> dict[tuple[int, int], Row]:
        finals = [item for item in self.accounts.statements(account) if item.status is StatementStatus.FINAL]
        return {(item.year, item.quarter): self._row(item) for item in finals}

    def _row(self, made: Statement) -> Row:
        return Row(
            ytd=self.minor(made.ytd_revenue, 2), last_year=self.minor(made.prev_year_revenue, 2),
            rate=int(made.rate_pct * 10), base=self.minor(made.rebate_base, 200), earned=self.minor(made.earned),
            settled=self.minor(made.settled_before), carried_in=self.minor(made.carried_in),
            payout=self.minor(made.payout), carried_out=self.minor(made.carried_out),
        )  # fmt: skip

    def _contribution(self, account: str, part: int, line: Sold) -> Contribution:
        billed = self.money(line.minor)
        credit = billed * HALVES[line.product] / 2
        return Contribution(
            account_id=account, currency=self.currency, month=month_of(line.day), distributor_id="D1",
            report_id=f"R-{line.known_on}", digest="0" * 16, part=part, lines=1, known_on=line.known_on,
            by_class={line.product: ClassTotal(lines=1, billed=billed, credit=credit)},
        )  # fmt: skip


def _tiers(life: Life, program: Program) -> Iterable[TierChange]:
    """Promoted on a quarter's last day or on its first, demoted likewise: what holds on the last day is the same."""
    held: Tier | None = None
    for index, period in enumerate(program.periods):
        tier = Tier.PREMIER if period in life.premier else Tier.ADVANCED
        if tier is not held:
            quarter = Quarter(*period)
            day = quarter.last_day if index % 2 else quarter.first_day
            yield TierChange(
                changed_on=day, from_tier=held, to_tier=tier, reason=ChangeReason.PLACED, rule="R-3.1a", edition=""
            )
        held = tier


def days(program: Program) -> Iterable[date]:
    """The days on which anything happens, in order."""
    found = {act.day for act in program.acts}
    for period in [(FIRST_YEAR - 1, 4), *program.periods]:
        found |= {last_day(period), close_day(period)}
    for life in program.lives:
        found |= {line.known_on for line in life.sold}
        found |= {day for known in life.restated.values() for day in known}
    return sorted(day for day in found if day <= program.through + timedelta(days=500))
