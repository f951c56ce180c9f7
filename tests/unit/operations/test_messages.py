import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.adapters.messages import SEND_TRIES, NotSent, SqsInbox, SqsMessages
from partner_program.values.errors import ProgramError

URL = "https://sqs/queue"


class Sqs:
    """SQS that leaves some entries of a batch, as it may; `refusals` counts down for each message."""

    def __init__(self, refusals: int = 0) -> None:
        self.taken: list[str] = []
        self.batches: list[int] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._refusals = refusals

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803  # AWS's
        self.batches.append(len(Entries))
        refused, taken = (Entries[::2], Entries[1::2]) if self._refusals else ([], Entries)
        self._refusals = max(0, self._refusals - 1)
        self.taken += [entry["MessageBody"] for entry in taken]
        failed = [{"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"} for entry in refused]
        return {"Successful": [{"Id": entry["Id"]} for entry in taken], "Failed": failed}

    def send_message(self, **request: Any) -> None:
        self.calls.append(("send_message", request))

    def change_message_visibility(self, **request: Any) -> None:
        self.calls.append(("change_message_visibility", request))


def tasks(count: int) -> list[dict[str, str]]:
    return [{"account_id": f"P{number:04d}-DE"} for number in range(count)]


@given(count=st.integers(0, 45), refusals=st.integers(0, SEND_TRIES - 1))
def test_every_task_is_sent_once_in_batches_of_at_most_ten_whatever_sqs_leaves(count: int, refusals: int) -> None:
    sqs: Any = Sqs(refusals)
    assert SqsMessages(sqs, statement_queue_url=URL).send_statement_tasks(iter(tasks(count))) == count
    assert sorted(sqs.taken) == sorted(json.dumps(task) for task in tasks(count))
    assert all(1 <= size <= 10 for size in sqs.batches)


@pytest.mark.catalogue("F34")
def test_messages_that_sqs_never_takes_are_an_error_and_never_counted_as_sent() -> None:
    with pytest.raises(NotSent, match="1 messages were refused 5 times"):
        SqsMessages(Sqs(refusals=99), statement_queue_url=URL).send_statement_tasks(tasks(3))  # type: ignore[arg-type]  # a fake


@pytest.mark.parametrize(("method", "verb"), [("reprocess_report", "reprocess"), ("resume_report", "resume")])
def test_a_report_is_asked_for_on_the_sales_queue(method: str, verb: str) -> None:
    sqs: Any = Sqs()
    getattr(SqsMessages(sqs, sales_queue_url=URL), method)("D-NORD", "2024-02")
    ((_, request),) = sqs.calls
    assert request["QueueUrl"] == URL
    assert json.loads(request["MessageBody"]) == {verb: {"distributor_id": "D-NORD", "report_id": "2024-02"}}


def test_a_function_cannot_write_to_a_queue_that_it_was_not_given() -> None:
    sqs: Any = Sqs()
    with pytest.raises(ProgramError, match="no sales queue"):
        SqsMessages(sqs, statement_queue_url=URL).reprocess_report("D-NORD", "2024-02")
    with pytest.raises(ProgramError, match="no statement queue"):
        SqsMessages(sqs, sales_queue_url=URL).send_statement_tasks(tasks(1))
    assert sqs.calls == []


def test_a_message_set_aside_keeps_its_body_and_carries_the_reason() -> None:
    sqs: Any = Sqs()
    SqsInbox(sqs, URL, URL + "-dead").set_aside("{not json", "UNREADABLE_MESSAGE")
    ((name, request),) = sqs.calls
    assert (name, request["QueueUrl"], request["MessageBody"]) == ("send_message", URL + "-dead", "{not json")
    assert request["MessageAttributes"]["reason"]["StringValue"] == "UNREADABLE_MESSAGE"
