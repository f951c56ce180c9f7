"""A payment file is written once: on S3 (moto) as in memory."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from partner_program.adapters.payment_files_store import S3PaymentFiles
from partner_program.adapters.table import Unavailable
from partner_program.use_cases.payment_ports import OtherFileStands, PaymentFiles
from tests.fakes.payments import FakePaymentFiles

KEY = "payments/B1/pain.001.xml"
XML = "application/xml"


class World(NamedTuple):
    files: PaymentFiles
    client: Any

    def standing(self, key: str = KEY) -> bytes:
        if isinstance(self.files, FakePaymentFiles):
            return self.files.files[key]
        return bytes(self.client.get_object(Bucket="results", Key=key)["Body"].read())

    def content_type(self) -> str:
        if isinstance(self.files, FakePaymentFiles):
            return self.files.content_types[KEY]
        return str(self.client.head_object(Bucket="results", Key=KEY)["ContentType"])


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        made: Any = boto3.client("s3", region_name="eu-central-1")
        made.create_bucket(Bucket="results", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        made.put_bucket_versioning(Bucket="results", VersioningConfiguration={"Status": "Enabled"})
        yield made


@pytest.fixture(params=["in memory", "on S3"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "in memory":
        return World(FakePaymentFiles(), None)
    client = request.getfixturevalue("client")
    return World(S3PaymentFiles(client, "results"), client)


@pytest.mark.parametrize("body", [b"<Document/>", b"", bytes(range(256)) * 10_000])
def test_a_file_is_written_and_written_again_it_stays(world: World, body: bytes) -> None:
    for _ in range(2):
        world.files.write_once(KEY, body, XML)
        assert (world.standing(), world.content_type()) == (body, XML)


@pytest.mark.catalogue("F42")
@pytest.mark.catalogue("F45")
@pytest.mark.parametrize("other", [b"<Document>2</Document>", b"<Document>1</Document> ", b"<Document>1", b""])
def test_another_file_never_takes_the_place_of_one_that_stands(world: World, other: bytes) -> None:
    world.files.write_once(KEY, b"<Document>1</Document>", XML)
    with pytest.raises(OtherFileStands, match=KEY):
        world.files.write_once(KEY, other, XML)
    assert world.standing() == b"<Document>1</Document>"


def test_files_of_other_keys_are_other_files(world: World) -> None:
    for number in range(3):
        world.files.write_once(f"payments/B{number}/payments.csv", b"%d" % number, "text/csv")
    assert [world.standing(f"payments/B{number}/payments.csv") for number in range(3)] == [b"0", b"1", b"2"]


def test_a_file_that_stands_has_one_version(client: Any) -> None:
    files = S3PaymentFiles(client, "results")
    for _ in range(3):
        files.write_once(KEY, b"1", XML)
    assert len(client.list_object_versions(Bucket="results")["Versions"]) == 1


# -- what S3 answers


class Answers:
    """A client whose puts fail as told before they are let through; `late` puts and fails all the same."""

    def __init__(self, client: Any, *codes: str, late: bool = False) -> None:
        self._client = client
        self._codes = list(codes)
        self._late = late
        self.puts = 0

    def put_object(self, **request: Any) -> Any:
        self.puts += 1
        if self._codes:
            if self._late:
                self._client.put_object(**request)
            raise ClientError({"Error": {"Code": self._codes.pop(0), "Message": ""}}, "PutObject")
        return self._client.put_object(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def files_on(client: Any) -> S3PaymentFiles:
    return S3PaymentFiles(client, "results")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr("partner_program.adapters.payment_files_store.time.sleep", found.append)
    return found


@pytest.mark.catalogue("F45")
@pytest.mark.parametrize("tries", [1, 9])
def test_where_two_write_at_the_same_moment_it_is_tried_again(client: Any, pauses: list[float], tries: int) -> None:
    racing = Answers(client, *["ConditionalRequestConflict"] * tries)
    files_on(racing).write_once(KEY, b"1", XML)
    assert (racing.puts, len(pauses)) == (tries + 1, tries)
    assert client.get_object(Bucket="results", Key=KEY)["Body"].read() == b"1"


def test_but_not_for_ever(client: Any, pauses: list[float]) -> None:
    with pytest.raises(Unavailable, match=KEY):
        files_on(Answers(client, *["ConditionalRequestConflict"] * 10)).write_once(KEY, b"1", XML)
    assert "Contents" not in client.list_objects_v2(Bucket="results")


@pytest.mark.catalogue("F45")
@pytest.mark.parametrize(("rivals", "refused"), [(b"1", False), (b"2", True)])
def test_who_loses_the_race_compares(client: Any, pauses: list[float], rivals: bytes, refused: bool) -> None:
    class Racing(Answers):
        def put_object(self, **request: Any) -> Any:
            if self.puts == 1:
                client.put_object(Bucket="results", Key=KEY, Body=rivals)
            return super().put_object(**request)

    files = files_on(Racing(client, "ConditionalRequestConflict"))
    if refused:
        with pytest.raises(OtherFileStands):
            files.write_once(KEY, b"1", XML)
    else:
        files.write_once(KEY, b"1", XML)
    assert client.get_object(Bucket="results", Key=KEY)["Body"].read() == rivals


@pytest.mark.catalogue("F28")
def test_a_write_whose_answer_was_lost_finds_itself(client: Any) -> None:
    lost = Answers(client, "RequestTimeout", late=True)
    files = files_on(lost)
    with pytest.raises(ClientError, match="RequestTimeout"):
        files.write_once(KEY, b"1", XML)
    files.write_once(KEY, b"1", XML)
    assert len(client.list_object_versions(Bucket="results")["Versions"]) == 1


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchBucket", "SlowDown"])
def test_any_other_answer_flies_at_once(client: Any, pauses: list[float], code: str) -> None:
    refusing = Answers(client, code)
    with pytest.raises(ClientError, match=code):
        files_on(refusing).write_once(KEY, b"1", XML)
    assert (refusing.puts, pauses) == (1, [])
