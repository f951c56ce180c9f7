"""The ports of the POS ingestion in memory, as the adapters fulfil them on AWS (one contract test runs on both)."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from partner_program.domain.facts import Product, Site
from partner_program.domain.revenue import Contribution
from partner_program.domain.sales.claims import Claims, bucket_of, merged
from partner_program.domain.sales.receipt import Receipt
from partner_program.domain.sales.uncounted import UncountedLine, UncountedPlace
from partner_program.use_cases.ports import ObjectRef
from partner_program.use_cases.report_ports import (
    MOST_REFUSALS_READ,
    CountedLine,
    LineReference,
    Offer,
    ReportState,
    ReportVersion,
    WindowResult,
)
from partner_program.values.errors import VersionConflict
from partner_program.values.tiers import Tier

UPLOADS = "uploads"


@dataclass
class FixedClock:
    day: date

    def today(self) -> date:
        return self.day


class MemoryObjects:
    """Uploads with versions, and the results bucket."""

    def __init__(self) -> None:
        self.versions: dict[tuple[str, str], bytes] = {}
        self.results: dict[str, bytes] = {}
        self.sizes: dict[tuple[str, str], int] = {}
        self.opened = 0

    def upload(self, key: str, body: bytes, *, bucket: str = UPLOADS) -> ObjectRef:
        number = len(self.versions) + 1
        ref = ObjectRef(bucket, key, f"v{number}", f"2024-01-01T00:00:00Z#{number:08d}")
        self.versions[key, ref.version_id] = body
        return ref

    def size(self, ref: ObjectRef) -> int | None:
        body = self.versions.get((ref.key, ref.version_id))
        return self.sizes.get((ref.key, ref.version_id), len(body)) if body is not None else None

    def open(self, ref: ObjectRef) -> BinaryIO:
        self.opened += 1
        return io.BytesIO(self.versions[ref.key, ref.version_id])

    def open_result(self, key: str) -> BinaryIO:
        return io.BytesIO(self.results[key])

    def put_result(self, key: str, body: bytes | BinaryIO, content_type: str) -> None:
        self.results[key] = body if isinstance(body, bytes) else body.read()


class MemorySales:
    """`SalesStore` in dicts."""

    def __init__(self) -> None:
        self.states: dict[tuple[str, str], ReportState] = {}
        self.known_versions: dict[tuple[str, str], dict[str, ReportVersion]] = {}
        self.refused: dict[tuple[str, str], dict[str, Receipt]] = {}
        self.run_windows: dict[tuple[str, str, str, int], dict[int, tuple[int, WindowResult]]] = {}
        self.invoices: dict[tuple[str, str, int], Claims] = {}
        self.contributions: dict[tuple[str, ...], Contribution] = {}
        self.replaced: list[Contribution] = []
        self.references: dict[tuple[str, ...], tuple[LineReference, ...]] = {}
        self.replaced_references: dict[tuple[tuple[str, ...], int], tuple[LineReference, ...]] = {}
        self.uncounted: dict[tuple[str, ...], tuple[tuple[int, int], tuple[UncountedLine, ...]]] = {}
        self.tiers: dict[str, tuple[tuple[date, Tier | None], ...]] = {}
        self.contribution_writes = 0

    def state(self, distributor_id: str, report_id: str) -> ReportState | None:
        return self.states.get((distributor_id, report_id))

    def save_state(self, state: ReportState, expected_attempt: int) -> None:
        standing = self.states.get((state.distributor_id, state.report_id))
        if (standing.attempt if standing else 0) != expected_attempt:
            raise VersionConflict
        self.states[state.distributor_id, state.report_id] = state

    def keep_version(self, distributor_id: str, report_id: str, version: ReportVersion) -> ReportVersion:
        return self.known_versions.setdefault((distributor_id, report_id), {}).setdefault(version.digest, version)

    def versions(self, distributor_id: str, report_id: str) -> Sequence[ReportVersion]:
        return list(self.known_versions.get((distributor_id, report_id), {}).values())

    def keep_refusal(self, distributor_id: str, report_id: str, receipt: Receipt) -> None:
        self.refused.setdefault((distributor_id, report_id), {})[receipt.object_version] = receipt

    def refusals(self, distributor_id: str, report_id: str) -> Sequence[Receipt]:
        return list(self.refused.get((distributor_id, report_id), {}).values())[:MOST_REFUSALS_READ]

    def windows(self, state: ReportState) -> Mapping[int, WindowResult]:
        return {number: result for number, (_, result) in self.run_windows.get(_run(state), {}).items()}

    def save_window(self, state: ReportState, result: WindowResult) -> None:
        run = self.run_windows.setdefault(_run(state), {})
        if result.number in run and run[result.number][0] > state.attempt:
            raise VersionConflict
        run[result.number] = (state.attempt, result)

    def keep_uncounted(
        self, state: ReportState, window: int, found: Mapping[UncountedPlace, Sequence[UncountedLine]]
    ) -> None:
        turn = (state.run, state.attempt)
        for place, lines in found.items():
            key = (*place, state.distributor_id, state.report_id, f"{window:05d}")
            if key not in self.uncounted or self.uncounted[key][0] <= turn:
                self.uncounted[key] = (turn, tuple(lines))

    def claim(self, distributor_id: str, offers: Sequence[Offer]) -> Sequence[Claims]:
        standing: list[Claims] = []
        for offer in offers:
            key = (distributor_id, offer.invoice_number, offer.bucket)
            changed = merged(self.invoices.get(key, {}), offer.claims)
            if changed is not None:
                self.invoices[key] = changed
            standing.append(self.invoices.get(key, {}))
        return standing

    def contribute(self, parts: Sequence[tuple[Contribution, Sequence[LineReference]]]) -> None:
        for contribution, lines in parts:
            key = (
                contribution.account_id, contribution.month, contribution.distributor_id, contribution.report_id,
                contribution.digest[:16], f"{contribution.part:04d}",
            )  # fmt: skip
            standing = self.contributions.get(key)
            if standing is None or standing.lines < contribution.lines:
                if standing is not None:
                    self.replaced.append(standing)
                    self.replaced_references[key, standing.lines] = self.references[key]
                self.contributions[key] = contribution
                self.references[key] = tuple(lines)
                self.contribution_writes += 1

    def lines_of(self, account_id: str, month: str) -> Iterator[CountedLine]:
        for key in sorted(self.references):
            if key[:2] == (account_id, month):
                for invoice, number in self.references[key]:
                    claims = self.invoices[key[2], invoice, bucket_of(number)]
                    yield CountedLine(key[2], invoice, number, claims[number])

    def tier_changes(self, account_ids: Iterable[str]) -> Mapping[str, tuple[tuple[date, Tier | None], ...]]:
        return {account: self.tiers[account] for account in account_ids if account in self.tiers}


def _run(state: ReportState) -> tuple[str, str, str, int]:
    return state.distributor_id, state.report_id, state.digest, state.run


@dataclass
class MemoryLookups:
    """Records by id; `waiting` collects who waits for what. `on_wait` runs at each registration."""

    distributors: set[str] = field(default_factory=set)
    all_sites: dict[str, Site] = field(default_factory=dict)
    all_products: dict[str, Product] = field(default_factory=dict)
    waiting: set[tuple[str, str, str]] = field(default_factory=set)
    on_wait: Callable[[str], None] = lambda dependency: None

    def distributor_exists(self, distributor_id: str) -> bool:
        return distributor_id in self.distributors

    def sites(self, site_ids: Iterable[str]) -> Mapping[str, Site]:
        return {site: self.all_sites[site] for site in site_ids if site in self.all_sites}

    def products(self, skus: Iterable[str]) -> Mapping[str, Product]:
        return {sku: self.all_products[sku] for sku in skus if sku in self.all_products}

    def wait_for(self, dependency: str, distributor_id: str, report_id: str) -> None:
        self.waiting.add((dependency, distributor_id, report_id))
        self.on_wait(dependency)


@dataclass
class MemoryMessages:
    resumed: list[tuple[str, str]] = field(default_factory=list)

    def resume_report(self, distributor_id: str, report_id: str) -> None:
        self.resumed.append((distributor_id, report_id))


class Killed(BaseException):
    """What a timeout does: nothing catches it."""


class KilledAfter:
    """Any port, killed right before (`before=True`) or after its n-th call; counts the calls of all it wraps."""

    def __init__(self, call: int, *, before: bool = False) -> None:
        self.call = call
        self.before = before
        self.calls = 0

    def wrap(self, port: Any) -> Any:
        return _Killable(port, self)


class _Killable:
    def __init__(self, port: Any, plan: KilledAfter) -> None:
        self._port = port
        self._plan = plan

    def __getattr__(self, name: str) -> Any:
        wrapped = getattr(self._port, name)

        def call(*arguments: Any, **named: Any) -> Any:
            self._plan.calls += 1
            if self._plan.before and self._plan.calls == self._plan.call:
                raise Killed
            answer = wrapped(*arguments, **named)
            if not self._plan.before and self._plan.calls == self._plan.call:
                raise Killed
            return answer

        return call
