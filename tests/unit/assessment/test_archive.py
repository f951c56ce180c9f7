"""What of an account's past stays in its state: a state is one item of limited size, its versions keep the rest."""

from datetime import timedelta

import pytest

from partner_program.domain.tiers.account import AccountState, TierChange
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.walk import brought_up_to
from partner_program.values.tiers import Tier
from tests.fakes.assessing import Story, case_of, open_cases, steps
from tests.fakes.records import (
    Known,
    certified,
    day,
    decided,
    employed,
    in_program,
    kept_qualified,
    kept_tier,
    opening,
    partner,
    placed,
    plan,
    site,
)

LAST_YEAR = 2031
ITEM_LIMIT = 400_000
"""Bytes: what DynamoDB takes."""


def bad_year() -> Story:
    """Premier in everything, but four times Lou is away for longer than sixty days, and then comes back."""
    kept = [*kept_tier("premier", LAST_YEAR - 1, LAST_YEAR + 2), *(opening(year, "300000") for year in (2030, 2031))]
    story = Story(*in_program(), placed("premier", "2022-01-01"), *kept, first=f"{LAST_YEAR}-01-02")
    since, left = "2030-01-01", day(f"{LAST_YEAR}-01-05")
    for _ in range(4):
        back = left + timedelta(days=65)
        story.then(str(left), employed("lou", since, str(left))).then(str(back), employed("lou", str(back)))
        since, left = str(back), left + timedelta(days=90)
    return story


def ten_bad_years(story: Story) -> AccountState:
    """The evening of the last one, with the same in each of the nine before."""
    state = story.until(f"{LAST_YEAR}-12-31")

    def each_year(text: str) -> list[str]:
        return [text.replace(f"{LAST_YEAR}-", f"{year}-") for year in range(LAST_YEAR - 9, LAST_YEAR)] + [text]

    start, *changes = state.tier_changes
    years = [TierChange.model_validate_json(one) for change in changes for one in each_year(change.model_dump_json())]
    cases = [Case.model_validate_json(one) for case in state.cases for one in each_year(case.model_dump_json())]
    memory = state.memory.model_copy(update={"cases": tuple(cases)})
    changed = tuple(sorted(years, key=lambda change: change.changed_on))
    return state.model_copy(update={"tier_changes": (start, *changed), "memory": memory})


def size(state: AccountState) -> int:
    return len(state.model_dump_json().encode())


@pytest.mark.catalogue("F26")
def test_after_ten_bad_years_a_state_is_less_than_half_of_what_an_item_takes() -> None:
    """On an eventful day: Lou's sixty days are over once more, so what the day began with is kept too."""
    story = bad_year()
    story.then("2032-01-05", employed("lou", "2031-12-06", "2032-01-05"))
    state = brought_up_to(day("2032-03-06"), ten_bad_years(story), story.book, story.known)
    assert state is not None
    assert [change.to_tier for change in state.tier_changes].count(Tier.ADVANCED) == 41
    assert (len(state.cases), state.morning is not None) == (2 * 41, True)
    assert ITEM_LIMIT / 4 < size(state) < ITEM_LIMIT / 2


ANNA = [employed("anna"), certified("anna", "MCDE", "2021-06-15")]
"""Her certification runs out on 15 June 2023, which costs the tier on 15 August."""


def demoted() -> Story:
    """Advanced in everything else; the plan of nobody is asked for. Seven hundred and thirty days pass by 14 August."""
    kept = [item for item in kept_qualified("advanced") if not item.key[0].startswith("kim-MCDE")]
    return Story(*in_program(), placed("advanced"), opening(2022, "60000"), opening(2023, "5000"), *kept, *ANNA)


def words(case: Case) -> tuple[str, str, str | None, str | None, tuple[str, ...]]:
    return case.required, case.found, case.missing, case.mend, case.causes


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(("on", "kept"), [("2025-08-13", True), ("2025-08-14", True), ("2025-08-15", False)])
def test_two_years_after_its_end_a_case_stays_with_its_dates_and_without_the_words_that_explained_it(
    on: str, kept: bool
) -> None:
    before, case = (case_of(demoted().until(one), "MCDE") for one in ("2023-08-15", on))
    assert words(case) == (words(before) if kept else ("", "", None, None, ()))
    assert all(words(before))
    assert (case.opened_on, case.due_on, case.closed_on, case.outcome, case.events, case.case_id) == (
        before.opened_on, before.due_on, before.closed_on, before.outcome, before.events, before.case_id,
    )  # fmt: skip


@pytest.mark.rule("R-3.3")
@pytest.mark.parametrize(("on", "kept"), [("2025-08-13", True), ("2025-08-14", True), ("2025-08-15", False)])
def test_two_years_after_it_a_change_of_the_tier_stays_with_its_cause_and_without_its_findings(
    on: str, kept: bool
) -> None:
    before, change = (demoted().until(one).tier_changes[-1] for one in ("2023-08-15", on))
    assert before.findings
    assert before.entitlements
    assert change.findings == (before.findings if kept else ())
    assert change.entitlements == (before.entitlements if kept else ())
    assert change.model_copy(update={"findings": before.findings, "entitlements": before.entitlements}) == before


@pytest.mark.rule("R-4.1.1")
def test_a_case_that_is_open_keeps_its_words_however_old_it_is() -> None:
    """Nobody has accepted the Terms, and the vendor has not decided on it in three years."""
    story = Story(
        partner(), site(), placed("authorized"), *(opening(year, "2000") for year in (2022, 2023, 2024, 2025))
    )
    case = case_of(story.until("2026-02-01"), "terms")
    assert case.decision_due
    assert all(words(case))


@pytest.mark.rule("R-4.1.6", "R-3.1a")
def test_what_is_forgotten_of_an_old_loss_does_not_open_the_way_back() -> None:
    """Premier was lost for the plan of 2023; of 2026 there is none either."""
    lost = decided("business_plan", "2023-01-02", "demote", "2023-03-10")
    kept = [item for item in kept_tier("premier") if item.kind != "business_plans"]
    revenue = [opening(year, "200000") for year in range(2022, 2027)]
    story = Story(*in_program(), placed("premier"), *kept, *revenue, lost)
    assert steps(story.until("2026-02-01"))[1:] == [("2023-03-10", "advanced")]
    story.then("2026-02-10", plan(2026, "2026-02-10"))
    assert steps(story.until("2026-02-10"))[-1] == ("2026-02-10", "premier")


# -- the morning of a day


def two_ends() -> Story:
    """One case ended in January, one is open on 14 February, a third one opens on that day and the open one ends."""
    kept: list[Known] = [*kept_qualified("premier"), opening(2022, "200000")]
    waived = decided("brand_alignment", "2023-01-02", "waive", "2023-01-20")
    story = Story(*in_program(), placed("premier"), *kept, waived)
    return story.then("2023-02-14", plan(2023, "2023-02-14"), employed("lou", "2022-01-01", "2023-02-14"))


@pytest.mark.catalogue("F25")
def test_a_morning_keeps_only_the_cases_that_were_open_then() -> None:
    state = two_ends().until("2023-02-14")
    assert [case.requirement.value for case in state.cases if not case.is_open] == ["business_plan", "brand_alignment"]
    assert state.morning is not None
    assert [(case.requirement.value, case.is_open) for case in state.morning.cases] == [("business_plan", True)]


@pytest.mark.catalogue("F25")
@pytest.mark.parametrize("on", ["2023-01-20", "2023-02-14", "2023-02-15"])
def test_a_day_that_is_decided_anew_from_its_morning_is_the_same(on: str) -> None:
    story = two_ends()
    state = story.until(on)
    assert story.since(on, state) == state
    assert story.since(on, AccountState.model_validate_json(state.model_dump_json())) == state


@pytest.mark.catalogue("F25")
def test_what_ended_on_a_day_is_open_in_its_morning_when_more_becomes_known() -> None:
    story = two_ends()
    first = story.until("2023-02-14")
    story.then("2023-02-14", employed("lou", "2022-01-01"))
    again = story.since("2023-02-14", first)
    assert again == story.until("2023-02-14")
    assert (open_cases(first), open_cases(again)) == (["MCDE", "MCIT"], [])


@pytest.mark.catalogue("F25")
@pytest.mark.parametrize("on", ["2025-08-14", "2025-08-15"])
def test_the_day_on_which_the_words_go_is_the_same_when_it_is_decided_anew(on: str) -> None:
    """Something else happens on it too, so its morning is kept."""
    more = [opening(2024, "60000"), opening(2025, "60000"), employed("bo"), certified("bo", "MCDE", on)]
    story = demoted().then(on, *more)
    state = story.until(on)
    assert (state.tier, state.morning is not None) == (Tier.ADVANCED, True)
    assert story.since(on, state) == state
