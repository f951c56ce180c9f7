"""Turn an approved batch into one payment file, once, whatever is repeated or breaks off (R-5.4, F42, F45).

In this order: the batch is `releasing` from a fixed moment on; its payouts are in payment one by one; the ledger says
so; the files are written if they are not there; the batch is released. A hold that comes before its payout is in
payment stops the whole batch, one that comes after is refused. Each step repeated finds itself done.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.bank import BankAccount, BankRevision
from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus, digest_of
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payout import PayoutState, WrongState, act_id, event
from partner_program.domain.payments.people import ENGINE, Action, Actor, NotAllowed, check_may
from partner_program.use_cases.batch_check import as_void, changes, let_go
from partner_program.use_cases.decide_batches import DigestDiffers
from partner_program.use_cases.payees import Payees
from partner_program.use_cases.payment_ports import (
    BankAccountCheck,
    BankOpener,
    BankStore,
    PaymentBook,
    PaymentFiles,
    PaymentFileWriter,
    PaymentFileWrong,
    SealBroken,
)
from partner_program.use_cases.ports import AccountStore
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
        accounts: AccountStore,
        files: PaymentFiles,
        writer: PaymentFileWriter,
        now: Callable[[], str],
    ) -> None:
        self._book = book
        self._bank_side = bank_side
        self._payees = Payees(book, bank_side.banks, accounts)
        self._files = files
        self._writer = writer
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
                    batch = self._book.batch(batch_id)
                    gone = batch is not None and batch.status is BatchStatus.VOID
                    (voided if gone else stuck).append(Unpaid(batch_id, str(refused)))
        return DailyRun(tuple(released), tuple(voided), tuple(stuck))

    def release(self, batch_id: str, *, by: Actor, on: date) -> Batch:
        """The batch, released: its file stands in the results bucket.

        Raises `NotAllowed`, `NotFound`, `WrongState`; `DigestDiffers`, `BankDetailsUnusable`, `PaymentFileWrong` after
        voiding it, so that its payouts wait for the next preparation. Once its file may be there it is never voided:
        what then fails leaves it `releasing`, and a repeat goes on.
        """
        check_may(by, Action.RELEASE)
        batch = self._book.batch(batch_id)
        if batch is None:
            raise NotFound(f"there is no batch {batch_id}")
        if batch.status is BatchStatus.VOID:
            let_go(batch, self._book, ENGINE, on, batch.void_reason)
        if batch.status is BatchStatus.APPROVED:
            batch = self._initiate(batch, by, on)
        if batch.status is BatchStatus.RELEASING:
            batch = self._finish(batch, on)
        if batch.status is not BatchStatus.RELEASED:
            raise WrongState(f"{batch_id} is {batch.status}: only an approved batch can be released")
        return batch

    def _initiate(self, batch: Batch, by: Actor, on: date) -> Batch:
        """From here on the payment is initiated: later namings of a payee do not count for it (R-5.4c)."""
        found = list(changes(batch, self._book, self._payees, on))
        if batch.digest != digest_of(batch.currency, batch.items, batch.payer_seal):
            found.append("its payees or amounts are not those of its digest")
        if any(given.digest != batch.digest for given in batch.approvals):
            found.append("it was approved with other payees or amounts")
        if found:
            self._void(batch, on, "; ".join(found))
            raise DigestDiffers(f"{batch.batch_id} was voided, prepare again: {'; '.join(found)}")
        releasing = batch.model_copy(
            update={
                "status": BatchStatus.RELEASING,
                "initiated_on": on,
                "initiated_at": self._now(),
                "released_by": by,
                "version": batch.version + 1,
            }
        )
        try:
            self._writer.pain001(releasing, *self._accounts(batch))  # before anything is initiated: it can be written
        except (BankDetailsUnusable, PaymentFileWrong) as unusable:
            self._void(batch, on, str(unusable))
            raise
        self._book.commit(_entry("initiated", releasing, by, on), [releasing])
        return self._book.batch(batch.batch_id) or releasing

    def _finish(self, batch: Batch, on: date) -> Batch:
        accounts, payer = self._accounts(batch)
        for item in batch.items:
            if not self._in_payment(item, batch):
                reason = f"{item.account_id} {item.period} was held or cancelled before its payment was initiated"
                self._void(batch, on, reason)
                raise DigestDiffers(f"{batch.batch_id} was voided, prepare again: {reason}")
        self._book.add_ledger(_initiated(item, batch) for item in batch.items)
        body = self._writer.pain001(batch, accounts, payer)
        self._files.write_once(f"{batch.folder}/payments.csv", self._writer.listing(batch), CSV)
        self._files.write_once(f"{batch.folder}/pain.001.xml", body, XML)
        released = batch.model_copy(
            update={
                "status": BatchStatus.RELEASED,
                "released_on": on,
                "file_digest": hashlib.sha256(body).hexdigest(),
                "version": batch.version + 1,
            }
        )
        self._book.commit(_entry("released", released, batch.released_by or ENGINE, on), [released])
        return self._book.batch(batch.batch_id) or released

    def _in_payment(self, item: BatchItem, batch: Batch) -> bool:
        """Whether the payout is in payment through this batch; a hold that was faster is left standing."""
        payout = self._book.payout(item.account_id, item.period)
        while payout is not None and payout.batch_id == batch.batch_id and payout.attempt == item.attempt:
            if payout.state is PayoutState.IN_PAYMENT:
                return True
            if payout.state is not PayoutState.IN_BATCH or payout.amount != item.amount:
                return False
            by = batch.released_by or ENGINE
            step = event(batch.initiated_on or batch.prepared_on, PayoutState.IN_PAYMENT, by, batch_id=batch.batch_id)
            if self._book.put_payout(payout.moved(PayoutState.IN_PAYMENT, step)):
                return True
            payout = self._book.payout(item.account_id, item.period)
        return False

    def _accounts(self, batch: Batch) -> tuple[Sequence[tuple[BatchItem, BankAccount]], BankAccount]:
        """Every account of the batch in the clear, and the payer's, checked once more. Raises `BankDetailsUnusable`."""
        wanted = {batch.payer_bank, *(item.bank for item in batch.items)}
        sites = sorted({name.rpartition("#")[0] for name in wanted})
        found = self._bank_side.banks.revisions_many(sites)
        revisions = {one.name: one for of_site in found.values() for one in of_site if one.name in wanted}
        opened = [(item, self._open(revisions, item.bank, item.bank_seal)) for item in batch.items]
        return opened, self._open(revisions, batch.payer_bank, batch.payer_seal)

    def _open(self, revisions: dict[str, BankRevision], name: str, seal: str) -> BankAccount:
        revision = revisions.get(name)
        if revision is None or revision.seal_digest != seal:
            raise BankDetailsUnusable(f"the bank details {name} are not those that were approved")
        try:
            account = self._bank_side.opener.open(revision)
            checked = self._bank_side.check.read(
                account.scheme, account.number, account.bic, account.country, account.holder
            )
        except (SealBroken, InvalidValue):
            # what was thrown may stem from a number in the clear: none of it goes on
            raise BankDetailsUnusable(f"the bank details {name} cannot be paid to: enter them again") from None
        if checked.last_four != revision.last_four:
            raise BankDetailsUnusable(f"the bank details {name} are not what they show")
        return checked

    def _void(self, batch: Batch, on: date, reason: str) -> None:
        void = as_void(batch, ENGINE, on, reason)
        self._book.commit(_entry("voided", void, ENGINE, on, Action.WITHDRAW), [void])
        let_go(void, self._book, ENGINE, on, reason)


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
        act_id=act_id(action, batch.batch_id, batch.version, by.person),
        action=action,
        by=by,
        on=on,
        subject=batch.batch_id,
        details=details,
    )
