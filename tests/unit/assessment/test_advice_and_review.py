"""What an account is told is missing, and when it is looked at again (R-3.1b)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partner_program.domain.tiers.assessment import assess
from partner_program.domain.tiers.findings import Requirement
from partner_program.values.tiers import Tier
from tests.fakes.assessing import RULEBOOK, Story, assessed, quiet
from tests.fakes.records import (
    Known,
    brand_review,
    certified,
    day,
    employed,
    facts,
    in_program,
    kept_qualified,
    kept_tier,
    placed,
    plan,
    rulebook,
    sales,
    site,
    trained,
)


@pytest.mark.rule("R-3.1b")
def test_advice_for_each_higher_tier_says_what_is_missing_and_by_how_much() -> None:
    known = facts(
        *in_program(), employed("anna"), certified("anna", "MCDE", "2023-02-01"), trained("onboarding", "2023-02-01"),
        sales("2023-05", "49999.50"),
    )  # fmt: skip
    state = assessed(known, "2023-06-15")
    told = {item.tier: {gap.requirement: gap.missing for gap in item.missing} for item in state.advice}
    assert told == {
        Tier.ADVANCED: {
            Requirement.REVENUE: "0.50 EUR",
            Requirement.SALES_TRAINING: "annual sales training",
            Requirement.MCIT: "1 person",
        },
        Tier.PREMIER: {
            Requirement.REVENUE: "150000.50 EUR",
            Requirement.SALES_TRAINING: "annual sales training",
            Requirement.MCDE: "1 person",
            Requirement.MCIT: "2 people",
            Requirement.MCIE: "1 person",
        },
    }


@pytest.mark.rule("R-3.1b")
def test_revenue_without_certifications_gets_advice_and_no_promotion() -> None:
    state = assessed(facts(*in_program(), placed("advanced", "2023-06-01"), sales("2023-05", "200000")), "2023-06-15")
    assert state.tier is Tier.ADVANCED
    assert [item.tier for item in state.advice] == [Tier.PREMIER]
    assert Requirement.REVENUE not in {gap.requirement for gap in state.advice[0].missing}


UNTRAINED = [item for item in kept_qualified("advanced") if item.key[-2:-1] != ("annual_sales",)]
"""What Advanced asks for but the annual training, to be reminded of 60 days before it runs out."""


@pytest.mark.parametrize(
    ("extra", "review"),
    [
        ([], "2024-01-01"),
        ([employed("anna", until="2023-07-01")], "2023-07-01"),
        ([employed("anna", since="2023-06-16")], "2023-06-16"),
        ([employed("anna", until="2023-06-15")], "2024-01-01"),
        ([employed("anna"), certified("anna", "MCDE", "2021-06-20")], "2023-06-20"),
        ([employed("anna"), certified("anna", "MCDE", "2021-06-14")], "2024-01-01"),
        ([trained("annual_sales", "2022-07-10")], "2023-07-10"),
        ([trained("annual_sales", "2022-09-10")], "2023-09-10"),  # Authorized is not reminded of it
        ([placed("advanced", "2023-05-20"), *UNTRAINED, trained("annual_sales", "2022-09-10")], "2023-07-12"),
        ([site("S2", opened="2023-08-01")], "2023-08-01"),
        ([site("S2", closed="2023-08-01")], "2023-08-01"),
        ([placed("premier", "2023-05-25"), *kept_qualified("premier")], "2023-06-16"),  # 14 days before 30 June
        ([placed("premier", "2023-05-20"), *kept_qualified("premier"), brand_review("2023-06-01")], "2023-06-19"),
        ([placed("premier", "2023-05-20"), *kept_tier("premier")], "2023-07-01"),  # nothing is owed: a training comes
        ([placed("premier", "2023-12-01")], "2023-12-01"),
        ([plan(2023, "2023-10-01")], "2023-10-01"),
    ],
)  # fmt: skip
def test_the_next_review_is_the_first_later_day_on_which_time_alone_changes_something(
    extra: list[Known], review: str
) -> None:
    assert quiet(facts(*in_program(), *extra), "2023-06-15").next_review_on == day(review)


@pytest.mark.rule("R-3.2", "R-4.1.7")
@pytest.mark.parametrize(
    ("on", "review"), [("2023-07-28", "2023-07-29"), ("2023-07-29", "2023-08-01"), ("2023-08-01", "2023-08-02")]
)
def test_the_day_after_a_cases_last_day_and_the_day_after_any_step_are_days_to_look_again(on: str, review: str) -> None:
    """Three days before 31 July the account is reminded; on 1 August it gets its brand notice."""
    story = Story(*in_program(), placed("premier", "2023-06-01"), *kept_qualified("premier"), plan(2023, "2023-06-01"))
    assert story.until(on).next_review_on == day(review)


@pytest.mark.rule("R-3.1b")
def test_advice_that_was_not_given_yet_is_given_on_the_next_morning() -> None:
    known = facts(*in_program())
    first = assessed(known, "2023-06-15")
    assert (first.memory.told, first.next_review_on) == (None, day("2023-06-16"))
    second = assessed(known, "2023-06-16", first)
    assert second.memory.told is not None
    assert (second.memory.told.on, second.next_review_on) == (day("2023-06-16"), day("2024-01-01"))


def test_a_new_value_of_the_rulebook_is_a_day_to_look_again() -> None:
    changing = rulebook('"compliance.days" = [{ from = 2023-07-01, value = 90 }]\n')
    assert quiet(facts(*in_program()), "2023-06-15", changing).next_review_on == date(2023, 7, 1)


@settings(max_examples=40)  # each one assesses dozens of days
@given(st.lists(st.sampled_from(range(600)), min_size=6, max_size=6), st.integers(0, 700))
def test_between_two_reviews_time_alone_changes_nothing(offsets: list[int], start: int) -> None:
    """One day a week and the last one before the next review: tier, cases, advice and every finding's verdict stay."""
    first = date(2023, 1, 2)
    days = [(first + timedelta(days=offset)).isoformat() for offset in offsets]
    known = facts(
        *in_program(), employed("anna", days[0]), employed("bo", days[1], "2024-06-01"),
        certified("anna", "MCDE", days[2]), certified("bo", "MCDE", days[3]),
        trained("annual_sales", days[4]), trained("onboarding", days[5]),
        site("S2", opened=days[0], closed="2025-01-10"), placed("premier", "2023-01-02"),
    )  # fmt: skip
    on = first + timedelta(days=start)
    state = quiet(known, on.isoformat())
    assert state.next_review_on is not None
    verdicts = [(item.rule, item.met) for item in state.findings]
    between = [on + timedelta(days=offset) for offset in range(1, (state.next_review_on - on).days)]
    for probe in {*between[::7], *between[-1:]}:
        later = assess(known, state, RULEBOOK, probe)
        assert [(item.rule, item.met) for item in later.findings] == verdicts
        assert later.tier is state.tier
        assert later.cases == state.cases
        assert [(a.tier, [g.rule for g in a.missing]) for a in later.advice] == [
            (a.tier, [g.rule for g in a.missing]) for a in state.advice
        ]
