"""The notices of an account, the newest first (docs/notices.md)."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from partner_program.domain.model import Document
from partner_program.domain.notices.model import AnyNotice
from partner_program.use_cases.queries.standing_view import notices_for_partner


class NoticeBatch(NamedTuple):
    """Some notices in order, and the id of the last one looked at; None: there are no more behind it."""

    notices: Sequence[AnyNotice]
    after: str | None


class NoticeReads(Protocol):
    """Where notices are read."""

    def notices_of(self, account_id: str, after: str | None, limit: int) -> NoticeBatch:
        """At most `limit` of an account, the newest day first, behind the notice of an id."""
        ...


class NoticesPage(Document):
    """A page may have fewer than asked for, even none: the list ends where `next_cursor` is null."""

    account_id: str
    items: tuple[AnyNotice, ...]
    next_cursor: str | None


class Notices:
    """One read of a page."""

    def __init__(self, notices: NoticeReads) -> None:
        self._notices = notices

    def __call__(self, account_id: str, *, after: str | None, limit: int, for_partner: bool) -> NoticesPage:
        """`next_cursor` is the bare position behind the page: the caller makes a cursor of it."""
        found = self._notices.notices_of(account_id, after, limit)
        shown = notices_for_partner(found.notices) if for_partner else found.notices
        return NoticesPage(account_id=account_id, items=tuple(shown), next_cursor=found.after)
