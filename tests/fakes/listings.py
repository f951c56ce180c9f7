"""The lists in memory, as the adapter keeps them on DynamoDB (one contract test runs on both)."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from partner_program.domain.listings import ListPlace
from partner_program.use_cases.list_ports import ListPage
from partner_program.use_cases.ports import StoredState


class MemoryListings:
    """`ListStore` in a dict; counts what it is asked. Before each write, `before_write` may do something."""

    def __init__(self) -> None:
        self.entries: dict[ListPlace, str] = {}
        self.writes = 0
        self.reads = 0
        self.before_write: Callable[[], None] = lambda: None

    def put(self, entries: Mapping[ListPlace, str]) -> None:
        self.before_write()
        self.writes += len(entries)
        self.entries |= entries

    def delete(self, places: Iterable[ListPlace]) -> None:
        for place in places:
            self.before_write()
            self.writes += 1
            self.entries.pop(place, None)

    def everything(self) -> Iterator[tuple[ListPlace, str]]:
        yield from list(self.entries.items())

    def page(
        self, name: str, *, prefix: str | None = None, last: str | None = None, after: str | None = None, limit: int,
        backwards: bool = False,
    ) -> ListPage:  # fmt: skip
        self.reads += 1
        orders = sorted((place.order for place in self.entries if place.name == name), reverse=backwards)
        there = [
            order
            for order in orders
            if order.startswith(prefix or "")
            and (last is None or order <= last)
            and (after is None or (order < after if backwards else order > after))
        ]
        found = there[:limit]
        entries = [(ListPlace(name, order), self.entries[ListPlace(name, order)]) for order in found]
        # Like DynamoDB, which says that it goes on wherever a page is full.
        return ListPage(entries, found[-1] if len(found) == limit else None)

    def orders(self, name: str) -> list[str]:
        """What is in a list, in order."""
        return sorted(place.order for place in self.entries if place.name == name)


class MemoryStates:
    """`StandingStates`: what stands, as the test has put it."""

    def __init__(self) -> None:
        self.states: dict[str, StoredState] = {}
        self.reads = 0

    def standing(self, account_id: str) -> StoredState:
        return self.states.get(account_id, StoredState(None, 0))

    def standings(self, account_ids: Iterable[str]) -> Mapping[str, StoredState]:
        self.reads += 1
        return {account_id: self.standing(account_id) for account_id in account_ids}
