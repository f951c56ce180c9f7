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
    AnyNotice,
    CaseClosed,
    CaseCured,
    CaseDueChanged,
    CaseOpened,
    CaseReminder,
    DecisionIdle,
    ExpiryReminded,
    NoticeKind,
    ParticipationEnded,
    TierDemoted,
    TierPromoted,
)
from partner_program.domain.tiers.account import AccountState, AdviceTold, ChangeReason, Memory
from partner_program.domain.tiers.cases import Case, CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Requirement
from partner_program.values.tiers import Tier
from tests.fakes.notices import (
    EXPIRIES,
    IDLE,
    REMINDERS,
    a_case,
    a_change,
    a_state,
    a_statement,
    a_verdict,
    as_of,
    full_state,
    on,
    told_by,
    versions,
)


def kinds(state: AccountState) -> list[str]:
    return [notice.kind.value for notice in notices(state)]


def with_case(case: Case, assessed_on: str) -> AccountState:
    return a_state(assessed_on, memory=Memory(cases=(case,)))


def only(state: AccountState) -> AnyNotice:
    (found,) = notices(state)
    return found


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


EXTENDED = a_case(
    Requirement.BUSINESS_PLAN,
    ("2024-01-01", CaseStep.OPENED, "2024-03-01"), ("2024-03-02", CaseStep.DECISION_DUE),
    ("2024-03-05", CaseStep.DECIDED, "2024-04-01"), ("2024-04-02", CaseStep.DECISION_DUE),
    decisions=[a_verdict(Verdict.EXTEND, "2024-03-05", "2024-01-01", "2024-04-01")],
)  # fmt: skip


@pytest.mark.rule("R-4.1.6")
def test_an_extension_names_the_last_day_before_and_after_it_and_the_vendors_reason() -> None:
    assert "case_due_changed" not in kinds(with_case(EXTENDED, "2024-03-05"))
    moved = next(notice for notice in notices(with_case(EXTENDED, "2024-03-06")) if isinstance(notice, CaseDueChanged))
    detail = moved.detail
    assert (detail.due_before, detail.due_on, detail.days_left) == (on("2024-03-01"), on("2024-04-01"), 27)
    assert detail.decision is not None
    assert (detail.decision.reason, detail.why) == ("the plan is being written with us", "the vendor has extended it")


MOVED = (
    ("2024-03-01", CaseStep.OPENED, "2024-04-30"), ("2024-03-31", CaseStep.REMINDED),
    ("2024-04-01", CaseStep.REDATED, "2024-04-02"),
)  # fmt: skip


@pytest.mark.rule("R-3.3")
def test_a_last_day_that_moves_is_told_when_the_day_is_over_with_the_old_one_the_new_one_and_why() -> None:
    state = with_case(a_case(Requirement.MCDE, *MOVED), "2024-04-02")
    (moved,) = [notice for notice in notices(state) if isinstance(notice, CaseDueChanged)]
    assert moved.id == "2024-04-01#case_due_changed#MCDE-2024-03-01"
    detail = moved.detail
    assert (detail.due_before, detail.due_on, detail.days_left) == (on("2024-04-30"), on("2024-04-02"), 1)
    assert (detail.why, detail.decision) == ("from 2024-02-01 instead of 2024-03-01", None)
    assert "case_due_changed" not in kinds(with_case(a_case(Requirement.MCDE, *MOVED), "2024-04-01"))


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize("days_of_moves", [1, 2])
def test_a_day_moved_twice_on_one_day_is_one_notice_on_two_days_two_notices(days_of_moves: int) -> None:
    again = "2024-04-01" if days_of_moves == 1 else "2024-04-02"
    case = a_case(Requirement.MCDE, *MOVED, (again, CaseStep.REDATED, "2024-04-20"))
    moved = [n.detail for n in notices(with_case(case, "2024-04-03")) if isinstance(n, CaseDueChanged)]
    steps = [(on("2024-04-30"), on("2024-04-02")), (on("2024-04-02"), on("2024-04-20"))]
    assert [(n.due_before, n.due_on) for n in moved] == (
        steps if days_of_moves == 2 else [(on("2024-04-30"), on("2024-04-20"))]
    )


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(
    "steps",
    [
        [("2024-04-01", CaseStep.REDATED, "2024-04-30")],
        [("2024-04-01", CaseStep.REDATED, "2024-04-02"), ("2024-04-01", CaseStep.DECIDED, "2024-04-30")],
        [("2024-04-01", CaseStep.REDATED, "2024-04-02"), ("2024-04-01", CaseStep.NOTICED, "2024-05-31")],
        [("2024-04-01", CaseStep.NOTICED, "2024-05-31"), ("2024-04-09", CaseStep.REDATED, "2024-05-31")],
    ],
)
def test_a_last_day_that_is_the_same_at_the_end_of_the_day_or_told_by_the_brand_notice_is_not_told_again(
    steps: list[tuple[str, CaseStep, str | None]],
) -> None:
    case = a_case(Requirement.BRAND, ("2024-03-01", CaseStep.OPENED, "2024-04-30"), *steps)
    assert "case_due_changed" not in kinds(with_case(case, "2024-07-01"))


@pytest.mark.rule("R-3.3")
def test_a_move_into_the_past_that_costs_the_tier_on_the_same_day_is_told_beside_it() -> None:
    steps = (*MOVED[:2], ("2024-04-05", CaseStep.REDATED, "2024-04-02"), ("2024-04-05", CaseStep.CLOSED))
    state = with_case(a_case(Requirement.MCDE, *steps, outcome=CaseOutcome.DEMOTED), "2024-04-06")
    (moved,) = [notice for notice in notices(state) if isinstance(notice, CaseDueChanged)]
    assert (moved.detail.days_left, moved.detail.outcome) == (-3, CaseOutcome.DEMOTED)


# -- late notices


@pytest.mark.rule("R-3.3")
def test_what_a_step_says_of_the_last_day_is_the_same_however_late_it_is_announced() -> None:
    case = a_case(Requirement.MCDE, *MOVED)
    for late in ("2024-04-02", "2024-06-02"):
        opened = next(notice for notice in notices(with_case(case, late)) if isinstance(notice, CaseOpened))
        assert opened.detail.due_on == on("2024-04-30")
    at_once = as_of(with_case(case, "2024-06-02"), on("2024-03-31"))
    reminder = next(notice for notice in notices(at_once) if isinstance(notice, CaseReminder))
    assert (reminder.detail.days_left, reminder.detail.due_on) == (30, on("2024-04-30"))


REMINDED = (("2024-03-01", CaseStep.OPENED), ("2024-03-30", CaseStep.REMINDED))


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(("assessed_on", "told"), [("2024-04-28", True), ("2024-04-29", True), ("2024-04-30", False)])
def test_a_reminder_goes_out_late_as_long_as_its_last_day_has_not_passed(assessed_on: str, told: bool) -> None:
    case = a_case(Requirement.MCDE, *REMINDED, due="2024-04-29")
    assert ("case_reminder" in kinds(with_case(case, assessed_on))) is told


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(
    ("later", "outcome"),
    [
        (("2024-04-02", CaseStep.CLOSED, "2024-04-29"), CaseOutcome.CURED),
        (("2024-04-02", CaseStep.REDATED, "2024-04-20"), None),
        (("2024-04-02", CaseStep.DECIDED, "2024-06-30"), None),
    ],
)
def test_a_reminder_does_not_go_out_late_once_the_case_has_ended_or_another_day_is_told(
    later: tuple[str, CaseStep, str], outcome: CaseOutcome | None
) -> None:
    case = a_case(Requirement.MCDE, *REMINDED, later, due="2024-04-29", outcome=outcome)
    assert "case_reminder" not in kinds(with_case(case, "2024-04-03"))


@pytest.mark.rule("R-3.3")
def test_of_several_reminders_that_are_late_the_last_one_goes_out() -> None:
    case = a_case(Requirement.MCDE, *REMINDED, ("2024-04-15", CaseStep.REMINDED), due="2024-04-29")
    late = [notice for notice in notices(with_case(case, "2024-04-16")) if isinstance(notice, CaseReminder)]
    assert [notice.detail.days_left for notice in late] == [14]


@pytest.mark.rule("R-3.3")
def test_a_notice_of_an_earlier_step_says_that_the_case_has_ended_once_the_day_of_that_is_over() -> None:
    case = a_case(Requirement.MCDE, *REMINDED, ("2024-04-02", CaseStep.CLOSED), outcome=CaseOutcome.CURED)
    for assessed_on, outcome in (("2024-04-02", None), ("2024-04-03", CaseOutcome.CURED)):
        opened = next(notice for notice in notices(with_case(case, assessed_on)) if isinstance(notice, CaseOpened))
        assert opened.detail.outcome is outcome
        assert opened.detail.closed_on == (on("2024-04-02") if outcome else None)


@pytest.mark.rule("R-4.1.5")
@pytest.mark.parametrize(("assessed_on", "told"), [("2024-06-29", True), ("2024-06-30", True), ("2024-07-01", False)])
def test_a_reminder_of_an_expiry_goes_out_late_until_the_day_before_it(assessed_on: str, told: bool) -> None:
    assert ("expiry_reminder" in kinds(a_state(assessed_on, memory=Memory(reminders=REMINDERS)))) is told


@pytest.mark.rule("R-4.1.5")
def test_what_was_renewed_or_is_no_longer_asked_for_is_not_reminded_of() -> None:
    state = a_state("2024-04-03", memory=Memory(reminders=REMINDERS))
    assert kinds(state) == ["expiry_reminder"]
    renewed = EXPIRIES[0].model_copy(update={"subject": "C-8", "expires_on": on("2026-07-01")})
    for expiries in ((), (renewed,)):
        assert kinds(state.model_copy(update={"expiries": expiries})) == []


@pytest.mark.rule("R-4.1.5")
def test_of_several_reminders_of_one_expiry_that_are_late_the_last_one_goes_out() -> None:
    both = (REMINDERS[0].model_copy(update={"on": on("2024-05-02"), "days": 60}), REMINDERS[0])
    notice = only(a_state("2024-05-03", memory=Memory(reminders=both)))
    assert isinstance(notice, ExpiryReminded)
    assert notice.detail.days == 60


@pytest.mark.rule("R-4.1.5")
def test_a_reminder_of_an_expiry_says_for_which_tier_it_counts_and_how_many_are_asked_for_and_there() -> None:
    state = a_state("2024-04-03", memory=Memory(reminders=REMINDERS))
    for findings, asked in ((state.findings, ("2 people", "2 people")), ((), (None, None))):
        notice = only(state.model_copy(update={"findings": findings}))
        assert isinstance(notice, ExpiryReminded)
        assert (notice.detail.tier, notice.detail.required, notice.detail.found) == (Tier.PREMIER, *asked)


def test_an_extension_counts_as_decided_and_the_next_decision_due_is_a_notice_of_its_own() -> None:
    state = with_case(EXTENDED, "2024-04-03")
    assert kinds(state) == ["case_opened", "decision_due", "case_due_changed", "decision_due"]


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
