"""The lines of a report that did not count, from its `rejected.csv`, page by page as they stand in it.

A page reads a bounded piece of the file, however rare what is looked for and however large the file: it may be short,
or empty, and still have a next one. Memory: one row and one page.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, NamedTuple

from partner_program.domain.files.outcomes import Outcome, ReasonCode
from partner_program.domain.files.reject_file import HEAD
from partner_program.domain.model import Document
from partner_program.domain.sales.report_key import ReportKey
from partner_program.use_cases.queries.report_ports import Reports, ResultReads
from partner_program.values.errors import InvalidValue, NotFound

MOST_BYTES_READ = 4 * 1024 * 1024
MOST_CHARACTERS = 1024 * 1024
"""Of the cells of a page: the answer stays below what a gateway lets through."""
MOST_CHARACTERS_OF_A_LINE = 64 * 1024
_PLACE = re.compile(r"([0-9]{1,15})@(.+)")


class LineNotCounted(Document):
    """A line that did not count: why, what to do, and its columns as `rejected.csv` has them.

    `line` is the physical line in the file as received (the header is line 1). Cells are those of `rejected.csv`: what
    would be a formula in a spreadsheet has a `'` before it, what looks like a bank account in free text is masked.
    `surplus` are cells beyond the header; `cut`: the line is too long to be shown whole.
    """

    line: int
    outcome: Outcome
    code: ReasonCode
    message: str
    what_to_do: str
    columns: dict[str, str]
    surplus: tuple[str, ...] = ()
    cut: bool = False


class LinesNotCounted(Document):
    """A page of them, in the order of the file. It may be short or empty: go on while there is a `next_cursor`."""

    items: tuple[LineNotCounted, ...]
    next_cursor: str | None


class _Place(NamedTuple):
    """Where to go on: a byte of one content of the file."""

    offset: int
    etag: str

    def __str__(self) -> str:
        return f"{self.offset}@{self.etag}"


class ReportLines:
    """One or two reads of the report, one of the file, two where it goes on; at most 4 MB and a row of it."""

    def __init__(self, reports: Reports, results: ResultReads) -> None:
        self._reports = reports
        self._results = results

    def __call__(
        self, distributor_id: str, report_id: str, *, outcome: Outcome | None = None, code: ReasonCode | None = None,
        after: str | None, limit: int,
    ) -> LinesNotCounted:  # fmt: skip
        """Lines of an outcome, of a code, or all. `next_cursor` is the bare position.

        Raises `NotFound` for an unknown report; `VersionConflict` where the report was processed again meanwhile: then
        its lines are other ones, to be read from the first page.
        """
        state = self._reports.state(distributor_id, report_id)
        if state is None and not self._reports.refusals(distributor_id, report_id):
            raise NotFound("There is no such report.")
        if state is None or state.receipt is None:
            return LinesNotCounted(items=(), next_cursor=None)
        key = ReportKey(distributor_id, report_id, gzipped=False).rejected
        rows = _Rows(self._results, key, _place(after))
        found: list[LineNotCounted] = []
        shown = 0
        for cells in rows:
            line = _line(rows.header, cells)
            if outcome in (None, line.outcome) and code in (None, line.code):
                found.append(line)
                shown += _length(line)
            if len(found) == limit or shown > MOST_CHARACTERS or rows.read > MOST_BYTES_READ:
                break
        return LinesNotCounted(items=tuple(found), next_cursor=rows.place)


class _Rows:
    """The rows of a rejected file from a place on. `read` counts the bytes, `place` is behind the last row."""

    def __init__(self, results: ResultReads, key: str, start: _Place | None) -> None:
        part = results.open_result_at(key, 0, start.etag if start else None)
        self.read = 0
        self.header: Sequence[str] = next(csv.reader(self._texts(part.stream), strict=True))
        self._offset, self._size, self._etag = self.read, part.size, part.etag
        self._stream = part.stream
        if start is not None:
            part.stream.close()
            self._offset = start.offset
            self._stream = results.open_result_at(key, start.offset, start.etag).stream
        self.read = 0

    def __iter__(self) -> Iterator[Sequence[str]]:
        yield from csv.reader(self._texts(self._stream), strict=True)

    @property
    def place(self) -> str | None:
        """None at the end of the file."""
        offset = self._offset + self.read
        self._stream.close()
        return str(_Place(offset, self._etag)) if offset < self._size else None

    def _texts(self, stream: BinaryIO) -> Iterator[str]:
        """Physical lines: the csv module takes as many of them as a row has, so that `read` ends with a row."""
        while text := stream.readline():
            self.read += len(text)
            yield text.decode()


def _place(after: str | None) -> _Place | None:
    if after is None:
        return None
    found = _PLACE.fullmatch(after)
    if found is None:
        raise InvalidValue("this is no place in a file of lines", "cursor")
    return _Place(int(found[1]), found[2])


def _line(header: Sequence[str], cells: Sequence[str]) -> LineNotCounted:
    line, outcome, code, message, advice = cells[: len(HEAD)]
    received, cut = _shortened(cells[len(HEAD) :])
    names = header[len(HEAD) :]
    return LineNotCounted(
        line=int(line),
        outcome=Outcome(outcome),
        code=ReasonCode(code),
        message=message[:MOST_CHARACTERS_OF_A_LINE],
        what_to_do=advice,
        columns=dict(zip(names, received, strict=False)),
        surplus=tuple(received[len(names) :]),
        cut=cut,
    )


def _shortened(cells: Sequence[str]) -> tuple[Sequence[str], bool]:
    """The cells up to a length of all of them together, and whether that leaves any out."""
    left = MOST_CHARACTERS_OF_A_LINE
    for index, cell in enumerate(cells):
        left -= len(cell) + 1
        if left < 0:
            return cells[:index], True
    return cells, False


def _length(line: LineNotCounted) -> int:
    columns: Mapping[str, str] = line.columns
    names = sum(map(len, columns))
    return names + len(line.message) + sum(map(len, columns.values())) + sum(map(len, line.surplus))
