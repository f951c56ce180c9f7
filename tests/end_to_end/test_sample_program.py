"""The sample program on the embedded stack: its reports and revenue, and what the command shows."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import Result

from local.stack import EmbeddedStack
from tests.end_to_end.playing import SAMPLE, Played, play, split_and_repeated

pytestmark = pytest.mark.end_to_end

YEARS = {
    # account: Sales Revenue of 2022 (units from July, and what the old program had before), 2023 and 2024
    "P1001-DE": ("267600", "264000", "501600"),
    "P1002-DE": ("4800", "9600", "9600"),
    "P1002-DK": ("96000", "525000", "472500"),  # 16 x 6000; 70 x 6000 + 20 x 5250; 90 x 5250
    "P1003-GB": ("36000", "289000", "264000"),  # 45 x 800; 320 x 800 + 50 x 660; 400 x 660
    "P1004-US": ("17600", "85500", "115832.495"),  # 22 x 800; 85 x 800 + 25 x 700; 165 x 700 + 332.495
    "P1005-DE": ("254400", "250800", "310200"),
    "P1006-GB": ("9600", "48800", "46600"),  # 12 x 800; 61 x 800; 4 x 800 + 62 x 700
    "P1007-US": ("8000", "28700", "26300"),  # 10 x 800; 32 x 800 + 3 x 800 + 700; 32 x 800 + 700
    "P1008-DK": ("24000", "48000", "54000"),  # 4 x 6000; 8 x 6000; 9 x 6000
    "P1009-US": ("317000", "330000", "396000"),
    "P1010-DE": ("0", "6400", "12800"),
    "P1011-GB": ("56000", "56000", "56000"),
    "P1012-US": ("0", "316800", "422400"),
    "P1013-DE": ("55000", "56000", "56000"),  # 27000 + 40 x 700
    "P1014-US": ("307200", "316800", "214800"),  # 30000 + 420 x 660; 480 x 660; 180 x 660 + 120 x 800
    "P1015-GB": ("56000", "56000", "56000"),  # 28000 + 40 x 700
    "P1016-DE": ("250800", "264000", "269320"),  # 380, 400 x 660; 267 x 660 + 133 x 700
    "P1017-DK": ("415000", "367500", "285000"),  # 205000 + 40 x 5250; 70 x 5250; 4 x 5250 + 44 x 6000
    "P1018-GB": ("1600", "3200", "3200"),
    "P1019-US": ("303600", "330000", "382800"),  # 460 x 660; 460 x 660 + 40 x 660 reported late; 580 x 660
}
MESSY = [
    ("44", "rejected", "ZERO_QUANTITY"),
    ("45", "rejected", "INVALID_NUMBER"),
    ("46", "rejected", "TOO_MANY_DECIMALS"),
    ("47", "rejected", "INVALID_DATE"),
    ("48", "rejected", "FUTURE_DATE"),
    ("49", "rejected", "INVALID_CURRENCY"),
    ("50", "rejected", "INVALID_COUNTRY"),
    ("51", "rejected", "INVALID_ID"),
    ("52", "held", "UNKNOWN_SITE"),
    ("53", "rejected", "INVALID_NUMBER"),
    ("54", "rejected", "SIGN_MISMATCH"),
    ("55", "rejected", "MISSING_VALUE"),
    ("56", "rejected", "INVALID_ID"),
    ("57", "held", "UNKNOWN_SKU"),
    ("58", "held", "CATEGORY_MISMATCH"),
    ("59", "rejected", "OUT_OF_RANGE"),
    ("61", "duplicate", "REPEATED_IN_FILE"),
    ("62", "rejected", "REPEATED_LINE"),
    ("63", "rejected", "REPEATED_LINE"),
    ("65", "rejected", "COLUMN_COUNT"),
]


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
    assert counts == ["posted", "64", "44", "1", "3", "16"]


@pytest.mark.parametrize(
    ("report_id", "status", "counts"),
    [
        ("AMDIS-2024Q2-EXCEL", "refused", (0, 0, 0, 0, 0)),
        ("EURODIS-2022Q4", "posted", (50, 48, 0, 2, 0)),
        ("EURODIS-2023Q1-REPEAT", "posted", (13, 1, 12, 0, 0)),
        ("EURODIS-2023Q2", "posted", (57, 57, 0, 0, 0)),
        ("EURODIS-2023Q3", "posted", (56, 56, 0, 0, 0)),
        ("EURODIS-2023Q3-CORR", "posted", (3, 0, 2, 1, 0)),
        ("EURODIS-2024-03", "posted", (25, 25, 0, 0, 0)),
        ("EURODIS-2024-04", "posted", (29, 29, 0, 0, 0)),
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


def test_the_command_shows_the_tables_and_names_what_to_do_next(
    sample_command: tuple[Result, Path, EmbeddedStack],
) -> None:
    result, out, _ = sample_command
    assert result.exit_code == 0
    titles = (
        "POS reports", "Not counted", "Accounts on 2025-02-14", "Tier changes", "Cases", "History of P1016-DE",
        "Notices", "Rebate statements",
    )  # fmt: skip
    for title in titles:
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
