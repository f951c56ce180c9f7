"""Queues: what the engine sends, and the queue that a function takes its own work from."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from partner_program.use_cases.ports import ReviewTask
from partner_program.values.errors import ProgramError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

SEND_BATCH_LIMIT = 10
SEND_TRIES = 5


class NotSent(ProgramError):
    """SQS did not take every message; the caller's work is repeated as a whole."""


class SqsMessages:
    """`Messages` and `ReportMessages` on SQS. A function is given the URLs of just the queues that it writes to."""

    def __init__(
        self,
        client: "SQSClient",
        *,
        sales_queue_url: str | None = None,
        statement_queue_url: str | None = None,
        review_queue_url: str | None = None,
    ) -> None:
        self._client = client
        self._sales_queue_url = sales_queue_url
        self._statement_queue_url = statement_queue_url
        self._review_queue_url = review_queue_url

    def send_statement_tasks(self, tasks: Iterable[dict[str, str]]) -> int:
        """Fan out; how many were sent. Raises `NotSent` unless all were."""
        return self._fan_out(_known(self._statement_queue_url, "statement"), tasks)

    def send_review_tasks(self, tasks: Iterable[ReviewTask]) -> int:
        """Fan out; how many were sent. Raises `NotSent` unless all were."""
        return self._fan_out(_known(self._review_queue_url, "review"), tasks)

    def reprocess_report(self, distributor_id: str, report_id: str) -> None:
        """Ask for a report to be processed again. Asking twice does no harm."""
        self._send_to_sales("reprocess", {"distributor_id": distributor_id, "report_id": report_id})

    def resume_report(self, distributor_id: str, report_id: str) -> None:
        """Hand a report that ran short of time on to the next invocation, which goes on at the next window."""
        self._send_to_sales("resume", {"distributor_id": distributor_id, "report_id": report_id})

    def _send_to_sales(self, verb: str, report: dict[str, str]) -> None:
        url = _known(self._sales_queue_url, "sales")
        self._client.send_message(QueueUrl=url, MessageBody=json.dumps({verb: report}))

    def _fan_out(self, url: str, tasks: Iterable[Mapping[str, object]]) -> int:
        """Ten to a request."""
        sent = 0
        bodies = (json.dumps(task) for task in tasks)
        while batch := list(islice(bodies, SEND_BATCH_LIMIT)):
            self._send_batch(url, batch)
            sent += len(batch)
        return sent

    def _send_batch(self, url: str, bodies: list[str]) -> None:
        """SQS may take some entries of a batch and leave others: those are sent again."""
        pending = dict(_numbered(bodies))
        for _try in range(SEND_TRIES):
            answer = self._client.send_message_batch(QueueUrl=url, Entries=list(pending.values()))
            pending = {failed["Id"]: pending[failed["Id"]] for failed in answer.get("Failed", [])}
            if not pending:
                return
        raise NotSent(f"{len(pending)} messages were refused {SEND_TRIES} times")


def _numbered(bodies: list[str]) -> Iterator[tuple[str, "SendMessageBatchRequestEntryTypeDef"]]:
    for number, body in enumerate(bodies):
        yield str(number), {"Id": str(number), "MessageBody": body}


def _known(url: str | None, queue: str) -> str:
    if url is None:
        raise ProgramError(f"this function has no {queue} queue to write to")
    return url


class SqsInbox:
    """The queue that a function is fed from, and its dead-letter queue."""

    def __init__(self, client: "SQSClient", queue_url: str, dead_letter_queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url
        self._dead_letter_queue_url = dead_letter_queue_url

    def set_aside(self, body: str, reason: str) -> None:
        """Put a message that no retry can help among the dead letters, with the reason (B57)."""
        self._client.send_message(
            QueueUrl=self._dead_letter_queue_url,
            MessageBody=body,
            MessageAttributes={"reason": {"DataType": "String", "StringValue": reason}},
        )

    def retry_after(self, receipt_handle: str, delay_s: int) -> None:
        """Let a failed message come back in so many seconds instead of after the queue's whole visibility timeout."""
        self._client.change_message_visibility(
            QueueUrl=self._queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=delay_s
        )
