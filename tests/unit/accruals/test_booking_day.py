"""A month is booked ten days after it: what is known then counts, what has happened since its last day does not."""

from datetime import date, timedelta

import pytest

from tests.fakes.accruals import Life, World, made_of, moves, parts
from tests.fakes.records import day, rulebook

ONE_DAY = timedelta(days=1)


def daily(life: Life, first: str, last: str, arrives: dict[str, tuple[str, str]]) -> None:
    """Every morning the run, in the course of the day what arrives on it: a month's lines."""
    on = day(first)
    while on <= day(last):
        life.world.book(on)
        if on.isoformat() in arrives:
            month, amount = arrives[on.isoformat()]
            life.sells(month, amount, known=on.isoformat(), report=f"R{on}")
        on += ONE_DAY


@pytest.mark.rule("R-5.4d")
def test_sales_that_are_reported_on_the_5th_of_the_month_after_are_accrued_in_their_own_month() -> None:
    life = Life()
    reports = {
        "2024-05-05": ("2024-04", "90000"),
        "2024-06-05": ("2024-05", "35000"),
        "2024-07-05": ("2024-06", "60000"),
    }
    daily(life, "2024-04-11", "2024-07-10", reports)
    assert [moves(life.row(month)) for month in ("2024-04", "2024-05", "2024-06")] == [
        ("0.00", "0.00", "0.00", "0.00", "0.00"),
        ("0.00", "3125.00", "0.00", "0.00", "3125.00"),
        ("3125.00", "4075.00", "0.00", "0.00", "7200.00"),
    ]


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F46")
@pytest.mark.parametrize(
    ("arrives", "in_may", "late"),
    [("2024-06-09", "3125.00", False), ("2024-06-10", "0.00", True), ("2024-06-11", "0.00", True)],
)
def test_a_report_of_the_day_before_the_booking_day_counts_one_that_comes_on_it_or_later_is_late(
    arrives: str, in_may: str, late: bool
) -> None:
    life = Life()
    daily(life, "2024-05-20", "2024-07-10", {arrives: ("2024-05", "125000")})
    assert life.row("2024-05").accrued == life.row("2024-05").closing
    assert moves(life.row("2024-05"))[4] == in_may
    assert parts(life.row("2024-06")) == ([("late_lines", 2024, "3125.00")] if late else [])
    assert moves(life.row("2024-06"))[4] == "3125.00"


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F50")
@pytest.mark.parametrize(
    ("month", "booking_day", "following"),
    [("2024-02", "2024-03-10", "2024-03"), ("2023-02", "2023-03-10", "2023-03"), ("2024-12", "2025-01-10", "2025-01")],
)
def test_lines_of_the_month_after_do_not_count_however_early_they_are_known(
    month: str, booking_day: str, following: str
) -> None:
    life = Life(year=int(month[:4])).sells(month, "125000").sells(following, "60000")
    assert [run.month for run in life.world.on(booking_day)] == [month]
    row = life.row(month)
    assert (str(row.ytd_revenue), moves(row)[4]) == ("125000", "3125.00")
    assert row.booked_on - row.on == timedelta(days=10)


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(
    ("made_on", "july"), [("2024-07-31", ("3125.00", "0.00", "0.00")), ("2024-08-01", ("0.00", "3125.00", "0.00"))]
)
def test_a_final_statement_counts_as_stated_from_the_month_it_is_made_in(made_on: str, july: tuple[str, ...]) -> None:
    life = Life().sells("2024-04", "125000")
    life.months("2024-03", "2024-06")
    life.closes("2024Q2", made_on)
    rows = life.months("2024-07", "2024-08")
    assert [made_of(row) for row in rows] == [july, ("3125.00", "0.00", "0.00")]
    assert [moves(row) for row in rows] == [("3125.00", "0.00", "0.00", "0.00", "3125.00")] * 2


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(
    ("made_on", "january", "february"),
    [
        ("2025-01-31", [], []),
        ("2025-02-01", [("late_lines", 2024, "125.00")], [("late_lines", 2024, "-125.00")]),
    ],
)
def test_the_last_statement_of_a_year_closes_it_in_the_month_it_is_made_in_not_in_the_one_booked_next(
    made_on: str, january: list[tuple[str, int, str]], february: list[tuple[str, int, str]]
) -> None:
    life = Life().sells("2024-11", "125000")
    life.months("2024-10", "2024-12")
    life.closes("2024Q4", made_on)
    life.sells("2024-12", "5000", report="LATE", known="2025-02-05")
    rows = life.months("2025-01", "2025-02")
    assert [parts(row) for row in rows] == [january, february]
    assert [row.standings[0].stated for row in rows] == [not january, True]
    assert moves(rows[1])[4] == "3125.00"


@pytest.mark.rule("R-5.1")
def test_what_a_quarter_is_owed_after_the_tier_was_lost_is_the_statements_from_the_month_it_is_made_in() -> None:
    life = Life().sells("2024-08", "125000")
    life.months("2024-07", "2024-09")
    life.tier("2024-10-20", "advanced")
    life.closes("2024Q3", "2024-11-02")
    life.sells("2024-09", "25000", report="LATE", known="2024-11-05")
    october, november = life.months("2024-10", "2024-11")
    # by what is known on 10 November the third quarter has earned 3 % of 150 000; its statement knew 125 000
    assert moves(october) == ("3125.00", "0.00", "0.00", "1375.00", "4500.00")
    assert parts(october) == [("late_lines", 2024, "1375.00")]
    assert moves(november) == ("4500.00", "0.00", "0.00", "-1375.00", "3125.00")
    assert parts(november) == [("final_statement", 2024, "-1375.00")]


@pytest.mark.rule("R-5.1")
def test_a_statement_of_the_year_before_that_is_made_in_january_says_what_is_owed_for_its_quarter() -> None:
    life = Life(world=World(rulebook('"quarter.close_days" = 60'))).sells("2024-08", "125000")
    life.months("2024-07", "2024-11")
    life.tier("2024-12-10", "advanced").month("2024-12")
    life.closes("2024Q3", "2025-01-31")
    life.sells("2024-09", "25000", report="LATE", known="2025-02-05")
    january = life.month("2025-01")
    # the fourth quarter's books are open; without Premier it earns no more than the third one's statement says
    assert (moves(january), made_of(january)) == (
        ("3125.00", "0.00", "0.00", "0.00", "3125.00"), ("3125.00", "0.00", "0.00"),
    )  # fmt: skip


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(
    ("paid_on", "settled"), [("2024-08-31", ["3125.00", "0.00"]), ("2024-09-01", ["0.00", "3125.00"])]
)
def test_a_payment_settles_in_the_month_of_its_own_date_though_both_are_known_when_that_is_booked(
    paid_on: str, settled: list[str]
) -> None:
    life = Life().sells("2024-04", "125000")
    life.months("2024-03", "2024-06")
    life.closes("2024Q2")
    life.month("2024-07")
    august, september = life.pays("2024Q2", paid_on).months("2024-08", "2024-09")
    assert [moves(august)[2], moves(september)[2]] == settled
    assert parts(august) == parts(september) == []
    assert moves(september)[4] == "0.00"


@pytest.mark.rule("R-5.5")
@pytest.mark.parametrize(("on", "month"), [("2024-08-31", "2024-08"), ("2024-09-01", "2024-09")])
def test_a_cancellation_belongs_to_the_month_of_its_own_date(on: str, month: str) -> None:
    life = Life().sells("2024-04", "125000")
    life.months("2024-03", "2024-06")
    life.closes("2024Q2")
    life.month("2024-07")
    rows = life.cancels("2024Q2", on).months("2024-08", "2024-09")
    assert [row.month for row in rows if parts(row)] == [month]


@pytest.mark.rule("R-5.1")
@pytest.mark.parametrize(("on", "may"), [("2024-05-31", "0.00"), ("2024-06-01", "3125.00"), ("2024-06-09", "3125.00")])
def test_the_tier_of_the_months_last_day_decides_whatever_it_is_on_the_booking_day(on: str, may: str) -> None:
    life = Life().sells("2024-04", "125000")
    life.month("2024-04")
    row = life.tier(on, "advanced").month("2024-05")
    assert (row.premier, moves(row)[4]) == (may != "0.00", may)


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(("starts", "booked_on"), [("2024-05-31", "2024-06-03"), ("2024-06-01", "2024-06-10")])
def test_the_rules_of_a_months_last_day_say_when_it_is_booked(starts: str, booked_on: str) -> None:
    changes = f"[{{ from = 2022-01-01, value = 10 }}, {{ from = {starts}, value = 3 }}]"
    life = Life(world=World(rulebook(f'"accruals.close_days" = {changes}')))
    life.sells("2024-04", "125000").month("2024-04")
    daily(life, "2024-05-11", "2024-06-30", {})
    assert life.row("2024-05").booked_on == date.fromisoformat(booked_on)


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F50")
@pytest.mark.parametrize(
    ("close_days", "month", "booking_day"),
    [
        (10, "2024-02", "2024-03-10"),
        (10, "2023-02", "2023-03-10"),
        (10, "2024-12", "2025-01-10"),
        (0, "2024-02", "2024-02-29"),
        (0, "2024-12", "2024-12-31"),
        (1, "2023-02", "2023-03-01"),
        (27, "2024-01", "2024-02-27"),
        (27, "2024-02", "2024-03-27"),
        (27, "2022-12", "2023-01-27"),
    ],
)
def test_a_month_is_booked_on_its_booking_day_and_on_none_around_it(
    close_days: int, month: str, booking_day: str
) -> None:
    world = World(rulebook(f'"accruals.close_days" = {close_days}'))
    on = day(booking_day)
    assert world.book(on - ONE_DAY) == []
    assert [run.month for run in world.book(on)] == [month]
    assert world.book(on + ONE_DAY) == []


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(("before", "after"), [(0, 27), (27, 0), (10, 3), (3, 10)])
def test_whatever_the_days_change_to_every_month_is_booked_once_and_in_order(before: int, after: int) -> None:
    changes = f"[{{ from = 2022-01-01, value = {before} }}, {{ from = 2024-05-15, value = {after} }}]"
    world = World(rulebook(f'"accruals.close_days" = {changes}'))
    days = [day("2024-02-10") + number * ONE_DAY for number in range(270)]
    told = [(on, run.month) for on in days for run in world.book(on)]
    months = [f"2024-{number:02d}" for number in range(2, 10)]
    assert [month for _, month in told if month in months] == months
    assert len({on for on, _ in told}) == len(told)


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(("before", "after"), [(20, 1), (1, 20)])
def test_an_owners_file_that_moves_the_booking_days_of_months_that_are_over_leaves_none_out(
    before: int, after: int
) -> None:
    world = World(rulebook(f'"accruals.close_days" = {before}'))
    Life(world=world)
    for on in ("2024-04-25", "2024-05-25", "2024-06-10"):
        world.on(on)
    world.rulebook = rulebook(f'"accruals.close_days" = {after}')
    world.on("2024-06-11")
    world.on("2024-07-25")
    assert [month for month, _ in sorted(world.store.rows)] == ["2024-04", "2024-05", "2024-06"]
