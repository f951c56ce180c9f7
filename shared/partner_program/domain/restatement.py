"""What restating a frozen baseline would change: the year as it comes to now, and what rests on it (R-5.4d).

Late lines of a closed year count, but the frozen baseline stays until somebody restates it. Before that, a person sees
the difference and what follows from it: thresholds of tiers (R-4.1.2), the goal and the levels of the next year's
accelerator (R-5.3), and the final statements that were made on the old amount: they never change, the next one settles.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.facts import AccountFacts
from partner_program.domain.model import Document
from partner_program.domain.revenue import Baseline
from partner_program.domain.yearly_revenue import check_currency, whole_year
from partner_program.rulebook import Rulebook, Rules
from partner_program.values.money import EXACT, ExactNumber, Money
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier


class ThresholdEffect(Document):
    """A tier's threshold against the year's revenue before and after; YTD of the next year may reach it as well."""

    tier: Tier
    threshold: ExactNumber
    reached_before: bool
    reached_after: bool

    @property
    def crossed(self) -> bool:
        """Whether the restatement changes it."""
        return self.reached_before is not self.reached_after


class LevelEffect(Document):
    """The YTD of the next year that a level of the accelerator asks for, before and after; the first is the goal."""

    rate_pct: ExactNumber
    growth_pct: ExactNumber
    needed_before: ExactNumber
    needed_after: ExactNumber


class StatementMade(Document):
    """A final statement of the next year. It stands as it is, made on `prev_year_revenue`."""

    quarter: Quarter
    made_on: date
    prev_year_revenue: ExactNumber
    rate_pct: ExactNumber
    payout: ExactNumber


class Restatement(Document):
    """A year's baseline as it counts, and as it would be restated. Amounts are in `currency`, unrounded.

    `rules_on` is the day whose rules the effects are told by: today, or the end of the next year if that is over.
    """

    account_id: str
    year: int
    currency: str
    standing: Baseline
    recomputed: ExactNumber
    source: str
    rules_on: date
    thresholds: tuple[ThresholdEffect, ...]
    levels: tuple[LevelEffect, ...]
    statements: tuple[StatementMade, ...]

    @property
    def difference(self) -> Decimal:
        """What the restatement adds; negative where it takes away."""
        return EXACT.subtract(self.recomputed, self.standing.sales_revenue)

    @property
    def is_due(self) -> bool:
        """Whether the year comes to another amount than its baseline says."""
        return self.difference != 0


def restatement(
    facts: AccountFacts, standing: Baseline, statements: Sequence[Statement], rulebook: Rulebook, on: date
) -> Restatement:
    """What the restatement of a baseline would be on a day. `facts` hold that year's contributions.

    Raises `CountryNotInProgram`, `NotInForce`, and `InvalidValue` where revenue is in another currency.
    """
    year = standing.year
    rules = rulebook.at(min(on, date(year + 1, 12, 31)))
    check_currency(facts, standing.currency)
    now = whole_year(facts, year)
    before, after = Money(standing.sales_revenue, standing.currency), Money(now.amount, standing.currency)
    return Restatement(
        account_id=facts.account_id,
        year=year,
        currency=standing.currency,
        standing=standing,
        recomputed=now.amount,
        source=now.source,
        rules_on=rules.on,
        thresholds=tuple(_threshold(tier, facts.country, rules, before, after) for tier in Tier),
        levels=tuple(_levels(rules, before, after)),
        statements=tuple(_made(item) for item in statements if _rests_on(item, year)),
    )


def _threshold(tier: Tier, country: str, rules: Rules, before: Money, after: Money) -> ThresholdEffect:
    """R-4.1.2, R-3.4b."""
    threshold = rules.revenue_threshold(country, tier)
    return ThresholdEffect(
        tier=tier,
        threshold=threshold.amount,
        reached_before=before >= threshold,
        reached_after=after >= threshold,
    )


def _levels(rules: Rules, before: Money, after: Money) -> list[LevelEffect]:
    """R-5.3."""
    return [
        LevelEffect(
            rate_pct=level.rate_pct,
            growth_pct=level.growth_pct,
            needed_before=before.share(level.growth_pct.scaleb(-2)).amount,
            needed_after=after.share(level.growth_pct.scaleb(-2)).amount,
        )
        for level in rules.accelerator.levels
    ]


def _rests_on(statement: Statement, year: int) -> bool:
    return statement.status is StatementStatus.FINAL and statement.year == year + 1


def _made(statement: Statement) -> StatementMade:
    return StatementMade(
        quarter=statement.period,
        made_on=statement.made_on,
        prev_year_revenue=statement.prev_year_revenue,
        rate_pct=statement.rate_pct,
        payout=statement.payout,
    )
