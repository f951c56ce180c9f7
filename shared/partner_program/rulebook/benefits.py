"""What the tiers give on one day (section 4.2)."""

from partner_program.values.tiers import Tier

from .answers import Benefit
from .reading import Reading
from .units import Access

BENEFITS = (
    "R-4.2.1",
    "R-4.2.2",
    "R-4.2.3",
    "R-4.2.4",
    "R-4.2.5",
    "R-4.2.6",
    "R-4.2.7",
    "R-4.2.8",
    "R-4.2.9",
    "R-4.2.10",
)
"""The rule ids of the ten benefits, in the Guide's order."""


class Benefits(Reading):
    """Values of section 4.2 but the tier discount. What is withdrawn by the day raises `NotInForce`."""

    def benefit(self, rule: str, tier: Tier) -> Benefit:
        """What a tier has of the benefit with a rule id of R-4.2.1 to R-4.2.10. Raises `NotFound` for another id."""
        entry_id = f"benefit.{rule}.{tier}"
        access = Access(self._named(entry_id, str))
        certifications = self._value("portfolio.certifications", tuple)
        return Benefit(rule, self._entries[entry_id].description, tier, access, certifications)

    def benefits(self, tier: Tier) -> tuple[Benefit, ...]:
        """All ten benefits of a tier, in the Guide's order."""
        return tuple(self.benefit(rule, tier) for rule in BENEFITS)

    @property
    def uncertified_families(self) -> tuple[str, ...]:
        """Product families that every tier may sell without certifications (R-4.2.3)."""
        return self._value("portfolio.uncertified", tuple)

    def nfr_licences(self, tier: Tier) -> int:
        """Not-for-resale licences that may be granted to one account (R-4.2.2)."""
        return self._value(f"nfr_licences.{tier}", int)

    @property
    def severities(self) -> tuple[str, ...]:
        """How severe an incident may be, the most severe first (R-4.2.7)."""
        return self._members("support_rank_premium_care.")

    def support_rank(self, severity: str, tier: Tier, *, premium_care: bool = False) -> int:
        """Place in the support queue, 1 first; Premium Care goes by severity alone (R-4.2.7, R-7).

        Raises `NotFound` for a severity that is not one of `severities`.
        """
        if premium_care:
            return self._named(f"support_rank_premium_care.{severity}", int)
        return self._named(f"support_rank.{severity}.{tier}", int)
