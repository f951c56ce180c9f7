"""Hold, lift, cancel and retry single payouts, each with a reason and a person (R-5.5)."""

from datetime import date
from decimal import Decimal

from partner_program.domain.model import Document
from partner_program.domain.payments.audit import AuditDraft, AuditEntry
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payout import Payout, PayoutState, WrongState, act_id, event
from partner_program.domain.payments.people import Action, Actor, check_may
from partner_program.domain.payments.reasons import given_reason
from partner_program.use_cases.payment_ports import PaymentBook, Write
from partner_program.values.errors import NotFound, StaleVersion, VersionConflict
from partner_program.values.money import ExactNumber, plain
from partner_program.values.periods import Quarter

_LEADS_TO = {
    Action.HOLD: PayoutState.ON_HOLD,
    Action.LIFT_HOLD: PayoutState.OPEN,
    Action.CANCEL: PayoutState.CANCELLED,
    Action.RETRY: PayoutState.OPEN,
}
_ONLY_FROM = {
    Action.LIFT_HOLD: frozenset({PayoutState.ON_HOLD}),
    Action.RETRY: frozenset({PayoutState.REJECTED, PayoutState.RETURNED}),
}


class PayoutDecision(Document):
    """What an act did to a payout, by its entry of the audit log (number `entry`): told alike whenever it is asked.

    `version` is the payout's after the act; `amount` in `currency` is what the statement pays.
    """

    account_id: str
    period: str
    act: Action
    before: PayoutState
    after: PayoutState
    version: int
    amount: ExactNumber
    currency: str
    by: str
    on: date
    reason: str
    entry: int


class DecidePayouts:
    """Each act is one entry of the audit log together with the payout's next state.

    Every method raises `NotAllowed`, `NotFound`, `InvalidValue` without a reason, `WrongState` where the payout is
    past it (a payment that was initiated can no longer be held), `VersionConflict` where somebody acted meanwhile. The
    same act of the same person once more changes nothing and answers the same.
    """

    def __init__(self, book: PaymentBook) -> None:
        self._book = book

    def hold(self, account_id: str, period: Quarter, *, by: Actor, on: date, reason: str) -> Payout:
        """Keep it from being paid; it stays payable later (R-5.5). An approval of its batch is void by that."""
        return self._act(Action.HOLD, account_id, period, by, on, reason)

    def lift_hold(self, account_id: str, period: Quarter, *, by: Actor, on: date, reason: str) -> Payout:
        """Payable again, from the next preparation on (R-5.5)."""
        return self._act(Action.LIFT_HOLD, account_id, period, by, on, reason)

    def cancel(self, account_id: str, period: Quarter, *, by: Actor, on: date, reason: str) -> Payout:
        """Never to be paid; the amount counts as settled: no later quarter pays it after all (R-5.5)."""
        return self._act(Action.CANCEL, account_id, period, by, on, reason)

    def retry(self, account_id: str, period: Quarter, *, by: Actor, on: date, reason: str) -> Payout:
        """Pay again to the same bank details what the bank has rejected or returned."""
        return self._act(Action.RETRY, account_id, period, by, on, reason)

    def decide(
        self, action: Action, account_id: str, period: Quarter, version: int, *, by: Actor, on: date, reason: str,
        request: str,
    ) -> PayoutDecision:  # fmt: skip
        """One of the four acts, on exactly the version that the person has seen (B70).

        `request` names what was asked: who has lost the answer and asks the same again is answered by the entry of
        the log, whatever has become of the payout since. Raises what the others raise, and `StaleVersion` instead of
        `VersionConflict`.
        """
        check_may(by, action)
        reason = given_reason(reason, _words(action))
        payout = self._payout(account_id, period)
        name = act_id(action, account_id, period, version + 1, by.person)
        if payout.version > version:
            entry = self._book.entry(name)
        else:
            entry = self._enter(action, payout, by, on, reason, request) if payout.version == version else None
        if entry is None or entry.act.act_id != name or entry.act.details.get("request") != request:
            raise StaleVersion(f"{payout.name} has another version by now: look at it again")
        return _decision(entry, account_id, period, version + 1)

    def _act(self, action: Action, account_id: str, period: Quarter, by: Actor, on: date, reason: str) -> Payout:
        check_may(by, action)
        reason = given_reason(reason, _words(action))
        payout = self._payout(account_id, period)
        if _is_repeat(payout, action, by, reason):
            return payout
        self._commit(action, payout, by, on, reason)
        return self._payout(account_id, period)

    def _payout(self, account_id: str, period: Quarter) -> Payout:
        payout = self._book.payout(account_id, period)
        if payout is None:
            raise NotFound(f"{account_id} {period} has no payout: no final statement of it pays anything")
        return payout

    def _enter(
        self, action: Action, payout: Payout, by: Actor, on: date, reason: str, request: str
    ) -> AuditEntry | None:
        """None where somebody was faster."""
        try:
            return self._commit(action, payout, by, on, reason, request)
        except VersionConflict:
            return None

    def _commit(
        self, action: Action, payout: Payout, by: Actor, on: date, reason: str, request: str = ""
    ) -> AuditEntry:
        to = _to(action, payout)
        if payout.state not in _ONLY_FROM.get(action, frozenset(PayoutState)):
            raise WrongState(f"{payout.name} is {payout.state.replace('_', ' ')}: nothing to {_words(action)}")
        refused = None if action is Action.RETRY else payout.refused_bank
        moved = payout.moved(to, event(on, to, by, reason, action=action), batch_id=None, refused_bank=refused)
        writes: list[Write] = [moved]
        if action is Action.CANCEL:
            writes.append(_cancelled(moved, on))
        return self._book.commit(_entry(action, payout, moved, by, on, reason, request), writes)


def _words(action: Action) -> str:
    return action.replace("_", " ")


def _to(action: Action, payout: Payout) -> PayoutState:
    """Lifting a hold gives back what was held: one that the bank has refused or returned still needs its repair."""
    if action is not Action.LIFT_HOLD:
        return _LEADS_TO[action]
    held_from = payout.events[-2].state if len(payout.events) > 1 else PayoutState.OPEN
    if held_from is PayoutState.RETURNED:
        return held_from
    return PayoutState.REJECTED if payout.refused_bank else PayoutState.OPEN


def _is_repeat(payout: Payout, action: Action, by: Actor, reason: str) -> bool:
    last = payout.events[-1] if payout.events else None
    return last is not None and (last.action, last.by, last.reason) == (action, by, reason)


def _cancelled(payout: Payout, on: date) -> LedgerEntry:
    return LedgerEntry(
        account_id=payout.account_id,
        year=payout.year,
        quarter=payout.quarter,
        attempt=payout.attempt,
        kind=LedgerKind.CANCELLED,
        on=on,
        currency=payout.currency,
        amount=payout.amount,
    )


def _entry(action: Action, before: Payout, after: Payout, by: Actor, on: date, reason: str, request: str) -> AuditDraft:
    """The version makes each hold and each lift an act of its own."""
    details = {
        "amount": f"{plain(after.amount)} {after.currency}",
        "before": before.state,
        "after": after.state,
        "reason": reason,
    }
    return AuditDraft(
        act_id=act_id(action, after.account_id, after.period, after.version, by.person),
        action=action,
        by=by,
        on=on,
        subject=after.name,
        details=details | ({"request": request} if request else {}),
    )


def _decision(entry: AuditEntry, account_id: str, period: Quarter, version: int) -> PayoutDecision:
    act = entry.act
    amount, currency = act.details["amount"].split()
    return PayoutDecision(
        account_id=account_id,
        period=str(period),
        act=act.action,
        before=PayoutState(act.details["before"]),
        after=PayoutState(act.details["after"]),
        version=version,
        amount=Decimal(amount),
        currency=currency,
        by=act.by.person,
        on=act.on,
        reason=act.details["reason"],
        entry=entry.number,
    )
