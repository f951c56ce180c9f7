"""Last days that move, and what goes out late: what it says then, and what is left out."""

import pytest

from partner_program.domain.facts import Verdict
from partner_program.domain.notices.derive import notices
from partner_program.domain.notices.model import (
    CaseDueChanged,
    CaseOpened,
    CaseReminder,
    ExpiryReminded,
)
from partner_program.domain.tiers.account import Memory
from partner_program.domain.tiers.cases import CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Requirement
from partner_program.values.tiers import Tier
from tests.fakes.notices import (
    EXPIRIES,
    REMINDERS,
    a_case,
    a_state,
    a_verdict,
    as_of,
    kinds,
    on,
    only,
    with_case,
)

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
