"""Rebates of the engine against the oracle: random programs, and every boundary to the minor unit."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from random import Random

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from partner_program.rulebook import Rulebook, load_rulebook
from tests.oracle import oracle
from tests.oracle.comparison import numbers
from tests.oracle.programs import YEARS, Line, Program, final_statements, programs

UNCAPPED = '"accelerator.cap_applies" = false'


@cache
def rulebook() -> Rulebook:
    return load_rulebook()


def engine(program: Program) -> dict[tuple[int, int], oracle.Rebate]:
    return {(made.year, made.quarter): numbers(made) for made in final_statements(program, rulebook())}


@pytest.mark.rule("R-5.1", "R-5.2a", "R-5.3", "R-5.3b", "R-5.4a", "R-5.4d", "R-5.4e")
@given(programs())
def test_every_number_of_every_final_statement_is_the_oracles(program: Program) -> None:
    made = engine(program)
    for rebate in made.values():
        event(f"{rebate.rate_pct} %{', paid' * (rebate.payout > 0)}{', carried' * (rebate.carried_out > 0)}")
    assert made == program.rebates(oracle.Parameters())


@pytest.mark.rule("R-5.4a")
@given(programs(returns=False))
def test_payouts_of_a_year_add_up_to_the_final_entitlement_when_nothing_is_returned(program: Program) -> None:
    made = final_statements(program, rulebook())
    for year in YEARS:
        of_year = [item for item in made if item.year == year]
        assert sum((item.payout for item in of_year), Decimal(0)) == of_year[-1].earned


@pytest.mark.rule("R-5.4e")
@given(programs())
def test_a_payout_is_never_negative_and_nothing_is_lost_between_payout_and_balance(program: Program) -> None:
    for item in final_statements(program, rulebook()):
        assert item.payout >= 0
        assert item.carried_out >= 0
        assert item.payout - item.carried_out == item.earned - item.settled_before - item.carried_in


@pytest.mark.rule("R-5.4a")
@given(programs(), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(program: Program, random: Random) -> None:
    shuffled = list(program.lines)
    random.shuffle(shuffled)
    other = Program(program.country, program.opening, program.trading_since, tuple(shuffled))
    assert engine(other) == engine(program)


def _year(country: str, last_year: Decimal, this_year: Decimal) -> Program:
    """All of this year's revenue in one line of the first quarter of 2023."""
    line = Line(date(2023, 2, 1), 0, "software", this_year)
    return Program(country, last_year, date(2020, 1, 1), (line,))


@pytest.mark.rule("R-5.3", "R-5.3b")
@pytest.mark.parametrize("country", ["DE", "JP", "KW"])
@pytest.mark.parametrize(("growth_pct", "below_pct", "at_pct"), [(120, "0", "2.5"), (150, "2.5", "3"), (180, "3", "4")])
def test_a_level_starts_exactly_where_it_says(country: str, growth_pct: int, below_pct: str, at_pct: str) -> None:
    unit = {"DE": Decimal("0.01"), "JP": Decimal(1), "KW": Decimal("0.001")}[country]
    last_year = 1000 * unit
    boundary = last_year * growth_pct / 100
    for revenue, rate_pct in ((boundary - unit, below_pct), (boundary, at_pct), (boundary + unit, at_pct)):
        first = final_statements(_year(country, last_year, revenue), rulebook())[0]
        assert (first.ytd_revenue, first.rate_pct) == (revenue, Decimal(rate_pct))
        assert engine(_year(country, last_year, revenue)) == _year(country, last_year, revenue).rebates(
            oracle.Parameters()
        )


@pytest.mark.rule("R-5.2a")
@pytest.mark.parametrize(
    ("trading_since", "eligible"),
    [(date(2021, 12, 31), True), (date(2022, 1, 1), True), (date(2022, 1, 2), False)],
)
def test_trading_by_the_first_of_january_of_last_year_is_a_full_year(trading_since: date, eligible: bool) -> None:
    line = Line(date(2023, 2, 1), 0, "software", Decimal(150_000))
    first = final_statements(Program("DE", Decimal(100_000), trading_since, (line,)), rulebook())[0]
    assert first.eligible is eligible
    assert first.earned == (Decimal(4500) if eligible else 0)


@pytest.mark.rule("R-5.3b")
def test_the_switch_of_the_rulebook_lifts_the_cap_on_the_base() -> None:
    program = _year("DE", Decimal(100_000), Decimal(185_000))
    capped = final_statements(program, rulebook())[0]
    uncapped = final_statements(program, load_rulebook(override_toml=UNCAPPED))[0]
    assert [capped.rebate_base, capped.payout] == [Decimal(180_000), Decimal(7_200)]
    assert [uncapped.rebate_base, uncapped.payout] == [Decimal(185_000), Decimal(7_400)]
    assert numbers(uncapped) == program.rebates(oracle.Parameters(cap_pct=None))[2023, 1]


@pytest.mark.rule("R-5.4e")
def test_returns_after_a_payout_are_carried_and_netted_in_the_next_year() -> None:
    """Last year 100 000; Q3 pays 3 125; returns bring Q4 to 118 000: nothing earned, the balance goes on."""
    lines = (
        Line(date(2023, 8, 1), 0, "software", Decimal(125_000)),
        Line(date(2023, 11, 1), 0, "software", Decimal(-7_000)),
        Line(date(2024, 2, 1), 0, "software", Decimal(141_600)),
    )
    made = engine(Program("DE", Decimal(100_000), date(2020, 1, 1), lines))
    third, fourth, first = made[2023, 3], made[2023, 4], made[2024, 1]
    assert [third.payout, fourth.payout, fourth.carried_out] == [Fraction(3125), Fraction(0), Fraction(3125)]
    assert [first.carried_in, first.earned, first.payout] == [Fraction(3125), Fraction(3540), Fraction(415)]
    assert made == Program("DE", Decimal(100_000), date(2020, 1, 1), lines).rebates(oracle.Parameters())
