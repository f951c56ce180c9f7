"""Collect what is due into batches, one or more per currency: the first of four eyes (R-5.4, R-5.4b, R-5.4c)."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import takewhile
from typing import NamedTuple

from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.bank import BankRevision
from partner_program.domain.payments.batch import MOST_ITEMS, Batch, BatchStatus, digest_of
from partner_program.domain.payments.payee import BlockCode, Blocked
from partner_program.domain.payments.payout import Payout, PayoutState, act_id, event
from partner_program.domain.payments.people import Action, Actor, check_may
from partner_program.rulebook import Rulebook
from partner_program.use_cases.approvals import approvals_needed
from partner_program.use_cases.batch_check import TRIES
from partner_program.use_cases.payees import Payees, Standing
from partner_program.use_cases.payment_ports import BankStore, PaidAccounts, PaymentBook
from partner_program.values.errors import InvalidValue, VersionConflict
from partner_program.values.money import plain
from partner_program.values.periods import Quarter

COLLECTED = (PayoutState.OPEN, PayoutState.REJECTED)
"""States from which a payout is collected; a rejected one only after its repair."""


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
    """A batch and the states of its payouts are written together: safe to break off, to repeat, to do twice at once."""

    def __init__(self, book: PaymentBook, banks: BankStore, accounts: PaidAccounts, rulebook: Rulebook) -> None:
        self._book = book
        self._payees = Payees(book, banks, accounts)
        self._rulebook = rulebook

    def __call__(self, by: Actor, on: date, currency: str | None = None, request: str = "") -> Preparation:
        """Prepare on a day, for one currency or all that the program has or had.

        `request` names what was asked, on the day on which it was asked first: who has lost the answer and asks the
        same again, of that day, is told the batches of before as they stand. What broke off between two batches goes
        on; nothing else is collected then: neither what was freed since nor what somebody has withdrawn.

        Raises `NotAllowed`; `InvalidValue` for a currency that the program never had; `VersionConflict` where others
        kept taking the same payouts.
        """
        check_may(by, Action.PREPARE)
        if currency is not None and currency not in self._rulebook.currencies:
            told = "the program has no accounts in this currency: a currency is written EUR"
            raise InvalidValue(told, "/currency")
        batches: list[Batch] = []
        waiting: list[WaitingPayout] = []
        for one in [currency] if currency else self._rulebook.currencies:
            before = self._of_request(one, by, on, request) if request else []
            if _is_done(before):
                waiting += self._ready_and_waiting(one, on)[2]
                batches += before
                continue
            collected, left = self._collect(one, by, on, request)
            batches += self._of_request(one, by, on, request) if request else collected
            waiting += left
        return Preparation(tuple(batches), tuple(waiting))

    def _of_request(self, currency: str, by: Actor, on: date, request: str) -> list[Batch]:
        """The day's batches that were prepared by a request, as they stand, in order."""
        standing = takewhile(lambda batch: batch is not None, map(self._book.batch, _ids(on, currency)))
        return [batch for batch in standing if batch is not None and self._is_of(batch, by, request)]

    def _is_of(self, batch: Batch, by: Actor, request: str) -> bool:
        entry = self._book.entry(act_id(Action.PREPARE, batch.batch_id, by.person))
        return entry is not None and entry.act.details.get("request") == request

    def waiting(self, on: date) -> tuple[WaitingPayout, ...]:
        """The payouts that are due and could not be collected on a day; writes nothing."""
        found: list[WaitingPayout] = []
        for currency in self._rulebook.currencies:
            found += self._ready_and_waiting(currency, on)[2]
        return tuple(found)

    def _collect(self, currency: str, by: Actor, on: date, request: str) -> tuple[list[Batch], list[WaitingPayout]]:
        batches: list[Batch] = []
        for _ in range(TRIES):
            payer, ready, waiting = self._ready_and_waiting(currency, on)
            try:
                for start in range(0, len(ready), MOST_ITEMS):
                    batch = self._put(currency, payer, ready[start : start + MOST_ITEMS], by, on, request)
                    batches.append(batch)
            except VersionConflict:
                continue  # somebody held or took one of them: look again at what is left
            return batches, waiting
        raise VersionConflict(f"others keep changing what is to be paid in {currency}: prepare again")

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

    def _put(
        self, currency: str, payer: BankRevision | None, ready: Sequence[Standing], by: Actor, on: date, request: str
    ) -> Batch:
        """One batch under the next free id of the day, with its payouts, in one act. Raises `VersionConflict`."""
        items = [one.item for one in ready if one.item]
        seal = payer.seal_digest if payer else ""
        batch = Batch(
            batch_id=next(batch_id for batch_id in _ids(on, currency) if self._book.batch(batch_id) is None),
            currency=currency,
            status=BatchStatus.PREPARED,
            prepared_by=by,
            prepared_on=on,
            items=tuple(items),
            digest=digest_of(currency, items, seal),
            payer_bank=payer.name if payer else "",
            payer_seal=seal,
        )
        batch = batch.model_copy(update={"approvals_needed": approvals_needed(batch, self._rulebook)})
        step = event(on, PayoutState.IN_BATCH, by, batch_id=batch.batch_id)
        claimed = [one.payout.moved(PayoutState.IN_BATCH, step, batch_id=batch.batch_id) for one in ready]
        self._book.commit(_entry(batch, self._rulebook, request), [batch, *claimed])
        standing = self._book.batch(batch.batch_id)
        if standing is None or standing.digest != batch.digest:  # the same person prepares twice at once
            raise VersionConflict(f"{batch.batch_id} was prepared otherwise at the same moment")
        return standing


def _is_done(made: Sequence[Batch]) -> bool:
    """Whether a preparation that made these batches is over: the last is not full, or somebody has withdrawn one."""
    return bool(made) and (len(made[-1].items) < MOST_ITEMS or any(one.status is BatchStatus.VOID for one in made))


def _waiting(payout: Payout, blocked: Blocked) -> WaitingPayout:
    return WaitingPayout(payout.account_id, payout.period, payout.currency, payout.amount, blocked.code, blocked.text)


def _entry(batch: Batch, rulebook: Rulebook, request: str) -> AuditDraft:
    details = {
        "payments": str(len(batch.items)),
        "total": f"{plain(batch.total)} {batch.currency}",
        "digest": batch.digest,
        "approvals_needed": str(batch.approvals_needed),
        "rulebook": rulebook.digest,
    }
    return AuditDraft(
        act_id=act_id(Action.PREPARE, batch.batch_id, batch.prepared_by.person),
        action=Action.PREPARE,
        by=batch.prepared_by,
        on=batch.prepared_on,
        subject=batch.batch_id,
        details=details | ({"request": request} if request else {}),
    )


def _ids(on: date, currency: str) -> Iterator[str]:
    """`20240814-EUR-01` and on."""
    number = 0
    while True:
        number += 1
        yield f"{on:%Y%m%d}-{currency}-{number:02d}"
