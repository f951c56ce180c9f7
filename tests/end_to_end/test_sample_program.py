"""The sample program on the embedded stack, against what its README works out by hand."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import Result

from tests.end_to_end.playing import SAMPLE, Played, play, split_and_repeated

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
]
DECISIONS = [
    ("P1001-DE", "2022-07-01", "", "premier", "placed"),
    ("P1002-DE", "2022-07-01", "", "authorized", "placed"),
    ("P1002-DK", "2022-07-01", "", "authorized", "placed"),
    ("P1002-DK", "2023-10-05", "authorized", "advanced", "promoted"),
    ("P1003-GB", "2022-07-01", "", "authorized", "placed"),
    ("P1003-GB", "2023-09-18", "authorized", "premier", "promoted"),
    ("P1004-US", "2022-07-01", "", "authorized", "placed"),
    ("P1004-US", "2023-10-05", "authorized", "advanced", "promoted"),
    ("P1005-DE", "2022-07-01", "", "premier", "placed"),
    ("P1006-GB", "2022-07-01", "", "authorized", "placed"),
    ("P1006-GB", "2024-01-22", "authorized", "advanced", "promoted"),
    ("P1007-US", "2022-07-01", "", "authorized", "placed"),
    ("P1008-DK", "2022-07-01", "", "authorized", "placed"),
    ("P1009-US", "2022-07-01", "", "premier", "placed"),
    ("P1010-DE", "2023-03-08", "", "authorized", "enrolled"),
    ("P1011-GB", "2022-07-01", "", "advanced", "placed"),
    ("P1012-US", "2023-02-01", "", "premier", "placed"),
]
YEARS = {
    # account: Sales Revenue of 2022 (from July), 2023 and 2024, by units times the price of a unit
    "P1001-DE": ("237600", "264000", "501600"),
    "P1002-DE": ("4800", "9600", "9600"),
    "P1002-DK": ("96000", "525000", "472500"),  # 16 x 6000; 70 x 6000 + 20 x 5250; 90 x 5250
    "P1003-GB": ("36000", "289000", "264000"),  # 45 x 800; 320 x 800 + 50 x 660; 400 x 660
    "P1004-US": ("17600", "85500", "115832.495"),  # 22 x 800; 85 x 800 + 25 x 700; 165 x 700 + 332.495
    "P1005-DE": ("224400", "250800", "310200"),
    "P1006-GB": ("9600", "48800", "46600"),  # 12 x 800; 61 x 800; 4 x 800 + 62 x 700
    "P1007-US": ("8000", "28700", "26300"),  # 10 x 800; 32 x 800 + 3 x 800 + 700; 32 x 800 + 700
    "P1008-DK": ("24000", "48000", "54000"),  # 4 x 6000; 8 x 6000; 9 x 6000
    "P1009-US": ("297000", "330000", "396000"),
    "P1010-DE": ("0", "6400", "12800"),
    "P1011-GB": ("56000", "56000", "56000"),
    "P1012-US": ("0", "316800", "422400"),
}
MESSY = [
    ("28", "rejected", "ZERO_QUANTITY"),
    ("29", "rejected", "INVALID_NUMBER"),
    ("30", "rejected", "TOO_MANY_DECIMALS"),
    ("31", "rejected", "INVALID_DATE"),
    ("32", "rejected", "FUTURE_DATE"),
    ("33", "rejected", "INVALID_CURRENCY"),
    ("34", "rejected", "INVALID_COUNTRY"),
    ("35", "rejected", "INVALID_ID"),
    ("36", "held", "UNKNOWN_SITE"),
    ("37", "rejected", "INVALID_NUMBER"),
    ("38", "rejected", "SIGN_MISMATCH"),
    ("39", "rejected", "MISSING_VALUE"),
    ("40", "rejected", "INVALID_ID"),
    ("41", "held", "UNKNOWN_SKU"),
    ("42", "held", "CATEGORY_MISMATCH"),
    ("43", "rejected", "OUT_OF_RANGE"),
    ("45", "duplicate", "REPEATED_IN_FILE"),
    ("46", "rejected", "REPEATED_LINE"),
    ("47", "rejected", "REPEATED_LINE"),
    ("49", "rejected", "COLUMN_COUNT"),
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
    quarters = {"P1001-DE": 10, "P1003-GB": 6, "P1005-DE": 10, "P1009-US": 10, "P1012-US": 8}
    wanted = {(account, status): count for account, count in quarters.items() for status in ("preliminary", "final")}
    assert {key: made.count(key) for key in set(made)} == wanted


def test_tiers_change_on_the_days_of_the_story(sample: Played) -> None:
    columns = ("account_id", "changed_on", "from_tier", "to_tier", "reason")
    assert [tuple(row[column] for column in columns) for row in sample.rows("tier_changes.csv")] == DECISIONS


def test_revenue_is_units_times_their_price(sample: Played) -> None:
    rows = sample.by("revenue.csv", "account_id", "year", "quarter")
    got = {
        account: tuple(Decimal(rows[account, year, "4"]["ytd_revenue"]) for year in ("2022", "2023", "2024"))
        for account in YEARS
    }
    assert got == {account: tuple(map(Decimal, years)) for account, years in YEARS.items()}
    assert {row["account_id"] for row in sample.rows("revenue.csv")} == set(YEARS)


def test_quarters_add_up_to_the_year_to_date_and_the_year_before_is_last_years(sample: Played) -> None:
    rows = sample.by("revenue.csv", "account_id", "year", "quarter")
    for account in YEARS:
        for year in ("2023", "2024"):
            total = Decimal(0)
            for quarter in "1234":
                row = rows[account, year, quarter]
                total += Decimal(row["quarter_revenue"])
                assert Decimal(row["ytd_revenue"]) == total
                before = rows[account, str(int(year) - 1), "4"]["ytd_revenue"]
                assert Decimal(row["prev_year_revenue"]) == Decimal(before)


def test_each_messy_line_has_its_reason_and_the_good_lines_count(sample: Played) -> None:
    with (sample.out / "rejected" / "pos" / "AMDIS" / "AMDIS-2023Q2.csv").open(encoding="utf-8", newline="") as stream:
        told = [(row["line"], row["outcome"], row["reason_code"]) for row in csv.DictReader(stream)]
    assert told == MESSY
    report = sample.by("reports.csv", "report_id")[("AMDIS-2023Q2",)]
    counts = [report[name] for name in ("status", "lines", "posted", "duplicate", "held", "rejected")]
    assert counts == ["posted", "48", "28", "1", "3", "16"]


@pytest.mark.parametrize(
    ("report_id", "status", "counts"),
    [
        ("AMDIS-2024Q2-EXCEL", "refused", (0, 0, 0, 0, 0)),
        ("EURODIS-2022Q4", "posted", (32, 30, 0, 2, 0)),
        ("EURODIS-2023Q1-REPEAT", "posted", (13, 1, 12, 0, 0)),
        ("EURODIS-2023Q2", "posted", (39, 39, 0, 0, 0)),
        ("EURODIS-2023Q3", "posted", (38, 38, 0, 0, 0)),
        ("EURODIS-2023Q3-CORR", "posted", (3, 0, 2, 1, 0)),
        ("EURODIS-2024-03", "posted", (16, 16, 0, 0, 0)),
        ("EURODIS-2024-04", "posted", (20, 20, 0, 0, 0)),
    ],
)
def test_reports_end_with_the_outcomes_of_the_story(
    sample: Played, report_id: str, status: str, counts: tuple[int, ...]
) -> None:
    rows = [row for row in sample.rows("reports.csv") if row["report_id"] == report_id]
    names = ("lines", "posted", "duplicate", "held", "rejected")
    assert {row["status"] for row in rows} == {status}
    assert tuple(sum(int(row[name]) for row in rows) for name in names) == counts


def test_what_was_held_is_counted_on_the_day_on_which_its_cause_is_mended(sample: Played) -> None:
    reports = sample.by("reports.csv", "report_id")
    assert reports[("EURODIS-2023Q3",)]["processed_on"] == "2024-01-22"
    assert reports[("EURODIS-2024-04",)]["processed_on"] == "2024-06-10"


def test_an_account_is_told_what_it_lacks_for_the_next_tier(sample: Played) -> None:
    told = json.loads((sample.out / "explanations" / "P1004-US.json").read_text(encoding="utf-8"))["state"]
    [premier] = told["advice"]
    missing = {finding["requirement"]: finding["missing"] for finding in premier["missing"]}
    assert {"revenue", "MCDE", "MCIT", "MCIE"} <= set(missing)
    assert missing["MCIE"] == "1 person"


def test_certified_people_count_in_their_own_country_from_all_its_sites(sample: Played) -> None:
    danish = json.loads((sample.out / "explanations" / "P1002-DK.json").read_text(encoding="utf-8"))["state"]
    found = {finding["requirement"]: finding["facts"] for finding in danish["findings"]}
    assert any("mette-holm" in fact for fact in found["MCDE"])
    assert any("lars-kjaer" in fact for fact in found["MCIT"])
    german = json.loads((sample.out / "explanations" / "P1002-DE.json").read_text(encoding="utf-8"))["state"]
    lacking = {finding["requirement"] for finding in german["advice"][0]["missing"]}
    assert {"MCDE", "MCIT"} <= lacking


def test_the_command_shows_the_tables_and_names_what_to_do_next(sample_command: tuple[Result, Path]) -> None:
    result, out = sample_command
    assert result.exit_code == 0
    for title in ("POS reports", "Not counted", "Accounts on 2025-02-14", "Tier changes", "Rebate statements"):
        assert title in result.output
    assert str(out) in result.output.replace("\n", "")
    assert "partner-program serve" in result.output


def test_the_same_sales_in_overlapping_halves_each_handed_in_twice_end_in_the_same_state(
    sample: Played, tmp_path: Path
) -> None:
    split_and_repeated(SAMPLE, tmp_path / "in")
    again = play(tmp_path / "in", tmp_path / "out")
    reports = again.rows("reports.csv")
    assert len({row["report_id"] for row in reports}) > 55
    assert sum(int(row["duplicate"]) for row in reports) > 100
    wanted, got = sample.end_state(), again.end_state()
    for name in wanted:
        assert got[name] == wanted[name], name
