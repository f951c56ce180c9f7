"""The Revenue Goal Accelerator ahead: how much Sales Revenue each level needs, and when it counts (R-5.1 to R-5.4).

The same calculation as a statement's, for the quarter that a day belongs to: whoever is credited with exactly what is
missing has the level at the quarter's end, with one unit less the one below.
"""

from datetime import date

from partner_program.domain.accelerator.calculation import payable_from, rebate_of
from partner_program.domain.accelerator.rebate import Rebate
from partner_program.domain.accelerator.statement import LevelMark
from partner_program.domain.facts import AccountFacts
from partner_program.domain.model import Document
from partner_program.domain.revenue import latest_baseline
from partner_program.domain.yearly_revenue import check_currency
from partner_program.rulebook import Rulebook
from partner_program.values.money import ExactNumber, Money, zero
from partner_program.values.periods import Quarter


class LevelAhead(LevelMark):
    """A level of the ladder, with the Sales Revenue that is `missing` for it: exact, 0 where it is reached.

    `first` is the Minimum Revenue Goal (R-5.3).
    """

    missing: ExactNumber
    first: bool


class AcceleratorAhead(Document):
    """Where the year stands against the levels, in `currency`, exact.

    It is assessed on `counts_on`, the quarter's last day, by invoice date; the books close on `closes_on`, and nothing
    is paid before `payable_from` (R-5.4). Only an account that is Premier on `counts_on` takes part: `premier` says
    whether it is today. `barrier` says what else keeps it out for the whole year: it has no levels then. `rate_pct` is
    that of the level reached so far, 0 below the goal. `last_year_revenue` can still change, and all that follows from
    it, until it is `frozen`.
    """

    quarter: str
    counts_on: date
    closes_on: date
    payable_from: date
    year_ends_on: date
    premier: bool
    barrier: str | None
    currency: str
    ytd_revenue: ExactNumber
    last_year_revenue: ExactNumber
    last_year_source: str
    frozen: bool
    rate_pct: ExactNumber
    levels: tuple[LevelAhead, ...]
    next_level: LevelAhead | None


def accelerator_ahead(facts: AccountFacts, on: date, rulebook: Rulebook, *, premier: bool) -> AcceleratorAhead:
    """Raises `CountryNotInProgram`, `NotInForce`, `InvalidValue` as a statement's calculation does."""
    quarter = Quarter.of(on)
    rules = rulebook.at(quarter.last_day)
    currency = rules.country(facts.country).currency
    check_currency(facts, currency)
    rebate = rebate_of(facts, quarter, rules.accelerator, currency, premier=premier)
    levels = () if rebate.barrier else _levels(rebate)
    return AcceleratorAhead(
        quarter=str(quarter),
        counts_on=quarter.last_day,
        closes_on=quarter.closes_on(rules.accelerator.close_days),
        payable_from=payable_from(quarter, rules.accelerator),
        year_ends_on=date(on.year, 12, 31),
        premier=premier,
        barrier=rebate.barrier,
        currency=currency,
        ytd_revenue=rebate.ytd.amount,
        last_year_revenue=rebate.last_year.amount,
        last_year_source=rebate.last_year_source,
        frozen=latest_baseline(facts.baselines, on.year - 1) is not None,
        rate_pct=rebate.rate_pct,
        levels=levels,
        next_level=next((level for level in levels if not level.reached), None),
    )


def _levels(rebate: Rebate) -> tuple[LevelAhead, ...]:
    nothing = zero(rebate.ytd.currency)
    missing = (max(nothing, Money(mark.needed, nothing.currency) - rebate.ytd).amount for mark in rebate.ladder())
    return tuple(
        LevelAhead(**mark.model_dump(), missing=amount, first=place == 0)
        for place, (mark, amount) in enumerate(zip(rebate.ladder(), missing, strict=True))
    )
