"""Batches and bank accounts to write payment files of. The IBANs are the published examples of their countries."""

from datetime import date
from decimal import Decimal
from typing import Any

from partner_program.domain.payments.bank import BankAccount
from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus, digest_of
from partner_program.domain.payments.payout import Payout, PayoutState, event
from partner_program.domain.payments.people import ENGINE, Actor, Role

GERMAN, FRENCH, DUTCH, SWISS = (
    "DE89370400440532013000", "FR1420041010050500013M02606", "NL91ABNA0417164300", "CH9300762011623852957",
)  # fmt: skip
KUWAITI = "KW81CBKU0000000000001234560101"
PREPARER = Actor(person="P. Reparer", role=Role.FINANCE)
INITIATED_ON = date(2024, 11, 15)


def account(number: str = GERMAN, holder: str = "Partner GmbH", **changes: Any) -> BankAccount:
    values = {"scheme": "iban", "number": number, "bic": None, "country": number[:2], "holder": holder}
    return BankAccount.model_validate(values | changes)


def japanese(number: str = "1234567", holder: str = "Partner KK", **changes: Any) -> BankAccount:
    return account(number, holder, **{"scheme": "other", "bic": "BOTKJPJT", "country": "JP"} | changes)


def payout(account_id: str = "P0001-DE", amount: str = "3125.00", currency: str = "EUR", **changes: Any) -> Payout:
    partner, _, country = account_id.rpartition("-")
    values: dict[str, Any] = {
        "account_id": account_id, "partner_id": partner, "country": country, "year": 2024, "quarter": 3,
        "currency": currency, "amount": Decimal(amount), "payable_from": date(2024, 11, 14),
    }  # fmt: skip
    return Payout.model_validate(values | changes)


def item(of: Payout, to: BankAccount, because: str = "headquarters") -> BatchItem:
    return BatchItem(
        account_id=of.account_id, year=of.year, quarter=of.quarter, attempt=of.attempt,
        end_to_end_id=of.end_to_end_id, amount=of.amount, site_id=f"S-{of.account_id}", because=because,
        bank=f"S-{of.account_id}#1", bank_seal="0" * 64, bank_last_four=to.last_four, holder=to.holder,
    )  # fmt: skip


def batch(*items: BatchItem, currency: str = "EUR", **changes: Any) -> Batch:
    values: dict[str, Any] = {
        "batch_id": f"20241114-{currency}-01", "currency": currency, "status": BatchStatus.RELEASING,
        "prepared_by": PREPARER, "prepared_on": date(2024, 11, 14), "items": items,
        "digest": digest_of(currency, items), "initiated_on": INITIATED_ON,
        "initiated_at": "2024-11-15T05:15:00.123456+00:00",
    }  # fmt: skip
    return Batch.model_validate(values | changes)


def paying(
    *payments: tuple[Payout, BankAccount], currency: str = "EUR", **changes: Any
) -> tuple[Batch, list[tuple[BatchItem, BankAccount]]]:
    """A batch that pays some payouts, and what its payment file is written of."""
    accounts = [(item(of, to), to) for of, to in payments]
    return batch(*(one for one, _ in accounts), currency=currency, **changes), accounts


def in_payment(of: Payout, batch_id: str, on: date = INITIATED_ON) -> Payout:
    """A payout whose payment was initiated, as a release leaves it."""
    claimed = of.moved(PayoutState.IN_BATCH, event(on, PayoutState.IN_BATCH, PREPARER), batch_id=batch_id)
    return claimed.moved(PayoutState.IN_PAYMENT, event(on, PayoutState.IN_PAYMENT, ENGINE, batch_id=batch_id))
