"""When months are booked, what a run leaves behind, and what happens to those that fail."""

import json
from collections import Counter
from typing import Any

import pytest

from partner_program.domain.accruals.row import AccrualRow
from partner_program.use_cases.accruals import JOB, BookAccruals
from tests.fakes.accruals import Life, World, made_of, moves, parts
from tests.fakes.records import day, sales
from tests.fakes.reports import Killed, KilledAfter


def two() -> tuple[World, Life, Life]:
    """Two accounts that have earned 3 125 and 312.50 by May."""
    world = World()
    first = Life(world=world).sells("2024-04", "125000")
    second = Life("10000", world=world, account_id="P2-DE").sells("2024-05", "12500")
    return world, first, second


def booked(world: World) -> list[tuple[str, str]]:
    return sorted(world.store.rows)


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F25")
def test_only_a_months_booking_day_ten_days_after_it_has_work() -> None:
    world, _, _ = two()
    assert world.on("2024-06-09") == []
    assert booked(world) == []
    (run,) = world.on("2024-06-10")
    assert (run.month, run.accounts, run.complete) == ("2024-05", 2, True)
    assert {row.booked_on for row in world.store.rows.values()} == {day("2024-06-10")}
    assert world.on("2024-06-10") == []
    assert world.on("2024-06-11") == []


@pytest.mark.catalogue("F26")
def test_months_that_were_missed_are_made_up_for_in_order() -> None:
    world, first, _ = two()
    world.on("2024-03-15")
    first.sells("2024-06", "25000")
    runs = world.on("2024-07-12")
    assert [run.month for run in runs] == ["2024-03", "2024-04", "2024-05", "2024-06"]
    assert [moves(first.row(run.month))[4] for run in runs] == ["0.00", "3125.00", "3125.00", "4500.00"]
    assert parts(first.row("2024-06")) == []
    assert world.jobs.last_done(JOB) == day("2024-06-30")


@pytest.mark.catalogue("F50")
@pytest.mark.parametrize(("first_run", "months"), [("2024-03-09", ["2024-02", "2024-03"]), ("2024-03-11", ["2024-03"])])
def test_the_first_run_ever_leaves_out_months_whose_booking_day_is_over_and_goes_on_from_there(
    first_run: str, months: list[str]
) -> None:
    world, _, _ = two()
    assert world.on(first_run) == []
    assert [run.month for run in world.on("2024-04-10")] == months


@pytest.mark.catalogue("F50")
@pytest.mark.parametrize("first_run", ["2021-11-30", "2022-01-02", "2022-01-31", "2022-02-09"])
def test_no_month_is_booked_that_ended_before_the_rulebooks_first_day(first_run: str) -> None:
    world, _, _ = two()
    assert world.on(first_run) == []
    assert [run.month for run in world.on("2022-02-10")] == ["2022-01"]


@pytest.mark.catalogue("F45")
def test_a_month_stays_as_it_was_booked_and_its_files_the_same_to_the_byte() -> None:
    world, first, _ = two()
    world.books("2024-05")
    files = dict(world.results.files)
    first.sells("2024-05", "50000", report="LATE")
    world.jobs.days.clear()
    world.books("2024-05")
    assert world.results.files == files


@pytest.mark.catalogue("F45")
def test_of_two_runs_at_once_the_first_row_stands_in_the_table_and_in_both_files() -> None:
    world, first, _ = two()
    rival = World()
    rival.accounts, rival.payments, rival.store = world.accounts, world.payments, world.store

    class Store:
        """The other run has booked everybody between this one's look and its first put."""

        def month(self, month: str) -> list[AccrualRow]:
            return list(world.store.month(month))

        def put(self, row: AccrualRow) -> AccrualRow:
            if rival.jobs.last_done(JOB) is None:
                rival.books("2024-05")
                first.sells("2024-05", "50000", report="LATE")
            return world.store.put(row)

    store: Any = Store()
    book = BookAccruals(world.accounts, world.payments, store, world.results, world.jobs, world.rulebook)
    book(world.booking_day("2024-05"))
    assert world.results.files == rival.results.files


@pytest.mark.catalogue("F09")
def test_a_run_killed_before_or_after_any_of_its_writes_is_finished_by_the_next_with_the_same_end() -> None:
    def run(plan: KilledAfter) -> tuple[object, ...]:
        world, first, _ = two()
        first.closes("2023Q4", "2024-01-30")
        world.on("2024-04-15")
        store, results, jobs = (plan.wrap(port) for port in (world.store, world.results, world.jobs))
        try:
            BookAccruals(world.accounts, world.payments, store, results, jobs, world.rulebook)(day("2024-06-10"))
        except Killed:
            world.on("2024-06-10")
        return dict(world.store.rows), dict(world.results.files), dict(world.jobs.days)

    whole = KilledAfter(0)
    wanted = run(whole)
    assert whole.calls >= 12
    for call in range(1, whole.calls + 1):
        for before in (True, False):
            assert run(KilledAfter(call, before=before)) == wanted, f"call {call}, before {before}"


def test_a_run_that_is_out_of_time_stops_between_two_accounts_and_the_next_goes_on() -> None:
    world, _, _ = two()
    world.on("2024-04-29")
    times = iter([True, False])
    (run,) = world.book(day("2024-06-10"), lambda: next(times))
    assert (run.month, run.accounts, run.complete, run.out_of_time) == ("2024-04", 1, False, True)
    assert world.results.files == {}
    runs = world.on("2024-06-11")
    assert [(run.month, run.accounts, run.complete) for run in runs] == [("2024-04", 2, True), ("2024-05", 2, True)]


@pytest.mark.catalogue("F47")
@pytest.mark.catalogue("F57")
def test_an_account_that_fails_stops_nobody_else_and_its_months_stay_open_until_it_is_mended() -> None:
    world, first, second = two()
    world.accounts.add(sales("2024-03", "1", account_id="P2-DE", currency="USD", report="WRONG"))
    (run,) = world.books("2024-05")
    assert [one.model_dump() for one in run.failures] == [
        {"account_id": "P2-DE", "reason": "P2-DE is kept in EUR but has revenue in USD"}
    ]
    assert (run.complete, booked(world)) == (False, [("2024-05", "P1-DE")])
    runs = world.books("2024-06")
    assert [(run.month, [one.reason for one in run.failures]) for run in runs] == [
        ("2024-05", ["P2-DE is kept in EUR but has revenue in USD"]),
        ("2024-06", ["the month before is not booked"]),
    ]
    assert moves(first.row("2024-06"))[4] == "3125.00"
    told = json.loads(world.results.files["accruals/2024-06.json"])
    assert (told["complete"], [one["account_id"] for one in told["failures"]]) == (False, ["P2-DE"])
    assert (world.report.month("2024-05").complete, world.jobs.last_done(JOB)) == (False, day("2024-04-30"))
    world.accounts.contributions = {
        key: item for key, item in world.accounts.contributions.items() if item.currency == "EUR"
    }
    assert [(run.month, run.complete) for run in world.on("2024-07-11")] == [("2024-05", True), ("2024-06", True)]
    assert [moves(second.row(month))[4] for month in ("2024-05", "2024-06")] == ["312.50", "312.50"]
    assert world.report.month("2024-06").complete


def test_an_account_that_was_booked_and_has_no_state_any_more_is_reported() -> None:
    world, _, second = two()
    world.books("2024-05")
    del world.accounts.states[second.account_id]
    (run,) = world.books("2024-06")
    assert [one.reason for one in run.failures] == ["P2-DE was booked before, but has no state"]


class Counting:
    """A port that counts its reads by name."""

    def __init__(self, port: Any, reads: Counter[str]) -> None:
        self._port, self._reads = port, reads

    def __getattr__(self, name: str) -> Any:
        self._reads[name] += 1
        return getattr(self._port, name)


def test_who_never_was_premier_costs_one_read_and_everybody_else_six() -> None:
    world, _, _ = two()
    for number in range(30):
        Life(world=world, account_id=f"N{number}-DE", tier="advanced")
    reads: Counter[str] = Counter()
    accounts, payments, store = (Counting(port, reads) for port in (world.accounts, world.payments, world.store))
    book = BookAccruals(_any(accounts), _any(payments), _any(store), world.results, world.jobs, world.rulebook)
    book(world.booking_day("2024-05"))
    assert len(world.store.rows) == 2
    assert reads == {
        "all_account_ids": 1, "month": 2, "state": 32, "load": 2, "statements": 2, "ledger": 2, "payouts": 2, "put": 2,
    }  # fmt: skip
    reads.clear()
    book(world.booking_day("2024-06"))
    assert reads["state"] == 30


def _any(port: Any) -> Any:
    return port


def test_who_was_premier_only_by_decisions_that_were_set_aside_is_booked_nevertheless() -> None:
    life = Life().sells("2024-04", "125000")
    stored = life.world.accounts.states[life.account_id]
    assert stored.state is not None
    aside = stored.state.model_copy(update={"tier_changes": (), "set_aside": stored.state.tier_changes, "tier": None})
    life.world.accounts.states[life.account_id] = type(stored)(aside, stored.version)
    assert life.month("2024-05").premier is False


def test_an_account_is_told_over_months() -> None:
    life = Life().sells("2024-04", "125000")
    life.months("2024-03", "2024-06")
    told = life.world.report.account(life.account_id, "2024-04", "2024-05")
    assert [(row.month, moves(row)[1]) for row in told] == [("2024-04", "3125.00"), ("2024-05", "0.00")]
    assert life.world.report.account("P9-DE", "2024-04", "2024-05") == []


def test_a_payout_of_a_later_quarter_does_not_reach_back_into_a_month_that_is_made_up_for() -> None:
    life = Life().sells("2024-04", "125000").sells("2024-08", "25000")
    life.world.on("2024-06-15")
    for quarter in ("2024Q2", "2024Q3"):
        life.closes(quarter)
    life.pays("2024Q2", "2024-08-20").pays("2024Q3", "2024-11-20")
    life.world.on("2024-12-10")
    assert [moves(life.row(f"2024-{month:02d}")) for month in range(6, 12)] == [
        ("0.00", "0.00", "0.00", "3125.00", "3125.00"),
        ("3125.00", "0.00", "0.00", "0.00", "3125.00"),
        ("3125.00", "1375.00", "3125.00", "0.00", "1375.00"),
        ("1375.00", "0.00", "0.00", "0.00", "1375.00"),
        ("1375.00", "0.00", "0.00", "0.00", "1375.00"),
        ("1375.00", "0.00", "1375.00", "0.00", "0.00"),
    ]
    assert [made_of(life.row(month)) for month in ("2024-06", "2024-07", "2024-09", "2024-10")] == [
        ("0.00", "3125.00", "0.00"),
        ("3125.00", "0.00", "0.00"),
        ("0.00", "1375.00", "0.00"),
        ("1375.00", "0.00", "0.00"),
    ]


def test_totals_are_by_currency_and_by_region_and_never_across_currencies() -> None:
    world = World()
    Life(world=world).sells("2024-04", "125000")
    Life(world=world, account_id="P2-FR").sells("2024-04", "150000")
    Life("10000000", world=world, account_id="P3-JP", currency="JPY").sells("2024-04", "12500000")
    world.books("2024-04")
    report = world.report.month("2024-04")
    assert [(one.currency, one.accounts, f"{one.closing:f}") for one in report.totals] == [
        ("EUR", 2, "7625.00"),
        ("JPY", 1, "312500"),
    ]
    assert sum(one.accounts for one in report.by_region) == 3
    for one in (*report.totals, *report.by_region):
        assert one.opening + one.accrued - one.settled + one.adjusted == one.closing
        assert one.adjusted == sum(one.parts.values())
