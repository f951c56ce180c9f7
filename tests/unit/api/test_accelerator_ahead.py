"""How much each rebate level still needs: exactly that reaches it, one unit less does not (R-5.1, R-5.3, R-5.4)."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from partner_program.domain.accelerator.ahead import AcceleratorAhead, accelerator_ahead
from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.facts import AccountFacts
from partner_program.domain.revenue import Contribution
from partner_program.domain.wording import amount_text
from partner_program.rulebook import Rulebook, load_rulebook
from partner_program.values.periods import Quarter, month_of
from tests.fakes.records import Known, baseline, day, facts, opening, partner, sales
from tests.oracle.programs import Program, programs

DAYS = tuple(map(day, ("2024-01-01", "2024-02-10", "2024-03-31", "2024-04-01", "2024-08-15", "2024-12-31")))
HALF = {"DE": Decimal("0.005"), "JP": Decimal("0.5"), "KW": Decimal("0.0005")}
"""The least that a line can be credited with: hardware of one minor unit."""
TINY = Decimal(1).scaleb(-20)


@cache
def rulebook() -> Rulebook:
    return load_rulebook()


def ahead(known: AccountFacts, on: date, *, premier: bool = True) -> AcceleratorAhead:
    return accelerator_ahead(known, on, rulebook(), premier=premier)


def with_sale(program: Program, on: date, credit: Decimal) -> AccountFacts:
    """What the program knows by a day, and a line of that day beside it."""
    sale: Contribution = sales(
        month_of(on), str(credit), known=str(on), account_id=program.account, currency=program.currency, report="GAP"
    )
    known = program.facts(on)
    return known.model_copy(update={"contributions": (*known.contributions, sale)})


def stated(known: AccountFacts, on: date) -> Statement:
    """What the quarter's end makes of it."""
    quarter = Quarter.of(on)
    assignment = Assignment(quarter, StatementStatus.PRELIMINARY, quarter.last_day + timedelta(days=1))
    return make_statement(known, assignment, (), rulebook())


@pytest.mark.rule("R-5.1", "R-5.3", "R-5.4a")
@given(programs(), st.sampled_from(DAYS), st.integers(0, 2))
def test_exactly_what_is_missing_reaches_the_level_at_the_quarters_end(program: Program, on: date, place: int) -> None:
    found = ahead(program.facts(on), on)
    assume(found.barrier is None)
    level = found.levels[place]
    event(f"{program.currency}, {'reached' if level.reached else 'not yet'}, {level.rate_pct} %")
    made = stated(with_sale(program, on, level.missing), on)
    assert made.rate_pct >= level.rate_pct
    if not level.reached:
        assert made.rate_pct == level.rate_pct
        assert made.ytd_revenue == level.needed


@pytest.mark.rule("R-5.1", "R-5.3", "R-5.4a")
@given(programs(), st.sampled_from(DAYS), st.integers(0, 2), st.booleans())
def test_with_one_unit_less_the_level_is_not_reached(program: Program, on: date, place: int, tiny: bool) -> None:
    found = ahead(program.facts(on), on)
    assume(found.barrier is None and not found.levels[place].reached)
    level = found.levels[place]
    less = TINY if tiny else HALF[program.country]
    assert stated(with_sale(program, on, level.missing - less), on).rate_pct < level.rate_pct


@pytest.mark.rule("R-5.2a")
@given(programs(), st.sampled_from(DAYS))
def test_whoever_is_kept_out_for_the_year_is_told_no_level_and_reaches_none(program: Program, on: date) -> None:
    found = ahead(program.facts(on), on)
    assume(found.barrier is not None)
    assert not found.levels
    assert found.next_level is None
    assert found.rate_pct == 0
    made = stated(with_sale(program, on, Decimal(10**9)), on)
    assert not made.eligible
    assert made.payout == 0


# -- the worked example of rules.md


def last_year_a_million(*more: Known) -> AccountFacts:
    return facts(partner(trading_since="2020-01-01"), opening(2023, "1000000"), *more)


@pytest.mark.rule("R-5.3")
def test_the_ladder_of_a_million_with_what_each_level_needs_and_is_worth() -> None:
    found = ahead(last_year_a_million(sales("2024-05", "1250000")), day("2024-05-31"))
    assert [(mark.rate_pct, mark.needed, mark.missing, mark.worth, mark.reached) for mark in found.levels] == [
        (*map(Decimal, row.split()), reached)
        for row, reached in (
            ("2.5 1200000 0 30000", True),
            ("3 1500000 250000 45000", False),
            ("4 1800000 550000 72000", False),
        )
    ]
    assert [mark.first for mark in found.levels] == [True, False, False]
    assert found.next_level == found.levels[1]
    assert found.rate_pct == Decimal("2.5")


@pytest.mark.rule("R-5.3b")
def test_beyond_the_top_level_nothing_is_missing() -> None:
    found = ahead(last_year_a_million(sales("2024-05", "1800000")), day("2024-05-31"))
    assert found.next_level is None
    assert [mark.missing for mark in found.levels] == [0, 0, 0]


@pytest.mark.rule("R-5.4a", "R-5.4b", "R-5.4d")
@pytest.mark.parametrize(
    ("on", "counts", "closes", "payable"),
    [
        ("2024-06-29", "2024-06-30", "2024-07-30", "2024-08-14"),
        ("2024-06-30", "2024-06-30", "2024-07-30", "2024-08-14"),
        ("2024-07-01", "2024-09-30", "2024-10-30", "2024-11-14"),
    ],
)
def test_it_counts_at_the_end_of_the_quarter_and_is_paid_no_earlier_than_the_rulebook_says(
    on: str, counts: str, closes: str, payable: str
) -> None:
    found = ahead(last_year_a_million(), day(on))
    assert [str(found.counts_on), str(found.closes_on), str(found.payable_from)] == [counts, closes, payable]
    assert (found.quarter, str(found.year_ends_on)) == (str(Quarter.of(day(on))), "2024-12-31")


@pytest.mark.rule("R-5.1")
def test_an_account_that_is_not_premier_sees_the_levels_and_that_it_has_to_be() -> None:
    found = ahead(last_year_a_million(), day("2024-05-31"), premier=False)
    assert not found.premier
    assert found.next_level is not None
    assert found.next_level.missing == 1200000


@pytest.mark.rule("R-5.4d")
def test_last_years_revenue_is_final_only_when_its_books_are_closed() -> None:
    assert not ahead(last_year_a_million(), day("2024-01-15")).frozen
    frozen = ahead(last_year_a_million(baseline(2023, "900000", "2024-01-30")), day("2024-02-15"))
    assert frozen.frozen
    assert frozen.last_year_revenue == 900000
    assert frozen.next_level is not None
    assert frozen.next_level.needed == 1080000


@pytest.mark.rule("R-5.3")
def test_the_amount_missing_is_the_one_that_the_statement_states_in_words() -> None:
    known = last_year_a_million(sales("2024-05", "1250000.125"))
    found = ahead(known, day("2024-05-31"))
    assert found.next_level is not None
    assert amount_text(found.next_level.missing, "EUR") == "249999.875 EUR"
    assert "249999.875 EUR more by 31 December 2024 reaches 3 %" in stated(known, day("2024-05-31")).reason
