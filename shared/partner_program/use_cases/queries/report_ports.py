"""What the queries on reports ask of the world. `adapters` fulfils it on AWS, `tests/fakes` in memory."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO, NamedTuple, Protocol

from partner_program.domain.sales.receipt import Receipt
from partner_program.use_cases.report_listing import ReportEntry
from partner_program.use_cases.report_ports import ReportState, ReportVersion


class EntryPage(NamedTuple):
    """Some entries; `after` is where to go on, None at the end (perhaps an empty page late)."""

    entries: Sequence[ReportEntry]
    after: str | None


class ReportLists(Protocol):
    """The lists of reports, as ingestion has written them. Strongly consistent."""

    def reports(self, distributor_id: str | None, after: str | None, limit: int) -> EntryPage:
        """A distributor's reports, or those of all; the one received last first."""
        ...

    def first_report(self, distributor_id: str) -> ReportEntry | None:
        """The one received first."""
        ...

    def received_between(self, distributor_id: str, first: date, last: date) -> Iterator[ReportEntry]:
        """All that were first received from one day to another, both included, in that order."""
        ...

    def held(self, distributor_id: str | None, after: str | None, limit: int) -> EntryPage:
        """A distributor's reports with held lines, or those of all, by distributor and report."""
        ...


class Reports(Protocol):
    """A report as it is stored; the part of `SalesStore` that queries read."""

    def state(self, distributor_id: str, report_id: str) -> ReportState | None:
        """The report as it stands."""
        ...

    def versions(self, distributor_id: str, report_id: str) -> Sequence[ReportVersion]:
        """Every content that was processed."""
        ...

    def refusals(self, distributor_id: str, report_id: str) -> Sequence[Receipt]:
        """Uploads that were refused: all, or of very many a thousand. One read."""
        ...


class Distributors(Protocol):
    """Which distributors are recorded."""

    def distributor_exists(self, distributor_id: str) -> bool:
        """Whether the vendor has recorded it (R-8)."""
        ...


class ResultPart(NamedTuple):
    """A file from some byte on: `size` is that of the whole, `etag` names its content."""

    stream: BinaryIO
    etag: str
    size: int


class ResultReads(Protocol):
    """The results bucket, to be read from any byte on."""

    def open_result_at(self, key: str, start: int, etag: str | None = None) -> ResultPart:
        """A file from a byte on; one that it does not have is never asked for.

        Raises `NotFound` where nothing stands under the key; `VersionConflict` where it is no longer what `etag` names.
        """
        ...
