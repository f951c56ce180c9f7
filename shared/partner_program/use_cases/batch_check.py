"""Whether a batch still says what stands, and how its payouts are given back where it does not (R-5.4c, R-5.5)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus
from partner_program.domain.payments.payee import Blocked
from partner_program.domain.payments.payout import Payout, PayoutState, act_id, event
from partner_program.domain.payments.people import Action, Actor
from partner_program.use_cases.payees import Payees
from partner_program.use_cases.payment_ports import PaymentBook, Write
from partner_program.values.money import plain
from partner_program.values.periods import Quarter

Payouts = Mapping[tuple[str, Quarter], Payout]
MOST_REASONS = 3
TRIES = 10
"""How often an act is decided anew because somebody else was faster; then the conflict is told."""


def batch_act(action: Action, batch: Batch, by: Actor) -> str:
    """The id of an act that made this version of a batch; it is withdrawn once, whoever does it."""
    if action is Action.WITHDRAW:
        return act_id(action, batch.batch_id)
    return act_id(action, batch.batch_id, batch.version, by.person)


def payouts_of(batch: Batch, book: PaymentBook) -> Payouts:
    """The payouts of a batch's items as they stand, whether they are still in it or not."""
    return book.payouts_many((item.account_id, item.period) for item in batch.items)


def changes(batch: Batch, payouts: Payouts, payees: Payees, on: date) -> Iterator[str]:
    """What has changed since the batch was prepared, in words, payment by payment; nothing: it stands as it is."""
    mine = [one for one in payouts.values() if is_of(one, batch)]
    standing = {(one.payout.account_id, one.payout.period): one for one in payees.standing(mine, on)}
    for item in batch.items:
        name = f"{item.account_id} {item.period}"
        found = standing.get((item.account_id, item.period))
        if found is None:
            yield f"{name} is {_state(payouts.get((item.account_id, item.period)))} and no longer in the batch"
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
    """Whether a payout is in this batch and not in payment yet."""
    return payout.batch_id == batch.batch_id and payout.state is PayoutState.IN_BATCH


def voiding(batch: Batch, book: PaymentBook, by: Actor, on: date, reason: str) -> tuple[Batch, list[Write]]:
    """The batch as one that will never be paid, and all that is written with it: its payouts go back where they were.

    A payout is told no more than that its batch was voided: the reason may be another partner's, the batch is the
    vendor's.
    """
    update = {"status": BatchStatus.VOID, "void_on": on, "void_by": by, "void_reason": reason}
    void = batch.model_copy(update={**update, "version": batch.version + 1})
    mine = [payout for payout in payouts_of(batch, book).values() if is_of(payout, batch)]
    return void, [void, *(_back(payout, by, on) for payout in mine)]


def in_short(reasons: Sequence[str]) -> str:
    """The first reasons, and how many more there are: a batch has room for that, whatever happened to it."""
    more = f"; and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
    return "; ".join(reasons[:MOST_REASONS]) + more


def _back(payout: Payout, by: Actor, on: date) -> Payout:
    to = PayoutState.REJECTED if payout.refused_bank else PayoutState.OPEN
    return payout.moved(to, event(on, to, by, "its batch was voided", payout.batch_id), batch_id=None)


def _state(payout: Payout | None) -> str:
    return "gone" if payout is None else payout.state.replace("_", " ")


def _differences(before: BatchItem, now: BatchItem, currency: str) -> Iterator[str]:
    """In anything but the words for why it goes there."""
    if before.amount != now.amount:
        yield f"{plain(now.amount)} {currency}, not {plain(before.amount)}"
    elif before.site_id != now.site_id:
        yield f"the payee is {now.site_id} ({now.because}), not {before.site_id}"
    elif (before.bank, before.bank_seal) != (now.bank, now.bank_seal):
        yield f"the bank details are {now.bank}, not {before.bank}"
    elif now.model_copy(update={"because": before.because, "named_by": before.named_by}) != before:
        yield "its attempt, reference or holder is another"
