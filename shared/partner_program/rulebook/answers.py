"""What a rulebook answers with, where one number is not enough."""

from dataclasses import dataclass
from decimal import Decimal

from partner_program.values.tiers import Tier

from .units import Access, Level


@dataclass(frozen=True, slots=True)
class Country:
    """A country of the program: ISO 3166-1 alpha-2 code, region id, currency of its accounts (ISO 4217)."""

    code: str
    region: str
    currency: str


@dataclass(frozen=True, slots=True)
class Region:
    """A region and the sales support contact that notices to its partners carry (R-9)."""

    id: str
    name: str
    support_contact: str


@dataclass(frozen=True, slots=True)
class Accelerator:
    """The Revenue Goal Accelerator (R-5). All percents are of last year's Sales Revenue, rates of the rebate base.

    `levels` ascend. `cap_applies`: whether the base stops at `cap_growth_pct` (R-5.3b). `payout_days` and
    `close_days` count from the quarter's last day (R-5.4b, R-5.4d).
    """

    goal_pct: Decimal
    levels: tuple[Level, ...]
    cap_growth_pct: Decimal
    cap_applies: bool
    payout_days: int
    close_days: int
    full_years_required: int


@dataclass(frozen=True, slots=True)
class Benefit:
    """One benefit of section 4.2 for one tier. `certifications` matter only where access is `certified`."""

    rule: str
    description: str
    tier: Tier
    access: Access
    certifications: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the benefit is called, whatever the tier."""
        return self.description.removesuffix(f", {self.tier}")

    def granted(self, held: frozenset[str] = frozenset()) -> bool:
        """Whether an account of the tier, holding these certifications, enjoys the benefit at all."""
        if self.access is Access.CERTIFIED:
            return held.issuperset(self.certifications)
        return self.access is not Access.NO
