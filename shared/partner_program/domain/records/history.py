"""Which of the rows with one key stands: the one with the latest stamp, in whatever order they came (F03)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from partner_program.domain.files.outcomes import Outcome, ReasonCode, Rejection
from partner_program.domain.records.places import Fact


class Decision(NamedTuple):
    """What becomes of a row that names a fact."""

    outcome: Outcome
    rejection: Rejection | None = None


POSTED = Decision(Outcome.POSTED)
UNCHANGED = Decision(Outcome.DUPLICATE, Rejection(code=ReasonCode.UNCHANGED, message="the record already says so"))
OLDER = Decision(
    Outcome.DUPLICATE,
    Rejection(code=ReasonCode.OLDER_THAN_RECORDED, message="a later upload has another content"),
)


def row_stamp(upload_stamp: str, line: int) -> str:
    """Orders rows of all files: by upload, within it by line."""
    return f"{upload_stamp}#{line:09d}"


def upload_of(stamp: str) -> str:
    """The stamp of the upload that a row came in."""
    return stamp.rpartition("#")[0]


def line_of(stamp: str) -> int:
    """The line of a row in its file."""
    return int(stamp.rpartition("#")[2])


def decide(rows: Sequence[Fact], standing: Fact | None) -> tuple[dict[str, Decision], Fact | None]:
    """Rows of one key, in order of their stamps, against what stands: the decisions by stamp, and what stands then.

    A row that stands already, or stood until a later row of the same upload, is a retry and posted again.
    """
    decisions: dict[str, Decision] = {}
    for row in rows:
        if standing is None or row.stamp == standing.stamp:
            decisions[row.stamp] = POSTED
            standing = standing or row
        elif row.stamp < standing.stamp and upload_of(row.stamp) == upload_of(standing.stamp):
            decisions[row.stamp] = POSTED
        elif row.record == standing.record:
            decisions[row.stamp] = UNCHANGED
        elif row.stamp < standing.stamp:
            decisions[row.stamp] = OLDER
        else:
            decisions[row.stamp] = POSTED
            standing = row
    return decisions, standing


def outranking(standing: Fact, history: Iterable[Fact]) -> Fact | None:
    """The latest row ever taken, if it is later than what stands and says something else.

    Rows that change nothing are only in the history: what stands keeps the stamp of the row that brought it.
    """
    latest = max(history, key=lambda row: row.stamp, default=standing)
    return latest if latest.stamp > standing.stamp and latest.record != standing.record else None


def known_on(history: Iterable[Fact], day: date) -> Fact | None:
    """What stood at the end of a day: of the rows taken by then the one with the latest stamp. None: nothing yet."""
    taken = (row for row in history if row.known_on <= day.isoformat())
    return max(taken, key=lambda row: row.stamp, default=None)


def in_place_of(row: Fact, before: Fact | None) -> Fact:
    """A row that takes the place of what stood, with the days on which that and its predecessors were recorded."""
    if before is None:
        return row
    days = dict.fromkeys((*before.earlier, before.known_on))
    return row._replace(earlier=tuple(day for day in days if day != row.known_on))


def overruled(
    decisions: dict[str, Decision], before: Fact, after: Fact, history: Iterable[Fact]
) -> tuple[dict[str, Decision], Fact]:
    """A correction that is itself older than a row which is only in the history: that one stands."""
    latest = outranking(after, history)
    if latest is None:
        return decisions, after
    told = {
        stamp: OLDER if decision is POSTED and stamp != before.stamp and stamp < latest.stamp else decision
        for stamp, decision in decisions.items()
    }
    return told, before if latest.record == before.record else latest
