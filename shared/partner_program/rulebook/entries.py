"""Entries: one value of the program each, with its dates, its unit and where it comes from."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .units import Unit, Value


class Basis(StrEnum):
    """What a value rests on. `assumed`: the documents do not say; the program's owner has to."""

    GUIDE = "guide"
    READING = "reading"
    ASSUMED = "assumed"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value from a day on, until the next one starts. `None`: withdrawn from that day."""

    starts: date
    value: Value | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the program through time.

    `rules` are ids of rules.md, `section` the place in the Guide or the brochure. An `optional` entry may start
    late, end, or have gaps; any other holds on every day that the rulebook is in force.
    """

    id: str
    description: str
    unit: Unit
    rules: tuple[str, ...]
    section: str
    basis: Basis
    values: tuple[DatedValue, ...]
    optional: bool = False

    def on(self, day: date) -> DatedValue | None:
        """What stands on a day: the latest value started by then; `None` before the first one."""
        found = None
        for dated in self.values:
            if dated.starts > day:
                break
            found = dated
        return found

    @property
    def assumed(self) -> bool:
        """Whether any of its values still waits for the program's owner."""
        return any(dated.basis is Basis.ASSUMED and dated.value is not None for dated in self.values)
