"""Batches against themselves, what was approved, the payouts they pay, and the bank details they pay to."""

from collections.abc import Iterator, Mapping

from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.bank import BankStatus
from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus, digest_of
from partner_program.domain.payments.payee import HEADQUARTERS, PayeeNaming
from partner_program.domain.payments.payout import Payout, PayoutState, act_id
from partner_program.domain.payments.people import Action, Actor
from partner_program.rulebook import Rulebook
from partner_program.use_cases.approvals import approvals_needed
from partner_program.use_cases.verify_acts import INITIATED, steps
from partner_program.use_cases.verify_kept import Finding, Kept
from partner_program.values.money import plain

_APPROVED = (BatchStatus.APPROVED, *INITIATED)


def batch_findings(kept: Kept, log: Mapping[str, AuditDraft], rulebook: Rulebook) -> Iterator[Finding]:
    """`log` are the acts by id, the rulebook tells how many approvals a payment needs."""
    for batch in kept.batches.values():
        prepared = log.get(act_id(Action.PREPARE, batch.batch_id, batch.prepared_by.person))
        texts = (*_itself(batch), *_eyes(batch, prepared, rulebook), *_payments(batch, kept), *_payer(batch, kept))
        yield from (Finding(batch.batch_id, text) for text in texts)


def bank_findings(kept: Kept) -> Iterator[Finding]:
    """Bank details that were decided on by nobody else, or more often than once."""
    for revision in kept.revisions.values():
        by = revision.decided_by
        confirmed = revision.status is BankStatus.CONFIRMED
        version = 1 if revision.status is BankStatus.PROPOSED else 2
        if revision.version != version:
            yield Finding(revision.name, f"version is {revision.version}, one that is {revision.status} has {version}")
        if confirmed and (by is None or by.is_same_person(revision.proposed_by)):
            yield Finding(revision.name, f"{by.person if by else 'nobody'} has confirmed it: it takes a second person")


def _itself(batch: Batch) -> Iterator[str]:
    if digest_of(batch.currency, batch.items, batch.payer_seal) != batch.digest:
        yield "its payees or amounts are not those of its digest"
    if any(given.digest != batch.digest for given in batch.approvals):
        yield "it was approved with other payees or amounts"
    steps_since = {BatchStatus.RELEASING: 1, BatchStatus.RELEASED: 2, BatchStatus.VOID: 1}
    version = 1 + len(batch.approvals) + steps_since.get(batch.status, 0)
    if batch.version != version:
        yield f"version is {batch.version}, by its approvals and its status it is {version}"


def _eyes(batch: Batch, prepared: AuditDraft | None, rulebook: Rulebook) -> Iterator[str]:
    """Enough others have said yes: who neither prepared it nor named a payee of it (R-5.5)."""
    needed = _needed(batch, prepared, rulebook)
    if batch.approvals_needed < needed:
        yield f"it asks for {batch.approvals_needed} approvals, {needed} are needed"
    people: list[Actor] = []
    namers = [item.named_by for item in batch.items if item.named_by]
    for given in batch.approvals:
        person = given.by.person
        if given.by.is_same_person(batch.prepared_by):
            yield f"{person} has prepared and approved it"
        elif any(given.by.is_same_person(one) for one in people):
            yield f"{person} has approved it twice"
        elif any(given.by.is_same_person(one) for one in namers):
            yield f"{person} has named a payee of it and approved it"
        else:
            people.append(given.by)
    if batch.status in _APPROVED and len(people) < needed:
        yield f"it is {batch.status} with {len(people)} approvals of others, {needed} are needed"


def _needed(batch: Batch, prepared: AuditDraft | None, rulebook: Rulebook) -> int:
    """As the log has it from the day of preparation; by the rulebook, if that was this one or nobody says."""
    details = prepared.details if prepared else {}
    text = details.get("approvals_needed", "")
    said = int(text) if text.isascii() and text.isdigit() else 1
    if details.get("rulebook", rulebook.digest) != rulebook.digest:
        return said
    return max(said, approvals_needed(batch, rulebook))


def _payments(batch: Batch, kept: Kept) -> Iterator[str]:
    for item in batch.items:
        name = f"{item.account_id} {item.period}"
        payout = kept.payouts.get((item.account_id, item.period))
        if payout is None:
            yield f"{name} has no payout"
        else:
            yield from (f"{name}: {text}" for text in _payment(item, payout, batch))
        yield from (f"{name}: {text}" for text in _bank(item.bank, item.bank_seal, batch, kept))
        yield from (f"{name}: {text}" for text in _payee(item, kept))


def _payment(item: BatchItem, payout: Payout, batch: Batch) -> Iterator[str]:
    if (item.amount, batch.currency) != (payout.amount, payout.currency):
        paid = f"{plain(item.amount)} {batch.currency}"
        yield f"it pays {paid}, the payout is {plain(payout.amount)} {payout.currency}"
    if item.end_to_end_id != payout.model_copy(update={"attempt": item.attempt}).end_to_end_id:
        yield "its end-to-end id is not that of the payout and its attempt"
    mine = [step.event.state for step in steps(payout) if _is_step(batch, item, step.event.batch_id, step.attempt)]
    if PayoutState.IN_BATCH not in mine:
        yield "the payout was never in this batch"
    if batch.status in INITIATED and PayoutState.IN_PAYMENT not in mine:
        yield "the payout was never in payment through this batch"


def _is_step(batch: Batch, item: BatchItem, batch_id: str | None, attempt: int) -> bool:
    return (batch_id, attempt) == (batch.batch_id, item.attempt)


def _payer(batch: Batch, kept: Kept) -> Iterator[str]:
    yield from (f"it is paid from: {text}" for text in _bank(batch.payer_bank, batch.payer_seal, batch, kept))


def _bank(name: str, seal: str, batch: Batch, kept: Kept) -> Iterator[str]:
    """Bank details that were confirmed and cool when the batch was prepared, and are what they were."""
    revision = kept.revisions.get(name)
    if revision is None:
        yield f"the bank details {name} do not exist"
        return
    if revision.seal_digest != seal:
        yield f"the bank details {name} are sealed otherwise than the batch says"
    if not revision.is_usable_on(batch.prepared_on):
        yield f"the bank details {name} were not to be paid to on {batch.prepared_on}"


def _payee(item: BatchItem, kept: Kept) -> Iterator[str]:
    if item.bank.rpartition("#")[0] != item.site_id:
        yield f"the payee is {item.site_id}, the bank details are {item.bank}"
    revision = kept.revisions.get(item.bank)
    if revision is not None and (revision.last_four, revision.holder) != (item.bank_last_four, item.holder):
        yield f"holder or last characters are not those of {item.bank}"
    if item.named_by is None:
        if item.because != HEADQUARTERS:
            yield f"{item.site_id} is paid because of {item.because}, and nobody has recorded it"
    elif not any(_is_letter(naming, item) for naming in kept.namings):
        yield f"{item.named_by.person} has recorded no letter {item.because} that names {item.site_id}"


def _is_letter(naming: PayeeNaming, item: BatchItem) -> bool:
    said = (naming.account_id, naming.site_id, naming.document, naming.by)
    return said == (item.account_id, item.site_id, item.because, item.named_by)
