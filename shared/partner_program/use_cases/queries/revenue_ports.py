"""What queries about revenue ask of the world. Every read is strongly consistent, and bounded as it says."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from partner_program.domain.facts import OpeningRevenue
from partner_program.domain.revenue import Baseline, Contribution
from partner_program.domain.sales.claims import Claim
from partner_program.domain.sales.uncounted import UncountedLine
from partner_program.use_cases.report_ports import LineReference, ReportState

ITEMS_AT_ONCE = 100
"""Stored items that one read brings at most."""

LineKey = tuple[str, str, int]
"""Distributor, invoice number, line number: names a sales line for ever."""


class RecordedYear(NamedTuple):
    """What is recorded of an account's year: by POS reports, before the first of them, and as frozen."""

    contributions: Sequence[Contribution]
    baselines: Sequence[Baseline]
    opening: OpeningRevenue | None


class References(NamedTuple):
    """Some lines of one part of a report that count for an account and month, in the order of the report.

    `name` sorts, and begins with the name of the part; `version` is the number of lines that the whole part had when
    they were put: a part that grows has its lines put anew, and those before stay in the history.
    """

    name: str
    version: int
    distributor_id: str
    lines: Sequence[LineReference]

    @property
    def part(self) -> str:
        """The part of the report, as `part_name` has it."""
        return self.name.rpartition("#")[0]


class Uncounted(NamedTuple):
    """Some lines of one window of a report that did not count, and which attempt of which run has found them so."""

    name: str
    distributor_id: str
    report_id: str
    window: int
    run: int
    attempt: int
    lines: Sequence[UncountedLine]


class WindowKey(NamedTuple):
    """A window of a report."""

    distributor_id: str
    report_id: str
    window: int


class Turn(NamedTuple):
    """The run of a report that stands, and the attempt of it that has decided a window."""

    run: int
    attempt: int


def runs_that_stand(state: ReportState) -> list[ReportState]:
    """The runs whose findings stand: of each window that of the first run here that has saved it.

    The run at work comes first; until it has come to a window, that which the report's receipt is of.
    """
    before = state.receipt if state.status == "processing" else None
    if before is None or before.digest is None:
        return [state]
    return [state, state.model_copy(update={"run": before.run, "digest": before.digest})]


class RevenueReads(Protocol):
    """The program table and the sales table, read."""

    def year(self, account_id: str, year: int) -> RecordedYear:
        """Two reads: of one key and of one range."""
        ...

    def year_known_on(self, account_id: str, year: int, day: date) -> RecordedYear:
        """As it was known at the end of a day; at most two more reads, if anything that stands is newer."""
        ...

    def references(
        self, account_id: str, month: str, *, distributor_id: str | None, first: str
    ) -> tuple[Sequence[References], bool]:
        """References by name from `first` on, `ITEMS_AT_ONCE` at most, and whether there are more. One read."""
        ...

    def earlier_references(
        self, account_id: str, month: str, wanted: Iterable[tuple[str, int]]
    ) -> Mapping[tuple[str, int], Sequence[LineReference]]:
        """Lines by name and version that was replaced since, from the history; what is not kept is not in the answer.

        One read for a hundred.
        """
        ...

    def claims(self, keys: Iterable[LineKey]) -> Mapping[LineKey, Claim]:
        """The claims on lines that have one. One read for a hundred invoices, more where they are very large."""
        ...

    def uncounted(self, account_id: str, month: str, first: str) -> tuple[Sequence[Uncounted], bool]:
        """Lines that did not count by name from `first` on, and whether there are more. One read."""
        ...

    def turns(self, windows: Iterable[WindowKey]) -> Mapping[WindowKey, Turn]:
        """Who has decided windows, where that is saved; a window of no run that stands is not in the answer.

        While a report is processed again, what was found before stands for the windows that are yet to come
        (`runs_that_stand`). Two reads for a hundred, three while so many are at work.
        """
        ...

    def site_ids(self, account_id: str) -> frozenset[str]:
        """The account's sites as recorded now. One read."""
        ...
