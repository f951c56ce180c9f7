"""What an answer of the bank means for a payout: pure decisions, in whatever order answers come (F43, F44)."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from partner_program.domain.payments.bank_status import Answer, Block, StatusCode, StatusRow, block_id
from partner_program.domain.payments.bank_status_receipt import RowOutcome
from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus
from partner_program.domain.payments.ledger import LedgerKind
from partner_program.domain.payments.payout import STEPS, Payout, PayoutState
from partner_program.values.money import plain

GRACE = timedelta(days=1)
"""How far the bank's day may be off ours: its clock may stand in another time zone."""


class Refusal(NamedTuple):
    """Why an answer is not booked; the text names no value of the file."""

    code: StatusCode
    message: str


def concerned(row: StatusRow, batch: Batch | None, on: date) -> tuple[BatchItem, ...] | RowOutcome | Refusal:
    """The payments that a row speaks of, once everything that it says of them fits. `on`: the day of reading.

    `PENDING` where nobody has to know which payments those are.
    """
    if batch is None:
        return Refusal(StatusCode.UNKNOWN_BATCH, "no batch has this id")
    if batch.status is not BatchStatus.RELEASED or batch.initiated_on is None:
        return Refusal(StatusCode.NOT_RELEASED, f"batch {batch.batch_id} is {batch.status}")
    is_booked = row.answer is not Answer.PENDING and row.booked_on is not None
    if is_booked and row.booked_on != booked_day(row, batch.initiated_on, on, GRACE):
        message = f"booked on {row.booked_on}, not between its release on {batch.initiated_on} and {on}"
        return Refusal(StatusCode.DATE_OUT_OF_RANGE, message)
    return _whole(row, batch) if row.end_to_end_id is None else _single(row, batch)


def booked_day(row: StatusRow, initiated_on: date | None, on: date, grace: timedelta = timedelta()) -> date:
    """The bank's day, or the day of reading; never before the release nor after the day of reading, but for `grace`."""
    day = min(row.booked_on or on, on + grace)
    return day if initiated_on is None else max(day, initiated_on - grace)


def _single(row: StatusRow, batch: Batch) -> tuple[BatchItem, ...] | Refusal:
    item = next((item for item in batch.items if item.end_to_end_id == row.end_to_end_id), None)
    if item is None:
        return Refusal(StatusCode.NOT_IN_BATCH, f"batch {batch.batch_id} has no payment of this end-to-end id")
    if not _is_amount(row, item.amount == row.amount, batch):
        paid = f"{plain(item.amount)} {batch.currency}"
        return Refusal(StatusCode.OTHER_AMOUNT, f"{item.account_id} {item.period} is paid {paid}")
    return (item,)


def _whole(row: StatusRow, batch: Batch) -> tuple[BatchItem, ...] | RowOutcome | Refusal:
    """All payments. A part of them is known to the payment file alone, which nobody opens again."""
    if row.part is not None and row.part != block_id(batch.batch_id, Block.ALL):
        if row.part not in {block_id(batch.batch_id, block) for block in Block}:
            return Refusal(StatusCode.NOT_IN_BATCH, f"batch {batch.batch_id} has no part of this id")
        if row.answer is Answer.PENDING:
            return RowOutcome.PENDING
        return Refusal(StatusCode.PART_UNCLEAR, f"a status for a part of batch {batch.batch_id}, not its payments")
    counted = row.payments is None or row.payments == len(batch.items)
    if not counted or not _is_amount(row, batch.total == row.amount, batch):
        of = f"{len(batch.items)} payments of {plain(batch.total)} {batch.currency}"
        return Refusal(StatusCode.OTHER_AMOUNT, f"batch {batch.batch_id} has {of}")
    return batch.items


def _is_amount(row: StatusRow, same: bool, batch: Batch) -> bool:
    return (row.amount is None or same) and row.currency in (None, batch.currency)


def meaning(
    answer: Answer, item: BatchItem, payout: Payout | None, booked: Collection[LedgerKind]
) -> Answer | RowOutcome | Refusal:
    """What is to be booked next for a payment, or why nothing is.

    `booked`: what the ledger has of this attempt. A return that comes before its payment was told is booked as payment
    and return, in two steps; what was paid and is then refused came back.
    """
    if payout is None or payout.attempt < item.attempt:
        return Refusal(StatusCode.CONTRADICTS_LEDGER, f"{item.account_id} {item.period} has no such payout")
    if payout.attempt > item.attempt:
        return _of_the_past(answer, payout, booked)
    if payout.state is PayoutState.IN_PAYMENT:
        if answer is Answer.PENDING:
            return RowOutcome.PENDING
        return Answer.PAID if answer is Answer.RETURNED else answer
    if payout.state is PayoutState.PAID:
        return Answer.RETURNED if answer in (Answer.REJECTED, Answer.RETURNED) else RowOutcome.REPEATED
    return Refusal(StatusCode.CONTRADICTS_LEDGER, f"{payout.name} is {_state(payout)}")


def _of_the_past(answer: Answer, payout: Payout, booked: Collection[LedgerKind]) -> RowOutcome | Refusal:
    """An answer for an attempt that is over. Money that moved after we booked that it did not is for a person."""
    if LedgerKind.REJECTED in booked and answer in (Answer.PAID, Answer.RETURNED):
        message = f"{payout.name} was booked as rejected by the bank before; it is {_state(payout)}"
        return Refusal(StatusCode.CONTRADICTS_LEDGER, message)
    return RowOutcome.REPEATED


def must_be_held(answer: Answer, refusal: Refusal, payout: Payout | None, reason: str) -> bool:
    """Whether a payout could be paid a second time before a person has looked at it.

    Not where it was held for the same reason before: who has lifted that hold has looked.
    """
    if payout is None or answer is not Answer.PAID or refusal.code is not StatusCode.CONTRADICTS_LEDGER:
        return False
    can_be = PayoutState.ON_HOLD in STEPS[payout.state]
    return can_be and all(event.reason != reason for event in payout.events)


def _state(payout: Payout) -> str:
    return payout.state.replace("_", " ")
