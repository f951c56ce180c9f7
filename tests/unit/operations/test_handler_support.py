import io
import json
import logging
from typing import Any

import pytest
from aws_lambda_powertools.metrics import Metrics
from hypothesis import given
from hypothesis import strategies as st

from partner_program import handler_support
from partner_program.handler_support import (
    BadMessage,
    ReportTask,
    process_batch,
    read_message,
    read_report_task,
    read_upload,
    retry_delay_s,
)
from tests.deployed.world import Context, trigger

BUCKET, ACCOUNT = "partner-program-uploads-bucket", "123456789012"


def upload_event(**changes: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(trigger("sales_upload", "pos_report")["Records"][0]["body"])
    return event | changes


def upload_object(event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    event["detail"]["object"] |= changes
    return event


@pytest.mark.catalogue("B53")
@pytest.mark.parametrize("key", ["pos/D/a+b.csv", "pos/D/a%2Fb.csv", "pos/D/%252F.csv", "pos/D/ä é.csv", "../x", "/x"])
def test_the_key_of_an_event_is_taken_as_it_stands(key: str) -> None:
    assert read_upload(upload_object(upload_event(), key=key), BUCKET, ACCOUNT).key == key


def test_an_upload_is_named_by_bucket_key_version_and_a_stamp() -> None:
    ref = read_upload(upload_event(), BUCKET, ACCOUNT)
    assert (ref.bucket, ref.key) == (BUCKET, "pos/D-NORD/2024-02.csv")
    assert ref.version_id == "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH"
    assert ref.stamp == "2024-03-15T10:00:00Z#00617F08299329D18900000000000000"


@pytest.mark.catalogue("F03")
@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (("2024-03-15T10:00:00Z", "0055AED6DCD90281E5"), ("2024-03-15T10:00:00Z", "0055AED6DCD90281E6")),
        (("2024-03-15T10:00:00Z", "0055AED6DCD90281"), ("2024-03-15T10:00:00Z", "0055AED6DCD90281E5")),
        (("2024-03-15T10:00:00Z", "FF"), ("2024-03-15T10:00:01Z", "00")),
        (("2024-03-15T10:00:00.999Z", "00"), ("2024-03-15T10:00:00Z", "01")),
        (("2024-03-15T10:00:00Z", "0a"), ("2024-03-15T10:00:00Z", "0B")),
    ],
)
def test_stamps_order_events_by_the_second_and_then_by_the_padded_sequencer(
    earlier: tuple[str, str], later: tuple[str, str]
) -> None:
    stamps = [
        read_upload(upload_object(upload_event(time=time), sequencer=sequencer), BUCKET, ACCOUNT).stamp
        for time, sequencer in (earlier, later)
    ]
    assert stamps[0] < stamps[1]


@pytest.mark.catalogue("B57")
@pytest.mark.parametrize("body", ["", "{", "null", "[]", "1", '"text"', "NaN", "[" * 100_000, "\x00"])
def test_a_body_that_is_no_json_object_is_unreadable(body: str) -> None:
    with pytest.raises(BadMessage) as raised:
        read_message(body)
    assert raised.value.reason == "UNREADABLE_MESSAGE"


@pytest.mark.catalogue("B57")
@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["source", "detail", "version", "bucket", "object", "key", "x"]), inner)
        ),
        max_leaves=8,
    )
)
def test_whatever_json_arrives_is_read_or_refused_but_never_an_error(value: Any) -> None:
    message = {"source": "aws.s3", "detail-type": "Object Created", "version": "0", "detail": value}
    with pytest.raises(BadMessage):
        read_upload(message, BUCKET, ACCOUNT)


@pytest.mark.parametrize("verb", ["reprocess", "resume"])
def test_a_message_about_a_known_report_says_whether_to_begin_afresh(verb: str) -> None:
    message = {verb: {"distributor_id": "D-NORD", "report_id": "2024-02"}}
    assert read_report_task(message) == ReportTask("D-NORD", "2024-02", afresh=verb == "reprocess")


@pytest.mark.catalogue("B49")
@pytest.mark.parametrize(
    "named",
    [None, "D", [], {}, {"distributor_id": "D"}, {"distributor_id": "D", "report_id": 7},
     {"distributor_id": "D#1", "report_id": "r"}, {"distributor_id": "D", "report_id": "r/../x"}],
)  # fmt: skip
def test_a_message_about_a_report_needs_two_ids(named: Any) -> None:
    with pytest.raises(BadMessage) as raised:
        read_report_task({"reprocess": named})
    assert raised.value.reason == "UNKNOWN_MESSAGE"


def test_any_other_message_is_not_about_a_report() -> None:
    assert read_report_task(upload_event()) is None


def test_failures_come_back_after_15_s_then_ever_later_up_to_an_hour() -> None:
    assert [retry_delay_s(received) for received in range(1, 8)] == [15, 60, 240, 960, 3600, 3600, 3600]


class Inbox:
    def __init__(self, *, broken: bool = False) -> None:
        self.aside: list[tuple[str, str]] = []
        self.later: list[tuple[str, int]] = []
        self._broken = broken

    def set_aside(self, body: str, reason: str) -> None:
        if self._broken:
            raise RuntimeError("the queue is away")
        self.aside.append((body, reason))

    def retry_after(self, receipt_handle: str, delay_s: int) -> None:
        if self._broken:
            raise RuntimeError("the queue is away")
        self.later.append((receipt_handle, delay_s))


def record(name: str, body: str = "{}", received: int = 1) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": str(received)}
    return {"messageId": name, "receiptHandle": f"handle-{name}", "body": body, "attributes": attributes}


def failures(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.mark.catalogue("F16")
@pytest.mark.catalogue("F17")
def test_the_answer_names_exactly_the_messages_that_failed() -> None:
    def handle(message: dict[str, Any]) -> None:
        if message.get("fails"):
            raise RuntimeError("away")

    inbox = Inbox()
    batch = [record("a"), record("b", '{"fails": 1}', received=3), record("c", "not json"), record("d")]
    assert failures(process_batch(batch, inbox, Context(), Metrics(), handle)) == ["b"]
    assert inbox.later == [("handle-b", 240)]
    assert inbox.aside == [("not json", "UNREADABLE_MESSAGE")]


def test_a_bad_message_that_cannot_be_set_aside_comes_back() -> None:
    inbox = Inbox(broken=True)
    answer = process_batch([record("a", "not json"), record("b")], inbox, Context(), Metrics(), lambda _: None)
    assert failures(answer) == ["a"]


@pytest.mark.catalogue("F18")
@pytest.mark.parametrize(("remaining_ms", "expected"), [(19_999, ["b", "c"]), (20_000, [])])
def test_the_first_message_is_always_begun_and_no_other_without_time(remaining_ms: int, expected: list[str]) -> None:
    handled: list[str] = []
    inbox = Inbox()
    batch = [record(name, json.dumps({"name": name})) for name in "abc"]
    answer = process_batch(
        batch, inbox, Context(remaining_ms=remaining_ms), Metrics(), lambda message: handled.append(message["name"])
    )
    assert failures(answer) == expected
    assert handled == [name for name in "abc" if name not in expected]
    assert inbox.later == [(f"handle-{name}", 0) for name in expected]


@pytest.mark.catalogue("F52")
def test_nothing_of_one_message_is_left_in_the_log_of_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logged = io.StringIO()
    monkeypatch.setattr(handler_support.logger.registered_handler, "stream", logged)
    monkeypatch.setattr(handler_support.logger._logger, "level", logging.INFO)

    def handle(message: dict[str, Any]) -> None:
        with handler_support.logger.append_context_keys(report_id=message["report"]):
            handler_support.logger.info("at work")
            if message["report"] == "first":
                raise RuntimeError("away")

    batch = [record("a", '{"report": "first"}'), record("b", '{"report": "second"}')]
    process_batch(batch, Inbox(), Context(), Metrics(), handle)
    handler_support.logger.info("afterwards")
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [line.get("report_id") for line in lines if line["message"] in ("at work", "afterwards")] == [
        "first",
        "second",
        None,
    ]
