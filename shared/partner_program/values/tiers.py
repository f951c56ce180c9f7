"""The three tiers in their order (R-2.3)."""

from enum import StrEnum


class Tier(StrEnum):
    """A tier, from the entry tier upwards."""

    # Compare with `rank`, which follows this order, or `above`, never with `<`: as texts, `advanced` sorts before
    # `authorized`.
    AUTHORIZED = "authorized"
    ADVANCED = "advanced"
    PREMIER = "premier"

    @property
    def rank(self) -> int:
        """0 for Authorized, 1 for Advanced, 2 for Premier."""
        return _RANK[self]

    def above(self, other: "Tier") -> bool:
        """Whether this tier is strictly higher than another."""
        return self.rank > other.rank


_RANK = {tier: rank for rank, tier in enumerate(Tier)}
