"""A late run ends where daily runs would have: each missed day is assessed by what was known on it (F26)."""

from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.cases import CaseStep
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.assessing import RULEBOOK, Story, brought_up, case_of, steps
from tests.fakes.records import (
    P1_DE,
    accepted,
    baseline,
    brand_review,
    certified,
    day,
    decided,
    employed,
    in_program,
    kept_qualified,
    opening,
    partner,
    placed,
    plan,
    qualified_people,
    qualified_records,
    rulebook,
    sales,
    site,
    trained,
)

FIRST, LAST = date(2023, 1, 2), date(2024, 10, 15)


@cache
def eventful() -> Story:
    """Almost two years of everything: promotions, cases of every kind, verdicts, corrections, a year's close."""
    versions = '"terms.version" = [{ from = 2024-02-01, value = "2024-02" }]\n'
    book = rulebook(versions + '"terms.accept_by" = [{ from = 2024-02-01, value = 2024-03-31 }]\n')
    story = Story(*in_program(), opening(2022, "2000"), book=book)
    story.then("2023-02-01", *qualified_people(), sales("2023-03", "60000", known="2023-04-05"))
    story.then("2023-05-09", sales("2023-05", "150000", known="2023-05-09"))
    story.then("2023-07-20", decided("business_plan", "2023-05-09", "extend", "2023-07-20", until="2023-08-31"))
    story.then("2023-08-20", plan(2023, "2023-08-18"))
    story.then("2023-09-12", decided("brand_alignment", "2023-05-09", "demote", "2023-09-12"))
    story.then("2023-09-25", brand_review("2023-09-20"))
    story.then("2023-11-01", employed("bo", until="2023-10-20"))
    story.then("2023-11-15", employed("bo", until="2023-10-15"))
    story.then("2023-11-20", brand_review("2023-11-20", "not_fulfilled"))
    story.then("2024-01-15", decided("brand_alignment", "2023-11-20", "waive", "2024-01-15"))
    story.then("2024-01-20", sales("2023-12", "-100000", known="2024-01-20"))
    story.then("2024-01-30", baseline(2023, "110000", "2024-01-30"))
    story.then("2024-02-20", trained("annual_sales", "2024-02-15"))
    story.then("2024-05-05", accepted("2024-05-01", "2024-02"))
    story.then("2024-06-06", certified("anna", "MCDE", "2024-06-01"), certified("anna", "MCIT", "2024-06-01"))
    story.then("2024-09-09", employed("anna", until="2024-08-01"))
    return story


@cache
def daily() -> dict[date, AccountState]:
    """The account on every day, looked at on every day."""
    story, today = eventful(), FIRST
    states = {today: story.since(str(today))}
    while today < LAST:
        today += timedelta(days=1)
        states[today] = story.since(str(today), states[today - timedelta(days=1)])
    return states


def test_the_story_has_everything_in_it() -> None:
    """What the tests below rest on."""
    last = daily()[LAST]
    assert steps(last)[1:] == [
        ("2023-04-05", "advanced"), ("2023-05-09", "premier"), ("2023-09-12", "advanced"), ("2023-09-25", "premier"),
        ("2023-12-15", "advanced"), ("2024-10-01", "authorized"),
    ]  # fmt: skip
    assert {str(case.outcome) for case in last.cases} == {"cured", "demoted", "moot"}
    assert {event.step for case in last.cases for event in case.events} == set(CaseStep)
    assert [item.why for item in last.memory.idle_decisions] == ["the case had ended on 2023-12-15: moot"]


@pytest.mark.rule("R-3.3")
@pytest.mark.catalogue("F26")
@settings(max_examples=10, deadline=None)  # each one assesses some two hundred days
@given(st.sets(st.integers(0, (LAST - FIRST).days), max_size=8))
def test_looked_at_on_whatever_days_an_account_is_what_it_would_be_if_looked_at_daily(offsets: set[int]) -> None:
    story, state = eventful(), daily()[FIRST]
    for offset in sorted(offsets):
        today = FIRST + timedelta(days=offset)
        state = brought_up(today, state, story.book, story.known)
        assert state == daily()[today]


@pytest.mark.rule("R-3.3")
@pytest.mark.catalogue("F26")
def test_one_run_after_almost_two_years_is_the_same_as_one_on_every_day() -> None:
    assert eventful().until(str(LAST)) == daily()[LAST]


@pytest.mark.catalogue("F26")
def test_only_days_on_which_something_is_due_or_became_known_are_walked() -> None:
    looked_at: list[date] = []
    story = eventful()

    def counting(on: date) -> object:
        looked_at.append(on)
        return story.known(on)

    brought_up(LAST, daily()[FIRST], story.book, counting)  # type: ignore[arg-type]  # a spy
    assert 20 < len(looked_at) < (LAST - FIRST).days // 4
    assert looked_at[0] == LAST, "the facts of today say on which days something became known"
    assert looked_at[1:] == sorted(looked_at[1:])


@pytest.mark.rule("R-3.3", "R-3.1a")
@pytest.mark.catalogue("F49")
def test_a_missed_day_is_decided_by_what_was_known_on_it_not_by_what_is_known_now() -> None:
    """The new certificate counts from 1 August but was recorded after the tier was lost on the 15th."""
    kept = [item for item in kept_qualified("advanced") if not item.key[0].startswith("kim-MCDE")]
    anna = [employed("anna"), certified("anna", "MCDE", "2021-06-15")]
    story = Story(*in_program(), placed("advanced"), opening(2022, "60000"), *kept, *anna)
    story.then("2023-08-20", certified("anna", "MCDE", "2023-08-01"))
    before = story.until("2023-08-01")
    late = brought_up(day("2023-10-01"), before, story.book, story.known)
    assert steps(late)[1:] == [("2023-08-15", "authorized"), ("2023-08-20", "advanced")]


@pytest.mark.rule("R-3.3")
@pytest.mark.catalogue("F26")
def test_the_use_case_makes_up_for_the_days_on_which_nobody_looked() -> None:
    accounts, clock = FakeAccounts(), FixedClock("2023-01-02")
    accounts.add(partner(), site(), accepted(), placed("advanced"), opening(2022, "60000"), known_on="2023-01-02")
    assess = AssessAccount(accounts, RULEBOOK, clock)
    assess(P1_DE)
    accounts.add(*qualified_records("2023-02-01"), known_on="2023-03-10")
    clock.day = day("2023-04-01")
    state = assess(P1_DE)
    assert state is not None
    assert steps(state) == [("2023-01-02", "advanced"), ("2023-03-04", "authorized"), ("2023-03-10", "advanced")]
    assert str(case_of(state, "MCDE").closed_on) == "2023-03-04"
    assert state.tier is Tier.ADVANCED
    assert [each.assessed_on for each in accounts.saves] == [day("2023-01-02"), day("2023-04-01")]
