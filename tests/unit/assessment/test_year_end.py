"""The year's close: below the tier's threshold the tier is lost, Authorized is flagged (R-3.4b, R-5.4d)."""

import pytest

from partner_program.domain.tiers.account import ChangeReason
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, steps
from tests.fakes.records import (
    Known,
    baseline,
    brand_review,
    certified,
    employed,
    in_program,
    kept_tier,
    opening,
    placed,
    plan,
    rulebook,
    sales,
    trained,
)


def story_of(tier: str, of_2023: str, *more: Known) -> Story:
    """An account that keeps its tier in all but revenue; 2022 was enough for 2023."""
    return Story(*in_program(), placed(tier), *kept_tier(tier), opening(2022, "200000"), opening(2023, of_2023), *more)


@pytest.mark.rule("R-3.4b")
@pytest.mark.parametrize(
    ("held", "of_2023", "tier"),
    [
        ("premier", "200000.01", "premier"), ("premier", "200000", "premier"), ("premier", "199999.99", "advanced"),
        ("premier", "50000", "advanced"), ("premier", "49999.99", "authorized"), ("premier", "0", "authorized"),
        ("advanced", "50000.01", "advanced"), ("advanced", "50000", "advanced"), ("advanced", "49999.99", "authorized"),
        ("authorized", "999.99", "authorized"),
    ],
)  # fmt: skip
def test_below_its_threshold_a_tier_is_lost_on_the_day_the_books_close_to_the_cent_and_two_steps_if_need_be(
    held: str, of_2023: str, tier: str
) -> None:
    story = story_of(held, of_2023)
    assert story.until("2024-01-29").tier is Tier(held)
    state = story.until("2024-01-30")
    assert steps(state)[1:] == ([] if tier == held else [("2024-01-30", tier)])
    assert steps(story.until("2024-12-31")) == steps(state)


@pytest.mark.rule("R-3.4b")
def test_the_demotion_names_rule_year_threshold_and_revenue() -> None:
    change = story_of("premier", "199999.99").until("2024-01-30").tier_changes[-1]
    assert (change.rule, change.reason, change.case_ids) == ("R-3.4b", ChangeReason.DEMOTED, ())
    assert change.cause.startswith("Sales Revenue 2023: 200000.00 EUR required for premier, found ")
    assert "199999.99 EUR in 2023" in change.cause


@pytest.mark.rule("R-3.4b", "R-5.4d")
@pytest.mark.parametrize(("known", "tier"), [("2024-01-30", "premier"), ("2024-01-31", "advanced")])
def test_decembers_reports_count_up_to_the_day_the_books_close(known: str, tier: str) -> None:
    story = story_of("premier", "199999.99", sales("2023-12", "0.01", known=known))
    frozen = "200000.00" if tier == "premier" else "199999.99"
    story.then("2024-01-30", baseline(2023, frozen, "2024-01-30"))
    assert story.until("2024-01-31").tier is Tier(tier)


@pytest.mark.rule("R-3.4b")
@pytest.mark.parametrize(("of_2022", "changes"), [("200000", []), ("199999.99", [("2023-01-30", "advanced")])])
def test_last_year_holds_for_the_whole_of_this_year(of_2022: str, changes: list[tuple[str, str]]) -> None:
    story = Story(*in_program(), placed("premier"), *kept_tier("premier"), opening(2022, of_2022))
    assert steps(story.until("2023-12-31"))[1:] == changes


@pytest.mark.rule("R-3.4a", "R-3.4b")
@pytest.mark.parametrize(("ytd", "tier"), [("199999.99", "authorized"), ("200000", "premier")])
def test_what_the_new_year_has_brought_by_the_close_may_keep_the_tier(ytd: str, tier: str) -> None:
    """Of two years neither is added to the other."""
    state = story_of("premier", "10", sales("2024-01", ytd, known="2024-01-30")).until("2024-01-30")
    assert state.tier is (Tier.ADVANCED if tier == "authorized" else Tier.PREMIER)


@pytest.mark.rule("R-3.4b", "R-3.1a")
def test_who_lost_its_tier_for_revenue_gets_it_back_within_the_year_when_the_threshold_is_reached() -> None:
    state = story_of("premier", "199999.99", sales("2024-06", "200000", known="2024-07-05")).until("2024-12-31")
    assert steps(state)[1:] == [("2024-01-30", "advanced"), ("2024-07-05", "premier")]


@pytest.mark.rule("R-3.4b", "R-5.4d")
def test_the_owner_may_close_the_books_on_another_day() -> None:
    book = rulebook('"quarter.close_days" = 45\n')
    known = [*in_program(), placed("premier"), *kept_tier("premier"), opening(2022, "200000"), opening(2023, "1000")]
    story = Story(*known, book=book)
    assert story.until("2024-02-13").tier is Tier.PREMIER
    assert steps(story.until("2024-02-14"))[-1] == ("2024-02-14", "authorized")


# -- January


@pytest.mark.rule("R-3.3", "R-3.4b")
@pytest.mark.parametrize(
    ("left", "changes"),
    [
        # demoted on 29 January, with last year's books still open: revenue is no reason yet, for Advanced neither
        ("2023-11-29", [("2024-01-29", "advanced"), ("2024-01-30", "authorized")]),
        # on the day of the close the certifications come first, and revenue counts
        ("2023-11-30", [("2024-01-30", "authorized")]),
        ("2023-11-01", [("2024-01-01", "advanced"), ("2024-01-30", "authorized")]),
        ("2023-10-31", [("2023-12-31", "advanced"), ("2024-01-30", "authorized")]),
    ],
)
def test_in_january_a_demotion_for_certifications_takes_last_years_revenue_for_kept(
    left: str, changes: list[tuple[str, str]]
) -> None:
    """Two hold all of it; one leaves, so Premier's numbers are short and Advanced's are not. 2023 brought nothing."""
    story = story_of("premier", "0").then(left, employed("lou", "2022-01-01", until=left))
    assert steps(story.until("2024-02-28"))[1:] == changes


@pytest.mark.rule("R-3.1a", "R-3.4b")
def test_in_january_nobody_is_promoted_on_revenue_that_is_not_there() -> None:
    story = Story(
        *in_program(), placed("authorized"), *kept_tier("premier"), opening(2022, "10"), opening(2023, "49999")
    )
    assert story.until("2024-01-29").tier is Tier.AUTHORIZED


# -- what else ends or runs out then


@pytest.mark.rule("R-3.4b", "R-3.3")
def test_on_the_day_of_the_close_a_case_that_runs_out_and_revenue_cost_the_tier_once() -> None:
    """Anna's certifications end with 29 November; the sixtieth day after is the last one before the close."""
    people = [employed("anna"), *(certified("anna", kind, "2021-11-30") for kind in ("MCDE", "MCIT"))]
    trainings = [
        trained("onboarding", "2022-01-02"),
        *(trained("annual_sales", f"{y}-01-02") for y in (2022, 2023, 2024)),
    ]
    known = [*in_program(), placed("advanced"), *people, *trainings, opening(2022, "60000"), opening(2023, "1000")]
    state = Story(*known).until("2024-01-30")
    assert steps(state)[1:] == [("2024-01-30", "authorized")]
    assert {case.requirement.value: str(case.outcome) for case in state.cases} == {"MCDE": "demoted", "MCIT": "demoted"}


@pytest.mark.rule("R-3.4b", "R-4.1.6", "R-4.1.7")
def test_with_premier_lost_for_revenue_its_plan_and_brand_are_asked_for_no_more() -> None:
    kept = [item for item in kept_tier("premier") if item.kind not in ("business_plans", "brand_reviews")]
    extra = [plan(2023, "2023-01-02"), brand_review("2023-01-02"), brand_review("2023-12-20", "not_fulfilled")]
    known = [*in_program(), placed("premier"), *kept, *extra, opening(2022, "200000"), opening(2023, "60000")]
    state = Story(*known).until("2024-01-30")
    assert state.tier is Tier.ADVANCED
    assert {(case.requirement.value, str(case.outcome)) for case in state.cases} == {
        ("business_plan", "moot"), ("brand_alignment", "moot"),
    }  # fmt: skip
