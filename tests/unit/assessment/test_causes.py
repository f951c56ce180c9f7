"""What a case and a demotion say of how it came about (R-3.2, R-3.3)."""

import pytest

from partner_program.domain.facts import Certification, Employment
from tests.fakes.assessing import Story, case_of, steps
from tests.fakes.records import (
    Known,
    certified,
    day,
    employed,
    in_program,
    kept_qualified,
    kept_tier,
    opening,
    placed,
    site,
)

ANNA = [employed("anna"), certified("anna", "MCDE", "2021-06-15")]
"""Her certification is valid up to 14 June 2023."""


def advanced(*more: Known) -> Story:
    """An Advanced account that keeps all but the design engineer."""
    kept = [item for item in kept_qualified("advanced") if not is_mcde(item)]
    return Story(*in_program(), placed("advanced"), opening(2022, "60000"), *kept, *more)


def is_mcde(item: object) -> bool:
    return isinstance(item, Certification) and item.certification == "MCDE"


@pytest.mark.rule("R-3.2", "R-2.2b")
def test_a_certified_person_who_leaves_is_a_reason_like_an_expiry() -> None:
    state = advanced(employed("anna", until="2023-03-01"), certified("anna", "MCDE", "2022-06-15")).until("2023-03-01")
    case = case_of(state, "MCDE")
    assert case.opened_on == day("2023-03-01")
    assert case.causes == ("the holder of MCDE anna-MCDE-2022-06-15 of anna left",)


@pytest.mark.rule("R-3.2")
def test_of_two_who_leave_on_one_day_both_are_named() -> None:
    both = [
        employed("anna", until="2023-03-01"), certified("anna", "MCDE", "2022-06-15"),
        employed("bo", until="2023-03-01"), certified("bo", "MCDE", "2022-06-15"),
    ]  # fmt: skip
    assert len(case_of(advanced(*both).until("2023-03-01"), "MCDE").causes) == 2


@pytest.mark.rule("R-3.2")
def test_a_cause_names_each_person_who_counts_no_more_once() -> None:
    """Anna has renewed hers in good time; one of Bo's two runs out on the day on which he leaves."""
    anna = [employed("anna"), *(certified("anna", "MCDE", on) for on in ("2021-06-15", "2022-06-15"))]
    bo = [employed("bo", until="2023-06-15"), *(certified("bo", "MCDE", on) for on in ("2021-09-01", "2022-09-01"))]
    others = [item for item in kept_qualified("premier") if not is_mcde(item)]
    state = Story(*in_program(), placed("premier"), opening(2022, "200000"), *others, *anna, *bo).until("2023-06-15")
    assert case_of(state, "MCDE").causes == ("the holder of MCDE bo-MCDE-2022-09-01 of bo left",)


@pytest.mark.rule("R-3.2")
@pytest.mark.catalogue("F49")
def test_a_cause_is_what_ended_on_the_day_of_opening_whatever_was_taken_since() -> None:
    """Anna's ran out on 15 June; it was known ahead that she would take another on 10 July and leave on the 20th."""
    first, second = certified("anna", "MCDE", "2021-06-15"), certified("anna", "MCDE", "2023-07-10")
    kept = [item for item in kept_qualified("advanced") if not is_mcde(item)]
    known = [*in_program(), placed("advanced"), opening(2022, "60000"), *kept, first, second]
    state = Story(*known, employed("anna", until="2023-07-20"), first="2023-06-20").until("2023-06-20")
    assert case_of(state, "MCDE").causes == ("MCDE anna-MCDE-2021-06-15 of anna expired",)


@pytest.mark.rule("R-3.2", "R-2.2b")
@pytest.mark.parametrize(
    ("closed", "left", "why"),
    [
        ("2023-05-01", None, "the site of the holder of MCDE kim-MCDE-2023-01-01 of kim closed"),
        (None, "2023-05-01", "the holder of MCDE kim-MCDE-2023-01-01 of kim left"),
        ("2023-05-01", "2023-05-01", "the holder of MCDE kim-MCDE-2023-01-01 of kim left"),
        ("2023-05-01", "2023-06-01", "the site of the holder of MCDE kim-MCDE-2023-01-01 of kim closed"),
    ],
)
def test_of_who_works_at_a_site_that_closes_it_is_not_said_that_they_left(
    closed: str | None, left: str | None, why: str
) -> None:
    """The account has another site, so the Terms are not in question."""
    kept = [item for item in kept_qualified("advanced") if not isinstance(item, Employment)]
    second = site("S2", opened="2022-01-01")
    story = Story(*in_program(), second, placed("advanced"), opening(2022, "60000"), *kept)
    story.then("2023-01-02", employed("kim", "2022-01-01", site_id="S2"))
    news = [site("S2", opened="2022-01-01", closed=closed), employed("kim", "2022-01-01", left, site_id="S2")]
    case = case_of(story.then("2023-05-01", *news).until("2023-05-01"), "MCDE")
    assert case.causes == (why,)


# -- what keeps the account from the tiers in between


def premier(*more: Known) -> Story:
    """Premier in everything."""
    return Story(*in_program(), placed("premier"), *kept_tier("premier"), opening(2022, "200000"), *more)


@pytest.mark.rule("R-3.3")
def test_a_demotion_by_two_steps_says_what_the_tier_in_between_asks_for() -> None:
    """Lou leaves; Advanced is not met either: last year's revenue was corrected, and this year has none."""
    story = premier().then("2023-05-01", employed("lou", "2022-01-01", "2023-05-01"), opening(2022, "49999.99"))
    state = story.until("2023-07-01")
    assert steps(state)[1:] == [("2023-07-01", "authorized")]
    assert (state.tier_changes[-1].cause or "").endswith("; advanced asks for revenue (50000.00 EUR) too")


@pytest.mark.rule("R-3.3")
def test_a_demotion_by_one_step_has_no_tier_in_between_to_speak_of() -> None:
    state = premier().then("2023-05-01", employed("lou", "2022-01-01", "2023-05-01")).until("2023-07-01")
    assert steps(state)[-1] == ("2023-07-01", "advanced")
    assert "asks for" not in (state.tier_changes[-1].cause or "")


@pytest.mark.rule("R-3.4b")
def test_so_does_one_at_the_close_of_the_year() -> None:
    cause = premier(opening(2023, "10")).until("2024-01-30").tier_changes[-1].cause or ""
    assert cause.startswith("Sales Revenue 2023: 200000.00 EUR required for premier, found 0.00 EUR in 2024")
    assert cause.endswith("; advanced asks for revenue (50000.00 EUR) too")
