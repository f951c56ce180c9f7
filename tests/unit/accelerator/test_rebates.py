"""The Revenue Goal Accelerator to the smallest unit: levels, cap, rounding (R-5.3)."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from tests.fakes.records import (
    rulebook,
)
from tests.fakes.statements import CAPPED, UNCAPPED, texts, year_of


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


@pytest.mark.rule("R-2.2a", "R-5.3")
@pytest.mark.parametrize(
    ("country", "currency", "last_year", "ytd", "earned"),
    [
        ("DE", "EUR", "100000", "120000.199999", "3000.00"),
        ("DE", "EUR", "100000", "120000.2", "3000.01"),
        ("JP", "JPY", "1000000", "1200019", "30000"),
        ("JP", "JPY", "1000000", "1200020", "30001"),
        ("JP", "JPY", "1000000", "1500016", "45000"),
        ("JP", "JPY", "1000000", "1500017", "45001"),
        ("KW", "KWD", "1000", "1200.019", "30.000"),
        ("KW", "KWD", "1000", "1200.020", "30.001"),
    ],
)
def test_exactly_half_a_minor_unit_is_rounded_up_in_every_currency(
    country: str, currency: str, last_year: str, ytd: str, earned: str
) -> None:
    assert str(year_of(last_year, (ytd,), country=country, currency=currency)[0].earned) == earned


@pytest.mark.rule("R-5.3", "R-5.3b")
@pytest.mark.parametrize(
    ("country", "currency", "unit"), [("DE", "EUR", "0.01"), ("JP", "JPY", "1"), ("KW", "KWD", "0.001")]
)
@pytest.mark.parametrize(
    ("growth", "rates"), [("1.2", ("0", "2.5", "2.5")), ("1.5", ("2.5", "3", "3")), ("1.8", ("3", "4", "4"))]
)
def test_a_level_is_reached_at_its_smallest_unit(
    country: str, currency: str, unit: str, growth: str, rates: tuple[str, ...]
) -> None:
    """One unit below, at, and one unit over 120, 150 and 180 % of 100 000 units."""
    last_year = 100_000 * Decimal(unit)
    at = last_year * Decimal(growth)
    found = [
        year_of(f"{last_year}", (f"{ytd}",), country=country, currency=currency)[0]
        for ytd in (at - Decimal(unit), at, at + Decimal(unit))
    ]
    assert tuple(str(item.rate_pct) for item in found) == rates
    assert found[2].rebate_base == (at if growth == "1.8" else at + Decimal(unit))


@pytest.mark.rule("R-5.3")
def test_a_country_that_an_owner_adds_is_paid_in_its_own_minor_unit() -> None:
    """Bahrain's dinar has three decimals as well."""
    thresholds = "".join(
        f'"revenue_threshold.EMEA.BHD.{tier}" = {amount}\n'
        for tier, amount in (("authorized", 1), ("advanced", 2), ("premier", 3))
    )
    book = rulebook(f'"country.BH" = {{ region = "EMEA", currency = "BHD" }}\n{thresholds}')
    made = year_of("1000", ("1200.020",), book, country="BH", currency="BHD")[0]
    assert (str(made.earned), made.currency) == ("30.001", "BHD")
