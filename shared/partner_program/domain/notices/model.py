"""Notices: what the program tells a partner and the systems around it, one document per kind (R-3, R-9).

A notice names its cause for ever: `id` is made of the day, the kind and what it is about, so the same cause found
again is the same notice. Documents are open to fields that this version does not know: a reader of version 1 reads
every later document of version 1 (docs/notices.md says what may be added).
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from partner_program.domain.facts import Verdict
from partner_program.domain.tiers.cases import CaseOutcome
from partner_program.domain.tiers.findings import Requirement
from partner_program.values.tiers import Tier

SOURCE = "partner-program"
"""The `source` of every event on the bus; its detail type is the notice's kind."""


class NoticeKind(StrEnum):
    """What a notice is about; on the bus, its detail type."""

    TIER_PROMOTED = "tier_promoted"
    TIER_DEMOTED = "tier_demoted"
    PARTICIPATION_ENDED = "participation_ended"
    CASE_OPENED = "case_opened"
    CASE_REMINDER = "case_reminder"
    CASE_CURED = "case_cured"
    CASE_CLOSED = "case_closed"
    DECISION_DUE = "decision_due"
    BRAND_NOTICE = "brand_notice"
    EXPIRY_REMINDER = "expiry_reminder"
    ADVICE = "advice"
    STATEMENT_READY = "statement_ready"


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

    amount: Decimal
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
    """A case as it stood when the notice was made."""

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
    """The last day to mend it; null where it waits for the vendor's decision from the start."""
    required: str
    found: str
    missing: str | None
    mend: str | None
    causes: tuple[str, ...]
    """What ended on the day of opening."""


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


class CaseEnded(CaseStated):
    """How a case ended."""

    closed_on: date | None
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


class AdviceGiven(NoticePart):
    """What the account still needs for the next tier (R-3.1b)."""

    tier: Tier
    missing: tuple[NoticeFinding, ...]


class StatementReady(NoticePart):
    """A quarter's final statement has been made (R-5.4d). Amounts are rounded to the currency's minor unit."""

    quarter: str
    """`2024Q3`."""
    eligible: bool
    rate_pct: Decimal
    ytd_revenue: Amount
    """Sales Revenue of the year so far, unrounded."""
    earned: Amount
    payout: Amount
    carried_out: Amount
    """What is left to net against later payouts (R-5.4e)."""
    payable_from: date
    reason: str


class Notice(NoticePart):
    """What every notice has."""

    id: str
    """`<day>#<kind>#<about>`. With `account_id` it names the cause for ever: what is seen twice happened once."""
    kind: str
    schema_version: Literal[1] = 1
    account_id: str
    partner_id: str
    country: str
    occurred_on: date
    """The program's civil date on which it happened."""
    rule: str
    """The rule that it follows from, as in docs/rules.md."""
    edition: str
    """The edition of the rulebook that decided."""


class TierPromoted(Notice):
    """A higher tier was reached."""

    kind: Literal[NoticeKind.TIER_PROMOTED] = NoticeKind.TIER_PROMOTED
    detail: TierPromotion


class TierDemoted(Notice):
    """A tier was lost."""

    kind: Literal[NoticeKind.TIER_DEMOTED] = NoticeKind.TIER_DEMOTED
    detail: TierDemotion


class ParticipationEnded(Notice):
    """The vendor ended the account's participation."""

    kind: Literal[NoticeKind.PARTICIPATION_ENDED] = NoticeKind.PARTICIPATION_ENDED
    detail: ParticipationEnd


class CaseOpened(Notice):
    """A requirement of the current tier is no longer met; the time to mend it runs."""

    kind: Literal[NoticeKind.CASE_OPENED] = NoticeKind.CASE_OPENED
    detail: CaseStated


class CaseReminder(Notice):
    """A case is still open, some days before it is due."""

    kind: Literal[NoticeKind.CASE_REMINDER] = NoticeKind.CASE_REMINDER
    detail: CaseReminded


class CaseCured(Notice):
    """The requirement is met again: the case has ended without a consequence."""

    kind: Literal[NoticeKind.CASE_CURED] = NoticeKind.CASE_CURED
    detail: CaseEnded


class CaseClosed(Notice):
    """A case ended in another way than by being cured or by a demotion: waived, corrected, moot."""

    kind: Literal[NoticeKind.CASE_CLOSED] = NoticeKind.CASE_CLOSED
    detail: CaseEnded


class DecisionIsDue(Notice):
    """A case's time is over, and what follows is the vendor's to decide."""

    kind: Literal[NoticeKind.DECISION_DUE] = NoticeKind.DECISION_DUE
    detail: CaseStated


class BrandNotice(Notice):
    """The notice of R-4.1.7: brand alignment is not fulfilled, and a second period runs until `due_on`."""

    kind: Literal[NoticeKind.BRAND_NOTICE] = NoticeKind.BRAND_NOTICE
    detail: CaseStated


class ExpiryReminded(Notice):
    """Something that the tier asks for will run out."""

    kind: Literal[NoticeKind.EXPIRY_REMINDER] = NoticeKind.EXPIRY_REMINDER
    detail: ExpiryAhead


class AdviceNotice(Notice):
    """What the account still needs for the next tier."""

    kind: Literal[NoticeKind.ADVICE] = NoticeKind.ADVICE
    detail: AdviceGiven


class StatementNotice(Notice):
    """A quarter's final statement has been made."""

    kind: Literal[NoticeKind.STATEMENT_READY] = NoticeKind.STATEMENT_READY
    detail: StatementReady


AnyNotice = Annotated[
    TierPromoted | TierDemoted | ParticipationEnded | CaseOpened | CaseReminder | CaseCured | CaseClosed | DecisionIsDue
    | BrandNotice | ExpiryReminded | AdviceNotice | StatementNotice,
    Field(discriminator="kind"),
]  # fmt: skip

NOTICE_TYPES: dict[NoticeKind, type[Notice]] = {
    NoticeKind.TIER_PROMOTED: TierPromoted,
    NoticeKind.TIER_DEMOTED: TierDemoted,
    NoticeKind.PARTICIPATION_ENDED: ParticipationEnded,
    NoticeKind.CASE_OPENED: CaseOpened,
    NoticeKind.CASE_REMINDER: CaseReminder,
    NoticeKind.CASE_CURED: CaseCured,
    NoticeKind.CASE_CLOSED: CaseClosed,
    NoticeKind.DECISION_DUE: DecisionIsDue,
    NoticeKind.BRAND_NOTICE: BrandNotice,
    NoticeKind.EXPIRY_REMINDER: ExpiryReminded,
    NoticeKind.ADVICE: AdviceNotice,
    NoticeKind.STATEMENT_READY: StatementNotice,
}
"""Kind → its model, one for each kind."""

_ANY: TypeAdapter[AnyNotice] = TypeAdapter(AnyNotice)


def read_notice(text: str) -> AnyNotice:
    """A notice from its JSON. Raises pydantic's `ValidationError` for a kind or version that is not known here."""
    return _ANY.validate_json(text)
