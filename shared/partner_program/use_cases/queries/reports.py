"""Distributors' reports and what became of them: by distributor, one by one, and what is held over all (R-8)."""

from collections.abc import Sequence
from datetime import date

from partner_program.domain.files.outcomes import DUPLICATE_CODES, HELD_CODES, Outcome, ReasonCode
from partner_program.domain.files.what_to_do import what_to_do
from partner_program.domain.model import Document
from partner_program.domain.sales.receipt import MOST_WAITED_FOR, Amounts, ReasonLine, Receipt, ReportStatus
from partner_program.use_cases.queries.report_ports import Distributors, ReportLists, Reports
from partner_program.use_cases.report_listing import Refusal, ReportEntry, last_refusal
from partner_program.use_cases.report_ports import ReportState, ReportVersion
from partner_program.values.errors import InvalidValue, NotFound
from partner_program.values.money import ExactNumber

MOST_REFUSALS = 20
"""Refused uploads of one report that are told, the latest first of those that are read (`MOST_REFUSALS_READ`)."""
MOST_HELD_REPORTS = 1000
"""Reports with held lines whose lines are added up by cause."""


class ReportSummary(Document):
    """A report in a list: money is billed amounts per currency, exact.

    `status`: `posted` once a version of it was processed to its end; `refused` while every upload was refused whole;
    `processing` where only an unfinished one is there. `received_on` is the day of the first upload, `accepted_on` of
    the first that could be trusted as a whole. Lines, money and outcomes are those of the version that stands. Of
    refused uploads a thousand at most are counted.
    """

    distributor_id: str
    report_id: str
    status: ReportStatus
    received_on: date
    accepted_on: date | None
    processed_on: date | None
    first_invoice_on: date | None
    last_invoice_on: date | None
    lines: int
    money: dict[str, ExactNumber]
    outcomes: dict[Outcome, Amounts]
    versions: int
    refused_uploads: int
    last_refusal: Refusal | None


class ReportList(Document):
    """Reports, the one received last first. `next_cursor` is None at the end."""

    items: tuple[ReportSummary, ...]
    next_cursor: str | None


class VersionSeen(Document):
    """One content that a report has had. `stands`: it is the one that counts now."""

    digest: str
    first_seen_on: date
    stands: bool


class ReasonTold(ReasonLine):
    """Lines of one reason code, the outcome that it gives them, and what to do about them."""

    code: ReasonCode
    outcome: Outcome


class ReportDetail(Document):
    """A report as it stands, and how it came to stand so.

    `at_work`: it is being processed again at this moment, or waits to be. `receipt` is that of the version that stands;
    None while every upload was refused or the first is still at work. `held` are the reasons of the lines that count
    once their cause is mended, `not_counted` those of all other lines that did not count. `refused_uploads` are at most
    a thousand, of which the latest twenty are told.
    """

    distributor_id: str
    report_id: str
    status: ReportStatus
    at_work: bool
    receipt: Receipt | None
    held: tuple[ReasonTold, ...]
    not_counted: tuple[ReasonTold, ...]
    versions: tuple[VersionSeen, ...]
    refused_uploads: int
    refusals: tuple[Refusal, ...]


class HeldCause(Amounts):
    """Lines that are held for one reason, in how many reports, what to do, and the records that they wait for."""

    code: ReasonCode
    reports: int
    what_to_do: str
    waits_for: tuple[str, ...]


class HeldReport(Document):
    """A report with held lines, by cause."""

    distributor_id: str
    report_id: str
    received_on: date
    causes: tuple[HeldCause, ...]


class HeldLines(Document):
    """All held lines, or those of a distributor, by cause, then a page of the reports that have them.

    `counted_reports` are the reports that `causes` add up: all of them, or the first thousand (`counted_all` false).
    """

    causes: tuple[HeldCause, ...]
    counted_reports: int
    counted_all: bool
    items: tuple[HeldReport, ...]
    next_cursor: str | None


class ReportQueries:
    """What is asked of reports. A list is one query of it; held lines are at most four; one report is three reads.

    Of a distributor that has none in the list it is two reads more, whether there is such a distributor.
    """

    def __init__(self, lists: ReportLists, reports: Reports, distributors: Distributors) -> None:
        self._lists = lists
        self._reports = reports
        self._distributors = distributors

    def received(self, distributor_id: str | None, *, after: str | None, limit: int) -> ReportList:
        """A page of a distributor's reports, or of those of all. `next_cursor` is the bare position.

        Raises `InvalidValue` for a distributor that is neither recorded nor has ever sent a report.
        """
        page = self._lists.reports(distributor_id, after, limit)
        if not page.entries and after is None:
            self._check(distributor_id)
        return ReportList(items=tuple(map(_summary, page.entries)), next_cursor=page.after)

    def one(self, distributor_id: str, report_id: str) -> ReportDetail:
        """Raises `NotFound` for a report of which no upload was ever looked at."""
        state = self._reports.state(distributor_id, report_id)
        refused = self._reports.refusals(distributor_id, report_id)
        if state is None and not refused:
            raise NotFound("There is no such report.")
        return _detail((distributor_id, report_id), state, self._reports.versions(distributor_id, report_id), refused)

    def held(self, distributor_id: str | None = None, *, after: str | None, limit: int) -> HeldLines:
        """By cause over a distributor's reports or all, and a page of the reports. `next_cursor` is the bare position.

        Raises `InvalidValue` as of reports.
        """
        every = self._lists.held(distributor_id, None, MOST_HELD_REPORTS)
        seen, goes_on = list(every.entries), every.after
        if not seen:
            self._check(distributor_id)
        if goes_on is not None and len(seen) < MOST_HELD_REPORTS:  # an answer of DynamoDB ends at a megabyte
            rest = self._lists.held(distributor_id, goes_on, MOST_HELD_REPORTS - len(seen))
            seen, goes_on = [*seen, *rest.entries], rest.after
        complete = goes_on is None or not self._lists.held(distributor_id, goes_on, 1).entries
        page = self._lists.held(distributor_id, after, limit)
        return HeldLines(
            causes=_causes(seen),
            counted_reports=len(seen),
            counted_all=complete,
            items=tuple(_held_report(entry) for entry in page.entries),
            next_cursor=page.after,
        )

    def _check(self, distributor_id: str | None) -> None:
        """That a distributor is recorded or has ever sent a report. None is no distributor, and none is asked for."""
        if distributor_id is None or self._lists.first_report(distributor_id) is not None:
            return
        if not self._distributors.distributor_exists(distributor_id):
            raise InvalidValue("There is no such distributor.", "distributor_id")


def _summary(entry: ReportEntry) -> ReportSummary:
    left_out = {"stamp", "ordinal", "held", "refused_uploads"}
    return ReportSummary(**entry.model_dump(exclude=left_out), refused_uploads=sum(entry.refused_uploads.values()))


def _detail(
    name: tuple[str, str], state: ReportState | None, versions: Sequence[ReportVersion], refused: Sequence[Receipt]
) -> ReportDetail:
    receipt = state.receipt if state else None
    told = tuple(_told(code, line) for code, line in receipt.reasons.items()) if receipt else ()
    digest = receipt.digest if receipt else None
    latest = sorted(refused, key=lambda one: one.processed_on, reverse=True)[:MOST_REFUSALS]
    return ReportDetail(
        distributor_id=name[0],
        report_id=name[1],
        status="refused" if state is None else "posted" if receipt else "processing",
        at_work=state is not None and state.status == "processing",
        receipt=receipt,
        held=tuple(one for one in told if one.outcome is Outcome.HELD),
        not_counted=tuple(one for one in told if one.outcome is not Outcome.HELD),
        versions=tuple(
            VersionSeen(digest=one.digest, first_seen_on=one.first_seen_on, stands=one.digest == digest)
            for one in sorted(versions, key=lambda one: one.stamp)
        ),
        refused_uploads=len(refused),
        refusals=tuple(found for one in latest if (found := last_refusal([one])) is not None),
    )


def outcome_of(code: ReasonCode) -> Outcome:
    """What a line of a reason code came to."""
    if code in HELD_CODES:
        return Outcome.HELD
    return Outcome.DUPLICATE if code in DUPLICATE_CODES else Outcome.REJECTED


def _told(code: ReasonCode, line: ReasonLine) -> ReasonTold:
    return ReasonTold(code=code, outcome=outcome_of(code), **line.model_dump())


def _held_report(entry: ReportEntry) -> HeldReport:
    return HeldReport(
        distributor_id=entry.distributor_id,
        report_id=entry.report_id,
        received_on=entry.received_on,
        causes=_causes([entry]),
    )


def _causes(entries: Sequence[ReportEntry]) -> tuple[HeldCause, ...]:
    """By reason code, in the order of the codes."""
    lines: dict[ReasonCode, list[ReasonLine]] = {}
    for entry in entries:
        for code, line in entry.held.items():
            lines.setdefault(code, []).append(line)
    return tuple(_cause(code, lines[code]) for code in ReasonCode if code in lines)


def _cause(code: ReasonCode, lines: Sequence[ReasonLine]) -> HeldCause:
    amounts = sum(lines, Amounts())
    records = sorted({record for line in lines for record in line.waits_for})
    return HeldCause(
        **amounts.model_dump(),
        code=code,
        reports=len(lines),
        what_to_do=what_to_do(code),
        waits_for=tuple(records[:MOST_WAITED_FOR]),
    )
