"""Where a year ends if it goes on as it went: exact, rounded only at the end."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.accruals.projection import projected
from partner_program.values.currencies import minor_digits
from partner_program.values.money import Money
from tests.fakes.accruals import Life
from tests.fakes.records import day, rulebook

BOOK = rulebook()
TERMS = BOOK.at(day("2024-06-30")).accelerator


def project(ytd: str, last_year: str, on: str, currency: str = "EUR") -> tuple[str, str, str]:
    found = projected(Money(Decimal(ytd), currency), Money(Decimal(last_year), currency), TERMS, day(on))
    return f"{found.ytd:f}", str(found.level.rate_pct if found.level else 0), f"{found.earned:f}"


@pytest.mark.catalogue("F50")
@pytest.mark.parametrize(
    ("on", "ytd", "year_end"),
    [
        ("2023-01-31", "31.00", "365.00"),
        ("2023-02-28", "59.00", "365.00"),
        ("2024-02-29", "60.00", "366.00"),
        ("2023-12-31", "365.00", "365.00"),
        ("2024-12-31", "366.00", "366.00"),
        ("2100-02-28", "59.00", "365.00"),
    ],
)
def test_one_a_day_makes_as_many_as_the_year_has_days(on: str, ytd: str, year_end: str) -> None:
    assert project(ytd, "0", on)[0] == year_end


@pytest.mark.rule("R-5.3")
@pytest.mark.parametrize(
    ("ytd", "rate", "earned"),
    [
        # last year 36 600: at 29 February 60 of 366 days are over, so 7 200 leads to the goal of 43 920
        ("7199.99", "0", "0.00"),
        ("7199.999999", "0", "0.00"),
        ("7200.00", "2.5", "1098.00"),
        ("8999.999999", "2.5", "1372.50"),
        ("9000.00", "3", "1647.00"),
        ("10799.999999", "3", "1976.40"),
        ("10800.00", "4", "2635.20"),
        ("20000.00", "4", "2635.20"),
    ],
)
def test_a_level_is_expected_from_exactly_the_run_rate_that_reaches_it(ytd: str, rate: str, earned: str) -> None:
    assert project(ytd, "36600", "2024-02-29")[1:] == (rate, earned)


@pytest.mark.rule("R-5.2a")
def test_without_revenue_in_the_year_before_no_level_is_expected() -> None:
    assert project("10000", "0", "2024-02-29")[1:] == ("0", "0.00")
    assert project("10000", "-5", "2024-02-29")[1:] == ("0", "0.00")


@pytest.mark.catalogue("F49")
def test_the_projection_is_rounded_half_up_to_the_minor_unit_once() -> None:
    # 366 / 60 = 6.1 a unit of YTD
    assert project("5", "0", "2024-02-29", "JPY")[0] == "31"
    assert project("-5", "0", "2024-02-29", "JPY")[0] == "-31"
    assert project("0.0005", "0", "2024-02-29", "KWD")[0] == "0.003"
    # 10 x 365 / 31 = 117.7419…
    assert project("10", "0", "2023-01-31")[0] == "117.74"


@given(
    ytd=st.decimals(-1000, 1_000_000, places=4),
    last_year=st.decimals(1, 500_000, places=4),
    month=st.integers(1, 12),
    year=st.integers(2023, 2028),
    currency=st.sampled_from(("EUR", "JPY", "KWD")),
)
def test_the_projection_is_the_fraction_it_says(
    ytd: Decimal, last_year: Decimal, month: int, year: int, currency: str
) -> None:
    on = day(f"{year}-{month % 12 + 1:02d}-01") if month < 12 else day(f"{year}-12-31")
    days = 366 if year % 4 == 0 else 365
    elapsed = on.timetuple().tm_yday
    exact = Fraction(ytd) * days / elapsed
    found = projected(Money(ytd, currency), Money(last_year, currency), TERMS, on)
    unit = Fraction(1, 10 ** minor_digits(currency))
    assert abs(Fraction(found.ytd) - exact) <= unit / 2
    ladder = [(Fraction(last_year) * growth / 100, rate) for growth, rate in ((180, 40), (150, 30), (120, 25))]
    rate = next((rate for needed, rate in ladder if exact >= needed), 0)
    base = min(exact, Fraction(last_year) * 180 / 100)
    assert abs(Fraction(found.earned) - base * rate / 1000) <= unit / 2


@pytest.mark.rule("R-5.3")
@given(
    amounts=st.lists(st.decimals(-20_000, 60_000, places=3), min_size=4, max_size=4),
    last_year=st.decimals(-100, 90_000, places=2),
    quarter=st.integers(1, 4),
)
def test_at_a_quarters_end_the_rebate_is_that_of_its_statement(
    amounts: list[Decimal], last_year: Decimal, quarter: int
) -> None:
    life = Life(str(last_year))
    for number, amount in enumerate(amounts, start=1):
        life.sells(f"2024-{3 * number:02d}", str(amount))
    row, final = life.month(f"2024-{3 * quarter:02d}"), life.closes(f"2024Q{quarter}")
    assert final is not None
    assert (row.earned, row.rate_pct, row.ytd_revenue) == (final.earned, final.rate_pct, final.ytd_revenue)


def test_a_row_tells_the_level_reached_and_the_one_expected() -> None:
    # 125 000 in the first 121 of 366 days: 378 099.17 at the year's end, beyond the top level
    row = Life().sells("2024-04", "125000").month("2024-04")
    assert (str(row.rate_pct), f"{row.earned:f}") == ("2.5", "3125.00")
    assert (f"{row.projected_ytd:f}", str(row.expected_rate_pct), f"{row.expected_earned:f}") == (
        "378099.17", "4", "7200.00",
    )  # fmt: skip


def test_at_the_years_end_what_is_expected_is_what_is_earned() -> None:
    row = Life().sells("2024-04", "125000").month("2024-12")
    assert (row.projected_ytd, row.expected_earned, row.expected_rate_pct) == (
        row.ytd_revenue,
        row.earned,
        row.rate_pct,
    )
