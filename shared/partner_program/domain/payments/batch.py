"""A payment batch: payouts of one currency that one person has prepared and another approves (four eyes)."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from partner_program.domain.model import Document
from partner_program.domain.payments.people import Actor
from partner_program.values.money import ExactNumber, plain, total
from partner_program.values.periods import Quarter

MOST_ITEMS = 80
"""Payouts of a batch: it is written together with all of them, and a transaction takes a hundred items."""


class BatchStatus(StrEnum):
    """`RELEASING`: payment is initiated, the file may be there or not."""

    PREPARED = "prepared"
    APPROVED = "approved"
    RELEASING = "releasing"
    RELEASED = "released"
    VOID = "void"


class BatchItem(Document):
    """One payment: which payout, how much, to whom and why there; `named_by` has recorded that it goes there."""

    account_id: str
    year: int
    quarter: int
    attempt: int
    end_to_end_id: str
    amount: ExactNumber
    site_id: str
    because: str
    bank: str
    bank_seal: str
    bank_last_four: str
    holder: str
    named_by: Actor | None = None

    @property
    def period(self) -> Quarter:
        """Year and quarter as one."""
        return Quarter(self.year, self.quarter)


class Approval(Document):
    """A second person's yes to exactly these payees and amounts."""

    by: Actor
    on: date
    digest: str


class Batch(Document):
    """`digest` is over payees and amounts: an approval of another one counts for nothing.

    `payer_bank` names the bank details of the vendor that it is paid from.
    `initiated_at` is the moment of the release (UTC, ISO 8601), written into the payment file, so that the file of a
    repeated release is the same to the byte. `approvals_needed`: 2 where a payment is above the rulebook's limit.
    """

    batch_id: str
    currency: str
    status: BatchStatus
    prepared_by: Actor
    prepared_on: date
    items: tuple[BatchItem, ...]
    digest: str
    payer_bank: str = ""
    payer_seal: str = ""
    approvals_needed: int = 1
    approvals: tuple[Approval, ...] = ()
    initiated_on: date | None = None
    initiated_at: str | None = None
    released_on: date | None = None
    released_by: Actor | None = None
    file_digest: str | None = None
    void_on: date | None = None
    void_by: Actor | None = None
    void_reason: str = ""
    version: int = 1

    @property
    def total(self) -> Decimal:
        """What it pays, in `currency`."""
        return total(item.amount for item in self.items)

    @property
    def folder(self) -> str:
        """Where its files lie in the results bucket."""
        return f"payments/{self.batch_id}"


def digest_of(currency: str, items: Sequence[BatchItem], payer_seal: str = "") -> str:
    """SHA-256 over currency, payer, payees and amounts, in whatever order the items come."""
    rows = sorted(
        (
            item.account_id,
            str(item.period),
            item.attempt,
            item.end_to_end_id,
            plain(item.amount),
            item.site_id,
            item.bank,
            item.bank_seal,
            item.bank_last_four,
            item.holder,
            item.because,
            item.named_by.person if item.named_by else "",
        )
        for item in items
    )
    return hashlib.sha256(json.dumps([currency, payer_seal, rows], separators=(",", ":")).encode()).hexdigest()
