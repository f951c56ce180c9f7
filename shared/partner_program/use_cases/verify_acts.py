"""Which acts show in what is kept, and what the audit log must then say of them; and the other way round.

| act | shows as |
| --- | --- |
| `name_payee` | a naming: its site, letter and day |
| `propose_bank_details` | a revision of bank details: its masked face and its seal |
| `confirm_bank_details`, `reject_bank_details` | its decision, face and seal as they were proposed |
| `hold`, `lift_hold`, `cancel`, `retry` | a step of a payout without a batch: amount, state before and after |
| `book_bank_status` | a step of a payout in payment: payment, amount, day, state before and after |
| `prepare` | a batch: number of payments, total, digest, how many approvals it needs |
| `approve` | one of its approvals: total, digest |
| `release` | its initiation and its release: total, digest, file |
| `withdraw` | its end: total, digest, reason |
| `restate` | a revision of a baseline: the amount before and after |
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from partner_program.domain.payments.audit import AuditEntry
from partner_program.domain.payments.bank import BankRevision, BankStatus
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.payee import PayeeNaming
from partner_program.domain.payments.payout import Payout, PayoutEvent, PayoutState, act_id
from partner_program.domain.payments.people import Action
from partner_program.domain.revenue import Baseline
from partner_program.use_cases.verify_kept import Finding, Kept
from partner_program.values.money import plain

_DECISIONS = {
    BankStatus.CONFIRMED: Action.CONFIRM_BANK_DETAILS,
    BankStatus.REJECTED: Action.REJECT_BANK_DETAILS,
}
INITIATED = (BatchStatus.RELEASING, BatchStatus.RELEASED)


class Shown(NamedTuple):
    """An act as it shows somewhere: under which id, by whom, when, and what its entry has to say among other things."""

    where: str
    act_id: str
    person: str
    on: date | None
    details: Mapping[str, str]


class Step(NamedTuple):
    """A step of a payout: the version it made, the state and the attempt that it found."""

    version: int
    before: PayoutState
    attempt: int
    event: PayoutEvent

    @property
    def is_answer(self) -> bool:
        """Whether the bank has said it."""
        after, through = self.event.state, self.before in (PayoutState.IN_PAYMENT, PayoutState.PAID)
        return through and after in (PayoutState.PAID, PayoutState.REJECTED, PayoutState.RETURNED)


def steps(payout: Payout) -> Iterator[Step]:
    """The life of a payout. After each no of the bank it is tried under the next number."""
    before, attempt = PayoutState.OPEN, 1
    for version, event in enumerate(payout.events, start=2):
        step = Step(version, before, attempt, event)
        yield step
        before = event.state
        attempt += int(step.is_answer and event.state is not PayoutState.PAID)


def findings(shown: Sequence[Shown], entries: Iterable[AuditEntry]) -> Iterator[Finding]:
    """What shows without an entry or says something else, and entries of which nothing shows."""
    log = {entry.act.act_id: entry for entry in entries}
    for one in shown:
        entry = log.get(one.act_id)
        if entry is None:
            yield Finding(one.where, f"{one.act_id} has no entry in the audit log")
        else:
            yield from (Finding(one.where, f"{one.act_id}: {text}") for text in _differences(one, entry))
    seen = {one.act_id for one in shown}
    for entry in log.values():
        if entry.act.act_id not in seen:
            what = f"{entry.act.act_id} (entry {entry.number}) shows in nothing that is kept"
            yield Finding(entry.act.subject, what)


def _differences(shown: Shown, entry: AuditEntry) -> Iterator[str]:
    act = entry.act
    if act.by.person != shown.person:
        yield f"the audit log says that {act.by.person} did it, here it is {shown.person or 'nobody'}"
    if shown.on is not None and act.on != shown.on:
        yield f"the audit log says {act.on}, here it is {shown.on}"
    for name, value in shown.details.items():
        said = act.details.get(name)
        if said != value:
            yield f"{name} is {said} in the audit log, here it is {value}"


def shown_acts(kept: Kept) -> Iterator[Shown]:
    """Every act that shows."""
    for payout in kept.payouts.values():
        yield from payout_acts(payout)
    for batch in kept.batches.values():
        yield from batch_acts(batch)
    for revision in kept.revisions.values():
        yield from bank_acts(revision)
    yield from map(naming_act, kept.namings)
    standing = {(one.account_id, one.year, one.revision): one for one in kept.baselines}
    for baseline in kept.restatements:
        before = standing.get((baseline.account_id, baseline.year, baseline.revision - 1))
        yield restatement_act(baseline, before)


def payout_acts(payout: Payout) -> Iterator[Shown]:
    """Its steps that are acts of their own; those with a batch are part of the batch's acts."""
    amount = f"{plain(payout.amount)} {payout.currency}"
    for step in steps(payout):
        made = step.event
        said = {"amount": amount, "before": str(step.before), "after": str(made.state)}
        if step.is_answer:
            payment = payout.model_copy(update={"attempt": step.attempt}).end_to_end_id
            name = act_id(Action.BOOK_BANK_STATUS, made.batch_id, payment, made.state)
            said |= {"batch": made.batch_id or "", "payment": payment, "booked_on": str(made.on)}
            yield Shown(payout.name, name, made.by.person, None, said)
        elif made.batch_id is None:
            names = payout.account_id, payout.period, step.version, made.by.person
            name = act_id(made.action, *names) if made.action else f"step {step.version}, which is no act,"
            yield Shown(payout.name, name, made.by.person, made.on, said | {"reason": made.reason})


def bank_acts(revision: BankRevision) -> Iterator[Shown]:
    """Proposal and decision: both entries carry the face and the seal."""
    said = {
        "revision": str(revision.number),
        "scheme": revision.scheme,
        "country": revision.country,
        "bic": revision.bic or "",
        "last_four": revision.last_four,
        "holder": revision.holder,
        "seal": revision.seal_digest,
    }
    if revision.partner_id:  # those of before it was kept have entries without it
        said["partner"] = revision.partner_id
    name = revision.site_id, revision.number
    proposed_by, proposed_on = revision.proposed_by.person, revision.proposed_on
    proposed = said | {"reason": revision.reason}
    yield Shown(revision.name, act_id(Action.PROPOSE_BANK_DETAILS, *name), proposed_by, proposed_on, proposed)
    decision = _DECISIONS.get(revision.status)
    if decision is not None:
        if revision.status is BankStatus.CONFIRMED:
            said = said | {"usable_from": str(revision.usable_from)}
        person = revision.decided_by.person if revision.decided_by else ""
        yield Shown(revision.name, act_id(decision, *name), person, revision.decided_on, said)


def naming_act(naming: PayeeNaming) -> Shown:
    """A letter that was recorded."""
    said = {
        "naming": str(naming.number),
        "site": naming.site_id,
        "document": naming.document,
        "received_on": str(naming.received_on),
    }
    name = act_id(Action.NAME_PAYEE, naming.account_id, naming.number)
    return Shown(naming.account_id, name, naming.by.person, naming.recorded_on, said)


def batch_acts(batch: Batch) -> Iterator[Shown]:
    """Version 1 is its preparation, then come the approvals; initiation and release are two acts, so is its end one."""
    name = batch.batch_id
    said = {"total": f"{plain(batch.total)} {batch.currency}", "digest": batch.digest}
    by = batch.prepared_by.person
    prepared = said | {"payments": str(len(batch.items)), "approvals_needed": str(batch.approvals_needed)}
    yield Shown(name, act_id(Action.PREPARE, name, by), by, batch.prepared_on, prepared)
    for number, given in enumerate(batch.approvals, start=1):
        by = given.by.person
        approvals = {"approvals": str(number)}
        yield Shown(name, act_id(Action.APPROVE, name, number + 1, by), by, given.on, said | approvals)
    last = 2 + len(batch.approvals)
    if batch.status in INITIATED:
        by = batch.released_by.person if batch.released_by else ""
        said |= {"file": batch.file_digest or ""}
        begun = said | {"step": "initiated"}
        yield Shown(name, act_id(Action.RELEASE, name, last, by), by, batch.initiated_on, begun)
        if batch.status is BatchStatus.RELEASED:
            done = said | {"step": "released"}
            yield Shown(name, act_id(Action.RELEASE, name, last + 1, by), by, batch.released_on, done)
    if batch.status is BatchStatus.VOID:
        by = batch.void_by.person if batch.void_by else ""
        ended = said | {"reason": batch.void_reason}
        yield Shown(name, act_id(Action.WITHDRAW, name), by, batch.void_on, ended)


def restatement_act(baseline: Baseline, before: Baseline | None) -> Shown:
    """A revision of a frozen baseline; `before` is the one that it replaces."""
    amounts = {"after": f"{plain(baseline.sales_revenue)} {baseline.currency}", "reason": baseline.reason}
    amounts["before"] = f"{plain(before.sales_revenue)} {before.currency}" if before else "nothing"
    name = act_id(Action.RESTATE, baseline.account_id, baseline.year, baseline.revision)
    where = f"{baseline.account_id} {baseline.year}"
    return Shown(where, name, baseline.restated_by, baseline.restated_on, amounts)
