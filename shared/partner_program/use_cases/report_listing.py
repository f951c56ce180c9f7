"""Every distributor's reports in lists: what the vendor reads is written when a report comes to its end (R-8).

A list is made from what is stored of the report, never from the last entry, so doing it again mends whatever a crash
left undone. An entry carries an ordinal that grows with everything that happens to the report: who looked earlier never
replaces who looked later.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol

from pydantic import Field

from partner_program.domain.files.outcomes import HELD_CODES, Outcome, ReasonCode
from partner_program.domain.model import Document
from partner_program.domain.sales.receipt import Amounts, ReasonLine, Receipt, ReportStatus
from partner_program.use_cases.report_ports import ReportState, SalesStore
from partner_program.values.money import ExactNumber
from partner_program.values.periods import month_of

ReceivedOn = Callable[[str, date], date]
"""The program's date on which an upload came, from its stamp and the day on which it was first worked on."""


NO_STAMP = "~"


class FirstUpload(Document):
    """The first upload of a report, whatever became of it: the place of the report in its list, for ever.

    Of one that was refused only the day is kept: `NO_STAMP` puts it behind the others of its day.
    """

    stamp: str
    on: date


class Refusal(Document):
    """Why an upload was refused, and when it was looked at."""

    on: date
    code: ReasonCode
    message: str
    what_to_do: str


class ReportEntry(Document):
    """A report as lists show it.

    `status`: `posted` once any version of it was processed to its end; `refused` while every upload was refused whole.
    `received_on` is the day of the first upload, `accepted_on` that of the first one that could be trusted as a whole.
    Lines and money are those of the version that stands, `refused_uploads` how many were refused in a month
    (`YYYY-MM`), a thousand at most are looked at. `ordinal` grows with everything that happens to the report.
    """

    distributor_id: str
    report_id: str
    status: ReportStatus
    stamp: str
    received_on: date
    accepted_on: date | None = None
    processed_on: date | None = None
    first_invoice_on: date | None = None
    last_invoice_on: date | None = None
    lines: int = 0
    money: dict[str, ExactNumber] = Field(default_factory=dict)
    outcomes: dict[Outcome, Amounts] = Field(default_factory=dict)
    held: dict[ReasonCode, ReasonLine] = Field(default_factory=dict)
    versions: int = 0
    refused_uploads: dict[str, int] = Field(default_factory=dict)
    last_refusal: Refusal | None = None
    ordinal: int


class ReportListing(Protocol):
    """The lists of reports that are written."""

    def first_upload(self, distributor_id: str, report_id: str, upload: FirstUpload) -> FirstUpload:
        """Put if absent; the one that stands."""
        ...

    def save(self, entry: ReportEntry) -> bool:
        """Put the entry, and that of its held lines or nothing where it has none, both together.

        False where an entry of a higher ordinal stands: nothing was written.
        """
        ...


class ListReport:
    """Writes a report's entry from what is stored of it; to be repeated as often as one likes."""

    def __init__(self, sales: SalesStore, listing: ReportListing, received_on: ReceivedOn) -> None:
        self._sales = sales
        self._listing = listing
        self._received_on = received_on

    def __call__(self, distributor_id: str, report_id: str, stamp: str | None, today: date) -> None:
        """`stamp` is that of the upload at hand, if there is one, `today` the day on which it is worked on.

        The report's place is that of its first upload that anything is known of: one that never came to its end, or was
        there before the lists, is told by its version, or by its refusal.
        """
        state = self._sales.state(distributor_id, report_id)
        versions = self._sales.versions(distributor_id, report_id)
        refusals = self._sales.refusals(distributor_id, report_id)
        accepted = [self._upload(version.stamp, version.first_seen_on) for version in versions]
        known = [*accepted, *(FirstUpload(stamp=NO_STAMP, on=one.processed_on) for one in refusals)]
        known += [self._upload(stamp, today)] if stamp else []
        earliest = min(known, key=lambda upload: (upload.on, upload.stamp))
        first = self._listing.first_upload(distributor_id, report_id, earliest)
        entry = ReportEntry(
            distributor_id=distributor_id,
            report_id=report_id,
            status=_status(state),
            stamp=first.stamp,
            received_on=first.on,
            accepted_on=min((upload.on for upload in accepted), default=None),
            versions=len(versions),
            refused_uploads=_by_month(refusals),
            last_refusal=last_refusal(refusals),
            ordinal=_ordinal(state, len(refusals)),
        )
        receipt = state.receipt if state else None
        self._listing.save(entry.model_copy(update=_counted(receipt)) if receipt else entry)

    def _upload(self, stamp: str, seen_on: date) -> FirstUpload:
        return FirstUpload(stamp=stamp, on=self._received_on(stamp, seen_on))


def last_refusal(refusals: Sequence[Receipt]) -> Refusal | None:
    """The latest of some; None where there is none."""
    found = (
        Refusal(on=one.processed_on, what_to_do=one.what_to_do or "", **one.refusal.model_dump(include=_TOLD))
        for one in refusals
        if one.refusal is not None
    )
    return max(found, key=lambda refusal: refusal.on, default=None)


_TOLD = {"code", "message"}


def _counted(receipt: Receipt) -> Mapping[str, object]:
    return {
        "processed_on": receipt.processed_on,
        "first_invoice_on": receipt.first_invoice_on,
        "last_invoice_on": receipt.last_invoice_on,
        "lines": receipt.lines,
        "money": receipt.money,
        "outcomes": receipt.outcomes,
        "held": {code: line for code, line in receipt.reasons.items() if code in HELD_CODES},
    }


def _status(state: ReportState | None) -> ReportStatus:
    if state is None:
        return "refused"
    return "posted" if state.receipt else "processing"


def _ordinal(state: ReportState | None, refusals: int) -> int:
    """Each part of it only grows, so that of two who looked the one who saw more has the higher one."""
    finished = state is not None and state.status == "posted"
    return refusals + (2 * state.attempt + finished if state else 0)


def _by_month(refusals: Sequence[Receipt]) -> dict[str, int]:
    months = [month_of(one.processed_on) for one in refusals]
    return {month: months.count(month) for month in sorted(set(months))}
