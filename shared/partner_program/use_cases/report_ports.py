"""What the ingestion of POS reports asks of the world, beside `ports`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, NamedTuple, Protocol

from partner_program.domain.facts import Product, Site
from partner_program.domain.model import Document
from partner_program.domain.revenue import Contribution
from partner_program.domain.sales.claims import Claim, Claims
from partner_program.domain.sales.receipt import Amounts, Receipt, ReportStatus, Summary
from partner_program.domain.sales.uncounted import UncountedLine, UncountedPlace
from partner_program.use_cases.ports import ObjectRef, ObjectStore
from partner_program.values.tiers import Tier

MOST_REFUSALS_READ = 1000
"""Refused uploads of one report that are ever looked at: how many there are is up to who uploads."""


class ReportState(Document):
    """Which version of a report stands, and who is at work on it: one item, written on the condition of `attempt`.

    `attempt` is the fencing token: it grows with every start, and a worker whose attempt is no longer the stored one
    was overtaken. `run` grows with every processing that starts anew; an interrupted run keeps its number.
    `contested`: this attempt has taken over one that had not finished and may still be awake. `unsettled` are digests
    of versions that were interrupted and will not run again: what they have claimed is still to be contributed.
    """

    distributor_id: str
    report_id: str
    attempt: int
    run: int
    status: ReportStatus
    digest: str
    bucket: str
    key: str
    version_id: str
    stamp: str
    window_rows: int
    contested: bool = False
    unsettled: tuple[str, ...] = ()
    receipt: Receipt | None = None

    @property
    def ref(self) -> ObjectRef:
        """The object version that it was read from."""
        return ObjectRef(self.bucket, self.key, self.version_id, self.stamp)

    @property
    def owner(self) -> str:
        """The name under which this version claims lines."""
        return f"{self.report_id}@{self.digest[:16]}"


class ReportVersion(Document):
    """One content that a report has had: history, and the window size that its contributions were cut with."""

    digest: str
    version_id: str
    key: str
    bucket: str
    stamp: str
    window_rows: int
    first_seen_on: date

    @property
    def ref(self) -> ObjectRef:
        """The object version that had it first."""
        return ObjectRef(self.bucket, self.key, self.version_id, self.stamp)


class WindowResult(Document):
    """One finished window of a run. `rejected_part` is the key of its rejected lines in the results bucket."""

    number: int
    rows: int
    summary: Summary
    rejected_part: str | None = None

    @property
    def total(self) -> Amounts:
        """All its lines."""
        return self.summary.total


@dataclass(frozen=True, slots=True)
class Offer:
    """Lines of one invoice bucket that a report wants to claim; without any, only a look at what stands."""

    invoice_number: str
    bucket: int
    claims: Claims


class LineReference(NamedTuple):
    """Where to find a counted line."""

    invoice_number: str
    line_number: int


class CountedLine(NamedTuple):
    """A counted line with its claim: the drill-down of an account's month."""

    distributor_id: str
    invoice_number: str
    line_number: int
    claim: Claim


class ReportObjects(ObjectStore, Protocol):
    """The buckets, with the results readable: a run's parts of the rejected file are put together at its end."""

    def open_result(self, key: str) -> BinaryIO:
        """What stands under a key of the results bucket."""
        ...


class ReportMessages(Protocol):
    """The queue on which the ingestion hands on to itself."""

    def resume_report(self, distributor_id: str, report_id: str) -> None:
        """Ask for the rest of a report for which time ran short; what is done stays done."""
        ...


class SalesStore(Protocol):
    """Reports, invoices and contributions. All reads are strongly consistent, all writes idempotent."""

    def state(self, distributor_id: str, report_id: str) -> ReportState | None:
        """The report as it stands."""
        ...

    def save_state(self, state: ReportState, expected_attempt: int) -> None:
        """Conditional on the stored attempt (0: none is stored). Raises `VersionConflict`."""
        ...

    def keep_version(self, distributor_id: str, report_id: str, version: ReportVersion) -> ReportVersion:
        """Put if absent by digest; the one that stands."""
        ...

    def versions(self, distributor_id: str, report_id: str) -> Sequence[ReportVersion]:
        """Every content that was processed, in no particular order."""
        ...

    def keep_refusal(self, distributor_id: str, report_id: str, receipt: Receipt) -> None:
        """History of uploads that were refused; what stood of the report still stands."""
        ...

    def refusals(self, distributor_id: str, report_id: str) -> Sequence[Receipt]:
        """Uploads that were refused, in no particular order: all, or of very many `MOST_REFUSALS_READ`. One read."""
        ...

    def windows(self, state: ReportState) -> Mapping[int, WindowResult]:
        """The finished windows of the state's run, by number."""
        ...

    def save_window(self, state: ReportState, result: WindowResult) -> None:
        """Replaces what an earlier attempt found; raises `VersionConflict` where a later attempt was here."""
        ...

    def keep_uncounted(
        self, state: ReportState, window: int, found: Mapping[UncountedPlace, Sequence[UncountedLine]]
    ) -> None:
        """Put the lines of a window that did not count, by account and month; before the window is saved.

        In place of what an earlier run or attempt has found; what a later one has put stands.
        """
        ...

    def claim(self, distributor_id: str, offers: Sequence[Offer]) -> Sequence[Claims]:
        """For each offer the claims that stand in its bucket afterwards: first come, first claimed."""
        ...

    def contribute(self, parts: Sequence[tuple[Contribution, Sequence[LineReference]]]) -> None:
        """Put contributions and the references to their lines, each unless one of as many lines or more stands."""
        ...

    def lines_of(self, account_id: str, month: str) -> Iterator[CountedLine]:
        """Every counted line of an account and month (`YYYY-MM`): they add up to its contributions."""
        ...

    def tier_changes(self, account_ids: Iterable[str]) -> Mapping[str, tuple[tuple[date, Tier | None], ...]]:
        """Per account that has a state: the days on which its tier changed and to what, in order."""
        ...


class Lookups(Protocol):
    """The records that sales lines are held against, and who waits for one."""

    def distributor_exists(self, distributor_id: str) -> bool:
        """Whether the vendor has recorded it (R-8)."""
        ...

    def sites(self, site_ids: Iterable[str]) -> Mapping[str, Site]:
        """Those that exist, by id."""
        ...

    def products(self, skus: Iterable[str]) -> Mapping[str, Product]:
        """Those that exist, by sku."""
        ...

    def wait_for(self, dependency: str, distributor_id: str, report_id: str) -> None:
        """Have the report processed again when the record `dependency` (`SITE#…`) comes or changes. Idempotent."""
        ...


def part_name(item: Contribution) -> str:
    """How stored items call the part of a report version that a contribution is of."""
    return f"{item.distributor_id}#{item.report_id}#{item.digest[:16]}#{item.part:04d}"
