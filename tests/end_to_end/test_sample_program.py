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
    ("P1019-US", "4", "382800", "0", "0", "0", "0", "0", "0"),
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
    ("P1013-DE", "2022-07-01", "", "advanced", "placed"),
    ("P1014-US", "2022-07-01", "", "premier", "placed"),
    ("P1014-US", "2024-06-11", "premier", "authorized", "demoted"),
    ("P1015-GB", "2022-07-01", "", "advanced", "placed"),
    ("P1016-DE", "2022-07-01", "", "premier", "placed"),
    ("P1016-DE", "2024-05-06", "premier", "advanced", "demoted"),
    ("P1016-DE", "2024-08-19", "advanced", "premier", "promoted"),
    ("P1017-DK", "2022-07-01", "", "advanced", "placed"),
    ("P1017-DK", "2024-01-30", "advanced", "authorized", "demoted"),
    ("P1018-GB", "2022-07-01", "", "authorized", "placed"),
    ("P1019-US", "2022-07-01", "", "premier", "placed"),
]
CASES = [
    # account, requirement, subject, opened, due, closed, outcome, became known
    ("P1012-US", "brand_alignment", "", "2024-03-25", "2024-04-30", "2024-04-22", "cured", "2024-03-25"),
    ("P1013-DE", "MCDE", "", "2024-06-13", "2024-08-12", "2024-08-12", "cured", "2024-06-13"),
    ("P1014-US", "MCDE", "", "2024-04-11", "2024-06-10", "2024-06-11", "demoted", "2024-04-11"),
    ("P1014-US", "MCIE", "", "2024-04-20", "2024-06-19", "2024-06-11", "moot", "2024-04-20"),
    ("P1015-GB", "MCDE", "", "2024-01-15", "2024-03-15", "2024-03-05", "cured", "2024-02-20"),
    ("P1016-DE", "business_plan", "2024", "2024-01-01", "2024-04-30", "2024-05-06", "demoted", "2024-01-01"),
    ("P1018-GB", "revenue", "2023", "2024-01-30", "", "2024-02-26", "waived", "2024-01-30"),
    ("P1018-GB", "revenue", "2024", "2025-01-30", "", "", "", "2025-01-30"),
]
"""All but plans and first alignments that came in time."""
DUTIES = [
    # account, requirement, subject, opened, due, closed
    ("P1001-DE", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-15"),
    ("P1001-DE", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-22"),
    ("P1001-DE", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-10"),
    ("P1001-DE", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-09"),
    ("P1001-DE", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-07"),
    ("P1003-GB", "business_plan", "2023", "2023-09-18", "2023-11-17", "2023-10-30"),
    ("P1003-GB", "brand_alignment", "", "2023-09-18", "2023-10-31", "2023-10-26"),
    ("P1003-GB", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-20"),
    ("P1003-GB", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-11"),
    ("P1005-DE", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-18"),
    ("P1005-DE", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-24"),
    ("P1005-DE", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-14"),
    ("P1005-DE", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-12"),
    ("P1005-DE", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-10"),
    ("P1009-US", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-22"),
    ("P1009-US", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-29"),
    ("P1009-US", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-21"),
    ("P1009-US", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-26"),
    ("P1009-US", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-12"),
    ("P1012-US", "business_plan", "2023", "2023-02-01", "2023-04-02", "2023-03-20"),
    ("P1012-US", "brand_alignment", "", "2023-02-01", "2023-03-31", "2023-03-27"),
    ("P1012-US", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-12"),
    ("P1012-US", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-13"),
    ("P1014-US", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-17"),
    ("P1014-US", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-25"),
    ("P1014-US", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-16"),
    ("P1014-US", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-15"),
    ("P1016-DE", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-11"),
    ("P1016-DE", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-18"),
    ("P1016-DE", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-13"),
    ("P1016-DE", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-10"),
    ("P1019-US", "business_plan", "2022", "2022-07-01", "2022-08-30", "2022-08-23"),
    ("P1019-US", "brand_alignment", "", "2022-07-01", "2022-08-31", "2022-08-30"),
    ("P1019-US", "business_plan", "2023", "2023-01-01", "2023-03-02", "2023-02-20"),
    ("P1019-US", "business_plan", "2024", "2024-01-01", "2024-03-01", "2024-02-19"),
    ("P1019-US", "business_plan", "2025", "2025-01-01", "2025-03-02", "2025-02-11"),
]
NOTICES = {
    # account, what it is about → day and kind of each notice
    ("P1013-DE", "MCDE"): [
        ("2024-03-15", "expiry_reminder"),  # 90, 60 and 30 days before 13 June
        ("2024-04-14", "expiry_reminder"),
        ("2024-05-14", "expiry_reminder"),
        ("2024-06-13", "case_opened"),
        ("2024-07-13", "case_reminder"),  # 30, 14 and 3 days before 12 August
        ("2024-07-29", "case_reminder"),
        ("2024-08-09", "case_reminder"),
        ("2024-08-12", "case_cured"),
    ],
    ("P1015-GB", "MCDE"): [
        ("2024-02-20", "case_opened"),  # 30 days before 15 March are over when it becomes known
        ("2024-03-01", "case_reminder"),
        ("2024-03-05", "case_cured"),
    ],
    ("P1016-DE", "business_plan-2024"): [
        ("2024-01-01", "case_opened"),
        ("2024-01-31", "case_reminder"),  # 30, 14 and 3 days before 1 March
        ("2024-02-16", "case_reminder"),
        ("2024-02-27", "case_reminder"),
        ("2024-03-02", "decision_due"),
        ("2024-03-06", "case_due_changed"),  # extended
        ("2024-03-31", "case_reminder"),  # and before 30 April
        ("2024-04-16", "case_reminder"),
        ("2024-04-27", "case_reminder"),
        ("2024-05-01", "decision_due"),
    ],
    ("P1018-GB", "revenue"): [
        ("2024-01-30", "decision_due"),
        ("2024-02-26", "case_closed"),
        ("2025-01-30", "decision_due"),
    ],
    ("P1012-US", "brand_alignment-2024"): [
        ("2024-03-25", "brand_notice"),
        ("2024-03-31", "case_reminder"),  # 30, 14 and 3 days before 30 April
        ("2024-04-16", "case_reminder"),
        ("2024-04-22", "case_cured"),
    ],
}
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


def test_tiers_change_on_the_days_of_the_story(sample: Played) -> None:
    columns = ("account_id", "changed_on", "from_tier", "to_tier", "reason")
    assert [tuple(row[column] for column in columns) for row in sample.rows("tier_changes.csv")] == DECISIONS


def cases_of(sample: Played) -> list[tuple[str, ...]]:
    names = ("account_id", "requirement", "subject", "opened_on", "due_on", "closed_on", "outcome", "known_on")
    return [tuple(row[name] for name in names) for row in sample.rows("cases.csv")]


@pytest.mark.rule("R-3.2")
@pytest.mark.rule("R-3.3")
def test_cases_open_and_close_on_the_days_of_the_story(sample: Played) -> None:
    duties = {duty[:4] for duty in DUTIES}
    assert sorted(case for case in cases_of(sample) if case[:4] not in duties) == CASES


@pytest.mark.rule("R-4.1.6")
@pytest.mark.rule("R-4.1.7")
def test_each_plan_and_first_alignment_is_a_case_that_its_delivery_closes(sample: Played) -> None:
    duties = {duty[:4] for duty in DUTIES}
    found = [case for case in cases_of(sample) if case[:4] in duties]
    assert sorted(case[:6] for case in found) == sorted(DUTIES)
    assert {case[6] for case in found} == {"cured"}
    assert [case for case in found if case[3] != case[7]] == []


def test_a_demotion_says_why_and_names_its_cases(sample: Played) -> None:
    lost = [row for row in sample.rows("history.csv") if row["what"].startswith("demoted from ")]
    assert [(row["account_id"], row["rules"].split()[0], row["case_id"]) for row in lost] == [
        ("P1014-US", "R-3.3", "MCDE-2024-04-11"),
        ("P1016-DE", "R-4.1.6", "business_plan-2024-2024-01-01"),
        ("P1017-DK", "R-3.4b", ""),
    ]
    assert "2 people since 2024-04-11" in lost[0]["cause"]
    assert "hank-doyle expired" in lost[0]["cause"]
    assert "by the vendor on 2024-05-06: nothing came by the end of April" in lost[1]["cause"]
    assert "380000.00 DKK required for advanced" in lost[2]["cause"]


def test_what_became_known_later_has_two_days_in_the_history(sample: Played) -> None:
    history = [row for row in sample.rows("history.csv") if row["account_id"] == "P1015-GB"]
    opened = [(row["on"], row["known_on"]) for row in history if "short since 2024-01-15" in row["what"]]
    assert opened == [("2024-02-20", "2024-02-20")]
    assert {row["exact"] for row in sample.rows("history.csv")} == {"true"}


def test_every_notice_is_mailed_once(sample: Played) -> None:
    mails = sorted(path.name for path in (sample.out / "mails").iterdir())
    assert len(mails) == len(sample.rows("notices.csv"))
    assert [name for name in mails if name.endswith("-2.eml")] == []


def test_who_lost_premier_for_its_plan_is_promoted_on_the_day_of_the_plan(sample: Played) -> None:
    submitted = [row["submitted_on"] for row in records("business_plans.csv") if row["partner_id"] == "P1016"]
    changes = [row["changed_on"] for row in sample.rows("tier_changes.csv") if row["account_id"] == "P1016-DE"]
    assert changes[-1] == submitted[2] == "2024-08-19"


def records(name: str) -> list[dict[str, str]]:
    with (SAMPLE / "records" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_vendors_decisions_stand_at_their_cases(sample: Played) -> None:
    decided = {row["case_id"]: row["decisions"] for row in sample.rows("cases.csv") if row["decisions"]}
    assert decided == {
        "business_plan-2024-2024-01-01": (
            "extend on 2024-03-06 by Karin Vogt: new management since February; the plan is promised for April; "
            "demote on 2024-05-06 by Karin Vogt: nothing came by the end of April"
        ),
        "revenue-2023-2024-01-30": "waive on 2024-02-26 by Peter Lang: a large order has been announced for 2024",
    }
    [waiting] = [row for row in sample.rows("cases.csv") if row["status"] != "closed"]
    assert (waiting["case_id"], waiting["status"]) == ("revenue-2024-2025-01-30", "decision due")


@pytest.mark.parametrize("told", NOTICES, ids=" ".join)
def test_notices_go_out_on_the_days_of_the_story(sample: Played, told: tuple[str, str]) -> None:
    account, about = told
    found = [
        (row["occurred_on"], row["kind"])
        for row in sample.rows("notices.csv")
        if row["account_id"] == account and row["about"].startswith(about)
    ]
    assert found == NOTICES[told]


def test_every_notice_is_there_once_and_every_change_of_a_tier_is_announced(sample: Played) -> None:
    notices = sample.rows("notices.csv")
    assert len({(row["account_id"], row["id"]) for row in notices}) == len(notices)
    announced = {(row["account_id"], row["occurred_on"]) for row in notices if row["kind"].startswith("tier_")}
    assert announced == {decision[:2] for decision in DECISIONS if decision[4] in ("promoted", "demoted")}


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


@pytest.mark.rule("R-4.1.7")
def test_a_quarter_of_the_premier_accounts_is_drawn_for_a_brand_review(sample: Played) -> None:
    drawn = sample.rows("brand_draws.csv")
    assert [(row["account_id"], row["reviewed_on"]) for row in drawn] == [
        ("P1009-US", "2024-08-26"),
        ("P1012-US", "2024-03-25 2024-04-22"),
    ]
    assert {(row["population"], row["drawn_on"], row["drawn_by"]) for row in drawn} == {
        ("8", "2024-02-01", "Karin Vogt")
    }


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
