"""Payouts of an account: what happened to them, when and why (R-5.4, R-5.5).

A partner sees each step with its reason and the role of who took it; who that was, the batch and the bank details that
failed are the vendor's.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from partner_program.domain.model import Document
from partner_program.domain.payments.payout import Payout, PayoutEvent, PayoutState
from partner_program.domain.payments.people import Action, Role
from partner_program.values.errors import NotFound
from partner_program.values.money import ExactNumber
from partner_program.values.periods import Quarter


class Payouts(Protocol):
    """Where payouts are read, as `PaymentBook` has it."""

    def payout(self, account_id: str, period: Quarter) -> Payout | None:
        """One read."""
        ...

    def payouts(self, account_id: str) -> Sequence[Payout]:
        """All payouts of an account, by quarter. One query."""
        ...


class PayoutStep(Document):
    """What happened: since `on` the payout is `state`, and why. `person` and `batch_id` are for the vendor only."""

    on: date
    state: PayoutState
    action: Action | None
    reason: str
    role: Role
    person: str | None
    batch_id: str | None


class PayoutShown(Document):
    """What a final statement pays, where it stands, and every step it took.

    `amount` is in `currency`, in whole minor units. `reference` is what the bank hands through for the present attempt.
    `version` is that of its ETag: an act on the payout names it. `batch_id` and `refused_bank` (a revision of bank
    details) are for the vendor only.
    """

    account_id: str
    period: str
    currency: str
    amount: ExactNumber
    payable_from: date
    state: PayoutState
    attempt: int
    reference: str
    batch_id: str | None
    refused_bank: str | None
    steps: tuple[PayoutStep, ...]
    version: int
    rule: str = "R-5.4"


class PayoutsPage(Document):
    """Payouts by quarter."""

    account_id: str
    items: tuple[PayoutShown, ...]
    next_cursor: str | None


class AccountPayouts:
    """Reads only."""

    def __init__(self, payments: Payouts) -> None:
        self._payments = payments

    def all(self, account_id: str, *, by_vendor: bool, position: str | None, limit: int) -> PayoutsPage:
        """All payouts of an account; `by_vendor`: with what only the vendor sees. One query."""
        found = [item for item in self._payments.payouts(account_id) if str(item.period) >= (position or "")]
        following = found[limit] if len(found) > limit else None
        return PayoutsPage(
            account_id=account_id,
            items=tuple(_shown(item, by_vendor) for item in found[:limit]),
            next_cursor=str(following.period) if following else None,
        )

    def one(self, account_id: str, period: Quarter, *, by_vendor: bool) -> PayoutShown:
        """One payout. One read. Raises `NotFound`."""
        payout = self._payments.payout(account_id, period)
        if payout is None:
            raise NotFound("There is no such payout.")
        return _shown(payout, by_vendor)


def _shown(payout: Payout, by_vendor: bool) -> PayoutShown:
    return PayoutShown(
        account_id=payout.account_id,
        period=str(payout.period),
        currency=payout.currency,
        amount=payout.amount,
        payable_from=payout.payable_from,
        state=payout.state,
        attempt=payout.attempt,
        reference=payout.end_to_end_id,
        batch_id=payout.batch_id if by_vendor else None,
        refused_bank=payout.refused_bank if by_vendor else None,
        steps=tuple(_step(event, by_vendor) for event in payout.events),
        version=payout.version,
    )


def _step(event: PayoutEvent, by_vendor: bool) -> PayoutStep:
    """The reason of older steps names the batch that was voided."""
    return PayoutStep(
        on=event.on,
        state=event.state,
        action=event.action,
        reason=event.reason if by_vendor else event.reason.replace(f"batch {event.batch_id}", "its batch"),
        role=event.by.role,
        person=event.by.person if by_vendor else None,
        batch_id=event.batch_id if by_vendor else None,
    )
