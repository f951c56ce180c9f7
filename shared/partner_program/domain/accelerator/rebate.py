"""The results of an accelerator calculation, before they are written into a statement (R-5)."""

from dataclasses import dataclass
from decimal import Decimal

from partner_program.rulebook import Accelerator, Level
from partner_program.values.money import Money
from partner_program.values.periods import Quarter


@dataclass(frozen=True, slots=True)
class Rebate:
    """What is earned for the year up to a quarter's last day.

    `barrier` says why the account cannot take part (None: it can); `level` is None when none is reached, and then
    base and `earned` are nothing. `earned` is rounded to the currency's minor unit, everything else exact.
    """

    quarter: Quarter
    terms: Accelerator
    ytd: Money
    last_year: Money
    last_year_source: str
    barrier: str | None
    level: Level | None
    base: Money
    earned: Money

    @property
    def eligible(self) -> bool:
        """Whether the account takes part (R-5.2a)."""
        return self.barrier is None

    @property
    def rate_pct(self) -> Decimal:
        """The rate of the level reached; 0 when none is."""
        return self.level.rate_pct if self.level else Decimal(0)

    @property
    def next_level(self) -> Level | None:
        """The lowest level not reached yet; None at the top."""
        return next((level for level in self.terms.levels if self.ytd < self.needed_for(level)), None)

    def needed_for(self, level: Level) -> Money:
        """The YTD at which a level is reached; of the first one, the Minimum Revenue Goal (R-5.1, R-5.3)."""
        return self.last_year.share(level.growth_pct.scaleb(-2))


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was paid for this year before (`paid_by` quarter), what was carried in, and what follows, rounded."""

    before: Money
    paid_by: tuple[tuple[Quarter, Money], ...]
    carried_in: Money
    carried_from: Quarter | None
    payout: Money
    carried_out: Money
