"""Reads a folder to play: program records, POS reports and when each was received. Judges nothing: the engine does.

The player has to know days before the engine has seen a byte, so it looks into the files with the tolerance of a
reader who only wants dates. What cannot be read is uploaded as it is and refused by the engine, not here.
"""

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from partner_program.values.errors import InvalidValue, ProgramError
from partner_program.values.periods import parse_date

UNREADABLE = (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error)
FIELD_LIMIT_CHARACTERS = 1 << 20


class PlayRefused(ProgramError):
    """The folder or the options cannot be played; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class RecordsFile:
    """`records/<kind>.csv`: its rows as they stand, or only its bytes (`rows` is None) when it is no readable CSV."""

    kind: str
    content: bytes
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class ReportFile:
    """`pos/<distributor_id>/<report_id>.csv[.gz]` with how many lines it has of each invoice date."""

    distributor_id: str
    report_id: str
    path: Path
    invoice_dates: Mapping[date, int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its key in the uploads bucket."""
        return f"pos/{self.distributor_id}/{self.path.name}"


@dataclass(frozen=True, slots=True)
class ProgramFolder:
    """Everything of a folder that a play needs. `received` may name a report twice: then it arrives twice."""

    records: tuple[RecordsFile, ...]
    reports: tuple[ReportFile, ...]
    received: Mapping[tuple[str, str], tuple[date, ...]]
    ignored: tuple[str, ...]


def read_folder(folder: Path) -> ProgramFolder:
    """Read `records/`, `pos/` and `received.csv`. Raises `PlayRefused` when there is nothing to play."""
    if not folder.is_dir():
        raise PlayRefused(f"{folder} is no folder")
    records = tuple(_read_records(path) for path in sorted((folder / "records").glob("*.csv")))
    pos_files = sorted(path for path in (folder / "pos").rglob("*") if path.is_file())
    reports = [path for path in pos_files if _is_report(path, folder / "pos")]
    if not records and not reports:
        raise PlayRefused(f"{folder} holds neither records/<kind>.csv nor pos/<distributor_id>/<report_id>.csv")
    return ProgramFolder(
        records=records,
        reports=tuple(_read_report(path) for path in reports),
        received=_read_received(folder / "received.csv"),
        ignored=tuple(str(path.relative_to(folder)) for path in pos_files if path not in set(reports)),
    )


def _is_report(path: Path, pos: Path) -> bool:
    return path.parent.parent == pos and path.name.endswith((".csv", ".csv.gz"))


def _read_records(path: Path) -> RecordsFile:
    content = path.read_bytes()
    try:
        rows = [tuple(row) for row in _csv_rows(io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=""))]
    except UNREADABLE:
        return RecordsFile(path.stem, content)
    if not rows:
        return RecordsFile(path.stem, content)
    return RecordsFile(path.stem, content, rows[0], tuple(rows[1:]))


def _read_report(path: Path) -> ReportFile:
    report_id = path.name.removesuffix(".gz").removesuffix(".csv")
    return ReportFile(path.parent.name, report_id, path, _invoice_dates(path))


def _invoice_dates(path: Path) -> dict[date, int]:
    """Lines per invoice date; of a file that breaks in the middle, of the lines before."""
    dates: Counter[date] = Counter()
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            rows = _csv_rows(io.TextIOWrapper(stream, "utf-8-sig", newline=""))
            header = next(rows, [])
            if "invoice_date" in header:
                dates.update(_dates_of_column(rows, header.index("invoice_date")))
    except UNREADABLE:
        pass  # the engine refuses it with a reason of its own; here it merely has fewer dates
    return dict(dates)


def _dates_of_column(rows: Iterator[list[str]], column: int) -> Iterator[date]:
    for row in rows:
        day = readable_date(row[column]) if column < len(row) else None
        if day is not None:
            yield day


def _csv_rows(stream: io.TextIOWrapper) -> Iterator[list[str]]:
    csv.field_size_limit(FIELD_LIMIT_CHARACTERS)
    return (row for row in csv.reader(stream, strict=True) if row)


def _read_received(path: Path) -> dict[tuple[str, str], tuple[date, ...]]:
    """Days on which each report arrives. Raises `PlayRefused` naming the line: this file is only ever the player's."""
    if not path.exists():
        return {}
    received: dict[tuple[str, str], tuple[date, ...]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for number, row in enumerate(csv.DictReader(stream, strict=True), start=2):
                report, day = _received_row(row, number)
                received[report] = (*received.get(report, ()), day)
    except UNREADABLE as broken:
        raise PlayRefused(f"{path.name} is no readable CSV: {broken}") from broken
    return received


def _received_row(row: Mapping[str, str | None], number: int) -> tuple[tuple[str, str], date]:
    distributor_id, report_id = row.get("distributor_id"), row.get("report_id")
    day = readable_date(row.get("received_on") or "")
    if not distributor_id or not report_id or day is None:
        raise PlayRefused(
            f"received.csv row {number}: distributor_id, report_id and received_on (YYYY-MM-DD) are needed"
        )
    return (distributor_id, report_id), day


def readable_date(text: str) -> date | None:
    """The date that a cell states, or None: whether that is a mistake the engine says."""
    try:
        return parse_date(text.strip())
    except InvalidValue:
        return None
