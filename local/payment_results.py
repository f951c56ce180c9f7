"""What has become of money in a play: payouts, batches, ledger and audit log, read as they stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from local.anchors import Anchor
from local.payment_desk import PaymentDesk
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.payments.audit import AuditEntry
from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.life import Life, life_of
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.use_cases.prepare_payments import WaitingPayout
from partner_program.use_cases.verify_audit import Verification, VerifyAudit
from partner_program.values.periods import Quarter

NOTHING_VERIFIED = Verification(0, 0, 0, ())


@dataclass(frozen=True)
class PaymentResults:
    """Payouts by account and quarter, batches by id, the ledger by payout; `waiting`: due, and why not collected.

    `verification`: the audit log held against all that it speaks of, and every statement against its facts.
    """

    payouts: tuple[Payout, ...] = ()
    batches: tuple[Batch, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    waiting: tuple[WaitingPayout, ...] = ()
    audit: tuple[AuditEntry, ...] = ()
    verification: Verification = NOTHING_VERIFIED

    def life(self, statement: Statement) -> Life:
        """Where a statement stands."""
        payout = self.payout_of(statement)
        batch = self._batches.get(payout.batch_id or "") if payout else None
        return life_of(statement, payout, batch)

    def payout_of(self, statement: Statement) -> Payout | None:
        """The payout of a final statement; a preliminary one has none."""
        if statement.status is StatementStatus.PRELIMINARY:
            return None
        return self._payouts.get((statement.account_id, statement.period))

    def standing(self, payout: Payout) -> str:
        """Its state; of one in a batch, whether that was approved yet."""
        if payout.state is not PayoutState.IN_BATCH:
            return payout.state.value
        batch = self._batches.get(payout.batch_id or "")
        approved = batch is not None and batch.status in (BatchStatus.APPROVED, BatchStatus.RELEASING)
        return (Life.APPROVED if approved else Life.PREPARED).value

    def payment_of(self, payout: Payout) -> BatchItem | None:
        """What pays it in the batch that it is in or was paid with."""
        batch = self._batches.get(payout.batch_id or "")
        named = (payout.account_id, payout.period)
        return next((item for item in batch.items if (item.account_id, item.period) == named), None) if batch else None

    def entry(self, account_id: str, period: Quarter, attempt: int, kind: LedgerKind) -> LedgerEntry | None:
        """An entry of the ledger, if it is there."""
        return self._entries.get((account_id, period, attempt, kind))

    @cached_property
    def _payouts(self) -> Mapping[tuple[str, Quarter], Payout]:
        return {(payout.account_id, payout.period): payout for payout in self.payouts}

    @cached_property
    def _batches(self) -> Mapping[str, Batch]:
        return {batch.batch_id: batch for batch in self.batches}

    @cached_property
    def _entries(self) -> Mapping[tuple[str, Quarter, int, LedgerKind], LedgerEntry]:
        return {(entry.account_id, entry.period, entry.attempt, entry.kind): entry for entry in self.ledger}


def read_payments(desk: PaymentDesk, account_ids: Iterable[str], on: date, anchors: Sequence[Anchor]) -> PaymentResults:
    """All that a quiet stack holds. Accounts without a payout cost one question each."""
    book = desk.book
    payouts = tuple(payout for account_id in account_ids for payout in book.payouts(account_id))
    batches = (book.batch(batch_id) for status in BatchStatus for batch_id in book.batches(status))
    return PaymentResults(
        payouts,
        tuple(sorted((batch for batch in batches if batch is not None), key=lambda batch: batch.batch_id)),
        tuple(entry for account_id in sorted({one.account_id for one in payouts}) for entry in book.ledger(account_id)),
        desk.preparation.waiting(on),
        tuple(book.audit_log()),
        VerifyAudit(book, desk.banks, desk.accounts, desk.rulebook)(anchors),
    )
