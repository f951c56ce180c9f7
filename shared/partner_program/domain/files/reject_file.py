"""`rejected.csv`: every line that was not counted, why, what to do, and its columns as received.

Safe to open in a spreadsheet (a cell that would be a formula gets a `'` before it; real numbers stay numbers) and
safe to pass on (what looks like a bank number in free text is masked; a cell is cut at the field limit).
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import NamedTuple

from partner_program.domain.files.delimited import Columns
from partner_program.domain.files.outcomes import Outcome, Rejection
from partner_program.domain.files.what_to_do import what_to_do

HEAD = ("line", "outcome", "reason_code", "message", "what_to_do")
LONGEST_CELL = 4096
_CUT = "…[cut]"
# The last four are the full-width = + - @, which some spreadsheets take for the plain ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_BANK_NUMBER = re.compile(
    r"\b[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}\b"  # IBAN, in groups or not
    r"|(?<![0-9])[0-9](?:[ -]?[0-9]){9,33}(?![0-9])"  # ten digits and more
)
_MASK = "***"


class RejectedLine(NamedTuple):
    """A line that did not count. The first rejection gives the reason code; all of them are told.

    `content_hash` is that of a well-formed sales line, and empty for everything else.
    """

    outcome: Outcome
    line: int
    rejections: tuple[Rejection, ...]
    raw: tuple[str, ...]
    content_hash: str = ""

    @property
    def told(self) -> str:
        """Everything that is wrong with it, each with its column."""
        return "; ".join(
            f"{mistake.column}: {mistake.message}" if mistake.column else mistake.message for mistake in self.rejections
        )


class RejectFile:
    """Rows of a rejected file, for the header of the file they come from."""

    def __init__(self, header: tuple[str, ...], columns: Columns) -> None:
        self._header = header
        structured = set(columns.required + columns.optional) - columns.free_text
        self._structured = tuple(name in structured for name in header)

    def head(self) -> bytes:
        """The header row."""
        return _csv([[*HEAD, *(exported(name) for name in self._header)]])

    def rows(self, lines: Iterable[RejectedLine]) -> bytes:
        """Rows of some lines, to be put after the header."""
        return _csv(self._row(line) for line in lines)

    def _row(self, rejected: RejectedLine) -> list[str]:
        aligned = len(rejected.raw) == len(self._structured)
        cells = [
            exported(cell if aligned and self._structured[index] else masked(cell))
            for index, cell in enumerate(rejected.raw)
        ]
        reason = rejected.rejections[0].code
        return [str(rejected.line), rejected.outcome.value, reason.value, rejected.told, what_to_do(reason), *cells]


def exported(cell: str) -> str:
    """A cell for a file that people open: never a formula, never endless, never with a NUL."""
    if len(cell) > LONGEST_CELL:
        cell = cell[:LONGEST_CELL] + _CUT
    cell = cell.replace("\0", "\ufffd")
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(cell) else cell


def masked(cell: str) -> str:
    """A text without what looks like a bank number (B52); a cell that is one plain number is one too, if it is long."""
    return _BANK_NUMBER.sub(_MASK, cell[: LONGEST_CELL + 1])


def _csv(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
