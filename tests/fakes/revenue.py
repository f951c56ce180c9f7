"""`RevenueReads` on the fakes of the ingestion and of accounts, with small items so that lists have many of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from partner_program.domain.revenue import Contribution, baselines_known_on, contributions_known_on
from partner_program.domain.sales.claims import Claim, bucket_of
from partner_program.use_cases.queries.revenue_ports import (
    LineKey,
    RecordedYear,
    References,
    Turn,
    Uncounted,
    WindowKey,
    runs_that_stand,
)
from partner_program.use_cases.report_ports import LineReference
from tests.fakes.accounts import FakeAccounts
from tests.fakes.reports import MemoryLookups, MemorySales

T = TypeVar("T", References, Uncounted)


class MemoryRevenueReads:
    """`lines_per_item` and `items_at_once` are small; `reads` counts the calls."""

    def __init__(
        self, sales: MemorySales, lookups: MemoryLookups, accounts: FakeAccounts, *, lines_per_item: int = 3,
        items_at_once: int = 2,
    ) -> None:  # fmt: skip
        self.sales = sales
        self.lookups = lookups
        self.accounts = accounts
        self.lines_per_item = lines_per_item
        self.items_at_once = items_at_once
        self.reads = 0
        self.before_page: Callable[[], None] = lambda: None

    def year(self, account_id: str, year: int) -> RecordedYear:
        self.reads += 2
        mine = [one for one in self._contributions() if one.account_id == account_id and one.month[:4] == f"{year:04d}"]
        facts, _ = self.accounts.load(account_id, year)
        opening = next((one for one in facts.opening_revenue if one.year == year), None)
        return RecordedYear(mine, [one for one in facts.baselines if one.year == year], opening)

    def year_known_on(self, account_id: str, year: int, day: date) -> RecordedYear:
        standing = self.year(account_id, year)
        replaced = [
            one for one in self.sales.replaced if one.account_id == account_id and one.month[:4] == f"{year:04d}"
        ]
        known = contributions_known_on(standing.contributions, replaced, day)
        recorded = self.accounts.facts_known_on(account_id, year, day).opening_revenue
        return RecordedYear(
            known,
            baselines_known_on(standing.baselines, day),
            next((one for one in recorded if one.year == year), None),
        )

    def references(
        self, account_id: str, month: str, *, distributor_id: str | None, first: str
    ) -> tuple[Sequence[References], bool]:
        self.before_page()
        items = [
            self._item(key, self.sales.contributions[key].lines, chunk, lines)
            for key, every in self.sales.references.items()
            if key[:2] == (account_id, month) and distributor_id in (None, key[2])
            for chunk, lines in enumerate(self._chunks(every))
        ]
        return self._page(items, first)

    def earlier_references(
        self, account_id: str, month: str, wanted: Iterable[tuple[str, int]]
    ) -> Mapping[tuple[str, int], Sequence[LineReference]]:
        self.reads += 1
        found = {}
        for name, version in wanted:
            part, _, chunk = name.rpartition("#")
            for (key, lines), every in self.sales.replaced_references.items():
                if key[:2] == (account_id, month) and lines == version and "#".join(key[2:]) == part:
                    chunks = [*self._chunks(every), *[()] * 1000]
                    found[name, version] = chunks[int(chunk)]
        return found

    def claims(self, keys: Iterable[LineKey]) -> Mapping[LineKey, Claim]:
        self.reads += 1
        standing = {(d, i, n): self.sales.invoices.get((d, i, bucket_of(n)), {}).get(n) for d, i, n in keys}
        return {key: claim for key, claim in standing.items() if claim}

    def uncounted(self, account_id: str, month: str, first: str) -> tuple[Sequence[Uncounted], bool]:
        items = []
        for key, ((run, attempt), lines) in self.sales.uncounted.items():
            if key[:2] == (account_id, month):
                for chunk in range(0, len(lines), self.lines_per_item):
                    name = f"{'#'.join(key[2:])}#{chunk // self.lines_per_item:03d}"
                    some = lines[chunk : chunk + self.lines_per_item]
                    items.append(Uncounted(name, key[2], key[3], int(key[4]), run, attempt, some))
        return self._page(items, first)

    def turns(self, windows: Iterable[WindowKey]) -> Mapping[WindowKey, Turn]:
        self.reads += 2
        found = {}
        for window in windows:
            state = self.sales.states.get(window[:2])
            for run in reversed(runs_that_stand(state) if state else []):
                saved = self.sales.run_windows.get((*window[:2], run.digest, run.run), {})
                if window.window in saved:
                    found[window] = Turn(run.run, saved[window.window][0])
        return found

    def site_ids(self, account_id: str) -> frozenset[str]:
        self.reads += 1
        return frozenset(site.site_id for site in self.lookups.all_sites.values() if site.account_id == account_id)

    def _contributions(self) -> list[Contribution]:
        return list(self.sales.contributions.values())

    def _chunks(self, lines: Sequence[LineReference]) -> list[Sequence[LineReference]]:
        return [lines[start : start + self.lines_per_item] for start in range(0, len(lines), self.lines_per_item)]

    def _item(self, key: tuple[str, ...], version: int, chunk: int, lines: Sequence[LineReference]) -> References:
        return References(f"{'#'.join(key[2:])}#{chunk:03d}", version, key[2], lines)

    def _page(self, items: Sequence[T], first: str) -> tuple[Sequence[T], bool]:
        self.reads += 1
        found = sorted((item for item in items if item.name >= first), key=lambda item: item.name)
        return found[: self.items_at_once], len(found) > self.items_at_once
