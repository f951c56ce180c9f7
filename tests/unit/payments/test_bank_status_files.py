"""Bank status files as uploaded: keys, refusals, receipts."""

import hashlib
import json
import xml.etree.ElementTree as ET
from datetime import date
from typing import Any

import pytest

from local.bank import status_report, transfers_of
from partner_program.adapters.bank_status_files import READERS
from partner_program.adapters.pain001 import pain001
from partner_program.domain.payments.bank_status import StatusCode, what_to_do
from partner_program.domain.payments.batch import BatchStatus
from partner_program.domain.payments.payout import PayoutState
from partner_program.domain.payments.people import Actor, NotAllowed, Role
from partner_program.use_cases.book_bank_status import ReleaseUnfinished
from partner_program.use_cases.ingest_bank_status import IngestBankStatus
from partner_program.use_cases.ports import ObjectRef
from tests.fakes.bank_answers import pain002, part, status_csv, transaction
from tests.fakes.payment_batches import DUTCH, GERMAN, account, in_payment, paying, payout
from tests.fakes.payments import FakePaymentBook, place_of
from tests.fakes.reports import UPLOADS, MemoryObjects

TODAY = date(2024, 11, 18)
KEY = "bank-status/answer-1.xml"


class World:
    """A released batch of one payment, and the ingestion of its answers."""

    def __init__(self) -> None:
        self.objects, self.book = MemoryObjects(), FakePaymentBook()
        self.payout = payout()
        self.batch, self.accounts = paying((self.payout, account(DUTCH)), status=BatchStatus.RELEASED)
        for one in (self.batch, in_payment(self.payout, self.batch.batch_id)):
            self.book.items[place_of(one)] = one
        self.sound = pain002(part(transaction(self.payout.end_to_end_id, settled="2024-11-17")))

    def ingest(self, ref: ObjectRef, **changes: Any) -> Any:
        wired: dict[str, Any] = {
            "objects": self.objects, "readers": READERS, "book": self.book, "uploads_bucket": UPLOADS,
        }  # fmt: skip
        return IngestBankStatus(**(wired | changes))(ref, TODAY)

    def take(self, body: bytes, key: str = KEY, **changes: Any) -> Any:
        return self.ingest(self.objects.upload(key, body), **changes)

    def state(self) -> PayoutState:
        found = self.book.payout("P0001-DE", self.payout.period)
        assert found
        return found.state


def test_a_file_is_booked_and_its_receipt_lies_under_its_name() -> None:
    world = World()
    result = world.take(world.sound)
    assert (result.status, result.name, world.state()) == ("posted", "answer-1", PayoutState.PAID)
    assert list(world.objects.results) == ["bank-status/answer-1/receipt.json"]
    receipt = json.loads(world.objects.results["bank-status/answer-1/receipt.json"])
    assert receipt == json.loads(result.receipt.model_dump_json())
    assert receipt["outcomes"] == {"booked": 1, "repeated": 0, "pending": 0, "refused": 0}
    assert (receipt["booked"], receipt["rows"], receipt["processed_on"]) == ({"paid": 1}, 1, "2024-11-18")
    assert (receipt["object_key"], receipt["object_version"]) == (KEY, "v1")
    assert receipt["results"][0] == {
        "position": 1, "outcome": "booked", "batch_id": "20241114-EUR-01", "reason": "",
        "end_to_end_id": world.payout.end_to_end_id, "payout": "P0001-DE 2024Q3", "answer": "paid",
        "booked_on": "2024-11-17", "code": None, "message": "", "what_to_do": "",
    }  # fmt: skip


@pytest.mark.catalogue("F42")
def test_an_answer_that_comes_before_its_release_is_finished_goes_back_to_the_queue() -> None:
    world = World()
    world.book.items[place_of(world.batch)] = world.batch.model_copy(update={"status": BatchStatus.RELEASING})
    ref = world.objects.upload(KEY, world.sound)
    with pytest.raises(ReleaseUnfinished):
        world.ingest(ref)
    assert (world.objects.results, world.state()) == ({}, PayoutState.IN_PAYMENT)
    world.book.items[place_of(world.batch)] = world.batch
    assert (world.ingest(ref).status, world.state()) == ("posted", PayoutState.PAID)


def test_the_audit_log_names_the_file_and_its_version() -> None:
    world = World()
    world.take(world.sound)
    assert [entry.act.details["file"] for entry in world.book.entries] == [f"{KEY} v1"]


def test_the_same_file_as_csv_does_the_same() -> None:
    world = World()
    row = {"batch_id": "20241114-EUR-01", "end_to_end_id": world.payout.end_to_end_id, "status": "paid"}
    result = world.take(status_csv(row), "bank-status/by.hand.csv")
    assert (result.name, world.state()) == ("by.hand", PayoutState.PAID)


def test_our_payment_file_answered_by_the_runners_bank_is_booked_payment_by_payment() -> None:
    """Two programs that know the formats and not each other: what one writes, the other reads, both ways."""
    world = World()
    order = ET.fromstring(pain001(world.batch, world.accounts, account(GERMAN, "Vendor")))  # noqa: S314  # our own
    transfers = list(transfers_of(order))
    codes = {one.end_to_end_id: "AC04" for one in transfers}
    answer = status_report(world.batch.batch_id, "pain.001.001.09", transfers, codes, date(2024, 11, 16))
    (result,) = world.take(answer).receipt.results
    assert (result.outcome, result.answer, result.reason) == ("booked", "rejected", "AC04")
    assert (result.booked_on, world.state()) == (date(2024, 11, 16), PayoutState.REJECTED)


@pytest.mark.catalogue("F01")
def test_a_file_that_comes_twice_changes_nothing_and_says_so() -> None:
    world = World()
    world.take(world.sound)
    before = dict(world.book.items)
    again = world.take(world.sound, "bank-status/again.xml")
    assert (again.receipt.outcomes["repeated"], world.book.items, len(world.book.entries)) == (1, before, 1)


REFUSED_KEYS = [
    "bank-status/x.txt", "bank-status/x.XML", "bank-status/x", "bank-status/.xml", "bank-status/../x.xml",
    "bank-status/..xml.xml/y.csv", "bank-status/...xml", "/bank-status/x.xml", "bank-status/a/b.xml", "x.xml", "",
    "bank-status/x.xml\n", "bank-status/" + "a" * 65 + ".csv", "bank-status/ä.xml", "records/x.csv",
]  # fmt: skip


@pytest.mark.parametrize("key", REFUSED_KEYS)
@pytest.mark.catalogue("B54")
def test_a_key_that_is_not_exactly_one_of_ours_is_quarantined_under_its_hash(key: str) -> None:
    world = World()
    result = world.take(world.sound, key)
    assert (result.status, result.name, result.receipt.refusal) == ("refused", None, "KEY_NOT_ALLOWED")
    assert list(world.objects.results) == [f"refused/{hashlib.sha256(key.encode()).hexdigest()}/receipt.json"]
    assert (world.objects.opened, world.state()) == (0, PayoutState.IN_PAYMENT)


@pytest.mark.parametrize("name", ["a", "a" * 64, "2024-11-18_bank.1", "a.xml", "a..b"])
def test_a_name_is_an_id(name: str) -> None:
    world = World()
    assert world.take(world.sound, f"bank-status/{name}.xml").name == name


@pytest.mark.catalogue("B56")
def test_an_event_of_another_bucket_is_refused_unread() -> None:
    world = World()
    result = world.ingest(world.objects.upload(KEY, world.sound, bucket="elsewhere"))
    assert (result.receipt.refusal, world.objects.opened) == ("FOREIGN_BUCKET", 0)


@pytest.mark.catalogue("F04")
def test_exactly_the_version_of_the_event_is_read() -> None:
    world = World()
    first = world.objects.upload(KEY, pain002(part(transaction(world.payout.end_to_end_id, "ACSP"))))
    world.objects.upload(KEY, world.sound)
    assert (world.ingest(first).receipt.outcomes["pending"], world.state()) == (1, PayoutState.IN_PAYMENT)
    assert world.ingest(ObjectRef(UPLOADS, KEY, "", "s")).receipt.refusal == "NO_VERSION"


@pytest.mark.catalogue("F05")
def test_an_object_that_is_gone_is_missing() -> None:
    world = World()
    result = world.ingest(ObjectRef(UPLOADS, KEY, "v9", "s"))
    assert (result.receipt.refusal, result.name) == ("MISSING", "answer-1")
    assert json.loads(world.objects.results["bank-status/answer-1/receipt.json"])["refusal"] == "MISSING"


@pytest.mark.catalogue("B58")
def test_a_file_over_the_limit_is_refused_unread_and_one_at_it_is_taken() -> None:
    world = World()
    size = len(world.sound)
    assert world.take(world.sound, most_bytes=size - 1).receipt.refusal == "TOO_LARGE"
    assert (world.objects.opened, world.state()) == (0, PayoutState.IN_PAYMENT)
    assert world.take(world.sound, most_bytes=size).status == "posted"


def test_a_file_that_cannot_be_trusted_is_refused_with_one_reason_and_what_to_do() -> None:
    world = World()
    receipt = world.take(b"<Document/>").receipt
    assert (receipt.status, receipt.refusal, receipt.rows, receipt.results) == ("refused", "UNKNOWN_MESSAGE", 0, ())
    assert receipt.what_to_do == what_to_do(StatusCode.UNKNOWN_MESSAGE)
    assert world.take(status_csv(), KEY).receipt.refusal == "NOT_XML"


def test_every_code_says_what_to_do() -> None:
    assert all(what_to_do(code).endswith((".", "-")) for code in StatusCode)


def test_only_finance_and_the_engine_book_what_a_bank_says() -> None:
    world = World()
    for role in (Role.PARTNER, Role.CHANNEL, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            world.take(world.sound, by=Actor(person="N. Obody", role=role))
    assert world.state() is PayoutState.IN_PAYMENT
    assert world.take(world.sound, by=Actor(person="F. Inance", role=Role.FINANCE)).status == "posted"
