"""The first pass over a POS report: may it be trusted as a whole, what does it hold, which lines come twice.

Nothing is posted before the whole file was surveyed. Memory: 8 bytes for each line, more only for repeated ones.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from partner_program.domain.files.delimited import BadRow, Row
from partner_program.domain.files.outcomes import FileRefused, ReasonCode
from partner_program.domain.sales.pos_cells import is_line_number, readable_amount
from partner_program.domain.sales.pos_lines import LineParser, SalesLine
from partner_program.domain.sales.receipt import Amounts, ControlTotal
from partner_program.domain.sales.report_key import ReportKey
from partner_program.values.ids import is_id

LineName = tuple[str, int]
"""Invoice number and line number."""
_SHARDS = 64


class LineNames:
    """The names of all lines of a file, as 8-byte hashes: flat memory, and nobody can aim at a salted hash."""

    def __init__(self) -> None:
        self._shards = [array("q") for _ in range(_SHARDS)]  # small sets and sorts instead of one big one
        self._sorted = False

    def add(self, invoice: str, number: str) -> None:
        """One line, by its cells as received."""
        name = _name_hash(invoice, number)
        self._shards[name % _SHARDS].append(name)
        self._sorted = False

    def __contains__(self, name: LineName) -> bool:
        if not self._sorted:
            self._shards = [array("q", sorted(shard)) for shard in self._shards]
            self._sorted = True
        wanted = _name_hash(name[0], str(name[1]))
        shard = self._shards[wanted % _SHARDS]
        index = bisect_left(shard, wanted)
        return index < len(shard) and shard[index] == wanted

    def repeated(self) -> frozenset[int]:
        """Hashes that occur more than once."""
        return frozenset(name for shard in self._shards for name in _repeated(shard))


class Survey(NamedTuple):
    """What the whole file holds. `suspects` are hashes of line names that may occur more than once."""

    control: Amounts
    names: LineNames
    suspects: frozenset[int]


class Repeat(NamedTuple):
    """A line name that rows of one file share: the first counts if all say the same, none if they differ."""

    first_line: int
    differs: bool


def survey(rows: Iterable[Row | BadRow], key: ReportKey) -> Survey:
    """Reads every row. Raises `FileRefused` where a row names another report or distributor than the key (R-8)."""
    control = ControlTotal()
    names = LineNames()
    for row in rows:
        if isinstance(row, BadRow):
            control.add(None)
            continue
        cells = row.cells
        if cells["report_id"] != key.report_id:
            raise _mismatch(ReasonCode.REPORT_MISMATCH, "report_id", row.line)
        if cells["distributor_id"] != key.distributor_id:
            raise _mismatch(ReasonCode.DISTRIBUTOR_MISMATCH, "distributor_id", row.line)
        control.add(readable_amount(cells))
        names.add(cells["invoice_number"], cells["line_number"])
    return Survey(control.amounts(), names, names.repeated())


def line_name(row: Row | BadRow) -> LineName | None:
    """The name of the line in a row, if it has one."""
    if isinstance(row, BadRow):
        return None
    number = row.cells["line_number"]
    if not is_id(row.cells["invoice_number"]) or not is_line_number(number):
        return None
    return row.cells["invoice_number"], int(number)


def repeats(rows: Iterable[Row | BadRow], suspects: frozenset[int], today: date) -> dict[LineName, Repeat]:
    """The line names that really occur more than once, by reading the file again; a malformed row differs from any."""
    seen: dict[tuple[str, str], tuple[int, str | None, int, bool]] = {}
    parser = LineParser(today)
    for row in rows:
        if isinstance(row, BadRow):
            continue
        invoice, number = row.cells["invoice_number"], _canonical(row.cells["line_number"])
        if _name_hash(invoice, number) not in suspects:
            continue
        parsed = parser.parse(row)
        content = parsed.content_hash if isinstance(parsed, SalesLine) else None
        first_line, first_content, count, differs = seen.get((invoice, number), (row.line, content, 0, False))
        differs = differs or content != first_content
        seen[invoice, number] = (first_line, first_content, count + 1, differs)
    return {
        (invoice, int(number)): Repeat(first_line, differs)
        for (invoice, number), (first_line, _, count, differs) in seen.items()
        if count > 1 and is_line_number(number)
    }


def _repeated(names: "array[int]") -> set[int]:
    if len(set(names)) == len(names):
        return set()
    ordered = sorted(names)
    return {name for name, following in pairwise(ordered) if name == following}


def _name_hash(invoice: str, number: str) -> int:
    return hash((invoice, _canonical(number)))


def _canonical(number: str) -> str:
    """`007` names the same line as `7`."""
    return number.lstrip("0") or "0"


def _mismatch(code: ReasonCode, column: str, line: int) -> FileRefused:
    return FileRefused(code, f"{column} is not the one in the key", line=line, column=column)
