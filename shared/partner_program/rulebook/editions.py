"""Editions in the package: TOML files, one folder for each edition, read into entries.

A file holds `[[entry]]` tables (one value) and `[[family]]` tables (values that differ only by tier, country, …: the
id is a pattern such as `tier_discount.{tier}`). An edition may extend another and replaces its entries by id.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from .entries import Basis, DatedValue, Entry
from .errors import UnknownEdition
from .units import Unit, convert

DATA = Path(__file__).parent / "data"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Citation(_File):
    id: str
    description: str
    unit: Unit
    rules: tuple[str, ...]
    section: str
    basis: Basis
    optional: bool = False


class _Dated(_File):
    starts: date = Field(alias="from")
    value: object = None


class _EntryTable(_Citation):
    values: tuple[_Dated, ...]


class _Members(_File):
    starts: date = Field(alias="from")
    members: dict[str, object]


class FamilyTable(_Citation):
    """Entries that share everything but a part of their id. `open`: an owner's file may add members."""

    open: bool = False
    values: tuple[_Members, ...] = ()

    @property
    def depth(self) -> int:
        """How many parts of the id a member names."""
        return self.id.count("{")

    def entry(self, parts: tuple[str, ...], values: tuple[DatedValue, ...], basis: Basis) -> Entry:
        """The member with these parts of the id."""
        names = dict(zip(re.findall(r"{([a-z_]+)}", self.id), parts, strict=True))
        return Entry(
            id=self.id.format_map(names),
            description=self.description.format_map(names),
            unit=self.unit,
            rules=self.rules,
            section=self.section,
            basis=basis,
            values=values,
            optional=self.optional,
        )


class _EditionFile(_File):
    edition: str
    extends: str | None = None
    entry: tuple[_EntryTable, ...] = ()
    family: tuple[FamilyTable, ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition with everything that it inherits: entries by id, and the families an owner may add to."""

    name: str
    entries: Mapping[str, Entry]
    open_families: tuple[FamilyTable, ...]


def edition_names() -> tuple[str, ...]:
    """The editions in the package."""
    return tuple(sorted(folder.name for folder in DATA.iterdir() if folder.is_dir()))


@cache
def read_edition(name: str) -> Edition:
    """An edition of the package. Raises `UnknownEdition`."""
    if not _NAME.fullmatch(name) or name not in edition_names():
        raise UnknownEdition(f"there is no edition of this name; there are {', '.join(edition_names())}")
    entries: dict[str, Entry] = {}
    families: list[FamilyTable] = []
    files = [_read(path) for path in sorted((DATA / name).glob("*.toml"))]
    for parent in {file.extends for file in files} - {None}:
        inherited = read_edition(str(parent))
        entries.update(inherited.entries)
        families.extend(inherited.open_families)
    for file in files:
        families.extend(family for family in file.family if family.open)
        entries.update((entry.id, entry) for entry in _entries(file))
    return Edition(name, entries, tuple(families))


def _read(path: Path) -> _EditionFile:
    with path.open("rb") as stream:
        return _EditionFile.model_validate(tomllib.load(stream, parse_float=Decimal))


def _entries(file: _EditionFile) -> Iterator[Entry]:
    for table in file.entry:
        values = tuple(_dated(table, dated.starts, dated.value) for dated in table.values)
        yield Entry(
            id=table.id,
            description=table.description,
            unit=table.unit,
            rules=table.rules,
            section=table.section,
            basis=table.basis,
            values=values,
            optional=table.optional,
        )
    for family in file.family:
        yield from _family_entries(family)


def _family_entries(family: FamilyTable) -> Iterator[Entry]:
    """The members of a family; a later table changes the members that it names and leaves the others alone."""
    found: dict[tuple[str, ...], list[DatedValue]] = {}
    for table in family.values:
        for parts, raw in _leaves(table.members, family.depth):
            found.setdefault(parts, []).append(_dated(family, table.starts, raw))
    for parts, values in found.items():
        yield family.entry(parts, tuple(values), family.basis)


def _leaves(
    members: Mapping[str, object], depth: int, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Member parts and value; `"EMEA.EUR" = {premier = 1}` names three parts as `EMEA = {EUR = {premier = 1}}` does."""
    for key, value in members.items():
        parts = above + tuple(key.split("."))
        if len(parts) < depth and isinstance(value, dict):
            yield from _leaves(value, depth, parts)
        else:
            yield parts, value


def _dated(table: _Citation, starts: date, raw: object) -> DatedValue:
    return DatedValue(starts, None if raw is None else convert(table.unit, raw), table.basis)
