"""Reading one day of a rulebook: access to its values by id, and where each comes from."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from partner_program.values.errors import NotFound

from .entries import DatedValue, Entry
from .errors import NotInForce

T = TypeVar("T")


class Reading:
    """The values of a rulebook on the day `on`, by id. What they mean is said by those who build on it."""

    def __init__(self, on: date, edition: str, entries: Mapping[str, Entry], values: Mapping[str, DatedValue]) -> None:
        self._on = on
        self._edition = edition
        self._entries = entries
        self._values = values

    @property
    def on(self) -> date:
        """The civil date in the program's time zone that these values hold on."""
        return self._on

    @property
    def edition(self) -> str:
        """The name of the edition that the values are from."""
        return self._edition

    @cached_property
    def in_force_from(self) -> date:
        """The rulebook's first day: nothing was owed before it."""
        return min(dated.starts for entry in self._entries.values() for dated in entry.values)

    def __repr__(self) -> str:
        return f"Rules({self._edition}, on={self._on.isoformat()})"

    # -- where a value comes from

    def basis(self, entry_id: str) -> str:
        """`guide`, `reading`, `assumed` or `owner`. Raises `NotFound` for an id no entry has, `NotInForce`."""
        if entry_id not in self._entries:
            raise NotFound("the rulebook has no entry of this id")
        return self._dated(entry_id).basis

    # -- access by id

    def _dated(self, entry_id: str) -> DatedValue:
        found = self._values.get(entry_id)
        if found is None or found.value is None:
            raise NotInForce(entry_id, self._on)
        return found

    def _unbroken_since(self, entry_id: str, holds: Callable[[Any], bool]) -> date:
        """The first day of the unbroken time up to today in which something holds of an entry's value."""
        since = self._on
        for dated in reversed(self._entries[entry_id].values):
            if dated.starts > self._on:
                continue
            if dated.value is None or not holds(dated.value):
                break
            since = dated.starts
        return since

    def _value(self, entry_id: str, kind: type[T]) -> T:
        value = self._dated(entry_id).value
        if not isinstance(value, kind):  # the unit fixes the type (units.convert): an edition names the wrong unit
            raise TypeError(f"{entry_id} is a {type(value).__name__}, not a {kind.__name__}")
        return value

    def _named(self, entry_id: str, kind: type[T]) -> T:
        """A value whose id holds a word of the caller's; a word that no entry knows is a `NotFound`."""
        if entry_id not in self._entries:
            raise NotFound("the rulebook has no entry of this name")
        return self._value(entry_id, kind)

    def _members(self, prefix: str) -> tuple[str, ...]:
        return tuple(
            entry_id.removeprefix(prefix)
            for entry_id, dated in self._values.items()
            if entry_id.startswith(prefix) and dated.value is not None
        )
