"""Hold, lift, cancel and retry single payouts, each with a reason and a person (R-5.5)."""

from datetime import date

from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payout import Payout, PayoutState, WrongState, act_id, event
from partner_program.domain.payments.people import Action, Actor, check_may
from partner_program.domain.payments.reasons import given_reason
from partner_program.use_cases.payment_ports import PaymentBook, Write
from partner_program.values.errors import NotFound
from partner_program.values.money import plain
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

    def _act(self, action: Action, account_id: str, period: Quarter, by: Actor, on: date, reason: str) -> Payout:
        check_may(by, action)
        reason = given_reason(reason, action.replace("_", " "))
        payout = self._book.payout(account_id, period)
        if payout is None:
            raise NotFound(f"{account_id} {period} has no payout: no final statement of it pays anything")
        if _is_repeat(payout, action, by, reason):
            return payout
        to = _to(action, payout)
        if payout.state not in _ONLY_FROM.get(action, frozenset(PayoutState)):
            raise WrongState(
                f"{payout.name} is {payout.state.replace('_', ' ')}: nothing to {action.replace('_', ' ')}"
            )
        refused = None if action is Action.RETRY else payout.refused_bank
        moved = payout.moved(to, event(on, to, by, reason, action=action), batch_id=None, refused_bank=refused)
        writes: list[Write] = [moved]
        if action is Action.CANCEL:
            writes.append(_cancelled(moved, on))
        self._book.commit(_entry(action, payout, moved, by, on, reason), writes)
        return self._book.payout(account_id, period) or moved


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


def _entry(action: Action, before: Payout, after: Payout, by: Actor, on: date, reason: str) -> AuditDraft:
    """The version makes each hold and each lift an act of its own."""
    return AuditDraft(
        act_id=act_id(action, after.account_id, after.period, after.version, by.person),
        action=action,
        by=by,
        on=on,
        subject=after.name,
        details={
            "amount": f"{plain(after.amount)} {after.currency}",
            "before": before.state,
            "after": after.state,
            "reason": reason,
        },
    )
