"""Which notices follow from a state, and from a statement. Pure: the same state gives the same notices for ever.

A day is final when it is over, and only then are its steps announced: they are dated before `assessed_on`. Reminders
and advice rest on the evening before their day, so they are announced on the day itself.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.notices.model import (
    AdviceGiven,
    AdviceNotice,
    Amount,
    AnyNotice,
    BrandNotice,
    CaseClosed,
    CaseCured,
    CaseDecided,
    CaseEnded,
    CaseOpened,
    CaseReminded,
    CaseReminder,
    CaseStated,
    DecisionIsDue,
    ExpiryAhead,
    ExpiryReminded,
    NoticeEntitlement,
    NoticeFinding,
    NoticeKind,
    ParticipationEnd,
    ParticipationEnded,
    StatementNotice,
    StatementReady,
    TierDemoted,
    TierDemotion,
    TierPromoted,
    TierPromotion,
)
from partner_program.domain.tiers.account import AccountState, AdviceTold, ChangeReason, ExpiryReminder, TierChange
from partner_program.domain.tiers.cases import Case, CaseEvent, CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Finding, Requirement

REMINDED_BY_RULE = {
    Requirement.MCDE: "R-4.1.5a",
    Requirement.MCIT: "R-4.1.5b",
    Requirement.MCIE: "R-4.1.5c",
    Requirement.SALES_TRAINING: "R-4.1.4",
}
"""What can run out by itself, and the rule that asks for it."""


def notices(state: AccountState) -> tuple[AnyNotice, ...]:
    """Everything that a state announces, in the order of days (R-3.1b, R-3.2, R-3.3, R-4.1.6, R-4.1.7)."""
    found: list[AnyNotice] = [*_of_changes(state), *_of_cases(state), *_of_reminders(state), *_of_advice(state)]
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
            payout=amount(statement.payout),
            carried_out=amount(statement.carried_out),
            payable_from=statement.payable_from,
            reason=statement.reason,
        ),
    )


def notice_id(on: date, kind: NoticeKind, about: str) -> str:
    """The natural name of a cause; sorts by day."""
    return f"{on.isoformat()}#{kind}#{about}"


def _head(
    state: AccountState, on: date, kind: NoticeKind, about: str, rule: str, edition: str | None = None
) -> dict[str, Any]:
    """The fields that all notices of a state share; the edition is the state's where the step names none."""
    return {
        "id": notice_id(on, kind, about),
        "account_id": state.account_id,
        "partner_id": state.partner_id,
        "country": state.country,
        "occurred_on": on,
        "rule": rule,
        "edition": edition or state.edition,
    }


def _of_changes(state: AccountState) -> Iterator[AnyNotice]:
    """Promotions, demotions and the end; where an account starts is no news to it."""
    for change in state.tier_changes:
        if change.changed_on < state.assessed_on:
            yield from _of_change(state, change)


def _of_change(state: AccountState, change: TierChange) -> Iterator[AnyNotice]:
    def head(kind: NoticeKind, about: str) -> dict[str, Any]:
        return _head(state, change.changed_on, kind, about, change.rule, change.edition)

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


def _of_cases(state: AccountState) -> Iterator[AnyNotice]:
    for case in state.cases:
        for event in case.events:
            if event.on < state.assessed_on or (event.step is CaseStep.REMINDED and event.on == state.assessed_on):
                yield from _of_event(state, case, event)


def _of_event(state: AccountState, case: Case, event: CaseEvent) -> Iterator[AnyNotice]:
    """A case that ends in a demotion, or in the end of participation, is told of there and not a second time."""

    def head(kind: NoticeKind) -> dict[str, Any]:
        return _head(state, event.on, kind, case.case_id, case.rule)

    stated = _stated(case)
    match event.step:
        case CaseStep.OPENED:
            yield CaseOpened(detail=CaseStated(**stated), **head(NoticeKind.CASE_OPENED))
        case CaseStep.REMINDED:
            left = (case.due_on - event.on).days if case.due_on else None
            yield CaseReminder(detail=CaseReminded(days_left=left, **stated), **head(NoticeKind.CASE_REMINDER))
        case CaseStep.NOTICED:
            yield BrandNotice(detail=CaseStated(**stated), **head(NoticeKind.BRAND_NOTICE))
        case CaseStep.DECISION_DUE:
            yield DecisionIsDue(detail=CaseStated(**stated), **head(NoticeKind.DECISION_DUE))
        case CaseStep.CLOSED if case.outcome is CaseOutcome.CURED:
            yield CaseCured(detail=_ended(case, case.outcome), **head(NoticeKind.CASE_CURED))
        case CaseStep.CLOSED if case.outcome not in (None, CaseOutcome.DEMOTED, CaseOutcome.ENDED):
            yield CaseClosed(detail=_ended(case, case.outcome), **head(NoticeKind.CASE_CLOSED))


def _stated(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in CaseStated.model_fields}


def _ended(case: Case, outcome: CaseOutcome) -> CaseEnded:
    last = case.decisions[-1] if case.decisions else None
    decision = CaseDecided.model_validate(last) if last else None
    return CaseEnded(closed_on=case.closed_on, outcome=outcome, decision=decision, **_stated(case))


def _of_reminders(state: AccountState) -> Iterator[AnyNotice]:
    for reminder in state.memory.reminders:
        if reminder.on <= state.assessed_on:
            yield _of_reminder(state, reminder)


def _of_reminder(state: AccountState, reminder: ExpiryReminder) -> ExpiryReminded:
    about = f"{reminder.requirement}-{reminder.subject}-{reminder.expires_on}"
    rule = REMINDED_BY_RULE.get(reminder.requirement, "R-3.3")
    head = _head(state, reminder.on, NoticeKind.EXPIRY_REMINDER, about, rule)
    return ExpiryReminded(detail=ExpiryAhead.model_validate(reminder), **head)


def _of_advice(state: AccountState) -> Iterator[AnyNotice]:
    """Unless all that was to be told has been mended meanwhile: then there is nothing to say."""
    told = state.memory.told
    if told and told.on <= state.assessed_on and (missing := _told(state, told)):
        head = _head(state, told.on, NoticeKind.ADVICE, f"{told.tier}", "R-3.1b")
        yield AdviceNotice(detail=AdviceGiven(tier=told.tier, missing=missing), **head)


def _told(state: AccountState, told: AdviceTold) -> tuple[NoticeFinding, ...]:
    """The findings of what was told, as the state's advice has them."""
    advised = (finding for advice in state.advice if advice.tier is told.tier for finding in advice.missing)
    return _shown(finding for finding in advised if finding.requirement in told.requirements)


def _shown(findings: Iterable[Finding]) -> tuple[NoticeFinding, ...]:
    return tuple(NoticeFinding.model_validate(finding) for finding in findings)
