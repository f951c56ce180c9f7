"""What the handlers of queues share: messages read strictly, batches in which each message fares on its own.

A message is one of: an S3 event as EventBridge forwards it, `{"reprocess": …}`, `{"resume": …}`, a statement task, a
review task, a notice, or S3's test event. Everything else is set aside at once, with its reason (B57).
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.domain.files.outcomes import Outcome, ReasonCode, Rejection
from partner_program.domain.payments.people import Actor, Role
from partner_program.use_cases.assess_account import Assessed
from partner_program.use_cases.ports import ObjectRef
from partner_program.values.errors import ProgramError
from partner_program.values.ids import is_id

logger = Logger()

TIME_RESERVE_MS = 20_000
"""No further message of a batch is begun with less time left (F18)."""
FIRST_RETRY_S = 15
RETRY_GROWTH = 4
LONGEST_RETRY_S = 3600
"""15 s, 1 min, 4 min, 16 min, then hourly: with the queues' ten tries, over five hours (F55)."""
SEQUENCER_DIGITS = 32
BATCH_ID = re.compile(r"[A-Za-z0-9-]{1,30}")
"""A payment batch; the payment file holds it as its message's id."""
UNREADABLE = "UNREADABLE_MESSAGE"
UNKNOWN_MESSAGE = "UNKNOWN_MESSAGE"
UNSUPPORTED_VERSION = "UNSUPPORTED_VERSION"
UNKNOWN_REPORT = "UNKNOWN_REPORT"
FOREIGN_SOURCE = "FOREIGN_SOURCE"

SECURITY_METRIC = "SecurityRefusal"
"""Alarmed: an upload in another distributor's name, or a message about a bucket that is not ours."""
UNREADABLE_METRIC = "UnreadableUpload"
"""Alarmed: an object that was gone before it was read, or that has no version; nobody but the operator can help."""
FAILED_METRIC = "MessagesFailed"
"""Alarmed: tries that ended in an error; the message comes back, and some errors do not go away by themselves."""


class BadMessage(ProgramError):
    """A message that no retry can help. `reason` travels with it to the dead letters."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class AssessmentFailed(ProgramError):
    """Some accounts of a batch could not be assessed; the others are saved."""


@dataclass(frozen=True, slots=True)
class ReportTask:
    """A known report to be processed afresh (what held it was mended), or further (it had run short of time)."""

    distributor_id: str
    report_id: str
    afresh: bool


class TimeContext(Protocol):
    """As much of Lambda's context object as we use."""

    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda ends this invocation."""
        ...


class Counted(Protocol):
    """Some lines of an upload."""

    @property
    def lines(self) -> int:
        """How many."""
        ...


class Receipt(Protocol):
    """What the receipts of reports and of records have in common."""

    @property
    def outcomes(self) -> Mapping[Outcome, Counted]:
        """Lines by outcome."""
        ...

    @property
    def refusal(self) -> Rejection | None:
        """Why the file was refused whole."""
        ...


class Inbox(Protocol):
    """The queue that a function is fed from."""

    def set_aside(self, body: str, reason: str) -> None:
        """Among the dead letters, for good."""
        ...

    def retry_after(self, receipt_handle: str, delay_s: int) -> None:
        """Have a message come back in so many seconds."""
        ...


def account_of(context: TimeContext) -> str:
    """The AWS account that this function runs in."""
    return context.invoked_function_arn.split(":")[4]


def read_message(body: str) -> dict[str, Any]:
    """The JSON object that a message is. Raises `BadMessage`."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as not_json:
        raise BadMessage(UNREADABLE, "the message is not JSON") from not_json
    if not isinstance(message, dict):
        raise BadMessage(UNREADABLE, "the message is no JSON object")
    return message


def is_test_event(message: Mapping[str, Any]) -> bool:
    """S3 sends one when notifications are set up: nothing to do."""
    return message.get("Event") == "s3:TestEvent"


def read_report_task(message: Mapping[str, Any]) -> ReportTask | None:
    """A message of our own about a known report, if it is one. Raises `BadMessage` for a malformed one."""
    verb = next((verb for verb in ("reprocess", "resume") if verb in message), None)
    if verb is None:
        return None
    named = message[verb] if isinstance(message[verb], dict) else {}
    distributor_id, report_id = named.get("distributor_id"), named.get("report_id")
    if not (_is_id(distributor_id) and _is_id(report_id)):
        raise BadMessage(UNKNOWN_MESSAGE, f"{verb} needs a distributor_id and a report_id")
    return ReportTask(str(distributor_id), str(report_id), afresh=verb == "reprocess")


def _is_id(value: object) -> bool:
    return isinstance(value, str) and is_id(value)


def read_upload(message: Mapping[str, Any], uploads_bucket: str, account: str) -> ObjectRef:
    """The object version that an S3 event of EventBridge names; its key is taken as it stands, never decoded (B53).

    Raises `BadMessage`: not such an event, a later major version of it, another bucket or account (B56, B57).
    A missing version id is left empty for the use case to refuse with a receipt (F04).
    """
    detail = message.get("detail")
    if message.get("source") != "aws.s3" or not isinstance(detail, dict):
        raise BadMessage(UNKNOWN_MESSAGE, "the message is neither an S3 event nor a task of ours")
    if message.get("detail-type") != "Object Created":
        raise BadMessage(UNKNOWN_MESSAGE, "the event is not about a created object")
    if (message.get("version"), detail.get("version")) != ("0", "0"):
        raise BadMessage(UNSUPPORTED_VERSION, "the event has a version that is not known here")
    try:
        bucket, key = str(detail["bucket"]["name"]), str(detail["object"]["key"])
        version_id = str(detail["object"].get("version-id") or "")
        stamp = _stamp(str(message["time"]), str(detail["object"]["sequencer"]))
    except (KeyError, TypeError, AttributeError) as incomplete:
        raise BadMessage(UNKNOWN_MESSAGE, "the event does not name an object") from incomplete
    if bucket != uploads_bucket or message.get("account") != account:
        raise BadMessage(FOREIGN_SOURCE, "the event comes from a bucket or an account that is not ours")
    return ObjectRef(bucket=bucket, key=key, version_id=version_id, stamp=stamp)


def _stamp(time: str, sequencer: str) -> str:
    """Orders events: by the second, then by S3's sequencer, which is compared padded on its right (F03)."""
    return f"{time[:19]}Z#{sequencer.upper().ljust(SEQUENCER_DIGITS, '0')}"


def tell_upload(metrics: Metrics, status: str, receipt: Receipt | None) -> None:
    """What became of an upload, as metrics and one line of the log: counts and codes only, no content of a line.

    A repeated event counts as such and adds no lines (F01); an upload in another distributor's name is a matter of
    security (B55); an object that cannot be read is the operator's (F04, F05).
    """
    metrics.add_metric("DuplicateEvents", MetricUnit.Count, int(status == "unchanged"))
    if receipt is None or status not in ("posted", "refused"):
        logger.info("upload", status=status)
        return
    code = receipt.refusal.code if receipt.refusal else None
    metrics.add_metric("FilesRefused", MetricUnit.Count, int(code is not None))
    if code is ReasonCode.DISTRIBUTOR_MISMATCH:
        metrics.add_metric(SECURITY_METRIC, MetricUnit.Count, 1)
    if code in (ReasonCode.MISSING, ReasonCode.NO_VERSION):
        metrics.add_metric(UNREADABLE_METRIC, MetricUnit.Count, 1)
    counts = {outcome.value: counted.lines for outcome, counted in receipt.outcomes.items()}
    for outcome, lines in counts.items():
        metrics.add_metric(f"Lines{outcome.capitalize()}", MetricUnit.Count, lines)
    logger.info("upload", status=status, refusal=code, lines=counts)


def tell_assessed(metrics: Metrics, result: Assessed) -> None:
    """What became of a batch of accounts, as metrics and log. Raises `AssessmentFailed` if any could not be assessed.

    Raised after the others were saved, so that the whole batch comes back: assessing again changes nothing (F47).
    """
    metrics.add_metric("AccountsAssessed", MetricUnit.Count, len(result.states))
    metrics.add_metric("AccountsFailed", MetricUnit.Count, len(result.failures))
    for account, error in result.failures.items():
        logger.error("account not assessed", account_id=account, exc_info=error)
    if result.failures:
        raise AssessmentFailed(f"{len(result.failures)} of {len(result.states) + len(result.failures)} accounts failed")


def scheduled_time(event: Mapping[str, Any]) -> datetime:
    """The moment for which a schedule fired. Raises `KeyError` or `ValueError` unless it is there, with its zone."""
    scheduled = datetime.fromisoformat(event["scheduled_time"])
    if scheduled.tzinfo is None:
        raise ValueError("the scheduled time has no time zone")
    return scheduled


def read_release(event: Mapping[str, Any]) -> tuple[str, Actor]:
    """The batch that somebody asks to be released, and who asks. Raises `BadMessage`; nobody can ask as the engine."""
    batch_id = event.get("release")
    if set(event) != {"release", "by"} or not (isinstance(batch_id, str) and BATCH_ID.fullmatch(batch_id)):
        raise BadMessage(UNKNOWN_MESSAGE, "a release names a batch (release) and a person (by), and nothing else")
    try:
        by = Actor.model_validate(event["by"])
    except ValueError:
        raise BadMessage(UNKNOWN_MESSAGE, "by needs a person and a role") from None
    if by.role is Role.SYSTEM:
        raise BadMessage(UNKNOWN_MESSAGE, "the engine is asked by its schedule, not by a person")
    return batch_id, by


def refusal(refused: ProgramError) -> dict[str, str]:
    """What a caller is answered instead of a trace: `wrong_state`, `not_allowed` …, with the error's own words."""
    code = re.sub(r"(?<!^)([A-Z])", r"_\1", type(refused).__name__).lower()
    logger.warning("refused", code=code, detail=str(refused))
    return {"refused": code, "message": str(refused)}


def process_batch(
    records: Iterable[Mapping[str, Any]],
    inbox: Inbox,
    context: TimeContext,
    metrics: Metrics,
    handle: Callable[[dict[str, Any]], None],
) -> dict[str, list[dict[str, str]]]:
    """Handle each message of an SQS batch on its own; the answer names those that are to come back (F16, F18).

    A `BadMessage` goes to the dead letters and counts as dealt with. Any other error is logged and leaves the message
    to be redelivered soon, at growing distances, until the queue gives up on it.
    """
    failed: list[dict[str, str]] = []
    for number, record in enumerate(records):
        if number and context.get_remaining_time_in_millis() < TIME_RESERVE_MS:
            _come_back(record, inbox, delay_s=0)
        elif _process(record, inbox, metrics, handle):
            continue
        else:
            metrics.add_metric(FAILED_METRIC, MetricUnit.Count, 1)
        failed.append({"itemIdentifier": record["messageId"]})
    metrics.add_metric("MessagesToComeBack", MetricUnit.Count, len(failed))
    return {"batchItemFailures": failed}


def _process(
    record: Mapping[str, Any], inbox: Inbox, metrics: Metrics, handle: Callable[[dict[str, Any]], None]
) -> bool:
    try:
        try:
            handle(read_message(record["body"]))
        except BadMessage as bad:
            logger.warning("message set aside", reason=bad.reason, detail=str(bad), message_id=record["messageId"])
            inbox.set_aside(record["body"], bad.reason)
            metrics.add_metric("MessagesSetAside", MetricUnit.Count, 1)
            if bad.reason == FOREIGN_SOURCE:
                metrics.add_metric(SECURITY_METRIC, MetricUnit.Count, 1)
    except Exception:  # the one place where an error is kept from its batch-mates; the queue counts and gives up
        logger.exception("message failed", message_id=record["messageId"])
        received = int(record["attributes"]["ApproximateReceiveCount"])
        _come_back(record, inbox, delay_s=retry_delay_s(received))
        return False
    return True


def retry_delay_s(received: int) -> int:
    """Seconds until a message that failed for the `received`-th time comes back."""
    return int(min(FIRST_RETRY_S * RETRY_GROWTH ** (received - 1), LONGEST_RETRY_S))


def _come_back(record: Mapping[str, Any], inbox: Inbox, delay_s: int) -> None:
    try:
        inbox.retry_after(record["receiptHandle"], delay_s)
    except Exception:  # then it comes back when its visibility timeout ends
        logger.exception("message will come back late", message_id=record["messageId"])
