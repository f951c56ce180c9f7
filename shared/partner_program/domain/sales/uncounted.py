"""Lines that did not count, as they are kept for the account whose site they name.

Held and rejected lines only: a duplicate is counted once already. What is kept are the columns of the format as they
were received, without free text and unknown columns, and with what looks like a bank number masked (B52).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from partner_program.domain.facts import Site
from partner_program.domain.files.outcomes import Outcome, ReasonCode
from partner_program.domain.files.reject_file import RejectedLine, masked
from partner_program.domain.sales.pos_cells import is_line_number
from partner_program.domain.sales.pos_lines import POS_COLUMNS
from partner_program.values.errors import InvalidValue
from partner_program.values.ids import is_id
from partner_program.values.periods import month_of, parse_date

UNCOUNTED_COLUMNS = POS_COLUMNS.required + POS_COLUMNS.optional
"""The columns that are kept, in this order."""
UNDATED = "undated"
"""The month of a line whose invoice date cannot be read."""
LONGEST_CELL = 64
"""Characters of a cell that are kept: no sound one has more."""
LONGEST_MESSAGE = 1500
"""Characters of a message that are kept: of a line with every column wrong all is told."""

_ID_COLUMNS = frozenset({"report_id", "distributor_id", "invoice_number", "partner_site_id", "sku"})
_AMOUNT = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,4})?")
_SITE = "partner_site_id"
_CHANGED = "the line was counted with other content"


class UncountedLine(NamedTuple):
    """One line: where it starts in the file, what became of it, and its `cells` in the order of `UNCOUNTED_COLUMNS`.

    `content_hash` is that of a well-formed line, empty for a malformed one.
    """

    line: int
    outcome: Outcome
    code: ReasonCode
    message: str
    content_hash: str
    cells: tuple[str, ...]

    @property
    def columns(self) -> dict[str, str]:
        """Cells by column; an absent optional column is empty."""
        return dict(zip(UNCOUNTED_COLUMNS, self.cells, strict=True))

    @property
    def name(self) -> tuple[str, int] | None:
        """Invoice and line number, where both can be read."""
        columns = self.columns
        invoice, number = columns["invoice_number"], columns["line_number"]
        return (invoice, int(number)) if is_id(invoice) and is_line_number(number) else None


class UncountedPlace(NamedTuple):
    """Where lines are kept: the account of their site, and the month (`YYYY-MM`, or `undated`)."""

    account_id: str
    month: str


def sites_named(rejected: Iterable[RejectedLine], header: Sequence[str]) -> set[str]:
    """The sites that held and rejected lines name, as far as that can be read."""
    cells = (_cells(line, header) for line in rejected if line.outcome is not Outcome.DUPLICATE)
    return {found[_SITE] for found in cells if found is not None and is_id(found[_SITE])}


def uncounted(
    rejected: Iterable[RejectedLine], header: Sequence[str], sites: Mapping[str, Site]
) -> dict[UncountedPlace, list[UncountedLine]]:
    """Held and rejected lines of known sites by where they are kept, each in the order of the file."""
    found: dict[UncountedPlace, list[UncountedLine]] = {}
    for line in rejected:
        cells = _cells(line, header) if line.outcome is not Outcome.DUPLICATE else None
        site = sites.get(cells[_SITE]) if cells else None
        if cells and site:
            place = UncountedPlace(site.account_id, _month(cells["invoice_date"]))
            found.setdefault(place, []).append(_kept(line, cells))
    return found


def dump_uncounted(lines: Sequence[UncountedLine]) -> str:
    """JSON that names fields and columns once."""
    return json.dumps(
        {"fields": UncountedLine._fields, "columns": UNCOUNTED_COLUMNS, "lines": lines},
        separators=(",", ":"),
        ensure_ascii=False,
    )


def load_uncounted(text: str) -> list[UncountedLine]:
    """The inverse of `dump_uncounted`; fields and columns are found by name, so that later ones may be added."""
    stored = json.loads(text)
    return [_loaded(dict(zip(stored["fields"], row, strict=True)), stored["columns"]) for row in stored["lines"]]


def _loaded(row: Mapping[str, str], columns: Sequence[str]) -> UncountedLine:
    cells = dict(zip(columns, row["cells"], strict=True))
    return UncountedLine(
        int(row["line"]), Outcome(row["outcome"]), ReasonCode(row["code"]), row["message"], row["content_hash"],
        tuple(cells.get(name, "") for name in UNCOUNTED_COLUMNS),
    )  # fmt: skip


def _cells(line: RejectedLine, header: Sequence[str]) -> dict[str, str] | None:
    """None for a row of the wrong width: nobody knows which cell is which."""
    if len(line.raw) != len(header):
        return None
    return dict.fromkeys(UNCOUNTED_COLUMNS, "") | dict(zip(header, line.raw, strict=True))


def _kept(line: RejectedLine, cells: Mapping[str, str]) -> UncountedLine:
    """What else is told of a changed line speaks of the report that has it, which is none of the partner's business.

    The name of an unknown column can be in a message: it is masked as a cell is.
    """
    code = line.rejections[0].code
    message = _CHANGED if code is ReasonCode.LINE_CHANGED else masked(line.told)[:LONGEST_MESSAGE]
    shown = tuple(_shown(name, cells[name]) for name in UNCOUNTED_COLUMNS)
    return UncountedLine(line.line, line.outcome, code, message, line.content_hash, shown)


def _shown(column: str, cell: str) -> str:
    """An id and an amount stay whole where they are sound; anything else might be a bank number."""
    is_sound = is_id(cell) if column in _ID_COLUMNS else _AMOUNT.fullmatch(cell) is not None
    return cell if is_sound else masked(cell)[:LONGEST_CELL]


def _month(invoice_date: str) -> str:
    try:
        return month_of(parse_date(invoice_date))
    except InvalidValue:
        return UNDATED
