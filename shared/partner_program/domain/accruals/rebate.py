"""The rebate on any day and on any YTD: what the year comes to so far, or at the run rate (R-5.1 to R-5.3b).

The same rule as a statement's, over the same terms of the rulebook; tests hold both against each other.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from partner_program.domain.facts import AccountFacts
from partner_program.rulebook import Accelerator, Level
from partner_program.values.currencies import minor_digits
from partner_program.values.money import EXACT, Money, zero


@dataclass(frozen=True, slots=True)
class Projection:
    """A year at its end, if it goes on as it went so far. Rounded to the minor unit, each from the exact value."""

    ytd: Decimal
    level: Level | None
    earned: Decimal


def takes_part(facts: AccountFacts, year: int, terms: Accelerator) -> bool:
    """Whether the account trades for long enough by a year (R-5.2a)."""
    since = None if facts.partner is None else facts.partner.trading_since or facts.partner.enrolled_on
    return since is not None and since <= date(year - terms.full_years_required, 1, 1)


def level_of(ytd: Money, last_year: Money, terms: Accelerator) -> Level | None:
    """The highest level that YTD reaches; none without Sales Revenue in the year before (R-5.2a, R-5.3)."""
    if last_year <= zero(last_year.currency):
        return None
    reached = [level for level in terms.levels if ytd >= last_year.share(level.growth_pct.scaleb(-2))]
    return reached[-1] if reached else None


def earned_on(ytd: Money, last_year: Money, terms: Accelerator) -> Decimal:
    """What a YTD earns for the whole year so far, rounded half up once."""
    return Money(_exact(ytd, last_year, terms), ytd.currency).rounded().amount


def projected(ytd: Money, last_year: Money, terms: Accelerator, on: date) -> Projection:
    """YTD / days elapsed x days of the year, and what that would earn.

    Both sides of every comparison are multiplied by the days elapsed instead of dividing one of them: a level is
    reached exactly or not, whatever the quotient's decimals.
    """
    elapsed = (on - date(on.year, 1, 1)).days + 1
    days = (date(on.year, 12, 31) - date(on.year, 1, 1)).days + 1
    scaled, goal = ytd.share(Decimal(days)), last_year.share(Decimal(elapsed))
    return Projection(
        ytd=_quotient(scaled.amount, elapsed, ytd.currency),
        level=level_of(scaled, goal, terms),
        earned=_quotient(_exact(scaled, goal, terms), elapsed, ytd.currency),
    )


def _exact(ytd: Money, last_year: Money, terms: Accelerator) -> Decimal:
    level = level_of(ytd, last_year, terms)
    if level is None:
        return Decimal(0)
    cap = last_year.share(terms.cap_growth_pct.scaleb(-2))
    base = min(ytd, cap) if terms.cap_applies else ytd
    return base.share(level.rate_pct.scaleb(-2)).amount


def _quotient(amount: Decimal, by: int, currency: str) -> Decimal:
    """Divided and rounded half up (away from zero, as `Money.rounded`) to the minor unit, without a step between."""
    digits = minor_digits(currency)
    exact = abs(Fraction(amount)) * 10**digits / by
    units = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return EXACT.scaleb(Decimal(-units if amount < 0 else units), -digits)
