"""The files of a month as finance opens them."""

import csv
import io
import json

import pytest

from partner_program.domain.accruals.files import as_json, rows_csv, totals_csv
from tests.fakes.accruals import Life, World


def month() -> World:
    world = World()
    Life(world=world).sells("2024-04", "125000")
    Life("10000000", world=world, account_id="P3-JP", currency="JPY").sells("2024-04", "-12500.5")
    world.books("2024-04")
    return world


def table(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def test_the_rows_of_a_month_are_plain_decimals_with_their_currency() -> None:
    first, second = table(month().results.files["accruals/2024-04.csv"])
    assert {name: first[name] for name in ("month", "account_id", "region", "currency", "premier", "closing")} == {
        "month": "2024-04", "account_id": "P1-DE", "region": "EMEA", "currency": "EUR", "premier": "yes",
        "closing": "3125.00",
    }  # fmt: skip
    assert (first["rate_pct"], first["expected_rate_pct"], first["expected_earned"]) == ("2.5", "4", "7200.00")
    assert (first["adjusted"], first["adjusted_taken_over"], first["accrued"]) == ("0.00", "0.00", "3125.00")
    # a negative number stays a number in a spreadsheet
    assert (second["ytd_revenue"], second["closing"], second["projected_ytd"]) == ("-12500.5", "0", "-37811")


def test_the_totals_have_a_line_for_each_currency_and_one_for_each_region_with_it() -> None:
    lines = table(month().results.files["accruals/2024-04-totals.csv"])
    assert [(one["region"], one["currency"], one["accounts"], one["closing"], one["complete"]) for one in lines] == [
        ("", "EUR", "1", "3125.00", "yes"),
        ("", "JPY", "1", "0", "yes"),
        ("APAC", "JPY", "1", "0", "yes"),
        ("EMEA", "EUR", "1", "3125.00", "yes"),
    ]


def test_the_json_file_has_everything_with_decimals_as_text() -> None:
    told = json.loads(month().results.files["accruals/2024-04.json"])
    assert (told["month"], told["complete"], told["failures"]) == ("2024-04", True, [])
    (first, _) = told["rows"]
    assert (first["closing"], first["parts"]) == ("3125.00", [])
    assert first["standings"][-1]["earned"] == "3125.00"
    assert told["totals"][0]["closing"] == "3125.00"


@pytest.mark.catalogue("B50")
def test_no_cell_is_a_formula() -> None:
    report = month().report.month("2024-04")
    first = report.rows[0].model_copy(update={"partner_id": "=1+1"})
    (line, _) = table(rows_csv(report.model_copy(update={"rows": (first, report.rows[1])})))
    assert line["partner_id"] == "'=1+1"


def test_a_month_in_which_nobody_takes_part_has_files_with_no_lines() -> None:
    world = World()
    world.books("2024-04")
    assert table(world.results.files["accruals/2024-04.csv"]) == []
    assert json.loads(world.results.files["accruals/2024-04.json"])["complete"] is True


def test_the_report_that_is_read_gives_the_files_that_were_written() -> None:
    world = month()
    report = world.report.month("2024-04")
    written = (rows_csv(report), totals_csv(report), as_json(report))
    names = ("accruals/2024-04.csv", "accruals/2024-04-totals.csv", "accruals/2024-04.json")
    assert written == tuple(world.results.files[name] for name in names)
