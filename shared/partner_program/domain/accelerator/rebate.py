"""The results of an accelerator calculation, before they are written into a statement (R-5)."""

from dataclasses import dataclass
from decimal import Decimal

from partner_program.domain.accelerator.statement import LevelMark
from partner_program.rulebook import Accelerator, Level
from partner_program.values.money import Money, zero
from partner_program.values.periods import Quarter


@dataclass(frozen=True, slots=True)
class Rebate:
    """What the year's revenue up to a quarter's last day earns.

    `premier`: whether the account is on that day; `barrier` says what else keeps it out (None: nothing). `level` is
    None when none is reached or there is a barrier, and then base and `earned` are nothing; for an account that is not
    Premier they are what would be earned. `earned` is rounded to the currency's minor unit, everything else exact.
    """

    quarter: Quarter
    terms: Accelerator
    ytd: Money
    last_year: Money
    last_year_source: str
    premier: bool
    barrier: str | None
    level: Level | None
    base: Money
    earned: Money

    @property
    def eligible(self) -> bool:
        """Whether the account takes part (R-5.1, R-5.2a)."""
        return self.premier and self.barrier is None

    @property
    def rate_pct(self) -> Decimal:
        """The rate of the level reached; 0 when none is."""
        return self.level.rate_pct if self.level else Decimal(0)

    @property
    def next_level(self) -> Level | None:
        """The lowest level not reached yet; None at the top."""
        return next((level for level in self.terms.levels if self.ytd < self.needed_for(level)), None)

    @property
    def goal(self) -> Money:
        """The Minimum Revenue Goal (R-5.3)."""
        return self.last_year.share(self.terms.goal_pct.scaleb(-2))

    @property
    def cap(self) -> Money:
        """Where the base stops, if the cap applies (R-5.3b)."""
        return self.last_year.share(self.terms.cap_growth_pct.scaleb(-2))

    def needed_for(self, level: Level) -> Money:
        """The YTD at which a level is reached; of the first one, the Minimum Revenue Goal (R-5.1, R-5.3)."""
        return self.last_year.share(level.growth_pct.scaleb(-2))

    def worth_of(self, level: Level) -> Money:
        """What the year earns with exactly the YTD that a level needs, rounded; nothing after a year below zero."""
        needed = self.needed_for(level)
        base = min(needed, self.cap) if self.terms.cap_applies else needed
        return max(base.share(level.rate_pct.scaleb(-2)), zero(base.currency)).rounded()

    def ladder(self) -> tuple[LevelMark, ...]:
        """Every level with what it needs and is worth, the lowest first (R-5.3)."""
        return tuple(
            LevelMark(
                growth_pct=level.growth_pct,
                rate_pct=level.rate_pct,
                needed=self.needed_for(level).amount,
                worth=self.worth_of(level).amount,
                reached=self.barrier is None and self.ytd >= self.needed_for(level),
            )
            for level in self.terms.levels
        )


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was paid for this year before (`paid_by` quarter), what was carried in, and what follows, rounded.

    `earned` is what is held against both: what the rebate earns, or, of an account that is not Premier, no more than
    the year's final statements had earned. `paid_elsewhere` and `carried_elsewhere` are what statements in other
    currencies paid for this year and what the last one in each carries: neither deducted nor netted. They are text,
    for the currency may not exist any more.
    """

    earned: Money
    before: Money
    paid_by: tuple[tuple[Quarter, Money], ...]
    carried_in: Money
    carried_from: Quarter | None
    payout: Money
    carried_out: Money
    paid_elsewhere: tuple[tuple[Quarter, str], ...] = ()
    carried_elsewhere: tuple[tuple[Quarter, str], ...] = ()

    @property
    def covered(self) -> Money:
        """What is settled once this statement is: before, carried in and by its payout."""
        return self.before + self.carried_in + self.payout
