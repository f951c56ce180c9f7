"""Short ways to make the documents of payments in a test. Bank account numbers are published examples only."""

from datetime import date
from decimal import Decimal

from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.bank import BankAccount, BankRevision, BankStatus
from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus, digest_of
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payee import PayeeNaming
from partner_program.domain.payments.payout import Payout
from partner_program.domain.payments.people import Action, Actor, Role
from partner_program.values.periods import Quarter

GERMAN_IBAN = "DE89370400440532013000"
DAY = date(2024, 5, 20)
FINANCE = Actor(person="Fia", role=Role.FINANCE)


def draft(act_id: str, action: Action = Action.HOLD, **details: str) -> AuditDraft:
    return AuditDraft(act_id=act_id, action=action, by=FINANCE, on=DAY, subject="P1-DE 2024Q1", details=details)


def payout(
    account_id: str = "P1-DE",
    period: str = "2024Q1",
    amount: str = "3125.00",
    *,
    payable_from: str = "2024-05-15",
    currency: str = "EUR",
    version: int = 1,
) -> Payout:
    quarter = Quarter.parse(period)
    partner_id, country = account_id.rsplit("-", 1)
    return Payout(
        account_id=account_id,
        partner_id=partner_id,
        country=country,
        year=quarter.year,
        quarter=quarter.number,
        currency=currency,
        amount=Decimal(amount),
        payable_from=date.fromisoformat(payable_from),
        version=version,
    )


def item_of(of: Payout, site_id: str = "S1", because: str = "headquarters", holder: str = "Partner One") -> BatchItem:
    return BatchItem(
        account_id=of.account_id,
        year=of.year,
        quarter=of.quarter,
        attempt=of.attempt,
        end_to_end_id=of.end_to_end_id,
        amount=of.amount,
        site_id=site_id,
        because=because,
        bank=f"{site_id}#1",
        bank_seal="0" * 64,
        bank_last_four="3000",
        holder=holder,
    )


def batch(
    batch_id: str = "B1",
    *payouts: Payout,
    status: BatchStatus = BatchStatus.PREPARED,
    prepared_on: date = DAY,
    version: int = 1,
) -> Batch:
    collected = tuple(item_of(one) for one in payouts or (payout(),))
    return Batch(
        batch_id=batch_id,
        currency="EUR",
        status=status,
        prepared_by=FINANCE,
        prepared_on=prepared_on,
        items=collected,
        digest=digest_of("EUR", collected),
        version=version,
    )


def bank_account(holder: str = "Partner One") -> BankAccount:
    return BankAccount(scheme="iban", number=GERMAN_IBAN, bic="COBADEFFXXX", country="DE", holder=holder)


def revision(site_id: str = "S1", number: int = 1, *, sealed: str = "c2VhbA==", version: int = 1) -> BankRevision:
    account = bank_account()
    return BankRevision(
        site_id=site_id,
        number=number,
        status=BankStatus.PROPOSED,
        scheme=account.scheme,
        country=account.country,
        bic=account.bic,
        last_four=account.last_four,
        holder=account.holder,
        sealed=sealed,
        proposed_by=FINANCE,
        proposed_on=DAY,
        version=version,
    )


def naming(number: int = 1, account_id: str = "P1-DE", site_id: str = "S2") -> PayeeNaming:
    return PayeeNaming(
        account_id=account_id,
        number=number,
        site_id=site_id,
        document="letter of 3 May",
        received_on=DAY,
        recorded_on=DAY,
        by=FINANCE,
    )


def movement(
    kind: LedgerKind = LedgerKind.INITIATED, attempt: int = 1, account_id: str = "P1-DE", period: str = "2024Q1"
) -> LedgerEntry:
    quarter = Quarter.parse(period)
    return LedgerEntry(
        account_id=account_id,
        year=quarter.year,
        quarter=quarter.number,
        attempt=attempt,
        kind=kind,
        on=DAY,
        currency="EUR",
        amount=Decimal("3125.00"),
        batch_id="B1",
    )
