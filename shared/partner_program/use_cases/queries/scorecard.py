"""How a distributor reports: on time, and how much of it does not count at once (R-8)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum

from partner_program.domain.accruals.months import end_of, month_end_before, month_ends
from partner_program.domain.files.outcomes import Outcome
from partner_program.domain.model import Document
from partner_program.rulebook import Rulebook
from partner_program.use_cases.queries.asked import rules_asked_for
from partner_program.use_cases.queries.report_ports import Distributors, ReportLists
from partner_program.use_cases.report_listing import ReportEntry
from partner_program.values.errors import InvalidValue, NotFound
from partner_program.values.money import EXACT, ExactNumber
from partner_program.values.periods import add_months, month_of

MOST_MONTHS = 12
LOOK_BACK_MONTHS, LOOK_AHEAD_MONTHS = 12, 24
"""A report counts in the month of its last invoice; one that came that long before the first month or after the last is
not read: so what is read does not grow with the years."""
MOST_COVERED_MONTHS = 3
"""A report is of up to a quarter: an older line in it is a correction of an older month, and no report of it."""
_HUNDREDTH = Decimal("0.01")

COUNTING: Mapping[str, str] = {
    "month": "A report belongs to the month of its last invoice among the well-formed lines of the version that stands;"
    " one without any, as that of a month without sales, to the month before it came. Those that first came more than"
    f" {LOOK_BACK_MONTHS} months before the first month asked for, or {LOOK_AHEAD_MONTHS} after the last, do not"
    " count.",
    "due_on": "Days after the month's end as the rulebook has them for the month's last day (reports.due_days).",
    "on_time": "Reports of the month whose first upload that could be trusted as a whole came on the due day or before."
    " A correction that comes later does not make them late.",
    "late": "Reports of the month whose first such upload came after the due day. A report over several months is due"
    " with the last of them; a correction under a report id of its own is a report like any other.",
    "lines": "Lines of the reports of the month, of the version that stands, whatever became of them.",
    "held": "Lines that wait for a record or a correction now; those mended meanwhile count no more.",
    "rejected": "Malformed lines.",
    "duplicate": "Lines that another report, an earlier version or the same file had already.",
    "refused_files": "Uploads that were refused whole, in the month in which they came, whatever they were to report."
    " Of one report a thousand at most are looked at.",
    "missing": "The due day is over and the month is not among those from the first to the last invoice of any report,"
    f" of which the last {MOST_COVERED_MONTHS} count: an older line is a correction, and no report of its month."
    " Months before that of the distributor's first report, by the version of it that stands, are not missing.",
    "share": "Percent of all lines of the month, or of all its reports, rounded half up to two decimals.",
}
"""How each number is counted, for those who read it."""


class Reported(StrEnum):
    """How a month stands. `NOT_DUE`: nothing came, and its due day is not over."""

    REPORTED = "reported"
    MISSING = "missing"
    NOT_DUE = "not_due"
    BEFORE_FIRST_REPORT = "before_first_report"


class LateReport(Document):
    """A report that came after its day."""

    report_id: str
    due_on: date
    accepted_on: date
    days_late: int


class Score(Document):
    """Counts, and what share of all they are, in percent; a share of nothing is None."""

    reports: int
    on_time: int
    late: int
    late_share: ExactNumber | None
    lines: int
    held: int
    held_share: ExactNumber | None
    rejected: int
    rejected_share: ExactNumber | None
    duplicate: int
    duplicate_share: ExactNumber | None
    refused_files: int


class MonthScore(Document):
    """A month (`YYYY-MM`) with its due day."""

    month: str
    due_on: date
    standing: Reported
    score: Score
    late_reports: tuple[LateReport, ...]


class Scorecard(Document):
    """A distributor over some months: in total, month by month, and how each number is counted."""

    distributor_id: str
    first_month: str
    last_month: str
    on: date
    total: Score
    months: tuple[MonthScore, ...]
    missing_months: tuple[str, ...]
    counting: Mapping[str, str]


class DistributorScorecard:
    """Three reads: whether there is such a distributor, its first report, and the reports of at most four years.

    The last is one query for each megabyte, about a thousand reports.
    """

    def __init__(self, lists: ReportLists, distributors: Distributors, rulebook: Rulebook) -> None:
        self._lists = lists
        self._distributors = distributors
        self._rulebook = rulebook

    def __call__(
        self, distributor_id: str, *, on: date, first: str | None = None, last: str | None = None
    ) -> Scorecard:
        """Of the months (`YYYY-MM`) from `first` to `last`, both included; without them the last twelve up to `on`'s.

        Raises `InvalidValue` for no months or more than twelve, `NotFound` for a distributor that is neither recorded
        nor has ever sent a report, `NotInForce` for a month before the rulebook.
        """
        ends = _months(first, last, on)
        earliest = self._lists.first_report(distributor_id)
        if earliest is None and not self._distributors.distributor_exists(distributor_id):
            raise NotFound("There is no such distributor.")
        since = add_months(ends[0].replace(day=1), -LOOK_BACK_MONTHS)
        until = end_of(month_of(add_months(ends[-1], LOOK_AHEAD_MONTHS)))
        entries = list(self._lists.received_between(distributor_id, since, until))
        begun = _month(earliest) if earliest else None
        months = tuple(self._score(end, entries, begun, on) for end in ends)
        named = {one.month for one in months}
        reports = [one for one in entries if one.accepted_on is not None and _month(one) in named]
        return Scorecard(
            distributor_id=distributor_id,
            first_month=months[0].month,
            last_month=months[-1].month,
            on=on,
            total=_scored(
                reports, late=sum(one.score.late for one in months), refused=sum(_refused(entries, m) for m in named)
            ),
            months=months,
            missing_months=tuple(one.month for one in months if one.standing is Reported.MISSING),
            counting=COUNTING,
        )

    def _score(self, end: date, entries: Sequence[ReportEntry], begun: str | None, on: date) -> MonthScore:
        month = month_of(end)
        due_on = end + timedelta(days=rules_asked_for(self._rulebook, end, "from", "to").report_due_days)
        accepted = [one for one in entries if one.accepted_on is not None]
        reports = [one for one in accepted if _month(one) == month]
        late = tuple(_late(reports, due_on))
        covered = any(_covers(one, month) for one in accepted)
        return MonthScore(
            month=month,
            due_on=due_on,
            standing=_standing(month, due_on, any_report=covered, begun=begun, on=on),
            score=_scored(reports, late=len(late), refused=_refused(entries, month)),
            late_reports=late,
        )


def _months(first: str | None, last: str | None, on: date) -> list[date]:
    """The last days of the months asked for."""
    if last is None:
        last = month_of(on) if first is None else month_of(add_months(end_of(first), MOST_MONTHS - 1))
    if first is None:
        first = month_of(add_months(end_of(last), 1 - MOST_MONTHS))
    ends = list(month_ends(end_of(first), end_of(last)))
    if not 1 <= len(ends) <= MOST_MONTHS:
        raise InvalidValue(f"a scorecard is of 1 to {MOST_MONTHS} months, the first one named first", "from", "to")
    return ends


def _month(entry: ReportEntry) -> str:
    """The month that a report is of."""
    came = entry.accepted_on or entry.received_on
    return month_of(entry.last_invoice_on or month_end_before(came))


def _covers(entry: ReportEntry, month: str) -> bool:
    """Whether a month is among the last ones from the first to the last invoice of a report."""
    last = _month(entry)
    first = month_of(entry.first_invoice_on) if entry.first_invoice_on else last
    return max(first, month_of(add_months(end_of(last), 1 - MOST_COVERED_MONTHS))) <= month <= last


def _standing(month: str, due_on: date, *, any_report: bool, begun: str | None, on: date) -> Reported:
    if any_report:
        return Reported.REPORTED
    if begun is None or month < begun:
        return Reported.BEFORE_FIRST_REPORT
    return Reported.MISSING if on > due_on else Reported.NOT_DUE


def _late(reports: Iterable[ReportEntry], due_on: date) -> Iterator[LateReport]:
    for one in reports:
        if one.accepted_on is not None and one.accepted_on > due_on:
            days = (one.accepted_on - due_on).days
            yield LateReport(report_id=one.report_id, due_on=due_on, accepted_on=one.accepted_on, days_late=days)


def _refused(entries: Iterable[ReportEntry], month: str) -> int:
    return sum(entry.refused_uploads.get(month, 0) for entry in entries)


def _scored(reports: Sequence[ReportEntry], *, late: int, refused: int) -> Score:
    lines = sum(one.lines for one in reports)
    held, rejected, duplicate = (
        sum(one.outcomes[outcome].lines for one in reports if outcome in one.outcomes)
        for outcome in (Outcome.HELD, Outcome.REJECTED, Outcome.DUPLICATE)
    )
    return Score(
        reports=len(reports),
        on_time=len(reports) - late,
        late=late,
        late_share=_share(late, len(reports)),
        lines=lines,
        held=held,
        held_share=_share(held, lines),
        rejected=rejected,
        rejected_share=_share(rejected, lines),
        duplicate=duplicate,
        duplicate_share=_share(duplicate, lines),
        refused_files=refused,
    )


def _share(part: int, whole: int) -> Decimal | None:
    """Percent, rounded half up to two decimals."""
    if whole == 0:
        return None
    with localcontext(EXACT):
        return (Decimal(100 * part) / Decimal(whole)).quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)
