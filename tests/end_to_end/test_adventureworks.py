"""The published sales history: every cell of its expected revenue and rebates, to the last decimal."""

import csv
import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.end_to_end.playing import REPOSITORY, Played, play

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

SHARED = Path(os.environ.get("PARTNER_PROGRAM_SHARED", REPOSITORY.parent / "shared"))
FOLDER = SHARED / "data" / "adventureworks"
CELLS = {  # column of the expected file → ours
    "rebate_level_pct": "rate_pct",
    "rebate_base": "rebate_base",
    "entitlement": "earned",
    "payout_payable": "payout",
}


@pytest.fixture(scope="module")
def adventureworks(tmp_path_factory: pytest.TempPathFactory) -> Played:
    if not FOLDER.is_dir():
        pytest.skip(f"{FOLDER} is absent (PARTNER_PROGRAM_SHARED names the folder that holds data/adventureworks)")
    rulebook = REPOSITORY / "events" / "rulebooks" / "thresholds-zero.toml"
    return play(FOLDER, tmp_path_factory.mktemp("adventureworks"), date(2025, 2, 15), rulebook)


@pytest.fixture(scope="module")
def expected() -> list[dict[str, str]]:
    with (FOLDER / "expected" / "account_quarter.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_revenue_cell_is_exact(adventureworks: Played, expected: list[dict[str, str]]) -> None:
    rows = adventureworks.by("revenue.csv", "account_id", "year", "quarter")
    columns = ("quarter_revenue", "ytd_revenue", "prev_year_revenue")
    differing = [
        (key, column, wanted[column], rows[key][column])
        for wanted in expected
        for key in [(wanted["account_id"], wanted["year"], wanted["quarter"])]
        for column in columns
        if Decimal(rows[key][column]) != Decimal(wanted[column])
    ]
    assert differing == []
    assert len(expected) == 2808


def test_every_rebate_cell_of_premier_accounts_is_exact(adventureworks: Played, expected: list[dict[str, str]]) -> None:
    made = adventureworks.by("statements.csv", "account_id", "year", "quarter", "status")
    premier = [wanted for wanted in expected if wanted["tier"] == "Premier"]
    differing = [
        (key, column, wanted[column], made[key][ours])
        for wanted in premier
        for key in [(wanted["account_id"], wanted["year"], wanted["quarter"], "final")]
        for column, ours in CELLS.items()
        if Decimal(made[key][ours]) != Decimal(wanted[column])
    ]
    assert differing == []
    assert premier


def test_every_account_keeps_the_tier_that_it_was_placed_in(adventureworks: Played) -> None:
    with (FOLDER / "records" / "placements.csv").open(encoding="utf-8", newline="") as stream:
        placed = {f"{row['partner_id']}-{row['country']}": row["tier"] for row in csv.DictReader(stream)}
    assert {row["account_id"]: row["tier"] for row in adventureworks.rows("accounts.csv")} == placed


def test_every_line_is_posted_and_none_held_or_rejected(adventureworks: Played) -> None:
    reports = adventureworks.rows("reports.csv")
    totals = {name: sum(int(row[name]) for row in reports) for name in ("lines", "posted", "held", "rejected")}
    assert totals == {"lines": 32315, "posted": 32315, "held": 0, "rejected": 0}


def test_the_summary_tells_the_time_and_which_values_are_assumed(adventureworks: Played) -> None:
    summary = json.loads((adventureworks.out / "summary.json").read_text())
    assert summary["counts"]["accounts"] == 376
    assert summary["elapsed_seconds"] > 0
    assert not [name for name in summary["rulebook"]["assumed"] if name.startswith("revenue_threshold")]
