"""The oracle by itself: independent of the engine, right on the Guide's example and on a foreign sales history."""

import ast
import csv
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle import oracle

HERE = Path(__file__).parent
ADVENTUREWORKS = HERE.parents[2] / "shared" / "data" / "adventureworks"


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = node.module == "tests.oracle"
            names |= {f"tests.oracle.{alias.name}" for alias in node.names} if package else {node.module or ""}
    return names


@pytest.mark.parametrize("module", ["oracle.py", "account.py", "cases.py", "tiers.py"])
def test_the_oracle_shares_no_code_with_the_engine(module: str) -> None:
    allowed = {"collections.abc", "csv", "dataclasses", "datetime", "fractions", "gzip", "pathlib", "re"}
    assert _imports(HERE / module) <= allowed | {
        "tests.oracle",
        "tests.oracle.oracle",
        "tests.oracle.account",
        "tests.oracle.cases",
    }


@pytest.mark.rule("R-5.3")
@pytest.mark.rule("R-5.4a")
def test_the_oracle_pays_the_worked_example_quarter_by_quarter() -> None:
    parameters = oracle.Parameters()
    settled, paid = Fraction(0), []
    for ytd in (300_000, 1_250_000, 1_500_000, 1_900_000):
        made = oracle.rebate(Fraction(ytd), Fraction(1_000_000), settled, Fraction(0), 2, True, parameters)
        settled += made.payout
        paid.append(made.payout)
    assert paid == [0, 31_250, 13_750, 27_000]


@pytest.mark.parametrize(
    ("quarter", "last"),
    [(1, date(2024, 3, 31)), (2, date(2024, 6, 30)), (3, date(2024, 9, 30)), (4, date(2024, 12, 31))],
)
def test_the_oracle_knows_the_last_day_of_each_quarter(quarter: int, last: date) -> None:
    assert oracle.quarter_end(2024, quarter) == last


@pytest.mark.skipif(not ADVENTUREWORKS.exists(), reason="the AdventureWorks history (../shared/data) is not here")
def test_the_oracle_equals_the_published_numbers_of_adventureworks() -> None:
    parameters = oracle.Parameters()
    folder = oracle.read_folder(ADVENTUREWORKS)
    currencies = {row["country"]: row["currency"] for _, rows in folder.reports for row in rows}
    lines = oracle.by_account(oracle.sales(folder, parameters, currencies))
    expected: dict[str, dict[tuple[int, int], dict[str, str]]] = {}
    with (ADVENTUREWORKS / "expected" / "account_quarter.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            expected.setdefault(row["account_id"], {})[int(row["year"]), int(row["quarter"])] = row
    assert len(expected) > 300
    for account, quarters in expected.items():
        assert _differences(account, quarters, lines.get(account, []), parameters) == []


def _differences(
    account: str,
    quarters: dict[tuple[int, int], dict[str, str]],
    lines: list[oracle.Sale],
    parameters: oracle.Parameters,
) -> list[str]:
    """Where the oracle and the published row disagree, in words."""
    premier = [quarter for quarter, row in quarters.items() if row["tier"] == "Premier"]
    currency = next(iter(quarters.values()))["currency"]
    made = oracle.final_rebates(lines, {}, date(2021, 1, 1), currency, premier, parameters)
    found = []
    for (year, quarter), row in quarters.items():
        last = oracle.quarter_end(year, quarter)
        values = {
            "quarter_revenue": oracle.revenue(lines, date(year, quarter * 3 - 2, 1), last),
            "ytd_revenue": oracle.revenue(lines, date(year, 1, 1), last),
            "prev_year_revenue": oracle.baseline(lines, year - 1, {}, parameters),
        }
        if (year, quarter) in made:
            of = made[year, quarter]
            values |= {"rebate_level_pct": of.rate_pct, "rebate_base": of.base, "entitlement": of.earned}
            values |= {"paid_before": of.settled_before, "payout_payable": of.payout}
        found += [
            f"{account} {year}Q{quarter} {name}" for name, value in values.items() if Fraction(row[name]) != value
        ]
    return found
