"""The log of every act on money, entry by entry, with the hashes that chain it."""

import re

from partner_program.domain.model import Document
from partner_program.domain.payments.audit import AuditEntry
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.use_cases.queries.finance_ports import PaymentQueue
from partner_program.values.errors import InvalidValue

_NUMBER = re.compile(r"[0-9]{1,12}")


class AuditPage(Document):
    """Entries by number. Each names the hash of the one before it: who keeps the last one sees whether the log holds.

    `last_number` and `last_digest` are those of the log's end now, None while it is empty.
    """

    items: tuple[AuditEntry, ...]
    last_number: int | None
    last_digest: str | None
    next_cursor: str | None


class FinanceAudit:
    """Two queries: the page, and the last entry."""

    def __init__(self, book: PaymentBook, queue: PaymentQueue) -> None:
        self._book = book
        self._queue = queue

    def __call__(self, *, number: int = 0, after: str | None, limit: int) -> AuditPage:
        """Entries behind `number`, or behind where the page before has ended. `next_cursor` is the bare position."""
        if after is not None and not _NUMBER.fullmatch(after):
            raise InvalidValue("this is no place in the audit log", "cursor")
        behind = number if after is None else int(after)
        entries = tuple(self._queue.entries(behind, limit))
        head = self._book.head()
        goes_on = head is not None and bool(entries) and entries[-1].number < head.number
        return AuditPage(
            items=entries,
            last_number=head.number if head else None,
            last_digest=head.digest if head else None,
            next_cursor=str(entries[-1].number) if goes_on else None,
        )
