"""One record from a person instead of a file: the same reader, the same rules, the same effects, answered at once.

What an upload's receipt says of a row is the answer here. The row's stamp is the moment at which the request was first
made, so the request once more is the same row once more; and it names the request, so that it is known again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from partner_program.domain.facts import CaseDecision, Record
from partner_program.domain.files.delimited import Row, cell_mistake
from partner_program.domain.files.outcomes import Outcome, ReasonCode, Rejection
from partner_program.domain.files.what_to_do import what_to_do
from partner_program.domain.model import Document
from partner_program.domain.records.columns import columns_of_record
from partner_program.domain.records.history import row_stamp, upload_of
from partner_program.domain.records.places import Fact, canonical_place
from partner_program.domain.records.rows import RowParser, columns_of
from partner_program.rulebook import Rulebook
from partner_program.use_cases.ingest_records import RECORD_LIMITS
from partner_program.use_cases.ports import Messages
from partner_program.use_cases.record_facts import Candidate, Recorder, Verdict
from partner_program.use_cases.record_ports import FactStore
from partner_program.values.errors import ProgramError, StaleVersion

_ONLY_ROW = 1
_NAME_DIGITS = 26


class RowRejected(ProgramError):
    """The row is malformed: every mistake of it, as the rejected file of an upload would tell them."""

    def __init__(self, mistakes: tuple[Rejection, ...]) -> None:
        super().__init__("The record cannot be taken as it is; errors says which columns are wrong.")
        self.mistakes = mistakes


class Sent(NamedTuple):
    """Who sends a record, under which name of the request, first at which moment (UTC) and on which program date.

    `today` is the program date of this try, if it is another: what it is first to write is known only since then.
    """

    name: str
    by: str
    at: datetime
    on: date
    today: date | None = None

    @property
    def known_on(self) -> date:
        """Since when a row that is written now is known."""
        return self.today or self.on


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands, as the sender has seen it: the tag of the record; None: that there is none."""

    tag: str | None


class NotTaken(Document):
    """Why a record was not taken, and what to do."""

    code: ReasonCode
    message: str
    column: str | None = None
    what_to_do: str


class RecordTaken(Document):
    """What became of a record. `outcome` is as in an upload's receipt: `posted`, `duplicate` or `held`.

    `waits_for` names what a held record waits for, such as `SITE#S1`; it is taken by itself when that is recorded.
    None: it waits for nothing, and is sent again once its cause is mended. `record` is what stands under the key now,
    None where nothing does; `tag` names that version of it. `created`: nothing stood before. `mended` counts held
    records that waited for this one and were taken with it, `reports_asked_for` the reports processed again for it:
    where an earlier try broke off, those that were left.
    """

    kind: str
    outcome: Outcome
    created: bool = False
    reason: NotTaken | None = None
    waits_for: str | None = None
    record: Mapping[str, str] | None = None
    tag: str | None = None
    mended: int = 0
    reports_asked_for: int = 0


class RecordOne:
    """Records take effect as those of an upload do: copies, rows and reports that waited, the assessment."""

    def __init__(self, *, facts: FactStore, messages: Messages, rulebook: Rulebook) -> None:
        self._facts = facts
        self._messages = messages
        self._rulebook = rulebook

    def __call__(self, record: Record, sent: Sent, seen: Seen | None = None) -> RecordTaken:
        """Takes one record, as `read_record` has read it.

        Raises `StaleVersion` where something else stands than what was `seen`, and not what is sent either: nothing
        is written then; `VersionConflict` where others keep writing the same record.
        """
        recorder = Recorder(self._facts, self._messages, self._rulebook, sent.known_on, completes=True)
        place = canonical_place(record)
        # Before the history: what a twin of this request writes afterwards is in it, or fails the condition.
        before = self._facts.get([place]).get(place) if seen else None
        rows = self._facts.history(place)
        own = next((row for row in rows if is_of(row.stamp, sent.name)), None)
        stamp = own.stamp if own else request_stamp(sent)
        if own or seen is None:
            verdicts = list(recorder.take([Candidate(record, stamp, by=sent.by, known_on=own.known_on if own else "")]))
        else:
            _check_seen(seen, before, record)
            stamp = max(stamp, _after(before.stamp, sent)) if before else stamp
            verdicts = recorder.take_if(Candidate(record, stamp, by=sent.by), before)
        asked_for = recorder.finish()
        others = [row for row in rows if row is not own]
        return _answer(verdicts, stamp, self._facts.get([place]).get(place), created=not others).model_copy(
            update={"reports_asked_for": asked_for}
        )

    def was_taken(self, record: Record, name: str) -> bool:
        """Whether a request of that name has brought a row of the record already."""
        return any(is_of(row.stamp, name) for row in self._facts.history(canonical_place(record)))


def read_record(kind: str, cells: Mapping[str, str], today: date) -> Record:
    """The record that columns of a kind make, read as a row of a file. Raises `RowRejected`."""
    columns = columns_of(kind)
    row = {name: cells.get(name, "") for name in columns.required + columns.optional}
    mistakes = _mistakes_of_form(row, columns.free_text)
    found = mistakes or RowParser(kind, today).parse(Row(_ONLY_ROW, row, ()))
    if isinstance(found, tuple):
        raise RowRejected(found)
    return found


def read_sent(kind: str, cells: Mapping[str, str], sent: Sent) -> Record:
    """As `read_record`; who has decided on a case is who sends the decision, also to correct what somebody else has.

    A file tells of decisions whoever took them; a person takes them, in nobody else's name (R-4.1.6). Raises
    `RowRejected` where `decided_by` names another.
    """
    if kind != CaseDecision.kind:
        return read_record(kind, cells, sent.on)
    if cells.get("decided_by", "").strip() not in ("", sent.by):
        told = "a decision is recorded as that of who sends it"
        raise RowRejected((Rejection(code=ReasonCode.UNEXPECTED_VALUE, message=told, column="decided_by"),))
    return read_record(kind, {**cells, "decided_by": sent.by}, sent.on)


def tag_of(fact: Fact) -> str:
    """Names a version of a record: another one after every row that changes it."""
    return hashlib.sha256(fact.stamp.encode()).hexdigest()[:32]


def request_stamp(sent: Sent) -> str:
    """As uploads are stamped, by the second; within a second by its fraction, then by the name of the request."""
    return row_stamp(f"{sent.at:%Y-%m-%dT%H:%M:%SZ}#{sent.at:%f}{_name(sent.name)}", _ONLY_ROW)


def is_of(stamp: str, name: str) -> bool:
    """Whether a row was made by a request of that name."""
    return upload_of(stamp).endswith(_name(name))


def _after(stamp: str, sent: Sent) -> str:
    """Right behind another stamp: clocks differ, and who has seen a record corrects it, whatever their clock says."""
    return row_stamp(f"{upload_of(stamp)}~{_name(sent.name)}", _ONLY_ROW)


def _name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:_NAME_DIGITS].upper()


def _check_seen(seen: Seen, before: Fact | None, record: Record) -> None:
    if before and before.record == record:  # done already, perhaps by a request that got no answer (RFC 9110, 13.1.1)
        return
    if seen.tag is None and before is not None:
        raise StaleVersion("There is such a record already: read it, then correct it with its ETag in If-Match.")
    if seen.tag is not None and (before is None or tag_of(before) != seen.tag):
        raise StaleVersion("The record is no longer the one that you have seen: read it again.")


def _mistakes_of_form(row: Mapping[str, str], free_text: frozenset[str]) -> tuple[Rejection, ...]:
    """What a file is searched for before its rows are read."""
    limit = RECORD_LIMITS.field_bytes
    found = ((column, *cell_mistake(cell, limit, one_line=column not in free_text)) for column, cell in row.items())
    return tuple(Rejection(code=code, message=told, column=column) for column, code, told in found if code)


def _answer(verdicts: list[Verdict], stamp: str, standing: Fact | None, *, created: bool) -> RecordTaken:
    """The last word on the row: one that was held may have been mended by what it brought about."""
    candidate, outcome, rejection = [verdict for verdict in verdicts if verdict.candidate.stamp == stamp][-1]
    held = outcome is Outcome.HELD
    others = (verdict for verdict in verdicts if verdict.candidate.stamp != stamp)
    return RecordTaken(
        kind=candidate.record.kind,
        outcome=outcome,
        created=created and outcome is Outcome.POSTED,
        reason=_not_taken(rejection) if rejection else None,
        waits_for=candidate.waiting.dependency if held and candidate.waiting else None,
        record=columns_of_record(standing.record) if standing else None,
        tag=tag_of(standing) if standing else None,
        mended=sum(verdict.outcome is Outcome.POSTED for verdict in others),
    )


def _not_taken(rejection: Rejection) -> NotTaken:
    return NotTaken(
        code=rejection.code,
        message=rejection.message,
        column=rejection.column,
        what_to_do=what_to_do(rejection.code),
    )


__all__ = [
    "RecordOne", "RecordTaken", "RowRejected", "Seen", "Sent",
    "is_of", "read_record", "read_sent", "request_stamp", "tag_of",
]  # fmt: skip
