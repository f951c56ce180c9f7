"""Why what an account is entitled to for a year is another amount than the month before: by named parts.

From what was booked to what stands now it goes in steps, each changing one thing and leaving the rest as it was: the
rules, the lines that came late, the baseline, the tier, and last the month's own sales, which are `accrued`. Each step
is found by the rule of the rebate, not as what is left over: whether they lead to the closing balance is checked
afterwards.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from partner_program.domain.accruals.months import month_end_before
from partner_program.domain.accruals.row import AdjustedPart, PartName, Standing
from partner_program.domain.accruals.standing import Entitlements
from partner_program.values.money import EXACT

_Steps = Iterator[tuple[PartName, Decimal]]
"""What the year would have earned with one more thing changed, and what that thing is called."""


class Movement(NamedTuple):
    """Of one year in one month: what its sales have earned, and the parts of everything else."""

    accrued: Decimal
    parts: tuple[AdjustedPart, ...]


def moved(known: Entitlements, year: int, before: Standing | None, on: date) -> Movement:
    """From what was booked for a year a month before to what stands on a month's last day."""
    now = known.standing(year, on)
    if now is not None and now.day == on:
        sold_before, steps = _in_its_year(known, before, now)
        return Movement(EXACT.subtract(now.earned, sold_before), _parts(year, before, steps))
    return Movement(Decimal(0), _parts(year, before, list(_afterwards(known, before, now))))


def _in_its_year(
    known: Entitlements, before: Standing | None, now: Standing
) -> tuple[Decimal, list[tuple[PartName, Decimal]]]:
    """The steps up to what the sales of earlier months have earned, and that amount."""
    if now.day.month == 1:
        return Decimal(0), []
    steps = list(_up_to_month_before(known, before, now))
    return steps[-1][1], steps


def _up_to_month_before(known: Entitlements, before: Standing | None, now: Standing) -> _Steps:
    day = month_end_before(now.day)
    ytd, last_year = known.ytd(day), now.prev_year_revenue
    # who was not booked had no tier to earn by
    cap = before.cap if before else Decimal(0)
    if before is not None:
        yield PartName.RULES_CHANGED, known.rebate(before.ytd_revenue, before.prev_year_revenue, cap, day)
        yield PartName.LATE_LINES, known.rebate(ytd, before.prev_year_revenue, cap, day)
        yield PartName.RESTATED_BASELINE, known.rebate(ytd, last_year, cap, day)
    yield _name_of_caps(cap, now.cap), known.rebate(ytd, last_year, now.cap, day)
    yield PartName.RULES_CHANGED, known.rebate(ytd, last_year, now.cap, now.day)


def _name_of_caps(before: Decimal | None, now: Decimal | None) -> PartName:
    if now is None:
        return PartName.TIER_GAINED
    return PartName.TIER_LOST if before is None else PartName.FINAL_STATEMENT


def _afterwards(known: Entitlements, before: Standing | None, now: Standing | None) -> _Steps:
    """A year that is over: until it is closed what is known of it changes, then its last final statement says."""
    if now is None:
        if before is not None and not before.stated:
            yield PartName.FINAL_STATEMENT, Decimal(0)
        return
    if before is not None and not before.stated and now.day == before.day:
        last_year = before.prev_year_revenue
        yield PartName.RULES_CHANGED, known.rebate(before.ytd_revenue, last_year, before.cap, now.day)
        yield PartName.LATE_LINES, known.rebate(now.ytd_revenue, last_year, before.cap, now.day)
        yield PartName.RESTATED_BASELINE, known.rebate(now.ytd_revenue, now.prev_year_revenue, before.cap, now.day)
        if not now.stated:
            yield _name_of_caps(before.cap, now.cap), now.earned
    if now.stated and (before is None or not before.stated or now.day != before.day):
        yield PartName.FINAL_STATEMENT, now.earned
    elif before is None:
        yield PartName.TIER_GAINED, now.earned


def _parts(year: int, before: Standing | None, steps: list[tuple[PartName, Decimal]]) -> tuple[AdjustedPart, ...]:
    value, parts = before.earned if before else Decimal(0), []
    for name, reached in steps:
        if reached != value:
            parts.append(AdjustedPart(name=name, year=year, amount=EXACT.subtract(reached, value)))
            value = reached
    return tuple(parts)
