"""Whole reports: keys, refusals, duplicates, versions, receipts, what is held and mended."""

import csv
import io
from decimal import Decimal

import pytest

from partner_program.domain.delimited import Limits
from partner_program.domain.outcomes import ReasonCode
from partner_program.domain.report_key import parse_report_key, quarantine_receipt
from partner_program.use_cases.ports import ObjectRef
from partner_program.values.errors import NotFound
from tests.fakes.pos_world import COLUMNS, World, csv_of, line, outcomes, product, reasons, refusal, site, standing
from tests.fakes.reports import UPLOADS

GOOD = [line(line_number=n) for n in (1, 2, 3)]


def assert_refused(world: World, body: bytes, code: ReasonCode, key: str = "pos/D1/R1.csv") -> None:
    """Nothing counts, the receipt says why and what to do; a sound upload afterwards counts as if nothing had been."""
    result = world.play(body, key)
    assert (result.status, refusal(result)) == ("refused", code.value)
    assert world.revenue() == {}
    assert world.sales.invoices == {}
    receipt = world.receipt()
    assert (receipt["status"], receipt["refusal"]["code"], receipt["lines"]) == ("refused", code.value, 0)
    assert receipt["what_to_do"]
    assert outcomes(world.play(GOOD)) == {"posted": 3}


# -- keys and events


@pytest.mark.catalogue("B54")
@pytest.mark.catalogue("B53")
@pytest.mark.parametrize(
    "key",
    [
        "pos/D1/../D2/R1.csv", "/pos/D1/R1.csv", "pos/../R1.csv", "pos/D1/..csv/x", "pos/./R1.csv", "pos/D1/...csv",
        "pos/D1/R1.CSV", "pos/D1/R1.csv ", "pos/D1/R1.csv\n", "pos/D1/R1", "pos/D1/.csv", "pos/D1/R1.csv.zip",
        "pos/D1/R%2F1.csv", "pos/D+1/R1.csv", "pos/D1/Ré.csv", "pos/D1/Ｒ1.csv", "pos//R1.csv", "POS/D1/R1.csv",
        "pos/D1/a/R1.csv", "records/sites/a.csv", "", "x" * 1024, "pos/D1/" + "r" * 65 + ".csv", "pos/D1/R\0.csv",
        "pos/" + "d" * 65 + "/R1.csv",
    ],
)  # fmt: skip
def test_a_key_that_is_not_exactly_a_reports_goes_to_quarantine(key: str) -> None:
    world = World()
    result = world.play(GOOD, key) if not key.endswith(".gz") else None
    assert result is not None
    assert (result.status, refusal(result)) == ("refused", "KEY_NOT_ALLOWED")
    assert list(world.objects.results) == [quarantine_receipt(key)]
    assert world.objects.opened == 0
    assert world.sales.invoices == {}


@pytest.mark.parametrize(
    ("key", "distributor", "report", "gzipped"),
    [
        ("pos/D1/R1.csv", "D1", "R1", False), ("pos/D1/R1.csv.gz", "D1", "R1", True),
        ("pos/D1/R1.csv.csv", "D1", "R1.csv", False), ("pos/D1/...csv.gz", None, None, None),
        ("pos/D1/" + "r" * 64 + ".csv", "D1", "r" * 64, False), ("pos/D.1/R-1_.csv", "D.1", "R-1_", False),
    ],
)  # fmt: skip
def test_a_reports_key_names_distributor_and_report(
    key: str, distributor: str | None, report: str | None, gzipped: bool | None
) -> None:
    parsed = parse_report_key(key)
    found = (parsed.distributor_id, parsed.report_id, parsed.gzipped) if parsed else (None, None, None)
    assert found == (distributor, report, gzipped)


@pytest.mark.catalogue("B56")
def test_an_event_of_another_bucket_is_refused_without_a_look_at_the_object() -> None:
    world = World()
    ref = world.objects.upload("pos/D1/R1.csv", csv_of(GOOD), bucket="somebody-elses")
    result = world.ingest()(ref, lambda: 900_000)
    assert refusal(result) == "FOREIGN_BUCKET"
    assert (world.objects.opened, world.sales.invoices) == (0, {})


@pytest.mark.catalogue("F04")
def test_an_event_without_a_version_is_refused() -> None:
    world = World()
    world.upload(GOOD)
    result = world.ingest()(ObjectRef(UPLOADS, "pos/D1/R1.csv", "", "s"), lambda: 900_000)
    assert (refusal(result), world.objects.opened) == ("NO_VERSION", 0)


@pytest.mark.catalogue("F04")
def test_the_version_that_the_event_names_is_read_not_the_newest() -> None:
    world = World()
    first = world.upload(GOOD)
    world.upload([line(line_number=n) for n in range(1, 10)])
    assert outcomes(world.ingest()(first, lambda: 900_000)) == {"posted": 3}


@pytest.mark.catalogue("F05")
def test_an_object_that_is_gone_is_a_refusal_not_a_retry() -> None:
    world = World()
    result = world.ingest()(ObjectRef(UPLOADS, "pos/D1/R1.csv", "gone", "s"), lambda: 900_000)
    assert refusal(result) == "MISSING"


@pytest.mark.catalogue("B58")
@pytest.mark.parametrize(("size", "code"), [(999, None), (1000, None), (1001, "TOO_LARGE")])
def test_an_object_over_the_size_limit_is_refused_without_reading(size: int, code: str | None) -> None:
    world = World(limits=Limits(stored_bytes=1000))
    ref = world.upload(GOOD)
    world.objects.sizes[ref.key, ref.version_id] = size
    result = world.ingest()(ref, lambda: 900_000)
    assert refusal(result) == code
    assert (world.objects.opened == 0) is (code is not None)


# -- files that cannot be trusted


def with_row(row: str) -> bytes:
    return csv_of(GOOD) + row.encode() + b"\r\n"


UNTRUSTED = [
    ("B01", b"", ReasonCode.EMPTY),
    ("B04", csv_of(GOOD) + b"\xff", ReasonCode.WRONG_ENCODING),
    ("B04", csv_of(GOOD).decode().encode("utf-16"), ReasonCode.WRONG_ENCODING),
    ("B06", with_row('R1,D1,"INV-2,1'), ReasonCode.UNCLOSED_QUOTE),
    ("B10", csv_of(GOOD, [*COLUMNS, "sku"]), ReasonCode.DUPLICATE_COLUMN),
    ("B11", csv_of(GOOD, COLUMNS[:-1]), ReasonCode.MISSING_COLUMN),
    ("B12", csv_of(GOOD).replace(b",", b";"), ReasonCode.WRONG_DELIMITER),
    ("B16", b"PK\x03\x04" + csv_of(GOOD), ReasonCode.NOT_A_CSV),
    ("B17", b"%PDF-1.4\n" + csv_of(GOOD), ReasonCode.NOT_A_CSV),
    ("B17", b"<html>\n" + csv_of(GOOD), ReasonCode.NOT_A_CSV),
    ("B55", csv_of([*GOOD, line(distributor_id="D2")]), ReasonCode.DISTRIBUTOR_MISMATCH),
    ("B55", csv_of([*GOOD, line(distributor_id="")]), ReasonCode.DISTRIBUTOR_MISMATCH),
    ("B55", csv_of([*GOOD, line(report_id="R2")]), ReasonCode.REPORT_MISMATCH),
    ("B46", csv_of([*GOOD, line(report_id="R１")]), ReasonCode.REPORT_MISMATCH),
]


@pytest.mark.parametrize(
    ("body", "code"),
    [pytest.param(b, c, marks=pytest.mark.catalogue(row), id=f"{row}-{n}") for n, (row, b, c) in enumerate(UNTRUSTED)],
)
def test_a_file_that_cannot_be_trusted_is_refused_whole(body: bytes, code: ReasonCode) -> None:
    assert_refused(World(), body, code)


@pytest.mark.catalogue("B18")
@pytest.mark.catalogue("B15")
def test_a_broken_gzip_file_posts_nothing_and_a_sound_one_everything() -> None:
    world = World()
    sound = world.upload(GOOD, "pos/D1/R1.csv.gz")
    whole = world.objects.versions[sound.key, sound.version_id]
    for broken, code in ((whole[:-4], "BAD_GZIP"), (whole + b"x", "BAD_GZIP"), (whole + whole, "BAD_GZIP")):
        ref = world.objects.upload("pos/D1/R1.csv.gz", broken)
        assert refusal(world.ingest()(ref, lambda: 900_000)) == code
        assert world.sales.invoices == {}
    again = world.objects.upload("pos/D1/R1.csv.gz", whole)
    assert outcomes(world.ingest()(again, lambda: 900_000)) == {"posted": 3}


@pytest.mark.catalogue("B23")
@pytest.mark.parametrize(("limit", "posted"), [(2, None), (3, 3), (4, 3)])
def test_more_lines_than_the_limit_are_refused_before_any_posting(limit: int, posted: int | None) -> None:
    world = World(limits=Limits(rows=limit), window_rows=1)
    result = world.play(GOOD)
    assert (refusal(result) or outcomes(result)) == ({"posted": 3} if posted else "TOO_MANY_LINES")
    assert bool(world.sales.invoices) is bool(posted)


def test_a_refused_upload_leaves_what_an_earlier_version_has_posted() -> None:
    world = World()
    world.play(GOOD)
    assert world.play(b"").status == "refused"
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(300)}
    assert outcomes(world.again()) == {"posted": 3}


# -- files that are fine


@pytest.mark.catalogue("B02")
def test_a_header_alone_is_posted_with_no_lines() -> None:
    world = World()
    result = world.play([])
    assert (result.status, standing(result).lines, outcomes(result)) == ("posted", 0, {})
    assert world.rejected() == []


@pytest.mark.catalogue("B11")
def test_an_unknown_column_is_named_in_the_receipt() -> None:
    world = World()
    result = world.play(csv_of([line() | {"colour": "red"}], [*COLUMNS, "colour"]))
    assert (outcomes(result), world.receipt()["unknown_columns"]) == ({"posted": 1}, ["colour"])


def test_the_order_of_columns_is_free_and_the_category_optional() -> None:
    world = World()
    columns = [name for name in reversed(COLUMNS) if name != "product_category"]
    assert outcomes(world.play(csv_of(GOOD, columns))) == {"posted": 3}


@pytest.mark.catalogue("B03")
@pytest.mark.catalogue("B13")
def test_a_mark_and_other_line_ends_change_nothing() -> None:
    world = World()
    body = b"\xef\xbb\xbf" + csv_of(GOOD).replace(b"\r\n", b"\r", 2)
    assert outcomes(world.play(body)) == {"posted": 3}


def test_gzip_and_plain_text_are_the_same_report() -> None:
    world = World()
    assert outcomes(world.play(GOOD, "pos/D1/R1.csv.gz")) == {"posted": 3}
    assert outcomes(world.play(GOOD)) == {"duplicate": 3}
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(300)}


@pytest.mark.catalogue("B09")
@pytest.mark.catalogue("B07")
@pytest.mark.catalogue("B14")
def test_rows_of_the_wrong_shape_are_rejected_with_their_line_numbers() -> None:
    world = World()
    rows = [line(line_number=n) | {"note": "ok"} for n in (1, 2)]
    body = csv_of(rows[:1], [*COLUMNS, "note"]) + b"R1,D1\r\n"
    body += csv_of([rows[1] | {"note": "two\nlines"}], [*COLUMNS, "note"]).split(b"\r\n", 1)[1]
    body += csv_of([line(line_number=3) | {"note": "x" * 5000}], [*COLUMNS, "note"]).split(b"\r\n", 1)[1]
    result = world.play(body)
    assert outcomes(result) == {"posted": 2, "rejected": 2}
    assert [(row["line"], row["reason_code"]) for row in world.rejected()] == [
        ("3", "COLUMN_COUNT"), ("6", "FIELD_TOO_LONG")
    ]  # fmt: skip


# -- the same line twice


@pytest.mark.catalogue("B21")
@pytest.mark.parametrize("window_rows", [1, 2, 100])
def test_a_repeated_line_with_the_same_content_counts_once(window_rows: int) -> None:
    world = World(window_rows=window_rows)
    result = world.play([line(), line(line_number=2), line(line_number="01", final_amount="100.0")])
    assert (outcomes(result), reasons(result)) == ({"posted": 2, "duplicate": 1}, {"REPEATED_IN_FILE": 1})
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(200)}
    assert world.rejected()[0]["line"] == "4"


@pytest.mark.catalogue("B21")
@pytest.mark.parametrize("window_rows", [1, 2, 100])
def test_a_repeated_line_with_other_content_is_rejected_everywhere(window_rows: int) -> None:
    world = World(window_rows=window_rows)
    result = world.play([line(), line(line_number=2), line(), line(final_amount="99.99")])
    assert (outcomes(result), reasons(result)) == ({"posted": 1, "rejected": 3}, {"REPEATED_LINE": 3})
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(100)}


@pytest.mark.catalogue("B21")
def test_a_malformed_twin_makes_a_line_doubtful() -> None:
    world = World()
    result = world.play([line(), line(quantity="x"), line(line_number=2)])
    assert outcomes(result) == {"posted": 1, "rejected": 2}
    assert reasons(result) == {"INVALID_NUMBER": 1, "REPEATED_LINE": 1}


@pytest.mark.catalogue("B22")
@pytest.mark.catalogue("F06")
def test_the_same_sale_in_another_report_is_a_duplicate() -> None:
    world = World()
    world.play(GOOD)
    lines = [line(report_id="R2", line_number=n) for n in (2, 3, 4)]
    result = world.play(lines, "pos/D1/R2.csv")
    assert (outcomes(result), reasons(result)) == ({"posted": 1, "duplicate": 2}, {"ALREADY_COUNTED": 2})
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(400)}


def test_the_same_invoice_number_at_another_distributor_is_another_line() -> None:
    world = World()
    world.play(GOOD)
    result = world.play([line(distributor_id="D2", line_number=n) for n in (1, 2, 3)], "pos/D2/R1.csv")
    assert outcomes(result) == {"posted": 3}


@pytest.mark.catalogue("F06")
def test_the_same_bytes_under_another_key_are_refused() -> None:
    world = World()
    world.play(GOOD)
    assert refusal(world.play(GOOD, "pos/D1/R2.csv")) == "REPORT_MISMATCH"


# -- versions


@pytest.mark.catalogue("F01")
def test_the_same_event_again_changes_nothing_and_reads_nothing() -> None:
    world = World()
    ref = world.upload(GOOD)
    first = world.ingest()(ref, lambda: 900_000)
    opened, writes = world.objects.opened, world.sales.contribution_writes
    second = world.ingest()(ref, lambda: 900_000)
    assert (second.status, second.receipt) == ("unchanged", first.receipt)
    assert (world.objects.opened, world.sales.contribution_writes) == (opened, writes)


def test_the_same_bytes_again_are_the_same_version() -> None:
    world = World()
    first, second = world.play(GOOD), world.play(GOOD)
    assert outcomes(first) == outcomes(second) == {"posted": 3}
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(300)}
    assert world.sales.contribution_writes == 1


@pytest.mark.catalogue("F07")
def test_changed_bytes_post_what_is_new_hold_what_changed_and_overwrite_nothing() -> None:
    world = World()
    world.play(GOOD)
    result = world.play([line(), line(line_number=2, final_amount="90.00"), line(line_number=4)])
    assert outcomes(result) == {"posted": 1, "duplicate": 1, "held": 1}
    assert reasons(result) == {"ALREADY_COUNTED": 1, "LINE_CHANGED": 1}
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(400)}


@pytest.mark.catalogue("F07")
def test_counted_lines_that_a_new_version_lacks_are_listed_and_stay_counted() -> None:
    world = World()
    world.play([*GOOD, line(line_number=9, partner_site_id="S-NEW")])
    world.play([line(), line(line_number=4)])
    vanished = world.receipt()["vanished"]
    assert (vanished["lines"], vanished["money"]) == (2, {"EUR": "200.00"})
    assert [(v["invoice_number"], v["line_number"]) for v in vanished["examples"]] == [("INV-1", 2), ("INV-1", 3)]
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(400)}


@pytest.mark.catalogue("F03")
def test_an_older_version_that_comes_late_replaces_nothing() -> None:
    world = World()
    older, newer = world.upload(GOOD), world.upload([*GOOD, line(line_number=4)])
    world.ingest()(newer, lambda: 900_000)
    result = world.ingest()(older, lambda: 900_000)
    assert (result.status, world.receipt()["lines"]) == ("superseded", 4)
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(400)}


@pytest.mark.catalogue("F03")
def test_an_older_version_that_would_be_refused_does_not_take_the_newer_ones_receipt() -> None:
    world = World()
    older, newer = world.upload(b""), world.upload(GOOD)
    world.ingest()(newer, lambda: 900_000)
    assert world.ingest()(older, lambda: 900_000).status == "superseded"
    assert world.receipt()["status"] == "posted"


@pytest.mark.catalogue("F07")
def test_a_line_that_another_report_has_counted_does_not_vanish() -> None:
    world = World()
    world.play([line(report_id="R0", line_number=2)], "pos/D1/R0.csv")
    world.play(GOOD)
    world.play([line()])
    assert [example["line_number"] for example in world.receipt()["vanished"]["examples"]] == [3]


def test_going_back_to_an_earlier_content_counts_nothing_twice() -> None:
    world = World()
    for lines in (GOOD, [*GOOD, line(line_number=4)], GOOD):
        world.play(lines)
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(400)}
    assert world.receipt()["outcomes"]["posted"]["lines"] == 3


def test_a_version_keeps_the_windows_it_was_first_cut_into() -> None:
    world = World(window_rows=2)
    late = line(line_number=9, partner_site_id="S-NEW", final_amount="1.00")
    world.play([line(line_number=n, final_amount=f"{n}0.00") for n in (1, 2, 3)] + [late])
    world.window_rows = 3
    world.lookups.all_sites["S-NEW"] = site("S-NEW", "P1", "DE")
    assert outcomes(world.again()) == {"posted": 4}
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(61)}


# -- held and mended


@pytest.mark.catalogue("B44")
@pytest.mark.catalogue("B45")
@pytest.mark.parametrize("missing", ["site", "product", "distributor"])
def test_a_held_line_counts_once_its_record_is_there_and_the_report_runs_again(missing: str) -> None:
    world = World()
    late = line(line_number=4, partner_site_id="S-NEW" if missing == "site" else "S-DE",
                sku="new-1" if missing == "product" else "software-1")  # fmt: skip
    if missing == "distributor":
        world.lookups.distributors.remove("D1")
    first = world.play([*GOOD, late])
    assert outcomes(first)["held"] == (4 if missing == "distributor" else 1)
    world.lookups.all_sites["S-NEW"] = site("S-NEW", "P1", "DE")
    world.lookups.all_products["new-1"] = product("new-1", "software")
    world.lookups.distributors.add("D1")
    again = world.again()
    assert (outcomes(again), world.rejected()) == ({"posted": 4}, [])
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(400)}


def test_a_record_that_comes_while_the_report_registers_is_not_missed() -> None:
    world = World()
    world.lookups.on_wait = lambda dependency: world.lookups.all_sites.update({"S-NEW": site("S-NEW", "P1", "DE")})
    assert outcomes(world.play([line(partner_site_id="S-NEW")])) == {"posted": 1}


def test_a_counted_line_stays_counted_whatever_the_records_say_later() -> None:
    world = World()
    world.play(GOOD)
    world.lookups.all_sites["S-DE"] = site("S-DE", "P9", "FR")
    del world.lookups.all_products["software-1"]
    assert outcomes(world.again()) == {"posted": 3}
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(300)}


def test_only_what_was_processed_can_be_processed_again() -> None:
    with pytest.raises(NotFound):
        World().again()


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
