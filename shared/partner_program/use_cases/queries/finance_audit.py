"""The log of every act on money, entry by entry, with the hashes that chain it."""

import re

from partner_program.domain.model import Document
from partner_program.domain.payments.audit import AuditEntry
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.use_cases.queries.finance_ports import PaymentQueue
from partner_program.values.errors import InvalidValue

_NUMBER = re.compile(r"[0-9]{1,12}")
_BEYOND = 10**12
"""Numbers of entries have at most twelve digits."""
MOST_LOOKED_AT = 500
"""Entries looked at for a page of those about one subject, of which there is no index: one read."""


class AuditPage(Document):
    """Entries by number. Each names the hash of the one before it: who keeps the last one sees whether the log holds.

    A page of those about one subject may be short or empty: go on while there is a `next_cursor`. `last_number` and
    `last_digest` are those of the log's end now, None while it is empty.
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

    def __call__(
        self, *, number: int = 0, subject: str | None = None, newest_first: bool = False, after: str | None, limit: int
    ) -> AuditPage:
        """Entries behind `number`, from where the page before has ended. `next_cursor` is the bare position.

        Of a `subject`: what was done to exactly that, or to something of it, as a quarter of an account.
        """
        if after is not None and not _NUMBER.fullmatch(after):
            raise InvalidValue("this is no place in the audit log", "cursor")
        place = None if after is None else int(after)
        most = limit if subject is None else MOST_LOOKED_AT
        if newest_first:
            looked_at = self._queue.latest_entries(number, _BEYOND if place is None else place, most)
        else:
            looked_at = self._queue.entries(number if place is None else place, most)
        found = [entry for entry in looked_at if _is_about(entry, subject)]
        head = self._book.head()
        ended = 0 if not looked_at else found[limit - 1].number if len(found) > limit else looked_at[-1].number
        goes_on = ended > number + 1 if newest_first else bool(ended) and head is not None and ended < head.number
        return AuditPage(
            items=tuple(found[:limit]),
            last_number=head.number if head else None,
            last_digest=head.digest if head else None,
            next_cursor=str(ended) if goes_on else None,
        )


def _is_about(entry: AuditEntry, subject: str | None) -> bool:
    return subject is None or f"{entry.act.subject} ".startswith(f"{subject} ")
