"""Whether a batch still says what stands: the same payouts, amounts, payees and bank details (R-5.4c, R-5.5)."""

from collections.abc import Iterator
from datetime import date

from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus
from partner_program.domain.payments.payee import Blocked
from partner_program.domain.payments.payout import Payout, PayoutState, event
from partner_program.domain.payments.people import Actor
from partner_program.use_cases.payees import Payees
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.values.money import plain


def changes(batch: Batch, book: PaymentBook, payees: Payees, on: date) -> Iterator[str]:
    """What has changed since the batch was prepared, in words, payment by payment; nothing: it stands as it is."""
    payouts = book.payouts_many((item.account_id, item.period) for item in batch.items)
    mine = [one for one in payouts.values() if is_of(one, batch)]
    standing = {(one.payout.account_id, one.payout.period): one for one in payees.standing(mine, on)}
    for item in batch.items:
        name = f"{item.account_id} {item.period}"
        payout = payouts.get((item.account_id, item.period))
        found = standing.get((item.account_id, item.period))
        if found is None:
            yield f"{name} is {_state(payout)} and no longer in the batch"
        elif found.blocked is not None:
            yield f"{name}: {found.blocked.text}"
        elif found.item is not None:
            yield from (f"{name}: {text}" for text in _differences(item, found.item, batch.currency))
    payer = payees.payer(batch.currency, on)
    if isinstance(payer, Blocked):
        yield payer.text
    elif (payer.name, payer.seal_digest) != (batch.payer_bank, batch.payer_seal):
        yield f"{batch.currency} is now paid from {payer.name}, not from {batch.payer_bank}"


def is_of(payout: Payout, batch: Batch) -> bool:
    """Whether a payout is in this batch now."""
    return payout.batch_id == batch.batch_id and payout.state in (PayoutState.IN_BATCH, PayoutState.IN_PAYMENT)


def let_go(batch: Batch, book: PaymentBook, by: Actor, on: date, reason: str) -> None:
    """Give the payouts of a batch back, each to where it came from. Safe to repeat; only before the file is written."""
    for item in batch.items:
        payout = book.payout(item.account_id, item.period)
        while payout is not None and is_of(payout, batch):
            to = PayoutState.REJECTED if payout.refused_bank else PayoutState.OPEN
            step = event(on, to, by, reason, batch.batch_id)
            if book.put_payout(payout.moved(to, step, batch_id=None)):
                break
            payout = book.payout(item.account_id, item.period)


def as_void(batch: Batch, by: Actor, on: date, reason: str) -> Batch:
    """The batch as one that will never be paid."""
    update = {"status": BatchStatus.VOID, "void_on": on, "void_by": by, "void_reason": reason}
    return batch.model_copy(update={**update, "version": batch.version + 1})


def _state(payout: Payout | None) -> str:
    return "gone" if payout is None else payout.state.replace("_", " ")


def _differences(before: BatchItem, now: BatchItem, currency: str) -> Iterator[str]:
    """In all that the digest is over."""
    if before.amount != now.amount:
        yield f"{plain(now.amount)} {currency}, not {plain(before.amount)}"
    if before.site_id != now.site_id:
        yield f"the payee is {now.site_id} ({now.because}), not {before.site_id}"
    elif (before.bank, before.bank_seal) != (now.bank, now.bank_seal):
        yield f"the bank details are {now.bank}, not {before.bank}"
    if before.attempt != now.attempt:
        yield f"this is attempt {now.attempt} to pay it, not {before.attempt}"
