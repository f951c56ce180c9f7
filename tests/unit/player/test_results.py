"""Result files: the columns of formats.md, exact amounts, one order."""

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from local.result_files import report_rows, revenue_rows, write_results
from local.results import AccountResult, Results
from local.table_parts import money
from local.tables import not_counted_table
from partner_program.domain.facts import AccountFacts, OpeningRevenue
from partner_program.domain.files.outcomes import Outcome, ReasonCode, Rejection
from partner_program.domain.revenue import Baseline, ClassTotal, Contribution
from partner_program.domain.sales.receipt import Amounts, Receipt
from partner_program.domain.tiers.account import AccountState, ChangeReason, TierChange
from partner_program.values.tiers import Tier

PROMISED = {
    "accounts.csv": "account_id,partner_id,country,currency,tier,tier_since,as_of",
    "revenue.csv": "account_id,year,quarter,currency,quarter_revenue,ytd_revenue,prev_year_revenue",
    "tier_changes.csv": "account_id,changed_on,from_tier,to_tier,reason,rule",
    "statements.csv": (
        "account_id,year,quarter,status,currency,ytd_revenue,prev_year_revenue,rate_pct,rebate_base,earned,"
        "settled_before,payout,payable_from,eligible,reason"
    ),
    "cases.csv": "account_id,requirement,opened_on,due_on,closed_on,outcome",
    "reports.csv": "distributor_id,report_id,status,lines,posted,duplicate,held,rejected,final_amount,currency",
}


def contribution(month: str, credit: str) -> Contribution:
    total = ClassTotal(lines=1, billed=Decimal(credit), credit=Decimal(credit))
    return Contribution(
        account_id="P1-DE", currency="EUR", month=month, distributor_id="D1", report_id="R", digest="d" * 16, part=0,
        lines=1, by_class={"software": total}, known_on=date(2023, 1, 5),
    )  # fmt: skip


def account(*contributions: Contribution, tier: Tier | None = Tier.PREMIER, **more: object) -> AccountResult:
    changes = () if tier is None else (
        TierChange(changed_on=date(2022, 7, 1), from_tier=None, to_tier=tier, reason=ChangeReason.PLACED, rule="R-2.2b",
                   edition="guide-2022"),
    )  # fmt: skip
    state = AccountState(
        account_id="P1-DE", partner_id="P1", country="DE", currency="EUR", assessed_on=date(2023, 4, 1),
        edition="guide-2022", rulebook_digest="r", tier=tier, tier_since=date(2022, 7, 1) if tier else None,
        tier_changes=changes, ytd_revenue=Decimal(0), prev_year_revenue=Decimal(0),
    )  # fmt: skip
    facts = AccountFacts(account_id="P1-DE", partner_id="P1", country="DE", contributions=contributions)
    return AccountResult(state, facts.model_copy(update=more), ())


def receipt(**more: object) -> Receipt:
    base = Receipt(
        status="posted", distributor_id="D1", report_id="R", object_key="pos/D1/R.csv", object_version="v",
        processed_on=date(2023, 1, 5), edition="guide-2022", rulebook_digest="r",
    )  # fmt: skip
    return base.model_copy(update=more)


def results(*accounts: AccountResult, receipts: tuple[Receipt, ...] = (), **more: object) -> Results:
    return Results(date(2023, 5, 15), accounts, receipts, **more)  # type: ignore[arg-type]  # objects and waiting, by name


def test_every_file_begins_with_the_promised_columns(tmp_path: Path) -> None:
    write_results(results(), tmp_path, {"start": "2022-07-01"})
    for name, columns in PROMISED.items():
        header = (tmp_path / name).read_text(encoding="utf-8").splitlines()[0]
        assert header == columns or header.startswith(f"{columns},"), name
    assert json.loads((tmp_path / "summary.json").read_text()) == {"start": "2022-07-01"}


def test_revenue_has_every_quarter_from_the_first_year_with_sales_to_the_last_of_the_play() -> None:
    sold = account(contribution("2022-11", "100.50"), contribution("2023-04", "0.005"))
    rows = [tuple(row.values())[1:] for row in revenue_rows(results(sold))]
    assert rows == [
        ("2022", "1", "EUR", "0", "0", "0"),
        ("2022", "2", "EUR", "0", "0", "0"),
        ("2022", "3", "EUR", "0", "0", "0"),
        ("2022", "4", "EUR", "100.50", "100.50", "0"),
        ("2023", "1", "EUR", "0", "0", "100.50"),
        ("2023", "2", "EUR", "0.005", "0.005", "100.50"),
    ]


def test_the_year_before_is_the_frozen_baseline_or_the_opening_revenue() -> None:
    opening = OpeningRevenue(partner_id="P1", country="DE", year=2021, sales_revenue=Decimal("7.00"), currency="EUR")
    frozen = Baseline(
        account_id="P1-DE", year=2022, currency="EUR", sales_revenue=Decimal(90), frozen_on=date(2023, 1, 30)
    )
    sold = account(contribution("2022-11", "100"), opening_revenue=(opening,), baselines=(frozen,))
    before = {row["year"]: row["prev_year_revenue"] for row in revenue_rows(results(sold))}
    assert before == {"2022": "7.00", "2023": "90"}


def test_an_account_outside_the_program_has_no_tier(tmp_path: Path) -> None:
    write_results(results(account(tier=None)), tmp_path, {})
    with (tmp_path / "accounts.csv").open(newline="") as stream:
        [row] = csv.DictReader(stream)
    assert (row["tier"], row["tier_since"], row["as_of"]) == ("", "", "2023-05-15")


def test_rows_of_a_report_in_several_currencies_add_up_to_the_report() -> None:
    posted = Amounts(
        lines=5, lines_by_currency={"EUR": 3, "DKK": 2}, money={"EUR": Decimal("30.00"), "DKK": Decimal("20.00")}
    )
    rejected = Amounts(lines=2, lines_by_currency={"EUR": 1}, money={"EUR": Decimal("1.00")}, unreadable=1)
    mixed = receipt(
        lines=7, unreadable_amounts=1, outcomes={Outcome.POSTED: posted, Outcome.REJECTED: rejected},
        money={"EUR": Decimal("31.00"), "DKK": Decimal("20.00")}, credit={"EUR": Decimal("15.000")},
    )  # fmt: skip
    names = ("currency", "lines", "posted", "duplicate", "held", "rejected", "final_amount", "posted_amount", "credit")
    rows = [tuple(row[name] for name in names) for row in report_rows(results(receipts=(mixed,)))]
    assert rows == [
        ("DKK", "3", "2", "0", "0", "1", "20.00", "20.00", "0"),
        ("EUR", "4", "3", "0", "0", "1", "31.00", "30.00", "15.000"),
    ]


def test_a_refused_report_has_one_row_with_its_reason() -> None:
    refusal = Rejection(code=ReasonCode.WRONG_ENCODING, message="no UTF-8")
    [row] = report_rows(results(receipts=(receipt(status="refused", refusal=refusal),)))
    assert (row["status"], row["lines"], row["final_amount"], row["currency"]) == ("refused", "0", "0", "")
    assert row["reason"] == "WRONG_ENCODING"


def test_receipts_and_rejected_lines_are_laid_beside_the_tables_and_replaced_by_the_next_play(tmp_path: Path) -> None:
    (tmp_path / "receipts").mkdir()
    (tmp_path / "receipts" / "old.json").write_text("{}")
    (tmp_path / "mine.txt").write_text("kept")
    objects = {
        "pos/D1/R/receipt.json": b"{}",
        "pos/D1/R/rejected.csv": b"line,outcome\n2,held\n",
        "pos/D1/S/rejected.csv": b"line,outcome\n",
    }
    write_results(results(objects=objects), tmp_path, {})
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {"receipts/pos/D1/R.json", "rejected/pos/D1/R.csv", "mine.txt"} <= found
    assert not {"receipts/old.json", "rejected/pos/D1/S.csv"} & found


def test_a_record_that_waited_and_was_taken_is_no_more_shown_as_not_counted() -> None:
    head = "line,outcome,reason_code,message,what_to_do,site_id,partner_id\n"
    rows = "2,held,UNKNOWN_PARTNER,m,d,S1,P1\n3,held,UNKNOWN_PARTNER,m,d,S2,P9\n4,rejected,INVALID_ID,m,d,S 3,P1\n"
    objects = {"records/sites/2023-01-01/rejected.csv": (head + rows).encode()}
    shown = not_counted_table(results(objects=objects, waiting=frozenset({("sites", "S2")})))
    assert list(shown.columns[1].cells) == ["3", "4"]


def test_amounts_are_shown_with_all_their_decimals() -> None:
    shown = [money(text) for text in ("1234567.5", "0.005", "100.000", "-20", "0.00", "475200.00000")]
    assert shown == ["1,234,567.50", "0.005", "100.00", "-20.00", "0", "475,200.00"]
