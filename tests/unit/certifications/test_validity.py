"""Certifications are valid for two years; MCIE needs a valid MCIT on its day (R-4.1.5)."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.tiers.certifications import holds_on, is_valid_on, properly_earned, valid_until
from tests.fakes.records import certified, day, rulebook

RULES = rulebook().at(date(2024, 6, 1))


@pytest.mark.rule("R-4.1.5")
@pytest.mark.parametrize(
    ("certified_on", "first_invalid"),
    [
        ("2023-05-10", "2025-05-10"),
        ("2024-02-28", "2026-02-28"),
        ("2024-02-29", "2026-02-28"),
        ("2022-02-28", "2024-02-28"),
        ("2023-03-01", "2025-03-01"),
        ("2022-12-31", "2024-12-31"),
    ],
)
def test_a_certification_is_valid_up_to_not_including_the_same_date_two_years_later(
    certified_on: str, first_invalid: str
) -> None:
    own = certified("anna", "MCDE", certified_on)
    end = day(first_invalid)
    assert valid_until(own, RULES) == end
    assert not is_valid_on(own, own.certified_on - timedelta(days=1), RULES)
    assert is_valid_on(own, own.certified_on, RULES)
    assert is_valid_on(own, end - timedelta(days=1), RULES)
    assert not is_valid_on(own, end, RULES)


@pytest.mark.rule("R-4.1.5")
@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_two_years_end_on_the_same_day_of_the_month_or_the_last_of_february(certified_on: date) -> None:
    end = valid_until(certified("anna", "MCDE", certified_on.isoformat()), RULES)
    assert (end.year, end.month) == (certified_on.year + 2, certified_on.month)
    leap_day = (certified_on.month, certified_on.day) == (2, 29)
    assert end.day == (28 if leap_day else certified_on.day)


@pytest.mark.rule("R-4.1.5c", "R-4.1.5")
@pytest.mark.parametrize(
    ("mcit_on", "mcie_on", "counts"),
    [
        ("2023-01-10", "2023-01-09", False),
        ("2023-01-10", "2023-01-10", True),
        ("2023-01-10", "2025-01-09", True),
        ("2023-01-10", "2025-01-10", False),
        ("2024-02-29", "2026-02-27", True),
        ("2024-02-29", "2026-02-28", False),
    ],
)
def test_mcie_counts_only_when_taken_while_holding_a_valid_mcit(mcit_on: str, mcie_on: str, counts: bool) -> None:
    mcit, mcie = certified("anna", "MCIT", mcit_on), certified("anna", "MCIE", mcie_on)
    assert (mcie in properly_earned([mcit, mcie], RULES)) is counts
    assert mcit in properly_earned([mcit, mcie], RULES)
    assert holds_on([mcit, mcie], "anna", "MCIE", mcie.certified_on, RULES) is counts


@pytest.mark.rule("R-4.1.5c")
def test_somebody_elses_mcit_does_not_help() -> None:
    items = [certified("bo", "MCIT", "2023-01-10"), certified("anna", "MCIE", "2023-06-01")]
    assert [item.person_id for item in properly_earned(items, RULES)] == ["bo"]


@pytest.mark.rule("R-4.1.5c")
def test_a_renewed_mcit_carries_an_mcie_taken_after_the_first_one_expired() -> None:
    items = [
        certified("anna", "MCIT", "2021-01-10"),
        certified("anna", "MCIT", "2022-12-01"),
        certified("anna", "MCIE", "2023-06-01"),
    ]
    assert len(properly_earned(items, RULES)) == 3


@pytest.mark.rule("R-4.1.5c")
def test_an_mcie_stays_valid_after_the_mcit_under_it_expired() -> None:
    items = [certified("anna", "MCIT", "2022-01-10"), certified("anna", "MCIE", "2023-06-01")]
    assert not holds_on(items, "anna", "MCIT", date(2024, 1, 10), RULES)
    assert holds_on(items, "anna", "MCIE", date(2024, 1, 10), RULES)


@pytest.mark.rule("R-4.1.5c")
def test_the_order_of_records_does_not_matter() -> None:
    items = [
        certified("anna", "MCIT", "2023-01-10"),
        certified("anna", "MCIE", "2023-02-01"),
        certified("bo", "MCIE", "2023-02-01"),
        certified("bo", "MCDE", "2023-02-01"),
    ]
    results = {properly_earned(order, RULES) for order in permutations(items)}
    assert len(results) == 1
    assert [item.certification_id for item in results.pop()] == [
        "anna-MCIT-2023-01-10",
        "anna-MCIE-2023-02-01",
        "bo-MCDE-2023-02-01",
    ]


@pytest.mark.rule("R-4.1.5")
def test_the_rulebook_sets_how_long_and_what_comes_first() -> None:
    rules = rulebook('"certification.validity" = 12\n').at(date(2024, 6, 1))
    assert valid_until(certified("anna", "MCDE", "2024-02-29"), rules) == date(2025, 2, 28)
