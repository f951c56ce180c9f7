"""A strict CSV reader over a byte stream: what cannot be trusted is refused, what is malformed named, nothing guessed.

`open_table` answers with a reader of rows. A file that cannot be trusted as a whole raises `FileRefused`, on opening
or later on; a row with a mistake of form comes as a `BadRow` among the good ones. No sniffing, no trimming, no
replacement characters. Memory stays flat: one chunk and one row at a time.
"""

import csv
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import BinaryIO, NamedTuple

from partner_program.domain.files.byte_stream import Bytes, text_lines
from partner_program.domain.files.outcomes import FileRefused, ReasonCode, Rejection

_OTHER_DELIMITERS = (";", "\t", "|")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SHOWN_NAME_CHARS = 64
_SHOWN_NAMES = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost. Beyond a limit of the file it is refused, beyond one of a field the row is rejected.

    `stored_bytes` is the object as uploaded, `content_bytes` what it holds after gunzip. The gzip ratio is not held
    against the first `ratio_free_bytes` of content: a small file of equal lines compresses better than 1:100 honestly.
    """

    stored_bytes: int = 512 * 1024 * 1024
    content_bytes: int = 2 * 1024 * 1024 * 1024
    gzip_ratio: int = 100
    ratio_free_bytes: int = 1024 * 1024
    row_chars: int = 4 * 1024 * 1024
    field_bytes: int = 4096
    rows: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Columns:
    """The header that a table must have: order free, names exact. Line breaks in quotes are for `free_text` only."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    free_text: frozenset[str] = frozenset()


class Row(NamedTuple):
    """A row of the right shape. `cells` has every column of `Columns`, an absent optional one as an empty text.

    `line` is the physical line on which the row starts (the header is line 1); `raw` the cells as received.
    """

    line: int
    cells: Mapping[str, str]
    raw: tuple[str, ...]


class BadRow(NamedTuple):
    """A row of the wrong shape, with its first mistake."""

    line: int
    rejection: Rejection
    raw: tuple[str, ...]


class TableReader:
    """Iterates the rows of one table once, in order. `unknown_columns` are ignored; `header` is as received."""

    def __init__(self, source: Bytes, columns: Columns, limits: Limits) -> None:
        # The module's own limit is process-wide and stops in the middle of a row; ours (row_chars) is always smaller.
        csv.field_size_limit(2 * limits.row_chars)
        self._limits = limits
        self._budget = limits.row_chars
        self._records = csv.reader(self._physical_lines(source), strict=True)
        self.header = self._read_header()
        known = columns.required + columns.optional
        _check_header(self.header, columns)
        unknown = (name[:_SHOWN_NAME_CHARS] for name in self.header if name not in known)
        self.unknown_columns = tuple(islice(unknown, _SHOWN_NAMES))
        self._names = known
        self._one_line = frozenset(self.header.index(name) for name in known
                                   if name in self.header and name not in columns.free_text)  # fmt: skip
        absent = len(self.header)  # an empty cell is put there
        self._pick = itemgetter(*(self.header.index(name) if name in self.header else absent for name in known))
        self.rows_read = 0

    def __iter__(self) -> Iterator[Row | BadRow]:
        names, pick, width = self._names, self._pick, len(self.header)
        short, limits = self._limits.field_bytes // 4, self._limits
        while (record := self._next_record()) is not None:
            line, row = record
            self.rows_read += 1
            if self.rows_read > limits.rows:
                raise FileRefused(ReasonCode.TOO_MANY_LINES, f"more than {limits.rows} lines", line=line)
            joined = "".join(row)
            if len(row) == width and len(joined) <= short and joined.isprintable():
                yield Row(line, dict(zip(names, pick((*row, "")), strict=True)), tuple(row))
                continue
            mistake = self._mistake(row, line)
            if mistake:
                yield BadRow(line, mistake, tuple(row))
            else:
                yield Row(line, dict(zip(names, pick((*row, "")), strict=True)), tuple(row))

    def _physical_lines(self, source: Bytes) -> Iterator[str]:
        """Lines for the csv module, at most `row_chars` of them for one row."""
        for number, text in enumerate(text_lines(source, self._limits.row_chars), start=1):
            whole = self._budget == self._limits.row_chars
            self._budget -= len(text)
            if self._budget < 0:
                code = ReasonCode.LINE_TOO_LONG if whole else ReasonCode.UNCLOSED_QUOTE
                raise FileRefused(code, f"a row has more than {self._limits.row_chars} characters", line=number)
            yield text

    def _next_record(self) -> tuple[int, list[str]] | None:
        """The next row that is not an empty line, with the number of its first line."""
        records = self._records
        while True:
            self._budget = self._limits.row_chars
            line = records.line_num + 1
            try:
                row = next(records)
            except StopIteration:
                return None
            except csv.Error as error:
                raise FileRefused(ReasonCode.UNCLOSED_QUOTE, f"the quotes do not match: {error}", line=line) from None
            if row:
                return line, row

    def _read_header(self) -> tuple[str, ...]:
        record = self._next_record()
        if record is None:
            raise FileRefused(ReasonCode.EMPTY, "the file has no header row")
        return tuple(record[1])

    def _mistake(self, row: list[str], line: int) -> Rejection | None:
        """The first mistake of form, or None. A quote that has swallowed rows refuses the file: they would be lost."""
        spans_lines = self._records.line_num > line
        if len(row) != len(self.header):
            if spans_lines:
                raise FileRefused(ReasonCode.UNCLOSED_QUOTE, "a quoted field runs over several rows", line=line)
            message = f"{len(row)} columns where the header has {len(self.header)}"
            return Rejection(code=ReasonCode.COLUMN_COUNT, message=message, line=line)
        for index, cell in enumerate(row):
            column = self.header[index][:_SHOWN_NAME_CHARS]
            if spans_lines and index in self._one_line and _has_swallowed_a_row(cell):
                raise FileRefused(
                    ReasonCode.UNCLOSED_QUOTE, "a quoted field runs over several rows", line=line, column=column
                )
            code, message = cell_mistake(cell, self._limits.field_bytes, one_line=index in self._one_line)
            if code:
                return Rejection(code=code, message=message, line=line, column=column)
        return None


def cell_mistake(cell: str, field_bytes: int, *, one_line: bool) -> tuple[ReasonCode | None, str]:
    """What is wrong with the form of one cell, whatever its column is for: too long, or not to be read."""
    size = len(cell.encode("utf-8", "surrogatepass"))
    if size > field_bytes:
        return ReasonCode.FIELD_TOO_LONG, f"the field has {size} bytes; at most {field_bytes} are taken"
    if cell.isprintable():
        return None, ""
    allowed = "" if one_line else "\n\r\t"
    for character in cell:
        if unicodedata.category(character) in _FORBIDDEN_CATEGORIES and character not in allowed:
            message = f"the field holds the control or format character U+{ord(character):04X}"
            return ReasonCode.CONTROL_CHARACTER, message
    return None, ""


def open_table(stream: BinaryIO, columns: Columns, limits: Limits, gzipped: bool) -> TableReader:
    """Reads the header of a CSV (gunzipping when told to); raises `FileRefused` for what is not such a table."""
    return TableReader(Bytes(stream, limits, gzipped), columns, limits)


def _has_swallowed_a_row(cell: str) -> bool:
    """A line break alone is a mistake of one cell; with a delimiter beside it, rows have vanished into the cell."""
    return "," in cell and ("\n" in cell or "\r" in cell)


def _check_header(header: tuple[str, ...], columns: Columns) -> None:
    if any("\0" in name for name in header):
        raise FileRefused(ReasonCode.WRONG_ENCODING, "NUL bytes in the header: UTF-16 or a binary file", line=1)
    only = header[0]
    if len(header) == 1 and len(columns.required) > 1 and any(other in only for other in _OTHER_DELIMITERS):
        raise FileRefused(ReasonCode.WRONG_DELIMITER, "the header is one column: the delimiter must be a comma", line=1)
    missing = [name for name in columns.required if name not in header]
    if missing:
        raise FileRefused(
            ReasonCode.MISSING_COLUMN, f"the header has no column {', '.join(missing)}", line=1, column=missing[0]
        )
    for index, name in enumerate(header):
        if name in header[:index]:
            shown = name[:_SHOWN_NAME_CHARS]
            raise FileRefused(ReasonCode.DUPLICATE_COLUMN, f"column {shown!r} comes twice", line=1, column=shown)
