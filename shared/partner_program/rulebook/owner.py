"""An owner's file: values by entry id, laid over an edition. Mistakes are collected, none stops the reading.

    "revenue_threshold.*" = 0                                   # a glob sets every entry that it matches
    "tier_discount.premier" = 35                                # one value: on every day of the rulebook
    "compliance.days" = [{ from = 2025-01-01, value = 90 }]     # dated: earlier values of the edition stay

An exact id stands before a glob. `{ from = … }` without a value withdraws an optional entry from that day on.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TypeAlias

from partner_program.values.currencies import COUNTRIES, CURRENCIES
from partner_program.values.errors import InvalidValue
from partner_program.values.tiers import Tier

from .editions import Edition, FamilyTable
from .entries import Basis, DatedValue, Entry
from .errors import Mistake
from .units import Value, civil_date, convert

MAX_CHARACTERS = 1_000_000
MAX_SUGGESTIONS = 50  # looking for the nearest id is slow, and a file this wrong is not an owner's file at all
_GLOB = frozenset("*?[")
_ADDABLE: dict[str, Callable[[str], bool]] = {
    "country": COUNTRIES.__contains__,
    "currency": CURRENCIES.__contains__,
    "tier": frozenset(Tier).__contains__,
    "year": lambda part: re.fullmatch(r"(19|20)[0-9]{2}", part) is not None,
    "region": lambda part: re.fullmatch(r"[A-Za-z]+", part) is not None,  # whether it exists shows in the whole
}
"""What an owner may put into each placeholder of an open family's id."""
_Settings: TypeAlias = dict[str, tuple[Entry, object]]


def apply_override(edition: Edition, text: str) -> tuple[dict[str, Entry], list[Mistake]]:
    """The edition's entries with an owner's values, and the mistakes; an entry with a mistake keeps its old values."""
    entries, mistakes = dict(edition.entries), list[Mistake]()
    tables = _parse(text, mistakes)
    first_day = min(dated.starts for entry in entries.values() for dated in entry.values)
    for entry, raw in _settings(edition, tables, mistakes).values():
        changed = _changed(entry, raw, first_day, mistakes)
        if changed is not None:
            entries[entry.id] = changed
    return entries, mistakes


def _parse(text: str, mistakes: list[Mistake]) -> dict[str, object]:
    whole = "the file"
    if len(text) > MAX_CHARACTERS:
        mistakes.append(Mistake(whole, "it is longer than a million characters", "keep to the values that you change"))
        return {}
    try:
        # an editor on Windows may put a byte order mark in front; TOML knows none
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except (ValueError, ArithmeticError) as error:
        mistakes.append(Mistake(whole, f"it is not TOML ({error})", "mend the line named"))
    except RecursionError:
        mistakes.append(Mistake(whole, "it is nested too deeply", 'write each value as "id" = value'))
    return {}


def _settings(edition: Edition, tables: Mapping[str, object], mistakes: list[Mistake]) -> _Settings:
    """Which entry gets which raw value. Globs first, so that an exact id, wherever it stands, has the last word."""
    written = list(_flattened(edition, tables))
    settings: _Settings = {}
    by_glob: dict[str, str] = {}
    for glob, raw in (item for item in written if _GLOB & set(item[0])):
        matching = [entry for entry in edition.entries.values() if fnmatchcase(entry.id, glob)]
        if not matching:
            mistakes.append(Mistake(glob, "no entry matches", "see `rulebook show` for the ids"))
        for entry in matching:
            if by_glob.setdefault(entry.id, glob) != glob:
                problem = f"{entry.id} is set by {by_glob[entry.id]} as well"
                mistakes.append(Mistake(glob, problem, "let only one of them match it, or name the entry by its id"))
            settings[entry.id] = (entry, raw)
    for entry_id, raw in (item for item in written if not _GLOB & set(item[0])):
        known = edition.entries.get(entry_id) or _new_member(edition, entry_id)
        if known is None:
            remedy = _suggestion(edition, entry_id) if len(mistakes) < MAX_SUGGESTIONS else "see the first ones"
            mistakes.append(Mistake(entry_id, "the rulebook has no such entry", remedy))
        else:
            settings[entry_id] = (known, raw)
    return settings


def _flattened(edition: Edition, tables: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Ids and raw values; unquoted dotted keys, which TOML reads as nested tables, name ids too."""
    for key, raw in tables.items():
        entry_id = prefix + key
        if isinstance(raw, dict) and _leads_further(edition, entry_id):
            yield from _flattened(edition, raw, f"{entry_id}.")
        else:
            yield entry_id, raw


def _leads_further(edition: Edition, prefix: str) -> bool:
    """Whether ids go on after this text; where none does, a table is a value (a country's region and currency)."""
    parts = prefix.split(".")
    patterns = (family.id.split(".") for family in edition.open_families)
    return any(known.startswith(f"{prefix}.") for known in edition.entries) or any(
        len(parts) < len(pattern)
        and all(want.startswith("{") or want == part for part, want in zip(parts, pattern, strict=False))
        for pattern in patterns
    )


def _new_member(edition: Edition, entry_id: str) -> Entry | None:
    """An entry that the edition lacks but that one of its open families allows: a country, its thresholds, a year."""
    for family in edition.open_families:
        parts = _parts(family, entry_id)
        if parts is not None:
            return family.entry(parts, (), Basis.OWNER)
    return None


def _parts(family: FamilyTable, entry_id: str) -> tuple[str, ...] | None:
    pattern, found = family.id.split("."), entry_id.split(".")
    if len(pattern) != len(found):
        return None
    for want, part in zip(pattern, found, strict=True):
        if want != part and not (want.startswith("{") and _ADDABLE[want.strip("{}")](part)):
            return None
    return tuple(part for want, part in zip(pattern, found, strict=True) if want.startswith("{"))


def _suggestion(edition: Edition, entry_id: str) -> str:
    close = get_close_matches(entry_id[:100], edition.entries, n=1)
    return f"did you mean {close[0]}?" if close else "see `rulebook show` for the ids"


def _changed(entry: Entry, raw: object, first_day: date, mistakes: list[Mistake]) -> Entry | None:
    """The entry with an owner's values, or `None` and a mistake."""
    before = len(mistakes)
    if _is_dated(raw):
        own = list(_dated_values(entry, raw, first_day, mistakes))
        kept = [dated for dated in entry.values if own and dated.starts < own[0].starts]
        values = kept + own
    else:
        values = [DatedValue(first_day, _converted(entry, raw, mistakes), Basis.OWNER)]
    if len(mistakes) > before:
        return None
    return replace(entry, values=tuple(values), basis=Basis.OWNER)


def _is_dated(raw: object) -> bool:
    items = raw if isinstance(raw, list) else [raw]
    return any(isinstance(item, dict) and "from" in item for item in items)


def _dated_values(entry: Entry, raw: object, first_day: date, mistakes: list[Mistake]) -> Iterator[DatedValue]:
    """Dated values in ascending order, none before the rulebook's first day."""
    latest: date | None = None
    for item in raw if isinstance(raw, list) else [raw]:
        if not isinstance(item, dict) or "from" not in item or not set(item) <= {"from", "value"}:
            mistakes.append(
                Mistake(entry.id, "a dated value has `from` and `value` only", "write { from = 2025-01-01, value = … }")
            )
            continue
        try:
            starts = civil_date(item["from"])
        except InvalidValue as error:
            mistakes.append(Mistake(entry.id, "`from` is no date", str(error)))
            continue
        if starts < first_day:
            mistakes.append(Mistake(entry.id, f"{starts} is before the rulebook", f"start on {first_day} or later"))
        if latest is not None and starts <= latest:
            mistakes.append(
                Mistake(
                    entry.id, f"{starts} does not come after {latest}", "write the dates in ascending order, each once"
                )
            )
        latest = starts
        value = _converted(entry, item["value"], mistakes) if "value" in item else None
        yield DatedValue(starts, value, Basis.OWNER)


def _converted(entry: Entry, raw: object, mistakes: list[Mistake]) -> Value | None:
    try:
        return convert(entry.unit, raw)
    except InvalidValue as error:
        mistakes.append(Mistake(entry.id, f"the value does not fit its unit ({entry.unit})", str(error)))
        return None
