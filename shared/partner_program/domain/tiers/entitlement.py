"""Placeholder of the lead until helper C's module is here: overwrite it."""

from partner_program.domain.tiers.account import EntitlementChange
from partner_program.rulebook import Rules
from partner_program.values.tiers import Tier


def entitlement_changes(
    before: Tier | None, after: Tier | None, rules: Rules, held: frozenset[str]
) -> tuple[EntitlementChange, ...]:
    """Nothing yet."""
    return ()
