"""Uploads are read by version and through broken connections; results are written and read back."""

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws
from urllib3.exceptions import ProtocolError

from partner_program.adapters.objects import BrokenRead, S3Objects
from partner_program.use_cases.ports import ObjectRef
from tests.fakes.pos_world import World, line, outcomes

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        made: Any = boto3.client("s3", region_name="eu-central-1")
        for bucket in ("uploads", "results"):
            made.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
            made.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        yield made


def upload(client: Any, body: bytes, key: str = "pos/D1/R1.csv") -> ObjectRef:
    version = client.put_object(Bucket="uploads", Key=key, Body=body)["VersionId"]
    return ObjectRef("uploads", key, version, "s")


@pytest.mark.catalogue("F04")
def test_an_overwritten_object_is_still_read_as_it_was_announced(client: Any) -> None:
    objects = S3Objects(client, "results")
    first = upload(client, b"first")
    second = upload(client, b"the second")
    assert (objects.open(first).read(), objects.size(first)) == (b"first", 5)
    assert (objects.open(second).read(), objects.size(second)) == (b"the second", 10)


@pytest.mark.catalogue("F05")
def test_a_version_that_is_gone_has_no_size(client: Any) -> None:
    objects = S3Objects(client, "results")
    ref = upload(client, b"x")
    client.delete_object(Bucket="uploads", Key=ref.key, VersionId=ref.version_id)
    assert objects.size(ref) is None
    assert objects.size(ObjectRef("uploads", "never", ref.version_id, "s")) is None


def test_an_empty_object_is_read_as_nothing(client: Any) -> None:
    objects = S3Objects(client, "results")
    ref = upload(client, b"")
    assert (objects.size(ref), objects.open(ref).read()) == (0, b"")


def test_results_come_back_from_bytes_and_from_a_stream(client: Any) -> None:
    objects = S3Objects(client, "results")
    objects.put_result("a", b"one", "text/csv")
    objects.put_result("b", io.BytesIO(b"two"), "text/csv")
    assert [objects.open_result(key).read() for key in "ab"] == [b"one", b"two"]
    assert client.head_object(Bucket="results", Key="a")["ContentType"] == "text/csv"


class Breaking:
    """A client whose bodies break, or just end, after some bytes; remembers the ranges it was asked for."""

    def __init__(self, client: Any, after: int, error: Exception | None) -> None:
        self.client, self.after, self.error = client, after, error
        self.ranges: list[tuple[str | None, str | None]] = []

    def get_object(self, **request: Any) -> Any:
        self.ranges.append((request.get("Range"), request.get("IfMatch")))
        answer = self.client.get_object(**request)
        return {**answer, "Body": BreakingBody(answer["Body"], self.after, self.error)}


class BreakingBody:
    def __init__(self, body: Any, left: int, error: Exception | None) -> None:
        self.body, self.left, self.error = body, left, error

    def read(self, size: int) -> bytes:
        if self.left == 0:
            if self.error:
                raise self.error
            return b""
        chunk: bytes = self.body.read(min(size, self.left))
        self.left -= len(chunk)
        return chunk

    def close(self) -> None:
        self.body.close()


@pytest.mark.catalogue("F13")
@pytest.mark.parametrize(
    "error", [ProtocolError("reset"), ReadTimeoutError(endpoint_url="s3"), ConnectionResetError(), None],
    ids=["protocol", "timeout", "reset", "ends early"],
)  # fmt: skip
def test_a_broken_stream_goes_on_at_the_byte_where_it_broke(client: Any, error: Exception | None) -> None:
    ref = upload(client, CONTENT)
    breaking: Any = Breaking(client, 100_000, error)
    assert S3Objects(breaking, "results").open(ref).read() == CONTENT
    etag = client.head_object(Bucket="uploads", Key=ref.key)["ETag"]
    assert breaking.ranges == [(None, None), ("bytes=100000-", etag), ("bytes=200000-", etag)]


@pytest.mark.catalogue("F13")
def test_a_stream_that_never_gives_another_byte_is_given_up_for_the_queue_to_repeat(client: Any) -> None:
    ref = upload(client, CONTENT)
    breaking: Any = Breaking(client, 0, ProtocolError("reset"))
    with pytest.raises(BrokenRead):
        S3Objects(breaking, "results").open(ref).read()


def test_a_report_is_ingested_from_and_into_real_buckets(client: Any) -> None:
    world = World()
    world.objects = S3Objects(client, "results")  # type: ignore[assignment]  # the real one in the fake's place
    body = b"\r\n".join([b",".join(name.encode() for name in line()), b",".join(v.encode() for v in line().values())])
    result = world.ingest()(upload(client, body), lambda: 900_000)
    assert outcomes(result) == {"posted": 1}
    receipt = client.get_object(Bucket="results", Key="pos/D1/R1/receipt.json")
    assert receipt["ContentType"] == "application/json"
    assert json.loads(receipt["Body"].read())["status"] == "posted"
