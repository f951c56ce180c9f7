"""The lists of reports in ListingsTable: `REPORTS#<distributor>` by the day of the first upload, and `HELD`.

`REPORTS#` alone, which is no distributor's, has those of all.

`REPORT#<distributor>#<report>`/`RECEIVED` keeps where in its list a report stands, put once.
"""

import random
import time
from collections.abc import Iterator
from datetime import date

from partner_program.adapters.table import ConditionalPut, Item, Table, retry_pauses_s
from partner_program.adapters.transaction import CONDITION_FAILED, put_across
from partner_program.use_cases.queries.report_ports import EntryPage
from partner_program.use_cases.report_listing import FirstUpload, ReportEntry

HELD = "HELD"
_BEHIND = "~"
"""Sorts behind everything that a day's entries go on with."""
_NO_NEWER_ONE = "attribute_not_exists(pk) OR ordinal <= :ordinal"


class DynamoReportListing:
    """`ReportListing` and `ReportLists`."""

    def __init__(self, listings: Table) -> None:
        self._listings = listings

    # -- written at ingestion

    def first_upload(self, distributor_id: str, report_id: str, upload: FirstUpload) -> FirstUpload:
        """One conditional put."""
        existing = self._listings.put_new(
            {
                "pk": f"REPORT#{distributor_id}#{report_id}",
                "sk": "RECEIVED",
                "kind": "report_received",
                "body": upload.model_dump_json(),
            }
        )
        return FirstUpload.model_validate_json(str(existing["body"])) if existing else upload

    def save(self, entry: ReportEntry) -> bool:
        """One transaction; once more where somebody else was at work on one of the items (F31)."""
        held = (HELD, f"{entry.distributor_id}#{entry.report_id}")
        lists = [_reports(entry.distributor_id), _reports(None)]
        keys = [*((name, _place(entry)) for name in lists), *([held] if entry.held else [])]
        ordinal = {":ordinal": entry.ordinal}
        puts = [(self._listings, ConditionalPut(_item(*key, entry), _NO_NEWER_ONE, ordinal)) for key in keys]
        gone = [] if entry.held else [(self._listings, held)]
        for pause in retry_pauses_s("others kept listing the same report"):
            reasons = put_across(puts, gone)
            if reasons is None:
                return True
            if CONDITION_FAILED in reasons:
                return False
            time.sleep(pause * random.random())  # noqa: S311  # jitter, no secret
        raise AssertionError("the pauses end by themselves")

    # -- read by the API

    def reports(self, distributor_id: str | None, after: str | None, limit: int) -> EntryPage:
        """One query."""
        page = self._listings.page(_reports(distributor_id), after=after, limit=limit, backwards=True)
        return EntryPage([_entry(item) for item in page.items], page.after)

    def first_report(self, distributor_id: str) -> ReportEntry | None:
        """One query."""
        found = self._listings.page(_reports(distributor_id), limit=1).items
        return _entry(found[0]) if found else None

    def received_between(self, distributor_id: str, first: date, last: date) -> Iterator[ReportEntry]:
        """One query for each megabyte, about a thousand reports."""
        found = self._listings.query(_reports(distributor_id), first=first.isoformat(), last=f"{last}{_BEHIND}")
        return map(_entry, found)

    def held(self, distributor_id: str | None, after: str | None, limit: int) -> EntryPage:
        """One query."""
        prefix = f"{distributor_id}#" if distributor_id else None
        page = self._listings.page(HELD, prefix=prefix, after=after, limit=limit)
        return EntryPage([_entry(item) for item in page.items], page.after)


def _reports(distributor_id: str | None) -> str:
    return f"REPORTS#{distributor_id or ''}"


def _place(entry: ReportEntry) -> str:
    """By day of the program, then by the moment of the upload: a sandbox counts days of its own."""
    return f"{entry.received_on}#{entry.stamp}#{entry.distributor_id}#{entry.report_id}"


def _item(pk: str, sk: str, entry: ReportEntry) -> Item:
    return {"pk": pk, "sk": sk, "kind": "report_entry", "ordinal": entry.ordinal, "body": entry.model_dump_json()}


def _entry(item: Item) -> ReportEntry:
    return ReportEntry.model_validate_json(str(item["body"]))
