"""Whether a batch was approved as the rules want it, by the audit log and not by the word on the batch (four eyes)."""

from collections.abc import Iterator

from partner_program.domain.payments.batch import Batch, digest_of
from partner_program.domain.payments.payout import act_id
from partner_program.domain.payments.people import Action, Actor
from partner_program.rulebook import Rulebook
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.values.money import Money


def approvals_needed(batch: Batch, rulebook: Rulebook) -> int:
    """Two where one payment is above the rulebook's limit of the day of preparation, or where there is no limit."""
    limit = rulebook.at(batch.prepared_on).second_approval_above(batch.currency)
    return 2 if limit is None or any(Money(item.amount, batch.currency) > limit for item in batch.items) else 1


def unapproved(batch: Batch, book: PaymentBook, rulebook: Rulebook) -> Iterator[str]:
    """What is missing for its release, in words; nothing: enough others have said yes to exactly this.

    A status, an approval or bank details that somebody has put into the table have no entry of the log behind them.
    """
    if batch.digest != digest_of(batch.currency, batch.items, batch.payer_seal):
        yield "its payees or amounts are not those of its digest"
    if book.entry(act_id(Action.WITHDRAW, batch.batch_id)) is not None:
        yield "the audit log says that it was withdrawn"
    prepared = book.entry(act_id(Action.PREPARE, batch.batch_id, batch.prepared_by.person))
    if prepared is None or (prepared.act.details.get("digest"), prepared.act.on) != (batch.digest, batch.prepared_on):
        yield "the audit log does not say that it was prepared like this"
    makers = [batch.prepared_by, *(item.named_by for item in batch.items if item.named_by)]
    others: list[Actor] = []
    for version, given in enumerate(batch.approvals, start=2):
        name = act_id(Action.APPROVE, batch.batch_id, version, given.by.person)
        if batch.digest != given.digest or _said(book, name, "digest") != batch.digest:
            yield f"the audit log does not say that {given.by.person} has approved it like this"
        elif not any(given.by.is_same_person(one) for one in (*makers, *others)):
            others.append(given.by)
    needed = approvals_needed(batch, rulebook)
    if len(others) < needed:
        yield f"it needs {needed} approvals of others than who made it, and has {len(others)}"
    seals = {batch.payer_bank: batch.payer_seal} | {item.bank: item.bank_seal for item in batch.items}
    for bank, seal in sorted(seals.items()):
        site_id, _, number = bank.rpartition("#")
        if _said(book, act_id(Action.CONFIRM_BANK_DETAILS, site_id, number), "seal") != seal:
            yield f"the audit log does not say that the bank details {bank} were confirmed like this"


def was_initiated(batch: Batch, book: PaymentBook) -> bool:
    """Whether the audit log says that a batch that is `releasing` was initiated like this, and with this file."""
    by = "" if batch.released_by is None else batch.released_by.person
    entry = book.entry(act_id(Action.RELEASE, batch.batch_id, batch.version, by))
    wanted = {"step": "initiated", "digest": batch.digest, "file": batch.file_digest}
    same = entry is not None and all(entry.act.details.get(name) == value for name, value in wanted.items())
    return same and digest_of(batch.currency, batch.items, batch.payer_seal) == batch.digest


def _said(book: PaymentBook, name: str, detail: str) -> str | None:
    entry = book.entry(name)
    return None if entry is None else entry.act.details.get(detail)
