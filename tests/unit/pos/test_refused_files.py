"""Keys, events and files that are refused, and what a refusal leaves alone."""

from decimal import Decimal

import pytest

from partner_program.domain.files.delimited import Limits
from partner_program.domain.files.outcomes import ReasonCode
from partner_program.domain.sales.report_key import parse_report_key, quarantine_receipt
from partner_program.use_cases.ports import ObjectRef
from tests.fakes.pos_world import COLUMNS, World, csv_of, line, outcomes, refusal
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
