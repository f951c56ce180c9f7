"""What keeping and reading lists asks of the world (docs/adr/0024-lists.md)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from partner_program.domain.listings import ListPlace
from partner_program.use_cases.ports import StoredState


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some entries of a list: place and body (JSON), in order. `after` is what to go on behind, None at the end."""

    entries: Sequence[tuple[ListPlace, str]]
    after: str | None


class ListStore(Protocol):
    """Entries of all lists."""

    def put(self, entries: Mapping[ListPlace, str]) -> None:
        """Put entries, whatever stood in their places. Returns when all are written."""
        ...

    def delete(self, places: Iterable[ListPlace]) -> None:
        """Take entries away; one that is gone already is gone."""
        ...

    def page(
        self,
        name: str,
        *,
        prefix: str | None = None,
        last: str | None = None,
        after: str | None = None,
        limit: int,
        backwards: bool = False,
    ) -> ListPage:
        """At most `limit` entries whose order begins with `prefix`, or is up to `last`: one read operation.

        `after` is where the page before has ended. `backwards`: from the end of the order.
        """
        ...


class StandingStates(Protocol):
    """The states as they stand; all reads are strongly consistent."""

    def standings(self, account_ids: Iterable[str]) -> Mapping[str, StoredState]:
        """By account; one that has no state with version 0."""
        ...
