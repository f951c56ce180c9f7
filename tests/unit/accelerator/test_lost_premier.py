"""An account that is no longer Premier: what was earned stays payable, nothing new is earned, returns are taken back.

R-5.1 asks on the quarter's last day. What the year's revenue no longer supports is carried (R-5.4e), whatever the tier.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.accelerator.calculation import Assignment, changes_balance, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.use_cases.verify_statements import VerifyStatements
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts
from tests.fakes.payments import FakePaymentBook
from tests.fakes.records import P1_DE, Known, baseline, facts, sales, site
from tests.fakes.statements import CAPPED, TRADING, statement_task, tier_from, year_2024

CLOSES = (
    ("2024Q1", "2024-04-30"), ("2024Q2", "2024-07-30"), ("2024Q3", "2024-10-30"), ("2024Q4", "2025-01-30"),
    ("2025Q1", "2025-04-30"), ("2025Q2", "2025-07-30"),
)  # fmt: skip


@dataclass
class Story:
    """Tiers by day, and what comes beside the sales of `year_2024`."""

    accounts: FakeAccounts
    make: MakeStatement
    book: FakePaymentBook

    def close(self, first: str, last: str) -> None:
        for quarter, on in CLOSES:
            if first <= quarter <= last:
                self.make(statement_task(quarter, "CLOSE", on))

    def final(self, quarter: str) -> Statement | None:
        found = (s for s in self.accounts.statements(P1_DE) if str(s.period) == quarter and s.status == "final")
        return next(found, None)

    def finals(self) -> list[tuple[str, str, str]]:
        every = self.accounts.statements(P1_DE)
        return [(str(s.period), str(s.payout), str(s.carried_out)) for s in every if s.status == "final"]


def story(*tiers: tuple[str, Tier]) -> Story:
    accounts, book = year_2024(), FakePaymentBook()
    for day, tier in tiers:
        tier_from(accounts, day, tier)
    return Story(accounts, MakeStatement(accounts, CAPPED, book), book)


@pytest.mark.rule("R-5.1")
@pytest.mark.parametrize(("demoted_on", "quarters"), [("2024-06-30", ["2024Q1"]), ("2024-07-01", ["2024Q1", "2024Q2"])])
def test_who_is_demoted_after_the_quarters_last_day_is_paid_for_it(demoted_on: str, quarters: list[str]) -> None:
    told = story((demoted_on, Tier.ADVANCED))
    told.close("2024Q1", "2024Q4")
    assert [quarter for quarter, _, _ in told.finals()] == quarters
    assert [str(payout.amount) for payout in told.book.payouts(P1_DE)] == ["3250.00"] * (len(quarters) - 1)


@pytest.mark.rule("R-5.1", "R-5.4e")
def test_what_the_years_revenue_no_longer_supports_is_taken_back_by_a_statement_that_pays_nothing() -> None:
    told = story(("2024-07-10", Tier.ADVANCED))
    told.accounts.add(sales("2024-09", "-40000", part=1))
    told.close("2024Q1", "2024Q3")
    made = told.final("2024Q3")
    assert made is not None
    assert (made.eligible, str(made.earned), str(made.payout), str(made.carried_out)) == (
        False,
        "0.00",
        "0.00",
        "3250.00",
    )
    assert made.reason == (
        "Not Premier on 2024-09-30: nothing new is earned (R-5.1). YTD 115000.00 EUR supports 0.00 EUR of 3250.00 EUR"
        " settled for the year. 3250.00 EUR is carried and netted against later payouts."
    )
    step = next(step for step in made.steps if step.title == "Eligibility")
    assert (step.rule, step.working, step.result) == (
        "R-5.1", "not Premier on 2024-09-30: nothing new is earned (R-5.1)", "not eligible",
    )  # fmt: skip


@pytest.mark.rule("R-5.4e")
def test_a_lower_level_takes_back_the_difference_only() -> None:
    told = story(("2024-10-10", Tier.ADVANCED))
    told.accounts.add(sales("2024-12", "-40000", part=1))
    told.close("2024Q1", "2024Q4")
    made = told.final("2024Q4")
    assert made is not None
    assert (str(made.ytd_revenue), str(made.rate_pct), str(made.earned), str(made.settled_before)) == (
        "145000", "2.5", "3625.00", "4650.00",
    )  # fmt: skip
    assert str(made.carried_out) == "1025.00"


@pytest.mark.rule("R-5.1")
@pytest.mark.parametrize(("returned", "carried"), [("-25000.40", None), ("-25000.41", "0.01")])
def test_to_the_cent_there_is_a_statement_only_where_the_revenue_no_longer_supports_it(
    returned: str, carried: str | None
) -> None:
    """3250.00 was paid on 130 000: from 129 999.80 on it still rounds to that."""
    told = story(("2024-07-10", Tier.ADVANCED))
    told.accounts.add(sales("2024-08", "-0.20"), sales("2024-09", returned, part=1), sales("2024-09", "0.40", part=2))
    told.close("2024Q1", "2024Q3")
    assert told.finals()[2:] == ([("2024Q3", "0.00", carried)] if carried else [])


@pytest.mark.rule("R-5.1")
def test_an_account_that_was_paid_nothing_this_year_gets_no_statement_below_premier() -> None:
    told = story(("2024-04-10", Tier.ADVANCED))
    told.accounts.add(sales("2024-06", "-90000", part=1))
    told.close("2024Q1", "2024Q4")
    assert told.finals() == [("2024Q1", "0.00", "0.00")]


@pytest.mark.rule("R-5.1")
def test_a_preliminary_statement_is_for_premier_only() -> None:
    told = story(("2024-07-10", Tier.ADVANCED))
    told.accounts.add(sales("2024-09", "-40000", part=1))
    told.close("2024Q1", "2024Q2")
    assert told.make(statement_task("2024Q3", "END", "2024-09-30")) is None


@pytest.mark.rule("R-5.4e")
def test_what_was_taken_back_once_is_not_taken_back_again() -> None:
    told = story(("2024-07-10", Tier.ADVANCED))
    told.accounts.add(sales("2024-09", "-40000", part=1), sales("2024-12", "-30000", part=1))
    told.close("2024Q1", "2024Q4")
    assert told.finals()[2:] == [("2024Q3", "0.00", "3250.00")]


@pytest.mark.rule("R-5.1", "R-5.4e")
def test_revenue_that_comes_back_supports_what_was_paid_again_and_earns_nothing_new() -> None:
    told = story(("2024-07-10", Tier.ADVANCED))
    told.accounts.add(sales("2024-09", "-40000", part=1), sales("2024-12", "60000", part=1))
    told.close("2024Q1", "2024Q4")
    made = told.final("2024Q4")
    assert made is not None
    assert (str(made.ytd_revenue), str(made.earned), str(made.payout), str(made.carried_out)) == (
        "205000", "3250.00", "0.00", "0.00",
    )  # fmt: skip
    assert made.reason.endswith(
        "supports 3250.00 EUR of 3250.00 EUR settled for the year. Nothing is carried any more."
    )
    step = next(step for step in made.steps if step.title == "Earned for the year so far")
    assert step.working.endswith(", but no more than final statements of the year earned: not Premier")


@pytest.mark.rule("R-5.4a", "R-5.4e")
def test_premier_again_in_the_same_year_is_paid_what_the_year_earns_less_what_was_paid() -> None:
    told = story(("2024-07-10", Tier.ADVANCED), ("2024-11-01", Tier.PREMIER))
    told.accounts.add(sales("2024-09", "-40000", part=1), sales("2024-12", "5000", part=1))
    told.close("2024Q1", "2024Q4")
    assert told.finals()[2:] == [("2024Q3", "0.00", "3250.00"), ("2024Q4", "1250.00", "0.00")]
    made = told.final("2024Q4")
    assert made is not None
    assert (str(made.earned), str(made.settled_before), made.eligible) == ("4500.00", "3250.00", True)


@pytest.mark.rule("R-5.4e")
def test_what_was_taken_back_is_netted_in_the_next_year() -> None:
    told = story(("2024-07-10", Tier.ADVANCED), ("2025-02-01", Tier.PREMIER))
    told.accounts.add(sales("2024-12", "-70000", part=1), sales("2025-05", "200000"))
    told.close("2024Q1", "2025Q2")
    first, second = told.final("2025Q1"), told.final("2025Q2")
    assert first is not None
    assert second is not None
    assert (str(first.carried_in), str(first.carried_out)) == ("3250.00", "3250.00")
    assert (str(second.prev_year_revenue), str(second.earned)) == ("115000", "6000.00")
    assert (str(second.carried_in), str(second.payout), str(second.carried_out)) == ("3250.00", "2750.00", "0.00")


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F45", "F46")
def test_a_close_that_is_run_again_with_later_returns_finds_nothing_to_take_back_in_the_closed_quarter() -> None:
    told = story(("2024-07-10", Tier.ADVANCED))
    told.close("2024Q1", "2024Q3")
    told.accounts.add(sales("2024-09", "-40000", part=1, known="2024-10-31"))
    told.make(statement_task("2024Q3", "CLOSE", "2024-11-15"))
    assert [quarter for quarter, _, _ in told.finals()] == ["2024Q1", "2024Q2"]
    told.close("2024Q4", "2024Q4")
    assert told.finals()[2:] == []  # 145 000 by then
    told.accounts.add(sales("2024-12", "-40000", part=1, known="2025-01-30"))
    told.close("2024Q4", "2024Q4")
    assert told.finals()[2:] == [("2024Q4", "0.00", "3250.00")]


@pytest.mark.catalogue("F26")
def test_made_up_for_late_the_take_back_rests_on_no_less_than_the_statement_before_it() -> None:
    """The second quarter's final statement is made in November, with a line that the third's close had not known."""
    told = story(("2024-07-10", Tier.ADVANCED))
    told.accounts.add(sales("2024-05", "30000", known="2024-11-02"))
    told.make(statement_task("2024Q3", "CLOSE", "2024-11-05"))
    assert told.finals() == [("2024Q1", "0.00", "0.00"), ("2024Q2", "4800.00", "0.00")]


@pytest.mark.rule("R-5.4a")
def test_no_final_statement_is_made_before_a_later_one_of_its_year() -> None:
    """A tier that is known only afterwards: the later statement has paid for the whole year up to it."""
    told = story(("2024-01-05", Tier.ADVANCED), ("2024-09-01", Tier.PREMIER))
    told.close("2024Q1", "2024Q3")
    assert told.finals() == [("2024Q3", "4650.00", "0.00")]
    again = story()
    again.accounts._statements.update(told.accounts._statements)
    again.close("2024Q1", "2024Q4")
    assert again.finals() == [("2024Q3", "4650.00", "0.00"), ("2024Q4", "2550.00", "0.00")]


@pytest.mark.rule("R-5.4d")
def test_a_year_that_was_frozen_late_is_what_the_take_back_rests_on() -> None:
    """All of it is made up for in November; what 2023 came to by then is the baseline of every statement of 2024."""
    told = story(("2024-07-10", Tier.ADVANCED))
    told.accounts.add(sales("2023-11", "5000", known="2024-10-31"), sales("2024-09", "-40000", part=1))
    told.make(statement_task("2024Q3", "CLOSE", "2024-11-05"))
    made = [told.final(quarter) for quarter in ("2024Q1", "2024Q2", "2024Q3")]
    assert [str(item.prev_year_revenue) for item in made if item] == ["105000"] * 3
    assert told.finals()[2] == ("2024Q3", "0.00", "3250.00")


@pytest.mark.rule("R-5.4d")
def test_any_statement_is_made_again_from_the_facts_of_the_day_that_it_names() -> None:
    told = story(("2024-07-10", Tier.ADVANCED))
    told.accounts.add(sales("2024-09", "-40000", part=1, known="2024-10-29"))
    for quarter, on in (*CLOSES[:2], ("2024Q3", "2024-11-15")):
        told.make(statement_task(quarter, "CLOSE", on))
    told.accounts.add(sales("2024-09", "-1", part=2, known="2024-11-01"))
    made = told.final("2024Q3")
    assert made is not None
    assert (made.premier, str(made.known_on), str(made.made_on)) == (False, "2024-10-30", "2024-11-15")
    assert list(VerifyStatements(told.accounts, CAPPED)()) == []


# -- any tiers, any revenue


QUARTERS = st.lists(
    st.tuples(st.sampled_from([0, 30, 60, 90, 120, 150, -60, -100]), st.integers(-1, 1), st.booleans()),
    min_size=8, max_size=8,
)  # fmt: skip


@pytest.mark.rule("R-5.1", "R-5.4a", "R-5.4e")
@given(QUARTERS)
def test_with_any_tiers_payouts_and_balances_are_those_of_a_ledger(quarters: list[tuple[int, int, bool]]) -> None:
    """Two years after one of 100.00. A plain ledger says after each quarter what is paid in all, and what is owed."""
    made = _statements(quarters)
    carried, last = Fraction(0), Fraction(100)
    for year in (2024, 2025):
        ytd = paid = most = left = Fraction(0)
        left = carried
        for number in range(1, 5):
            percent, unit, is_premier = quarters[(year - 2024) * 4 + number - 1]
            ytd += percent + Fraction(unit, 100)
            earned = _earned(ytd, last)
            if is_premier:
                most = max(most, earned)
            support = earned if is_premier else min(earned, most)
            pays = max(Fraction(0), support - paid - carried)
            paid += pays
            left = max(Fraction(0), paid + carried - support)
            statement = made.get(Quarter(year, number))
            assert Fraction(statement.payout if statement else 0) == pays
            assert not (pays and not is_premier)
            if is_premier:
                assert statement is not None
            if statement:
                assert Fraction(statement.carried_out) == left
                assert statement.eligible is (is_premier and last > 0)
        carried, last = left, ytd


def _statements(quarters: list[tuple[int, int, bool]]) -> dict[Quarter, Statement]:
    known: list[Known] = [*TRADING, site(), baseline(2023, "100", "2024-01-30")]
    for index, (percent, unit, _) in enumerate(quarters):
        known.append(sales(f"{2024 + index // 4}-{3 * (index % 4) + 3:02d}", str(percent + Decimal(unit).scaleb(-2))))
    made: list[Statement] = []
    for index, (_, _, is_premier) in enumerate(quarters):
        quarter = Quarter(2024 + index // 4, index % 4 + 1)
        assignment = Assignment(quarter, StatementStatus.FINAL, date(2026, 1, 1), premier=is_premier)
        statement = make_statement(facts(*known), assignment, made, CAPPED)
        made += [statement] if is_premier or changes_balance(statement, made) else []
    return {item.period: item for item in made}


def _earned(ytd: Fraction, last: Fraction) -> Fraction:
    if last <= 0:
        return Fraction(0)
    rates = [(Fraction(9, 5), 40), (Fraction(3, 2), 30), (Fraction(6, 5), 25)]
    rate = next((Fraction(rate, 1000) for growth, rate in rates if ytd >= last * growth), Fraction(0))
    return Fraction((min(ytd, last * Fraction(9, 5)) * rate * 100 + Fraction(1, 2)) // 1, 100)
