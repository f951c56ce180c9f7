"""MakeStatement on an in-memory store: who gets a statement, what is made first, what is frozen, and only once."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations

import pytest

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.facts import AccountFacts
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.use_cases.ports import StoredState
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.payments import FakePaymentBook
from tests.fakes.records import (
    P1_DE,
    accepted,
    kept_tier,
    opening,
    partner,
    placed,
    qualified_records,
    rulebook,
    sales,
    site,
)

BOOK = rulebook()


def world(tier: str = "premier", placed_on: str = "2023-01-02") -> tuple[FakeAccounts, MakeStatement]:
    accounts = FakeAccounts()
    accounts.add(
        partner(trading_since="2020-01-01"), site(), accepted(), placed(tier, placed_on), opening(2022, "50000")
    )
    accounts.add(*kept_tier(tier))
    accounts.add(sales("2023-12", "100000"))
    accounts.add(
        sales("2024-03", "40000"), sales("2024-06", "90000"), sales("2024-09", "25000"), sales("2024-12", "30000")
    )
    assess(accounts, "2024-01-01")
    return accounts, MakeStatement(accounts, BOOK, FakePaymentBook())


def assess(accounts: FakeAccounts, on: str) -> None:
    AssessAccount(accounts, BOOK, FixedClock(on))(P1_DE)


def task(quarter: str, phase: str, on: str, account_id: str = P1_DE) -> dict[str, str]:
    return {"account_id": account_id, "quarter": quarter, "phase": phase, "on": on}


def made(accounts: FakeAccounts) -> list[tuple[str, str, str]]:
    return rows(accounts.statements(P1_DE))


def rows(statements: Sequence[Statement]) -> list[tuple[str, str, str]]:
    return [(str(item.period), item.status.value, str(item.payout)) for item in statements]


@pytest.mark.rule("R-5.4d")
def test_the_end_makes_a_preliminary_and_the_close_a_final_statement() -> None:
    accounts, make = world()
    preliminary = make(task("2024Q2", "END", "2024-06-30"))
    final = make(task("2024Q2", "CLOSE", "2024-07-30"))
    assert preliminary is not None
    assert final is not None
    assert (preliminary.status, str(preliminary.made_on)) == ("preliminary", "2024-06-30")
    assert (final.status, str(final.made_on), str(final.payout)) == ("final", "2024-07-30", "3250.00")
    assert made(accounts) == [
        ("2024Q1", "final", "0.00"), ("2024Q2", "preliminary", "3250.00"), ("2024Q2", "final", "3250.00"),
    ]  # fmt: skip


@pytest.mark.rule("R-5.4a")
@pytest.mark.catalogue("F45")
def test_a_second_run_changes_nothing() -> None:
    accounts, make = world()
    first = make(task("2024Q2", "CLOSE", "2024-07-30"))
    accounts.add(sales("2024-05", "50000", part=1))
    again = make(task("2024Q2", "CLOSE", "2024-08-15"))
    assert again == first
    assert made(accounts) == [("2024Q1", "final", "0.00"), ("2024Q2", "final", "3250.00")]


@pytest.mark.rule("R-5.1")
@pytest.mark.parametrize("tier", ["authorized", "advanced"])
def test_an_account_below_premier_gets_no_statement(tier: str) -> None:
    accounts, make = world(tier)
    assert make(task("2024Q2", "END", "2024-06-30")) is None
    assert make(task("2024Q2", "CLOSE", "2024-07-30")) is None
    assert made(accounts) == []


def test_for_an_account_that_never_was_premier_only_the_years_close_reads_its_facts() -> None:
    accounts, make = world("advanced")
    loads: list[str] = []
    load = accounts.load

    def counting(account_id: str, since_year: int) -> tuple[AccountFacts, StoredState]:
        loads.append(account_id)
        return load(account_id, since_year)

    accounts.load = counting  # type: ignore[method-assign]  # a spy
    for quarter, phase, on in (("2024Q3", "END", "2024-09-30"), ("2024Q3", "CLOSE", "2024-10-30"),
                               ("2024Q4", "END", "2024-12-31")):  # fmt: skip
        assert make(task(quarter, phase, on)) is None
    assert loads == []
    assert make(task("2024Q4", "CLOSE", "2025-01-30")) is None
    assert loads == [P1_DE]
    assert [baseline.year for baseline in accounts.load(P1_DE, 2024)[0].baselines] == [2024]


@pytest.mark.rule("R-5.1")
@pytest.mark.parametrize(("premier_from", "quarters"), [("2024-06-30", ["2024Q2"]), ("2024-07-01", [])])
def test_the_tier_on_the_quarters_last_day_decides(premier_from: str, quarters: list[str]) -> None:
    accounts, make = world("premier", premier_from)
    assess(accounts, "2024-07-30")
    make(task("2024Q2", "CLOSE", "2024-07-30"))
    assert [quarter for quarter, _, _ in made(accounts)] == quarters


@pytest.mark.rule("R-5.1", "R-3.1a")
def test_a_promotion_counts_from_its_own_quarter_on() -> None:
    accounts, make = world("authorized")
    accounts.add(*qualified_records("2024-05-01"), sales("2024-06", "100000", part=1))
    assess(accounts, "2024-06-20")
    make(task("2024Q2", "CLOSE", "2024-07-30"))
    assert [quarter for quarter, _, _ in made(accounts)] == ["2024Q2"]


@pytest.mark.rule("R-5.4a")
def test_missing_final_statements_of_the_year_are_made_first() -> None:
    accounts, make = world()
    last = make(task("2024Q4", "CLOSE", "2025-01-30"))
    assert made(accounts) == [
        ("2024Q1", "final", "0.00"), ("2024Q2", "final", "3250.00"),
        ("2024Q3", "final", "1400.00"), ("2024Q4", "final", "2550.00"),
    ]  # fmt: skip
    assert last is not None
    assert str(last.settled_before) == "4650.00"


@pytest.mark.rule("R-5.4a")
def test_a_preliminary_statement_waits_for_no_open_quarter_but_makes_up_for_closed_ones() -> None:
    accounts, make = world()
    make(task("2024Q2", "END", "2024-06-30"))
    assert made(accounts) == [("2024Q1", "final", "0.00"), ("2024Q2", "preliminary", "3250.00")]
    others, make_early = world()
    make_early(task("2024Q2", "END", "2024-04-29"))
    assert made(others) == [("2024Q2", "preliminary", "3250.00")]


@pytest.mark.rule("R-5.4a")
@pytest.mark.catalogue("F45")
def test_tasks_in_any_order_and_twice_end_in_the_same_final_statements() -> None:
    tasks = [
        task("2024Q1", "CLOSE", "2024-04-30"), task("2024Q2", "CLOSE", "2024-07-30"),
        task("2024Q3", "END", "2024-09-30"), task("2024Q3", "CLOSE", "2024-10-30"),
    ]  # fmt: skip
    results = set()
    for order in permutations(tasks):
        accounts, make = world()
        for each in (*order, *order):
            make(each)
        results.add(tuple(row for row in made(accounts)))
    assert results == {
        (
            ("2024Q1", "final", "0.00"), ("2024Q2", "final", "3250.00"),
            ("2024Q3", "preliminary", "1400.00"), ("2024Q3", "final", "1400.00"),
        )
    }  # fmt: skip


# -- the year's close


@pytest.mark.rule("R-5.4d", "R-3.4b")
@pytest.mark.parametrize("tier", ["authorized", "advanced", "premier"])
def test_the_close_of_the_fourth_quarter_freezes_the_years_revenue_of_every_account(tier: str) -> None:
    accounts, make = world(tier)
    make(task("2023Q4", "END", "2023-12-31"))
    assert (P1_DE, 2023) not in accounts.baselines
    make(task("2023Q4", "CLOSE", "2024-01-30"))
    frozen = accounts.baselines[P1_DE, 2023]
    assert (frozen.sales_revenue, str(frozen.frozen_on), frozen.currency) == (Decimal(100000), "2024-01-30", "EUR")


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F46", "B40")
def test_late_lines_of_a_closed_year_change_neither_its_baseline_nor_its_statements() -> None:
    accounts, make = world()
    make(task("2023Q4", "CLOSE", "2024-01-30"))
    before = accounts.statements(P1_DE)
    accounts.add(sales("2023-12", "99999", part=1))
    make(task("2023Q4", "CLOSE", "2024-02-15"))
    assert accounts.baselines[P1_DE, 2023].sales_revenue == 100000
    assert accounts.statements(P1_DE) == before
    statement = make(task("2024Q1", "CLOSE", "2024-04-30"))
    assert statement is not None
    assert statement.prev_year_revenue == 100000


@pytest.mark.rule("R-5.4d")
def test_the_other_quarters_freeze_no_year_of_their_own() -> None:
    accounts, make = world()
    for quarter, on in (("2024Q1", "2024-04-30"), ("2024Q2", "2024-07-30"), ("2024Q3", "2024-10-30")):
        make(task(quarter, "CLOSE", on))
    assert [year for _, year in accounts.baselines] == [2023]


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F46")
def test_a_statement_before_its_years_baseline_freezes_that_first() -> None:
    """The task of the year's close may come later than the next year's first ones; the year's statements agree."""
    accounts, make = world()
    first = make(task("2024Q1", "END", "2024-03-31"))
    accounts.add(sales("2023-12", "99999", part=1))
    make(task("2023Q4", "CLOSE", "2024-04-02"))
    second = make(task("2024Q1", "CLOSE", "2024-04-30"))
    assert first is not None
    assert second is not None
    assert first.prev_year_revenue == second.prev_year_revenue == accounts.baselines[P1_DE, 2023].sales_revenue
    assert first.prev_year_revenue == 100000


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(("on", "frozen"), [("2024-01-29", []), ("2024-01-30", [2023])])
def test_no_statement_freezes_a_year_before_its_close(on: str, frozen: list[int]) -> None:
    accounts, make = world()
    make(task("2024Q1", "END", on))
    assert [year for _, year in accounts.baselines] == frozen


@pytest.mark.rule("R-5.4d")
def test_revenue_recorded_before_the_first_report_is_frozen_with_the_rest() -> None:
    accounts, make = world()
    accounts.add(opening(2023, "7.005"))
    make(task("2023Q4", "CLOSE", "2024-01-30"))
    assert str(accounts.baselines[P1_DE, 2023].sales_revenue) == "100007.005"


@pytest.mark.rule("R-5.4e")
def test_a_failed_fourth_quarter_is_made_up_for_before_the_next_year_carries_its_balance() -> None:
    accounts, make = world()
    accounts.add(sales("2024-12", "-80000"))
    for quarter, on in (("2024Q1", "2024-04-30"), ("2024Q2", "2024-07-30"), ("2024Q3", "2024-10-30")):
        make(task(quarter, "CLOSE", on))
    first = make(task("2025Q1", "CLOSE", "2025-04-30"))
    assert [row for row in made(accounts) if row[0] == "2024Q4"] == [("2024Q4", "final", "0.00")]
    assert accounts.baselines[P1_DE, 2024].sales_revenue == 75000
    assert first is not None
    assert (str(first.carried_in), first.prev_year_revenue) == ("4650.00", Decimal(75000))


@pytest.mark.rule("R-5.4d")
def test_taken_into_use_in_mid_life_no_statements_of_years_before_are_invented() -> None:
    accounts, make = world()
    make(task("2024Q2", "CLOSE", "2024-07-30"))
    assert min(quarter for quarter, _, _ in made(accounts)) == "2024Q1"


def test_an_unknown_account_gets_nothing_and_freezes_nothing() -> None:
    accounts, make = world()
    assert make(task("2023Q4", "CLOSE", "2024-01-30", "P9-DE")) is None
    assert accounts.baselines == {}


@pytest.mark.parametrize(
    "change", [{"quarter": "2024Q5"}, {"phase": "MIDDLE"}, {"on": "2024-02-30"}, {"quarter": "2024-Q1"}]
)
def test_a_task_that_is_none_is_a_value_error(change: dict[str, str]) -> None:
    _, make = world()
    with pytest.raises(ValueError, match=r".+"):
        make(task("2024Q1", "CLOSE", "2024-04-30") | change)


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(("on", "count"), [("2024-04-29", 0), ("2024-04-30", 1)])
def test_nothing_is_final_before_the_books_are_closed(on: str, count: int) -> None:
    accounts, make = world()
    make(task("2024Q1", "CLOSE", on))
    assert len(made(accounts)) == count
