"""Short ways to assess an account in a test, by the rulebook of `tests.fakes.records`."""

from partner_program.domain.facts import AccountFacts
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.assessment import assess
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.requirements import findings
from partner_program.domain.tiers.situation import Situation
from partner_program.values.tiers import Tier
from tests.fakes.records import day, rulebook

RULEBOOK = rulebook()


def assessed(known: AccountFacts, on: str, prior: AccountState | None = None) -> AccountState:
    return assess(known, prior, RULEBOOK, day(on))


def steps(state: AccountState) -> list[tuple[str, str]]:
    """Its tier changes: day and tier."""
    return [(change.changed_on.isoformat(), change.to_tier.value if change.to_tier else "none") for change in state.tier_changes]


def situation(known: AccountFacts, on: str) -> Situation:
    return Situation(known, RULEBOOK.at(day(on)))


def finding(requirement: Requirement, tier: Tier, known: AccountFacts, on: str) -> Finding:
    """The one finding of a requirement."""
    found = [item for item in findings(tier, situation(known, on)) if item.requirement is requirement]
    assert len(found) == 1, f"{requirement} is not asked of {tier}"
    return found[0]
