"""Which uploads a folder means, and on which days. Pure: the same folder gives the same plan."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from local.acts import Act, read_acts
from local.folder import PlayRefused, ProgramFolder, RecordsFile, ReportFile, read_folder, readable_date
from partner_program.values.periods import Quarter, add_months

DATE_COLUMNS = {
    "distributors": None,
    "products": None,
    "partners": "enrolled_on",
    "sites": "opened_on",
    "terms_acceptances": "accepted_on",
    "people": "from_date",
    "certifications": "certified_on",
    "trainings": "completed_on",
    "business_plans": "submitted_on",
    "business_reviews": "reviewed_on",
    "brand_reviews": "reviewed_on",
    "opening_revenue": None,
    "placements": "placed_on",
    "case_decisions": "decided_on",
    "locator_profiles": None,
}
"""Kind of record → the column with its own date, in the order of upload: what others refer to comes first."""

RECORDED_ON = "recorded_on"
"""An optional column of ours in any records file: the day the row is handed in; never uploaded itself."""

RECEIVED_DAY_OF_MONTH = 5
THROUGH_DAYS_AFTER_QUARTER = 45
TYPING_ERROR_GAP_DAYS = 366
_MONTH_IN_A_NAME = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})-(0[1-9]|1[0-2])(?![0-9])")


@dataclass(frozen=True, slots=True)
class Upload:
    """One object to put into the uploads bucket: bytes of our own, or a file as it stands."""

    key: str
    source: bytes | Path
    rows: int

    def body(self) -> bytes:
        """Its bytes."""
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What is done on a day, in this order: records uploaded by kind, then POS reports, then the owner's acts."""

    records: tuple[Upload, ...] = ()
    reports: tuple[Upload, ...] = ()
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole play. `never` names what comes after `through` or is no input at all, for the reader."""

    start: date
    through: date
    days: Mapping[date, DayPlan]
    never: tuple[str, ...] = ()

    @property
    def uploads(self) -> int:
        """How many objects will be put."""
        return sum(len(day.records) + len(day.reports) for day in self.days.values())


def read_plan(folder: Path, through: date | None = None) -> Plan:
    """The plan of a folder on disk. Raises `PlayRefused`."""
    return make_plan(read_folder(folder), through, read_acts(folder / "acts.csv"))


def make_plan(folder: ProgramFolder, through: date | None = None, acts: Sequence[Act] = ()) -> Plan:
    """Lay all rows, reports and acts of a folder on their days.

    Rows without a date, or dated before the first day, come on the first day; what comes after `through`
    (default: 45 days after the end of the quarter of the last invoice) is never done. Raises `PlayRefused`.
    """
    start = _first_day(folder)
    arrivals = [(day, report) for report in folder.reports for day in _arrival_days(report, folder, start)]
    last = through or _default_through(folder, start)
    if last < start:
        raise PlayRefused(f"--through {last} is before the first day of the program, {start}")
    records: dict[date, list[Upload]] = defaultdict(list)
    reports: dict[date, list[Upload]] = defaultdict(list)
    never = [f"{path}: neither .csv nor .csv.gz in a distributor's folder" for path in folder.ignored]
    never += _received_without_file(folder)
    for file in sorted(folder.records, key=_dependency_order):
        late = _plan_records(file, start, last, records)
        never += [f"records/{file.kind}.csv: {late} rows after {last}"] if late else []
    for day, report in sorted(arrivals, key=lambda arrival: (arrival[0], arrival[1].key)):
        if day > last:
            never.append(f"{report.key}: received on {day}, after {last}")
        else:
            reports[max(day, start)].append(Upload(report.key, report.path, sum(report.invoice_dates.values())))
    done, too_late = _acts_by_day(acts, start, last)
    days = {
        day: DayPlan(tuple(records.get(day, ())), tuple(reports.get(day, ())), tuple(done.get(day, ())))
        for day in sorted(records.keys() | reports.keys() | done.keys())
    }
    return Plan(start, last, days, (*never, *too_late))


def _acts_by_day(acts: Sequence[Act], start: date, last: date) -> tuple[dict[date, list[Act]], list[str]]:
    """Acts of a day in the order of the file, and what is said of those after the last day."""
    by_day: dict[date, list[Act]] = defaultdict(list)
    too_late = []
    for act in acts:
        if act.on < start:
            raise PlayRefused(f"acts.csv row {act.row}: on: {act.on} is before the first day of the program, {start}")
        if act.on > last:
            too_late.append(f"acts.csv row {act.row}: {act.kind} on {act.on}, after {last}")
        else:
            by_day[act.on].append(act)
    return by_day, too_late


def _first_day(folder: ProgramFolder) -> date:
    """The earliest `placed_on` or `enrolled_on`; without either, the earliest day that anything is dated."""
    stated = [
        day
        for file in folder.records
        if file.kind in ("placements", "partners")
        for day in _dates(file, DATE_COLUMNS[file.kind])
    ]
    if not stated:
        stated = [day for report in folder.reports for day in report.invoice_dates]
        stated += [day for file in folder.records for day in _dates(file, DATE_COLUMNS.get(file.kind))]
    if not stated:
        raise PlayRefused("no date in partners.csv, placements.csv or any report: nothing says when the program starts")
    return min(stated)


def _dates(file: RecordsFile, column: str | None) -> Iterable[date]:
    if file.rows is None or column not in file.header:
        return []
    return [day for row in file.rows if (day := _cell_date(row, file.header.index(column))) is not None]


def _cell_date(row: Sequence[str], index: int) -> date | None:
    return readable_date(row[index]) if index < len(row) else None


def _arrival_days(report: ReportFile, folder: ProgramFolder, start: date) -> Sequence[date]:
    stated = folder.received.get((report.distributor_id, report.report_id))
    return stated or [_default_arrival(report, start)]


def _default_arrival(report: ReportFile, start: date) -> date:
    """The 5th of the month after the last invoice date.

    A report without one readable invoice date goes by the month in its name (`2024-03` → 5 April), else it comes on
    the first day: it will be refused or empty either way, and the reader sees when.
    """
    last = last_invoice(report)
    if last is None:
        named = _MONTH_IN_A_NAME.search(report.report_id)
        if not named:
            return start
        last = date(int(named[1]), int(named[2]), 1)
    return add_months(last.replace(day=1), 1).replace(day=RECEIVED_DAY_OF_MONTH)


def last_invoice(report: ReportFile, received_on: date | None = None) -> date | None:
    """The last invoice date of a report that can be meant.

    A date that follows the others only after a gap of more than a year is taken for a typing error (2202 for 2022),
    and so is one after the report was received: one such line must not move the report, or the end of the play, by
    decades.
    """
    days = sorted(day for day, lines in report.invoice_dates.items() for _ in range(lines))
    if not days:
        return None
    last = days[(len(days) - 1) // 2]  # the middle line is trusted
    for day in days:
        if last < day <= min(last + timedelta(days=TYPING_ERROR_GAP_DAYS), received_on or date.max):
            last = day
    return last


def _default_through(folder: ProgramFolder, start: date) -> date:
    invoices = [start]
    for report in folder.reports:
        arrivals: Sequence[date | None] = folder.received.get((report.distributor_id, report.report_id)) or [None]
        invoices += [day for arrival in arrivals if (day := last_invoice(report, arrival)) is not None]
    return Quarter.of(max(invoices)).last_day + timedelta(days=THROUGH_DAYS_AFTER_QUARTER)


def _received_without_file(folder: ProgramFolder) -> list[str]:
    there = {(report.distributor_id, report.report_id) for report in folder.reports}
    return [f"received.csv: {'/'.join(named)} has no file" for named in sorted(folder.received.keys() - there)]


def _dependency_order(file: RecordsFile) -> tuple[int, str]:
    kinds = list(DATE_COLUMNS)
    return (kinds.index(file.kind) if file.kind in kinds else len(kinds), file.kind)


def _plan_records(file: RecordsFile, start: date, last: date, days: dict[date, list[Upload]]) -> int:
    """One upload for each day that has rows of this file; how many rows come after the last day."""
    if file.rows is None:
        days[start].append(Upload(f"records/{file.kind}/{start}.csv", file.content, 0))
        return 0
    hidden = file.header.index(RECORDED_ON) if RECORDED_ON in file.header else None
    by_day: dict[date, list[tuple[str, ...]]] = defaultdict(list)
    for row in file.rows:
        by_day[max(row_day(file, row) or start, start)].append(row)
    for day in sorted(day for day in by_day if day <= last):
        days[day].append(_records_upload(file, day, by_day[day], hidden))
    if not file.rows:
        days[start].append(_records_upload(file, start, [], hidden))
    return sum(len(rows) for day, rows in by_day.items() if day > last)


def row_day(file: RecordsFile, row: Sequence[str]) -> date | None:
    """The day on which a row is handed in: `recorded_on` if it has one, else its own date, else None."""
    for column in (RECORDED_ON, DATE_COLUMNS.get(file.kind)):
        if column in file.header and (day := _cell_date(row, file.header.index(column))) is not None:
            return day
    return None


def _records_upload(file: RecordsFile, day: date, rows: Sequence[Sequence[str]], hidden: int | None) -> Upload:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([cell for index, cell in enumerate(row) if index != hidden] for row in [file.header, *rows])
    return Upload(f"records/{file.kind}/{day}.csv", text.getvalue().encode(), len(rows))


__all__ = [
    "DATE_COLUMNS",
    "RECORDED_ON",
    "DayPlan",
    "Plan",
    "Upload",
    "last_invoice",
    "make_plan",
    "read_plan",
    "row_day",
]
