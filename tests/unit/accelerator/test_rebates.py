"""The Revenue Goal Accelerator to the cent: levels, cap, deduction, carried balance, year turn (R-5)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import StatementStatus
from partner_program.values.periods import Quarter
from tests.fakes.records import (
    facts,
    opening,
    sales,
    site,
)
from tests.fakes.statements import CAPPED, TRADING, UNCAPPED, final, texts, year_of


@dataclass(frozen=True)
class Year:
    """Last year's revenue, what each quarter adds, and what is paid and carried out of each."""

    title: str
    last_year: str
    quarters: tuple[str, ...]
    paid: tuple[str, ...]
    carried: tuple[str, ...]
    capped: bool = True
    currency: str = "EUR"
    country: str = "DE"


YEARS = [
    Year(
        "the worked example of the rules",
        "1000000", ("300000", "950000", "250000", "400000"),
        ("0.00", "31250.00", "13750.00", "27000.00"), ("0.00",) * 4,
    ),
    Year(
        "a third quarter at 125 % earns 2.5 %, a fourth beyond 180 % 4 % of 180 %",
        "100000", ("40000", "50000", "35000", "60000"),
        ("0.00", "0.00", "3125.00", "4075.00"), ("0.00",) * 4,
    ),
    Year(
        "the same year without the cap earns 4 % of everything",
        "100000", ("40000", "50000", "35000", "60000"),
        ("0.00", "0.00", "3125.00", "4275.00"), ("0.00",) * 4, capped=False,
    ),
    Year(
        "returns below the goal earn nothing, and what was paid is carried",
        "100000", ("40000", "50000", "35000", "-7000"),
        ("0.00", "0.00", "3125.00", "0.00"), ("0.00", "0.00", "0.00", "3125.00"),
    ),
    Year(
        "returns to a lower level carry the difference only",
        "100000", ("0", "150000", "-10000", "0"),
        ("0.00", "4500.00", "0.00", "0.00"), ("0.00", "0.00", "1000.00", "1000.00"),
    ),
    Year(
        "what returns had carried is netted when sales come back",
        "100000", ("130000", "-15000", "20000", "50000"),
        ("3250.00", "0.00", "125.00", "3825.00"), ("0.00", "3250.00", "0.00", "0.00"),
    ),
    Year(
        "a year of returns alone has a negative YTD, no rebate and no negative payment",
        "100000", ("-500", "-0.01", "0", "0"),
        ("0.00",) * 4, ("0.00",) * 4,
    ),
    Year(
        "yen are rounded to whole yen",
        "1000000", ("1200019", "1", "19", "1"),
        ("30000", "1", "0", "0"), ("0",) * 4, currency="JPY", country="JP",
    ),
    Year(
        "Kuwaiti dinars keep three decimals",
        "1000.000", ("1200.019", "0.001", "0.019", "0.001"),
        ("30.000", "0.001", "0.000", "0.000"), ("0.000",) * 4, currency="KWD", country="KW",
    ),
]  # fmt: skip


@pytest.mark.rule("R-5.3", "R-5.3b", "R-5.4a", "R-5.4e")
@pytest.mark.parametrize("case", YEARS, ids=lambda case: case.title)
def test_a_year_of_statements(case: Year) -> None:
    book = CAPPED if case.capped else UNCAPPED
    made = year_of(case.last_year, case.quarters, book, country=case.country, currency=case.currency)
    assert tuple(str(item.payout) for item in made) == case.paid
    assert tuple(str(item.carried_out) for item in made) == case.carried


@pytest.mark.rule("R-5.3")
def test_the_worked_example_has_every_number_of_the_rules() -> None:
    made = year_of("1000000", ("300000", "950000", "250000", "400000"))
    assert texts(made, "ytd_revenue", "rate_pct", "rebate_base", "earned", "settled_before") == [
        ("300000", "0", "0", "0.00", "0.00"),
        ("1250000", "2.5", "1250000", "31250.00", "0.00"),
        ("1500000", "3", "1500000", "45000.00", "31250.00"),
        ("1900000", "4", "1800000.00", "72000.00", "45000.00"),
    ]
    assert sum((item.payout for item in made), Decimal(0)) == Decimal("72000")


@pytest.mark.rule("R-5.1", "R-5.3", "R-5.3b")
@pytest.mark.parametrize(
    ("ytd", "rate", "base", "earned"),
    [
        ("119999.99", "0", "0", "0.00"),
        ("119999.995", "0", "0", "0.00"),
        ("120000.00", "2.5", "120000.00", "3000.00"),
        ("120000.01", "2.5", "120000.01", "3000.00"),
        ("149999.99", "2.5", "149999.99", "3750.00"),
        ("150000.00", "3", "150000.00", "4500.00"),
        ("150000.01", "3", "150000.01", "4500.00"),
        ("179999.99", "3", "179999.99", "5400.00"),
        ("180000.00", "4", "180000.00", "7200.00"),
        ("180000.01", "4", "180000.00", "7200.00"),
        ("999999.99", "4", "180000.00", "7200.00"),
    ],
)
def test_levels_are_reached_to_the_cent_and_the_base_stops_at_180_percent(
    ytd: str, rate: str, base: str, earned: str
) -> None:
    made = year_of("100000", (ytd,))[0]
    assert (made.rate_pct, made.rebate_base, str(made.earned)) == (Decimal(rate), Decimal(base), earned)


@pytest.mark.rule("R-5.3")
@pytest.mark.parametrize(
    ("country", "currency", "last_year", "under", "at"),
    [("JP", "JPY", "1000001", "1200001", "1200002"), ("KW", "KWD", "1000.001", "1200.001", "1200.002")],
)
def test_a_goal_between_two_minor_units_is_reached_with_the_next_one(
    country: str, currency: str, last_year: str, under: str, at: str
) -> None:
    rates = [year_of(last_year, (ytd,), country=country, currency=currency)[0].rate_pct for ytd in (under, at)]
    assert rates == [Decimal(0), Decimal("2.5")]


@pytest.mark.rule("R-5.3b")
def test_without_the_cap_the_top_rate_applies_to_everything() -> None:
    made = year_of("100000", ("185000",), UNCAPPED)[0]
    assert (made.rebate_base, str(made.earned)) == (Decimal(185000), "7400.00")
    base = next(step for step in made.steps if step.title == "Rebate base")
    assert "lifts the cap" in base.working


@pytest.mark.rule("R-2.2a", "R-5.3")
@pytest.mark.parametrize(
    ("ytd", "earned"),
    [("120000.1999", "3000.00"), ("120000.2000", "3000.01"), ("120000.5999", "3000.01"), ("120000.6", "3000.02")],
)
def test_the_rebate_is_rounded_half_up_once(ytd: str, earned: str) -> None:
    assert str(year_of("100000", (ytd,))[0].earned) == earned


# -- R-5.4a, R-5.4e: what was settled


@pytest.mark.rule("R-5.4a")
def test_preliminary_statements_settle_nothing() -> None:
    known = facts(*TRADING, site(), opening(2023, "100000"), sales("2024-03", "130000"))
    assignment = Assignment(Quarter(2024, 1), StatementStatus.PRELIMINARY, date(2024, 3, 31))
    preliminary = make_statement(known, assignment, [], CAPPED)
    assert str(preliminary.payout) == "3250.00"
    assert str(final(known, Quarter(2024, 2), [preliminary]).settled_before) == "0.00"


@pytest.mark.rule("R-5.4a")
def test_a_quarter_without_a_statement_leaves_what_was_settled_before_it() -> None:
    known = facts(*TRADING, site(), opening(2023, "100000"), sales("2024-03", "130000"), sales("2024-12", "50000"))
    first = final(known, Quarter(2024, 1))
    last = final(known, Quarter(2024, 4), [first])
    assert (str(last.settled_before), str(last.payout)) == ("3250.00", "3950.00")


@pytest.mark.rule("R-5.4e")
def test_a_carried_balance_goes_over_the_year_turn_and_is_netted_there_once() -> None:
    old = year_of("100000", ("40000", "50000", "35000", "-7000"))
    assert str(old[-1].carried_out) == "3125.00"
    new = year_of("118000", ("0", "150000", "0", "40000"), year=2025, earlier=old)
    assert texts(new, "carried_in", "settled_before", "earned", "payout", "carried_out") == [
        ("3125.00", "0.00", "0.00", "0.00", "3125.00"),
        ("3125.00", "0.00", "3750.00", "625.00", "0.00"),
        ("3125.00", "625.00", "3750.00", "0.00", "0.00"),
        ("3125.00", "625.00", "5700.00", "1950.00", "0.00"),
    ]
    step = next(step for step in new[0].steps if step.title == "Carried in")
    assert (step.working, step.result) == ("left by 2024Q4", "3125.00 EUR")


@pytest.mark.rule("R-5.4e")
def test_a_balance_waits_through_years_without_a_statement() -> None:
    old = year_of("100000", ("40000", "50000", "35000", "-7000"))
    assert str(year_of("1000", ("0",), year=2027, earlier=old)[0].carried_in) == "3125.00"


@pytest.mark.rule("R-5.4a", "R-5.4e")
@given(
    st.integers(1, 10**7),
    st.lists(st.integers(-(10**7), 3 * 10**7), min_size=4, max_size=4),
    st.booleans(),
)
def test_payouts_are_never_negative_and_add_up_to_what_is_owed(last: int, quarters: list[int], capped: bool) -> None:
    """Amounts in cents. Against fractions: paid so far is the most that was ever earned up to then."""
    cents = [f"{Decimal(amount).scaleb(-2):f}" for amount in quarters]
    made = year_of(f"{Decimal(last).scaleb(-2):f}", cents, CAPPED if capped else UNCAPPED)
    paid, ytd, most = Fraction(0), Fraction(0), Fraction(0)
    for statement, added in zip(made, quarters, strict=True):
        ytd += Fraction(added, 100)
        earned = _earned(ytd, Fraction(last, 100), capped=capped)
        most = max(most, earned)
        paid += Fraction(statement.payout)
        assert statement.payout >= 0
        assert Fraction(statement.earned) == earned
        assert paid == most
        assert Fraction(statement.carried_out) == most - earned


def _earned(ytd: Fraction, last: Fraction, *, capped: bool) -> Fraction:
    rates = [(Fraction(9, 5), 40), (Fraction(3, 2), 30), (Fraction(6, 5), 25)]
    rate = next((Fraction(rate, 1000) for growth, rate in rates if ytd >= last * growth), Fraction(0))
    base = min(ytd, last * Fraction(9, 5)) if capped else ytd
    exact = base * rate * 100
    return Fraction(int(exact + Fraction(1, 2)), 100)
