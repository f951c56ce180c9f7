"""The use cases of payments, wired to a stack: as the player and the commands of operators reach them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from local.stack import EmbeddedStack
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.bank_accounts import SchwiftyCheck
from partner_program.adapters.bank_store import DynamoBankStore
from partner_program.adapters.bank_vault import KmsBankSealer
from partner_program.adapters.clock import SandboxClock, SystemClock
from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.table import Table
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.rulebook import Rulebook
from partner_program.use_cases.bank_details import BankDetails, Sites
from partner_program.use_cases.decide_batches import DecideBatches
from partner_program.use_cases.decide_payouts import DecidePayouts
from partner_program.use_cases.name_payee import NamePayee
from partner_program.use_cases.payment_ports import BankSealer, BankStore, PaidAccounts, PaymentBook
from partner_program.use_cases.prepare_payments import PreparePayments

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

UNSETTLED = (PayoutState.IN_PAYMENT, PayoutState.RETURNED, PayoutState.ON_HOLD)


@dataclass(frozen=True)
class PaymentDesk:
    """What a person can do with money, but for the release, which the deployed function does.

    The desk can seal bank details and cannot open them.
    """

    book: PaymentBook
    banks: BankStore
    sealer: BankSealer
    accounts: PaidAccounts
    sites: Sites
    rulebook: Rulebook

    @property
    def preparation(self) -> PreparePayments:
        """The first of four eyes."""
        return PreparePayments(self.book, self.banks, self.accounts, self.rulebook)

    def unsettled(self, on: date) -> list[Payout]:
        """Payouts that wait for the bank or a person: in payment, returned, on hold; in this order, longest first."""
        currencies = sorted({country.currency for country in self.rulebook.at(on).countries})
        found: list[Payout] = []
        for state in UNSETTLED:
            keys = [key for currency in currencies for key in self.book.queued(state, currency)]
            standing = (payout for payout in self.book.payouts_many(keys).values() if payout.state is state)
            found += sorted(standing, key=lambda payout: (payout.events[-1].on, payout.name))
        return found

    @property
    def batches(self) -> DecideBatches:
        """The others."""
        return DecideBatches(self.book, self.banks, self.accounts)

    @property
    def payouts(self) -> DecidePayouts:
        """Holds, cancellations and retries of single payouts."""
        return DecidePayouts(self.book)

    @property
    def bank_details(self) -> BankDetails:
        """Bank details of sites and of the vendor."""
        return BankDetails(self.book, self.banks, self.sealer, SchwiftyCheck(), self.rulebook, self.sites)

    @property
    def payees(self) -> NamePayee:
        """Sites named in writing."""
        return NamePayee(self.book, self.accounts)


def desk_of(
    dynamodb: "DynamoDBClient",
    kms: "KMSClient",
    outputs: Mapping[str, str],
    rulebook: Rulebook,
    now: Callable[[], datetime],
) -> PaymentDesk:
    """The desk of a deployed stack. `now`: the moment at which an act is entered into the audit log."""
    program, payments = Table(dynamodb, outputs["ProgramTable"]), Table(dynamodb, outputs["PaymentsTable"])
    banks = Table(dynamodb, outputs["BankDetailsTable"])
    return PaymentDesk(
        book=DynamoPaymentBook(payments, now, banks=banks, program=program),
        banks=DynamoBankStore(banks),
        sealer=KmsBankSealer(kms, outputs["BankDetailsKey"]),
        accounts=DynamoAccountStore(program),
        sites=DynamoFactStore(program),
        rulebook=rulebook,
    )


def desk_on(stack: EmbeddedStack, rulebook: Rulebook, clock: SandboxClock | None = None) -> PaymentDesk:
    """The desk of an embedded stack, by its test clock."""
    program = Table(stack.dynamodb, stack.outputs["ProgramTable"])
    moment = (clock or SandboxClock(program, SystemClock(rulebook.time_zone))).moment
    return desk_of(stack.dynamodb, stack.kms, stack.outputs, rulebook, moment)
