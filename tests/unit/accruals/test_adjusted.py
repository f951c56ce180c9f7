"""What moves the balance beside the month's sales and payments is named, part by part."""

import pytest

from tests.fakes.accruals import Life, World, made_of, moves, parts
from tests.fakes.records import opening, rulebook


def earning(to: str = "2024-05") -> Life:
    """Last year 100 000, 125 000 sold in April: 2.5 % = 3 125 from April on, booked up to a month."""
    life = Life().sells("2024-04", "125000")
    life.months("2024-03", to)
    return life


def levels(first: object) -> str:
    """The Guide's growth, with another rate of the first level."""
    rates = ((120, first), (150, 8), (180, 9))
    return f"[{', '.join(f'{{ growth_pct = {growth}, rate_pct = {rate} }}' for growth, rate in rates)}]"


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F46")
def test_lines_that_arrive_late_for_a_booked_month_are_named_and_the_booked_month_stays() -> None:
    life = earning()
    before = life.row("2024-05")
    june = life.sells("2024-05", "25000", report="LATE", known="2024-06-10").month("2024-06")
    # 150 000 is 150 % of last year: 3 % = 4 500
    assert moves(june) == ("3125.00", "0.00", "0.00", "1375.00", "4500.00")
    assert parts(june) == [("late_lines", 2024, "1375.00")]
    assert life.row("2024-05") == before


def test_late_returns_take_back_what_was_booked() -> None:
    life = earning()
    june = life.sells("2024-04", "-5000.01", report="RETURN", known="2024-06-10").month("2024-06")
    assert moves(june) == ("3125.00", "0.00", "0.00", "-3125.00", "0.00")
    assert parts(june) == [("late_lines", 2024, "-3125.00")]


def test_late_lines_and_the_months_own_sales_are_told_apart() -> None:
    life = earning()
    june = life.sells("2024-05", "5000", report="LATE", known="2024-06-10").sells("2024-06", "10000").month("2024-06")
    # 130 000 would be 3 250 without June's own 10 000, with them 140 000: 3 500
    assert moves(june) == ("3125.00", "250.00", "0.00", "125.00", "3500.00")


@pytest.mark.rule("R-5.4d")
def test_a_restated_baseline_is_named() -> None:
    life = Life()
    life.closes("2023Q4", "2024-01-30")
    life.sells("2024-04", "125000").months("2024-01", "2024-05")
    life.restates(2023, "110000", "2024-06-03")
    june = life.sells("2024-05", "5000", report="LATE", known="2024-06-10").month("2024-06")
    # the goal is 132 000 now, 130 000 is below it
    assert parts(june) == [("late_lines", 2024, "125.00"), ("restated_baseline", 2024, "-3250.00")]
    assert moves(june) == ("3125.00", "0.00", "0.00", "-3125.00", "0.00")


@pytest.mark.rule("R-5.1")
def test_who_is_no_longer_premier_keeps_what_ended_quarters_earned_and_loses_the_rest() -> None:
    life = earning("2024-06")
    life.closes("2024Q2")
    july = life.sells("2024-07", "25000").month("2024-07")
    assert moves(july) == ("3125.00", "1375.00", "0.00", "0.00", "4500.00")
    august = life.tier("2024-08-15", "advanced").sells("2024-08", "30000").month("2024-08")
    assert moves(august) == ("4500.00", "0.00", "0.00", "-1375.00", "3125.00")
    assert parts(august) == [("tier_lost", 2024, "-1375.00")]
    assert (august.premier, str(august.rate_pct), str(august.expected_earned)) == (False, "0", "3125.00")
    assert made_of(august) == ("3125.00", "0.00", "0.00")


@pytest.mark.rule("R-5.1")
def test_who_lost_the_tier_before_any_quarter_ended_loses_all_of_it() -> None:
    life = earning("2024-05")
    june = life.tier("2024-06-30", "authorized").month("2024-06")
    assert moves(june) == ("3125.00", "0.00", "0.00", "-3125.00", "0.00")


@pytest.mark.rule("R-5.1")
def test_the_tier_lost_on_the_day_after_a_quarters_end_leaves_its_rebate_owed_before_and_after_the_close() -> None:
    life = earning("2024-06")
    july = life.tier("2024-07-01", "advanced").month("2024-07")
    assert moves(july) == ("3125.00", "0.00", "0.00", "0.00", "3125.00")
    assert made_of(july) == ("0.00", "3125.00", "0.00")
    life.closes("2024Q2", "2024-08-02")
    assert made_of(life.month("2024-08")) == ("3125.00", "0.00", "0.00")


@pytest.mark.rule("R-5.1")
def test_who_becomes_premier_again_is_owed_the_whole_year_so_far() -> None:
    life = earning("2024-05")
    life.tier("2024-06-20", "advanced").month("2024-06")
    august = life.tier("2024-08-10", "premier").sells("2024-08", "5000").months("2024-07", "2024-08")[1]
    assert parts(august) == [("tier_gained", 2024, "3125.00")]
    assert moves(august) == ("0.00", "125.00", "0.00", "3125.00", "3250.00")


@pytest.mark.rule("R-5.4e")
def test_returns_after_the_tier_was_lost_still_take_back_what_was_paid() -> None:
    life = earning("2024-06")
    life.closes("2024Q2")
    life.tier("2024-07-10", "advanced").pays("2024Q2", "2024-08-20").months("2024-07", "2024-08")
    september = life.sells("2024-09", "-10000").month("2024-09")
    assert moves(september) == ("0.00", "-3125.00", "0.00", "0.00", "-3125.00")
    assert made_of(september) == ("0.00", "-3125.00", "0.00")
    life.closes("2024Q3")
    october, *_, december = life.months("2024-10", "2024-12")
    assert made_of(october) == ("0.00", "0.00", "3125.00")
    assert (str(september.expected_earned), str(december.expected_earned)) == ("3125.00", "0.00")


@pytest.mark.catalogue("B80")
def test_rules_that_the_owner_changes_for_booked_months_are_named() -> None:
    life = earning()
    life.world.rulebook = rulebook(f'"accelerator.levels" = {levels(5)}\n')
    june = life.month("2024-06")
    assert parts(june) == [("rules_changed", 2024, "3125.00")]
    assert moves(june) == ("3125.00", "0.00", "0.00", "3125.00", "6250.00")


@pytest.mark.catalogue("B80")
def test_rules_that_start_in_a_month_are_not_taken_for_its_sales() -> None:
    dated = f"[{{ from = 2022-01-01, value = {levels(2.5)} }}, {{ from = 2024-06-15, value = {levels(5)} }}]"
    world = World(rulebook(f'"accelerator.levels" = {dated}\n'))
    life = Life(world=world).sells("2024-04", "125000").sells("2024-06", "5000")
    june = life.months("2024-03", "2024-06")[-1]
    assert parts(june) == [("rules_changed", 2024, "3125.00")]
    assert moves(june) == ("3125.00", "250.00", "0.00", "3125.00", "6500.00")


@pytest.mark.rule("R-5.4d")
def test_until_the_last_quarter_closes_late_lines_of_december_move_the_balance_afterwards_no_more() -> None:
    life = Life().sells("2024-11", "125000")
    december = life.months("2024-10", "2024-12")[-1]
    assert moves(december)[4] == "3125.00"
    life.sells("2024-12", "5000", report="LATE", known="2025-01-10").closes("2024Q4")
    january = life.month("2025-01")
    assert parts(january) == [("late_lines", 2024, "125.00")]
    assert made_of(january) == ("3250.00", "0.00", "0.00")
    february = life.sells("2024-12", "9000", report="LATER", known="2025-02-10").month("2025-02")
    assert moves(february) == ("3250.00", "0.00", "0.00", "0.00", "3250.00")


@pytest.mark.rule("R-5.4d")
@pytest.mark.rule("R-5.4e")
def test_late_returns_of_a_year_whose_books_are_open_count_also_for_who_is_no_longer_premier() -> None:
    world = World(rulebook('"quarter.close_days" = 60\n'))
    life = Life(world=world).sells("2024-08", "125000")
    life.months("2024-07", "2024-11")
    life.closes("2024Q3", "2024-11-29")
    life.tier("2024-12-10", "advanced").month("2024-12")
    january = life.sells("2024-12", "-10000", report="RETURN", known="2025-01-10").month("2025-01")
    assert parts(january) == [("late_lines", 2024, "-3125.00")]
    assert made_of(january) == ("3125.00", "-3125.00", "0.00")
    life.closes("2024Q4", "2025-03-01")
    march = life.months("2025-02", "2025-03")[-1]
    assert moves(march) == ("0.00", "0.00", "0.00", "0.00", "0.00")
    assert made_of(march) == ("3125.00", "0.00", "3125.00")


@pytest.mark.rule("R-5.1")
def test_a_tier_that_is_corrected_for_the_past_year_while_its_books_are_open_is_named() -> None:
    life = Life().sells("2024-11", "125000")
    life.months("2024-10", "2024-12")
    life.world.rulebook = rulebook('"quarter.close_days" = 60\n')
    january = life.tier("2024-12-31", "advanced").month("2025-01")
    assert parts(january) == [("tier_lost", 2024, "-3125.00")]
    february = life.tier("2024-12-31", "premier").month("2025-02")
    assert parts(february) == [("tier_gained", 2024, "3125.00")]


@pytest.mark.rule("R-5.4d")
def test_a_final_statement_that_is_overdue_is_expected_by_what_is_known() -> None:
    life = Life().sells("2024-11", "125000")
    life.months("2024-10", "2024-12")
    late = life.sells("2024-12", "5000", report="LATE", known="2025-01-10").months("2025-01", "2025-02")
    assert [made_of(row) for row in late] == [("0.00", "3250.00", "0.00")] * 2
    life.closes("2024Q4", "2025-03-05")
    assert made_of(life.month("2025-03")) == ("3250.00", "0.00", "0.00")


@pytest.mark.rule("R-5.4d")
def test_the_first_month_ever_takes_over_what_stood_before_it() -> None:
    life = Life().sells("2024-05", "125000").sells("2024-07", "25000")
    life.closes("2024Q2")
    life.pays("2024Q2", "2024-08-20")
    september = life.sells("2024-09", "1000").month("2024-09")
    # before: 150 000 at 3 % is 4 500, less 3 125; September's 1 000 at 3 %
    assert parts(september) == [("taken_over", None, "1375.00")]
    assert moves(september) == ("0.00", "30.00", "0.00", "1375.00", "1405.00")


def test_who_was_not_premier_before_begins_with_nothing_and_is_named_when_the_tier_comes() -> None:
    world = World()
    Life(world=world, account_id="P2-DE")
    life = Life(world=world, tier="advanced").sells("2024-04", "125000")
    world.books("2024-05")
    assert ("2024-05", life.account_id) not in world.store.rows
    june = life.tier("2024-06-20", "premier").month("2024-06")
    assert parts(june) == [("tier_gained", 2024, "3125.00")]


@pytest.mark.rule("R-5.2a")
@pytest.mark.parametrize(
    ("since", "closing", "expected", "rate"),
    [("2023-01-01", "3125.00", "7200.00", "4"), ("2023-01-02", "0.00", "0.00", "0")],
)
def test_who_does_not_trade_for_a_full_year_before_accrues_nothing(
    since: str, closing: str, expected: str, rate: str
) -> None:
    row = Life(trading_since=since).sells("2024-04", "125000").month("2024-04")
    assert (moves(row)[4], str(row.expected_earned), str(row.expected_rate_pct)) == (closing, expected, rate)


def test_who_was_not_booked_and_is_found_to_have_earned_before_the_tier_was_lost_is_named() -> None:
    world = World()
    Life(world=world, account_id="P2-DE")
    life = Life(world=world, tier="advanced").sells("2024-03", "125000")
    world.books("2024-04")
    life.tier("2024-03-10", "premier").tier("2024-04-10", "advanced").closes("2024Q1")
    assert parts(life.month("2024-05")) == [("final_statement", 2024, "3125.00")]


@pytest.mark.rule("R-5.4d")
def test_a_year_of_which_no_further_statement_comes_is_settled_by_the_last_one() -> None:
    life = Life().sells("2024-08", "125000")
    life.months("2024-07", "2024-09")
    life.closes("2024Q3")
    life.month("2024-10")
    life.restates(2023, "110000", "2024-11-05")
    november, december = life.tier("2024-12-10", "advanced").sells("2024-11", "25000").months("2024-11", "2024-12")
    # 3 % of 165 000 is out of reach, 2.5 % of 150 000 was 3 750; without Premier the third quarter's 3 125 stand
    assert (parts(november), moves(november)[4]) == ([("restated_baseline", 2024, "-3125.00")], "3750.00")
    assert parts(december) == [("tier_lost", 2024, "-625.00")]
    life.closes("2024Q4")
    january = life.month("2025-01")
    assert (parts(january), moves(january)[4]) == ([], "3125.00")
    assert january.standings[0].stated


@pytest.mark.rule("R-5.4d")
def test_what_becomes_known_after_the_close_does_not_count_for_who_gets_no_further_statement() -> None:
    world = World(rulebook('"quarter.close_days" = 31\n'))
    life = Life(world=world).sells("2024-08", "125000")
    life.months("2024-07", "2024-09")
    life.closes("2024Q3", "2024-10-31")
    life.tier("2024-12-10", "advanced").months("2024-10", "2024-12")
    life.closes("2024Q4", "2025-01-31")
    life.sells("2024-12", "-10000", report="RETURN", known="2025-02-10").world.on("2025-02-11")
    assert moves(life.row("2025-01"))[3:] == ("0.00", "3125.00")


@pytest.mark.rule("R-5.4d")
def test_a_statement_that_never_comes_is_not_waited_for_longer_than_the_year_after() -> None:
    life = Life().sells("2024-08", "125000").sells("2024-11", "25000")
    life.months("2024-07", "2024-09")
    life.closes("2024Q3")
    *_, december, january = life.months("2024-10", "2026-01")
    assert (moves(december)[4], moves(january)[4]) == ("4500.00", "3125.00")
    assert parts(january) == [("final_statement", 2024, "-1375.00")]


@pytest.mark.rule("R-5.4d")
def test_late_lines_of_a_frozen_year_are_not_taken_for_sales_of_the_new_one() -> None:
    life = Life("90000").sells("2024-03", "100000")
    life.months("2024-02", "2024-12")
    life.closes("2024Q4")
    january = life.sells("2024-12", "50000", report="LATE", known="2025-01-31").month("2025-01")
    assert (parts(january), moves(january)[1]) == ([], "0.00")


def test_last_years_rebate_rests_on_the_year_before_it_also_where_that_was_never_frozen() -> None:
    life = Life("0").sells("2023-06", "100000").sells("2024-11", "125000")
    february = life.months("2024-10", "2025-02")[-1]
    assert (moves(february)[3:], made_of(february)) == (("0.00", "3125.00"), ("0.00", "3125.00", "0.00"))


def test_a_first_month_in_january_takes_over_a_year_that_is_still_owed_from_the_one_before_last() -> None:
    life = Life("0", trading_since="2020-01-01").sells("2022-06", "100000").sells("2023-06", "125000")
    january = life.month("2025-01")
    assert parts(january) == [("taken_over", None, "3125.00"), ("final_statement", 2023, "-3125.00")]


@pytest.mark.rule("R-5.2a")
def test_a_correction_of_since_when_the_partner_trades_is_named() -> None:
    life = earning()
    life.world.accounts.add(
        next(one for one in life.world.accounts.records["P1"].values() if one.kind == "partners").model_copy(
            update={"trading_since": None}
        )
    )
    assert parts(life.month("2024-06")) == [("rules_changed", 2024, "-3125.00")]


def test_opening_revenue_of_the_year_itself_counts_from_january() -> None:
    life = Life()
    life.world.accounts.add(opening(2024, "125000"))
    january, february = life.months("2024-01", "2024-02")
    assert (moves(january)[1], moves(february)[1]) == ("3125.00", "0.00")
