"""`partner-program rulebook`: the rulebook as tables, assumed values marked, and the check of an owner's file."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from local.console import wide_console
from partner_program.rulebook import (
    DEFAULT_EDITION,
    Basis,
    DatedValue,
    Entry,
    Mistake,
    NotInForce,
    Rulebook,
    RulebookInvalid,
    Rules,
    UnknownEdition,
    load_rulebook,
)
from partner_program.values.tiers import Tier

rulebook_app = typer.Typer(no_args_is_help=True, help="The program's values: show them, check an owner's file.")

_MARKS = {Basis.ASSUMED: "*", Basis.READING: "°", Basis.OWNER: "†", Basis.GUIDE: ""}
_STYLES = {Basis.ASSUMED: "yellow", Basis.READING: "cyan", Basis.OWNER: "green", Basis.GUIDE: ""}
_LEGEND = {
    Basis.ASSUMED: "assumed: the documents leave it open; the program's owner has to set it",
    Basis.READING: "reading: how an open place of the documents is read",
    Basis.OWNER: "owner: set by the owner's file",
    Basis.GUIDE: "guide: stated by the documents",
}
_BY_COUNTRY = ("country.", "revenue_threshold.")  # these have a table of their own
Row: TypeAlias = tuple[Entry, DatedValue]
Edition = Annotated[str, typer.Option(help="The edition: guide-2022 or brochure.")]


@rulebook_app.command("show")
def show_command(
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today if not given.")] = None,
    edition: Edition = DEFAULT_EDITION,
    rulebook: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="An owner's file to lay over it.")
    ] = None,
) -> None:
    """Print every value in force on a day; assumed ones are marked."""
    console = wide_console()
    book = _load_or_exit(console, edition, rulebook)
    try:
        show_rulebook(console, book, on.date() if on else datetime.now(book.time_zone).date())
    except NotInForce as error:
        _refuse(console, [str(error)])


@rulebook_app.command("check")
def check_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The owner's file.")],
    edition: Edition = DEFAULT_EDITION,
) -> None:
    """Say whether an owner's file can be used; if not, every mistake in it and what to do. Exit 1 if not."""
    console = Console()
    book = _load_or_exit(console, edition, file)
    own = [entry for entry in book.entries if entry.basis is Basis.OWNER]
    console.print(f"Valid: {len(own)} values set by the file, {len(book.assumed())} left assumed.", highlight=False)


def read_override(file: Path) -> str:
    """The text of an owner's file. Raises `RulebookInvalid` where it is not UTF-8, `OSError`."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RulebookInvalid([Mistake("the file", "it is not UTF-8", "save it as UTF-8")]) from error


def show_rulebook(console: Console, book: Rulebook, on: date) -> None:
    """Print the values of one day as tables. Raises `NotInForce` before the rulebook's first day."""
    rules = book.at(on)
    standing = [(entry, dated) for entry in book.entries if (dated := entry.on(on)) and dated.value is not None]
    standing.sort(key=lambda row: _rule_order(row[0].rules[0]))
    by_tier = [row for row in standing if _tier_of(row[0])]
    console.print(_values_table(f"Rulebook {book.edition} on {on}", [row for row in standing if row not in by_tier]))
    console.print(_tiers_table(f"By tier on {on}", by_tier))
    console.print(_thresholds_table(rules))
    _print_legend(console, book, [dated.basis for _, dated in standing])


def _rule_order(rule: str) -> list[tuple[int, str]]:
    """R-4.2.2 before R-4.2.10, R-5.3 before R-5.3b."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.findall("[0-9]+|[a-z]", rule)]


def _tier_of(entry: Entry) -> str | None:
    """The tier that an id ends with."""
    last = entry.id.rpartition(".")[2]
    return last if last in tuple(Tier) else None


def _values_table(title: str, rows: Iterable[Row]) -> Table:
    """One row for each value that belongs to no tier and no country."""
    table = _table(title, "id", "value", "unit", "since", "rules", "section")
    for entry, dated in rows:
        if not entry.id.startswith(_BY_COUNTRY):
            value = _marked(_shown(dated.value), dated.basis)
            table.add_row(entry.id, value, entry.unit, str(dated.starts), " ".join(entry.rules), entry.section)
    return table


def _tiers_table(title: str, rows: Iterable[Row]) -> Table:
    """One row for each value that differs by tier; a value that began later than the rulebook shows since when."""
    table = _table(title, "id", *Tier, "unit", "rules", "section")
    listed = (row for row in rows if not row[0].id.startswith(_BY_COUNTRY))
    for stem, group in groupby(listed, key=lambda row: row[0].id.rpartition(".")[0]):
        members = {_tier_of(entry): (entry, dated) for entry, dated in group}
        cells = [_tier_cell(*members[tier]) if tier in members else Text("") for tier in Tier]
        entry = next(iter(members.values()))[0]
        table.add_row(f"{stem}.…", *cells, entry.unit, " ".join(entry.rules), entry.section)
    return table


def _tier_cell(entry: Entry, dated: DatedValue) -> Text:
    since = "" if dated is entry.values[0] else f" since {dated.starts}"
    return _marked(_shown(dated.value), dated.basis).append(since)


def _thresholds_table(rules: Rules) -> Table:
    """The revenue each tier needs, for the countries of a region that share currency and thresholds."""
    title = f"Sales Revenue thresholds of a calendar year (R-4.1.2) on {rules.on}"
    table = _table(title, "region", "currency", "countries", *Tier)
    for (region, currency, ids), codes in _countries_alike(rules):
        amounts = (rules.revenue_threshold(codes[0], tier).amount for tier in Tier)
        bases = (Basis(rules.basis(entry_id)) for entry_id in ids)
        cells = (_marked(f"{amount:,f}", basis) for amount, basis in zip(amounts, bases, strict=True))
        table.add_row(region, currency, " ".join(codes), *cells)
    return table


def _countries_alike(rules: Rules) -> Iterator[tuple[tuple[str, str, tuple[str, ...]], list[str]]]:
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for country in rules.countries:
        ids = tuple(rules.revenue_threshold_id(country.code, tier) for tier in Tier)
        alike.setdefault((country.region, country.currency, ids), []).append(country.code)
    yield from sorted(alike.items())


def _print_legend(console: Console, book: Rulebook, bases: list[Basis]) -> None:
    for basis, meaning in _LEGEND.items():
        if basis in bases:
            console.print(Text(f"{_MARKS[basis]:1} {bases.count(basis):3} values {meaning}", style=_STYLES[basis]))
    console.print(f"digest {book.digest}", highlight=False, soft_wrap=True)


def _table(title: str, *columns: str) -> Table:
    """An empty table that breaks long cells instead of cutting them off."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _marked(text: str, basis: Basis) -> Text:
    return Text(f"{text}{_MARKS[basis]}", style=_STYLES[basis])


def _shown(value: object) -> str:
    """A value as people read it; the days of a holiday list without the year, which stands in the id."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        items = (f"{item:%m-%d}" if isinstance(item, date) else _shown(item) for item in value)
        return ("; " if any(" " in str(item) for item in value) else ", ").join(items)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _load_or_exit(console: Console, edition: str, file: Path | None) -> Rulebook:
    try:
        return load_rulebook(edition, None if file is None else read_override(file))
    except RulebookInvalid as error:
        _refuse(console, error.messages)
    except UnknownEdition as error:
        _refuse(console, [str(error)])


def _refuse(console: Console, messages: list[str]) -> NoReturn:
    for message in messages:
        console.print(Text(message), soft_wrap=True)
    raise typer.Exit(1)
