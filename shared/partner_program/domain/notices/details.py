"""What notices say: the details of each kind, and their parts (R-3, R-5.4d)."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from partner_program.domain.facts import Verdict
from partner_program.domain.tiers.cases import CaseOutcome
from partner_program.domain.tiers.findings import Requirement
from partner_program.values.money import ExactNumber
from partner_program.values.tiers import Tier


class NoticePart(BaseModel):
    """Immutable and exact as every document; unknown fields are passed over, not refused."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, use_attribute_docstrings=True, from_attributes=True
    )


class NoticeFinding(NoticePart):
    """One requirement of a tier held against the account's facts."""

    rule: str
    requirement: Requirement
    tier: Tier
    met: bool
    required: str
    """What the tier asks for, in words with the unit."""
    found: str
    """What the account has."""
    missing: str | None
    """The difference; null where the requirement is met."""
    mend: str | None
    """What to do about it."""
    basis: str
    """Where the required value comes from: `guide`, `reading`, `assumed` or `owner`."""


class NoticeEntitlement(NoticePart):
    """What of one benefit changed with the tier (R-4.2)."""

    rule: str
    benefit: str
    before: str
    after: str


class Amount(NoticePart):
    """Money: an exact decimal as text, and its currency (ISO 4217)."""

    amount: ExactNumber
    currency: str


class TierPromotion(NoticePart):
    """A higher tier was reached (R-3.1)."""

    from_tier: Tier | None
    to_tier: Tier
    reached_on: date | None
    """The day from which every requirement was met by the dates of the facts themselves."""
    business_days: int | None
    """Business days from then to the promotion (R-3.1a)."""
    entitlements: tuple[NoticeEntitlement, ...]
    findings: tuple[NoticeFinding, ...]


class TierDemotion(NoticePart):
    """A tier was lost (R-3.2, R-3.3, R-3.4b, R-4.1.6, R-4.1.7)."""

    from_tier: Tier | None
    to_tier: Tier
    cause: str
    case_ids: tuple[str, ...]
    """The cases that it was lost for; they end with it and have no notice of their own."""
    entitlements: tuple[NoticeEntitlement, ...]
    findings: tuple[NoticeFinding, ...]


class ParticipationEnd(NoticePart):
    """The vendor ended the account's participation."""

    from_tier: Tier | None
    cause: str
    case_ids: tuple[str, ...]
    entitlements: tuple[NoticeEntitlement, ...]


class CaseStated(NoticePart):
    """A case at one of its steps. `required` to `mend` are as of the day on which it was last looked at."""

    case_id: str
    """Names the case within its account for ever."""
    requirement: Requirement
    subject: str
    """Which one, where a requirement has several: a plan's year, a version of the Terms; else empty."""
    tier: Tier
    """The tier that asks for it."""
    opened_on: date
    """The first day of the shortfall, even where it was discovered later."""
    due_on: date | None
    """The last day to mend it, as it stood after this step; null where it waits for a decision from the start."""
    required: str
    found: str
    missing: str | None
    mend: str | None
    causes: tuple[str, ...]
    """What ended on the day of opening."""
    closed_on: date | None
    """Set where the case has ended, also in the notice of an earlier step that goes out late."""
    outcome: CaseOutcome | None
    """How it ended; null while it is open."""


class CaseReminded(CaseStated):
    """A case still open some days before it is due."""

    days_left: int | None
    """Days from the reminder to `due_on`."""


class CaseDecided(NoticePart):
    """The vendor's last decision on a case."""

    verdict: Verdict
    decided_on: date
    until: date | None
    reason: str
    decided_by: str


class DecisionPassedOver(CaseDecided):
    """A decision of the vendor that had no effect, as it was recorded, and why."""

    requirement: Requirement
    opened_on: date
    """By these two the decision named its case."""
    why: str


class CaseMoved(CaseStated):
    """The last day of a case has become another: by facts recorded since, or because the vendor has extended it."""

    due_before: date | None
    """The last day until then; null where there was none."""
    days_left: int | None
    """Days from this notice to `due_on`; negative where that has passed."""
    why: str
    """What has moved it."""
    decision: CaseDecided | None
    """The vendor's, where that has moved it."""


class CaseEnded(CaseStated):
    """How a case ended."""

    outcome: CaseOutcome
    decision: CaseDecided | None


class ExpiryAhead(NoticePart):
    """Something that the tier asks for will run out."""

    requirement: Requirement
    subject: str
    """The certification or training."""
    holder: str
    """The person; empty for a training."""
    expires_on: date
    days: int
    """Days from the reminder to `expires_on`."""
    tier: Tier | None
    """The tier that the account has, and that asks for it."""
    required: str | None
    """What that tier asks for of this kind; null where no finding says."""
    found: str | None
    """What the account has of this kind; null where no finding says."""


class AdviceGiven(NoticePart):
    """What the account still needs for the next tier (R-3.1b)."""

    tier: Tier
    missing: tuple[NoticeFinding, ...]


class StatementReady(NoticePart):
    """A quarter's final statement has been made (R-5.4d). Amounts are rounded to the currency's minor unit."""

    quarter: str
    """`2024Q3`."""
    eligible: bool
    rate_pct: ExactNumber
    ytd_revenue: Amount
    """Sales Revenue of the year so far, unrounded."""
    earned: Amount
    """The rebate of the year so far (R-5.4a), not of the quarter alone."""
    settled_before: Amount
    """What earlier final statements of the year pay."""
    carried_in: Amount
    """What was left to net from the year before (R-5.4e)."""
    payout: Amount
    """What is earned less `settled_before` and `carried_in`; nothing where that is less than nothing."""
    carried_out: Amount
    """What is left to net against later payouts (R-5.4e)."""
    payable_from: date
    reason: str
