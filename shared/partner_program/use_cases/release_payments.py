"""Turn an approved batch into one payment file, once, whatever is repeated or breaks off (R-5.4, F42, F45).

In this order: the batch is `releasing` and all of its payouts are in payment, in one act; the ledger says so; the files
are written if they are not there; the batch is released. A hold meets the act on its payout: whichever is later is
refused. Each step repeated finds itself done.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.bank import BankAccount, BankRevision
from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payout import PayoutState, WrongState, event
from partner_program.domain.payments.people import ENGINE, Action, Actor, NotAllowed, check_may
from partner_program.rulebook import Rulebook
from partner_program.use_cases.approvals import unapproved, was_initiated
from partner_program.use_cases.batch_check import TRIES, batch_act, changes, in_short, payouts_of, voiding
from partner_program.use_cases.decide_batches import DigestDiffers
from partner_program.use_cases.payees import Payees
from partner_program.use_cases.payment_ports import (
    BankAccountCheck,
    BankOpener,
    BankStore,
    PaidAccounts,
    PaymentBook,
    PaymentFiles,
    PaymentFileWriter,
    PaymentFileWrong,
    SealBroken,
)
from partner_program.values.errors import InvalidValue, NotFound, ProgramError, VersionConflict
from partner_program.values.money import plain

XML = "application/xml"
CSV = "text/csv; charset=utf-8"


class BankDetailsUnusable(ProgramError):
    """Bank details of a batch cannot be paid to: broken seal, or no valid account any more. Never repeats a number."""


REFUSALS = (NotAllowed, NotFound, WrongState, DigestDiffers, BankDetailsUnusable, PaymentFileWrong, VersionConflict)
"""How a single release is refused."""


class Unpaid(NamedTuple):
    """A batch that could not be released, and why."""

    batch_id: str
    reason: str


class DailyRun(NamedTuple):
    """What a daily run has released, what it had to void, and what it could neither: somebody must look at those."""

    released: tuple[Batch, ...]
    voided: tuple[Unpaid, ...]
    stuck: tuple[Unpaid, ...]


class BankSide(NamedTuple):
    """Where bank details are, how they are opened, and whether what comes out can be an account."""

    banks: BankStore
    opener: BankOpener
    check: BankAccountCheck


class ReleasePayments:
    """`now` gives the moment of a release (UTC, ISO 8601), asked once for each batch."""

    def __init__(
        self,
        book: PaymentBook,
        bank_side: BankSide,
        accounts: PaidAccounts,
        files: PaymentFiles,
        writer: PaymentFileWriter,
        rulebook: Rulebook,
        now: Callable[[], str],
    ) -> None:
        self._book = book
        self._bank_side = bank_side
        self._payees = Payees(book, bank_side.banks, accounts)
        self._files = files
        self._writer = writer
        self._rulebook = rulebook
        self._now = now

    def daily(self, on: date) -> DailyRun:
        """Finish what broke off and release what is approved. What cannot be released is voided, the others go on."""
        released: list[Batch] = []
        voided: list[Unpaid] = []
        stuck: list[Unpaid] = []
        for status in (BatchStatus.RELEASING, BatchStatus.APPROVED):
            for batch_id in list(self._book.batches(status)):
                try:
                    released.append(self.release(batch_id, by=ENGINE, on=on))
                except ProgramError as refused:
                    gone = self._is_void(batch_id)
                    (voided if gone else stuck).append(Unpaid(batch_id, str(refused)))
                except ValueError as unreadable:  # a body that no longer reads; its text may carry parts of it
                    stuck.append(Unpaid(batch_id, f"it cannot be read: {type(unreadable).__name__}"))
        return DailyRun(tuple(released), tuple(voided), tuple(stuck))

    def release(self, batch_id: str, *, by: Actor, on: date) -> Batch:
        """The batch, released: its file stands in the results bucket.

        Raises `NotAllowed`, `NotFound`, `WrongState`; `DigestDiffers`, `BankDetailsUnusable`, `PaymentFileWrong` after
        voiding it, so that its payouts wait for the next preparation. Once its payment is initiated it is never voided:
        what then fails leaves it `releasing`, and a repeat goes on.
        """
        check_may(by, Action.RELEASE)
        for _ in range(TRIES):
            batch = self._book.batch(batch_id)
            if batch is None:
                raise NotFound(f"there is no batch {batch_id}")
            try:
                return self._release(batch, by, max(on, batch.prepared_on, *(given.on for given in batch.approvals)))
            except VersionConflict:
                continue  # one of its payouts was held meanwhile, or somebody else releases it
        raise VersionConflict(f"others keep changing {batch_id}: release it again")

    def _release(self, batch: Batch, by: Actor, on: date) -> Batch:
        """Never before the day on which it was prepared and approved, however late an event of an earlier day comes."""
        if batch.status is BatchStatus.APPROVED:
            batch = self._initiate(batch, by, on)
        if batch.status is BatchStatus.RELEASING:
            batch = self._finish(batch, on)
        if batch.status is not BatchStatus.RELEASED:
            raise WrongState(f"{batch.batch_id} is {batch.status}: only an approved batch can be released")
        return batch

    def _initiate(self, batch: Batch, by: Actor, on: date) -> Batch:
        """From here on the payment is initiated: later namings of a payee do not count for it (R-5.4c)."""
        payouts = payouts_of(batch, self._book)
        found = list(changes(batch, payouts, self._payees, on))
        found += unapproved(batch, self._book, self._rulebook)
        if found:
            self._void(batch, on, in_short(found))
            raise DigestDiffers(f"{batch.batch_id} was voided, prepare again: {in_short(found)}")
        releasing = batch.model_copy(
            update={
                "status": BatchStatus.RELEASING,
                "initiated_on": on,
                "initiated_at": self._now(),
                "released_by": by,
                "version": batch.version + 1,
            }
        )
        try:  # before anything is initiated: its file can be written
            body = self._writer.pain001(releasing, *self._accounts(batch, checked=True))
        except (BankDetailsUnusable, PaymentFileWrong) as unusable:
            self._void(batch, on, str(unusable))
            raise
        releasing = releasing.model_copy(update={"file_digest": hashlib.sha256(body).hexdigest()})
        step = event(on, PayoutState.IN_PAYMENT, by, batch_id=batch.batch_id)
        paid = [payout.moved(PayoutState.IN_PAYMENT, step) for payout in payouts.values()]
        self._book.commit(_entry("initiated", releasing, by, on), [releasing, *paid])
        return self._book.batch(batch.batch_id) or releasing  # another run of the engine may have been faster

    def _is_void(self, batch_id: str) -> bool:
        batch = self._book.batch(batch_id)
        return batch is not None and batch.status is BatchStatus.VOID

    def _finish(self, batch: Batch, on: date) -> Batch:
        """Raises `DigestDiffers` where nobody has initiated it like this: all that was checked was checked then."""
        if not was_initiated(batch, self._book):
            raise DigestDiffers(f"the audit log does not say that {batch.batch_id} was initiated like this: look at it")
        self._book.add_ledger(_initiated(item, batch) for item in batch.items)
        self._write_files(batch)
        released = batch.model_copy(
            update={"status": BatchStatus.RELEASED, "released_on": on, "version": batch.version + 1}
        )
        self._book.commit(_entry("released", released, batch.released_by or ENGINE, on), [released])
        return self._book.batch(batch.batch_id) or released

    def _write_files(self, batch: Batch) -> None:
        """A file that stands and is the one of the initiation stays, even where today's writer would write another."""
        key = f"{batch.folder}/pain.001.xml"
        standing = self._files.read(key)
        if standing is None or hashlib.sha256(standing).hexdigest() != batch.file_digest:
            body = self._writer.pain001(batch, *self._accounts(batch, checked=False))
            if hashlib.sha256(body).hexdigest() != batch.file_digest:
                raise PaymentFileWrong(f"the file of {batch.batch_id} is no longer the one that was initiated")
            self._files.write_once(key, body, XML)
        listing = f"{batch.folder}/payments.csv"
        if self._files.read(listing) is None:
            self._files.write_once(listing, self._writer.listing(batch), CSV)

    def _accounts(self, batch: Batch, *, checked: bool) -> tuple[Sequence[tuple[BatchItem, BankAccount]], BankAccount]:
        """Every account of the batch in the clear, and the payer's, checked once more. Raises `BankDetailsUnusable`."""
        wanted = {batch.payer_bank, *(item.bank for item in batch.items)}
        sites = sorted({name.rpartition("#")[0] for name in wanted})
        found = self._bank_side.banks.revisions_many(sites)
        revisions = {one.name: one for of_site in found.values() for one in of_site if one.name in wanted}
        opened = [(item, self._open(revisions, item.bank, item.bank_seal, checked)) for item in batch.items]
        return opened, self._open(revisions, batch.payer_bank, batch.payer_seal, checked)

    def _open(self, revisions: dict[str, BankRevision], name: str, seal: str, checked: bool) -> BankAccount:  # private
        revision = revisions.get(name)
        if revision is None or revision.seal_digest != seal:
            raise BankDetailsUnusable(f"the bank details {name} are not those that were approved")
        try:
            account = self._bank_side.opener.open(revision)
            if checked:  # only for its refusal: what is paid to is what was sealed, whatever a later library adds to it
                self._bank_side.check.read(account.scheme, account.number, account.bic, account.country, account.holder)
        except (SealBroken, InvalidValue):
            # what was thrown may stem from a number in the clear: none of it goes on
            raise BankDetailsUnusable(f"the bank details {name} cannot be paid to: enter them again") from None
        if account.last_four != revision.last_four:
            raise BankDetailsUnusable(f"the bank details {name} are not what they show")
        return account

    def _void(self, batch: Batch, on: date, reason: str) -> None:
        void, writes = voiding(batch, self._book, ENGINE, on, reason)
        self._book.commit(_entry("voided", void, ENGINE, on, Action.WITHDRAW), writes)


def _initiated(item: BatchItem, batch: Batch) -> LedgerEntry:
    return LedgerEntry(
        account_id=item.account_id,
        year=item.year,
        quarter=item.quarter,
        attempt=item.attempt,
        kind=LedgerKind.INITIATED,
        on=batch.initiated_on or batch.prepared_on,
        currency=batch.currency,
        amount=item.amount,
        batch_id=batch.batch_id,
    )


def _entry(step: str, batch: Batch, by: Actor, on: date, action: Action = Action.RELEASE) -> AuditDraft:
    details = {"step": step, "total": f"{plain(batch.total)} {batch.currency}", "digest": batch.digest}
    if batch.file_digest:
        details["file"] = batch.file_digest
    if batch.void_reason:
        details["reason"] = batch.void_reason
    return AuditDraft(
        act_id=batch_act(action, batch, by),
        action=action,
        by=by,
        on=on,
        subject=batch.batch_id,
        details=details,
    )
