"""One account's month: the balance at its end from scratch, and how it came from the one that was booked before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from partner_program.domain.accelerator.calculation import earning
from partner_program.domain.accruals.months import month_end_before
from partner_program.domain.accruals.movement import moved
from partner_program.domain.accruals.projection import Projection, projected
from partner_program.domain.accruals.row import (
    AccrualRow,
    AdjustedPart,
    DoesNotAddUp,
    PartName,
    Standing,
    check,
)
from partner_program.domain.accruals.settled import Settled, settled_by
from partner_program.domain.accruals.standing import Entitlements
from partner_program.domain.payments.ledger import LedgerEntry
from partner_program.domain.yearly_revenue import check_currency
from partner_program.rulebook import Level
from partner_program.values.money import EXACT, Money, total
from partner_program.values.periods import month_of


@dataclass(frozen=True, slots=True)
class Booked:
    """What the month before ends with. `taken_over` is the part of `closing` that no month has booked."""

    closing: Decimal
    taken_over: Decimal
    standings: Mapping[int, Standing]
    settled: Settled


def booked(row: AccrualRow) -> Booked:
    """The month before, as it was booked."""
    return Booked(row.closing, Decimal(0), row.by_year, Settled(row.paid_to_date, row.cancelled_to_date))


NOTHING_BOOKED = Booked(Decimal(0), Decimal(0), {}, Settled(Decimal(0), Decimal(0)))
"""Of an account that had no part in the accruals of the month before."""


def taken_over(known: Entitlements, entries: Iterable[LedgerEntry], on: date) -> Booked:
    """Of the first month ever: what would have been booked at the end of the month before, by what is known now."""
    balance = _balance_on(known, entries, on)
    return Booked(Decimal(0), balance.closing, {one.year: one for one in balance.standings}, balance.settled)


def accrue(
    known: Entitlements, entries: Sequence[LedgerEntry], before: Booked, on: date, booked_on: date
) -> AccrualRow:
    """The row of the month that ends `on`.

    Raises `DoesNotAddUp` where the balance from scratch is not what the movements lead to, and `CountryNotInProgram`,
    `NotInForce`, `InvalidValue` as `make_statement` does.
    """
    facts = known.facts
    check_currency(facts, known.currency)
    run, moves, balance = _run(known, on), _movements(known, before, entries, on), _balance_on(known, entries, on)
    return check(
        AccrualRow(
            account_id=facts.account_id,
            partner_id=facts.partner_id,
            country=facts.country,
            region=known.rulebook.at(on).country(facts.country).region,
            month=month_of(on),
            on=on,
            currency=known.currency,
            year=on.year,
            ytd_revenue=run.ytd,
            prev_year_revenue=run.last_year,
            premier=run.premier,
            rate_pct=run.rate_pct,
            earned=run.earned,
            projected_ytd=run.year_end.ytd,
            expected_rate_pct=run.expected_rate_pct,
            expected_earned=run.expected_earned,
            opening=_minor(before.closing, known.currency),
            accrued=moves.accrued,
            settled=moves.settled,
            adjusted=moves.adjusted,
            parts=moves.parts,
            closing=balance.closing,
            open=balance.open,
            not_stated=balance.not_stated,
            carried=balance.carried,
            standings=balance.standings,
            paid_to_date=balance.settled.paid,
            cancelled_to_date=balance.settled.cancelled,
            booked_on=booked_on,
            edition=known.rulebook.edition,
            rulebook_digest=known.rulebook.digest,
        )
    )


class _Run(NamedTuple):
    """The year so far, and at its end at the run rate. Without Premier no level counts: nothing new is earned."""

    ytd: Decimal
    last_year: Decimal
    premier: bool
    rate_pct: Decimal
    earned: Decimal
    year_end: Projection
    expected_rate_pct: Decimal
    expected_earned: Decimal


def _run(known: Entitlements, on: date) -> _Run:
    terms, premier = known.rulebook.at(on).accelerator, known.is_premier(on)
    ytd, last_year = Money(known.ytd(on), known.currency), Money(known.last_year(on.year), known.currency)
    measure, cap = known.measure(last_year.amount, on.year, terms), known.cap(on, on)
    earned = _minor(known.rebate(ytd.amount, last_year.amount, cap, on), known.currency)
    year_end = projected(ytd, measure, terms, on)
    return _Run(
        ytd=ytd.amount,
        last_year=last_year.amount,
        premier=premier,
        rate_pct=_rate(earning(ytd, measure, terms).level) if premier else Decimal(0),
        earned=earned,
        year_end=year_end,
        expected_rate_pct=_rate(year_end.level) if premier else Decimal(0),
        expected_earned=_minor(year_end.earned if cap is None else min(year_end.earned, cap), known.currency),
    )


class _Movements(NamedTuple):
    accrued: Decimal
    settled: Decimal
    adjusted: Decimal
    parts: tuple[AdjustedPart, ...]


def _movements(known: Entitlements, before: Booked, entries: Sequence[LedgerEntry], on: date) -> _Movements:
    years = sorted({*before.standings, *(standing.year for standing in known.all_on(on))})
    by_year = [moved(known, year, before.standings.get(year), on) for year in years]
    earlier, now = settled_by(entries, month_end_before(on)), settled_by(entries, on)
    of_payments = (
        (PartName.TAKEN_OVER, before.taken_over),
        (PartName.LATE_PAYMENTS, EXACT.subtract(before.settled.paid, earlier.paid)),
        (PartName.CANCELLED, EXACT.subtract(before.settled.cancelled, now.cancelled)),
    )
    parts = [part for movement in by_year for part in movement.parts]
    parts += [AdjustedPart(name=name, year=None, amount=amount) for name, amount in of_payments if amount]
    return _Movements(
        accrued=_minor(total(movement.accrued for movement in by_year), known.currency),
        settled=_minor(EXACT.subtract(now.paid, earlier.paid), known.currency),
        adjusted=_minor(total(part.amount for part in parts), known.currency),
        parts=tuple(
            part.model_copy(update={"amount": _minor(part.amount, known.currency)})
            for part in sorted(parts, key=lambda part: (list(PartName).index(part.name), part.year or 0))
        ),
    )


class _Balance(NamedTuple):
    standings: tuple[Standing, ...]
    settled: Settled
    closing: Decimal
    open: Decimal
    not_stated: Decimal
    carried: Decimal


def _balance_on(known: Entitlements, entries: Iterable[LedgerEntry], on: date) -> _Balance:
    """From scratch: all years' entitlements less all that was settled; and what of it is stated, and carried."""
    standings, settled = known.all_on(on), settled_by(entries, on)
    stated = known.finals_by(on)
    last_of_year = {final.year: final.earned for final in stated}
    owed = total(standing.earned for standing in standings)
    open_, not_stated = (
        EXACT.subtract(total(final.payout for final in stated), settled.both),
        EXACT.subtract(owed, total(last_of_year.values())),
    )
    return _Balance(
        standings=standings,
        settled=Settled(_minor(settled.paid, known.currency), _minor(settled.cancelled, known.currency)),
        closing=_minor(EXACT.subtract(owed, settled.both), known.currency),
        open=_minor(open_, known.currency),
        not_stated=_minor(not_stated, known.currency),
        carried=_minor(stated[-1].carried_out if stated else Decimal(0), known.currency),
    )


def _rate(level: Level | None) -> Decimal:
    return level.rate_pct if level else Decimal(0)


def _minor(amount: Decimal, currency: str) -> Decimal:
    """Sums of whole minor units, written with the currency's decimals; there is nothing to round."""
    written = Money(amount, currency).rounded().amount
    if written != amount:
        raise DoesNotAddUp(f"{amount} {currency} is not in whole minor units")
    return written
