"""Records files as a whole: keys, refusals, receipts, rejected rows."""

import hashlib
import json

import pytest

from partner_program.domain.facts import RECORD_TYPES
from partner_program.domain.files.delimited import Limits
from partner_program.domain.files.outcomes import FileRefused
from partner_program.domain.records.key import parse_records_key
from partner_program.use_cases.ports import ObjectRef
from tests.fakes.csv_files import csv_of
from tests.fakes.records_world import SOUND, RecordsWorld, outcomes, reasons, refusal, row
from tests.fakes.reports import UPLOADS

PARTNERS = csv_of([SOUND["partners"]], SOUND["partners"])
KEY = "records/partners/p.csv"


@pytest.mark.parametrize("name", ["2024-01", "a b", "M\u00fcller (2)", "50%2F50", "x+y", "a" * 200])
@pytest.mark.catalogue("B53")
def test_any_name_is_taken_as_it_stands(name: str) -> None:
    key = parse_records_key(f"records/sites/{name}.csv")
    assert (key.kind, key.name, key.receipt) == ("sites", name, f"records/sites/{name}/receipt.json")


REFUSED_KEYS = [
    "records/sites/../partners/x.csv", "/records/sites/x.csv", "records/sites/..csv", "records/sites/...csv",
    "records/sites/.csv", "records/sites/a/b.csv", "records/sites/x.csv.gz", "records/sites/x.CSV", "records/sites/x",
    "records//x.csv", "records/sites/x\n.csv", "records/sites/x.csv\n", "records/sites/x\u202e.csv",
    "records/sites/" + "a" * 201 + ".csv", "records/sites/\\x.csv", "pos/D1/R1.csv", "readme.txt", "",
    "records/" + "k" * 65 + "/x.csv",
]  # fmt: skip


@pytest.mark.parametrize("key", REFUSED_KEYS)
@pytest.mark.catalogue("B54")
def test_a_key_that_is_not_exactly_one_of_ours_is_quarantined_under_its_hash(key: str) -> None:
    world = RecordsWorld()
    result = world.take_bytes(PARTNERS, key)
    assert (result.status, refusal(result)) == ("refused", "KEY_NOT_ALLOWED")
    assert list(world.objects.results) == [f"refused/{hashlib.sha256(key.encode()).hexdigest()}/receipt.json"]
    assert (world.objects.opened, world.facts.standing()) == (0, {})


def test_an_unknown_kind_is_quarantined() -> None:
    world = RecordsWorld()
    assert refusal(world.take_bytes(PARTNERS, "records/customers/x.csv")) == "UNKNOWN_KIND"
    assert [key.split("/")[0] for key in world.objects.results] == ["refused"]


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_every_kind_has_a_key(kind: str) -> None:
    assert parse_records_key(f"records/{kind}/x.csv").kind == kind


def test_a_refused_key_is_a_value_of_its_own() -> None:
    with pytest.raises(FileRefused, match="kinds of records are distributors"):
        parse_records_key("records/customers/x.csv")


@pytest.mark.catalogue("B56")
def test_an_event_of_another_bucket_is_refused_unread() -> None:
    world = RecordsWorld()
    ref = world.objects.upload(KEY, PARTNERS, bucket="elsewhere")
    assert refusal(world.ingest()(ref)) == "FOREIGN_BUCKET"
    assert (world.objects.opened, world.facts.standing()) == (0, {})


@pytest.mark.catalogue("F04")
def test_an_event_without_a_version_is_refused() -> None:
    world = RecordsWorld()
    assert refusal(world.ingest()(ObjectRef(UPLOADS, KEY, "", "s"))) == "NO_VERSION"


@pytest.mark.catalogue("F05")
def test_an_object_that_is_gone_is_missing() -> None:
    world = RecordsWorld()
    result = world.ingest()(ObjectRef(UPLOADS, KEY, "v9", "s"))
    assert (refusal(result), world.receipt(result)["status"]) == ("MISSING", "refused")


@pytest.mark.catalogue("B58")
@pytest.mark.parametrize(("over", "code"), [(-1, None), (0, None), (1, "TOO_LARGE")])
def test_an_object_over_the_size_limit_is_refused_without_reading_it(over: int, code: str | None) -> None:
    world = RecordsWorld(limits=Limits(stored_bytes=1000))
    ref = world.objects.upload(KEY, PARTNERS)
    world.objects.sizes[KEY, ref.version_id] = 1000 + over
    assert refusal(world.ingest()(ref)) == code
    assert (world.objects.opened > 0) is (code is None)


REFUSED_FILES = [
    ("B01", b"", "EMPTY"),
    ("B04", PARTNERS.decode().encode("utf-16"), "WRONG_ENCODING"),
    ("B04", PARTNERS.replace(b"Partner one", b"M\xfcller"), "WRONG_ENCODING"),
    ("B06", PARTNERS.replace(b"Partner one", b'"Partner one') + PARTNERS, "UNCLOSED_QUOTE"),
    ("B08", b"x" * 5_000_000, "LINE_TOO_LONG"),
    ("B10", PARTNERS.replace(b"vat_number", b"name"), "DUPLICATE_COLUMN"),
    ("B11", PARTNERS.replace(b"enrolled_on", b"enrolled"), "MISSING_COLUMN"),
    ("B12", PARTNERS.replace(b",", b";"), "WRONG_DELIMITER"),
    ("B16", b"PK\x03\x04" + PARTNERS, "NOT_A_CSV"),
    ("B17", b"%PDF-1.7" + PARTNERS, "NOT_A_CSV"),
    ("B18", b"\x1f\x8b\x08" + PARTNERS, "NOT_A_CSV"),
    ("B19", b'<?xml version="1.0"?><!DOCTYPE x>', "NOT_A_CSV"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code"), [
    pytest.param(body, code, marks=pytest.mark.catalogue(number), id=f"{number}-{code}-{index}")
    for index, (number, body, code) in enumerate(REFUSED_FILES)
])  # fmt: skip
def test_a_file_that_cannot_be_trusted_is_refused_whole(body: bytes, code: str) -> None:
    world = RecordsWorld()
    result = world.take_bytes(body)
    receipt = world.receipt(result)
    assert (result.status, receipt["refusal"]["code"], receipt["lines"]) == ("refused", code, 0)
    assert receipt["what_to_do"]
    assert (world.facts.standing(), world.rejected(result)) == ({}, [])


@pytest.mark.catalogue("B04")
def test_a_mistake_at_the_very_end_refuses_what_stands_before_it() -> None:
    world = RecordsWorld(batch_rows=1)
    result = world.take_bytes(PARTNERS + b"P2,\xff,2023-01-01,,,a@b.example\r\n")
    assert (refusal(result), world.facts.standing()) == ("WRONG_ENCODING", {})


@pytest.mark.catalogue("B23")
@pytest.mark.parametrize(("rows", "code"), [(2, None), (3, None), (4, "TOO_MANY_LINES")])
def test_a_file_over_the_row_limit_is_refused_before_anything_is_taken(rows: int, code: str | None) -> None:
    world = RecordsWorld(limits=Limits(rows=3), batch_rows=1)
    result = world.take("distributors", *(row("distributors", distributor_id=f"D{n}") for n in range(rows)))
    assert (refusal(result), len(world.facts.standing())) == (code, 0 if code else rows)


@pytest.mark.catalogue("B02")
def test_a_header_alone_is_taken_with_no_rows() -> None:
    result = RecordsWorld().take("sites")
    assert (result.status, outcomes(result), result.receipt.lines) == ("posted", {}, 0)


@pytest.mark.catalogue("B03")
@pytest.mark.catalogue("B13")
def test_a_byte_order_mark_and_any_line_ends_make_no_difference() -> None:
    bodies = [PARTNERS, b"\xef\xbb\xbf" + PARTNERS, PARTNERS.replace(b"\r\n", b"\n"), PARTNERS.replace(b"\r\n", b"\r")]
    worlds = []
    for body in bodies:
        worlds.append(RecordsWorld())
        assert outcomes(worlds[-1].take_bytes(body)) == {"posted": 1}
    assert all(world.facts.standing() == worlds[0].facts.standing() for world in worlds)


@pytest.mark.catalogue("B09")
def test_a_row_of_another_width_is_rejected_alone() -> None:
    result = RecordsWorld().take_bytes(
        b"distributor_id,name\nD1,One\nD2\nD3,Three,3\nD4,Four\n", "records/distributors/d.csv"
    )
    assert (outcomes(result), reasons(result)) == ({"posted": 2, "rejected": 2}, {"COLUMN_COUNT": 2})


@pytest.mark.catalogue("B07")
@pytest.mark.catalogue("B51")
def test_an_endless_field_is_rejected_alone() -> None:
    world = RecordsWorld()
    result = world.take(
        "distributors", row("distributors", name="n" * 200_000), row("distributors", distributor_id="D2")
    )
    assert (outcomes(result), reasons(result)) == ({"posted": 1, "rejected": 1}, {"FIELD_TOO_LONG": 1})
    assert len(world.rejected(result)[0]["name"]) < 5000


@pytest.mark.catalogue("B11")
def test_unknown_columns_are_ignored_and_named_and_the_order_is_free() -> None:
    body = b"note,name,distributor_id\nx,One,D1\n"
    result = RecordsWorld().take_bytes(body, "records/distributors/d.csv")
    assert (outcomes(result), result.receipt.unknown_columns) == ({"posted": 1}, ("note",))


@pytest.mark.catalogue("B50")
@pytest.mark.catalogue("B52")
def test_rejected_rows_are_safe_to_open_and_to_pass_on() -> None:
    world = RecordsWorld()
    formula = row("distributors", distributor_id="no id", name="=HYPERLINK(1)")
    bank = row("distributors", distributor_id="no id", name="pay to DE89370400440532013000")
    first, second = world.rejected(world.take("distributors", formula, bank))
    assert (first["name"], second["name"]) == ("'=HYPERLINK(1)", "pay to ***")


@pytest.mark.catalogue("B50")
def test_a_name_that_looks_like_a_formula_is_stored_as_it_is() -> None:
    world = RecordsWorld()
    world.take("distributors", row("distributors", name="=Sum & Sons"))
    (stored,) = world.facts.standing().values()
    assert json.loads(stored)["name"] == "=Sum & Sons"


def test_every_row_has_one_outcome_and_they_add_up_to_the_file() -> None:
    world = RecordsWorld()
    world.take("partners", SOUND["partners"])
    result = world.take(
        "sites",
        SOUND["sites"],
        row("sites", site_id="S2", partner_id="P9"),
        row("sites", site_id="S3", country="KP"),
        row("sites", site_id="S4", country="UK"),
        SOUND["sites"],
    )
    receipt = world.receipt(result)
    counted = {outcome: lines["lines"] for outcome, lines in receipt["outcomes"].items()}
    assert counted == {"posted": 1, "duplicate": 1, "held": 2, "rejected": 1}
    assert receipt["lines"] == sum(counted.values()) == 5
    told = [(line["line"], line["outcome"], line["reason_code"]) for line in world.rejected(result)]
    assert told == [
        ("3", "held", "UNKNOWN_PARTNER"),
        ("4", "held", "COUNTRY_NOT_IN_PROGRAM"),
        ("5", "rejected", "INVALID_COUNTRY"),
        ("6", "duplicate", "UNCHANGED"),
    ]
    assert all(line["what_to_do"] for line in world.rejected(result))
    assert {code: told["lines"] for code, told in receipt["reasons"].items()} == reasons(result)


def test_a_receipt_names_upload_day_and_rulebook() -> None:
    world = RecordsWorld()
    receipt = world.receipt(world.take("partners", SOUND["partners"], name="x"))
    assert (receipt["kind"], receipt["name"], receipt["object_key"]) == ("partners", "x", "records/partners/x.csv")
    assert (receipt["object_version"], receipt["processed_on"]) == ("v1", "2024-05-05")
    assert (receipt["edition"], receipt["rulebook_digest"]) == (world.rulebook.edition, world.rulebook.digest)
