"""Whoever is enrolled or placed anew after the vendor ended its participation begins a second life (R-4.1.1)."""

import pytest

from partner_program.domain.tiers.account import AccountState
from tests.fakes.assessing import Story, case_of, open_cases, steps
from tests.fakes.records import (
    Known,
    accepted,
    day,
    decided,
    kept_qualified,
    opening,
    partner,
    placed,
    sales,
    site,
)

FIRST_LIFE = [("2022-06-01", "authorized"), ("2024-02-10", "none")]


def ended(*more: Known) -> Story:
    """Authorized since June 2022, flagged for 2023 at the close, and ended by the vendor on 10 February 2024."""
    known = [partner(enrolled="2022-06-01"), site(opened="2022-06-01"), accepted("2022-06-01"), opening(2023, "10")]
    story = Story(*known, *more, first="2022-06-01")
    return story.then("2024-02-10", decided("revenue", "2024-01-30", "end_participation", "2024-02-10"))


def held(state: AccountState, *days: str) -> list[str]:
    return [str(state.tier_on(day(on))) for on in days]


@pytest.mark.rule("R-4.1.1")
@pytest.mark.catalogue("F26")
@pytest.mark.parametrize("again", ["2024-02-11", "2024-06-01"])
def test_the_first_life_stays_as_it_was_and_the_second_begins_on_its_own_day(again: str) -> None:
    """The Terms that were accepted then still stand."""
    assert steps(ended().until("2024-12-31")) == FIRST_LIFE
    story = ended().then(again, partner(enrolled=again))
    state = story.until("2024-12-31")
    assert steps(state) == [*FIRST_LIFE, (again, "authorized")]
    assert state.set_aside == ()
    assert (state.tier, state.tier_since) == ("authorized", day(again))
    assert held(state, "2022-05-31", "2023-01-15", "2024-02-10", again) == [
        "None", "authorized", "None", "authorized",
    ]  # fmt: skip
    assert state == story.daily("2024-12-31")


@pytest.mark.rule("R-2.2b")
def test_placed_anew_the_account_has_the_tier_of_its_new_placement() -> None:
    story = ended().then("2024-06-01", placed("advanced", "2024-06-01"), opening(2024, "60000"))
    story.then("2024-06-01", *kept_qualified("advanced"))
    state = story.until("2024-12-31")
    assert steps(state) == [*FIRST_LIFE, ("2024-06-01", "advanced")]
    assert open_cases(state) == []


@pytest.mark.rule("R-2.2b")
def test_who_was_placed_before_is_placed_anew() -> None:
    """A placement wins over an enrolment, so an enrolment alone brings nobody back."""
    start = [partner(), site(opened="2022-06-01"), accepted(), placed("authorized", "2023-01-01"), opening(2023, "10")]
    end = decided("revenue", "2024-01-30", "end_participation", "2024-02-10")
    story = Story(*start, first="2023-01-01").then("2024-02-10", end)
    story.then("2024-05-01", partner(enrolled="2024-05-01"))
    before = [("2023-01-01", "authorized"), ("2024-02-10", "none")]
    assert steps(story.until("2024-05-31")) == before
    story.then("2024-06-01", placed("authorized", "2024-06-01"))
    assert steps(story.until("2024-12-31")) == [*before, ("2024-06-01", "authorized")]


@pytest.mark.rule("R-4.1.1")
def test_enrolled_anew_ahead_of_the_day_the_account_comes_back_on_the_day() -> None:
    story = ended().then("2024-05-01", partner(enrolled="2024-06-01"))
    assert steps(story.until("2024-05-31")) == FIRST_LIFE
    assert steps(story.until("2024-06-01")) == [*FIRST_LIFE, ("2024-06-01", "authorized")]


@pytest.mark.rule("R-4.1.1")
@pytest.mark.catalogue("F49")
def test_an_enrolment_corrected_to_a_day_before_the_end_is_no_second_life() -> None:
    story = ended().then("2024-06-01", partner(enrolled="2022-09-01"))
    assert steps(story.until("2024-12-31")) == [("2022-09-01", "authorized"), ("2024-02-10", "none")]


@pytest.mark.rule("R-3.4b")
def test_the_second_life_has_a_first_partial_year_of_its_own() -> None:
    state = ended().then("2024-06-01", partner(enrolled="2024-06-01")).until("2026-01-30")
    assert open_cases(state) == ["revenue 2025"]
    assert str(case_of(state, "revenue", "2023").outcome) == "ended"


@pytest.mark.rule("R-3.1a")
def test_what_was_reached_while_out_counts_from_the_day_of_the_second_start() -> None:
    """In March the account had all that Advanced asks for; it is back on 3 June, a Monday."""
    more: list[Known] = [*kept_qualified("advanced"), sales("2024-02", "60000", known="2024-03-10")]
    story = ended(*more).then("2024-06-05", partner(enrolled="2024-06-03"))
    state = story.until("2024-06-05")
    assert steps(state) == [*FIRST_LIFE, ("2024-06-03", "authorized"), ("2024-06-05", "advanced")]
    change = state.tier_changes[-1]
    assert (change.reached_on, change.business_days) == (day("2024-06-03"), 2)


@pytest.mark.rule("R-4.1.1", "R-3.4b")
def test_a_participation_can_be_ended_twice() -> None:
    story = ended().then("2024-06-01", partner(enrolled="2024-06-01"))
    story.then("2026-02-15", decided("revenue", "2026-01-30", "end_participation", "2026-02-15"))
    story.then("2026-05-01", partner(enrolled="2026-05-01"))
    assert steps(story.until("2026-06-01")) == [
        *FIRST_LIFE, ("2024-06-01", "authorized"), ("2026-02-15", "none"), ("2026-05-01", "authorized"),
    ]  # fmt: skip
