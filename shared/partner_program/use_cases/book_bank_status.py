"""Book what the bank answered: payouts become paid, rejected or returned, with ledger and audit log (R-5.4, F43, F44).

Every payment is an act of its own, named by batch, payment and answer. So a file that comes twice, a run that was
killed and answers out of order all end in the same state.
"""

from contextlib import suppress
from datetime import date
from typing import NamedTuple

from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.bank_status import Answer, BankStatusReport, StatusRow
from partner_program.domain.payments.bank_status_checks import (
    Refusal,
    booked_day,
    concerned,
    meaning,
    must_be_held,
)
from partner_program.domain.payments.bank_status_receipt import (
    BankStatusReceipt,
    RowOutcome,
    RowResult,
    receipt_of,
    refused_row,
)
from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payout import Payout, PayoutState, act_id, event
from partner_program.domain.payments.people import Action, Actor, check_may
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.values.errors import ProgramError, VersionConflict
from partner_program.values.money import plain

TRIES = 5
"""How often a payment is decided anew because somebody else changed the payout meanwhile."""
_STATE = {
    Answer.PAID: PayoutState.PAID,
    Answer.REJECTED: PayoutState.REJECTED,
    Answer.RETURNED: PayoutState.RETURNED,
}
_KIND = {
    Answer.PAID: LedgerKind.PAID,
    Answer.REJECTED: LedgerKind.REJECTED,
    Answer.RETURNED: LedgerKind.RETURNED,
}


class ReleaseUnfinished(ProgramError):
    """The bank answers to a batch whose release broke off: the file is read again once a run has finished that."""


class _Reading(NamedTuple):
    """Who books which file on which day."""

    source: str
    by: Actor
    on: date


class BookBankStatus:
    """The use case behind a bank status file, whatever its form."""

    def __init__(self, book: PaymentBook) -> None:
        self._book = book

    def __call__(self, report: BankStatusReport, by: Actor, on: date) -> BankStatusReceipt:
        """Book a report on a day.

        Raises `NotAllowed`; `ReleaseUnfinished`, with everything else booked, and `VersionConflict` after try upon try:
        run it again then, nothing is booked twice.
        """
        check_may(by, Action.BOOK_BANK_STATUS)
        reading = _Reading(report.source, by, on)
        results = [refused_row(bad.position, bad.code, bad.message) for bad in report.bad_rows]
        batches: dict[str, Batch | None] = {}
        for row in report.rows:
            if row.batch_id not in batches:
                batches[row.batch_id] = self._book.batch(row.batch_id)
            results += self._row(row, batches[row.batch_id], reading)
        for batch in batches.values():
            if batch is not None and batch.status is BatchStatus.RELEASING:
                raise ReleaseUnfinished(f"the release of batch {batch.batch_id} is not finished: read the file again")
        return receipt_of(results, on)

    def _row(self, row: StatusRow, batch: Batch | None, reading: _Reading) -> list[RowResult]:
        items = concerned(row, batch, reading.on)
        # What the file says is shown only once it is known for one of our ids: it could be anything (B52).
        if isinstance(items, Refusal):
            return [refused_row(row.position, *items, {"batch_id": batch.batch_id} if batch else {})]
        if isinstance(items, RowOutcome):
            return [RowResult(position=row.position, outcome=items, batch_id=row.batch_id, answer=row.answer)]
        day = booked_day(row, batch.initiated_on if batch else None, reading.on)
        dated = row.model_copy(update={"booked_on": day})
        return [self._payment(dated, item, reading) for item in items]

    def _payment(self, row: StatusRow, item: BatchItem, reading: _Reading) -> RowResult:
        """One step, or two where a return is the first that is heard of a payment."""
        day = row.booked_on or reading.on
        for _ in range(TRIES):
            payout = self._book.payout(item.account_id, item.period)
            step = meaning(row.answer, item, payout, self._booked(item, payout))
            if isinstance(step, Refusal):
                if self._hold(step, row, item, payout, reading):
                    continue
                return refused_row(row.position, *step, _names(item, row))
            if isinstance(step, RowOutcome) or payout is None:
                return _result(row, item, RowOutcome(step), row.answer, None)
            try:
                self._book.commit(*_act(step, row, item, payout, day, reading))
            except VersionConflict:
                continue
            if not (step is Answer.PAID and row.answer is Answer.RETURNED):
                return _result(row, item, RowOutcome.BOOKED, step, day)
        raise VersionConflict(f"{item.account_id} {item.period} was changed by somebody else, try after try")

    def _hold(
        self, refusal: Refusal, row: StatusRow, item: BatchItem, payout: Payout | None, reading: _Reading
    ) -> bool:
        """Keep a payout that the bank has paid against our books from being paid again. True: look at it anew."""
        paid = f"{item.end_to_end_id} of batch {row.batch_id}"
        reason = f"the bank says that {paid} was paid: find out before it is paid again"
        if payout is None or not must_be_held(row.answer, refusal, payout, reason):
            return False
        with suppress(VersionConflict):
            self._book.commit(*_hold_act(payout, reason, item, row, reading))
        return True

    def _booked(self, item: BatchItem, payout: Payout | None) -> set[LedgerKind]:
        """What the ledger has of an attempt that is over; of the one under way, the payout itself says enough."""
        if payout is None or payout.attempt <= item.attempt:
            return set()
        entries = self._book.ledger(item.account_id)
        return {one.kind for one in entries if one.period == item.period and one.attempt == item.attempt}


def _act(
    step: Answer, row: StatusRow, item: BatchItem, payout: Payout, day: date, reading: _Reading
) -> tuple[AuditDraft, tuple[Payout, LedgerEntry]]:
    """The act and what it changes. After a failure the next try has the next number: its reference is a new one."""
    failed = {"attempt": payout.attempt + 1, "refused_bank": item.bank, "batch_id": None}
    told = event(day, _STATE[step], reading.by, _told(step, row), row.batch_id)
    moved = payout.moved(_STATE[step], told, **({} if step is Answer.PAID else failed))
    entry = LedgerEntry(
        account_id=payout.account_id,
        year=payout.year,
        quarter=payout.quarter,
        attempt=item.attempt,
        kind=_KIND[step],
        on=day,
        currency=payout.currency,
        amount=payout.amount,
        batch_id=row.batch_id,
    )
    draft = AuditDraft(
        act_id=act_id(Action.BOOK_BANK_STATUS, row.batch_id, item.end_to_end_id, step),
        action=Action.BOOK_BANK_STATUS,
        by=reading.by,
        on=reading.on,
        subject=payout.name,
        details={
            "amount": f"{plain(payout.amount)} {payout.currency}",
            "before": payout.state,
            "after": moved.state,
            "batch": row.batch_id,
            "payment": item.end_to_end_id,
            "booked_on": str(day),
            "reason": row.reason,
            "file": reading.source,
        },
    )
    return draft, (moved, entry)


def _hold_act(
    payout: Payout, reason: str, item: BatchItem, row: StatusRow, reading: _Reading
) -> tuple[AuditDraft, tuple[Payout]]:
    """A hold as any other: who is responsible lifts it, or cancels the payout. The ledger is as it was."""
    check_may(reading.by, Action.HOLD)
    told = event(reading.on, PayoutState.ON_HOLD, reading.by, reason, action=Action.HOLD)
    held = payout.moved(PayoutState.ON_HOLD, told, batch_id=None)
    draft = AuditDraft(
        act_id=act_id(Action.HOLD, held.account_id, held.period, held.version, reading.by.person),
        action=Action.HOLD,
        by=reading.by,
        on=reading.on,
        subject=held.name,
        details={
            "amount": f"{plain(held.amount)} {held.currency}",
            "before": payout.state,
            "after": held.state,
            "reason": reason,
            "batch": row.batch_id,
            "payment": item.end_to_end_id,
            "file": reading.source,
        },
    )
    return draft, (held,)


def _told(step: Answer, row: StatusRow) -> str:
    return f"the bank: {step}{f', {row.reason}' if row.reason else ''}"


def _names(item: BatchItem, row: StatusRow) -> dict[str, str]:
    return {
        "batch_id": row.batch_id,
        "end_to_end_id": item.end_to_end_id,
        "payout": f"{item.account_id} {item.period}",
        "reason": row.reason,
    }


def _result(row: StatusRow, item: BatchItem, outcome: RowOutcome, answer: Answer, day: date | None) -> RowResult:
    values = {"position": row.position, "outcome": outcome, "answer": answer, "booked_on": day}
    return RowResult.model_validate(values | _names(item, row))
