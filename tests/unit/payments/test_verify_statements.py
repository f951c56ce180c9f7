"""Every final statement can be computed again from what was known when it was made."""

from decimal import Decimal

import pytest

from partner_program.domain.accelerator.statement import Statement
from partner_program.use_cases.restate_baseline import RestateBaseline
from partner_program.values.periods import Quarter
from tests.fakes.audited import AuditedWorld, close, closed_year, findings, restate, through_the_bank
from tests.fakes.payment_world import DORA, LIMIT
from tests.fakes.records import P1_DE, day, rulebook, sales

Q2_CLOSES, Q3_CLOSES = Quarter(2024, 2).closes_on(30), Quarter(2024, 3).closes_on(30)


def said(world: AuditedWorld, period: str) -> Statement:
    return next(one for one in world.accounts.statements(P1_DE) if str(one.period) == period and one.status == "final")


def write(world: AuditedWorld, statement: Statement) -> None:
    """What nobody may do."""
    world.accounts._statements[P1_DE, str(statement.period), "final"] = statement


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("earned", Decimal("9999.00")),
        ("ytd_revenue", Decimal("9999.00")),
        ("settled_before", Decimal("1.00")),
        ("eligible", False),
        ("payable_from", day("2024-11-15")),
    ],
)
def test_a_statement_that_says_another_number_than_its_facts_is_seen(field: str, value: object) -> None:
    world = through_the_bank()
    q3 = said(world, "2024Q3")
    write(world, q3.model_copy(update={field: value}))
    told = findings(world).splitlines()
    assert f"P1-DE 2024Q3: {field} is {value}, computed again it is {getattr(q3, field)}" in told


@pytest.mark.rule("R-5.4d")
def test_lines_that_came_after_its_close_do_not_make_a_statement_wrong() -> None:
    world = through_the_bank()
    world.accounts.add(sales("2024-03", "500000", known="2025-03-01", report="LATE"))
    assert findings(world) == ""


# -- the day of a close


@pytest.mark.rule("R-5.4d")
def test_a_report_taken_on_the_day_of_a_close_after_the_close_is_no_finding() -> None:
    world = closed_year(until=Quarter(2024, 2))
    world.accounts.add(sales("2024-06", "1000", known=str(Q2_CLOSES), report="SAME-DAY"))
    assert findings(world) == ""


@pytest.mark.rule("R-5.4d")
def test_a_report_taken_on_the_day_of_a_close_before_the_close_is_no_finding() -> None:
    world = closed_year(until=Quarter(2024, 1))
    world.accounts.add(sales("2024-06", "65000", known="2024-06-30"))
    world.accounts.add(sales("2024-06", "1000", known=str(Q2_CLOSES), report="SAME-DAY"))
    close(world, Quarter(2024, 2), Q2_CLOSES)
    assert said(world, "2024Q2").ytd_revenue == 126000
    assert findings(world) == ""


@pytest.mark.rule("R-5.4d")
def test_of_reports_before_and_after_a_close_on_its_day_it_says_that_they_may_be_the_cause() -> None:
    world = closed_year(until=Quarter(2024, 1))
    world.accounts.add(sales("2024-06", "65000", known="2024-06-30"))
    world.accounts.add(sales("2024-06", "1000", known=str(Q2_CLOSES), report="BEFORE"))
    close(world, Quarter(2024, 2), Q2_CLOSES)
    world.accounts.add(sales("2024-06", "500", known=str(Q2_CLOSES), report="AFTER"))
    told = findings(world)
    assert "P1-DE 2024Q2: ytd_revenue is 126000, computed again it is 126500; facts of the day on which it" in told
    assert "may be the cause" in told


@pytest.mark.rule("R-5.4d")
def test_a_number_that_fits_neither_evening_is_a_finding_without_excuse_where_nothing_came_that_day() -> None:
    world = closed_year()
    write(world, said(world, "2024Q3").model_copy(update={"earned": Decimal("9999.00")}))
    told = findings(world)
    assert "P1-DE 2024Q3: earned is 9999.00" in told
    assert "may be the cause" not in told


@pytest.mark.rule("R-5.4d")
def test_a_restatement_on_the_day_of_a_close_after_the_close_is_no_finding() -> None:
    world = closed_year(until=Quarter(2024, 3))
    act = RestateBaseline(world.accounts, world.book_of_rules, world.book)
    world.accounts.add(sales("2023-12", "70000", known="2024-05-15", report="LATE"))
    seen = act.preview(P1_DE, 2023, Q3_CLOSES)
    act.apply(P1_DE, 2023, expected_amount=seen.recomputed, by=DORA, reason="late", on=Q3_CLOSES)
    assert findings(world) == ""


@pytest.mark.rule("R-5.4d")
def test_the_year_that_a_statements_own_run_has_frozen_counts_for_it_whatever_came_that_day() -> None:
    """The baseline is of the day itself, and the report that came after it was not in it."""
    world = closed_year(until=Quarter(2024, 1))
    first_close = Quarter(2024, 1).closes_on(30)
    assert world.accounts.baselines[P1_DE, 2023].frozen_on == first_close
    for month in ("2023-12", "2024-03"):
        world.accounts.add(sales(month, "7000", known=str(first_close), report=f"SAME-DAY-{month}"))
    assert findings(world) == ""


# -- in whatever order they were made


@pytest.mark.rule("R-5.4a")
def test_only_statements_that_there_were_count_as_settled_before() -> None:
    """An earlier quarter's final made after a later one, as versions before this one did."""
    world = closed_year()
    late = said(world, "2024Q2").model_copy(update={"made_on": day("2025-06-01"), "known_on": Q2_CLOSES})
    write(world, late)
    told = findings(world).splitlines()
    assert "P1-DE 2024Q3: settled_before is 3125.00, computed again it is 0.00" in told
    assert not [text for text in told if "2024Q2" in text]


def test_a_restatement_changes_no_statement_of_before() -> None:
    world = closed_year()
    restate(world, "1000", "2025-03-01")
    assert findings(world) == ""


def test_by_another_rulebook_it_says_so() -> None:
    world = closed_year()
    world.book_of_rules = rulebook(f'{LIMIT}"accelerator.payout_days" = 50\n')
    assert "computed again by today's rulebook, which is another than the one it was made by" in findings(world)
