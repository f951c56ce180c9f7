"""One contract for the lists of reports: the fake and the real store behave alike; and the results bucket by pieces."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import boto3
import pytest
from moto import mock_aws

from partner_program.adapters import transaction
from partner_program.adapters.objects import S3Objects
from partner_program.adapters.report_listing import DynamoReportListing
from partner_program.adapters.table import Table
from partner_program.domain.files.outcomes import ReasonCode
from partner_program.domain.sales.receipt import ReasonLine
from partner_program.use_cases.report_listing import FirstUpload, ReportEntry
from partner_program.values.errors import NotFound, VersionConflict
from tests.fakes.report_lists import MemoryReportListing

Listing = MemoryReportListing | DynamoReportListing


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-central-1")
        client.create_table(
            TableName="listings",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        yield client


@pytest.fixture(params=["fake", "real"])
def listing(request: pytest.FixtureRequest, client: Any) -> Listing:
    return MemoryReportListing() if request.param == "fake" else DynamoReportListing(Table(client, "listings"))


def entry(report_id: str = "R1", ordinal: int = 1, *, held: bool = False, **changes: Any) -> ReportEntry:
    wanted: dict[str, Any] = {
        "distributor_id": "D1", "report_id": report_id, "status": "posted", "stamp": "2024-05-05T10:00:00Z#01",
        "received_on": date(2024, 5, 5), "ordinal": ordinal,
        "held": {ReasonCode.UNKNOWN_SKU: ReasonLine(lines=1, what_to_do="record it")} if held else {},
    } | changes  # fmt: skip
    return ReportEntry(**wanted)


def names(entries: Any) -> list[str]:
    return [one.report_id for one in entries]


def pages(read: Callable[[str | None], Any]) -> list[str]:
    found: list[str] = []
    after: str | None = None
    while True:
        page = read(after)
        found += names(page.entries)
        after = page.after
        if after is None:
            return found


def test_the_first_upload_of_a_report_is_kept_for_ever(listing: Listing) -> None:
    first = FirstUpload(stamp="2024-05-05T10:00:00Z#01", on=date(2024, 5, 5))
    later = FirstUpload(stamp="2024-05-06T10:00:00Z#01", on=date(2024, 5, 6))
    assert [listing.first_upload("D1", "R1", one) for one in (first, later)] == [first, first]
    assert listing.first_upload("D1", "R2", later) == later
    assert listing.first_upload("D2", "R1", later) == later


@pytest.mark.parametrize(("ordinal", "stands"), [(4, False), (5, True), (6, True)])
def test_an_entry_is_replaced_by_one_as_new_or_newer_and_its_held_lines_with_it(
    listing: Listing, ordinal: int, stands: bool
) -> None:
    assert listing.save(entry(ordinal=5, held=True))
    assert listing.save(entry(ordinal=ordinal, lines=7)) is stands
    (found,) = listing.reports("D1", None, 10).entries
    assert found.lines == (7 if stands else 0)
    assert names(listing.held(None, None, 10).entries) == ([] if stands else ["R1"])


def test_an_older_entry_does_not_bring_back_held_lines_that_are_mended(listing: Listing) -> None:
    listing.save(entry(ordinal=5))
    assert listing.save(entry(ordinal=4, held=True)) is False
    assert listing.held(None, None, 10).entries == []


def test_the_same_entry_again_changes_nothing(listing: Listing) -> None:
    assert [listing.save(entry(held=True)) for _ in range(2)] == [True, True]
    assert names(listing.held(None, None, 10).entries) == ["R1"]


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_reports_come_the_one_received_last_first_and_held_ones_by_name(listing: Listing, limit: int) -> None:
    days = {"R1": 5, "R2": 7, "R3": 6}
    for name, number in days.items():
        listing.save(entry(name, held=True, received_on=date(2024, 5, number)))
    listing.save(entry("R9", distributor_id="D2", held=True))
    assert pages(lambda after: listing.reports("D1", after, limit)) == ["R2", "R3", "R1"]
    assert pages(lambda after: listing.reports(None, after, limit)) == ["R2", "R3", "R9", "R1"]
    assert pages(lambda after: listing.held(None, after, limit)) == ["R1", "R2", "R3", "R9"]
    assert pages(lambda after: listing.held("D2", after, limit)) == ["R9"]
    assert pages(lambda after: listing.held("D", after, limit)) == []


def test_of_one_day_the_moment_of_the_upload_decides_then_the_name(listing: Listing) -> None:
    for name, stamp in (
        ("B", "2024-05-05T10:00:00Z#02"),
        ("C", "2024-05-05T10:00:00Z#01"),
        ("A", "2024-05-05T10:00:00Z#02"),
    ):
        listing.save(entry(name, stamp=stamp))
    assert names(listing.received_between("D1", date(2024, 5, 5), date(2024, 5, 5))) == ["C", "A", "B"]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2024-05-04", "2024-05-06", ["R1", "R2"]), ("2024-05-05", "2024-05-07", ["R1", "R2"]),
        ("2024-05-06", "2024-05-06", ["R2"]), ("2024-05-01", "2024-05-05", ["R1"]), ("2024-05-01", "2024-05-04", []),
    ],
)  # fmt: skip
def test_reports_received_between_two_days_are_those_of_the_days_themselves_too(
    listing: Listing, first: str, last: str, found: list[str]
) -> None:
    listing.save(entry("R1"))
    listing.save(entry("R2", received_on=date(2024, 5, 6)))
    assert names(listing.received_between("D1", date.fromisoformat(first), date.fromisoformat(last))) == found


def test_the_first_report_is_the_one_received_first(listing: Listing) -> None:
    assert listing.first_report("D1") is None
    for number in (7, 5, 6):
        listing.save(entry(f"R{number}", received_on=date(2024, 5, number)))
    first = listing.first_report("D1")
    assert first is not None
    assert first.report_id == "R5"


@pytest.mark.catalogue("F31")
def test_somebody_elses_transaction_is_waited_for(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [(transaction.CONFLICT, None), None]
    monkeypatch.setattr("partner_program.adapters.report_listing.put_across", lambda *_: answers.pop(0))
    assert DynamoReportListing(Table(client, "listings")).save(entry())
    assert answers == []


# -- the results bucket


@pytest.fixture
def results() -> Iterator[Any]:
    with mock_aws():
        s3: Any = boto3.client("s3", region_name="eu-central-1")
        s3.create_bucket(Bucket="results", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        s3.put_object(Bucket="results", Key="a.csv", Body=b"one\r\ntwo\r\nthree\r\n")
        yield s3


@pytest.mark.parametrize(("start", "rest"), [(0, b"one\r\ntwo\r\nthree\r\n"), (5, b"two\r\nthree\r\n"), (16, b"\n")])
def test_a_result_is_read_from_any_byte_on(results: Any, start: int, rest: bytes) -> None:
    part = S3Objects(results, "results").open_result_at("a.csv", start)
    assert (part.stream.read(), part.size) == (rest, 17)


def test_the_etag_that_is_told_opens_the_same_content_and_no_other(results: Any) -> None:
    objects = S3Objects(results, "results")
    etag = objects.open_result_at("a.csv", 0).etag
    assert objects.open_result_at("a.csv", 5, etag).stream.readline() == b"two\r\n"
    results.put_object(Bucket="results", Key="a.csv", Body=b"other")
    with pytest.raises(VersionConflict):
        objects.open_result_at("a.csv", 5, etag)


def test_a_result_that_does_not_exist_is_not_found(results: Any) -> None:
    with pytest.raises(NotFound):
        S3Objects(results, "results").open_result_at("b.csv", 0)
