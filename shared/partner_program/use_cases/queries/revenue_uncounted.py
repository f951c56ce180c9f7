"""The lines of an account that did not count, and why: held and rejected ones of its sites (formats.md).

What the ingestion has kept is shown only while it holds: found by the run of the report that stands and the attempt
that has decided the window; at a site that is still the account's; and not counted meanwhile by another report.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
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

MOST_READS_MORE = 4
"""Reads of what is kept for one page, beyond one for each month; each brings a megabyte at most."""
MOST_LOOKS = 5
"""Times that a page looks who has decided the windows of what it has read: then it ends, and the next one goes on."""
_UNDECIDED = Turn(0, 0)
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
    """How far the list has come: month, stored item, the line of its window's file behind which it goes on.

    `run` and `attempt` are the turn that had decided the window then, 0 where none had. `year` is what the first page
    was asked of: the running one may be another by now. 0: a month was asked for.
    """

    month: str
    item: str = ""
    line: int = 0
    run: int = 0
    attempt: int = 0
    year: int = 0

    @property
    def window(self) -> str:
        """What the names of the window's items begin with."""
        return _window_name(self.item) if self.item else ""


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
        return _At(self.month, self.item.name, self.line.line, self.item.run, self.item.attempt)


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
        month and at most `MOST_READS_MORE`; two to tell who has decided their windows, at most `MOST_LOOKS` times and
        once for the position; one of sites, and those of the claims of `limit` invoices. Raises `InvalidValue` for both
        a month and a year.
        """
        if month is not None and year is not None:
            raise InvalidValue("ask for a month or for a year, not for both", "month", "year")
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
        """The next `limit` lines that the turn of their window has kept, and the position behind them.

        What earlier turns have left behind takes no place on the page.
        """
        turns = _Turns(self._reads)
        rest = months[months.index(start.month) :]
        stored = _Stored(self._reads, account_id, rest, turns.first_item(start))
        found: list[_Kept] = []
        at = start
        for _ in range(MOST_LOOKS):
            items = stored.next(limit + 1 - len(found))
            turns.look_up(_window(item) for _, item in items)
            for month, item in items:
                is_same = (at.month, at.window) == (month, _window_name(item.name))
                passed, turn = at.line if is_same else 0, turns.of(item)
                if turn == Turn(item.run, item.attempt):
                    behind = [_Kept(month, item, line) for line in item.lines if line.line > passed]
                    if len(found) + len(behind) > limit:
                        found += behind[: limit - len(found)]
                        return found, found[-1].at
                    found += behind
                    passed = max(passed, item.lines[-1].line)
                at = _At(month, f"{item.name}~", passed, *(turn or _UNDECIDED))
            if stored.is_over:
                return found, None
        return found, at

    def _holding(self, account_id: str, kept: Sequence[_Kept]) -> Iterable[UncountedSale]:
        if not kept:
            return
        sites = self._reads.site_ids(account_id)
        here = [one for one in kept if one.line.columns["partner_site_id"] in sites]
        claims = self._reads.claims({key for one in here if (key := one.key)})
        for one in here:
            claim = claims.get(one.key) if one.key else None
            if claim is None or not _is_counted(one.line, claim, account_id):
                yield _told(one, is_changed=claim is not None and one.line.outcome is Outcome.HELD)


class _Stored:
    """Reads what is kept of some months, from an item of the first of them on, no more than is wanted of it."""

    def __init__(self, reads: RevenueReads, account_id: str, months: Sequence[str], first: str) -> None:
        self._reads_left = len(months) + MOST_READS_MORE
        self._pages = self._each(reads, account_id, months, first)
        self.is_over = False

    def next(self, lines: int) -> list[tuple[str, Uncounted]]:
        """The next items with their months: of so many lines or more, of fewer where the reads are used up."""
        found: list[tuple[str, Uncounted]] = []
        while self._reads_left and not self.is_over and sum(len(item.lines) for _, item in found) < lines:
            some = next(self._pages, None)
            self.is_over = some is None
            found += some or []
        return found

    def _each(
        self, reads: RevenueReads, account_id: str, months: Sequence[str], first: str
    ) -> Iterator[list[tuple[str, Uncounted]]]:
        for month in months:
            goes_on = True
            while goes_on:
                items, goes_on = reads.uncounted(account_id, month, first)
                self._reads_left -= 1
                yield [(month, item) for item in items]
                first = f"{items[-1].name}~" if goes_on else ""


class _Turns:
    """Who has decided windows: each is asked for once."""

    def __init__(self, reads: RevenueReads) -> None:
        self._reads = reads
        self._known: dict[WindowKey, Turn | None] = {}

    def first_item(self, at: _At) -> str:
        """Where a page begins to read: where the page before has ended, while the same turn has decided the window.

        A turn of its own has put its lines into items of its own: the window is read anew, behind the same line.
        """
        if not at.item:
            return ""
        distributor_id, report_id, window, _ = at.item.split("#")
        key = WindowKey(distributor_id, report_id, int(window))
        self.look_up([key])
        is_same = (self._known[key] or _UNDECIDED) == Turn(at.run, at.attempt)
        return at.item if is_same else at.window

    def look_up(self, windows: Iterable[WindowKey]) -> None:
        """Reads those that are not known yet."""
        missing = set(windows) - self._known.keys()
        found = self._reads.turns(missing) if missing else {}
        self._known |= {window: found.get(window) for window in missing}

    def of(self, item: Uncounted) -> Turn | None:
        """The turn of an item's window; None where the run that stands has not saved it."""
        return self._known[_window(item)]


def _window_name(item: str) -> str:
    return f"{item.rpartition('#')[0]}#"


def _window(item: Uncounted) -> WindowKey:
    return WindowKey(item.distributor_id, item.report_id, item.window)


def _is_counted(line: UncountedLine, claim: Claim, account_id: str) -> bool:
    """A line of this name counts. A well-formed one that says something else than the claim still does not."""
    return line.content_hash == claim.content_hash if line.content_hash else claim.account_id == account_id


def _told(one: _Kept, *, is_changed: bool) -> UncountedSale:
    """By now a held line can be one that was counted with other content; a rejected one stays what it was."""
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
