"""A record as it stands, the tag to correct it with, and every row that it was ever told by."""

from collections.abc import Mapping
from datetime import date

from partner_program.domain.files.delimited import Row
from partner_program.domain.files.outcomes import ReasonCode, Rejection
from partner_program.domain.model import Document
from partner_program.domain.records.columns import columns_of_record, key_columns
from partner_program.domain.records.places import Fact, place_named
from partner_program.domain.records.rows import RowParser, columns_of
from partner_program.use_cases.ports import Clock
from partner_program.use_cases.record_one import RowRejected, tag_of
from partner_program.use_cases.record_ports import FactStore
from partner_program.values.errors import NotFound

LONGEST_HISTORY = 100
"""Rows shown, the latest first."""
_SECOND_CHARS = len("2024-03-15T10:00:00Z")


class RecordRow(Document):
    """One row that told the record. `at` is when it was sent (UTC), `known_on` the program's day on which it was taken.

    `by` is the person who sent it; None: it came in an uploaded file. `stands`: the record is as this row has it.
    """

    at: str
    known_on: date
    by: str | None
    stands: bool
    record: Mapping[str, str]


class RecordView(Document):
    """A record by its columns. `tag` names this version of it. `rows_in_all` counts the history that `history` ends."""

    kind: str
    record: Mapping[str, str]
    tag: str
    history: tuple[RecordRow, ...]
    rows_in_all: int


class Records:
    """One read and one query for each record."""

    def __init__(self, facts: FactStore, clock: Clock) -> None:
        self._facts = facts
        self._clock = clock

    def __call__(self, kind: str, key: Mapping[str, str]) -> RecordView:
        """The record that the key columns name. Raises `RowRejected` for a key that is none, and `NotFound`."""
        place = place_named(kind, self._named(kind, key))
        standing = self._facts.get([place]).get(place)
        if standing is None:
            raise NotFound("There is no such record.")
        rows = sorted(self._facts.history(place), key=lambda row: row.stamp, reverse=True)
        return RecordView(
            kind=kind,
            record=columns_of_record(standing.record),
            tag=tag_of(standing),
            history=tuple(_row(row, standing) for row in rows[:LONGEST_HISTORY]),
            rows_in_all=len(rows),
        )

    def _named(self, kind: str, key: Mapping[str, str]) -> tuple[str, ...]:
        """Read by the reader of whole rows; what is missing beside the key is no mistake here."""
        columns, names = columns_of(kind), key_columns(kind)
        row = {name: key.get(name, "") if name in names else "" for name in columns.required + columns.optional}
        found = RowParser(kind, self._clock.today()).parse(Row(1, row, ()))
        mistakes = tuple(one for one in found if one.column in names) if isinstance(found, tuple) else ()
        mistakes += tuple(_beside(kind, name) for name in key if name not in names)
        if mistakes:
            raise RowRejected(mistakes)
        return tuple(row[name] for name in names)


def _beside(kind: str, name: str) -> Rejection:
    told = f"the key of {kind} is {', '.join(key_columns(kind))}"
    return Rejection(code=ReasonCode.UNEXPECTED_VALUE, message=told, column=name)


def _row(row: Fact, standing: Fact) -> RecordRow:
    return RecordRow(
        at=row.stamp[:_SECOND_CHARS],
        known_on=date.fromisoformat(row.known_on),
        by=row.by or None,
        stands=row.stamp == standing.stamp,
        record=columns_of_record(row.record),
    )
