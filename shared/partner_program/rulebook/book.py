"""A whole rulebook: an edition, perhaps with an owner's values, through time."""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from .entries import DatedValue, Entry
from .errors import NotInForce
from .rules import Rules
from .units import Level, Place


class Rulebook:
    """Every value of the program with its dates. Made by `load_rulebook`; never changes."""

    def __init__(self, edition: str, entries: Mapping[str, Entry]) -> None:
        self._edition = edition
        self._entries = dict(entries)
        self._changes = change_dates(self._entries)
        self._spans: dict[int, dict[str, DatedValue]] = {}
        self._days: dict[date, Rules] = {}

    @property
    def edition(self) -> str:
        """The name of the edition, also where an owner's values lie over it."""
        return self._edition

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of every value with its dates: two rulebooks that decide alike have the same one."""
        content = hashlib.sha256(self._edition.encode())
        for entry in sorted(self._entries.values(), key=lambda entry: entry.id):
            for dated in entry.values:
                content.update(
                    f"\n{entry.id}|{entry.unit}|{dated.starts}|{dated.basis}|{_canonical(dated.value)}".encode()
                )
        return content.hexdigest()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry, in the order of the edition's files; what an owner added comes last."""
        return tuple(self._entries.values())

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of an id, if there is one."""
        return self._entries.get(entry_id)

    def assumed(self) -> tuple[Entry, ...]:
        """The entries that still wait for the program's owner (R-4.1)."""
        return tuple(entry for entry in self._entries.values() if entry.assumed)

    @property
    def in_force_from(self) -> date:
        """The first day that `at` answers for."""
        return self._changes[0]

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """Every currency that accounts of the program have or ever had, by code."""
        dated = (
            one.value for entry in self._entries.values() if entry.id.startswith("country.") for one in entry.values
        )
        return tuple(sorted({place.currency for place in dated if isinstance(place, Place)}))

    @cached_property
    def time_zone(self) -> ZoneInfo:
        """The zone whose civil date is the program's today."""
        return ZoneInfo(str(self._entries["program.time_zone"].values[0].value))

    def at(self, on: date) -> Rules:
        """All values on a civil date of the program's time zone. Raises `NotInForce` before the first day."""
        known = self._days.get(on)
        if known is None:
            known = self._days[on] = Rules(on, self._edition, self._entries, self._span(on))
        return known

    def days_after(self, on: date) -> tuple[date, ...]:
        """The later days on which any value starts or is withdrawn, ascending."""
        return self._changes[bisect_right(self._changes, on) :]

    def _span(self, on: date) -> dict[str, DatedValue]:
        """The values between two changes; every day of the span shares them."""
        index = bisect_right(self._changes, on)
        if index == 0:
            raise NotInForce(f"the rulebook {self._edition}", on, first_day=self.in_force_from)
        if index not in self._spans:
            self._spans[index] = values_on(self._entries, on)
        return self._spans[index]


def change_dates(entries: Mapping[str, Entry]) -> tuple[date, ...]:
    """The days on which any value starts or is withdrawn, ascending."""
    return tuple(sorted({dated.starts for entry in entries.values() for dated in entry.values}))


def values_on(entries: Mapping[str, Entry], on: date) -> dict[str, DatedValue]:
    """What stands on a day, by id; without the entries that have not started by then."""
    found = ((entry_id, entry.on(on)) for entry_id, entry in entries.items())
    return {entry_id: dated for entry_id, dated in found if dated is not None}


def _canonical(value: object) -> str:
    """A text that is the same for 34 and 34.0: the digest is about what a rulebook decides, not how it is written."""
    if isinstance(value, tuple):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, Level):
        return f"({_canonical(value.growth_pct)},{_canonical(value.rate_pct)})"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
