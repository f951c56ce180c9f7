"""Announce what became final: each cause one notice, kept first, then published (R-3, R-5.4d)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.notices.derive import new_notices, statement_notice
from partner_program.domain.notices.model import AnyNotice
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.notice_ports import NoticeBus, NoticeStore, StateHistory
from partner_program.values.errors import ProgramError

PUBLISH_TOGETHER = 10
"""Notices to one call of the bus (EventBridge takes ten)."""


class NotPublished(ProgramError):
    """The bus did not take every notice; what is left comes again with the event."""


@dataclass(frozen=True, slots=True)
class Image:
    """An item as a change shows it; `version` is 0 where the item has none."""

    body: str
    version: int


class Announce:
    """From the images of a changed item to notices on the bus, and to the history of states.

    Everything may be done again at any point: a notice is put if absent under the name of its cause, is published as
    long as it is not marked, and a version of a state is put as what it is. A stop between the bus's yes and the mark
    publishes a notice a second time, under the same name, and so may two who announce one account at the same moment.
    """

    def __init__(self, store: NoticeStore, bus: NoticeBus, history: StateHistory) -> None:
        self._store = store
        self._bus = bus
        self._history = history

    def item_changed(self, pk: str, sk: str, old: Image | None, new: Image) -> int:
        """A state or a statement was put. How many notices were published. Raises `NotPublished`.

        Without its old image an item announces everything that it has to say and was not published before.
        """
        owner = pk.partition("#")[0]
        if owner == "ACCOUNT" and sk == "STATE":
            before = AccountState.model_validate_json(old.body) if old else None
            return self.state_changed(before, AccountState.model_validate_json(new.body), new.version)
        if owner == "STATEMENTS":
            return self.statement_made(Statement.model_validate_json(new.body))
        return 0

    def state_changed(self, old: AccountState | None, new: AccountState, version: int) -> int:
        """A version of a state was saved over another. How many notices were published. Raises `NotPublished`."""
        self._history.keep_state(new, version)
        return self._announce(new_notices(old, new))

    def statement_made(self, statement: Statement) -> int:
        """A statement was put. How many notices were published. Raises `NotPublished`."""
        notice = statement_notice(statement)
        return self._announce([notice] if notice else [])

    def _announce(self, found: Sequence[AnyNotice]) -> int:
        standing = (self._store.put_notice(notice) for notice in found)
        waiting = iter([stored.notice for stored in standing if not stored.published])
        published = 0
        while batch := list(islice(waiting, PUBLISH_TOGETHER)):
            taken = self._bus.publish(batch)
            for notice in taken:
                self._store.mark_published(notice)
            published += len(taken)
            if len(taken) < len(batch):
                raise NotPublished(f"the bus did not take {len(batch) - len(taken)} notices")
        return published
