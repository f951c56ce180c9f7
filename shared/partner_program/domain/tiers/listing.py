"""What lists show of an account that its decisions do not say: its name, and its words on the Locator (R-4.2.9)."""

from partner_program.domain.facts import LocatorProfile
from partner_program.domain.tiers.account import Listing
from partner_program.domain.tiers.situation import Situation

LOCATOR_RULE = "R-4.2.9"


def listing(at: Situation) -> Listing:
    """Of an account on a day."""
    facts = at.facts
    said = facts.locator_profile or LocatorProfile(partner_id=facts.partner_id, country=facts.country)
    return Listing(
        partner_name=facts.partner.name if facts.partner else "",
        held=tuple(sorted(at.held)),
        located=is_located(at),
        display_name=said.display_name,
        public_contact=said.public_contact,
        marketplace_url=said.marketplace_url,
    )


def is_located(at: Situation) -> bool:
    """R-4.2.9: whether the public finds the account: a tier with the benefit, a name, and a site that is open.

    *Reading:* a Locator leads to places, so an account whose sites are all closed is not on it, whatever its tier.
    """
    if at.tier is None or at.facts.partner is None:
        return False
    is_open = any(site.is_open_on(at.on) for site in at.facts.sites)
    return is_open and at.rules.benefit(LOCATOR_RULE, at.tier).granted(at.held)
