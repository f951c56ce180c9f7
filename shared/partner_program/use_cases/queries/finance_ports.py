"""What the queries of finance ask of the world beside accruals and the payment book."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeAlias

from partner_program.domain.payments.audit import AuditEntry
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.payout import PayoutState
from partner_program.values.periods import Quarter

PayoutKey: TypeAlias = tuple[str, Quarter]
"""Account and quarter."""


class PaymentQueue(Protocol):
    """Payouts and batches by state, page by page (eventually consistent: candidates only), and the audit log.

    A page answers with where to go on; None at the end, perhaps an empty page late.
    """

    def due(
        self, state: PayoutState, currency: str, payable_by: date, after: str | None, limit: int
    ) -> tuple[Sequence[PayoutKey], str | None]:
        """Payouts in a state, those payable longest first."""
        ...

    def batches(self, status: BatchStatus, after: str | None, limit: int) -> tuple[Sequence[Batch], str | None]:
        """Batches in a status, oldest first."""
        ...

    def entries(self, after: int, limit: int) -> Sequence[AuditEntry]:
        """Entries of the audit log behind a number, in order (strongly consistent)."""
        ...

    def latest_entries(self, after: int, before: int, limit: int) -> Sequence[AuditEntry]:
        """Those between two numbers, neither included, the last first (strongly consistent)."""
        ...
