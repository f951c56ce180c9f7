"""The rebate statements of the sample program, against what its README works out by hand."""

from decimal import Decimal

import pytest

from tests.end_to_end.playing import Played

pytestmark = pytest.mark.end_to_end

REBATES = [
    # account, quarter of 2024, YTD, rate, base, earned, settled before, payout, carried out
    ("P1001-DE", "1", "79200", "0", "0", "0", "0", "0", "0"),
    ("P1001-DE", "2", "330000", "2.5", "330000", "8250", "0", "8250", "0"),
    ("P1001-DE", "3", "396000", "3", "396000", "11880", "8250", "3630", "0"),
    ("P1001-DE", "4", "501600", "4", "475200", "19008", "11880", "7128", "0"),
    ("P1005-DE", "2", "316800", "2.5", "316800", "7920", "0", "7920", "0"),
    ("P1005-DE", "3", "283800", "0", "0", "0", "7920", "0", "7920"),
    ("P1005-DE", "4", "310200", "2.5", "310200", "7755", "7920", "0", "165"),
    ("P1009-US", "3", "198000", "0", "0", "0", "0", "0", "0"),
    ("P1009-US", "4", "396000", "2.5", "396000", "9900", "0", "9900", "0"),
    ("P1012-US", "4", "422400", "0", "0", "0", "0", "0", "0"),
    ("P1019-US", "4", "382800", "0", "0", "0", "0", "0", "0"),
]


@pytest.mark.parametrize("case", REBATES, ids=lambda case: f"{case[0]} Q{case[1]}")
def test_final_statements_are_those_worked_out_by_hand(sample: Played, case: tuple[str, ...]) -> None:
    account, quarter, *amounts = case
    made = sample.by("statements.csv", "account_id", "year", "quarter", "status")[account, "2024", quarter, "final"]
    columns = ("ytd_revenue", "rate_pct", "rebate_base", "earned", "settled_before", "payout", "carried_out")
    assert [Decimal(made[column]) for column in columns] == [Decimal(amount) for amount in amounts]


def test_the_levels_and_their_payment_days_are_told(sample: Played) -> None:
    made = sample.by("statements.csv", "account_id", "year", "quarter", "status")["P1001-DE", "2024", "4", "final"]
    assert (made["payable_from"], made["eligible"], made["made_on"]) == ("2025-02-14", "true", "2025-01-30")
    newcomer = sample.by("statements.csv", "account_id", "year", "quarter", "status")["P1012-US", "2024", "4", "final"]
    assert newcomer["eligible"] == "false"
    assert "2023-02-01" in newcomer["reason"]


def test_every_premier_account_has_a_preliminary_and_a_final_statement_of_each_quarter(sample: Played) -> None:
    made = [(row["account_id"], row["status"]) for row in sample.rows("statements.csv")]
    quarters = {"P1001-DE": 10, "P1003-GB": 6, "P1005-DE": 10, "P1009-US": 10, "P1012-US": 8,
                "P1014-US": 7, "P1016-DE": 9, "P1019-US": 10}  # fmt: skip
    wanted = {(account, status): count for account, count in quarters.items() for status in ("preliminary", "final")}
    assert {key: made.count(key) for key in set(made)} == wanted


@pytest.mark.rule("R-5.4d")
def test_a_late_report_of_a_closed_year_counts_when_the_year_is_restated(sample: Played) -> None:
    [restated] = sample.rows("restatements.csv")
    names = ("account_id", "year", "revision", "frozen_on", "restated_on", "restated_by")
    named = ["P1019-US", "2023", "1", "2024-01-30", "2024-03-04", "Peter Lang"]
    assert [restated[name] for name in names] == named
    amounts = [Decimal(restated[name]) for name in ("before", "after", "difference")]
    assert amounts == [Decimal(303600), Decimal(330000), Decimal(26400)]
    made = sample.by("statements.csv", "account_id", "year", "quarter", "status")["P1019-US", "2024", "4", "final"]
    # 126 % of what was frozen would have earned 2.5 % of 382 800
    assert Decimal(made["prev_year_revenue"]) == Decimal(330000)
    assert Decimal(made["earned"]) == 0
