"""Distributors' reports: what became of them, what is held, how well a distributor reports (R-8)."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from partner_program.api.parameters import Cursor, FirstMonth, LastMonth, Limit, Paging
from partner_program.bootstrap.api.reports import reports_seen, scoring
from partner_program.domain.files.outcomes import Outcome, ReasonCode
from partner_program.use_cases.queries.report_lines import LinesNotCounted
from partner_program.use_cases.queries.reports import HeldLines, ReportDetail, ReportList
from partner_program.use_cases.queries.scorecard import Scorecard
from partner_program.values.ids import ID_PATTERN

router = Router()

_TAGS = ["Reports"]
_REPORT = "/v1/reports/<distributor_id>/<report_id>"
DistributorPath = Annotated[str, Path(pattern=rf"^{ID_PATTERN}$", description="A distributor.", examples=["D-NORD"])]
ReportPath = Annotated[str, Path(pattern=rf"^{ID_PATTERN}$", description="A report of it.", examples=["2024-08"])]
DistributorAsked = Annotated[
    str | None, Query(pattern=rf"^{ID_PATTERN}$", description="Only those of this distributor.")
]


@router.get("/v1/reports", tags=_TAGS, summary="Reports, the one received last first")
def list_reports(
    paging: Paging, distributor_id: DistributorAsked = None, limit: Limit = 50, cursor: Cursor = None
) -> ReportList:
    """With status, lines and money per outcome of the version that stands, and refused uploads."""
    page = reports_seen().reports.received(distributor_id, after=paging.after(cursor), limit=limit)
    return paging.sealed(page)


@router.get(_REPORT, tags=_TAGS, summary="A report: receipt, versions, refusals, what is held and what to do")
def get_report(distributor_id: DistributorPath, report_id: ReportPath) -> ReportDetail:
    """The receipt is that of the version that stands; of refused uploads the latest twenty are told."""
    return reports_seen().reports.one(distributor_id, report_id)


@router.get(f"{_REPORT}/lines", tags=_TAGS, summary="The lines of a report that did not count, and why")
def list_report_lines(
    distributor_id: DistributorPath,
    report_id: ReportPath,
    paging: Paging,
    outcome: Annotated[Outcome | None, Query(description="Only lines of this outcome.")] = None,
    code: Annotated[ReasonCode | None, Query(description="Only lines of this reason code.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> LinesNotCounted:
    """In the order of the file, as `rejected.csv` has them.

    A page reads a bounded piece of the file: it may be short or empty; go on while there is a `next_cursor`. Where the
    report was processed again meanwhile, the cursor is answered with 409: begin with the first page.
    """
    page = reports_seen().lines(
        distributor_id, report_id, outcome=outcome, code=code, after=paging.after(cursor), limit=limit
    )
    return paging.sealed(page)


@router.get("/v1/held-lines", tags=_TAGS, summary="Held lines by cause over all reports")
def list_held_lines(
    paging: Paging, distributor_id: DistributorAsked = None, limit: Limit = 50, cursor: Cursor = None
) -> HeldLines:
    """Lines, money per currency and reports of each cause, what to do, and the records that they wait for.

    Then, page by page, the reports that have them.
    """
    page = reports_seen().reports.held(distributor_id, after=paging.after(cursor), limit=limit)
    return paging.sealed(page)


@router.get("/v1/distributors/<distributor_id>/scorecard", tags=_TAGS, summary="How a distributor reports")
def get_scorecard(
    distributor_id: DistributorPath,
    first: FirstMonth = None,
    last: LastMonth = None,
) -> Scorecard:
    """On time or late, held, rejected and duplicate lines, refused files: in total and month by month, at most twelve.

    `counting` says how each number is counted; months whose day is over without a report are named.
    """
    seen = scoring()
    return seen.scorecard(distributor_id, on=seen.today, first=first, last=last)
