"""An uploaded POS report → invoice claims, revenue contributions and a receipt."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics

from partner_program.bootstrap.sales_upload import SalesUpload, sales_upload
from partner_program.handler_support import (
    UNKNOWN_REPORT,
    BadMessage,
    TimeContext,
    account_of,
    is_test_event,
    process_batch,
    read_report_task,
    read_upload,
    tell_upload,
)
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
            result = app.ingest(ref, remaining_ms)
            tell_upload(metrics, result.status, result.receipt)
        return
    work = app.ingest.reprocess if task.afresh else app.ingest.resume
    with logger.append_context_keys(distributor_id=task.distributor_id, report_id=task.report_id):
        try:
            result = work(task.distributor_id, task.report_id, remaining_ms)
        except NotFound as unknown:
            raise BadMessage(UNKNOWN_REPORT, str(unknown)) from unknown
        tell_upload(metrics, result.status, result.receipt)
