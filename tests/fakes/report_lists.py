"""The lists of reports in memory, as the adapter fulfils them on AWS (one contract test runs on both)."""

from collections.abc import Iterator
from datetime import date

from partner_program.use_cases.queries.report_ports import EntryPage
from partner_program.use_cases.report_listing import FirstUpload, ReportEntry


class MemoryReportListing:
    """`ReportListing` and `ReportLists` in dicts."""

    def __init__(self) -> None:
        self.uploads: dict[tuple[str, str], FirstUpload] = {}
        self.entries: dict[tuple[str, str], ReportEntry] = {}
        self.held_entries: dict[str, ReportEntry] = {}

    def first_upload(self, distributor_id: str, report_id: str, upload: FirstUpload) -> FirstUpload:
        return self.uploads.setdefault((distributor_id, report_id), upload)

    def save(self, entry: ReportEntry) -> bool:
        name = f"{entry.distributor_id}#{entry.report_id}"
        place = f"{entry.received_on}#{entry.stamp}#{name}"
        standing = self.entries.get((f"REPORTS#{entry.distributor_id}", place))
        if standing and standing.ordinal > entry.ordinal:
            return False
        self.entries |= {(f"REPORTS#{which}", place): entry for which in (entry.distributor_id, "")}
        if entry.held:
            self.held_entries[name] = entry
        else:
            self.held_entries.pop(name, None)
        return True

    def reports(self, distributor_id: str | None, after: str | None, limit: int) -> EntryPage:
        which = f"REPORTS#{distributor_id or ''}"
        found = sorted((place for place in self.entries if place[0] == which), reverse=True)
        left = [place for place in found if after is None or place[1] < after]
        return EntryPage(
            [self.entries[place] for place in left[:limit]], left[limit - 1][1] if len(left) >= limit else None
        )

    def first_report(self, distributor_id: str) -> ReportEntry | None:
        return next(self.received_between(distributor_id, date.min, date.max), None)

    def received_between(self, distributor_id: str, first: date, last: date) -> Iterator[ReportEntry]:
        for place in sorted(self.entries):
            if place[0] == f"REPORTS#{distributor_id}" and str(first) <= place[1] <= f"{last}~":
                yield self.entries[place]

    def held(self, distributor_id: str | None, after: str | None, limit: int) -> EntryPage:
        prefix = f"{distributor_id}#" if distributor_id else ""
        found = [name for name in sorted(self.held_entries) if name.startswith(prefix)]
        left = [name for name in found if after is None or name > after]
        return EntryPage(
            [self.held_entries[name] for name in left[:limit]], left[limit - 1] if len(left) >= limit else None
        )
