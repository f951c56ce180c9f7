"""From an uploaded POS report to counted lines, contributions and a receipt, whatever is repeated or interrupted.

Pass 1 surveys the whole file: what cannot be trusted is refused before anything is posted. Pass 2 decides it in windows
of a fixed number of rows. A window's result is stored, so a killed run resumes behind it, and one that is short of time
hands on. The report is `posted` only once its receipt exists.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal, cast

from partner_program.domain.files.delimited import BadRow, Limits, Row, TableReader, open_table
from partner_program.domain.files.outcomes import FileRefused, ReasonCode
from partner_program.domain.files.reject_file import RejectFile
from partner_program.domain.sales.pos_lines import POS_COLUMNS, LineParser
from partner_program.domain.sales.receipt import Receipt, added, checked
from partner_program.domain.sales.report_key import ReportKey, parse_report_key
from partner_program.domain.sales.survey import LineName, Repeat, Survey, repeats, survey
from partner_program.rulebook import Rulebook
from partner_program.use_cases.ports import Clock, ObjectRef
from partner_program.use_cases.report_listing import ListReport
from partner_program.use_cases.report_ports import (
    Lookups,
    ReportMessages,
    ReportObjects,
    ReportState,
    ReportVersion,
    SalesStore,
    WindowResult,
)
from partner_program.use_cases.report_reference import ReferenceReader
from partner_program.use_cases.report_results import ReportResults
from partner_program.use_cases.report_stream import DigestingStream
from partner_program.use_cases.report_vanished import vanished
from partner_program.use_cases.report_windows import Overtaken, WindowWorker, windows_of
from partner_program.values.errors import NotFound, VersionConflict

WINDOW_ROWS = 20_000
RESERVE_MS = 120_000
"""Time kept back: a window and the receipt must fit into it."""
_BEGIN_TRIES = 5

ResultStatus = Literal["posted", "refused", "continued", "superseded", "unchanged"]
RemainingMs = Callable[[], int]


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What one call did.

    `continued`: time ran short, a message asks for the rest. `superseded`: a newer upload or another worker has the
    report. `unchanged`: this very event was processed before. `receipt` is the one that stands, where there is one.
    """

    status: ResultStatus
    distributor_id: str | None
    report_id: str | None
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class _Surveyed:
    """What pass 1 found."""

    digest: str
    survey: Survey
    repeats: Mapping[LineName, Repeat]
    unknown_columns: tuple[str, ...]


class IngestReport:
    """The use case behind the sales queue."""

    def __init__(
        self, *, objects: ReportObjects, sales: SalesStore, lookups: Lookups, messages: ReportMessages,
        rulebook: Rulebook, clock: Clock, limits: Limits, uploads_bucket: str, list_report: ListReport,
        window_rows: int = WINDOW_ROWS, reserve_ms: int = RESERVE_MS,
    ) -> None:  # fmt: skip
        self._objects = objects
        self._sales = sales
        self._lookups = lookups
        self._messages = messages
        self._rulebook = rulebook
        self._clock = clock
        self._limits = limits
        self._uploads_bucket = uploads_bucket
        self._list_report = list_report
        self._window_rows = window_rows
        self._reserve_ms = reserve_ms
        self._results = ReportResults(objects, rulebook, clock)

    def __call__(self, ref: ObjectRef, remaining_ms: RemainingMs) -> ReportResult:
        """Processes one object version, or goes on where an earlier call for it has stopped."""
        key = parse_report_key(ref.key)
        if key is None:
            return self._quarantine(ref, ReasonCode.KEY_NOT_ALLOWED, "the key is not that of a POS report")
        if ref.bucket != self._uploads_bucket:
            return self._quarantine(ref, ReasonCode.FOREIGN_BUCKET, "the event names a bucket that is not ours")
        if not ref.version_id:
            return self._quarantine(ref, ReasonCode.NO_VERSION, "the event names no version of the object")
        return self._process(key, ref, remaining_ms, fresh=False)

    def reprocess(self, distributor_id: str, report_id: str, remaining_ms: RemainingMs) -> ReportResult:
        """Runs the version that stands again, as the same version: what was held may now count. Raises `NotFound`."""
        return self._again(distributor_id, report_id, remaining_ms, fresh=True)

    def resume(self, distributor_id: str, report_id: str, remaining_ms: RemainingMs) -> ReportResult:
        """Goes on with the version that stands where a call has handed on; nothing if it is done. Raises `NotFound`."""
        return self._again(distributor_id, report_id, remaining_ms, fresh=False)

    def _again(self, distributor_id: str, report_id: str, remaining_ms: RemainingMs, *, fresh: bool) -> ReportResult:
        state = self._sales.state(distributor_id, report_id)
        key = parse_report_key(state.key) if state else None
        if state is None or key is None:
            raise NotFound("no such report has been processed")
        return self._process(key, state.ref, remaining_ms, fresh=fresh)

    def _process(self, key: ReportKey, ref: ObjectRef, remaining_ms: RemainingMs, *, fresh: bool) -> ReportResult:
        stored = self._sales.state(key.distributor_id, key.report_id)
        if stored and stored.stamp > ref.stamp:
            return ReportResult("superseded", key.distributor_id, key.report_id, stored.receipt)
        if stored and stored.ref == ref and stored.status == "posted" and not fresh:
            self._list(key, ref)  # a run may have been killed between its last write and the list
            return ReportResult("unchanged", key.distributor_id, key.report_id, stored.receipt)
        try:
            surveyed = self._survey(key, ref)
        except FileRefused as refused:
            return self._refuse(key, ref, refused)
        try:
            state = self._begin(key, ref, surveyed, fresh=fresh)
            return self._run(key, state, surveyed, remaining_ms)
        except Overtaken:
            return ReportResult("superseded", key.distributor_id, key.report_id)

    def _quarantine(self, ref: ObjectRef, code: ReasonCode, message: str) -> ReportResult:
        return ReportResult("refused", None, None, self._results.quarantine(ref, code, message))

    def _refuse(self, key: ReportKey, ref: ObjectRef, refused: FileRefused) -> ReportResult:
        """Nothing of the upload counts; what an earlier version of the report has posted stands."""
        receipt = self._results.refuse(key, ref, refused)
        self._sales.keep_refusal(key.distributor_id, key.report_id, receipt)
        self._list(key, ref)
        return ReportResult("refused", key.distributor_id, key.report_id, receipt)

    # -- pass 1

    def _survey(self, key: ReportKey, ref: ObjectRef) -> _Surveyed:
        size = self._objects.size(ref)
        if size is None:
            raise FileRefused(ReasonCode.MISSING, "the object version is gone")
        if size > self._limits.stored_bytes:
            message = f"{size} bytes; at most {self._limits.stored_bytes} are taken"
            raise FileRefused(ReasonCode.TOO_LARGE, message)
        stream = DigestingStream(self._objects.open(ref))
        reader = self._table(cast("BinaryIO", stream), key)
        found = survey(reader, key)
        repeated: dict[LineName, Repeat] = {}
        if found.suspects:
            repeated = repeats(self._table(self._objects.open(ref), key), found.suspects, self._clock.today())
        return _Surveyed(stream.hexdigest(), found, repeated, reader.unknown_columns)

    def _table(self, stream: BinaryIO, key: ReportKey) -> TableReader:
        return open_table(stream, POS_COLUMNS, self._limits, key.gzipped)

    # -- begin, and who may go on

    def _begin(self, key: ReportKey, ref: ObjectRef, surveyed: _Surveyed, *, fresh: bool) -> ReportState:
        """Takes the report: of two workers who start at once one wins, the other looks again and overtakes it."""
        version = self._sales.keep_version(
            key.distributor_id, key.report_id,
            ReportVersion(
                digest=surveyed.digest, version_id=ref.version_id, key=ref.key, bucket=ref.bucket, stamp=ref.stamp,
                window_rows=self._window_rows, first_seen_on=self._clock.today(),
            ),
        )  # fmt: skip
        for _ in range(_BEGIN_TRIES):
            stored = self._sales.state(key.distributor_id, key.report_id)
            if stored and stored.stamp > ref.stamp:
                raise Overtaken
            attempt, run = (stored.attempt, stored.run) if stored else (0, 0)
            unfinished = stored if stored and stored.status == "processing" else None
            resumed = unfinished is not None and unfinished.digest == surveyed.digest and not fresh
            unsettled = {*(stored.unsettled if stored else ()), *([unfinished.digest] if unfinished else ())}
            state = ReportState(
                distributor_id=key.distributor_id, report_id=key.report_id, attempt=attempt + 1,
                run=run if resumed else run + 1, status="processing", digest=surveyed.digest, bucket=ref.bucket,
                key=ref.key, version_id=ref.version_id, stamp=ref.stamp, window_rows=version.window_rows,
                contested=unfinished is not None, unsettled=tuple(sorted(unsettled - {surveyed.digest})),
                receipt=stored.receipt if stored else None,
            )  # fmt: skip
            try:
                self._sales.save_state(state, attempt)
            except VersionConflict:
                continue
            return state
        raise VersionConflict("the report was taken by others again and again")

    def _is_ours(self, state: ReportState) -> bool:
        """False for a worker that slept while another began (the attempt is the fencing token)."""
        stored = self._sales.state(state.distributor_id, state.report_id)
        return stored is not None and stored.attempt == state.attempt

    # -- pass 2

    def _run(self, key: ReportKey, state: ReportState, surveyed: _Surveyed, remaining_ms: RemainingMs) -> ReportResult:
        reader = self._table(self._objects.open(state.ref), key)
        done = dict(self._sales.windows(state))
        worker = self._worker(state, surveyed, reader.header)
        rejects = RejectFile(reader.header, POS_COLUMNS)
        worked = False
        for number, rows in windows_of(reader, state.window_rows):
            if number in done:
                continue
            if worked and remaining_ms() < self._reserve_ms:
                self._messages.resume_report(key.distributor_id, key.report_id)
                return ReportResult("continued", key.distributor_id, key.report_id)
            done[number] = self._window(key, state, worker, rejects, number, rows)
            worked = True
        for digest in state.unsettled:
            self._settle(state, digest)
        return self._finish(key, state, surveyed, done)

    def _worker(self, state: ReportState, surveyed: _Surveyed, header: Sequence[str]) -> WindowWorker:
        today = self._clock.today()
        reference = ReferenceReader(
            lookups=self._lookups, sales=self._sales, rulebook=self._rulebook, today=today,
            distributor_id=state.distributor_id, report_id=state.report_id,
        )  # fmt: skip
        return WindowWorker(
            state=state, sales=self._sales, reference=reference, parser=LineParser(today),
            repeats=surveyed.repeats, ours=lambda: self._is_ours(state), header=header,
        )  # fmt: skip

    def _window(
        self, key: ReportKey, state: ReportState, worker: WindowWorker, rejects: RejectFile, number: int,
        rows: Iterator[Row | BadRow],
    ) -> WindowResult:  # fmt: skip
        decided = worker.decide(number, rows)
        part = None
        if decided.rejected or number == 1:  # the first part carries the header
            part = key.part(state.digest, state.run, state.attempt, number)
            head = rejects.head() if number == 1 else b""
            self._objects.put_result(part, head + rejects.rows(decided.rejected), "text/csv")
        result = WindowResult(number=number, rows=decided.rows, summary=decided.summary, rejected_part=part)
        try:
            self._sales.save_window(state, result)
        except VersionConflict as conflict:
            raise Overtaken from conflict
        return result

    def _settle(self, state: ReportState, digest: str) -> None:
        """Contributes what an interrupted version had claimed when this one took its place. Raises `NotFound`."""
        versions = self._sales.versions(state.distributor_id, state.report_id)
        version = next((version for version in versions if version.digest == digest), None)
        key = parse_report_key(version.key) if version else None
        if version is None or key is None or self._objects.size(version.ref) is None:
            raise NotFound("an interrupted version of the report cannot be read again: its claims stay uncounted")
        surveyed = self._survey(key, version.ref)
        replaced = state.model_copy(update={"digest": digest, "window_rows": version.window_rows})
        reader = self._table(self._objects.open(version.ref), key)
        worker = self._worker(replaced, surveyed, reader.header)
        for number, rows in windows_of(reader, version.window_rows):
            worker.settle(number, rows)

    # -- the end

    def _finish(
        self, key: ReportKey, state: ReportState, surveyed: _Surveyed, windows: Mapping[int, WindowResult]
    ) -> ReportResult:
        summary = checked(surveyed.survey.control, added(result.summary for result in windows.values()))
        report = (state.distributor_id, state.report_id)
        earlier = [version for version in self._sales.versions(*report) if version.digest != state.digest]
        lost = vanished(
            report=report, earlier=earlier, present=surveyed.survey.names, objects=self._objects, sales=self._sales,
            open_version=self._rows_of,
        )  # fmt: skip
        receipt = self._results.posted(state, summary, unknown_columns=surveyed.unknown_columns, vanished=lost)
        if not self._is_ours(state):
            raise Overtaken
        self._results.publish(key, receipt, windows)
        done = state.model_copy(update={"status": "posted", "receipt": receipt, "unsettled": ()})
        try:
            self._sales.save_state(done, state.attempt)
        except VersionConflict as conflict:
            self._give_back(key)
            raise Overtaken from conflict
        self._list(key, state.ref)
        return ReportResult("posted", key.distributor_id, key.report_id, receipt)

    def _list(self, key: ReportKey, ref: ObjectRef) -> None:
        self._list_report(key.distributor_id, key.report_id, ref.stamp, self._clock.today())

    def _give_back(self, key: ReportKey) -> None:
        """Overtaken between the look and the write: whoever has finished meanwhile gets its files back."""
        standing = self._sales.state(key.distributor_id, key.report_id)
        if standing and standing.status == "posted" and standing.receipt:
            self._results.publish(key, standing.receipt, self._sales.windows(standing))

    def _rows_of(self, version: ReportVersion) -> Iterator[Row | BadRow]:
        key = parse_report_key(version.key)
        if key is not None:
            yield from self._table(self._objects.open(version.ref), key)
