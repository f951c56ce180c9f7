"""What was paid and cancelled, from the ledger, held against statements and payouts (R-5.4a, R-5.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.accruals.row import DoesNotAddUp
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.values.money import EXACT, total
from partner_program.values.periods import Quarter


@dataclass(frozen=True, slots=True)
class Settled:
    """Sums since the beginning: paid less returned by the bank, and cancelled."""

    paid: Decimal
    cancelled: Decimal

    @property
    def both(self) -> Decimal:
        """All that is no longer owed."""
        return EXACT.add(self.paid, self.cancelled)


def settled_by(entries: Iterable[LedgerEntry], on: date) -> Settled:
    """By entries dated up to a day."""
    return _settled([entry for entry in entries if entry.on <= on])


def check_settled(
    finals: Iterable[Statement], payouts: Iterable[Payout], entries: Iterable[LedgerEntry], currency: str
) -> None:
    """Every payout is that of its final statement and stands as the ledger tells. Raises `DoesNotAddUp`."""
    stated = {final.period: (final.payout, final.currency) for final in finals}
    by_period = {payout.period: payout for payout in payouts}
    told: dict[Quarter, list[LedgerEntry]] = {}
    for entry in entries:
        told.setdefault(entry.period, []).append(entry)
    for period in sorted({*by_period, *told}):
        payout = by_period.get(period)
        if payout is None:
            raise DoesNotAddUp(f"{period}: the ledger tells of a payout that there is not")
        amounts = {(payout.amount, payout.currency), *((one.amount, one.currency) for one in told.get(period, ()))}
        if amounts != {stated.get(period)} or payout.currency != currency:
            raise DoesNotAddUp(f"{period}: statement, payout and ledger are not about one amount in {currency}")
        _check_state(payout, _settled(told.get(period, ())))


def _check_state(payout: Payout, settled: Settled) -> None:
    nothing = Decimal(0)
    wanted = Settled(
        paid=payout.amount if payout.state is PayoutState.PAID else nothing,
        cancelled=payout.amount if payout.state is PayoutState.CANCELLED else nothing,
    )
    if settled != wanted:
        raise DoesNotAddUp(
            f"{payout.period}: the payout of {payout.amount} is {payout.state.replace('_', ' ')},"
            f" but by the ledger {settled.paid} is paid and {settled.cancelled} cancelled"
        )


def _settled(entries: Sequence[LedgerEntry]) -> Settled:
    def summed(kind: LedgerKind) -> Decimal:
        return total(entry.amount for entry in entries if entry.kind is kind)

    paid = EXACT.subtract(summed(LedgerKind.PAID), summed(LedgerKind.RETURNED))
    return Settled(paid, summed(LedgerKind.CANCELLED))
