"""What was settled, what is carried and what is netted, within a year and over several (R-5.4a, R-5.4e)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.accelerator.calculation import Assignment, changes_balance, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.values.periods import Quarter
from tests.fakes.records import (
    facts,
    opening,
    sales,
    site,
)
from tests.fakes.statements import CAPPED, TRADING, UNCAPPED, final, texts, year_of


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
def test_a_balance_is_netted_over_as_many_years_as_it_takes() -> None:
    made = year_of("100000", ("150000", "0", "0", "-50000"))
    assert str(made[-1].carried_out) == "4500.00"
    made += year_of("50000", ("0", "60000"), year=2025, earlier=made)
    assert texts(made[-1:], "carried_in", "earned", "payout", "carried_out") == [
        ("4500.00", "1500.00", "0.00", "3000.00")
    ]
    made += year_of("60000", ("72000", "18000"), year=2026, earlier=made)
    assert texts(made[-2:], "carried_in", "settled_before", "earned", "payout", "carried_out") == [
        ("3000.00", "0.00", "1800.00", "0.00", "1200.00"),
        ("3000.00", "0.00", "2700.00", "0.00", "300.00"),
    ]
    made += year_of("90000", ("135000", "27000"), year=2027, earlier=made)
    assert texts(made[-2:], "carried_in", "settled_before", "earned", "payout", "carried_out") == [
        ("300.00", "0.00", "4050.00", "3750.00", "0.00"),
        ("300.00", "3750.00", "6480.00", "2430.00", "0.00"),
    ]
    paid = sum((item.payout for item in made), Decimal(0))
    assert paid == sum(Decimal(last) for last in ("0", "1500", "2700", "6480"))


@pytest.mark.rule("R-5.4a", "R-5.4e")
@given(st.lists(st.lists(st.integers(-80_00, 120_00), min_size=4, max_size=4), min_size=2, max_size=3))
def test_over_the_years_everything_paid_is_everything_earned_and_what_is_carried(years: list[list[int]]) -> None:
    """Amounts in cents, after a year of 50.00."""
    made: list[Statement] = []
    last, entitled = 50_00, Decimal(0)
    for number, quarters in enumerate(years):
        amounts = [f"{Decimal(cents).scaleb(-2):f}" for cents in quarters]
        made += year_of(f"{Decimal(last).scaleb(-2):f}", amounts, year=2023 + number, earlier=made)
        entitled += made[-1].earned
        last = sum(quarters)
    paid = sum((item.payout for item in made), Decimal(0))
    assert paid == entitled + made[-1].carried_out
    assert all(item.payout >= 0 and item.carried_out >= 0 for item in made)
    if not made[-1].carried_out and not made[-1].carried_in:
        assert sum((item.payout for item in made[-4:]), Decimal(0)) == made[-1].earned


@pytest.mark.rule("R-5.4a")
def test_the_issues_example_to_the_cent() -> None:
    """Last year 100 000: 90 000, 125 000, then 185 000 with and without the cap, or 118 000 after returns."""
    third = ("40000", "50000", "35000")
    capped, uncapped = (year_of("100000", (*third, "60000"), book) for book in (CAPPED, UNCAPPED))
    wanted = [("0.00", "0.00", "0.00"), ("0.00", "0.00", "0.00"), ("3125.00", "0.00", "3125.00")]
    for made, last in ((capped, ("7200.00", "3125.00", "4075.00")), (uncapped, ("7400.00", "3125.00", "4275.00"))):
        assert texts(made, "earned", "settled_before", "payout") == [*wanted, last]
    returned = year_of("100000", (*third, "-7000"))[3]
    assert texts([returned], "earned", "settled_before", "payout", "carried_out") == [
        ("0.00", "3125.00", "0.00", "3125.00")
    ]
    assert returned.reason == (
        "YTD 118000.00 EUR is below the goal of 120000.00 EUR, 120 % of last year's 100000.00 EUR: nothing earned."
        " 2000.00 EUR more by 31 December 2024 would have reached 2.5 %, worth 3000.00 EUR for the year,"
        " all of it settled already. 3125.00 EUR is carried and netted against later payouts."
    )


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


def in_kuna(*made: Statement) -> list[Statement]:
    """As if the country had had another currency then."""
    return [item.model_copy(update={"currency": "HRK"}) for item in made]


def working(statement: Statement, title: str) -> str:
    return next(step.working for step in statement.steps if step.title == title)


@pytest.mark.rule("R-5.4e")
def test_a_balance_in_another_currency_is_never_netted_but_told() -> None:
    old = in_kuna(*year_of("100000", ("40000", "50000", "35000", "-7000")))
    assert str(old[-1].carried_out) == "3125.00"
    new = year_of("118000", ("0", "150000"), year=2025, earlier=old)
    assert texts(new, "carried_in", "earned", "payout", "carried_out") == [
        ("0.00", "0.00", "0.00", "0.00"), ("0.00", "3750.00", "3750.00", "0.00"),
    ]  # fmt: skip
    told = "3125.00 HRK carried by 2024Q4 is in another currency and not netted: a person has to settle it"
    assert [working(item, "Carried in") for item in new] == [f"nothing in EUR; {told}"] * 2
    assert all(
        item.reason.endswith("Not taken into account, for a person to settle: 3125.00 HRK carried by 2024Q4.")
        for item in new
    )


@pytest.mark.rule("R-5.4e")
def test_beside_a_balance_in_another_currency_that_of_the_own_one_is_netted() -> None:
    own = year_of("100000", ("40000", "50000", "35000", "-7000"))
    kuna = in_kuna(*year_of("118000", ("0", "150000", "0", "-60000"), year=2025))
    assert str(kuna[-1].carried_out) == "3750.00"
    (new, *_) = year_of("90000", ("150000",), year=2026, earlier=[*own, *kuna])
    assert texts([new], "carried_in", "earned", "payout") == [("3125.00", "4500.00", "1375.00")]
    told = "3750.00 HRK carried by 2025Q4 is in another currency and not netted: a person has to settle it"
    assert working(new, "Carried in") == f"left by 2024Q4; {told}"


@pytest.mark.rule("R-5.4a")
def test_what_was_paid_in_another_currency_this_year_is_never_deducted_but_told() -> None:
    paid = in_kuna(year_of("100000", ("130000",))[0])
    known = facts(*TRADING, site(), opening(2023, "100000"), sales("2024-03", "130000"), sales("2024-06", "30000"))
    second = final(known, Quarter(2024, 2), paid)
    assert texts([second], "settled_before", "earned", "payout") == [("0.00", "4800.00", "4800.00")]
    told = "3250.00 HRK paid by 2024Q1 is in another currency and not deducted: a person has to settle it"
    assert working(second, "Settled before") == f"nothing in EUR; {told}"
    assert second.adjustments == ()
    third = final(known, Quarter(2024, 3), [*paid, second])
    listed = "2024Q2: 4800.00 EUR; also what is on hold or cancelled counts as settled (R-5.5)"
    assert (str(third.payout), working(third, "Settled before")) == ("0.00", f"{listed}; {told}")


@pytest.mark.rule("R-5.1", "R-5.4e")
def test_without_premier_the_balance_is_that_of_the_own_currency() -> None:
    """What a year in another currency settled supports nothing here, and needs no statement."""
    paid = in_kuna(year_of("100000", ("130000",))[0])
    known = facts(*TRADING, site(), opening(2023, "100000"), sales("2024-03", "130000"))
    assignment = Assignment(Quarter(2024, 2), StatementStatus.FINAL, date(2024, 7, 30), premier=False)
    made = make_statement(known, assignment, paid, CAPPED)
    assert texts([made], "earned", "settled_before", "payout", "carried_out") == [("0.00", "0.00", "0.00", "0.00")]
    assert not changes_balance(made, paid)
