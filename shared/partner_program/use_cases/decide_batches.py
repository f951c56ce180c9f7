"""A second person's yes to a batch, or its withdrawal: the other two of four eyes."""

from datetime import date

from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.batch import Approval, Batch, BatchStatus
from partner_program.domain.payments.payout import WrongState
from partner_program.domain.payments.people import Action, Actor, check_four_eyes, check_may
from partner_program.domain.payments.reasons import given_reason
from partner_program.use_cases.batch_check import TRIES, batch_act, changes, in_short, payouts_of, voiding
from partner_program.use_cases.payees import Payees
from partner_program.use_cases.payment_ports import BankStore, PaidAccounts, PaymentBook
from partner_program.values.errors import NotFound, ProgramError, VersionConflict
from partner_program.values.money import plain


class DigestDiffers(ProgramError):
    """What is to be approved or released is no longer what was looked at; the message says what has changed."""


_WITHDRAWABLE = (BatchStatus.PREPARED, BatchStatus.APPROVED)


class DecideBatches:
    """Approve or withdraw. Both raise `NotAllowed`, `NotFound`, `WrongState`, `VersionConflict`."""

    def __init__(self, book: PaymentBook, banks: BankStore, accounts: PaidAccounts) -> None:
        self._book = book
        self._payees = Payees(book, banks, accounts)

    def approve(self, batch_id: str, digest: str, *, by: Actor, on: date, request: str = "") -> Batch:
        """Say yes to exactly the payees and amounts behind a digest; the same yes once more changes nothing.

        Raises `SelfApproval` for who prepared it or named one of its payees; `DigestDiffers` where the digest is not
        the batch's, or the batch no longer what stands: withdraw it and prepare again. `request` goes on record.
        """
        check_may(by, Action.APPROVE)
        batch = self._batch(batch_id)
        given_before = any(given.by.is_same_person(by) and given.digest == digest for given in batch.approvals)
        if given_before and batch.status is not BatchStatus.VOID:
            return batch
        if batch.status is not BatchStatus.PREPARED:
            raise WrongState(f"{batch_id} is {batch.status}: only a prepared batch can be approved")
        check_four_eyes(batch.prepared_by, by, f"the batch {batch_id}")
        for item in batch.items:
            if item.named_by is not None:
                check_four_eyes(item.named_by, by, f"{item.site_id} the payee of {item.account_id}")
        self._check_standing(batch, digest, on)
        approvals = (*batch.approvals, Approval(by=by, on=on, digest=digest))
        enough = len(approvals) >= batch.approvals_needed
        status = BatchStatus.APPROVED if enough else BatchStatus.PREPARED
        approved = batch.model_copy(update={"status": status, "approvals": approvals, "version": batch.version + 1})
        self._book.commit(_entry(Action.APPROVE, approved, by, on, request, approvals=len(approvals)), [approved])
        return approved

    def withdraw(self, batch_id: str, *, by: Actor, on: date, reason: str, request: str = "") -> Batch:
        """Give it up before it is released; its payouts can be collected again.

        Raises `InvalidValue` without a reason. `request` goes on record.
        """
        check_may(by, Action.WITHDRAW)
        reason = given_reason(reason, "withdraw a batch")
        for _ in range(TRIES):
            batch = self._batch(batch_id)
            if batch.status is BatchStatus.VOID:
                return batch
            if batch.status not in _WITHDRAWABLE:
                raise WrongState(f"{batch_id} is {batch.status}: its payment was initiated and cannot be withdrawn")
            void, writes = voiding(batch, self._book, by, on, reason)
            try:
                self._book.commit(_entry(Action.WITHDRAW, void, by, on, request), writes)
            except VersionConflict:
                continue  # one of its payouts was held meanwhile, or somebody approved it
            return self._batch(batch_id)
        raise VersionConflict(f"others keep changing {batch_id}: withdraw it again")

    def _batch(self, batch_id: str) -> Batch:
        batch = self._book.batch(batch_id)
        if batch is None:
            raise NotFound(f"there is no batch {batch_id}")
        return batch

    def _check_standing(self, batch: Batch, digest: str, on: date) -> None:
        if digest != batch.digest:
            # without the right one: who is told it can say yes to what they have not looked at
            raise DigestDiffers(f"{batch.batch_id} has another digest than the one approved: look at it again")
        found = list(changes(batch, payouts_of(batch, self._book), self._payees, on))
        if found:
            raise DigestDiffers(f"{batch.batch_id} is no longer what was prepared: {in_short(found)}. Withdraw it")


def _entry(action: Action, batch: Batch, by: Actor, on: date, request: str, **details: object) -> AuditDraft:
    said = {"total": f"{plain(batch.total)} {batch.currency}", "digest": batch.digest, "status": batch.status}
    if batch.void_reason:
        said["reason"] = batch.void_reason
    if request:
        said["request"] = request
    return AuditDraft(
        act_id=batch_act(action, batch, by),
        action=action,
        by=by,
        on=on,
        subject=batch.batch_id,
        details=said | {name: str(value) for name, value in details.items()},
    )
