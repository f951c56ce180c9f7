"""Notices: what the program tells a partner and the systems around it, one document per kind (R-3, R-9).

A notice names its cause for ever: `id` is made of the day, the kind and what it is about, so the same cause found
again is the same notice. Documents are open to fields that this version does not know: a reader of version 1 reads
every later document of version 1 (docs/notices.md says what may be added).
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from partner_program.domain.notices.details import (
    AdviceGiven,
    CaseEnded,
    CaseMoved,
    CaseReminded,
    CaseStated,
    DecisionPassedOver,
    ExpiryAhead,
    NoticePart,
    ParticipationEnd,
    StatementReady,
    TierDemotion,
    TierPromotion,
)

SOURCE = "partner-program"
"""The `source` of every event on the bus; its detail type is the notice's kind."""


class NoticeKind(StrEnum):
    """What a notice is about; on the bus, its detail type."""

    TIER_PROMOTED = "tier_promoted"
    TIER_DEMOTED = "tier_demoted"
    PARTICIPATION_ENDED = "participation_ended"
    CASE_OPENED = "case_opened"
    CASE_DUE_CHANGED = "case_due_changed"
    CASE_REMINDER = "case_reminder"
    CASE_CURED = "case_cured"
    CASE_CLOSED = "case_closed"
    DECISION_DUE = "decision_due"
    DECISION_WITHOUT_EFFECT = "decision_without_effect"
    BRAND_NOTICE = "brand_notice"
    EXPIRY_REMINDER = "expiry_reminder"
    ADVICE = "advice"
    STATEMENT_READY = "statement_ready"


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


class CaseDueChanged(Notice):
    """The last day of a case is another one than was told before."""

    kind: Literal[NoticeKind.CASE_DUE_CHANGED] = NoticeKind.CASE_DUE_CHANGED
    detail: CaseMoved


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


class DecisionIdle(Notice):
    """A decision of the vendor had no effect. For the vendor: the partner is not told."""

    kind: Literal[NoticeKind.DECISION_WITHOUT_EFFECT] = NoticeKind.DECISION_WITHOUT_EFFECT
    detail: DecisionPassedOver


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
    TierPromoted | TierDemoted | ParticipationEnded | CaseOpened | CaseDueChanged | CaseReminder | CaseCured
    | CaseClosed | DecisionIsDue | DecisionIdle | BrandNotice | ExpiryReminded | AdviceNotice | StatementNotice,
    Field(discriminator="kind"),
]  # fmt: skip

NOTICE_TYPES: dict[NoticeKind, type[Notice]] = {
    NoticeKind.TIER_PROMOTED: TierPromoted,
    NoticeKind.TIER_DEMOTED: TierDemoted,
    NoticeKind.PARTICIPATION_ENDED: ParticipationEnded,
    NoticeKind.CASE_OPENED: CaseOpened,
    NoticeKind.CASE_DUE_CHANGED: CaseDueChanged,
    NoticeKind.CASE_REMINDER: CaseReminder,
    NoticeKind.CASE_CURED: CaseCured,
    NoticeKind.CASE_CLOSED: CaseClosed,
    NoticeKind.DECISION_DUE: DecisionIsDue,
    NoticeKind.DECISION_WITHOUT_EFFECT: DecisionIdle,
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
