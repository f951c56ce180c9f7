"""The payout of a final statement on its way to the bank: the life of what never changes itself (R-5.4)."""

import base64
import hashlib
from datetime import date
from enum import StrEnum

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.model import Document
from partner_program.domain.payments.people import Action, Actor
from partner_program.values.errors import ProgramError
from partner_program.values.money import ExactNumber
from partner_program.values.periods import Quarter


class PayoutState(StrEnum):
    """`OPEN` and `REJECTED` can be collected into a batch, `REJECTED` only after a repair."""

    OPEN = "open"
    IN_BATCH = "in_batch"
    IN_PAYMENT = "in_payment"
    PAID = "paid"
    ON_HOLD = "on_hold"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    RETURNED = "returned"


class WrongState(ProgramError):
    """The payout, batch or bank details are not in a state in which the act is possible; the message says which."""


class PayoutEvent(Document):
    """One step of a payout's life: what, when, by whom and why; `action` where a person acted on this payout alone."""

    on: date
    state: PayoutState
    by: Actor
    reason: str = ""
    batch_id: str | None = None
    action: Action | None = None


class Payout(Document):
    """What one final statement pays. `amount` is above zero, in whole minor units of `currency`.

    `attempt` numbers the tries to pay it: a rejected or returned one is paid again under the next number, so that the
    bank never sees one reference twice. `refused_bank` names the bank details that the last try failed with.
    """

    account_id: str
    partner_id: str
    country: str
    year: int
    quarter: int
    currency: str
    amount: ExactNumber
    payable_from: date
    state: PayoutState = PayoutState.OPEN
    attempt: int = 1
    batch_id: str | None = None
    refused_bank: str | None = None
    events: tuple[PayoutEvent, ...] = ()
    version: int = 1

    @property
    def period(self) -> Quarter:
        """Year and quarter as one."""
        return Quarter(self.year, self.quarter)

    @property
    def name(self) -> str:
        """How people and messages call it: `P0001-DE 2024Q3`."""
        return f"{self.account_id} {self.period}"

    @property
    def end_to_end_id(self) -> str:
        """The reference that the bank hands through, of 27 characters: one for each attempt."""
        named = f"{self.account_id}|{self.period}|{self.attempt}".encode()
        code = base64.b32encode(hashlib.sha256(named).digest())[:20].decode()
        return f"{self.period}-{code}"

    def moved(self, to: PayoutState, event: PayoutEvent, **changes: object) -> "Payout":
        """The next version, one step on. Raises `WrongState` where no such step is allowed."""
        if to not in STEPS[self.state]:
            raise WrongState(f"{self.name} is {_text(self.state)}, it cannot become {_text(to)}")
        update = {"state": to, "events": (*self.events, event), "version": self.version + 1, **changes}
        return Payout.model_validate(self.model_copy(update=update).model_dump())


_P = PayoutState
STEPS: dict[PayoutState, frozenset[PayoutState]] = {
    _P.OPEN: frozenset({_P.IN_BATCH, _P.ON_HOLD, _P.CANCELLED}),
    _P.IN_BATCH: frozenset({_P.OPEN, _P.REJECTED, _P.IN_PAYMENT, _P.ON_HOLD, _P.CANCELLED}),
    _P.IN_PAYMENT: frozenset({_P.REJECTED, _P.PAID}),
    _P.PAID: frozenset({_P.RETURNED}),
    _P.ON_HOLD: frozenset({_P.OPEN, _P.REJECTED, _P.RETURNED, _P.CANCELLED}),
    _P.CANCELLED: frozenset(),
    _P.REJECTED: frozenset({_P.IN_BATCH, _P.OPEN, _P.ON_HOLD, _P.CANCELLED}),
    _P.RETURNED: frozenset({_P.OPEN, _P.ON_HOLD, _P.CANCELLED}),
}
"""State → states that one step leads to."""


def payout_of(statement: Statement) -> Payout | None:
    """The payout that a final statement starts; None where it pays nothing or is not final."""
    if statement.status != "final" or statement.payout <= 0:
        return None
    return Payout(
        account_id=statement.account_id,
        partner_id=statement.partner_id,
        country=statement.country,
        year=statement.year,
        quarter=statement.quarter,
        currency=statement.currency,
        amount=statement.payout,
        payable_from=statement.payable_from,
    )


def event(
    on: date, state: PayoutState, by: Actor, reason: str = "", batch_id: str | None = None, action: Action | None = None
) -> PayoutEvent:
    """An event, written in one line."""
    return PayoutEvent(on=on, state=state, by=by, reason=reason, batch_id=batch_id, action=action)


def act_id(action: Action, *names: object) -> str:
    """The natural key of an act: the same act twice is one act."""
    return "#".join(map(str, (action, *names)))


def _text(state: PayoutState) -> str:
    return state.replace("_", " ")
