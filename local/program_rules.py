"""The rules of the program by id, with a short title of our own, and which of them are not (wholly) built yet.

`local/rule_trace.py` makes docs/rules.md from it, and fails when a place is missing or an exception below is outdated.
"""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where a rule has to be found."""

    RULEBOOK = "rulebook"
    CODE = "code"
    TEST = "test"


ALL = frozenset(Place)
NO_NUMBER = frozenset({Place.RULEBOOK})


@dataclass(frozen=True, slots=True)
class Missing:
    """Places where a rule is rightly not found, and why."""

    places: frozenset[Place]
    reason: str


TITLES = {
    "R-2.2a": "Sales Revenue: credit by product class, exact, returns negative",
    "R-2.2b": "Accounts: all sites of a partner in a country together",
    "R-2.3": "Tier discounts off list",
    "R-3.1a": "Automatic promotion, tiers may be skipped, business days recorded",
    "R-3.1b": "Advice on what is missing for a higher tier",
    "R-3.2": "Shortfall of certification or training: 60 days to mend it",
    "R-3.3": "Demotion to the highest tier whose requirements are met",
    "R-3.4a": "Promotion within the year on this year's revenue",
    "R-3.4b": "Last year's revenue carries the tier; year-end demotion",
    "R-4.1": "All requirements of a tier have to be met",
    "R-4.1.1": "Terms accepted and enrolled",
    "R-4.1.2": "Revenue threshold by tier and region",
    "R-4.1.3": "Onboarding training",
    "R-4.1.4": "Annual sales training",
    "R-4.1.5": "Certifications: two years, people counted once, MCIE on MCIT",
    "R-4.1.5a": "Design engineers (MCDE)",
    "R-4.1.5b": "Integration technicians (MCIT)",
    "R-4.1.5c": "Integration engineers (MCIE)",
    "R-4.1.6": "Business plan",
    "R-4.1.7": "Brand alignment",
    "R-4.2.1": "Tier discount on program products only",
    "R-4.2.2": "Demonstration licences",
    "R-4.2.3": "Portfolio that every partner may sell",
    "R-4.2.4": "Full portfolio",
    "R-4.2.5": "Sales promotions",
    "R-4.2.6": "Project discounts",
    "R-4.2.7": "Priority of technical support",
    "R-4.2.8": "Global Bid Desk",
    "R-4.2.9": "Partner Locator",
    "R-4.2.10": "Access to the Revenue Goal Accelerator",
    "R-5.1": "Accelerator: Premier accounts that grew by a fifth",
    "R-5.2a": "Accelerator: a full calendar year before",
    "R-5.2b": "Accelerator: per account",
    "R-5.3": "Goal, levels and rates, on the whole YTD",
    "R-5.3b": "Cap of the base at the top level",
    "R-5.4a": "Quarterly on YTD, less what is settled",
    "R-5.4b": "Not payable before 45 days",
    "R-5.4c": "Payee and bank details",
    "R-5.4d": "Quarter end and close; frozen baseline",
    "R-5.4e": "Returns: nothing negative is paid, the balance is carried",
    "R-5.5": "Holds and cancellations",
    "R-7": "Support access of Premier and Advanced",
    "R-8": "Sales lines come from known distributors under their own name",
    "R-9": "Support contact of each region",
}
"""Every rule of the program that the table has to trace, in no particular order."""

MISSING = {
    "R-2.2b": Missing(NO_NUMBER, "structure: what an account is has no number"),
    "R-3.1b": Missing(NO_NUMBER, "follows from the requirements' own numbers"),
    "R-5.2b": Missing(NO_NUMBER, "structure: a statement is of one account"),
    "R-5.4e": Missing(NO_NUMBER, "arithmetic of the settlement: it has no number of its own"),
}
"""Rule → where it is not found, and why. An entry that has become untrue fails the check."""
