"""Batches of payments: what they pay, who has made and who has approved them (four eyes)."""

from datetime import date

from partner_program.domain.files.reject_file import masked
from partner_program.domain.model import Document
from partner_program.domain.payments.batch import Approval, Batch, BatchItem, BatchStatus
from partner_program.domain.payments.people import Actor
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.use_cases.queries.finance_ports import PaymentQueue
from partner_program.values.errors import InvalidValue, NotFound
from partner_program.values.money import ExactNumber

_LAST = 4


class BatchPayment(Document):
    """One payment: which payout, how much, to whom and why there. Of the account: its last four characters."""

    account_id: str
    year: int
    quarter: int
    attempt: int
    end_to_end_id: str
    amount: ExactNumber
    site_id: str
    because: str
    bank_details: str
    account_last_four: str
    holder: str
    named_by: Actor | None


class BatchHead(Document):
    """A batch; `total` in `currency`. An approval is of the digest: exactly these payees and amounts.

    `made_by`: who has prepared it or named one of its payees; none of them may approve it, nor does anybody twice.
    `approvals_missing`: how many other people of finance must still say yes before it is released.
    """

    batch_id: str
    status: BatchStatus
    currency: str
    total: ExactNumber
    payments: int
    digest: str
    prepared_by: Actor
    prepared_on: date
    made_by: tuple[Actor, ...]
    approvals: tuple[Approval, ...]
    approvals_needed: int
    approvals_missing: int
    initiated_on: date | None
    released_on: date | None
    released_by: Actor | None
    void_on: date | None
    void_by: Actor | None
    void_reason: str
    version: int


class BatchView(BatchHead):
    """A batch with its payments."""

    items: tuple[BatchPayment, ...]


class BatchList(Document):
    """Batches, those of a status by day of preparation. A page may be short; `next_cursor` is None at the end."""

    items: tuple[BatchHead, ...]
    next_cursor: str | None


class FinanceBatches:
    """A list is one query and one batch of reads for each status asked for, and there are five; one is one read."""

    def __init__(self, book: PaymentBook, queue: PaymentQueue) -> None:
        self._book = book
        self._queue = queue

    def of_status(self, *, status: BatchStatus | None = None, after: str | None, limit: int) -> BatchList:
        """Of a status, or of all in the order of their life. `next_cursor` is the bare position."""
        wanted = [status] if status else [*BatchStatus]
        at, position = _place(after, wanted)
        found: list[Batch] = []
        for index, one in enumerate(wanted[at:], start=at):
            batches, goes_on = self._queue.batches(one, position, limit - len(found))
            found += batches
            position = None
            if goes_on is not None:
                return BatchList(items=tuple(map(_head, found)), next_cursor=f"{one}|{goes_on}")
            if len(found) == limit and index + 1 < len(wanted):
                return BatchList(items=tuple(map(_head, found)), next_cursor=f"{wanted[index + 1]}|")
        return BatchList(items=tuple(map(_head, found)), next_cursor=None)

    def one(self, batch_id: str) -> BatchView:
        """Raises `NotFound`."""
        batch = self._book.batch(batch_id)
        if batch is None:
            raise NotFound("There is no such batch.")
        return BatchView(**_head(batch).model_dump(), items=tuple(map(_payment, batch.items)))


def _place(after: str | None, wanted: list[BatchStatus]) -> tuple[int, str | None]:
    """Which status to go on with, and behind what."""
    if after is None:
        return 0, None
    status, _, position = after.partition("|")
    if status not in wanted:
        raise InvalidValue("this is no place in a list of batches", "cursor")
    return wanted.index(BatchStatus(status)), position or None


def _head(batch: Batch) -> BatchHead:
    made_by: list[Actor] = []
    for actor in (batch.prepared_by, *(item.named_by for item in batch.items if item.named_by)):
        if not any(actor.is_same_person(one) for one in made_by):
            made_by.append(actor)
    return BatchHead(
        batch_id=batch.batch_id,
        status=batch.status,
        currency=batch.currency,
        total=batch.total,
        payments=len(batch.items),
        digest=batch.digest,
        prepared_by=batch.prepared_by,
        prepared_on=batch.prepared_on,
        made_by=tuple(made_by),
        approvals=batch.approvals,
        approvals_needed=batch.approvals_needed,
        approvals_missing=_missing(batch),
        initiated_on=batch.initiated_on,
        released_on=batch.released_on,
        released_by=batch.released_by,
        void_on=batch.void_on,
        void_by=batch.void_by,
        void_reason=batch.void_reason,
        version=batch.version,
    )


def _missing(batch: Batch) -> int:
    if batch.status is BatchStatus.PREPARED:
        return max(batch.approvals_needed - len(batch.approvals), 0)
    return 0


def _payment(item: BatchItem) -> BatchPayment:
    return BatchPayment(
        account_id=item.account_id,
        year=item.year,
        quarter=item.quarter,
        attempt=item.attempt,
        end_to_end_id=item.end_to_end_id,
        amount=item.amount,
        site_id=item.site_id,
        because=masked(item.because),
        bank_details=item.bank,
        account_last_four=item.bank_last_four[-_LAST:],
        holder=masked(item.holder),
        named_by=item.named_by,
    )
