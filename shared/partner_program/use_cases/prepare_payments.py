"""Collect what is due into batches, one or more per currency: the first of four eyes (R-5.4, R-5.4b, R-5.4c)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.bank import BankRevision
from partner_program.domain.payments.batch import MOST_ITEMS, Batch, BatchItem, BatchStatus, digest_of
from partner_program.domain.payments.payee import BlockCode, Blocked
from partner_program.domain.payments.payout import Payout, PayoutState, act_id, event
from partner_program.domain.payments.people import ENGINE, Action, Actor, check_may
from partner_program.rulebook import Rulebook
from partner_program.use_cases.batch_check import let_go
from partner_program.use_cases.payees import Payees, Standing
from partner_program.use_cases.payment_ports import BankStore, PaymentBook
from partner_program.use_cases.ports import AccountStore
from partner_program.values.money import Money, plain
from partner_program.values.periods import Quarter

COLLECTED = (PayoutState.OPEN, PayoutState.REJECTED)
"""States from which a payout is collected; a rejected one only after its repair."""
_IN_HAND = (PayoutState.IN_BATCH, PayoutState.IN_PAYMENT)


class WaitingPayout(NamedTuple):
    """A payout that is due and cannot be collected, and why; `amount` in `currency`."""

    account_id: str
    period: Quarter
    currency: str
    amount: Decimal
    code: BlockCode
    text: str


class Preparation(NamedTuple):
    """The batches that now wait for a second person, and the payouts that wait for something else."""

    batches: tuple[Batch, ...]
    waiting: tuple[WaitingPayout, ...]


class PreparePayments:
    """Safe to break off and to repeat: what was begun is finished first, and no payout is in two batches."""

    def __init__(self, book: PaymentBook, banks: BankStore, accounts: AccountStore, rulebook: Rulebook) -> None:
        self._book = book
        self._payees = Payees(book, banks, accounts)
        self._rulebook = rulebook

    def __call__(self, by: Actor, on: date, currency: str | None = None) -> Preparation:
        """Prepare on a day, for one currency or all of the program. Raises `NotAllowed`."""
        check_may(by, Action.PREPARE)
        currencies = [currency] if currency else self._currencies(on)
        batches = list(self._finish_drafts(currencies))
        waiting: list[WaitingPayout] = []
        for one in currencies:
            collected, left = self._collect(one, by, on)
            batches += collected
            waiting += left
        return Preparation(tuple(batches), tuple(waiting))

    def waiting(self, on: date) -> tuple[WaitingPayout, ...]:
        """The payouts that are due and could not be collected on a day; writes nothing."""
        found: list[WaitingPayout] = []
        for currency in self._currencies(on):
            found += self._ready_and_waiting(currency, on)[2]
        return tuple(found)

    def _currencies(self, on: date) -> list[str]:
        return sorted({country.currency for country in self._rulebook.at(on).countries})

    def _collect(self, currency: str, by: Actor, on: date) -> tuple[list[Batch], list[WaitingPayout]]:
        self._take_back(currency, on)
        payer, ready, waiting = self._ready_and_waiting(currency, on)
        batches = []
        for start in range(0, len(ready) if payer else 0, MOST_ITEMS):
            items = [one.item for one in ready[start : start + MOST_ITEMS] if one.item]
            batches.append(self._finish(self._draft(currency, items, payer, by, on)))
        return [batch for batch in batches if batch.status is BatchStatus.PREPARED], waiting

    def _take_back(self, currency: str, on: date) -> None:
        """Payouts left behind in a void batch: whoever voided it broke off before it had let go of them all."""
        keys = [key for state in _IN_HAND for key in self._book.queued(state, currency)]
        payouts = self._book.payouts_many(keys).values()
        for batch_id in sorted({one.batch_id for one in payouts if one.state in _IN_HAND and one.batch_id}):
            batch = self._book.batch(batch_id)
            if batch is not None and batch.status is BatchStatus.VOID:
                let_go(batch, self._book, ENGINE, on, batch.void_reason)

    def _ready_and_waiting(
        self, currency: str, on: date
    ) -> tuple[BankRevision | None, list[Standing], list[WaitingPayout]]:
        """What can be paid on the day and from which account, and what cannot."""
        standing = self._payees.standing(self._due(currency, on), on)
        payer = self._payees.payer(currency, on) if standing else None
        ready = [one for one in standing if one.item]
        waiting = [_waiting(one.payout, one.blocked) for one in standing if one.blocked]
        if isinstance(payer, Blocked):
            return None, [], [*waiting, *(_waiting(one.payout, payer) for one in ready)]
        return payer, ready, waiting

    def _due(self, currency: str, on: date) -> list[Payout]:
        """Final statements' payouts whose earliest payment date has come and that nothing holds (R-5.4b)."""
        keys = [key for state in COLLECTED for key in self._book.queued(state, currency, on)]
        found = self._book.payouts_many(keys).values()
        due = (one for one in found if one.state in COLLECTED and one.payable_from <= on and one.currency == currency)
        return sorted(due, key=lambda one: (one.account_id, one.period))

    def _draft(
        self, currency: str, items: Sequence[BatchItem], payer: BankRevision | None, by: Actor, on: date
    ) -> Batch:
        """A new batch under the next free id of the day."""
        for batch_id in _ids(on, currency):
            batch = Batch(
                batch_id=batch_id,
                currency=currency,
                status=BatchStatus.DRAFT,
                prepared_by=by,
                prepared_on=on,
                items=tuple(items),
                digest="",
                payer_bank=payer.name if payer else "",
                payer_seal=payer.seal_digest if payer else "",
            )
            if self._book.batch(batch_id) is None and self._book.put_batch(batch):
                return batch
        raise AssertionError("ids never end")

    def _finish_drafts(self, currencies: Sequence[str]) -> Iterator[Batch]:
        """Preparations that broke off, whoever began them."""
        for batch_id in list(self._book.batches(BatchStatus.DRAFT)):
            batch = self._book.batch(batch_id)
            if batch is not None and batch.status is BatchStatus.DRAFT and batch.currency in currencies:
                finished = self._finish(batch)
                if finished.status is BatchStatus.PREPARED:
                    yield finished

    def _finish(self, draft: Batch) -> Batch:
        """Claim the payouts of a draft one by one; those that were held or taken meanwhile are left out."""
        payouts = self._book.payouts_many((item.account_id, item.period) for item in draft.items)
        items = [item for item in draft.items if self._claim(payouts.get((item.account_id, item.period)), item, draft)]
        status = BatchStatus.PREPARED if items else BatchStatus.VOID
        batch = draft.model_copy(
            update={
                "status": status,
                "items": tuple(items),
                "digest": digest_of(draft.currency, items, draft.payer_seal),
                "approvals_needed": self._approvals_needed(draft, items),
                "version": draft.version + 1,
            }
        )
        if status is BatchStatus.VOID:
            nothing = {
                "void_on": draft.prepared_on,
                "void_by": draft.prepared_by,
                "void_reason": "nothing was left to pay",
            }
            batch = batch.model_copy(update=nothing)
        self._book.commit(_entry(batch), [batch])
        return self._book.batch(batch.batch_id) or batch

    def _claim(self, payout: Payout | None, item: BatchItem, batch: Batch) -> bool:
        """Whether the payout is in this batch now. Another writer's step is looked at, not overwritten."""
        while payout is not None:
            if payout.state is PayoutState.IN_BATCH:
                return payout.batch_id == batch.batch_id
            if payout.state not in COLLECTED or payout.attempt != item.attempt:
                return False
            step = event(batch.prepared_on, PayoutState.IN_BATCH, batch.prepared_by, batch_id=batch.batch_id)
            if self._book.put_payout(payout.moved(PayoutState.IN_BATCH, step, batch_id=batch.batch_id)):
                return True
            payout = self._book.payout(item.account_id, item.period)
        return False

    def _approvals_needed(self, draft: Batch, items: Sequence[BatchItem]) -> int:
        """Two where one payment is above the rulebook's limit, or the rulebook names none (R-5.5, B77)."""
        limit = self._rulebook.at(draft.prepared_on).second_approval_above(draft.currency)
        above = limit is None or any(Money(item.amount, draft.currency) > limit for item in items)
        return 2 if above else 1


def _waiting(payout: Payout, blocked: Blocked) -> WaitingPayout:
    return WaitingPayout(payout.account_id, payout.period, payout.currency, payout.amount, blocked.code, blocked.text)


def _entry(batch: Batch) -> AuditDraft:
    return AuditDraft(
        act_id=act_id(Action.PREPARE, batch.batch_id),
        action=Action.PREPARE,
        by=batch.prepared_by,
        on=batch.prepared_on,
        subject=batch.batch_id,
        details={
            "payments": str(len(batch.items)),
            "total": f"{plain(batch.total)} {batch.currency}",
            "digest": batch.digest,
        },
    )


def _ids(on: date, currency: str) -> Iterable[str]:
    """`20240814-EUR-01` and on."""
    number = 0
    while True:
        number += 1
        yield f"{on:%Y%m%d}-{currency}-{number:02d}"
