"""From an uploaded records file to facts and a receipt, whatever is repeated, late or interrupted.

Pass 1 reads the whole file: what cannot be trusted is refused before anything is taken. Pass 2 takes it in batches.
Everything written is named by upload and row, so doing it again changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from partner_program.domain.facts import Certification
from partner_program.domain.files.delimited import BadRow, Limits, Row, TableReader, open_table
from partner_program.domain.files.outcomes import FileRefused, Outcome, ReasonCode, Rejection
from partner_program.domain.files.reject_file import RejectedLine, RejectFile
from partner_program.domain.files.what_to_do import what_to_do
from partner_program.domain.records.history import line_of, row_stamp, upload_of
from partner_program.domain.records.key import RecordsKey, parse_records_key
from partner_program.domain.records.receipt import RecordsReceipt, counted
from partner_program.domain.records.rows import RowParser, columns_of
from partner_program.domain.sales.report_key import quarantine_receipt
from partner_program.rulebook import Rulebook
from partner_program.use_cases.ports import Clock, Messages, ObjectRef, ObjectStore
from partner_program.use_cases.record_facts import Candidate, Recorder, Verdict
from partner_program.use_cases.record_ports import FactStore, Turn

BATCH_ROWS = 1_000
RECORD_LIMITS = Limits(stored_bytes=64 * 1024 * 1024, content_bytes=64 * 1024 * 1024, rows=100_000)
"""A file of so many rows is taken within one invocation; more are split by the sender."""

ResultStatus = Literal["posted", "refused", "superseded", "unchanged"]


@dataclass(frozen=True, slots=True)
class RecordsResult:
    """What one call did.

    `unchanged`: this very upload was taken before, its receipt was written anew. `superseded`: a later upload of the
    same name has its receipt there, which stays; the rows were taken by their own, earlier stamps.
    """

    status: ResultStatus
    kind: str | None
    name: str | None
    receipt: RecordsReceipt


class IngestRecords:
    """The use case behind the records queue; it also refuses every object that is nothing we know."""

    def __init__(
        self, *, objects: ObjectStore, facts: FactStore, messages: Messages, rulebook: Rulebook, clock: Clock,
        uploads_bucket: str, limits: Limits = RECORD_LIMITS, batch_rows: int = BATCH_ROWS,
    ) -> None:  # fmt: skip
        self._objects = objects
        self._facts = facts
        self._messages = messages
        self._rulebook = rulebook
        self._clock = clock
        self._uploads_bucket = uploads_bucket
        self._limits = limits
        self._batch_rows = batch_rows

    def __call__(self, ref: ObjectRef) -> RecordsResult:
        """Takes one object version in. Infrastructure errors and `VersionConflict` fly: the queue redelivers."""
        try:
            self._check_event(ref)
            key = parse_records_key(ref.key)
        except FileRefused as refused:
            receipt = self._refusal(ref, None, refused)
            self._put_receipt(quarantine_receipt(ref.key), receipt)
            return RecordsResult("refused", None, None, receipt)
        try:
            reader = self._checked_table(key, ref)
        except FileRefused as refused:
            return self._publish(
                key, ref, self._refusal(ref, key, refused), RejectFile((), columns_of(key.kind)).head()
            )
        return self._take(key, ref, reader)

    def _check_event(self, ref: ObjectRef) -> None:
        if ref.bucket != self._uploads_bucket:
            raise FileRefused(ReasonCode.FOREIGN_BUCKET, "the event names a bucket that is not ours")
        if not ref.version_id:
            raise FileRefused(ReasonCode.NO_VERSION, "the event names no version of the object")

    def _checked_table(self, key: RecordsKey, ref: ObjectRef) -> TableReader:
        """The table, once it has been read to its end without a reason to refuse it."""
        size = self._objects.size(ref)
        if size is None:
            raise FileRefused(ReasonCode.MISSING, "the object version is gone")
        if size > self._limits.stored_bytes:
            raise FileRefused(ReasonCode.TOO_LARGE, f"{size} bytes; at most {self._limits.stored_bytes} are taken")
        for _row in self._table(key, ref):
            pass
        return self._table(key, ref)

    def _table(self, key: RecordsKey, ref: ObjectRef) -> TableReader:
        return open_table(self._objects.open(ref), columns_of(key.kind), self._limits, gzipped=False)

    def _take(self, key: RecordsKey, ref: ObjectRef, reader: TableReader) -> RecordsResult:
        today = self._clock.today()
        recorder = Recorder(self._facts, self._messages, self._rulebook, today)
        parser = RowParser(key.kind, today)
        sheet = _Sheet(ref.stamp)
        for batch in _batches(reader, self._batch_rows):
            candidates = sheet.parsed(parser, batch)
            # What others presuppose comes first, so that the order of rows costs nothing.
            for first in (True, False):
                share = [candidate for candidate in candidates if _is_basic(candidate, self._rulebook) is first]
                sheet.enter(recorder.take(share))
        asked_for = recorder.finish()
        outcomes, reasons = counted(reader.rows_read, sheet.posted, sheet.others())
        receipt = self._blank(ref, key).model_copy(
            update={
                "status": "posted", "lines": reader.rows_read, "outcomes": outcomes, "reasons": reasons,
                "unknown_columns": reader.unknown_columns, "mended": sheet.mended, "reports_asked_for": asked_for,
            }
        )  # fmt: skip
        rejects = RejectFile(reader.header, columns_of(key.kind))
        return self._publish(key, ref, receipt, rejects.head() + rejects.rows(sheet.not_taken()))

    def _publish(self, key: RecordsKey, ref: ObjectRef, receipt: RecordsReceipt, rejected: bytes) -> RecordsResult:
        turn = self._facts.turn(f"{key.kind}/{key.name}", ref.stamp)
        if turn is not Turn.OVERTAKEN:
            self._objects.put_result(key.rejected, rejected, "text/csv")
            self._put_receipt(key.receipt, receipt)
        status: ResultStatus = receipt.status
        if turn is not Turn.FIRST:
            status = "superseded" if turn is Turn.OVERTAKEN else "unchanged"
        return RecordsResult(status, key.kind, key.name, receipt)

    def _refusal(self, ref: ObjectRef, key: RecordsKey | None, refused: FileRefused) -> RecordsReceipt:
        update = {"refusal": refused.rejection, "what_to_do": what_to_do(refused.rejection.code)}
        return self._blank(ref, key).model_copy(update=update)

    def _blank(self, ref: ObjectRef, key: RecordsKey | None) -> RecordsReceipt:
        return RecordsReceipt(
            status="refused", kind=key.kind if key else None, name=key.name if key else None, object_key=ref.key,
            object_version=ref.version_id, processed_on=self._clock.today(), edition=self._rulebook.edition,
            rulebook_digest=self._rulebook.digest,
        )  # fmt: skip

    def _put_receipt(self, key: str, receipt: RecordsReceipt) -> None:
        self._objects.put_result(key, receipt.model_dump_json(indent=1).encode(), "application/json")


@dataclass(slots=True)
class _Sheet:
    """What became of the rows of one upload; `mended` are rows of others."""

    upload: str
    posted: int = 0
    mended: int = 0
    _raw: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _others: dict[int, RejectedLine] = field(default_factory=dict)

    def parsed(self, parser: RowParser, rows: Iterable[Row | BadRow]) -> list[Candidate]:
        """The well-formed rows; the others are entered as rejected."""
        candidates = []
        for row in rows:
            found = (row.rejection,) if isinstance(row, BadRow) else parser.parse(row)
            if isinstance(found, tuple):
                self._others[row.line] = RejectedLine(Outcome.REJECTED, row.line, found, row.raw)
            else:
                self._raw[row.line] = row.raw
                candidates.append(Candidate(found, row_stamp(self.upload, row.line)))
        return candidates

    def enter(self, verdicts: Iterable[Verdict]) -> None:
        """A row that was held and is mended by a later one counts as taken, once."""
        for candidate, outcome, rejection in verdicts:
            if upload_of(candidate.stamp) != self.upload:
                self.mended += outcome is Outcome.POSTED
                continue
            line = line_of(candidate.stamp)
            before = self._others.pop(line, None)
            raw = before.raw if before else self._raw.pop(line, None)
            if raw is None:
                continue  # waited since an earlier run of this very upload, and was taken a moment ago
            if rejection is None:
                self.posted += 1
            else:
                told: tuple[Rejection, ...] = (rejection,)
                self._others[line] = RejectedLine(outcome, line, told, raw)

    def others(self) -> Counter[tuple[Outcome, ReasonCode]]:
        """Rows not taken, by outcome and first reason."""
        return Counter((line.outcome, line.rejections[0].code) for line in self._others.values())

    def not_taken(self) -> list[RejectedLine]:
        """Rows not taken, in the order of the file."""
        return [self._others[line] for line in sorted(self._others)]


def _is_basic(candidate: Candidate, rulebook: Rulebook) -> bool:
    """Whether a row presupposes no other row of its own kind (R-4.1.5c: MCIE presupposes MCIT)."""
    record = candidate.record
    if not isinstance(record, Certification):
        return True
    rules = rulebook.at(max(record.certified_on, rulebook.in_force_from))
    return rules.prerequisite(record.certification) is None


def _batches(rows: Iterable[Row | BadRow], size: int) -> Iterator[list[Row | BadRow]]:
    every = iter(rows)
    while batch := list(islice(every, size)):
        yield batch
