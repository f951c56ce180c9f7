"""The payments table page by page: payouts and batches by state, from its index, and the audit log."""

from collections.abc import Sequence
from datetime import date

from partner_program.adapters import payment_items as items
from partner_program.adapters.table import Table, TablePage
from partner_program.domain.payments.audit import AuditEntry
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.payout import PayoutState
from partner_program.use_cases.queries.finance_ports import PayoutKey


class DynamoPaymentQueue:
    """`PaymentQueue`: each page is one query of the index; batches are then read at once."""

    def __init__(self, payments: Table) -> None:
        self._payments = payments

    def due(
        self, state: PayoutState, currency: str, payable_by: date, after: str | None, limit: int
    ) -> tuple[Sequence[PayoutKey], str | None]:
        """Payouts in a state by the day they are payable on."""
        page = self._payments.page_index(
            items.QUEUE, items.QUEUE, items.payout_queue(state, currency), items.QUEUED_ON,
            behind=after, last=items.payable_up_to(payable_by), limit=limit,
        )  # fmt: skip
        return [items.payout_key(item) for item in page.items], page.after

    def batches(self, status: BatchStatus, after: str | None, limit: int) -> tuple[Sequence[Batch], str | None]:
        """By day of preparation and id; one that has left the status since the index saw it is left out."""
        page = self._payments.page_index(
            items.QUEUE, items.QUEUE, items.batch_queue(status), items.QUEUED_ON, behind=after, limit=limit
        )
        keys = [(str(item["pk"]), str(item["sk"])) for item in page.items]
        found = self._payments.get_many(keys)
        batches = [Batch.model_validate_json(str(found[key]["body"])) for key in keys if key in found]
        return [batch for batch in batches if batch.status is status], page.after

    def entries(self, after: int, limit: int) -> Sequence[AuditEntry]:
        """One query of the table, of no more entries than asked for."""
        return _entries(self._payments.page(items.AUDIT, first=items.audit_sk(after + 1), limit=limit))

    def latest_entries(self, after: int, before: int, limit: int) -> Sequence[AuditEntry]:
        """One query of the table, of no more entries than asked for."""
        if before - after < 2:  # nothing lies between; DynamoDB takes no range that ends before it begins
            return []
        first, last = items.audit_sk(after + 1), items.audit_sk(before - 1)
        return _entries(self._payments.page(items.AUDIT, first=first, last=last, limit=limit, backwards=True))


def _entries(page: TablePage) -> list[AuditEntry]:
    return [AuditEntry.model_validate_json(str(item["body"])) for item in page.items]
