"""Payouts against their final statements, against their own steps, and against the ledger."""

from collections.abc import Iterator, Sequence
from datetime import date

from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payout import STEPS, Payout, PayoutState
from partner_program.domain.payments.people import Action
from partner_program.use_cases.verify_acts import INITIATED, Step, steps
from partner_program.use_cases.verify_kept import Finding, Kept, Key
from partner_program.values.money import plain

_STATED = ("amount", "currency", "payable_from", "partner_id", "country")
"""What a payout has from its final statement and never changes."""
_KINDS = {
    PayoutState.IN_PAYMENT: LedgerKind.INITIATED,
    PayoutState.PAID: LedgerKind.PAID,
    PayoutState.REJECTED: LedgerKind.REJECTED,
    PayoutState.RETURNED: LedgerKind.RETURNED,
    PayoutState.CANCELLED: LedgerKind.CANCELLED,
}
_THROUGH_BATCH = (PayoutState.IN_BATCH, PayoutState.IN_PAYMENT, PayoutState.PAID)
Movement = tuple[int, LedgerKind]
"""An attempt and what became of it."""


def payout_findings(kept: Kept) -> Iterator[Finding]:
    """Each payout, and what there is of payouts that are not there."""
    for key in sorted({*kept.payouts, *kept.stated, *kept.ledger}):
        payout, where = kept.payouts.get(key), f"{key[0]} {key[1]}"
        ledger = kept.ledger.get(key, ())
        texts = _missing(kept.stated.get(key), ledger) if payout is None else _payout(payout, kept, ledger)
        yield from (Finding(where, text) for text in texts)


def _missing(stated: Payout | None, ledger: Sequence[LedgerEntry]) -> Iterator[str]:
    if stated is not None:
        yield f"it pays {plain(stated.amount)} {stated.currency} and has no payout: run its close again"
    for entry in ledger:
        yield f"the ledger says {entry.kind} of {plain(entry.amount)} {entry.currency}, and there is no payout"


def _payout(payout: Payout, kept: Kept, ledger: Sequence[LedgerEntry]) -> Iterator[str]:
    stated = kept.stated.get(_key(payout))
    if stated is None:
        yield f"no final statement pays the {plain(payout.amount)} {payout.currency} of its payout"
    else:
        for name in _STATED:
            said, standing = getattr(stated, name), getattr(payout, name)
            if said != standing:
                yield f"{name} is {said} in its final statement, {standing} in its payout"
    yield from _life(payout)
    refused_bank = _refused_bank(payout, kept)
    if payout.refused_bank != refused_bank:
        yield f"the bank has refused it with {refused_bank or 'no bank details'}, not with {payout.refused_bank}"
    yield from _place(payout, kept)
    for step in steps(payout):
        if step.event.batch_id is not None:
            yield from _through(step, payout, kept.batches.get(step.event.batch_id))
    yield from _ledger(payout, ledger, kept)


def _life(payout: Payout) -> Iterator[str]:
    """Its state is what its steps make of it."""
    state, attempt, batch_id = PayoutState.OPEN, 1, None
    tried: set[int] = set()
    for step in steps(payout):
        after = step.event.state
        if after not in STEPS[step.before]:
            yield f"step {step.version} leads from {step.before} to {after}: there is no such step"
        if after is PayoutState.IN_PAYMENT and step.attempt in tried:
            yield f"attempt {step.attempt} to pay it was initiated twice"
        tried |= {step.attempt} if after is PayoutState.IN_PAYMENT else set()
        no = step.is_answer and after is not PayoutState.PAID
        state, attempt = after, step.attempt + int(no)
        batch_id = step.event.batch_id if after in _THROUGH_BATCH else None
    made = {"state": str(state), "attempt": attempt, "batch_id": batch_id, "version": len(payout.events) + 1}
    for name, value in made.items():
        standing = getattr(payout, name)
        if standing != value:
            yield f"{name} is {standing}, by its {len(payout.events)} steps it is {value}"


def _refused_bank(payout: Payout, kept: Kept) -> str | None:
    """The bank details of the last try that failed; none once finance has had it tried with them again."""
    refused = None
    for step in steps(payout):
        batch = kept.batches.get(step.event.batch_id or "")
        if step.is_answer and step.event.state is not PayoutState.PAID and batch is not None:
            paid = [item.bank for item in batch.items if (item.account_id, item.period) == _key(payout)]
            refused = paid[0] if paid else None
        elif step.event.action is Action.RETRY:
            refused = None
    return refused


def _key(payout: Payout) -> Key:
    return payout.account_id, payout.period


def _place(payout: Payout, kept: Kept) -> Iterator[str]:
    """A payout in a batch is paid with it: nobody looks after one whose batch does not know it."""
    if payout.batch_id is None:
        return
    batch = kept.batches.get(payout.batch_id)
    if batch is None:
        yield f"its batch {payout.batch_id} does not exist"
        return
    through = payout.state is not PayoutState.IN_BATCH
    if batch.status is BatchStatus.VOID or through is not (batch.status in INITIATED):
        yield f"it is {payout.state.replace('_', ' ')}, its batch {batch.batch_id} is {batch.status}"


def _through(step: Step, payout: Payout, batch: Batch | None) -> Iterator[str]:
    """A step that is part of an act on a batch: the batch knows it, by whom and when."""
    made = step.event
    if batch is None:
        yield f"step {step.version} names {made.batch_id}, which does not exist"
        return
    listed = any(
        (item.account_id, item.period, item.attempt) == (payout.account_id, payout.period, step.attempt)
        for item in batch.items
    )
    if not listed:
        yield f"step {step.version} names {batch.batch_id}, which does not pay attempt {step.attempt} of it"
    if not _is_step_of(step, batch):
        yield f"step {step.version}, {made.state} on {made.on} by {made.by.person}, is none of {batch.batch_id}"


def _is_step_of(step: Step, batch: Batch) -> bool:
    if step.is_answer:
        return batch.status is BatchStatus.RELEASED
    acts = {
        PayoutState.IN_BATCH: (batch.prepared_by, batch.prepared_on),
        PayoutState.IN_PAYMENT: (batch.released_by, batch.initiated_on),
    }
    given_back = (batch.void_by, batch.void_on)
    return acts.get(step.event.state, given_back) == (step.event.by, step.event.on)


def _ledger(payout: Payout, ledger: Sequence[LedgerEntry], kept: Kept) -> Iterator[str]:
    """Both ways: what became of each attempt, on which day and through which batch."""
    due = dict(_movements(payout))
    for entry in ledger:
        movement = entry.attempt, entry.kind
        name = f"{entry.kind} of attempt {entry.attempt}"
        if movement not in due:
            yield f"the ledger says {name}, the payout does not"
            continue
        said = (entry.on, entry.batch_id, plain(entry.amount), entry.currency)
        standing = (*due.pop(movement), plain(payout.amount), payout.currency)
        if said != standing:
            yield f"the ledger says {name}: {_text(said)}, the payout {_text(standing)}"
    for (attempt, kind), (on, batch_id) in due.items():
        batch = kept.batches.get(batch_id or "")
        if kind is LedgerKind.INITIATED and batch is not None and batch.status is BatchStatus.RELEASING:
            continue  # the ledger is the next thing that is written
        yield f"{kind} of attempt {attempt} on {on} is not in the ledger"


def _movements(payout: Payout) -> Iterator[tuple[Movement, tuple[date, str | None]]]:
    for step in steps(payout):
        after = step.event.state
        if after in (PayoutState.IN_PAYMENT, PayoutState.CANCELLED) or step.is_answer:
            yield (step.attempt, _KINDS[after]), (step.event.on, step.event.batch_id)


def _text(values: tuple[object, ...]) -> str:
    return ", ".join("no batch" if value is None else str(value) for value in values)
