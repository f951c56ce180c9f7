"""An act under an `Idempotency-Key` is done once and answered alike for ever (B67).

The log of requests remembers under which key what was asked, and what was answered. That alone makes nothing happen
once: a process may die between an act and its answer. So every act is idempotent by itself, by natural keys (the id of
its entry in the audit log, the version that it changes, the name of its request), and what began without an answer
simply runs again. Two at once may both run; whose answer is kept first is the answer of both.

Only a success is kept. A refused first try has changed nothing and leaves nothing: its key is free again, for the same
request or a mended one. What broke off without an answer keeps its key from every other request, even where it is
refused later: perhaps it was done. So does what came too late for somebody else, who may have been its own twin.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from partner_program.domain.model import Document
from partner_program.values.errors import ProgramError

_REFUSED_FROM = 400
"""HTTP statuses from here on are no success."""


class KeyReused(ProgramError):
    """The key was sent before, with another request."""


class Answer(Document):
    """What a request was answered, to the letter."""

    status: int
    headers: Mapping[str, str] = {}
    body: str = ""

    @property
    def is_success(self) -> bool:
        """Whether what was asked was done."""
        return self.status < _REFUSED_FROM


class KeyedRequest(Document):
    """A request under a key. `subject` says who asks: keys of different callers have nothing to do with each other.

    `place` is where the key lies among the caller's, `name` names the request for ever. Both tell neither key nor
    caller: 64 hexadecimal characters, good as ids. Two requests that had one key in turn are of different names.
    `digest` is over all that is asked, keyed with the key itself: as nobody who reads the log knows the key, nobody
    can try out on it what was asked, a bank account number for one. (That is why keys should be random.)
    """

    subject: str
    place: str
    name: str
    digest: str


class Begun(Document):
    """A request as the log has it. `begun_at` (UTC) and `begun_on` (the program's date) are those of its first try."""

    request: KeyedRequest
    begun_at: datetime
    begun_on: date
    answer: Answer | None = None

    @property
    def name(self) -> str:
        """The natural key of whatever the request makes."""
        return self.request.name


class RequestLog(Protocol):
    """The log of requests. Nothing in it ever expires."""

    def find(self, request: KeyedRequest) -> Begun | None:
        """What was sent under the subject's key before, whatever it was."""
        ...

    def begin(self, begun: Begun) -> Begun:
        """Put if absent: what stands under the key, perhaps another try or another request."""
        ...

    def keep(self, begun: Begun, answer: Answer) -> Answer:
        """Put the answer unless there is one: the one that stands. Not where the key is another request's by now."""
        ...

    def forget(self, begun: Begun) -> None:
        """Free the key of this very request while it has no answer; one that has keeps it."""
        ...


@dataclass(frozen=True, slots=True)
class Moment:
    """When a request came: the moment in UTC, and the program's date."""

    at: datetime
    on: date


def keyed(subject: str, key: str, method: str, path: str, body: Mapping[str, object], conditions: str) -> KeyedRequest:
    """The request that somebody sends under a key. `body` is the JSON object; the order of its names says nothing.

    `conditions` are the versions that it names (`If-Match`, `If-None-Match`).
    """
    said = json.dumps([method, path, conditions, body], sort_keys=True, separators=(",", ":"))
    digest = hmac.new(key.encode(), said.encode(), hashlib.sha256).hexdigest()
    return KeyedRequest(subject=subject, place=_hash(subject, key), name=_hash(subject, key, digest), digest=digest)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def run(
    log: RequestLog,
    request: KeyedRequest,
    now: Callable[[], Moment],
    act: Callable[[Begun], Answer],
    refuses: Callable[[Exception], bool] = lambda _: False,
    unfreed: Callable[[Exception], None] = lambda _: None,
) -> Answer:
    """The answer of before, or that of doing it now. Raises `KeyReused`, and whatever `act` raises.

    `act` gets the first try's moment and the request's name, to find again what an earlier try may have done.
    `refuses` tells errors that are refusals from those after which nobody knows what was done. `unfreed` is told where
    the key of a refused request could not be freed: the refusal stands all the same, and the key stays taken.
    """
    begun, first = log.find(request), None
    if begun is None:
        moment = now()
        first = Begun(request=request, begun_at=moment.at, begun_on=moment.on)
        begun = log.begin(first)
    if not hmac.compare_digest(begun.request.digest, request.digest):
        raise KeyReused("This key was sent before with another request: give each request a key of its own.")
    if begun.answer is not None:
        return begun.answer
    try:
        answer = act(begun)
    except Exception as error:
        if begun == first and refuses(error):
            try:
                log.forget(begun)
            except Exception as lost:  # noqa: BLE001  # whatever it is, who was refused is told so
                unfreed(lost)
        raise
    return log.keep(begun, answer) if answer.is_success else answer
