"""The process that serves AWS on loopback: `ministack`, with what the runner has to add.

Run by `local.emulator_process` as ``python -m local.emulator`` with its settings in the environment; it ends when its
standard input closes, so it cannot outlive the runner, however that ends. The functions run with this process's Python.

What is changed in the pinned ministack, in this process only, and held by tests on the embedded stack:

* Its S3 events on the event bus lack `version-id`, which AWS sends for a versioned bucket and the engine demands.
* ``GET /_runner/quiet`` answers when nothing is under way any more: notifications, queues, streams, functions. AWS
  offers no such answer; asking queue by queue takes longer than the work itself and sees no stream's position.
* What a poll of a queue has just taken counts as work, see `count_polls`.
* ``POST /_runner/redeliver`` ends the waiting of messages whose handler has failed. In AWS the clock does that after
  the visibility timeout, which is hours, while the player plays years in minutes.
* The batching window of a stream is kept, see `gather_stream_batches`.
* Schedules do not fire by this machine's clock: the player fires them by the program's.
* A condition is read once, not anew for each item that it is held against, which was half the cost of a query.
* The gateway and the user pool refuse what AWS refuses, see `local.emulator_gateway`.
* After a handler that logs nothing, ministack waits 50 ms for a first line, and 5 ms after the last; here 2 ms each.
"""

import asyncio
import contextvars
import functools
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, cast
from urllib.parse import parse_qs

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.app import app as ministack_app
from ministack.core import lambda_runtime
from ministack.services import dynamodb, eventbridge, lambda_svc, s3, scheduler, sqs

from local.emulator_gateway import be_as_strict_as_aws

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

QUIET_PATH = "/_runner/quiet"
REDELIVER_PATH = "/_runner/redeliver"
CHECK_PAUSE_SECONDS = 0.002
LONGEST_CHECK_PAUSE_SECONDS = 0.02
LOG_WAIT_SECONDS = 0.002
LOG_WAIT_MOST_SECONDS = 0.250
KEPT_CONDITIONS = 512

_object_version: contextvars.ContextVar[str | None] = contextvars.ContextVar("object_version", default=None)


class Counter:
    """A number that several threads raise and lower."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.value = 0

    def add(self, change: int) -> None:
        """Add `change`, which may be negative, in one step."""
        with self._lock:
            self.value += change


_notifications = Counter()
_polls = Counter()
"""Of queues, begun and ended ones: odd while one is running."""


def complete_s3_events() -> None:
    """Give S3 events on the bus their `version-id`, and count the notifications that are still being delivered."""
    deliver, start_delivery, dispatch = s3._fire_s3_event, s3._fire_s3_event_async, eventbridge._dispatch_event

    def counted_start(*args: Any, **kwargs: Any) -> None:
        if args[0] not in s3._bucket_notifications:
            return  # a bucket without notifications: nothing will be delivered
        _notifications.add(+1)
        start_delivery(*args, **kwargs)

    def versioned_delivery(*args: Any, **kwargs: Any) -> None:
        _object_version.set(kwargs.get("version_id"))  # each delivery has a thread and a context of its own
        try:
            deliver(*args, **kwargs)
        finally:
            _notifications.add(-1)

    def versioned_dispatch(event: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        version = _object_version.get()
        if event.get("Source") == "aws.s3" and version:
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version
            event = event | {"Detail": json.dumps(detail)}
        return dispatch(event, *args, **kwargs)

    s3._fire_s3_event = versioned_delivery
    s3._fire_s3_event_async = counted_start
    eventbridge._dispatch_event = versioned_dispatch


def gather_stream_batches() -> None:
    """Respect the batching window of stream mappings, which ministack ignores, as long as queue batches are running.

    Without it a function that writes facts one by one has each few of them assessed at once. When nothing runs, nothing
    is waited for: no more is to come.
    """
    poll = lambda_svc._poll_dynamodb_streams
    held_since: float | None = None

    def patient_poll() -> bool:
        nonlocal held_since
        if lambda_svc._esm_inflight and _unread_stream_records():
            now = time.monotonic()
            held_since = held_since or now
            if now - held_since < _batching_window_seconds():
                return False
        held_since = None
        return bool(poll())

    lambda_svc._poll_dynamodb_streams = patient_poll
    # A poll that finds nothing to hand out delays the next by this much: so would one that was held back.
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = CHECK_PAUSE_SECONDS


def _batching_window_seconds() -> int:
    windows = (int(mapping["MaximumBatchingWindowInSeconds"]) for _table, mapping in _stream_mappings())
    return max(windows, default=0)


def count_polls() -> None:
    """Let it be seen that a poll of the queues is running.

    It takes messages, and only then counts the batch that it makes of them. On a busy machine milliseconds lie between:
    meanwhile they would look as if a failed handler had left them, and would be delivered a second time.
    """
    poll = lambda_svc._poll_sqs

    def counted_poll() -> bool:
        _polls.add(+1)
        try:
            return bool(poll())
        finally:
            _polls.add(+1)

    lambda_svc._poll_sqs = counted_poll


def keep_off_the_wall_clock() -> None:
    """No schedule fires by itself, and no call waits long for log lines that may not come."""
    scheduler._tick_schedules = lambda: None
    waits = (LOG_WAIT_SECONDS, LOG_WAIT_SECONDS, LOG_WAIT_MOST_SECONDS)
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = waits


def read_conditions_once() -> None:
    """Keep what the text of a condition alone decides: its tokens (a list of one's own each time) and its syntax."""
    tokens = functools.lru_cache(KEPT_CONDITIONS)(dynamodb._tokenize)
    dynamodb._tokenize = lambda expression: list(tokens(expression))
    dynamodb._condition_syntax_error = functools.lru_cache(KEPT_CONDITIONS)(dynamodb._condition_syntax_error)


def work_under_way() -> dict[str, int]:
    """What is still to be done, by kind; empty when the stack is quiet.

    `waiting` counts messages that a failed handler has left behind: they come back when their visibility timeout ends.
    """
    notifications = _notifications.value  # first what feeds the queues, then the queues
    polls = _polls.value
    batches = sum(lambda_svc._esm_inflight.values())
    visible, invisible = _messages()
    taken = batches or polls % 2 or polls != _polls.value
    found = {
        "notifications": notifications,
        "messages": visible,
        # While a batch is made or running, its messages are invisible: those wait for nothing but its end.
        "handled": invisible if taken else 0,
        "waiting": 0 if taken else invisible,
        "stream_records": _unread_stream_records(),
        "running_functions": lambda_svc.executions_in_flight()[0],
    }
    return {kind: count for kind, count in found.items() if count}


def _consumed_queues() -> Iterator[dict[str, Any]]:
    """Queues that a function reads. Dead-letter queues have no reader: what lies there is at rest."""
    for account, region, mapping in lambda_svc._iter_all_esms():
        arn = mapping.get("EventSourceArn", "")
        if ":sqs:" in arn:
            for (queue_account, queue_region, _url), queue in list(sqs._queues.to_dict().items()):
                if (queue_account, queue_region, queue["attributes"].get("QueueArn")) == (account, region, arn):
                    yield queue


def _messages() -> tuple[int, int]:
    now = time.time()
    visible = invisible = 0
    for queue in _consumed_queues():
        for message in list(queue["messages"]):
            if message.get("visible_at", 0) <= now:
                visible += 1
            else:
                invisible += 1
    return visible, invisible


def _stream_mappings() -> Iterator[tuple[tuple[str, str, str], dict[str, Any]]]:
    """Mappings that read a table's stream, each with account, region and name of its table."""
    for account, region, mapping in lambda_svc._iter_all_esms():
        arn = mapping.get("EventSourceArn", "")
        if ":dynamodb:" in arn and mapping.get("Enabled", True):
            yield (account, region, arn.split("/stream/")[0].split("/")[-1]), mapping


def _unread_stream_records() -> int:
    unread = 0
    for (account, region, table), mapping in _stream_mappings():
        end = dynamodb.stream_end_position(table, account_id=account, region=region)
        read = lambda_svc._dynamodb_stream_positions.get_scoped(account, region, mapping["UUID"], 0)
        unread += max(0, end - read)
    return unread


def redeliver() -> int:
    """Make every message visible that waits after a failure; the number of them."""
    now = time.time()
    moved = 0
    for queue in _consumed_queues():
        for message in list(queue["messages"]):
            if message.get("visible_at", 0) > now:
                message["visible_at"] = now
                moved += 1
    lambda_svc._esm_wake.set()
    return moved


def failed_mappings() -> dict[str, str]:
    """Functions whose last batch failed, with the source it came from."""
    return {
        mapping["FunctionName"]: mapping["EventSourceArn"]
        for _account, _region, mapping in lambda_svc._iter_all_esms()
        if mapping.get("LastProcessingResult") == "FAILED"
    }


async def _wait_until_quiet(timeout_seconds: float) -> dict[str, Any]:
    """Answer as soon as nothing is under way, or only failed work is left, or the time is over."""
    end = time.monotonic() + timeout_seconds
    at_rest, pause = 0, CHECK_PAUSE_SECONDS
    while True:
        under_way = work_under_way()
        # Work moves between the places while they are read one by one: only the same answer twice is believed.
        at_rest = at_rest + 1 if not under_way or set(under_way) == {"waiting"} else 0
        if at_rest == 2 or time.monotonic() >= end:
            return {"under_way": under_way, "failed": failed_mappings()}
        # Counting thousands of messages costs the one thread that serves the work: the longer it takes, the less often.
        pause = CHECK_PAUSE_SECONDS if at_rest else min(1.5 * pause, LONGEST_CHECK_PAUSE_SECONDS)
        await asyncio.sleep(pause)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The runner's two questions, and ministack for everything else."""
    path = scope.get("path")
    if scope["type"] != "http" or path not in (QUIET_PATH, REDELIVER_PATH):
        await ministack_app(scope, receive, send)
        return
    if path == QUIET_PATH:
        query = parse_qs(scope.get("query_string", b"").decode("ascii"))
        answer = await _wait_until_quiet(int(query["timeout_ms"][0]) / 1000)
    else:
        answer = {"redelivered": redeliver()}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def _end_with_the_runner(stop: Callable[[], None]) -> None:
    """The runner holds the other end of standard input and never writes: when it ends, however, the pipe closes."""

    def wait() -> None:
        sys.stdin.buffer.read()
        stop()

    threading.Thread(target=wait, daemon=True).start()


async def _serve() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.call_soon_threadsafe(stopped.set)

    # Ctrl-C reaches the whole group: the runner decides when to stop, and closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    loop.add_signal_handler(signal.SIGTERM, stop)
    _end_with_the_runner(stop)
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.loglevel = os.environ.get("LOG_LEVEL", "WARNING").upper()
    config.graceful_timeout = 1
    await serve(cast(Any, app), config, shutdown_trigger=stopped.wait)


def main() -> None:
    """Serve until told to stop, then leave at once: no worker thread may hold the process."""
    complete_s3_events()
    gather_stream_batches()
    count_polls()
    keep_off_the_wall_clock()
    read_conditions_once()
    be_as_strict_as_aws()
    asyncio.run(_serve())
    lambda_runtime.reset()
    os._exit(0)


if __name__ == "__main__":
    main()
