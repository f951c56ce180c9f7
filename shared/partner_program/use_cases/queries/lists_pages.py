"""Pages of lists: one or more stretches of them, what does not fit passed over, in a bounded number of reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from partner_program.use_cases.list_ports import ListStore
from partner_program.values.currencies import COUNTRIES
from partner_program.values.errors import InvalidValue

T = TypeVar("T")

MOST_READS = 8
"""Read operations of one request: then the page ends, perhaps before it is full, and the next one goes on."""
LOOKED_AT_ONCE = 400
"""Entries of one read where some may be passed over; they are a few hundred bytes each."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A list, or of it what begins with `prefix`, or what goes up to `last`."""

    name: str
    prefix: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """Some items. `after` is the position to go on from: None where there is nothing behind it."""

    items: tuple[T, ...]
    after: str | None


def found_in(
    lists: ListStore,
    stretches: Sequence[Stretch],
    fitting: Callable[[str], T | None],
    *,
    after: str | None,
    limit: int,
    choosy: bool,
) -> Found[T]:
    """The next `limit` items of the stretches, one stretch after the other; at most `MOST_READS` read operations.

    `fitting` makes an item of an entry's body, or None where it does not fit; `after` is the position of the page
    before. `choosy` says that entries may be passed over: more of them are then read at once than are wanted. Raises
    `InvalidValue` for a position in another list.
    """
    place, order = _from(stretches, after)
    items: list[T] = []
    for _ in range(MOST_READS):
        stretch = stretches[place]
        size = LOOKED_AT_ONCE if choosy else limit - len(items)
        page = lists.page(stretch.name, prefix=stretch.prefix, last=stretch.last, after=order, limit=size)
        for at, body in page.entries:
            item = fitting(body)
            if item is not None:
                items.append(item)
            if len(items) == limit:
                return Found(tuple(items), _position(stretch, at.order))
        order = page.after
        if order is None:
            place += 1
            if place == len(stretches):
                return Found(tuple(items), None)
    return Found(tuple(items), _position(stretches[place], order))


def check_country(country: str | None) -> None:
    """Raises `InvalidValue` for one that there is not: its list would be empty like that of one without anybody."""
    if country is not None and country not in COUNTRIES:
        raise InvalidValue("There is no such country: ISO 3166-1 alpha-2 is meant (GB, not UK).", "country")


def list_in(position: str) -> str:
    """The name of the list that a position is in."""
    return position.partition("/")[0]


def _from(stretches: Sequence[Stretch], after: str | None) -> tuple[int, str | None]:
    """The stretch to go on in, and where in it."""
    if after is None:
        return 0, None
    name, _, order = after.partition("/")
    for place, stretch in enumerate(stretches):
        if stretch.name == name:
            return place, order or None
    raise InvalidValue("the position is none of this list", "cursor")


def _position(stretch: Stretch, order: str | None) -> str:
    """Names of lists and places in them contain no `/`, as no id does."""
    return f"{stretch.name}/{order or ''}"
