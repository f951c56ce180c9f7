"""The state of an account: one item, a pure function of its facts, the rulebook and a date."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from partner_program.domain.model import Document
from partner_program.domain.tiers.findings import Advice, Finding
from partner_program.values.tiers import Tier


class ChangeReason(StrEnum):
    """Why a tier changed."""

    PLACED = "placed"
    ENROLLED = "enrolled"
    PROMOTED = "promoted"


class TierChange(Document):
    """One decision on a tier, with the findings it rests on.

    `reached_on` is the day from which every requirement was met by the dates of the facts themselves;
    `business_days` are those from then to `changed_on` (R-3.1a).
    """

    changed_on: date
    from_tier: Tier | None
    to_tier: Tier
    reason: ChangeReason
    rule: str
    edition: str
    findings: tuple[Finding, ...] = ()
    reached_on: date | None = None
    business_days: int | None = None


class AccountState(Document):
    """What the engine holds true of an account on `assessed_on`.

    `tier` is None while the partner is not yet in the program (R-4.1.1). `findings` are those of the current tier,
    `advice` one entry for each higher tier. `set_aside` are earlier decisions that a correction of the account's start
    (its placement, its enrolment) left without ground: kept, not counted. Revenues are Sales Revenue in `currency`,
    unrounded. `next_review_on` is the first later day on which time alone could change something.
    """

    account_id: str
    partner_id: str
    country: str
    currency: str
    assessed_on: date
    edition: str
    rulebook_digest: str
    tier: Tier | None = None
    tier_since: date | None = None
    tier_changes: tuple[TierChange, ...] = ()
    ytd_revenue: Decimal
    prev_year_revenue: Decimal
    findings: tuple[Finding, ...] = ()
    advice: tuple[Advice, ...] = ()
    set_aside: tuple[TierChange, ...] = ()
    next_review_on: date | None = None

    def tier_on(self, day: date) -> Tier | None:
        """The tier held at the end of a day, by the decisions taken up to it."""
        held = [change.to_tier for change in self.tier_changes if change.changed_on <= day]
        return held[-1] if held else None
