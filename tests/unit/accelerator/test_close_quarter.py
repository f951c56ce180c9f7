"""Quarter end and close by business date: what falls due, missed days, second runs, interruptions (R-5.4)."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from partner_program.domain.tiers.account import AccountState
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.close_quarter import JOB, CloseQuarter, Phase, due_phases
from tests.fakes.accounts import FakeAccounts, FakeJobLog, FakeTasks
from tests.fakes.records import day, rulebook

BOOK = rulebook()


def state(account_id: str) -> AccountState:
    partner_id, country = account_id.rsplit("-", 1)
    return AccountState(
        account_id=account_id, partner_id=partner_id, country=country, currency="EUR", assessed_on=date(2024, 1, 1),
        edition="guide-2022", rulebook_digest="", ytd_revenue=Decimal(0), prev_year_revenue=Decimal(0),
    )  # fmt: skip


def world(last_done: str | None = None) -> tuple[CloseQuarter, FakeTasks, FakeJobLog]:
    accounts, tasks, jobs = FakeAccounts(), FakeTasks(), FakeJobLog()
    for account_id in ("P1-DE", "P1-FR", "P2-DE"):
        accounts.save_state(state(account_id), 0)
    if last_done:
        jobs.mark_done(JOB, day(last_done))
    return CloseQuarter(accounts, jobs, tasks, BOOK), tasks, jobs


def due(first: str, last: str) -> list[tuple[str, str, str]]:
    return [(str(d.due_on), str(d.quarter), d.phase.value) for d in due_phases(day(first), day(last), BOOK)]


@pytest.mark.rule("R-5.4a", "R-5.4d")
def test_a_quarter_ends_on_its_last_day_and_closes_thirty_days_later() -> None:
    assert due("2024-01-01", "2024-12-31") == [
        ("2024-01-30", "2023Q4", "CLOSE"),
        ("2024-03-31", "2024Q1", "END"),
        ("2024-04-30", "2024Q1", "CLOSE"),
        ("2024-06-30", "2024Q2", "END"),
        ("2024-07-30", "2024Q2", "CLOSE"),
        ("2024-09-30", "2024Q3", "END"),
        ("2024-10-30", "2024Q3", "CLOSE"),
        ("2024-12-31", "2024Q4", "END"),
    ]


@pytest.mark.rule("R-5.4d")
def test_nothing_is_due_on_the_days_around() -> None:
    assert due("2024-03-30", "2024-03-30") == []
    assert due("2024-04-01", "2024-04-29") == []
    assert due("2024-05-01", "2024-06-29") == []


@pytest.mark.rule("R-5.4d")
def test_every_phase_falls_due_exactly_once_however_the_days_are_cut() -> None:
    days = [date(2023, 1, 1) + timedelta(days=offset) for offset in range(1100)]
    one_by_one = [found for each in days for found in due_phases(each, each, BOOK)]
    assert one_by_one == due_phases(days[0], days[-1], BOOK)
    assert len(one_by_one) == len(set(one_by_one))


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(("close_days", "closes"), [(0, "2024-03-31"), (1, "2024-04-01"), (200, "2024-10-17")])
def test_the_rulebook_sets_when_a_quarter_closes(close_days: int, closes: str) -> None:
    book = rulebook(f'"quarter.close_days" = {close_days}\n')
    found = due_phases(date(2024, 3, 1), date(2024, 12, 1), book)
    assert next(str(d.due_on) for d in found if d.phase is Phase.CLOSE and str(d.quarter) == "2024Q1") == closes


@pytest.mark.rule("R-5.4d")
def test_a_change_of_the_closing_time_leaves_no_quarter_out_and_closes_none_twice() -> None:
    book = load_rulebook(override_toml='"quarter.close_days" = [{ from = 2024-05-01, value = 100 }]')
    found = due_phases(date(2024, 1, 1), date(2024, 12, 31), book)
    closes = [(str(d.quarter), str(d.due_on)) for d in found if d.phase is Phase.CLOSE]
    assert closes == [("2023Q4", "2024-01-30"), ("2024Q1", "2024-04-30"), ("2024Q2", "2024-10-08")]


def test_quarters_before_the_rulebook_are_no_business_of_ours() -> None:
    assert due("2021-12-01", "2022-03-31") == [("2022-03-31", "2022Q1", "END")]


@pytest.mark.rule("R-5.4a")
@pytest.mark.catalogue("F25")
def test_each_account_gets_one_task_and_a_second_run_of_the_day_none() -> None:
    close, tasks, jobs = world("2024-03-30")
    runs = close(day("2024-03-31"))
    assert [(str(run.quarter), run.phase, run.tasks) for run in runs] == [("2024Q1", Phase.END, 3)]
    assert tasks.tasks[0] == {"account_id": "P1-DE", "quarter": "2024Q1", "phase": "END", "on": "2024-03-31"}
    assert [task["account_id"] for task in tasks.tasks] == ["P1-DE", "P1-FR", "P2-DE"]
    assert jobs.last_done(JOB) == day("2024-03-31")
    assert close(day("2024-03-31")) == []
    assert len(tasks.tasks) == 3


@pytest.mark.catalogue("F26")
def test_missed_days_are_made_up_for_in_order() -> None:
    close, tasks, jobs = world("2024-03-30")
    runs = close(day("2024-07-04"))
    assert [(str(run.quarter), run.phase.value) for run in runs] == [
        ("2024Q1", "END"), ("2024Q1", "CLOSE"), ("2024Q2", "END"),
    ]  # fmt: skip
    assert {task["on"] for task in tasks.tasks} == {"2024-07-04"}
    assert jobs.last_done(JOB) == day("2024-07-04")


def test_the_first_run_ever_does_the_phases_of_its_own_day_only() -> None:
    close, _, jobs = world()
    assert close(day("2024-04-29")) == []
    assert jobs.last_done(JOB) == day("2024-04-29")
    fresh, _, _ = world()
    assert [run.phase for run in fresh(day("2024-04-30"))] == [Phase.CLOSE]


def test_an_earlier_day_than_the_last_done_does_nothing() -> None:
    close, tasks, jobs = world("2024-05-01")
    assert close(day("2024-03-31")) == []
    assert tasks.tasks == []
    assert jobs.last_done(JOB) == day("2024-05-01")


@pytest.mark.catalogue("F25")
@pytest.mark.parametrize("first_ever", [True, False])
def test_a_run_that_breaks_off_is_repeated_from_where_it_broke(first_ever: bool) -> None:
    close, tasks, jobs = world(None if first_ever else "2024-03-01")
    tasks.fails_after = 2
    with pytest.raises(ConnectionError):
        close(day("2024-03-31"))
    assert jobs.last_done(JOB) == day("2024-03-30")
    tasks.fails_after = None
    assert [run.phase for run in close(day("2024-04-02"))] == [Phase.END]
    assert {task["account_id"] for task in tasks.tasks} == {"P1-DE", "P1-FR", "P2-DE"}


def test_a_phase_that_was_sent_is_not_sent_again_when_a_later_one_breaks_off() -> None:
    close, tasks, _ = world("2024-03-30")
    sent = 0
    real = tasks.send_statement_tasks

    def break_off_at_the_second(found: Iterable[dict[str, str]]) -> int:
        nonlocal sent
        sent += 1
        if sent == 2:
            raise ConnectionError
        return real(found)

    tasks.send_statement_tasks = break_off_at_the_second  # type: ignore[assignment,method-assign]  # a spy on one object
    with pytest.raises(ConnectionError):
        close(day("2024-05-02"))
    assert [(str(run.quarter), run.phase) for run in close(day("2024-05-02"))] == [("2024Q1", Phase.CLOSE)]


@pytest.mark.rule("R-5.4d")
def test_a_quarter_that_closes_on_its_last_day_ends_first() -> None:
    found = due_phases(date(2024, 3, 31), date(2024, 3, 31), rulebook('"quarter.close_days" = 0\n'))
    assert [due.phase for due in found] == [Phase.END, Phase.CLOSE]
