"""A year at the run rate: what it comes to at its end if it goes on as it went so far (R-5.3)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from partner_program.domain.accelerator.calculation import earning
from partner_program.rulebook import Accelerator, Level
from partner_program.values.currencies import minor_digits
from partner_program.values.money import EXACT, Money


@dataclass(frozen=True, slots=True)
class Projection:
    """A year at its end, if it goes on as it went so far. Rounded to the minor unit, each from the exact value."""

    ytd: Decimal
    level: Level | None
    earned: Decimal


def projected(ytd: Money, last_year: Money, terms: Accelerator, on: date) -> Projection:
    """YTD / days elapsed x days of the year, and what that would earn.

    Both sides of every comparison are multiplied by the days elapsed instead of dividing one of them: a level is
    reached exactly or not, whatever the quotient's decimals.
    """
    elapsed = (on - date(on.year, 1, 1)).days + 1
    days = (date(on.year, 12, 31) - date(on.year, 1, 1)).days + 1
    scaled = ytd.share(Decimal(days))
    found = earning(scaled, last_year.share(Decimal(elapsed)), terms)
    return Projection(
        ytd=_quotient(scaled.amount, elapsed, ytd.currency),
        level=found.level,
        earned=_quotient(found.exact.amount, elapsed, ytd.currency),
    )


def _quotient(amount: Decimal, by: int, currency: str) -> Decimal:
    """Divided and rounded half up (away from zero, as `Money.rounded`) to the minor unit, without a step between."""
    digits = minor_digits(currency)
    exact = abs(Fraction(amount)) * 10**digits / by
    units = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return EXACT.scaleb(Decimal(-units if amount < 0 else units), -digits)
