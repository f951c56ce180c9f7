"""A year and a half of one partner on DynamoDB (moto): facts, assessments, quarter ends and closes."""

from datetime import date, timedelta
from functools import cache

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.job_log import DynamoJobLog
from partner_program.adapters.table import Table
from partner_program.domain.facts import Record
from partner_program.domain.revenue import Contribution
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.assess_account import AssessAccount, all_affected
from partner_program.use_cases.close_quarter import CloseQuarter, due_phases
from partner_program.use_cases.make_statement import MakeStatement
from tests.fakes.accounts import FakeTasks, FixedClock
from tests.fakes.payments import FakePaymentBook
from tests.fakes.program_table import contribution_item, program_table, record_item
from tests.fakes.records import (
    P1_DE,
    THRESHOLDS,
    accepted,
    brand_review,
    opening,
    partner,
    placed,
    plan,
    qualified_records,
    sales,
    site,
    trained,
)

Rows = list[tuple[str, ...]]
LOWER = "[{ from = 2022-01-01, value = 200000 }, { from = 2024-01-01, value = 130000 }]"
BOOK = load_rulebook(override_toml=THRESHOLDS.replace('.premier" = 200000', f'.premier" = {LOWER}'))
"""From 2024 on, what is left of 2023 after the big return is just enough for Premier (R-3.4b)."""
STORY: list[tuple[str, Record | Contribution]] = [
    ("2023-01-02", partner(trading_since="2020-01-01")),
    ("2023-01-02", site()),
    ("2023-01-02", site("S2", country="FR")),
    ("2023-01-02", accepted()),
    ("2023-01-02", opening(2022, "180000")),
    ("2023-01-02", placed("authorized", country="FR")),
    *(("2023-02-01", record) for record in qualified_records("2023-02-01")),
    ("2023-04-05", sales("2023-03", "200000", known="2023-04-05")),
    ("2023-07-05", sales("2023-06", "30000", known="2023-07-05")),
    ("2023-10-05", sales("2023-09", "100000", known="2023-10-05")),
    ("2023-04-05", brand_review("2023-04-05")),
    *(("2023-04-05", plan(year, "2023-04-05")) for year in (2023, 2024)),
    ("2023-10-05", trained("annual_sales", "2023-10-05")),
    ("2024-01-05", sales("2023-12", "-200000", known="2024-01-05")),
    ("2024-04-05", sales("2024-03", "250000", known="2024-04-05")),
]


def days_with_work() -> list[date]:
    """The story's days, those on which a phase is due, and the day after each: on all others the schedule idles."""
    phases = [found.due_on for found in due_phases(date(2023, 1, 1), date(2024, 5, 1), BOOK)]
    days = [date.fromisoformat(on) for on, _ in STORY] + phases
    return sorted({*days, *(each + timedelta(days=1) for each in days)})


@cache
def play(repeats: int, skipped: frozenset[date] = frozenset()) -> tuple[Rows, Rows]:
    """Each day: its facts, their assessments, the schedule and its tasks; all of it `repeats` times."""
    with program_table() as table:
        store = DynamoAccountStore(table)
        for today in days_with_work():
            live(today, table, store, repeats, scheduled=today not in skipped)
        statements: Rows = [
            (
                str(s.period),
                s.status.value,
                str(s.ytd_revenue),
                str(s.prev_year_revenue),
                str(s.payout),
                str(s.carried_out),
            )
            for s in store.statements(P1_DE)
        ]
        assert store.statements("P1-FR") == []
        _, stored = store.load(P1_DE, 2023)
        assert stored.state is not None
        changes: Rows = [(str(c.changed_on), str(c.to_tier), c.rule) for c in stored.state.tier_changes]
        return statements, changes


def live(today: date, table: Table, store: DynamoAccountStore, repeats: int, *, scheduled: bool) -> None:
    """One day, as stream, schedule and queue would have it."""
    assess = AssessAccount(store, BOOK, FixedClock(today.isoformat()))
    items = [item for on, item in STORY if on == today.isoformat()]
    rows = [contribution_item(i) if isinstance(i, Contribution) else record_item(i, "P1") for i in items]
    for _ in range(repeats):
        table.put_many(rows)
        affected = all_affected(store, [(str(row["pk"]), str(row["sk"])) for row in rows])
        assert not assess.batch({each for found in affected.values() for each in found}).failures
        tasks = FakeTasks()
        if scheduled:
            CloseQuarter(store, DynamoJobLog(table), tasks, BOOK)(today)
        for task in tasks.tasks * repeats:
            MakeStatement(store, BOOK, FakePaymentBook())(task)


@pytest.mark.rule("R-5.1", "R-5.4a", "R-5.4d", "R-5.4e", "R-3.1a")
def test_a_story_from_promotion_to_a_balance_carried_over_the_year_turn() -> None:
    statements, changes = play(1)
    assert changes == [
        ("2023-01-02", "authorized", "R-4.1.1"),
        ("2023-02-01", "advanced", "R-3.1a"),
        ("2023-04-05", "premier", "R-3.1a"),
    ]
    assert statements == [
        ("2023Q2", "preliminary", "200000", "180000", "0.00", "0.00"),
        ("2023Q2", "final", "230000", "180000", "5750.00", "0.00"),
        ("2023Q3", "preliminary", "230000", "180000", "0.00", "0.00"),
        ("2023Q3", "final", "330000", "180000", "7210.00", "0.00"),
        ("2023Q4", "preliminary", "330000", "180000", "0.00", "0.00"),
        ("2023Q4", "final", "130000", "180000", "0.00", "12960.00"),
        ("2024Q1", "preliminary", "0", "130000", "0.00", "12960.00"),
        ("2024Q1", "final", "250000", "130000", "0.00", "3600.00"),
    ]


@pytest.mark.rule("R-5.4a")
@pytest.mark.catalogue("F25", "F39", "F45")
def test_everything_twice_ends_in_the_same_statements_and_tiers() -> None:
    assert play(2) == play(1)


@pytest.mark.catalogue("F26")
def test_a_schedule_that_missed_the_day_makes_up_for_it_on_the_next() -> None:
    assert play(1, frozenset({date(2023, 7, 30), date(2024, 1, 30)})) == play(1)
