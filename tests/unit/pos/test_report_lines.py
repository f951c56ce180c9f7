"""Files that are fine, lines that come twice, lines that are held and mended."""

from decimal import Decimal

import pytest

from partner_program.values.errors import NotFound
from tests.fakes.pos_world import COLUMNS, World, csv_of, line, outcomes, product, reasons, refusal, site, standing

GOOD = [line(line_number=n) for n in (1, 2, 3)]


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
    told = world.rejected("pos/D1/R2/rejected.csv")
    assert {duplicate["message"] for duplicate in told} == {"the line was counted in report R1"}
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
