"""Why nothing is paid, or what is: every case in words (R-5.4a, R-5.4e)."""

import pytest

from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.values.periods import Quarter
from tests.fakes.records import day, facts, opening, sales, site
from tests.fakes.statements import CAPPED, TRADING, UNCAPPED, final, year_of

CARRIED = ("40000", "50000", "35000", "-7000")
"""After a year of 100 000 it leaves 118 000 and 3125.00 to net."""


def after_carried(*quarters: str) -> Statement:
    old = year_of("100000", CARRIED)
    return year_of("118000", quarters, year=2025, earlier=old)[-1]


@pytest.mark.rule("R-5.4a")
def test_a_payment_says_what_was_deducted() -> None:
    assert year_of("100000", ("150000", "30000"))[1].reason.startswith(
        "YTD 180000.00 EUR reaches 180 % of last year's 100000.00 EUR: 4 %, 7200.00 EUR earned."
        " 2700.00 EUR to pay after 4500.00 EUR settled before. The highest level is reached;"
    )
    assert " 625.00 EUR to pay after 3125.00 EUR carried in." in after_carried("150000").reason
    third = after_carried("150000", "0", "40000")
    assert " 1950.00 EUR to pay after 625.00 EUR settled before and 3125.00 EUR carried in." in third.reason


@pytest.mark.rule("R-5.4a")
def test_a_zero_says_what_covers_what_was_earned() -> None:
    assert " 4500.00 EUR earned. Nothing to pay: covered by 4500.00 EUR settled before." in (
        year_of("100000", ("150000", "0"))[1].reason
    )
    assert " Nothing to pay: covered by 625.00 EUR settled before and 3125.00 EUR carried in." in (
        after_carried("150000", "0").reason
    )


@pytest.mark.rule("R-5.4e")
def test_a_zero_says_what_is_carried_on() -> None:
    reason = after_carried("0").reason
    assert reason.startswith("YTD 0.00 EUR is below the goal of 141600.00 EUR, 120 % of last year's 118000.00 EUR:")
    assert reason.endswith(" 3125.00 EUR is carried and netted against later payouts.")


@pytest.mark.rule("R-5.4a", "R-5.3")
@pytest.mark.parametrize(
    ("quarters", "worth"),
    [
        (("0",), "worth 3540.00 EUR for the year, 415.00 EUR more than is settled with this statement."),
        (("150000",), "worth 5310.00 EUR for the year, 1560.00 EUR more than is settled with this statement."),
    ],
)
def test_the_next_level_is_worth_what_is_not_settled_or_carried_yet(quarters: tuple[str, ...], worth: str) -> None:
    assert worth in after_carried(*quarters).reason


@pytest.mark.rule("R-5.4a", "R-5.4e")
@pytest.mark.parametrize(
    ("second", "more"),
    [
        ("-30000.01", "worth 3000.00 EUR for the year, all of it settled already."),
        ("-0.01", "worth 4500.00 EUR for the year, all of it settled already."),
        ("0.00", "worth 7200.00 EUR for the year, 2700.00 EUR more than is settled with this statement."),
    ],
)
def test_a_level_whose_worth_is_settled_adds_nothing(second: str, more: str) -> None:
    """4500.00 was paid on 150 000."""
    assert more in year_of("100000", ("150000", second))[1].reason


@pytest.mark.rule("R-5.3")
@pytest.mark.parametrize(
    ("quarter", "reaches"), [(1, "reaches"), (2, "reaches"), (3, "reaches"), (4, "would have reached")]
)
def test_the_gap_is_told_in_the_past_once_the_year_is_over(quarter: int, reaches: str) -> None:
    made = final(facts(*TRADING, site(), opening(2023, "100000"), sales("2024-01", "108800")), Quarter(2024, quarter))
    assert f" 11200.00 EUR more by 31 December 2024 {reaches} 2.5 %, worth 3000.00 EUR for the year" in made.reason


@pytest.mark.rule("R-5.3")
def test_a_rebate_that_rounds_to_nothing_says_so() -> None:
    made = year_of("0.01", ("0.012",))[0]
    assert (str(made.rate_pct), str(made.payout)) == ("2.5", "0.00")
    assert " 0.00 EUR earned. Nothing to pay: it rounds to nothing." in made.reason


@pytest.mark.rule("R-5.2a")
def test_an_account_that_nobody_knows_to_trade_is_told_by_when_it_had_to() -> None:
    made = final(facts(site(), opening(2023, "100000"), sales("2024-01", "150000")), Quarter(2024, 1))
    assert made.reason == (
        "Not eligible: not known to trade; trading by 2023-01-01 is needed (R-5.2a). YTD 150000.00 EUR earns nothing."
    )


@pytest.mark.rule("R-5.2a", "R-5.4e")
def test_who_is_not_eligible_any_more_is_told_what_is_carried() -> None:
    paid = year_of("100000", ("150000",))
    known = facts(*TRADING, site(), opening(2023, "-1"), sales("2024-03", "150000"))
    made = final(known, Quarter(2024, 2), paid)
    assert made.reason == (
        "Not eligible: no Sales Revenue above zero in 2023, -1.00 EUR (R-5.2a). YTD 150000.00 EUR earns nothing."
        " 4500.00 EUR is carried and netted against later payouts."
    )


@pytest.mark.rule("R-5.1", "R-5.4e")
def test_below_premier_what_was_carried_in_is_named_beside_what_was_settled() -> None:
    old = year_of("100000", CARRIED)
    old += year_of("118000", ("150000",), year=2025, earlier=old)
    known = facts(*TRADING, site(), opening(2024, "118000"), sales("2025-04", "100000"))
    assignment = Assignment(Quarter(2025, 2), StatementStatus.FINAL, day("2025-07-30"), premier=False)
    assert make_statement(known, assignment, old, CAPPED).reason == (
        "Not Premier on 2025-06-30: nothing new is earned (R-5.1). YTD 100000.00 EUR supports 0.00 EUR of 625.00 EUR"
        " settled for the year and 3125.00 EUR carried in. 3750.00 EUR is carried and netted against later payouts."
    )


@pytest.mark.rule("R-5.3b")
@pytest.mark.parametrize("quarter", [3, 4])
def test_at_the_top_there_is_no_gap(quarter: int) -> None:
    for book in (CAPPED, UNCAPPED):
        known = facts(*TRADING, site(), opening(2023, "100000"), sales("2024-01", "185000"))
        assert " more by " not in final(known, Quarter(2024, quarter), book=book).reason
