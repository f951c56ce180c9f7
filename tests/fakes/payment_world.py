"""A small program with money to pay: accounts with payouts, confirmed bank details, people of finance."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from partner_program.adapters.payment_file_writer import PaymentFileWriter
from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.bank import BankAccount, BankRevision, BankStatus, payer_site
from partner_program.domain.payments.batch import Batch
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payee import PayeeNaming
from partner_program.domain.payments.payout import Payout, act_id
from partner_program.domain.payments.people import Action, Actor, Role
from partner_program.rulebook import Rulebook
from partner_program.use_cases.decide_batches import DecideBatches
from partner_program.use_cases.decide_payouts import DecidePayouts
from partner_program.use_cases.prepare_payments import PreparePayments
from partner_program.use_cases.release_payments import BankSide, ReleasePayments
from partner_program.values.ids import split_account_id
from partner_program.values.periods import Quarter
from tests.fakes.accounts import FakeAccounts
from tests.fakes.payments import (
    FakeBankAccountCheck,
    FakeBankStore,
    FakeBankVault,
    FakePaymentBook,
    FakePaymentFiles,
    Writes,
)
from tests.fakes.records import day, partner, rulebook, site
from tests.fakes.statements import year_of

ANNA = Actor(person="Anna Berg", role=Role.FINANCE)
BORIS = Actor(person="Boris Lind", role=Role.FINANCE)
CARLA = Actor(person="Carla Ruiz", role=Role.FINANCE)
DORA = Actor(person="Dora Klein", role=Role.CHANNEL)
Q2 = Quarter(2024, 2)
DUE = day("2024-08-14")
"""45 days after the second quarter's last day."""
IBAN = "DE89370400440532013000"
OTHER_IBAN = "GB82WEST12345698765432"
CONFIRMED_LONG_AGO = day("2024-01-15")
LIMIT = '"payment.second_approval.EUR" = 100000\n'


def stating(payout: Payout) -> Statement:
    """A final statement that pays what a payout says; its own numbers are those of another account's year."""
    whose = {name: getattr(payout, name) for name in ("account_id", "partner_id", "country", "year", "quarter")}
    pays = {"currency": payout.currency, "payout": payout.amount, "payable_from": payout.payable_from}
    return year_of("100000", ["60000", "65000"])[-1].model_copy(update=whose | pays)


@dataclass
class PaymentWorld:
    """All use cases of payments on one set of fakes. `P1-DE`, `P2-DE` … have one site `S1`, `S2` … each."""

    book_of_rules: Rulebook = field(default_factory=lambda: rulebook(LIMIT))
    writes: Writes = field(default_factory=Writes)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    banks: FakeBankStore = field(default_factory=FakeBankStore)
    vault: FakeBankVault = field(default_factory=FakeBankVault)

    def __post_init__(self) -> None:
        self.book = FakePaymentBook(self.banks, self.accounts, self.writes)
        self.files = FakePaymentFiles(self.writes)
        self.prepare = PreparePayments(self.book, self.banks, self.accounts, self.book_of_rules)
        self.batches = DecideBatches(self.book, self.banks, self.accounts)
        self.payouts = DecidePayouts(self.book)
        side = BankSide(self.banks, self.vault, FakeBankAccountCheck())
        self.moments = iter(f"2024-08-{number:02d}T05:15:00Z" for number in range(14, 32))
        self.release = ReleasePayments(
            self.book,
            side,
            self.accounts,
            self.files,
            PaymentFileWriter(),
            self.book_of_rules,
            lambda: next(self.moments),
        )
        self.bank_details(payer_site("EUR"), OTHER_IBAN)

    def partners(self, count: int) -> None:
        """P1 to Pn, each with a headquarters in Germany whose bank details are confirmed."""
        for number in range(1, count + 1):
            partner_id = f"P{number}"
            self.accounts.add(partner(partner_id), site(f"S{number}", partner_id=partner_id), partner_id=partner_id)
            self.bank_details(f"S{number}", IBAN)

    def bank_details(
        self,
        site_id: str,
        iban: str,
        *,
        number: int = 1,
        status: BankStatus = BankStatus.CONFIRMED,
        usable_from: date = CONFIRMED_LONG_AGO,
    ) -> BankRevision:
        account = BankAccount(scheme="iban", number=iban, bic=None, country=iban[:2], holder=f"Holder {site_id}")
        revision = BankRevision(
            site_id=site_id,
            number=number,
            status=status,
            scheme="iban",
            country=account.country,
            bic=None,
            last_four=account.last_four,
            holder=account.holder,
            sealed=self.vault.seal(site_id, number, account),
            proposed_by=ANNA,
            proposed_on=CONFIRMED_LONG_AGO,
            decided_by=BORIS if status is BankStatus.CONFIRMED else None,
            usable_from=usable_from if status is BankStatus.CONFIRMED else None,
        )
        self.banks.put(revision)
        if status is BankStatus.CONFIRMED:
            self.enter_confirmation(revision)
        return revision

    def enter_confirmation(self, revision: BankRevision) -> None:
        """As its use case would; a second one of the same revision changes nothing."""
        draft = AuditDraft(
            act_id=act_id(Action.CONFIRM_BANK_DETAILS, revision.site_id, revision.number),
            action=Action.CONFIRM_BANK_DETAILS,
            by=BORIS,
            on=CONFIRMED_LONG_AGO,
            subject=revision.name,
            details={"seal": revision.seal_digest},
        )
        self.book.commit(draft, [])

    def payout(
        self, account_id: str = "P1-DE", amount: str = "3125.00", *, period: Quarter = Q2, payable_from: date = DUE
    ) -> Payout:
        partner_id, country = split_account_id(account_id)
        payout = Payout(
            account_id=account_id, partner_id=partner_id, country=country, year=period.year, quarter=period.number,
            currency="EUR", amount=Decimal(amount), payable_from=payable_from,
        )  # fmt: skip
        assert self.book.put_payout(payout)
        self.accounts.put_statement(stating(payout))
        return payout

    def refused_before(self, account_id: str = "P1-DE", period: Quarter = Q2) -> None:
        """The ledger tells of a first attempt that the bank has rejected."""
        payout = self.of(account_id, period)
        entry = LedgerEntry(
            account_id=account_id, year=period.year, quarter=period.number, attempt=1, kind=LedgerKind.REJECTED, on=DUE,
            currency=payout.currency, amount=payout.amount,
        )  # fmt: skip
        self.book.add_ledger([entry])

    def name(self, account_id: str, site_id: str, *, received: str, by: Actor = DORA) -> None:
        number = len(self.book.namings(account_id)) + 1
        naming = PayeeNaming(
            account_id=account_id, number=number, site_id=site_id, document=f"letter {number}",
            received_on=day(received), recorded_on=day(received), by=by,
        )  # fmt: skip
        self.book.items["naming", account_id, number] = naming

    def prepared(self, on: date = DUE, by: Actor = ANNA) -> Batch:
        (batch,) = self.prepare(by, on).batches
        return batch

    def approved(self, on: date = DUE, by: Actor = BORIS) -> Batch:
        batch = self.prepared(on)
        return self.batches.approve(batch.batch_id, batch.digest, by=by, on=on)

    def of(self, account_id: str = "P1-DE", period: Quarter = Q2) -> Payout:
        found = self.book.payout(account_id, period)
        assert found is not None
        return found

    def batch(self, batch_id: str) -> Batch:
        found = self.book.batch(batch_id)
        assert found is not None
        return found


def paying(*amounts: str) -> PaymentWorld:
    """P1-DE, P2-DE … each with one payout of the second quarter of 2024, due on 14 August."""
    world = PaymentWorld()
    world.partners(len(amounts))
    for number, amount in enumerate(amounts, start=1):
        world.payout(f"P{number}-DE", amount)
    return world
