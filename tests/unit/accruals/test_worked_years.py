"""Years of one account as finance books them, month by month (R-5).

The issue's year: last year 100 000, YTD 90 000, 125 000, 185 000 at the ends of Q2, Q3 and Q4.
"""

import pytest

from tests.fakes.accruals import Life, World, made_of, moves, parts
from tests.fakes.records import rulebook

NOTHING = ("0.00", "0.00", "0.00", "0.00", "0.00")
UNCAPPED = rulebook('"accelerator.cap_applies" = false\n')


def sold(life: Life, last: str = "60000") -> Life:
    return life.sells("2024-05", "90000").sells("2024-08", "35000").sells("2024-11", last)


def paid_in_november(life: Life) -> Life:
    """All months up to October, then the third quarter's payment."""
    life.months("2024-01", "2024-09")
    life.closes("2024Q3")
    life.month("2024-10")
    return life.pays("2024Q3", "2024-11-20")


@pytest.mark.rule("R-5.3")
def test_nothing_is_booked_while_no_goal_is_reached() -> None:
    rows = sold(Life()).months("2024-01", "2024-07")
    assert {moves(row) for row in rows} == {NOTHING}
    assert {(str(row.rate_pct), row.premier) for row in rows} == {("0", True)}


@pytest.mark.rule("R-5.4a")
def test_a_rebate_is_accrued_in_the_month_that_earns_it_stated_at_the_close_and_gone_when_paid() -> None:
    life = sold(Life())
    life.months("2024-01", "2024-07")
    august, september = life.months("2024-08", "2024-09")
    assert moves(august) == ("0.00", "3125.00", "0.00", "0.00", "3125.00")
    assert moves(september) == ("3125.00", "0.00", "0.00", "0.00", "3125.00")
    assert made_of(september) == ("0.00", "3125.00", "0.00")
    life.closes("2024Q3")
    october = life.month("2024-10")
    assert moves(october) == moves(september)
    assert made_of(october) == ("3125.00", "0.00", "0.00")
    november = life.pays("2024Q3", "2024-11-20").month("2024-11")
    assert moves(november) == ("3125.00", "4075.00", "3125.00", "0.00", "4075.00")
    assert made_of(november) == ("0.00", "4075.00", "0.00")


@pytest.mark.rule("R-5.4d")
def test_the_last_quarter_is_owed_over_the_turn_of_the_year_until_it_is_paid_in_february() -> None:
    life = paid_in_november(sold(Life()))
    _, december = life.months("2024-11", "2024-12")
    assert moves(december) == ("4075.00", "0.00", "0.00", "0.00", "4075.00")
    life.closes("2024Q4")
    january = life.month("2025-01")
    assert moves(january) == ("4075.00", "0.00", "0.00", "0.00", "4075.00")
    assert made_of(january) == ("4075.00", "0.00", "0.00")
    assert (january.year, str(january.earned), str(january.prev_year_revenue)) == (2025, "0.00", "185000")
    february = life.pays("2024Q4", "2025-02-20").month("2025-02")
    assert moves(february) == ("4075.00", "0.00", "4075.00", "0.00", "0.00")


@pytest.mark.rule("R-5.3b")
@pytest.mark.parametrize(("uncapped", "accrued"), [(False, "4075.00"), (True, "4275.00")])
def test_beyond_the_top_level_nothing_is_accrued_unless_the_rulebook_lifts_the_cap(
    uncapped: bool, accrued: str
) -> None:
    life = paid_in_november(sold(Life(world=World(UNCAPPED) if uncapped else None)))
    assert moves(life.month("2024-11"))[1] == accrued


@pytest.mark.rule("R-5.4e")
def test_returns_turn_the_balance_round_and_the_next_year_nets_what_is_carried() -> None:
    life = paid_in_november(sold(Life(), last="-7000"))
    november, _ = life.months("2024-11", "2024-12")
    assert moves(november) == ("3125.00", "-3125.00", "3125.00", "0.00", "-3125.00")
    life.closes("2024Q4")
    january = life.month("2025-01")
    assert moves(january) == ("-3125.00", "0.00", "0.00", "0.00", "-3125.00")
    assert made_of(january) == ("0.00", "0.00", "3125.00")
    # 2025: the goal is 120 % of 118 000 = 141 600; 2.5 % of 150 000 = 3 750
    life.sells("2025-02", "150000")
    february, march = life.months("2025-02", "2025-03")
    assert moves(february) == ("-3125.00", "3750.00", "0.00", "0.00", "625.00")
    assert made_of(march) == ("0.00", "3750.00", "3125.00")
    life.closes("2025Q1")
    april = life.month("2025-04")
    assert moves(april) == ("625.00", "0.00", "0.00", "0.00", "625.00")
    assert made_of(april) == ("625.00", "0.00", "0.00")


@pytest.mark.rule("R-5.5")
def test_a_cancelled_payout_is_no_longer_owed_and_no_later_month_takes_it_up() -> None:
    life = sold(Life())
    life.months("2024-01", "2024-09")
    life.closes("2024Q3")
    life.month("2024-10")
    november, december = life.cancels("2024Q3", "2024-11-05").months("2024-11", "2024-12")
    assert moves(november) == ("3125.00", "4075.00", "0.00", "-3125.00", "4075.00")
    assert parts(november) == [("cancelled", None, "-3125.00")]
    assert moves(december) == ("4075.00", "0.00", "0.00", "0.00", "4075.00")


@pytest.mark.rule("R-5.5")
def test_a_payout_on_hold_stays_owed() -> None:
    life = sold(Life())
    life.months("2024-01", "2024-09")
    life.closes("2024Q3")
    october, november = life.holds("2024Q3", "2024-10-31").months("2024-10", "2024-11")
    assert made_of(october) == ("3125.00", "0.00", "0.00")
    assert moves(november) == ("3125.00", "4075.00", "0.00", "0.00", "7200.00")
    december = life.lifts("2024Q3", "2024-12-01").pays("2024Q3", "2024-12-31").month("2024-12")
    assert moves(december) == ("7200.00", "0.00", "3125.00", "0.00", "4075.00")


@pytest.mark.catalogue("F44")
def test_what_the_bank_returns_is_owed_again_and_paid_under_the_next_attempt() -> None:
    life = paid_in_november(sold(Life()))
    life.month("2024-11")
    december = life.returns("2024Q3", "2024-12-03").month("2024-12")
    assert moves(december) == ("4075.00", "0.00", "-3125.00", "0.00", "7200.00")
    january = life.lifts("2024Q3", "2024-12-20").pays("2024Q3", "2025-01-10").month("2025-01")
    assert moves(january) == ("7200.00", "0.00", "3125.00", "0.00", "4075.00")


@pytest.mark.catalogue("F44")
def test_what_is_returned_and_then_cancelled_is_gone_as_cancelled() -> None:
    life = paid_in_november(sold(Life()))
    life.month("2024-11")
    december = life.returns("2024Q3", "2024-12-03").cancels("2024Q3", "2024-12-10").month("2024-12")
    assert moves(december) == ("4075.00", "0.00", "-3125.00", "-3125.00", "4075.00")


def test_paid_and_returned_within_a_month_settles_nothing() -> None:
    life = paid_in_november(sold(Life())).returns("2024Q3", "2024-11-25")
    assert moves(life.month("2024-11")) == ("3125.00", "4075.00", "0.00", "0.00", "7200.00")


def test_a_payment_that_is_booked_for_an_earlier_month_is_named_as_late() -> None:
    life = sold(Life())
    life.months("2024-01", "2024-09")
    life.closes("2024Q3")
    life.months("2024-10", "2024-11")
    december = life.pays("2024Q3", "2024-11-30").month("2024-12")
    assert moves(december) == ("7200.00", "0.00", "0.00", "-3125.00", "4075.00")
    assert parts(december) == [("late_payments", None, "-3125.00")]


@pytest.mark.catalogue("F49")
def test_a_currency_without_decimals_is_booked_in_whole_units() -> None:
    life = Life("10000000", account_id="P1-JP", currency="JPY").sells("2024-05", "12000020")
    row = life.months("2024-05", "2024-05")[0]
    # 2.5 % of 12 000 020 is 300 000.5: rounded half up, once
    assert (str(row.earned), row.currency) == ("300001", "JPY")
    assert f"{row.projected_ytd:f}" == "28894785"
