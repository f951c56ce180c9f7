"""The lines of an account that did not count, and why: held and rejected ones of its sites (formats.md).

What the ingestion has kept is shown only while it holds: found by the run of the report that stands and the attempt
that has decided the window; at a site that is still the account's; and not counted meanwhile by another report.
"""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from partner_program.domain.files.outcomes import Outcome, ReasonCode
from partner_program.domain.files.what_to_do import what_to_do
from partner_program.domain.model import Document
from partner_program.domain.sales.claims import Claim
from partner_program.domain.sales.uncounted import UNDATED, UncountedLine
from partner_program.use_cases.ports import Clock
from partner_program.use_cases.queries.revenue_lines import months_of
from partner_program.use_cases.queries.revenue_ports import LineKey, RevenueReads, Turn, Uncounted, WindowKey
from partner_program.values.errors import InvalidValue

_CHANGED = "the line was counted with other content"


class UncountedSale(Document):
    """A line that did not count; `line` is where it starts in the report's file.

    `columns` are those of the format as they were received, cut to 64 characters, with what looks like a bank number
    masked (B52).
    """

    distributor_id: str
    report_id: str
    line: int
    month: str
    outcome: Outcome
    reason_code: ReasonCode
    message: str
    what_to_do: str
    columns: dict[str, str]


class UncountedPage(Document):
    """Some lines that did not count.

    A page may have fewer than asked for, even none: the list ends where `next_cursor` is null.
    """

    account_id: str
    items: tuple[UncountedSale, ...]
    next_cursor: str | None


class _At(NamedTuple):
    """Behind which line of a file the list goes on: its month, its window by name, and where the line starts.

    `year` is what the first page was asked of: the running one may be another by now. 0: a month was asked for.
    """

    month: str
    window: str = ""
    line: int = 0
    year: int = 0


class _Kept(NamedTuple):
    """A kept line with where it was found."""

    month: str
    item: Uncounted
    line: UncountedLine

    @property
    def key(self) -> LineKey | None:
        """Distributor, invoice and line number, where they can be read."""
        name = self.line.name
        return (self.item.distributor_id, *name) if name else None

    @property
    def at(self) -> _At:
        """The position behind it."""
        return _At(self.month, f"{self.item.name.rpartition('#')[0]}#", self.line.line)


class UncountedLines:
    """Reads only."""

    def __init__(self, reads: RevenueReads, clock: Clock) -> None:
        self._reads = reads
        self._clock = clock

    def __call__(
        self, account_id: str, *, month: str | None, year: int | None, position: str | None, limit: int
    ) -> UncountedPage:
        """A page of a month's lines (`undated`: those without a date that can be read), or of a year's and the undated.

        `next_cursor` is a position; without month and year it goes on in the year that it began in. Reads: one for each
        month, and one for each megabyte of a report's window (some 2 500 lines of its 20 000 at most) that a page goes
        on behind; three to tell what holds, and those of the claims of `limit` invoices. Raises `InvalidValue` for both
        a month and a year.
        """
        if month is not None and year is not None:
            raise InvalidValue("ask for a month or for a year, not for both")
        start = _At(*json.loads(position)) if position else None
        year = (start.year if start else None) or year or self._clock.today().year
        months = (month,) if month else (*months_of(year), UNDATED)
        kept, following = self._kept(account_id, months, start or _At(months[0]), limit)
        return UncountedPage(
            account_id=account_id,
            items=tuple(self._holding(account_id, kept)),
            next_cursor=json.dumps(following._replace(year=0 if month else year)) if following else None,
        )

    def _kept(self, account_id: str, months: Sequence[str], start: _At, limit: int) -> tuple[list[_Kept], _At | None]:
        """The next `limit` lines that were kept, whether they hold or not, and the position behind them.

        A window is read from its beginning, also where a page goes on deep inside it: what a new run has mended has
        moved the lines behind it to other items, but left them their place in the file.
        """
        found: list[_Kept] = []
        for month in months[months.index(start.month) :]:
            at = start if month == start.month else _At(month)
            goes_on, first = True, at.window
            while goes_on:
                items, goes_on = self._reads.uncounted(account_id, month, first)
                for one in _lines_behind(month, items, at):
                    if len(found) == limit:
                        return found, found[-1].at
                    found.append(one)
                first = f"{items[-1].name}~" if goes_on else first
        return found, None

    def _holding(self, account_id: str, kept: Sequence[_Kept]) -> Iterable[UncountedSale]:
        if not kept:
            return
        turns = self._reads.turns({_window(one.item) for one in kept})
        sites = self._reads.site_ids(account_id)
        standing = [one for one in kept if turns.get(_window(one.item)) == Turn(one.item.run, one.item.attempt)]
        here = [one for one in standing if one.line.columns["partner_site_id"] in sites]
        claims = self._reads.claims({key for one in here if (key := one.key)})
        for one in here:
            claim = claims.get(one.key) if one.key else None
            if claim is None or not _is_counted(one.line, claim, account_id):
                yield _told(one, is_changed=claim is not None and one.line.content_hash != "")


def _lines_behind(month: str, items: Iterable[Uncounted], at: _At) -> Iterable[_Kept]:
    for item in items:
        resumed = at.window and item.name.startswith(at.window)
        for line in item.lines:
            if not resumed or line.line > at.line:
                yield _Kept(month, item, line)


def _window(item: Uncounted) -> WindowKey:
    return WindowKey(item.distributor_id, item.report_id, item.window)


def _is_counted(line: UncountedLine, claim: Claim, account_id: str) -> bool:
    """A line of this name counts. A well-formed one that says something else than the claim still does not."""
    return line.content_hash == claim.content_hash if line.content_hash else claim.account_id == account_id


def _told(one: _Kept, *, is_changed: bool) -> UncountedSale:
    """By now a held line can be one that was counted with other content."""
    line, item = one.line, one.item
    code = ReasonCode.LINE_CHANGED if is_changed else line.code
    return UncountedSale(
        distributor_id=item.distributor_id,
        report_id=item.report_id,
        line=line.line,
        month=one.month,
        outcome=Outcome.HELD if is_changed else line.outcome,
        reason_code=code,
        message=_CHANGED if is_changed else line.message,
        what_to_do=what_to_do(code),
        columns=line.columns,
    )
