"""What people do with money in a world: the use cases of payments on the test's own clients, as operators have them."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.bank_accounts import SchwiftyCheck
from partner_program.adapters.bank_store import DynamoBankStore
from partner_program.adapters.bank_vault import KmsBankSealer
from partner_program.adapters.clock import SandboxClock, SystemClock
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.domain.payments.bank import payer_site
from partner_program.domain.payments.batch import Batch
from partner_program.domain.payments.payout import Payout
from partner_program.domain.payments.people import Actor, Role
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.bank_details import BankDetails
from partner_program.use_cases.decide_batches import DecideBatches
from partner_program.use_cases.decide_payouts import DecidePayouts
from partner_program.use_cases.prepare_payments import PreparePayments
from partner_program.values.periods import Quarter
from tests.deployed.world import World

ANNA = Actor(person="Anna Vogt", role=Role.FINANCE)
BRUNO = Actor(person="Bruno Keil", role=Role.FINANCE)

PARTNERS_IBAN = "DE89370400440532013000"
VENDORS_IBAN = "GB82WEST12345698765432"
"""Well-known published examples."""


@dataclass
class Desk:
    """Two people at the world's test clock."""

    world: World

    @property
    def clock(self) -> SandboxClock:
        """Anew each time: one clock shows one day."""
        return SandboxClock(self.world.program, SystemClock(load_rulebook().time_zone))

    @property
    def today(self) -> date:
        return self.clock.today()

    def moment(self) -> datetime:
        return self.clock.moment()

    @cached_property
    def book(self) -> DynamoPaymentBook:
        world = self.world
        return DynamoPaymentBook(world.payments, self.moment, banks=world.bank_details, program=world.program)

    @cached_property
    def banks(self) -> DynamoBankStore:
        return DynamoBankStore(self.world.bank_details)

    @cached_property
    def accounts(self) -> DynamoAccountStore:
        return DynamoAccountStore(self.world.program)

    @cached_property
    def payouts(self) -> DecidePayouts:
        return DecidePayouts(self.book)

    def enter_bank_details(self, site_id: str, iban: str, holder: str) -> None:
        """Proposed by one, confirmed by the other, as of today."""
        sealer = KmsBankSealer(self.world.kms, self.world.template.arn("BankDetailsKey"))
        details = BankDetails(self.book, self.banks, sealer, SchwiftyCheck(), load_rulebook())
        made = details.propose(site_id, "iban", iban, None, iban[:2], holder, ANNA, self.today, "letter of the partner")
        details.confirm(site_id, made.number, BRUNO, self.today)

    def enter_all_bank_details(self) -> None:
        """Of the small program's one site, and of the vendor for euros."""
        self.enter_bank_details("S-0001", PARTNERS_IBAN, "Alpha Berlin")
        self.enter_bank_details(payer_site("EUR"), VENDORS_IBAN, "Vendor")

    def prepare(self) -> Batch:
        """The one batch that is due today."""
        found = PreparePayments(self.book, self.banks, self.accounts, load_rulebook())(ANNA, self.today, "EUR")
        assert found.waiting == ()
        (batch,) = found.batches
        return batch

    def approve(self, batch: Batch) -> Batch:
        """By the second person."""
        deciding = DecideBatches(self.book, self.banks, self.accounts)
        return deciding.approve(batch.batch_id, batch.digest, by=BRUNO, on=self.today)

    def payout(self, account_id: str, period: str) -> Payout:
        """As it stands."""
        found = self.book.payout(account_id, Quarter.parse(period))
        assert found is not None
        return found

    def batch(self, batch_id: str) -> Batch:
        """As it stands."""
        found = self.book.batch(batch_id)
        assert found is not None
        return found
