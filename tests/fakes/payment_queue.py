"""`PaymentQueue` over the payment book in memory."""

from collections.abc import Sequence
from datetime import date

from partner_program.domain.payments.audit import AuditEntry
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.payout import PayoutState
from partner_program.use_cases.queries.finance_ports import PayoutKey
from tests.fakes.payments import FakePaymentBook


class FakePaymentQueue:
    """Pages of what `FakePaymentBook` has in its index; counts them."""

    def __init__(self, book: FakePaymentBook) -> None:
        self._book = book
        self.pages = 0

    def due(
        self, state: PayoutState, currency: str, payable_by: date, after: str | None, limit: int
    ) -> tuple[Sequence[PayoutKey], str | None]:
        self.pages += 1
        keys = list(self._book.queued(state, currency, payable_by))
        start = 0 if after is None else [f"{account} {period}" for account, period in keys].index(after) + 1
        found = keys[start : start + limit]
        more = len(keys) > start + limit
        return found, f"{found[-1][0]} {found[-1][1]}" if more else None

    def batches(self, status: BatchStatus, after: str | None, limit: int) -> tuple[Sequence[Batch], str | None]:
        self.pages += 1
        ids = list(self._book.batches(status))
        start = 0 if after is None else ids.index(after) + 1
        found = [batch for one in ids[start : start + limit] if (batch := self._book.batch(one)) is not None]
        more = len(ids) > start + limit
        return [batch for batch in found if batch.status is status], ids[start + limit - 1] if more else None

    def entries(self, after: int, limit: int) -> Sequence[AuditEntry]:
        return list(self._book.audit_log(after))[:limit]

    def latest_entries(self, after: int, before: int, limit: int) -> Sequence[AuditEntry]:
        return [entry for entry in self._book.audit_log(after) if entry.number < before][::-1][:limit]
