"""Acts of the program's owner in a play: `acts.csv` read, each act done on its day by the engine's own use case.

The file is the player's alone, so a mistake in it is refused by row and column before anything is started.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from local.folder import UNREADABLE, PlayRefused, readable_date
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.brand_draw_store import DynamoBrandDraws
from partner_program.adapters.table import Table
from partner_program.domain.brand_draw import DrawOrder
from partner_program.rulebook import Rulebook
from partner_program.use_cases.draw_brand_reviews import DrawBrandReviews
from partner_program.use_cases.restate_baseline import RestateBaseline
from partner_program.values.errors import InvalidValue
from partner_program.values.ids import split_account_id


class ActKind(StrEnum):
    """What can be done."""

    RESTATE = "restate"
    """A frozen baseline is computed anew, shown, and applied (R-5.4d)."""
    DRAW = "draw_brand_reviews"
    """The accounts whose brand alignment is reviewed in a year are drawn (R-4.1.7)."""


@dataclass(frozen=True, slots=True)
class Act:
    """One row of `acts.csv`. `account_id` is empty for a draw, `seed` for a restatement; `row` is its row there."""

    row: int
    on: date
    kind: ActKind
    year: int
    by: str
    reason: str = ""
    account_id: str = ""
    seed: str = ""


COLUMNS = ("on", "act", "account_id", "year", "seed", "by", "reason")
NEEDED = {
    ActKind.RESTATE: frozenset({"account_id", "by", "reason"}),
    ActKind.DRAW: frozenset({"seed", "by"}),
}
"""What an act cannot do without, beside its day and year."""
ALLOWED = {
    ActKind.RESTATE: NEEDED[ActKind.RESTATE],
    ActKind.DRAW: NEEDED[ActKind.DRAW] | {"reason"},
}
"""What has a meaning for it: whatever else is filled is a mistake, not ignored."""


def read_acts(path: Path) -> tuple[Act, ...]:
    """The acts of a file in its order; none where there is no file. Raises `PlayRefused` naming row and column."""
    if not path.exists():
        return ()
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise PlayRefused(f"{path.name}: column {missing[0]} is missing")
            return tuple(_act(row, number) for number, row in enumerate(reader, start=2))
    except UNREADABLE as broken:
        raise PlayRefused(f"{path.name} is no readable CSV: {broken}") from broken


def perform(act: Act, program: Table, rulebook: Rulebook) -> None:
    """Do it. Raises `ProgramError` where the engine refuses it."""
    match act.kind:
        case ActKind.DRAW:
            DrawBrandReviews(DynamoBrandDraws(program), rulebook)(_order(act))
        case ActKind.RESTATE:
            restate = RestateBaseline(DynamoAccountStore(program), rulebook)
            seen = restate.preview(act.account_id, act.year, act.on)
            restate.apply(
                act.account_id, act.year, expected_amount=seen.recomputed, by=act.by, reason=act.reason, on=act.on
            )


def _act(row: Mapping[str | None, str | None], number: int) -> Act:
    """One row as an act. Raises `PlayRefused` with its first mistake, from left to right."""
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    for column, mistake in _mistakes(cells):
        raise PlayRefused(f"acts.csv row {number}: {column}: {mistake}")
    if None in row:
        raise PlayRefused(f"acts.csv row {number}: more cells than columns")
    act = Act(
        row=number,
        on=date.fromisoformat(cells["on"]),
        kind=ActKind(cells["act"]),
        year=int(cells["year"]),
        by=cells["by"],
        reason=cells["reason"],
        account_id=cells["account_id"],
        seed=cells["seed"],
    )
    if act.kind is ActKind.DRAW:
        try:
            _order(act)
        except InvalidValue as mistake:
            raise PlayRefused(f"acts.csv row {number}: {mistake}") from mistake
    return act


def _order(act: Act) -> DrawOrder:
    """Raises `InvalidValue` for what the engine would refuse whatever it knows."""
    return DrawOrder(act.year, act.seed, act.on, act.by)


def _mistakes(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Column and what is wrong in it, by column."""
    if readable_date(cells["on"]) is None:
        yield "on", f"{cells['on']!r} is no date (YYYY-MM-DD)"
    if cells["act"] not in set(ActKind):
        yield "act", f"{cells['act']!r} is none of {', '.join(ActKind)}"
        return
    kind = ActKind(cells["act"])
    if cells["account_id"] and not _is_account(cells["account_id"]):
        yield "account_id", f"{cells['account_id']!r} is no account (P1001-DE)"
    if readable_date(f"{cells['year']}-01-01") is None:
        yield "year", f"{cells['year']!r} is no year (YYYY)"
    for column in ("account_id", "seed", "by", "reason"):
        if not cells[column] and column in NEEDED[kind]:
            yield column, f"{kind} needs it"
        if cells[column] and column not in ALLOWED[kind]:
            yield column, f"{kind} has none"


def _is_account(text: str) -> bool:
    try:
        split_account_id(text)
    except InvalidValue:
        return False
    return True
