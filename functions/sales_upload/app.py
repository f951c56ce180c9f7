"""An uploaded POS report → invoice claims, revenue contributions and a receipt."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.sales_upload import SalesUpload, sales_upload
from partner_program.domain.receipt import Receipt
from partner_program.handler_support import (
    UNKNOWN_REPORT,
    BadMessage,
    TimeContext,
    account_of,
    count_refusal,
    is_test_event,
    process_batch,
    read_report_task,
    read_upload,
)
from partner_program.use_cases.ingest_report import ReportResult
from partner_program.values.errors import NotFound

logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], context: TimeContext) -> dict[str, Any]:
    """Each message of the batch on its own; the answer names those that are to come back."""
    app = sales_upload()
    return process_batch(event["Records"], app.inbox, context, metrics, lambda message: _handle(app, message, context))


def _handle(app: SalesUpload, message: dict[str, Any], context: TimeContext) -> None:
    if is_test_event(message):
        return
    remaining_ms = context.get_remaining_time_in_millis
    task = read_report_task(message)
    if task is None:
        ref = read_upload(message, app.settings.uploads_bucket, account_of(context))
        with logger.append_context_keys(object_key=ref.key, object_version=ref.version_id):
            _tell(app.ingest(ref, remaining_ms))
        return
    work = app.ingest.reprocess if task.afresh else app.ingest.resume
    try:
        _tell(work(task.distributor_id, task.report_id, remaining_ms))
    except NotFound as unknown:
        raise BadMessage(UNKNOWN_REPORT, str(unknown)) from unknown


def _tell(result: ReportResult) -> None:
    """Ids and counts only: no content of a line reaches a log or a metric."""
    metrics.add_metric("DuplicateEvents", MetricUnit.Count, int(result.status == "unchanged"))
    counted = result.receipt if result.status in ("posted", "refused") else None
    counts = _count(counted) if counted else None
    refusal = counted.refusal.code if counted and counted.refusal else None
    logger.info("report", report=result.report_id, status=result.status, refusal=refusal, lines=counts)


def _count(receipt: Receipt) -> dict[str, int]:
    if receipt.refusal:
        count_refusal(metrics, receipt.refusal.code)
    counts = {outcome.value: amounts.lines for outcome, amounts in receipt.outcomes.items()}
    for outcome, lines in counts.items():
        metrics.add_metric(f"Lines{outcome.capitalize()}", MetricUnit.Count, lines)
    return counts
