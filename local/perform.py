"""Acts of a play, done by the engine's own use cases."""

from dataclasses import dataclass
from datetime import date

from local.acts import Act, ActKind, draw_order
from local.bank import RunnersBank
from local.payment_desk import PaymentDesk
from partner_program.adapters.brand_draw_store import DynamoBrandDraws
from partner_program.adapters.table import Table
from partner_program.domain.payments.batch import BatchStatus
from partner_program.rulebook import Rulebook
from partner_program.use_cases.draw_brand_reviews import DrawBrandReviews
from partner_program.use_cases.restate_baseline import RestateBaseline
from partner_program.values.errors import NotFound


@dataclass(frozen=True)
class Performer:
    """Does acts on a stack: on the program by its table, on money at the desk; what the bank does, the bank is told."""

    program: Table
    rulebook: Rulebook
    desk: PaymentDesk
    bank: RunnersBank

    def __call__(self, act: Act) -> None:
        """Do it. Raises `ProgramError` where the engine refuses it."""
        match act.kind:
            case ActKind.DRAW:
                DrawBrandReviews(DynamoBrandDraws(self.program), self.rulebook)(draw_order(act))
            case ActKind.RESTATE:
                self._restate(act)
            case ActKind.BANK_REJECTS:
                self.bank.will_reject(act.account_id, act.period, act.reason)
            case ActKind.BANK_DETAILS:
                self._change_bank_details(act)
            case ActKind.NAME_PAYEE:
                self.desk.payees(
                    act.account_id, act.cell("site_id"), act.cell("document"),
                    date.fromisoformat(act.cell("received_on")), by=act.actor, on=act.on,
                )  # fmt: skip
            case ActKind.PREPARE:
                self.desk.preparation(act.actor, act.on, act.cell("currency") or None)
            case ActKind.APPROVE:
                self._approve(act)
            case ActKind.WITHDRAW:
                self._withdraw(act)
            case _:
                self._decide_payout(act)

    def _restate(self, act: Act) -> None:
        restate = RestateBaseline(self.desk.accounts, self.rulebook, self.desk.book)
        seen = restate.preview(act.account_id, act.year, act.on)
        restate.apply(
            act.account_id, act.year, expected_amount=seen.recomputed, by=act.actor, reason=act.reason, on=act.on
        )

    def _change_bank_details(self, act: Act) -> None:
        """Proposed by one person, confirmed by another on the same day."""
        details = self.desk.bank_details
        proposed = details.propose(
            act.cell("site_id"), act.cell("scheme"), act.cell("number"), act.cell("bic") or None, act.cell("country"),
            act.cell("holder"), by=act.actor, on=act.on, reason=act.reason,
        )  # fmt: skip
        details.confirm(proposed.site_id, proposed.number, by=act.second, on=act.on)

    def _approve(self, act: Act) -> None:
        """Every prepared batch, by the digest that it has now. Raises `NotFound` where there is none."""
        for batch_id in self._batches(act, BatchStatus.PREPARED):
            batch = self.desk.book.batch(batch_id)
            if batch is not None:
                self.desk.batches.approve(batch_id, batch.digest, by=act.actor, on=act.on)

    def _withdraw(self, act: Act) -> None:
        for batch_id in self._batches(act, BatchStatus.PREPARED, BatchStatus.APPROVED):
            self.desk.batches.withdraw(batch_id, by=act.actor, on=act.on, reason=act.reason)

    def _batches(self, act: Act, *statuses: BatchStatus) -> list[str]:
        found = [batch_id for status in statuses for batch_id in self.desk.book.batches(status)]
        if not found:
            raise NotFound(f"there is no batch to {act.kind.partition('_')[0]}")
        return found

    def _decide_payout(self, act: Act) -> None:
        payouts = self.desk.payouts
        decide = {
            ActKind.HOLD: payouts.hold,
            ActKind.LIFT_HOLD: payouts.lift_hold,
            ActKind.CANCEL: payouts.cancel,
            ActKind.RETRY: payouts.retry,
        }[act.kind]
        decide(act.account_id, act.period, by=act.actor, on=act.on, reason=act.reason)
