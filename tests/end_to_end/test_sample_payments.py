"""The money of the sample program on the embedded stack: from final statements by two people to the bank."""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from pypdf import PdfReader
from typer.testing import Result

from local.stack import EmbeddedStack
from tests.end_to_end.playing import SAMPLE, Played

pytestmark = pytest.mark.end_to_end

LIVES = [
    # account, year, quarter: life, paid on, site
    ("P1003-GB", "2023", "3", "paid", "2023-11-17", "OXF1"),
    ("P1001-DE", "2024", "2", "paid", "2024-08-29", "HAM1"),
    ("P1005-DE", "2024", "2", "paid", "2024-10-11", "CGN1"),
    ("P1001-DE", "2024", "3", "cancelled", "", ""),
    ("P1001-DE", "2024", "4", "approved", "", "HAM1"),
    ("P1009-US", "2024", "4", "on_hold", "", ""),
]
STEPS = {
    ("P1001-DE", "2024", "2"): [
        "2024-08-14 in_batch by Jonas Brandt",
        "2024-08-16 in_payment by partner program",
        "2024-08-17 rejected by partner program",
        "2024-08-26 in_batch by Jonas Brandt",
        "2024-08-28 in_payment by partner program",
        "2024-08-29 paid by partner program",
    ],
    ("P1005-DE", "2024", "2"): [
        "2024-08-12 on_hold by Peter Lang",
        "2024-10-07 open by Peter Lang",
        "2024-10-08 in_batch by Jonas Brandt",
        "2024-10-10 in_payment by partner program",
        "2024-10-11 paid by partner program",
    ],
}
PAYMENTS = [
    # batch, account, amount, site, last four, state
    ("20231114-GBP-01", "P1003-GB", "2592.00", "OXF1", "5432", "paid"),
    ("20240814-EUR-01", "P1001-DE", "8250.00", "HAM1", "3000", "rejected"),
    ("20240826-EUR-01", "P1001-DE", "8250.00", "HAM1", "3201", "paid"),
    ("20241008-EUR-01", "P1005-DE", "7920.00", "CGN1", "7034", "paid"),
    ("20250214-EUR-01", "P1001-DE", "7128.00", "HAM1", "3201", "approved"),
]
RELEASED = ("20231114-GBP-01", "20240814-EUR-01", "20240826-EUR-01", "20241008-EUR-01")


def finals(sample: Played) -> list[dict[str, str]]:
    return [row for row in sample.rows("statements.csv") if row["status"] == "final"]


@pytest.mark.rule("R-5.4")
@pytest.mark.rule("R-5.5")
@pytest.mark.parametrize("case", LIVES, ids=lambda case: " ".join(case[:4]))
def test_each_statement_that_pays_ends_as_its_story_says(sample: Played, case: tuple[str, ...]) -> None:
    row = sample.by("statements.csv", "account_id", "year", "quarter", "status")[*case[:3], "final"]
    assert (row["life"], row["paid_on"], row["payee_site"]) == case[3:]


def test_every_statement_that_pays_has_a_payout_and_no_other_one(sample: Played) -> None:
    paying = {
        (row["account_id"], row["year"], row["quarter"]): row["payout"] for row in finals(sample) if row["payout"]
    }
    due = {key: Decimal(amount) for key, amount in paying.items() if Decimal(amount)}
    payouts = sample.by("payouts.csv", "account_id", "year", "quarter")
    assert {key: Decimal(row["amount"]) for key, row in payouts.items()} == due
    assert set(due) == {case[:3] for case in LIVES}


@pytest.mark.parametrize("payout", STEPS, ids=" ".join)
def test_a_payout_goes_its_way_step_by_step(sample: Played, payout: tuple[str, str, str]) -> None:
    steps = sample.by("payouts.csv", "account_id", "year", "quarter")[payout]["steps"].split("; ")
    assert [step.partition(":")[0] for step in steps] == STEPS[payout]


@pytest.mark.rule("R-5.4c")
def test_each_attempt_is_a_payment_of_its_own_to_the_bank_details_of_its_day(sample: Played) -> None:
    rows = sample.rows("payments.csv")
    names = ("batch_id", "account_id", "amount", "site_id", "bank_last_four", "state")
    assert [tuple(row[name] for name in names) for row in rows] == PAYMENTS
    assert len({row["end_to_end_id"] for row in rows}) == len(rows)


@pytest.mark.catalogue("B74")
def test_nobody_approved_what_they_had_prepared(sample: Played) -> None:
    batches = sample.rows("batches.csv")
    assert batches
    for row in batches:
        assert row["approved_by"]
        assert row["prepared_by"] not in row["approved_by"].split(", ")


@pytest.mark.rule("R-5.4b")
def test_nothing_is_prepared_before_the_45th_day(sample: Played) -> None:
    payable = {(row["account_id"], row["quarter"]): row["payable_from"] for row in sample.rows("payouts.csv")}
    prepared = {row["batch_id"]: row["prepared_on"] for row in sample.rows("batches.csv")}
    for row in sample.rows("payments.csv"):
        assert prepared[row["batch_id"]] >= payable[row["account_id"], row["quarter"]]


@pytest.mark.parametrize("batch_id", RELEASED)
def test_file_batch_and_payments_have_one_total(sample: Played, batch_id: str) -> None:
    order = fromstring((sample.out / "payments" / batch_id / "pain.001.xml").read_bytes())
    sent = {
        one.findtext(".//{*}EndToEndId", ""): Decimal(one.findtext(".//{*}InstdAmt", ""))
        for one in order.iterfind(".//{*}CdtTrfTxInf")
    }
    rows = [row for row in sample.rows("payments.csv") if row["batch_id"] == batch_id]
    assert sent == {row["end_to_end_id"]: Decimal(row["amount"]) for row in rows}
    batch = sample.by("batches.csv", "batch_id")[(batch_id,)]
    assert Decimal(batch["total"]) == sum(sent.values()) == Decimal(order.findtext(".//{*}CtrlSum", ""))
    assert (sample.out / "receipts" / "bank-status" / f"{batch_id}.json").exists()


def test_no_file_stands_for_a_batch_that_was_not_released(sample: Played) -> None:
    assert sorted(path.name for path in (sample.out / "payments").iterdir()) == list(RELEASED)
    assert sample.by("batches.csv", "batch_id")[("20250214-EUR-01",)]["status"] == "approved"


@pytest.mark.rule("R-5.5")
def test_what_was_cancelled_counts_as_settled_and_is_not_paid_by_the_next_quarter(sample: Played) -> None:
    made = sample.by("statements.csv", "account_id", "year", "quarter", "status")
    third, fourth = (made["P1001-DE", "2024", quarter, "final"] for quarter in "34")
    assert third["life"] == "cancelled"
    assert Decimal(fourth["settled_before"]) == Decimal(8250) + Decimal(third["payout"])
    assert Decimal(fourth["payout"]) == Decimal(fourth["earned"]) - Decimal(fourth["settled_before"])


def test_every_final_statement_lies_there_as_a_pdf_and_as_html_that_say_the_same(sample: Played) -> None:
    names = {(row["account_id"], f"{row['year']}Q{row['quarter']}") for row in finals(sample)}
    for ending in (".pdf", ".html"):
        found = {(path.parent.name, path.stem) for path in (sample.out / "statements").rglob(f"*{ending}")}
        assert found == names
    reader = PdfReader(sample.out / "statements" / "P1001-DE" / "2024Q4.pdf")
    text = " ".join("".join(page.extract_text() for page in reader.pages).split())
    page = (sample.out / "statements" / "P1001-DE" / "2024Q4.html").read_text(encoding="utf-8")
    html = re.sub(r"\s+", " ", page)  # spaces that do not break are spaces
    for said in ("Nordlicht Medientechnik GmbH", "P1001-DE", "7 128.00 EUR", "19 008.00 EUR", "11 880.00 EUR"):
        assert said in text
        assert said in html


@pytest.mark.catalogue("B52")
def test_a_bank_account_stands_in_the_payment_file_and_nowhere_else(sample: Played) -> None:
    numbers = set(re.findall(r",(?:iban|other),([A-Z0-9]+),", (SAMPLE / "acts.csv").read_text(encoding="utf-8")))
    assert len(numbers) > 5
    told = [number for path in every_file(sample.out) for number in numbers if number.encode() in path.read_bytes()]
    assert told == []
    order = (sample.out / "payments" / RELEASED[0] / "pain.001.xml").read_text(encoding="utf-8")
    assert [number for number in numbers if number in order]


def every_file(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.is_file() and path.name != "pain.001.xml"]


def test_every_act_on_money_is_in_the_log_with_its_person(sample: Played) -> None:
    entries = sample.rows("audit.csv")
    assert [row["number"] for row in entries] == [str(number + 1) for number in range(len(entries))]
    acts = Counter(row["action"] for row in entries)
    wanted = {
        "propose_bank_details": 9, "confirm_bank_details": 9, "name_payee": 1, "restate": 1, "hold": 2, "lift_hold": 1,
        "cancel": 1, "prepare": 5, "approve": 5, "release": 8, "book_bank_status": 4,
    }  # fmt: skip
    assert {action: acts[action] for action in wanted} == wanted
    assert {row["by"] for row in entries if row["action"] == "approve"} == {"Maren Falk"}
    assert all(row["by"] and row["on"] for row in entries)


def test_the_accruals_of_each_month_begin_where_the_month_before_ended(sample: Played) -> None:
    rows = sample.rows("accruals.csv")
    before: dict[str, Decimal] = {}
    for row in sorted(rows, key=lambda row: row["month"]):
        moved = [Decimal(row[name]) for name in ("opening", "accrued", "settled", "adjusted", "closing")]
        opening, accrued, settled, adjusted, closing = moved
        assert opening == before.get(row["account_id"], Decimal(0)), row
        assert opening + accrued - settled + adjusted == closing, row
        before[row["account_id"]] = closing
    assert max(row["month"] for row in rows) == "2025-01"
    assert sum(Decimal(row["settled"]) for row in rows) == Decimal(8250) + Decimal(7920) + Decimal(2592)
    assert sum(Decimal(row["adjusted_cancelled"]) for row in rows) == Decimal(-3630)


def test_the_command_shows_payouts_batches_accruals_and_that_the_log_holds(
    sample_command: tuple[Result, Path, EmbeddedStack],
) -> None:
    said = sample_command[0].output
    for title in ("Payouts", "Payment batches", "Accruals", "Ledger: "):
        assert title in said
    assert "the chain of hashes holds, nothing differs" in said.replace("\n", " ")
