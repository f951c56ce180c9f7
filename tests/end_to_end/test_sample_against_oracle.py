"""The sample program as the embedded stack plays it, against the oracle, which shares nothing with it but the files."""

from datetime import date
from fractions import Fraction
from functools import cache

import pytest

from partner_program.rulebook import load_rulebook
from tests.end_to_end.playing import SAMPLE, Played
from tests.oracle import oracle
from tests.oracle.comparison import Expected, expected
from tests.oracle.tiers import Change

pytestmark = pytest.mark.end_to_end


@cache
def wanted() -> Expected:
    return expected(oracle.read_folder(SAMPLE), load_rulebook())


def through(sample: Played) -> date:
    return max(date.fromisoformat(row["as_of"]) for row in sample.rows("accounts.csv"))


def test_the_revenue_of_every_quarter_is_the_oracles(sample: Played) -> None:
    rows = sample.rows("revenue.csv")
    assert {row["account_id"] for row in rows} == set(wanted().accounts())
    for row in rows:
        lines = wanted().lines.get(row["account_id"], [])
        year, quarter = int(row["year"]), int(row["quarter"])
        first, last = date(year, quarter * 3 - 2, 1), oracle.quarter_end(year, quarter)
        assert Fraction(row["quarter_revenue"]) == oracle.revenue(lines, first, last), row


def test_every_tier_change_is_the_oracles(sample: Played) -> None:
    played: dict[str, dict[date, str]] = {}
    for row in sample.rows("tier_changes.csv"):
        played.setdefault(row["account_id"], {})[date.fromisoformat(row["changed_on"])] = row["to_tier"]
    found = {account: [Change(*change) for change in changes.items()] for account, changes in played.items()}
    assert found == {account: wanted().held(account, through(sample)) for account in wanted().accounts()}


def test_every_final_statement_is_the_oracles(sample: Played) -> None:
    finals = [row for row in sample.rows("statements.csv") if row["status"] == "final"]
    assert finals
    last = through(sample)
    for account in wanted().accounts():
        made = {(int(row["year"]), int(row["quarter"])): row for row in finals if row["account_id"] == account}
        theirs = wanted().finals(account, wanted().held(account, last), last)
        assert made.keys() == theirs.keys()
        for quarter, of in theirs.items():
            row = made[quarter]
            columns = (
                "ytd_revenue",
                "prev_year_revenue",
                "rate_pct",
                "rebate_base",
                "earned",
                "settled_before",
                "payout",
            )
            numbers = (of.ytd, of.prev_year, of.rate_pct, of.base, of.earned, of.settled_before, of.payout)
            assert [Fraction(row[column]) for column in columns] == list(numbers), (account, quarter)
