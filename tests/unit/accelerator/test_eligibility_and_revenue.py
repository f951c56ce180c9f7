"""Who takes part, and which revenue counts (R-5.2a, R-5.4a, R-5.4d)."""

from decimal import Decimal

import pytest

from partner_program.values.periods import Quarter
from tests.fakes.records import (
    Known,
    baseline,
    facts,
    opening,
    partner,
    rulebook,
    sales,
    site,
)
from tests.fakes.statements import TRADING, final, year_of


@pytest.mark.rule("R-5.2a")
@pytest.mark.parametrize(
    ("since", "enrolled", "eligible"),
    [
        ("2022-12-31", "2023-06-01", True), ("2023-01-01", "2023-06-01", True), ("2023-01-02", "2022-06-01", False),
        (None, "2022-12-31", True), (None, "2023-01-01", True), (None, "2023-01-02", False),
    ],
)  # fmt: skip
def test_a_full_calendar_year_of_trading_is_needed(since: str | None, enrolled: str, eligible: bool) -> None:
    known = facts(
        partner(enrolled=enrolled, trading_since=since), site(), opening(2023, "100000"), sales("2024-03", "150000")
    )
    made = final(known, Quarter(2024, 1))
    assert made.eligible is eligible
    assert (made.earned > 0) is eligible
    if not eligible:
        assert made.reason == (
            "Not eligible: trading since 2023-01-02; trading by 2023-01-01 is needed,"
            " so it takes part from 2025 on (R-5.2a). YTD 150000.00 EUR earns nothing."
        )
        assert (made.rate_pct, made.rebate_base) == (Decimal(0), Decimal(0))


@pytest.mark.rule("R-5.2a")
@pytest.mark.parametrize(("last_year", "eligible"), [("0.01", True), ("0.00", False), ("-5.00", False)])
def test_last_years_revenue_must_be_above_zero(last_year: str, eligible: bool) -> None:
    made = year_of(last_year, ("150000",))[0]
    assert made.eligible is eligible
    if not eligible:
        assert made.reason == (
            f"Not eligible: no Sales Revenue above zero in 2023, {last_year} EUR (R-5.2a)."
            " YTD 150000.00 EUR earns nothing."
        )
        assert (str(made.earned), [mark.reached for mark in made.ladder]) == ("0.00", [False] * 3)


@pytest.mark.rule("R-5.2a")
def test_the_rulebook_says_how_many_full_years_are_needed() -> None:
    known = facts(partner(trading_since="2022-06-01"), site(), opening(2023, "100000"), sales("2024-03", "150000"))
    assert final(known, Quarter(2024, 1)).eligible
    assert not final(known, Quarter(2024, 1), book=rulebook('"accelerator.full_years" = 2\n')).eligible


@pytest.mark.rule("R-5.4a")
def test_a_statement_uses_only_months_up_to_its_quarter() -> None:
    known = facts(
        *TRADING, site(), opening(2023, "100000"),
        sales("2024-03", "10"), sales("2024-04", "20"), sales("2024-06", "100000"), sales("2024-07", "50000"),
    )  # fmt: skip
    made = final(known, Quarter(2024, 2))
    assert (made.quarter_revenue, made.ytd_revenue) == (Decimal(100020), Decimal(100030))


@pytest.mark.rule("R-5.4d")
def test_a_late_line_of_a_closed_quarter_counts_in_the_next_assessment() -> None:
    sold: list[Known] = [*TRADING, site(), opening(2023, "100000"), sales("2024-03", "119000")]
    first = final(facts(*sold), Quarter(2024, 1))
    late = facts(*sold, sales("2024-03", "1000", known="2024-06-05", part=1), sales("2024-06", "5"))
    second = final(late, Quarter(2024, 2), [first])
    assert (first.payout, second.ytd_revenue, str(second.payout)) == (Decimal(0), Decimal(120005), "3000.13")
    assert second.quarter_revenue == Decimal(5)


@pytest.mark.rule("R-5.4d")
def test_the_frozen_baseline_is_last_years_revenue_whatever_is_reported_later() -> None:
    known = facts(
        *TRADING, site(), sales("2023-12", "100000"), sales("2023-12", "50000", part=1),
        baseline(2023, "100000", "2024-01-30"), sales("2024-03", "120000"),
    )  # fmt: skip
    made = final(known, Quarter(2024, 1))
    assert (made.prev_year_revenue, made.rate_pct) == (Decimal(100000), Decimal("2.5"))
    assert next(step for step in made.steps if step.rule == "R-5.4d").working == "baseline frozen on 2024-01-30"


@pytest.mark.rule("R-5.2a")
@pytest.mark.parametrize(
    ("since", "first"), [("2023-01-02", 2025), ("2023-12-31", 2025), ("2024-01-01", 2025), ("2024-01-02", 2026)]
)
def test_who_has_no_full_year_yet_is_told_from_which_year_on_it_takes_part(since: str, first: int) -> None:
    known = facts(partner(trading_since=since), site(), opening(2023, "100000"))
    assert f"it takes part from {first} on" in final(known, Quarter(2024, 1)).reason
    later = facts(partner(trading_since=since), site(), opening(first - 1, "1"), opening(first - 2, "1"))
    assert final(later, Quarter(first, 1)).eligible
    assert not final(later, Quarter(first - 1, 1)).eligible
