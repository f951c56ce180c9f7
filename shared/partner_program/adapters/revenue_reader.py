"""`RevenueReads` on the program table and the sales table. It writes nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from partner_program.adapters.fact_store import fact_of
from partner_program.adapters.known_on import revenue_known_on
from partner_program.adapters.sales_store import REFERENCES_PER_ITEM, invoice_key, report_pk, run_pk
from partner_program.adapters.table import Item, Key, Table, TablePage
from partner_program.domain.facts import OpeningRevenue, Record, Site
from partner_program.domain.records.history import known_on
from partner_program.domain.records.places import Fact
from partner_program.domain.revenue import Baseline, Contribution, baselines_known_on
from partner_program.domain.sales.claims import Claim, bucket_of, load_claims
from partner_program.domain.sales.uncounted import load_uncounted
from partner_program.use_cases.queries.revenue_ports import (
    ITEMS_AT_ONCE,
    LineKey,
    RecordedYear,
    References,
    Turn,
    Uncounted,
    WindowKey,
    runs_that_stand,
)
from partner_program.use_cases.report_ports import LineReference, Offer, ReportState
from partner_program.values.ids import split_account_id

_END = "~"
"""Comes after every letter that a key has."""


class DynamoRevenueReader:
    """Reads `ACCOUNT#`, `HISTORY#ACCOUNT#`, `PARTNER#`, `REPORT#` of the program table, and all of the sales table."""

    def __init__(self, program: Table, sales: Table) -> None:
        self._program = program
        self._sales = sales

    def year(self, account_id: str, year: int) -> RecordedYear:
        """One query of the year's range, one read of the opening revenue."""
        opening = self._opening(account_id, year)
        return self._year(account_id, year, opening.record if opening else None)

    def _year(self, account_id: str, year: int, opening: Record | None) -> RecordedYear:
        contributions: list[Contribution] = []
        baselines: list[Baseline] = []
        for item in self._program.query(f"ACCOUNT#{account_id}", prefix=f"REVENUE#{year:04d}-"):
            if item["kind"] == "baseline":
                baselines.append(Baseline.model_validate_json(str(item["body"])))
            else:
                contributions.append(Contribution.model_validate_json(str(item["body"])))
        return RecordedYear(contributions, baselines, opening if isinstance(opening, OpeningRevenue) else None)

    def year_known_on(self, account_id: str, year: int, day: date) -> RecordedYear:
        """One more query of the history of contributions, and one of the opening revenue's, if these are newer."""
        opening = self._opening(account_id, year)
        if opening is not None and opening.known_on > day.isoformat():
            pk, sk = _opening_place(account_id, year)
            opening = known_on(map(fact_of, self._program.query(f"HISTORY#{pk}", prefix=f"{sk}#")), day)
        standing = self._year(account_id, year, opening.record if opening else None)
        known = revenue_known_on(self._program, account_id, year, standing.contributions, day)
        of_year = [item for item in known if item.month.startswith(f"{year:04d}-")]
        return standing._replace(contributions=of_year, baselines=baselines_known_on(standing.baselines, day))

    def _opening(self, account_id: str, year: int) -> Fact | None:
        item = self._program.get(*_opening_place(account_id, year))
        return fact_of(item) if item else None

    def references(
        self, account_id: str, month: str, *, distributor_id: str | None, first: str
    ) -> tuple[Sequence[References], bool]:
        """One query."""
        page = self._page(f"LINES#{account_id}#{month}", first, f"{distributor_id}#" if distributor_id else "")
        return [_references(item) for item in page.items], page.after is not None

    def earlier_references(
        self, account_id: str, month: str, wanted: Iterable[tuple[str, int]]
    ) -> Mapping[tuple[str, int], Sequence[LineReference]]:
        """A batch read. An item that lay beyond the end of its part then had no lines."""
        keys = {(name, version): _history_key(account_id, month, name, version) for name, version in wanted}
        items = self._sales.get_many(keys.values())
        found = {known: _references(items[key]).lines for known, key in keys.items() if key in items}
        return {known: () for known in keys if _is_beyond(*known)} | found

    def claims(self, keys: Iterable[LineKey]) -> Mapping[LineKey, Claim]:
        """A batch read of the invoices' buckets."""
        buckets = {key: invoice_key(key[0], Offer(key[1], bucket_of(key[2]), {})) for key in keys}
        items = self._sales.get_many(buckets.values())
        standing = {place: load_claims(str(item["body"])) for place, item in items.items()}
        return {
            key: standing[place][key[2]]
            for key, place in buckets.items()
            if place in standing and key[2] in standing[place]
        }

    def uncounted(self, account_id: str, month: str, first: str) -> tuple[Sequence[Uncounted], bool]:
        """One query."""
        page = self._page(f"UNCOUNTED#{account_id}#{month}", first, "")
        return [_uncounted(item) for item in page.items], page.after is not None

    def turns(self, windows: Iterable[WindowKey]) -> Mapping[WindowKey, Turn]:
        """A batch read of the reports as they stand, and one of their runs' windows."""
        wanted = list(windows)
        states = self._states({(window.distributor_id, window.report_id) for window in wanted})
        runs = {report: [run_pk(run) for run in runs_that_stand(state)] for report, state in states.items()}
        keys: dict[WindowKey, list[Key]] = {
            window: [(pk, f"WINDOW#{window.window:05d}") for pk in runs.get(window[:2], ())] for window in wanted
        }
        items = self._sales.get_many(key for every in keys.values() for key in every)
        saved = {window: [key for key in every if key in items] for window, every in keys.items()}
        return {
            window: Turn(int(every[0][0].rpartition("#")[2]), int(items[every[0]]["attempt"]))
            for window, every in saved.items()
            if every
        }

    def site_ids(self, account_id: str) -> frozenset[str]:
        """One query; a site that was corrected to be another partner's is there as a copy only."""
        partner_id, _ = split_account_id(account_id)
        found = self._program.query(f"PARTNER#{partner_id}", prefix="FACT#sites#")
        sites = (Site.model_validate_json(str(item["body"])) for item in found)
        return frozenset(site.site_id for site in sites if site.account_id == account_id)

    def _states(self, reports: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ReportState]:
        keys = {report: (report_pk(*report), "CURRENT") for report in reports}
        items = self._program.get_many(keys.values())
        return {
            report: ReportState.model_validate_json(str(items[key]["body"]))
            for report, key in keys.items()
            if key in items
        }

    def _page(self, pk: str, first: str, prefix: str) -> TablePage:
        if not first:
            return self._sales.page(pk, prefix=prefix or None, limit=ITEMS_AT_ONCE)
        return self._sales.page(pk, first=first, last=f"{prefix}{_END}", limit=ITEMS_AT_ONCE)


def _opening_place(account_id: str, year: int) -> Key:
    partner_id, country = split_account_id(account_id)
    return f"PARTNER#{partner_id}", f"FACT#opening_revenue#{partner_id}#{country}#{year}"


def _references(item: Item) -> References:
    stored = json.loads(str(item["body"]))
    lines = [LineReference(*line) for line in stored["lines"]]
    return References(str(item["sk"]), int(item["lines"]), str(stored["distributor_id"]), lines)


def _uncounted(item: Item) -> Uncounted:
    distributor_id, report_id, window, _ = str(item["sk"]).split("#")
    lines = load_uncounted(str(item["body"]))
    return Uncounted(
        str(item["sk"]), distributor_id, report_id, int(window), int(item["run"]), int(item["attempt"]), lines
    )


def _history_key(account_id: str, month: str, name: str, version: int) -> Key:
    return f"HISTORY#LINES#{account_id}#{month}", f"{name}#{version:09d}"


def _is_beyond(name: str, version: int) -> bool:
    chunk = int(name.rpartition("#")[2])
    return chunk * REFERENCES_PER_ITEM >= version
