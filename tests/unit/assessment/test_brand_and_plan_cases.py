"""Cases of Premier's obligations: the Business Plan of each year and brand alignment (R-4.1.6, R-4.1.7)."""

import pytest

from partner_program.domain.tiers.account import AccountState
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, case_of, events, open_cases, steps
from tests.fakes.records import (
    Known,
    brand_review,
    business_review,
    day,
    decided,
    in_program,
    kept_qualified,
    kept_tier,
    opening,
    placed,
    plan,
)

REVENUE: list[Known] = [opening(2022, "200000"), opening(2023, "200000"), opening(2024, "200000")]


def brandless(since: str, *more: Known) -> Story:
    """Premier in everything but the brand, from a day on."""
    plans = [plan(year, "2022-12-01") for year in (2023, 2024)]
    return Story(
        *in_program(), placed("premier", since), *kept_qualified("premier"), *plans, *REVENUE, *more, first=since
    )


def planless(since: str, *more: Known) -> Story:
    """Premier in everything but the plans."""
    kept = [*kept_qualified("premier"), brand_review("2022-06-01")]
    return Story(*in_program(), placed("premier", since), *kept, *REVENUE, *more, first=since)


def aligned(*more: Known) -> Story:
    """Premier in everything, its brand in line since the day of the placement."""
    return brandless("2023-01-02", brand_review("2023-01-02"), *more)


def times(state: AccountState, requirement: str, subject: str | None = None) -> tuple[str, str]:
    """First and last day of its case."""
    case = case_of(state, requirement, subject)
    return str(case.opened_on), str(case.due_on)


# -- brand alignment


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize(
    ("became", "first_due", "notice", "second_due", "over"),
    [
        ("2023-06-01", "2023-07-31", "2023-08-01", "2023-09-30", "2023-10-01"),
        ("2023-06-30", "2023-07-31", "2023-08-01", "2023-09-30", "2023-10-01"),
        ("2023-12-31", "2024-01-31", "2024-02-01", "2024-03-31", "2024-04-01"),
        ("2024-01-31", "2024-02-29", "2024-03-01", "2024-04-30", "2024-05-01"),
    ],
)
def test_current_and_following_month_then_a_notice_then_current_and_following_month_once_more_then_a_decision(
    became: str, first_due: str, notice: str, second_due: str, over: str
) -> None:
    story = brandless(became)
    assert times(story.until(first_due), "brand_alignment") == (became, first_due)
    assert case_of(story.until(first_due), "brand_alignment").noticed_on is None
    noticed = case_of(story.until(notice), "brand_alignment")
    assert (noticed.noticed_on, noticed.due_on) == (day(notice), day(second_due))
    assert not case_of(story.until(second_due), "brand_alignment").decision_due
    case = case_of(story.until(over), "brand_alignment")
    assert case.decision_due
    assert [each for each in events(case) if each[1] != "reminded"] == [
        (became, "opened"), (notice, "noticed"), (over, "decision_due"),
    ]  # fmt: skip
    assert story.until(over).tier is Tier.PREMIER


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize(
    ("reviewed", "steps_taken"),
    [
        ("2023-07-31", ["opened", "closed"]),
        ("2023-08-01", ["opened", "closed"]),  # a fulfilled review on the day itself needs no notice
        ("2023-08-02", ["opened", "noticed", "closed"]),
        ("2023-09-30", ["opened", "noticed", "closed"]),
        ("2023-10-01", ["opened", "noticed", "closed"]),
        ("2023-10-02", ["opened", "noticed", "decision_due", "closed"]),
    ],
)
def test_a_review_that_is_fulfilled_ends_the_case_whenever_it_comes(reviewed: str, steps_taken: list[str]) -> None:
    state = brandless("2023-06-15").then(reviewed, brand_review(reviewed)).until("2023-12-31")
    case = case_of(state, "brand_alignment")
    assert (str(case.outcome), str(case.closed_on)) == ("cured", reviewed)
    assert [step for _, step in events(case) if step != "reminded"] == steps_taken


@pytest.mark.rule("R-4.1.7")
def test_a_review_of_an_aligned_account_that_is_not_fulfilled_brings_its_notice_at_once() -> None:
    case = case_of(aligned(brand_review("2023-09-10", "not_fulfilled")).until("2023-09-10"), "brand_alignment")
    assert (case.opened_on, case.noticed_on, case.due_on) == (day("2023-09-10"), day("2023-09-10"), day("2023-10-31"))
    assert case.causes == ("the brand review of 2023-09-10 was not fulfilled",)


@pytest.mark.rule("R-4.1.7")
def test_the_second_period_runs_from_the_notice_even_if_the_review_was_recorded_late() -> None:
    story = aligned().then("2023-11-02", brand_review("2023-09-10", "not_fulfilled"))
    case = case_of(story.until("2023-11-02"), "brand_alignment")
    assert (case.opened_on, case.noticed_on, case.due_on) == (day("2023-09-10"), day("2023-11-02"), day("2023-12-31"))
    assert not case_of(story.until("2023-12-31"), "brand_alignment").decision_due
    assert case_of(story.until("2024-01-01"), "brand_alignment").decision_due


@pytest.mark.rule("R-4.1.7")
def test_a_review_that_is_not_fulfilled_does_not_shorten_the_first_period_of_an_account_never_aligned() -> None:
    story = brandless("2023-06-15", brand_review("2023-06-20", "not_fulfilled"))
    case = case_of(story.until("2023-07-31"), "brand_alignment")
    assert (case.opened_on, case.due_on, case.noticed_on) == (day("2023-06-15"), day("2023-07-31"), None)


@pytest.mark.rule("R-4.1.7")
def test_a_second_bad_review_within_the_second_period_gives_no_more_time_and_no_second_notice() -> None:
    bad = [brand_review(on, "not_fulfilled") for on in ("2023-09-10", "2023-10-20")]
    case = case_of(aligned(*bad).until("2023-10-31"), "brand_alignment")
    assert case.due_on == day("2023-10-31")
    assert [step for _, step in events(case)].count("noticed") == 1


@pytest.mark.rule("R-4.1.7")
def test_out_of_line_again_after_a_good_review_is_a_case_of_its_own() -> None:
    reviews = [
        brand_review("2023-03-10", "not_fulfilled"), brand_review("2023-04-01"),
        brand_review("2023-09-10", "not_fulfilled"),
    ]  # fmt: skip
    cases = aligned(*reviews).until("2023-09-10").cases
    assert [(str(case.opened_on), str(case.due_on), str(case.outcome)) for case in cases] == [
        ("2023-03-10", "2023-04-30", "cured"), ("2023-09-10", "2023-10-31", "None"),
    ]  # fmt: skip


@pytest.mark.rule("R-4.1.7")
def test_a_waiver_holds_until_the_next_review_that_is_not_fulfilled() -> None:
    waived = decided("brand_alignment", "2023-06-15", "waive", "2023-10-05")
    story = brandless("2023-06-15", waived)
    later = story.until("2024-06-30")
    assert (open_cases(later), str(case_of(later, "brand_alignment").outcome)) == ([], "waived")
    assert [item.met for item in later.findings if item.requirement == "brand_alignment"] == [True]
    bad = brandless("2023-06-15", waived, brand_review("2024-03-10", "not_fulfilled"))
    assert open_cases(bad.until("2024-03-09")) == []
    assert open_cases(bad.until("2024-03-10")) == ["brand_alignment"]


@pytest.mark.rule("R-4.1.7")
def test_a_review_that_is_not_fulfilled_after_a_waiver_opens_a_case_of_its_own_day() -> None:
    waived = decided("brand_alignment", "2023-06-15", "waive", "2023-10-05")
    bad = brandless("2023-06-15", waived, brand_review("2024-03-10", "not_fulfilled"))
    case = bad.until("2024-03-10").cases[-1]
    assert (case.opened_on, case.noticed_on, case.due_on) == (day("2024-03-10"), day("2024-03-10"), day("2024-04-30"))
    assert case.causes == ("the brand review of 2024-03-10 was not fulfilled",)


@pytest.mark.rule("R-4.1.7")
def test_a_review_from_before_the_waiver_that_is_recorded_after_it_does_not_end_it() -> None:
    waived = decided("brand_alignment", "2023-06-15", "waive", "2023-10-05")
    story = brandless("2023-06-15", waived).then("2023-10-20", brand_review("2023-10-01", "not_fulfilled"))
    assert open_cases(story.until("2023-12-31")) == []


@pytest.mark.rule("R-4.1.7")
def test_a_waiver_of_an_earlier_time_as_premier_says_nothing_of_the_next() -> None:
    """Premier from 2 January, waived, lost for the plan, regained with it: the brand has its time once more."""
    kept = [*kept_qualified("premier"), *REVENUE]
    waived = decided("brand_alignment", "2023-01-02", "waive", "2023-02-10")
    lost = decided("business_plan", "2023-01-02", "demote", "2023-03-10")
    story = Story(*in_program(), placed("premier"), *kept, waived, lost).then("2023-06-15", plan(2023, "2023-06-15"))
    state = story.until("2023-06-15")
    assert steps(state)[1:] == [("2023-03-10", "advanced"), ("2023-06-15", "premier")]
    case = state.cases[-1]
    assert (case.requirement, case.opened_on, case.due_on, case.is_open) == (
        "brand_alignment", day("2023-06-15"), day("2023-07-31"), True,
    )  # fmt: skip


@pytest.mark.rule("R-4.1.7")
def test_an_extension_moves_the_day_of_the_notice_too() -> None:
    story = brandless(
        "2023-06-15", decided("brand_alignment", "2023-06-15", "extend", "2023-07-20", until="2023-08-10")
    )
    assert case_of(story.until("2023-08-10"), "brand_alignment").noticed_on is None
    case = case_of(story.until("2023-08-11"), "brand_alignment")
    assert (case.noticed_on, case.due_on) == (day("2023-08-11"), day("2023-09-30"))


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize("on", ["2023-03-20", "2023-03-21", "2023-05-02"])
def test_a_good_review_and_then_a_bad_one_within_the_first_period_end_the_time_for_a_first_one(on: str) -> None:
    """Case and finding say the same: out of line since 20 March, with the time of the notice."""
    reviews = [brand_review("2023-03-10"), brand_review("2023-03-20", "not_fulfilled")]
    story = brandless("2023-03-01", *reviews)
    state = story.until(on)
    case = state.cases[-1]
    assert [str(each.outcome) for each in state.cases] == ["cured", "None"]
    assert (case.opened_on, case.noticed_on, case.due_on) == (day("2023-03-20"), day("2023-03-20"), day("2023-04-30"))
    found = next(item for item in state.findings if item.requirement == "brand_alignment")
    assert (found.met, found.since, found.found) == (False, day("2023-03-20"), "not fulfilled on 2023-03-20")
    assert found.missing == "brand alignment"


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize("on", ["2023-06-15", "2023-07-31", "2023-08-01", "2023-10-01"])
def test_what_is_owed_is_said_from_the_first_day_of_the_brands_case_on(on: str) -> None:
    case = case_of(brandless("2023-06-15").until(on), "brand_alignment")
    assert (case.required, case.missing) == ("brand alignment fulfilled", "brand alignment")
    assert case.mend == "Bring the use of the brand into line and have it reviewed."


# -- the Business Plan


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(
    ("became", "due", "over"),
    [("2023-06-15", "2023-08-14", "2023-08-15"), ("2023-12-15", "2024-02-13", "2024-02-14")],
)
def test_the_first_plan_is_owed_from_the_promotion_and_due_after_sixty_days(became: str, due: str, over: str) -> None:
    story = planless(became)
    assert times(story.until(became), "business_plan") == (became, due)
    assert not case_of(story.until(due), "business_plan", became[:4]).decision_due
    waiting = case_of(story.until(over), "business_plan", became[:4])
    assert (waiting.decision_due, events(waiting)[-1]) == (True, (over, "decision_due"))


@pytest.mark.rule("R-4.1.6")
def test_each_first_of_january_opens_the_case_of_the_new_year() -> None:
    story = planless("2023-01-02", plan(2023, "2023-01-02"))
    assert story.until("2023-12-31").cases == ()
    assert times(story.until("2024-01-01"), "business_plan") == ("2024-01-01", "2024-03-01")
    assert not case_of(story.until("2024-03-01"), "business_plan").decision_due
    assert case_of(story.until("2024-03-02"), "business_plan").decision_due


@pytest.mark.rule("R-4.1.6")
def test_who_became_premier_late_in_the_year_owes_two_plans_at_once() -> None:
    state = planless("2023-12-15").until("2024-01-01")
    assert times(state, "business_plan", "2023") == ("2023-12-15", "2024-02-13")
    assert times(state, "business_plan", "2024") == ("2024-01-01", "2024-03-01")


@pytest.mark.rule("R-4.1.6")
def test_each_plan_ends_the_case_of_its_own_year() -> None:
    story = planless("2023-12-15").then("2024-02-01", plan(2024, "2024-02-01"))
    assert open_cases(story.until("2024-02-01")) == ["business_plan 2023"]
    state = story.then("2024-02-10", plan(2023, "2024-02-10")).until("2024-02-10")
    assert open_cases(state) == []
    assert [str(case.closed_on) for case in state.cases] == ["2024-02-10", "2024-02-01"]


@pytest.mark.rule("R-4.1.6")
def test_a_plan_handed_in_before_its_year_leaves_no_case() -> None:
    assert planless("2023-01-02", plan(2023, "2023-01-02"), plan(2024, "2023-12-31")).until("2024-12-31").cases == ()


@pytest.mark.rule("R-4.1.6")
def test_reviews_are_recorded_and_shown_and_cost_nothing() -> None:
    """One of last year and one to come do not count."""
    held = [business_review("quarterly", on) for on in ("2023-12-20", "2024-02-01", "2024-05-01", "2024-08-01")]
    kept = [*kept_tier("premier"), *REVENUE, *held, business_review("annual", "2024-06-15")]
    state = Story(*in_program(), placed("premier"), *kept).until("2024-06-15")
    found = next(item for item in state.findings if item.requirement == "business_plan")
    assert found.met
    assert found.found == "submitted on 2023-12-01; 2 of 4 quarterly and 1 of 1 annual reviews held in 2024"


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize("on", ["2023-12-15", "2023-12-31", "2024-01-01", "2024-02-13", "2024-02-14", "2024-06-30"])
def test_a_plans_case_speaks_of_the_plan_of_its_own_year_from_its_first_day_on(on: str) -> None:
    """Also while there is time, and also when the plan of the year after is there already."""
    case = case_of(planless("2023-12-15", plan(2024, "2024-01-10")).until(on), "business_plan", "2023")
    assert (case.required, case.found, case.missing, case.mend) == (
        "Business Plan 2023", "not submitted", "Business Plan 2023", "Submit the Business Plan 2023.",
    )  # fmt: skip


@pytest.mark.rule("R-4.1.6")
def test_a_demotion_for_last_years_plan_names_that_one() -> None:
    """That of this year is there."""
    decision = decided("business_plan", "2023-01-02", "demote", "2024-02-01")
    state = planless("2023-01-02", plan(2024, "2024-01-10"), decision).until("2024-02-01")
    assert steps(state)[1:] == [("2024-02-01", "advanced")]
    assert (state.tier_changes[-1].cause or "").startswith("business plan: Business Plan 2023 since 2023-01-02,")
