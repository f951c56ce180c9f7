"""Whole program folders: the engine's use cases, played in memory, against the oracle."""

import csv
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from hypothesis import event, given, settings

from partner_program.domain.accelerator.statement import StatementStatus
from partner_program.rulebook import Rulebook, load_rulebook
from tests.oracle import folders, oracle
from tests.oracle.comparison import decision_differences, expected, numbers, revenue_differences, uploads_of
from tests.oracle.engine import Engine
from tests.oracle.oracle import Row

SAMPLE = Path(__file__).parents[2] / "events" / "sample_program"
ADVENTUREWORKS = Path(__file__).parents[3] / "shared" / "data" / "adventureworks"
THROUGH = date(2025, 2, 14)
Reports = list[tuple[date, str, list[Row]]]


@cache
def owners_rulebook() -> Rulebook:
    return load_rulebook(override_toml=folders.OWNER)


def play(records: dict[str, list[Row]], reports: Reports, window_rows: int = 3) -> Engine:
    engine = Engine(owners_rulebook(), window_rows=window_rows)
    engine.play(records, [folders.upload(*report) for report in sorted(reports)], folders.THROUGH)
    return engine


def outcome(engine: Engine) -> list[object]:
    """What a play ends in: revenue, tiers, statements; not which report a line was counted in."""
    revenue: dict[tuple[str, str], Fraction] = {}
    for item in engine.accounts.contributions.values():
        key = (item.account_id, item.month)
        revenue[key] = revenue.get(key, Fraction(0)) + Fraction(item.credit)
    accounts = sorted(engine.accounts.states)
    made = [[(s.period, s.status, numbers(s)) for s in engine.statements(account)] for account in accounts]
    return [sorted(revenue.items()), [engine.tiers(account) for account in accounts], made]


@pytest.mark.slow
def test_the_sample_program_gives_the_revenue_tiers_cases_and_rebates_of_the_oracle() -> None:
    rulebook = load_rulebook()
    folder = oracle.read_folder(SAMPLE)
    wanted = expected(folder, rulebook)
    engine = Engine(rulebook, window_rows=7, restated=folder.restated)
    engine.play(folder.records, uploads_of(SAMPLE), THROUGH)
    assert revenue_differences(engine, wanted, THROUGH) == []
    assert decision_differences(engine, wanted, THROUGH) == []


@pytest.mark.slow
@pytest.mark.rule(
    "R-2.2a", "R-2.2b", "R-3.1a", "R-3.2", "R-3.3", "R-3.4a", "R-3.4b", "R-4.1", "R-4.1.6", "R-4.1.7", "R-5.1"
)
@settings(max_examples=30)
@given(folders.records(), folders.reports())
def test_any_folder_gives_the_revenue_tiers_cases_and_rebates_of_the_oracle(
    records: dict[str, list[Row]], reports: Reports
) -> None:
    engine = play(records, reports)
    wanted = expected(folders.folder(records, reports), owners_rulebook())
    for account in wanted.accounts():
        event(f"{len(engine.tiers(account))} tier changes")
        for case in engine.cases(account):
            event(f"{case.requirement} {case.outcome}")
        event(f"{'a' if any(made.payout for made in engine.statements(account)) else 'no'} payout")
    assert revenue_differences(engine, wanted, folders.THROUGH) == []
    assert decision_differences(engine, wanted, folders.THROUGH) == []


@pytest.mark.slow
@pytest.mark.catalogue("F06")
@settings(max_examples=10)
@given(folders.records(), folders.reports(future=False))
def test_every_report_sent_twice_changes_nothing(records: dict[str, list[Row]], reports: Reports) -> None:
    again = [(received_on + timedelta(days=9), report_id, rows) for received_on, report_id, rows in reports]
    engine = play(records, reports)
    event("revenue" if engine.credit() else "no revenue")
    assert outcome(play(records, reports + again)) == outcome(engine)


@pytest.mark.slow
@pytest.mark.catalogue("B22")
@settings(max_examples=10)
@given(folders.records(), folders.reports(contradictions=False))
def test_reports_split_in_overlapping_halves_change_nothing(records: dict[str, list[Row]], reports: Reports) -> None:
    halves: Reports = []
    for received_on, report_id, rows in reports:
        middle = len(rows) // 2
        for name, part in (("a", rows[: middle + 1]), ("b", rows[max(0, middle - 1) :])):
            halves.append((received_on, report_id + name, [{**row, "report_id": report_id + name} for row in part]))
    assert outcome(play(records, halves)) == outcome(play(records, reports))


@pytest.mark.slow
@settings(max_examples=10)
@given(folders.records(), folders.reports())
def test_the_size_of_windows_changes_nothing(records: dict[str, list[Row]], reports: Reports) -> None:
    assert outcome(play(records, reports, window_rows=1)) == outcome(play(records, reports, window_rows=100))


@pytest.mark.slow
@pytest.mark.skipif(not ADVENTUREWORKS.exists(), reason="the AdventureWorks history (../shared/data) is not here")
def test_the_engine_in_memory_gives_the_published_numbers_of_one_distributor_of_adventureworks() -> None:
    """Australia only: tests/end_to_end plays the whole history on the embedded stack."""
    rulebook = load_rulebook(override_toml='"revenue_threshold.*" = 0')
    engine = Engine(rulebook)
    uploads = [item for item in uploads_of(ADVENTUREWORKS) if item.distributor_id == "DIST-APAC"]
    engine.play(_of_country(oracle.read_folder(ADVENTUREWORKS).records, "AU"), uploads, THROUGH)
    with (ADVENTUREWORKS / "expected" / "account_quarter.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["account_id"].endswith("-AU")]
    assert len(rows) > 200
    assert [words for row in rows for words in _published(engine, row)] == []


def _of_country(records: dict[str, list[Row]], country: str) -> dict[str, list[Row]]:
    """The records that concern a country."""
    kept = {kind: [row for row in rows if row.get("country", country) == country] for kind, rows in records.items()}
    sites = {row["site_id"] for row in kept["sites"]}
    kept["people"] = [row for row in kept["people"] if row["site_id"] in sites]
    people = {row["person_id"] for row in kept["people"]}
    kept["certifications"] = [row for row in kept["certifications"] if row["person_id"] in people]
    return kept


def _published(engine: Engine, row: Row) -> list[str]:
    """Where a published row and the engine differ."""
    account, year, quarter = row["account_id"], int(row["year"]), int(row["quarter"])
    months = [f"{year}-{quarter * 3 - 2:02d}", f"{year}-{quarter * 3:02d}"]
    found = {
        "quarter_revenue": engine.revenue(account, *months),
        "ytd_revenue": engine.revenue(account, f"{year}-01", months[1]),
    }
    if row["tier"] == "Premier":
        made = next(
            numbers(item)
            for item in engine.statements(account)
            if (item.year, item.quarter, item.status) == (year, quarter, StatementStatus.FINAL)
        )
        found |= {"prev_year_revenue": made.prev_year, "rebate_level_pct": made.rate_pct, "rebate_base": made.base}
        found |= {"entitlement": made.earned, "paid_before": made.settled_before, "payout_payable": made.payout}
    return [f"{account} {year}Q{quarter} {name}" for name, value in found.items() if Fraction(row[name]) != value]
