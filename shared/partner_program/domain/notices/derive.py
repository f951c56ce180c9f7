"""Which notices follow from a state, and from a statement. Pure: the same state gives the same notices for ever.

A day is final when it is over, and only then are its steps announced: they are dated before `assessed_on`. Reminders
and advice rest on the evening before their day, so they are announced on the day itself.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.notices.details import (
    AdviceGiven,
    Amount,
    DecisionPassedOver,
    ExpiryAhead,
    NoticeEntitlement,
    NoticeFinding,
    ParticipationEnd,
    StatementReady,
    TierDemotion,
    TierPromotion,
)
from partner_program.domain.notices.heads import head_of, notice_id
from partner_program.domain.notices.model import (
    AdviceNotice,
    AnyNotice,
    DecisionIdle,
    ExpiryReminded,
    NoticeKind,
    ParticipationEnded,
    StatementNotice,
    TierDemoted,
    TierPromoted,
)
from partner_program.domain.notices.of_cases import case_notices
from partner_program.domain.tiers.account import (
    AccountState,
    AdviceTold,
    ChangeReason,
    Expiry,
    ExpiryReminder,
    TierChange,
)
from partner_program.domain.tiers.findings import Finding, Requirement

REMINDED_BY_RULE = {
    Requirement.MCDE: "R-4.1.5a",
    Requirement.MCIT: "R-4.1.5b",
    Requirement.MCIE: "R-4.1.5c",
    Requirement.SALES_TRAINING: "R-4.1.4",
}
"""What can run out by itself, and the rule that asks for it."""
DECIDED_BY_RULE = {
    Requirement.TERMS: "R-4.1.1",
    Requirement.REVENUE: "R-3.4b",
    Requirement.BUSINESS_PLAN: "R-4.1.6",
    Requirement.BRAND: "R-4.1.7",
}
"""What the vendor may decide on, and the rule that says so."""


def notices(state: AccountState) -> tuple[AnyNotice, ...]:
    """Everything that a state announces, in the order of days (R-3.1b, R-3.2, R-3.3, R-4.1.6, R-4.1.7)."""
    found: list[AnyNotice] = [
        *_of_changes(state),
        *case_notices(state),
        *_of_reminders(state),
        *_of_advice(state),
        *_of_idle(state),
    ]
    return tuple(sorted(found, key=lambda notice: notice.id))


def new_notices(old: AccountState | None, new: AccountState) -> tuple[AnyNotice, ...]:
    """What a state announces that the one before it did not."""
    known = {notice.id for notice in notices(old)} if old else set()
    return tuple(notice for notice in notices(new) if notice.id not in known)


def statement_notice(statement: Statement) -> StatementNotice | None:
    """A final statement is announced (R-5.4d); a preliminary one is not."""
    if statement.status is not StatementStatus.FINAL:
        return None

    def amount(value: Decimal) -> Amount:
        return Amount(amount=value, currency=statement.currency)

    return StatementNotice(
        id=notice_id(statement.made_on, NoticeKind.STATEMENT_READY, str(statement.period)),
        account_id=statement.account_id,
        partner_id=statement.partner_id,
        country=statement.country,
        occurred_on=statement.made_on,
        rule="R-5.4d",
        edition=statement.edition,
        detail=StatementReady(
            quarter=str(statement.period),
            eligible=statement.eligible,
            rate_pct=statement.rate_pct,
            ytd_revenue=amount(statement.ytd_revenue),
            earned=amount(statement.earned),
            settled_before=amount(statement.settled_before),
            carried_in=amount(statement.carried_in),
            payout=amount(statement.payout),
            carried_out=amount(statement.carried_out),
            payable_from=statement.payable_from,
            reason=statement.reason,
        ),
    )


def _of_changes(state: AccountState) -> Iterator[AnyNotice]:
    """Promotions, demotions and the end; where an account starts is no news to it."""
    for change in state.tier_changes:
        if change.changed_on < state.assessed_on:
            yield from _of_change(state, change)


def _of_change(state: AccountState, change: TierChange) -> Iterator[AnyNotice]:
    def head(kind: NoticeKind, about: str) -> dict[str, Any]:
        return head_of(state, change.changed_on, kind, about, change.rule, change.edition)

    entitlements = tuple(NoticeEntitlement.model_validate(item) for item in change.entitlements)
    if change.reason is ChangeReason.ENDED:
        ended = ParticipationEnd(
            from_tier=change.from_tier, cause=change.cause, case_ids=change.case_ids, entitlements=entitlements
        )
        yield ParticipationEnded(detail=ended, **head(NoticeKind.PARTICIPATION_ENDED, f"from-{change.from_tier}"))
    elif change.to_tier is None:
        return
    elif change.reason is ChangeReason.PROMOTED:
        promotion = TierPromotion(
            from_tier=change.from_tier,
            to_tier=change.to_tier,
            reached_on=change.reached_on,
            business_days=change.business_days,
            entitlements=entitlements,
            findings=_shown(change.findings),
        )
        yield TierPromoted(detail=promotion, **head(NoticeKind.TIER_PROMOTED, f"to-{change.to_tier}"))
    elif change.reason is ChangeReason.DEMOTED:
        demotion = TierDemotion(
            from_tier=change.from_tier,
            to_tier=change.to_tier,
            cause=change.cause,
            case_ids=change.case_ids,
            entitlements=entitlements,
            findings=_shown(change.findings),
        )
        yield TierDemoted(detail=demotion, **head(NoticeKind.TIER_DEMOTED, f"to-{change.to_tier}"))


def _of_idle(state: AccountState) -> Iterator[AnyNotice]:
    """Whoever decided is to know that nothing followed, and why."""
    for item in state.memory.idle_decisions:
        if item.on < state.assessed_on:
            said = item.decision
            requirement = Requirement(said.requirement)
            about = f"{requirement}-{said.opened_on}-{said.decided_on}-{said.verdict}"
            detail = DecisionPassedOver(
                verdict=said.verdict,
                decided_on=said.decided_on,
                until=said.until,
                reason=said.reason,
                decided_by=said.decided_by,
                requirement=requirement,
                opened_on=said.opened_on,
                why=item.why,
            )
            head = head_of(state, item.on, NoticeKind.DECISION_WITHOUT_EFFECT, about, DECIDED_BY_RULE[requirement])
            yield DecisionIdle(detail=detail, **head)


def _of_reminders(state: AccountState) -> Iterator[AnyNotice]:
    """Of what the tier still asks for and has not been renewed, the last one of each that was given."""
    ahead = {_subject(item) for item in state.expiries if item.expires_on > state.assessed_on}
    given = sorted((item for item in state.memory.reminders if item.on <= state.assessed_on), key=lambda item: item.on)
    for reminder in {_subject(item): item for item in given}.values():
        if _subject(reminder) in ahead:
            yield _of_reminder(state, reminder)


def _subject(item: Expiry) -> tuple[str, ...]:
    return (item.requirement, item.subject, item.holder, item.expires_on.isoformat())


def _of_reminder(state: AccountState, reminder: ExpiryReminder) -> ExpiryReminded:
    about = f"{reminder.requirement}-{reminder.subject}-{reminder.expires_on}"
    rule = REMINDED_BY_RULE.get(reminder.requirement, "R-3.3")
    asked = next((item for item in state.findings if item.requirement is reminder.requirement), None)
    detail = ExpiryAhead(
        requirement=reminder.requirement,
        subject=reminder.subject,
        holder=reminder.holder,
        expires_on=reminder.expires_on,
        days=reminder.days,
        tier=state.tier,
        required=asked.required if asked else None,
        found=asked.found if asked else None,
    )
    return ExpiryReminded(detail=detail, **head_of(state, reminder.on, NoticeKind.EXPIRY_REMINDER, about, rule))


def _of_advice(state: AccountState) -> Iterator[AnyNotice]:
    """Unless all that was to be told has been mended meanwhile: then there is nothing to say."""
    told = state.memory.told
    if told and told.on <= state.assessed_on and (missing := _told(state, told)):
        head = head_of(state, told.on, NoticeKind.ADVICE, f"{told.tier}", "R-3.1b")
        yield AdviceNotice(detail=AdviceGiven(tier=told.tier, missing=missing), **head)


def _told(state: AccountState, told: AdviceTold) -> tuple[NoticeFinding, ...]:
    """The findings of what was told, as the state's advice has them."""
    advised = (finding for advice in state.advice if advice.tier is told.tier for finding in advice.missing)
    return _shown(finding for finding in advised if finding.requirement in told.requirements)


def _shown(findings: Iterable[Finding]) -> tuple[NoticeFinding, ...]:
    return tuple(NoticeFinding.model_validate(finding) for finding in findings)
