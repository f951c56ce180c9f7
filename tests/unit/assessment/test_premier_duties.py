"""Business Plan and brand alignment: due after the promotion, a bar after losing Premier for them."""

from datetime import date

import pytest

from partner_program.domain.tiers.account import ChangeReason, TierChange
from partner_program.values.tiers import Tier
from tests.fakes.assessing import assessed
from tests.fakes.records import (
    Known,
    brand_review,
    facts,
    in_program,
    kept_qualified,
    placed,
    plan,
    qualified_people,
    sales,
)

OWED = ("R-4.1.6", "R-4.1.7")
NO_REVIEWS = "0 of 4 quarterly and 0 of 1 annual reviews held in 2023"


def premier(since: str) -> list[Known]:
    """Placed, and kept up in all but plan and brand."""
    return [*in_program(), placed("premier", since), *kept_qualified("premier")]


@pytest.mark.rule("R-4.1.6", "R-4.1.7")
def test_a_plan_or_alignment_still_to_come_does_not_stop_a_first_promotion_to_premier() -> None:
    state = assessed(facts(*in_program(), *qualified_people(), sales("2023-05", "200000")), "2023-06-15")
    assert state.tier is Tier.PREMIER
    owed = {item.rule: (item.met, item.found, item.until) for item in state.findings if item.rule in OWED}
    assert owed == {
        "R-4.1.6": (True, f"due by 2023-08-14; {NO_REVIEWS}", date(2023, 8, 15)),
        "R-4.1.7": (True, "due by 2023-07-31", date(2023, 8, 1)),
    }


@pytest.mark.rule("R-4.1.6")
@pytest.mark.parametrize(
    ("on", "met"), [("2023-08-14", True), ("2023-08-15", False), ("2024-03-01", True), ("2024-03-02", False)]
)
def test_a_business_plan_is_due_sixty_days_after_becoming_premier_and_after_each_first_of_january(
    on: str, met: bool
) -> None:
    found = {item.rule: item for item in assessed(facts(*premier("2023-06-15")), on).findings}
    assert found["R-4.1.6"].met is met


@pytest.mark.rule("R-4.1.6")
def test_a_submitted_plan_serves_its_own_year_only() -> None:
    known = facts(*premier("2023-06-15"), plan(2023, "2023-12-01"))
    found = {on: assessed(known, on).findings for on in ("2023-11-30", "2023-12-01", "2024-03-02")}
    met = {on: next(item.met for item in items if item.rule == "R-4.1.6") for on, items in found.items()}
    assert met == {"2023-11-30": False, "2023-12-01": True, "2024-03-02": False}


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize(
    ("became", "on", "met"),
    [
        ("2023-06-01", "2023-07-31", True), ("2023-06-01", "2023-08-01", False),
        ("2023-06-30", "2023-07-31", True), ("2023-06-30", "2023-08-01", False),
        ("2023-12-31", "2024-01-31", True), ("2023-12-31", "2024-02-01", False),
        ("2024-01-31", "2024-02-29", True), ("2024-01-31", "2024-03-01", False),
    ],
)  # fmt: skip
def test_brand_alignment_is_due_by_the_end_of_the_month_after_becoming_premier(became: str, on: str, met: bool) -> None:
    found = {item.rule: item for item in assessed(facts(*premier(became)), on).findings}
    assert found["R-4.1.7"].met is met


@pytest.mark.rule("R-4.1.7")
def test_the_latest_brand_review_decides() -> None:
    start = premier("2023-06-15")
    good, bad = brand_review("2023-07-01"), brand_review("2023-09-01", "not_fulfilled")
    met = [
        next(item.met for item in assessed(facts(*start, *reviews), "2023-10-01").findings if item.rule == "R-4.1.7")
        for reviews in ([], [good], [good, bad], [bad, brand_review("2023-09-02")])
    ]
    assert met == [False, True, False, True]


def _lost(rule: str) -> TierChange:
    return TierChange(
        changed_on=date(2023, 9, 1), from_tier=Tier.PREMIER, to_tier=Tier.ADVANCED,
        reason=ChangeReason.DEMOTED, rule=rule, edition="guide-2022",
    )  # fmt: skip


@pytest.mark.rule("R-4.1.6", "R-4.1.7")
@pytest.mark.parametrize(
    ("rule", "mended", "tier"),
    [
        ("R-4.1.6", [], Tier.ADVANCED),
        ("R-4.1.6", [plan(2022, "2023-09-10")], Tier.ADVANCED),
        ("R-4.1.6", [brand_review("2023-09-10")], Tier.ADVANCED),
        ("R-4.1.6", [plan(2023, "2023-09-10")], Tier.PREMIER),
        ("R-4.1.7", [], Tier.ADVANCED),
        ("R-4.1.7", [plan(2023, "2023-09-10")], Tier.ADVANCED),
        ("R-4.1.7", [brand_review("2023-09-10", "not_fulfilled")], Tier.ADVANCED),
        ("R-4.1.7", [brand_review("2023-09-10")], Tier.PREMIER),
        ("R-3.3", [], Tier.PREMIER),
    ],
)
def test_an_account_that_lost_premier_for_plan_or_brand_must_fulfil_it_before_it_is_promoted_again(
    rule: str, mended: list[Known], tier: Tier
) -> None:
    known = facts(*in_program(), placed("premier"), *qualified_people(), sales("2023-05", "200000"), *mended)
    before = assessed(known, "2023-06-15")
    demoted = before.model_copy(update={"tier_changes": (*before.tier_changes, _lost(rule))})
    assert assessed(known, "2023-10-01", demoted).tier is tier


@pytest.mark.rule("R-3.1a", "R-4.1.6", "R-4.1.7")
@pytest.mark.parametrize(
    ("rule", "mended"), [("R-4.1.6", plan(2023, "2023-09-12")), ("R-4.1.7", brand_review("2023-09-12"))]
)
def test_who_lost_premier_for_it_has_reached_premier_again_on_the_day_of_the_plan_or_alignment(
    rule: str, mended: Known
) -> None:
    known = facts(*in_program(), placed("premier"), *qualified_people(), sales("2023-05", "200000"), mended)
    before = assessed(known, "2023-06-15")
    demoted = before.model_copy(update={"tier_changes": (*before.tier_changes, _lost(rule))})
    promoted = assessed(known, "2023-09-14", demoted).tier_changes[-1]
    assert (promoted.reached_on, promoted.business_days) == (date(2023, 9, 12), 2)


@pytest.mark.rule("R-4.1.6", "R-4.1.7")
def test_what_is_owed_too_late_is_dated_by_its_first_day() -> None:
    known = facts(*premier("2023-06-15"))
    first_days = {item.rule: item.since for item in assessed(known, "2023-10-01").findings if item.rule in OWED}
    assert first_days == {"R-4.1.6": date(2023, 8, 15), "R-4.1.7": date(2023, 8, 1)}


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize(
    ("good", "bad", "since"),
    [
        ([], ["2023-09-10"], "2023-08-01"),
        (["2023-07-01"], ["2023-09-10"], "2023-09-10"),
        (["2023-07-01"], ["2023-09-10", "2023-09-20"], "2023-09-10"),
        (["2023-07-01", "2023-09-15"], ["2023-09-10", "2023-09-20"], "2023-09-20"),
        (["2023-07-01"], ["2023-07-10"], "2023-07-10"),
    ],
)
def test_alignment_lapses_with_the_first_bad_review_after_the_last_good_one_or_the_end_of_its_first_time(
    good: list[str], bad: list[str], since: str
) -> None:
    reviews = [*map(brand_review, good), *(brand_review(day, "not_fulfilled") for day in bad)]
    state = assessed(facts(*premier("2023-06-15"), *reviews), "2023-10-01")
    found = next(item for item in state.findings if item.rule == "R-4.1.7")
    assert (found.met, found.since) == (False, date.fromisoformat(since))


@pytest.mark.rule("R-4.1.7")
def test_a_bad_brand_review_neither_stops_a_first_promotion_nor_shortens_the_time_after_it() -> None:
    bad = brand_review("2023-03-01", "not_fulfilled")
    promoted = assessed(facts(*in_program(), *qualified_people(), sales("2023-05", "200000"), bad), "2023-06-15")
    assert promoted.tier is Tier.PREMIER
    found = next(item for item in promoted.findings if item.rule == "R-4.1.7")
    assert (found.met, found.found, found.until) == (True, "not fulfilled on 2023-03-01", date(2023, 8, 1))


@pytest.mark.rule("R-4.1.7")
@pytest.mark.parametrize(("on", "met"), [("2023-09-09", False), ("2023-09-10", True), ("2023-09-11", True)])
def test_a_brand_review_counts_from_its_day(on: str, met: bool) -> None:
    known = facts(*premier("2023-06-15"), brand_review("2023-09-10"))
    assert next(item.met for item in assessed(known, on).findings if item.rule == "R-4.1.7") is met
