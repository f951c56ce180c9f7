"""Cursors of lists: signed, bound to who asks and what is asked, good until the end of the next day, UTC (B63)."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any, Protocol, Self, TypeVar

from partner_program.api.problems import RequestRefused

LIFETIME = timedelta(days=1)
"""In whole days: cursors that are made on one day are alike, so a page that has not changed keeps its ETag."""
LONGEST = 2048
_TAG_BYTES = 32


class Page(Protocol):
    """A model of a list's page."""

    @property
    def next_cursor(self) -> str | None:
        """The position it goes on with, or the cursor that was made of it."""
        ...

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The model's own."""
        ...


P = TypeVar("P", bound=Page)


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of one request.

    Args:
        key: the secret that signs; whoever has it can make cursors, but still sees only what they may see.
        subject: who asks.
        query: what is asked: method, path and every parameter but the cursor and the page's size.
        now: real time, also in a sandbox.
    """

    key: Callable[[], bytes]
    subject: str
    query: str
    now: Callable[[], datetime]

    def after(self, cursor: str | None) -> str | None:
        """Where the page before has ended; None for the first page.

        Raises `RequestRefused` (400) for any cursor not given to this caller for this query, today or yesterday.
        """
        if cursor is None:
            return None
        sealed = self._opened(cursor)
        if sealed is None or sealed["bound"] != self._bound or self.now().date() > date.fromisoformat(sealed["until"]):
            raise RequestRefused(
                HTTPStatus.BAD_REQUEST,
                "invalid_cursor",
                "The cursor is not one of this list, or is of the day before yesterday: ask for the first page again.",
            )
        return sealed["at"]

    def sealed(self, page: P) -> P:
        """A page as it goes out: what it goes on with, which no caller needs to know, as a cursor."""
        return page.model_copy(update={"next_cursor": self.next(page.next_cursor)})

    def next(self, position: str | None) -> str | None:
        """The cursor of the page that begins behind a position; None where there is nothing behind it."""
        if position is None:
            return None
        until = (self.now().date() + LIFETIME).isoformat()
        body = json.dumps({"at": position, "bound": self._bound, "until": until}).encode()
        return _spelled(self._tag(body) + body)

    @property
    def _bound(self) -> str:
        return hashlib.sha256(f"{self.subject}\n{self.query}".encode()).hexdigest()

    def _opened(self, cursor: str) -> Mapping[str, str] | None:
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            return None
        tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        if _spelled(raw) != cursor or not hmac.compare_digest(tag, self._tag(body)):  # base64 is read leniently
            return None
        opened: Mapping[str, str] = json.loads(body)
        return opened

    def _tag(self, body: bytes) -> bytes:
        return hmac.new(self.key(), body, hashlib.sha256).digest()


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
