"""How far down a demotion goes: to the highest tier whose requirements are met, in one step (R-3.3)."""

import pytest

from tests.fakes.assessing import Story, steps
from tests.fakes.records import Known, certified, employed, in_program, opening, placed, trained


def premier(*more: Known) -> Story:
    """Premier with Anna and Bo, fully certified; without plan and brand, on which the vendor has not decided."""
    certificates = [
        certified(who, kind, "2023-01-02") for who in ("anna", "bo") for kind in ("MCDE", "MCIT", "MCIE")
    ]  # fmt: skip
    return Story(
        *in_program(), placed("premier"), opening(2022, "200000"), employed("anna"), employed("bo"), *certificates,
        trained("onboarding", "2023-01-02"), trained("annual_sales", "2023-01-02"), *more,
    )  # fmt: skip


@pytest.mark.rule("R-3.3")
def test_demoted_means_to_the_highest_tier_whose_requirements_are_met() -> None:
    state = premier().then("2023-05-01", employed("bo", until="2023-05-01")).until("2023-07-01")
    assert steps(state)[1:] == [("2023-07-01", "advanced")]


@pytest.mark.rule("R-3.3")
def test_a_demotion_can_be_two_steps_in_one() -> None:
    story = premier().then("2023-05-01", employed("bo", until="2023-05-01"), employed("anna", until="2023-05-01"))
    state = story.until("2023-07-01")
    assert steps(state)[1:] == [("2023-07-01", "authorized")]
    assert state.tier_changes[-1].case_ids == ("MCDE-2023-05-01", "MCIT-2023-05-01", "MCIE-2023-05-01")


@pytest.mark.rule("R-3.3")
def test_revenue_too_small_for_the_next_lower_tier_makes_it_two_steps_as_well() -> None:
    story = premier().then("2023-05-01", employed("bo", until="2023-05-01"), opening(2022, "49999.99"))
    assert steps(story.until("2023-07-01"))[1:] == [("2023-07-01", "authorized")]


@pytest.mark.rule("R-3.3")
def test_what_the_tier_in_between_asks_for_is_named_each_by_itself() -> None:
    """One of each is missing for Advanced: a design engineer and an integration technician."""
    story = premier().then("2023-05-01", employed("bo", until="2023-05-01"), employed("anna", until="2023-05-01"))
    cause = story.until("2023-07-01").tier_changes[-1].cause or ""
    assert cause.endswith("; advanced asks for MCDE (1 person), MCIT (1 person) too")
