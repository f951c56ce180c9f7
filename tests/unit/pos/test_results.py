"""The receipt, the rejected file and the drill-down."""

import csv
import io
from decimal import Decimal

import pytest

from tests.fakes.pos_world import COLUMNS, World, csv_of, line, outcomes

GOOD = [line(line_number=n) for n in (1, 2, 3)]


# -- receipt and rejected file


def test_receipt_adds_up_per_outcome_reason_and_currency() -> None:
    world = World()
    yen = {"partner_site_id": "S-JP", "country": "JP", "currency": "JPY", "final_amount": "5000"}
    lines = [
        *GOOD,
        line(line_number=4, **yen),
        line(line_number=5, sku="none", **yen),
        line(line_number=6, country="UK"),
        line(line_number=7, final_amount="x"),
        line(line_number=7, final_amount="y"),
    ]
    world.play([*lines, line()])
    receipt = world.receipt()
    by_outcome = receipt["outcomes"]
    assert receipt["lines"] == 9 == sum(part["lines"] for part in by_outcome.values())
    assert receipt["money"] == {"EUR": "500.00", "JPY": "10000"}
    assert receipt["unreadable_amounts"] == 2 == by_outcome["rejected"]["unreadable"]
    assert by_outcome["posted"] == {
        "lines": 4,
        "lines_by_currency": {"EUR": 3, "JPY": 1},
        "money": {"EUR": "300.00", "JPY": "5000"},
        "unreadable": 0,
    }
    assert by_outcome["rejected"]["lines_by_currency"] == {"EUR": 1}  # the amounts of the other two cannot be read
    assert by_outcome["held"]["money"] == {"JPY": "5000"}
    assert sum(part["lines"] for part in receipt["reasons"].values()) == 5
    assert all(part["what_to_do"] for part in receipt["reasons"].values())
    assert receipt["credit"] == {"EUR": "300.00", "JPY": "5000"}


@pytest.mark.catalogue("B50")
def test_the_rejected_file_is_safe_to_open_in_a_spreadsheet() -> None:
    world = World()
    nasty = ["=1+1", "+1", "-2+3", "@A1", "＝1", "-5.00", "plain"]
    lines = [line(line_number=n, country="UK") | {"note": cell} for n, cell in enumerate(nasty, start=1)]
    world.play(csv_of(lines, [*COLUMNS, "note"]))
    assert [row["note"] for row in world.rejected()] == ["'=1+1", "'+1", "'-2+3", "'@A1", "'＝1", "-5.00", "plain"]
    assert [row["final_amount"] for row in world.rejected()] == ["100.00"] * 7


@pytest.mark.catalogue("B50")
def test_a_tab_or_return_in_front_is_made_safe_too() -> None:
    world = World()
    rows = [line(line_number=n, country="UK") | {"note": cell} for n, cell in enumerate(["\t=1", "\r=1"], start=1)]
    world.play(csv_of(rows, [*COLUMNS, "note"]))
    assert [row["note"] for row in world.rejected()] == ["'\t=1", "'\r=1"]


@pytest.mark.catalogue("B52")
@pytest.mark.parametrize(
    "number",
    [
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "532013000123",
        "5320-1300-0123",
        "GB82WEST12345698765432",
    ],
)
def test_a_bank_number_in_free_text_is_masked(number: str) -> None:
    world = World()
    world.play(csv_of([line(country="UK") | {"note": f"pay to {number}!"}], [*COLUMNS, "note"]))
    assert world.rejected()[0]["note"] == "pay to ***!"
    assert all(number.encode() not in body for body in world.objects.results.values())


@pytest.mark.catalogue("B52")
def test_ids_and_short_numbers_are_not_taken_for_bank_numbers() -> None:
    world = World()
    world.play(csv_of([line(country="UK", invoice_number="202404100001") | {"note": "call 12345"}], [*COLUMNS, "note"]))
    row = world.rejected()[0]
    assert (row["invoice_number"], row["note"]) == ("202404100001", "call 12345")


@pytest.mark.catalogue("B51")
def test_an_endless_cell_is_cut_in_the_rejected_file() -> None:
    world = World()
    result = world.play(csv_of([line() | {"note": "x" * 1_000_000}, line(line_number=2)], [*COLUMNS, "note"]))
    assert outcomes(result) == {"posted": 1, "rejected": 1}
    assert len(world.rejected()[0]["note"]) < 5000


def test_the_rejected_file_keeps_the_columns_as_received() -> None:
    world = World()
    columns = ["note", *reversed(COLUMNS)]
    world.play(csv_of([line(sku="none") | {"note": "n"}], columns))
    header = next(csv.reader(io.StringIO(world.objects.results["pos/D1/R1/rejected.csv"].decode())))
    assert header == ["line", "outcome", "reason_code", "message", "what_to_do", *columns]


def test_results_go_where_the_format_says() -> None:
    world = World()
    world.play(GOOD)
    assert {key for key in world.objects.results if not key.startswith("runs/")} == {
        "pos/D1/R1/receipt.json", "pos/D1/R1/rejected.csv"
    }  # fmt: skip


def test_drill_down_lists_the_lines_that_make_up_a_month() -> None:
    world = World(window_rows=2)
    world.play([*GOOD, line(line_number=201, sku="hardware-1", product_category="hardware")])
    lines = list(world.sales.lines_of("P1-DE", "2024-04"))
    assert [(counted.invoice_number, counted.line_number) for counted in lines] == [
        ("INV-1", 1), ("INV-1", 2), ("INV-1", 3), ("INV-1", 201)
    ]  # fmt: skip
    assert sum(counted.claim.credit for counted in lines) == world.revenue()["P1-DE", "2024-04"] == Decimal(350)
