"""What a state announces, when, and under which name."""

from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

import pytest

from partner_program.domain.accelerator.statement import StatementStatus
from partner_program.domain.facts import CaseDecision, Verdict
from partner_program.domain.notices.derive import DECIDED_BY_RULE, new_notices, notices, statement_notice
from partner_program.domain.notices.model import (
    AdviceNotice,
    CaseClosed,
    CaseCured,
    CaseOpened,
    CaseReminder,
    DecisionIdle,
    ExpiryReminded,
    NoticeKind,
    ParticipationEnded,
    TierDemoted,
    TierPromoted,
)
from partner_program.domain.tiers.account import AdviceTold, ChangeReason, Memory
from partner_program.domain.tiers.cases import CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Requirement
from partner_program.values.tiers import Tier
from tests.fakes.notices import (
    IDLE,
    REMINDERS,
    a_case,
    a_change,
    a_state,
    a_statement,
    as_of,
    full_state,
    kinds,
    on,
    only,
    told_by,
    versions,
    with_case,
)


def test_a_state_with_every_cause_announces_every_kind_but_the_statements() -> None:
    assert set(kinds(full_state())) == set(NoticeKind) - {NoticeKind.STATEMENT_READY}


@pytest.mark.parametrize("reason", [ChangeReason.PLACED, ChangeReason.ENROLLED])
def test_where_an_account_starts_is_no_news(reason: ChangeReason) -> None:
    assert notices(a_state("2024-06-01", changes=[a_change("2024-01-04", None, Tier.ADVANCED, reason)])) == ()


@pytest.mark.rule("R-3.1")
@pytest.mark.parametrize(("assessed_on", "count"), [("2024-01-03", 0), ("2024-01-04", 0), ("2024-01-05", 1)])
def test_a_tier_change_is_announced_when_its_day_is_over(assessed_on: str, count: int) -> None:
    change = a_change("2024-01-04", Tier.ADVANCED, Tier.PREMIER, ChangeReason.PROMOTED)
    assert len(notices(a_state(assessed_on, changes=[change]))) == count


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (CaseStep.OPENED, "case_opened"),
        (CaseStep.NOTICED, "brand_notice"),
        (CaseStep.DECISION_DUE, "decision_due"),
    ],
)
def test_a_step_of_a_case_is_announced_when_its_day_is_over(step: CaseStep, kind: str) -> None:
    case = a_case(Requirement.BRAND, ("2024-03-01", step))
    assert kinds(with_case(case, "2024-03-01")) == []
    assert kinds(with_case(case, "2024-03-02")) == [kind]


@pytest.mark.rule("R-3.3")
def test_a_reminder_of_a_case_is_announced_on_its_day_because_it_rests_on_the_evening_before() -> None:
    case = a_case(Requirement.MCDE, ("2024-03-30", CaseStep.REMINDED))
    assert notices(with_case(case, "2024-03-29")) == ()
    notice = only(with_case(case, "2024-03-30"))
    assert isinstance(notice, CaseReminder)
    assert (notice.detail.days_left, notice.detail.due_on) == (30, on("2024-04-29"))


@pytest.mark.rule("R-4.1.5")
def test_a_reminder_of_an_expiry_is_announced_on_its_day() -> None:
    memory = Memory(reminders=REMINDERS)
    assert notices(a_state("2024-04-01", memory=memory)) == ()
    notice = only(a_state("2024-04-02", memory=memory))
    assert isinstance(notice, ExpiryReminded)
    assert (notice.rule, notice.detail.days, notice.detail.holder) == ("R-4.1.5b", 90, "E-4")


@pytest.mark.rule("R-3.1b")
def test_advice_is_announced_on_the_day_it_is_told_with_the_findings_of_what_was_told() -> None:
    told = AdviceTold(tier=Tier.ADVANCED, requirements=(Requirement.MCDE,), on=on("2024-06-02"))
    assert notices(a_state("2024-06-01", memory=Memory(told=told))) == ()
    notice = only(a_state("2024-06-02", memory=Memory(told=told)))
    assert isinstance(notice, AdviceNotice)
    assert [finding.requirement for finding in notice.detail.missing] == [Requirement.MCDE]
    assert notice.detail.missing[0].mend == "one more person with a valid certification"


@pytest.mark.rule("R-3.1b")
@pytest.mark.parametrize(
    ("tier", "requirements"),
    [
        (Tier.ADVANCED, ()),
        (Tier.ADVANCED, (Requirement.SALES_TRAINING,)),
        (Tier.PREMIER, (Requirement.MCDE,)),
    ],
)
def test_advice_on_what_is_no_longer_missing_is_no_notice(tier: Tier, requirements: tuple[Requirement, ...]) -> None:
    told = AdviceTold(tier=tier, requirements=requirements, on=on("2024-06-02"))
    assert notices(a_state("2024-06-09", memory=Memory(told=told))) == ()


@pytest.mark.rule("R-3.2")
def test_a_demotion_says_cause_cases_entitlements_and_findings() -> None:
    change = a_change("2024-04-30", Tier.PREMIER, Tier.AUTHORIZED, ChangeReason.DEMOTED)
    notice = only(a_state("2024-05-01", changes=[change]))
    assert isinstance(notice, TierDemoted)
    assert (notice.rule, notice.edition, notice.occurred_on) == ("R-3.2", "guide-2022", on("2024-04-30"))
    assert notice.detail.cause == change.cause
    assert notice.detail.case_ids == ("MCDE-2024-03-01",)
    assert [entry.after for entry in notice.detail.entitlements] == ["20 %"]
    assert [finding.missing for finding in notice.detail.findings] == ["1 person"]


@pytest.mark.rule("R-3.1")
def test_a_promotion_says_from_when_the_tier_was_reached() -> None:
    change = a_change("2024-01-04", Tier.ADVANCED, Tier.PREMIER, ChangeReason.PROMOTED)
    notice = only(a_state("2024-01-05", changes=[change]))
    assert isinstance(notice, TierPromoted)
    assert (notice.detail.reached_on, notice.detail.business_days) == (on("2024-01-01"), 3)


@pytest.mark.rule("R-3.4b")
def test_the_end_of_participation_is_announced_as_such() -> None:
    notice = only(a_state("2024-06-04", changes=[a_change("2024-06-03", Tier.AUTHORIZED, None, ChangeReason.ENDED)]))
    assert isinstance(notice, ParticipationEnded)
    assert notice.detail.from_tier is Tier.AUTHORIZED


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (CaseOutcome.CURED, "case_cured"),
        (CaseOutcome.WAIVED, "case_closed"),
        (CaseOutcome.MOOT, "case_closed"),
        (CaseOutcome.CORRECTED, "case_closed"),
        (CaseOutcome.DEMOTED, None),
        (CaseOutcome.ENDED, None),
    ],
)
def test_a_closed_case_is_told_once_one_that_cost_the_tier_in_the_notice_of_that(
    outcome: CaseOutcome, kind: str | None
) -> None:
    steps = ("2024-03-01", CaseStep.OPENED), ("2024-04-02", CaseStep.CLOSED)
    state = with_case(a_case(Requirement.MCDE, *steps, outcome=outcome), "2024-04-03")
    assert kinds(state) == ["case_opened", *([kind] if kind else [])]


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize("outcome", CaseOutcome)
def test_a_case_that_ended_on_the_day_on_which_it_was_opened_is_told_by_what_ended_it_alone(
    outcome: CaseOutcome,
) -> None:
    """It was discovered after its last day: the mail of the demotion says it, and asks for nothing that is too late."""
    day = "2024-03-01"
    steps = [(day, CaseStep.OPENED), (day, CaseStep.NOTICED), (day, CaseStep.DECISION_DUE), (day, CaseStep.CLOSED)]
    state = with_case(a_case(Requirement.BRAND, *steps, outcome=outcome), "2024-03-02")
    assert kinds(state) == (["case_closed"] if outcome is CaseOutcome.WAIVED else [])
    assert kinds(as_of(state, on(day))) == []


@pytest.mark.rule("R-4.1.7", "R-3.4b")
@pytest.mark.parametrize(
    ("step", "kind"), [(CaseStep.NOTICED, "brand_notice"), (CaseStep.DECISION_DUE, "decision_due")]
)
def test_a_case_that_is_opened_with_a_notice_or_a_decision_that_is_due_is_one_mail(step: CaseStep, kind: str) -> None:
    at_once = a_case(Requirement.BRAND, ("2024-03-01", CaseStep.OPENED), ("2024-03-01", step))
    later = a_case(Requirement.BRAND, ("2024-03-01", CaseStep.OPENED), ("2024-03-02", step))
    assert kinds(with_case(at_once, "2024-03-03")) == [kind]
    assert kinds(with_case(later, "2024-03-03")) == ["case_opened", kind]


@pytest.mark.rule("R-4.1.6")
def test_a_decision_without_effect_is_told_with_the_reason_when_its_day_is_over() -> None:
    memory = Memory(idle_decisions=IDLE)
    assert notices(a_state("2024-05-07", memory=memory)) == ()
    notice = only(a_state("2024-05-08", memory=memory))
    assert isinstance(notice, DecisionIdle)
    assert (notice.rule, notice.occurred_on) == ("R-4.1.6", on("2024-05-07"))
    assert notice.id == "2024-05-07#decision_without_effect#business_plan-2024-01-02-2024-05-06-waive"
    assert notice.detail.why == "there is no business_plan case that was opened on 2024-01-02"


def test_a_case_with_very_many_causes_names_the_first_and_counts_the_rest() -> None:
    """Ten notices go out in one request of 256 KB at most."""
    causes = [f"C-{number:03d} expired on 2024-02-29" for number in range(800)]
    case = a_case(Requirement.MCDE, ("2024-03-01", CaseStep.OPENED), causes=causes)
    notice = only(with_case(case, "2024-03-02"))
    assert isinstance(notice, CaseOpened)
    assert notice.detail.causes == (*causes[:50], "and 750 more")


def test_whatever_can_be_decided_has_its_rule() -> None:
    decidable = get_args(CaseDecision.model_fields["requirement"].annotation)
    assert set(DECIDED_BY_RULE) == set(decidable)


@pytest.mark.rule("R-4.1.6")
def test_a_waived_case_carries_the_vendors_decision_and_a_cured_one_its_day() -> None:
    found = {notice.kind: notice for notice in notices(full_state())}
    closed, cured = found[NoticeKind.CASE_CLOSED], found[NoticeKind.CASE_CURED]
    assert isinstance(closed, CaseClosed)
    assert closed.detail.decision is not None
    assert (closed.detail.decision.verdict, closed.detail.decision.decided_by) == (Verdict.WAIVE, "vendor.de")
    assert isinstance(cured, CaseCured)
    assert (cured.detail.closed_on, cured.detail.decision) == (on("2024-04-02"), None)


def test_ids_are_natural_unique_and_in_the_order_of_days() -> None:
    found = notices(full_state())
    assert [notice.id for notice in found] == sorted({notice.id for notice in found})
    assert all(notice.id.startswith(f"{notice.occurred_on}#{notice.kind}#") for notice in found)
    assert found[0].id == "2024-01-01#case_opened#business_plan-2024-2024-01-01"


def test_a_first_state_announces_all_that_it_has_and_the_same_state_again_nothing() -> None:
    state = full_state()
    assert new_notices(None, state) == notices(state)
    assert new_notices(state, state) == ()


def test_what_the_versions_of_a_state_announce_one_by_one_is_what_the_last_one_announces() -> None:
    saved = versions()
    pairs = zip([None, *saved[:-1]], saved, strict=True)
    told = [notice.id for old, new in pairs for notice in new_notices(old, new)]
    assert len(told) == len(set(told))
    assert set(told) == told_by(saved)


def test_a_gap_announces_what_every_day_by_itself_would_have_but_for_the_reminder_of_what_has_ended() -> None:
    first, last = on("2024-01-01"), on("2024-06-15")
    daily = [as_of(full_state(), first + timedelta(days=days)) for days in range((last - first).days + 1)]
    told = [notice.id for old, new in zip([None, *daily[:-1]], daily, strict=True) for notice in new_notices(old, new)]
    after_the_gap = [notice.id for notice in new_notices(None, as_of(full_state(), last))]
    assert len(told) == len(set(told))
    assert sorted(told) == sorted([*after_the_gap, "2024-03-30#case_reminder#MCDE-2024-03-01"])


@pytest.mark.rule("R-5.4d")
def test_a_final_statement_is_announced_with_its_amounts_and_a_preliminary_one_is_not() -> None:
    assert statement_notice(a_statement(StatementStatus.PRELIMINARY)) is None
    notice = statement_notice(a_statement())
    assert notice is not None
    assert (notice.id, notice.occurred_on) == ("2024-04-30#statement_ready#2024Q1", date(2024, 4, 30))
    assert notice.model_dump(mode="json")["detail"]["payout"] == {"amount": "31.25", "currency": "EUR"}


@pytest.mark.rule("R-5.4a")
def test_the_amounts_of_a_statement_add_up() -> None:
    amounts = {"earned": "100.00", "settled_before": "60.00", "carried_in": "15.00", "payout": "25.00"}
    statement = a_statement().model_copy(update={name: Decimal(value) for name, value in amounts.items()})
    notice = statement_notice(statement)
    assert notice is not None
    told = notice.detail
    assert told.earned.amount - told.settled_before.amount - told.carried_in.amount == told.payout.amount == 25
    assert {told.earned.currency, told.settled_before.currency, told.carried_in.currency} == {"EUR"}
