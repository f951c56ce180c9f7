"""Where a statement stands between being made and being paid (R-5.4, R-5.5)."""

from enum import StrEnum

from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.payout import Payout, PayoutState


class Life(StrEnum):
    """`FINAL`: nothing was done yet, or there is nothing to pay. `APPROVED`: a second person has approved its batch."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    PREPARED = "prepared"
    APPROVED = "approved"
    IN_PAYMENT = "in_payment"
    PAID = "paid"
    ON_HOLD = "on_hold"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    RETURNED = "returned"


_BY_STATE = {
    PayoutState.OPEN: Life.FINAL,
    PayoutState.IN_PAYMENT: Life.IN_PAYMENT,
    PayoutState.PAID: Life.PAID,
    PayoutState.ON_HOLD: Life.ON_HOLD,
    PayoutState.CANCELLED: Life.CANCELLED,
    PayoutState.REJECTED: Life.REJECTED,
    PayoutState.RETURNED: Life.RETURNED,
}


def life_of(statement: Statement, payout: Payout | None, batch: Batch | None) -> Life:
    """`batch` is the one that the payout is in, if it is in one."""
    if statement.status is StatementStatus.PRELIMINARY:
        return Life.PRELIMINARY
    if payout is None:
        return Life.FINAL
    if payout.state is PayoutState.IN_BATCH:
        approved = batch is not None and batch.status is BatchStatus.APPROVED
        return Life.APPROVED if approved else Life.PREPARED
    return _BY_STATE[payout.state]
