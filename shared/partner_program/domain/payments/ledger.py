"""What happened to money, entry by entry: initiated, paid, rejected, returned. Entries are added, never changed."""

from datetime import date
from enum import StrEnum

from partner_program.domain.model import Document
from partner_program.values.money import ExactNumber
from partner_program.values.periods import Quarter


class LedgerKind(StrEnum):
    """An attempt is initiated once, then paid or rejected; what was paid may be returned."""

    INITIATED = "initiated"
    PAID = "paid"
    REJECTED = "rejected"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class LedgerEntry(Document):
    """One movement of one payout: one entry per attempt and kind. `amount` is the payout's, in `currency`."""

    account_id: str
    year: int
    quarter: int
    attempt: int
    kind: LedgerKind
    on: date
    currency: str
    amount: ExactNumber
    batch_id: str | None = None

    @property
    def period(self) -> Quarter:
        """Year and quarter as one."""
        return Quarter(self.year, self.quarter)
