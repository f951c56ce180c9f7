"""Findings: per requirement what was required, what was found, in which facts, and what would mend it.

The one explanation of a decision: API, statements, notices and tables show these and compose none of their own.
"""

from datetime import date
from enum import StrEnum

from partner_program.domain.model import Document
from partner_program.values.tiers import Tier


class Requirement(StrEnum):
    """The requirements of R-4.1, by name."""

    TERMS = "terms"
    REVENUE = "revenue"
    ONBOARDING = "onboarding_training"
    SALES_TRAINING = "annual_sales_training"
    MCDE = "MCDE"
    MCIT = "MCIT"
    MCIE = "MCIE"
    BUSINESS_PLAN = "business_plan"
    BRAND = "brand_alignment"


class Finding(Document):
    """One requirement of one tier, held against the facts on one day.

    `required`, `found` and `missing` are texts with their unit (`120000.00 EUR`, `2 people`); `facts` name the
    records or contributions counted; `basis` is the rulebook's (an assumed threshold says so); `since` is the first
    day of the unbroken run of days, up to this one, on which it has been met or unmet (None: no record dates it);
    `until` is the first later day on which time alone changes that (an account's own findings and what is met in a gap
    also go by the rulebook of the days to come); `mend` says what to do when it is not met.
    """

    rule: str
    requirement: Requirement
    tier: Tier
    met: bool
    required: str
    found: str
    missing: str | None = None
    basis: str = "guide"
    facts: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    mend: str | None = None


class Advice(Document):
    """What an account still needs for a higher tier (R-3.1b)."""

    tier: Tier
    missing: tuple[Finding, ...]
