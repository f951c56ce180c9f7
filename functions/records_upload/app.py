"""An uploaded file of program records → facts and a receipt; an object that is nothing we know is refused here."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics

from partner_program.bootstrap.records_upload import RecordsUpload, records_upload
from partner_program.handler_support import (
    TimeContext,
    account_of,
    is_test_event,
    process_batch,
    read_upload,
    tell_upload,
)

logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], context: TimeContext) -> dict[str, Any]:
    """Each message of the batch on its own; the answer names those that are to come back."""
    app = records_upload()
    return process_batch(event["Records"], app.inbox, context, metrics, lambda message: _handle(app, message, context))


def _handle(app: RecordsUpload, message: dict[str, Any], context: TimeContext) -> None:
    if is_test_event(message):
        return
    ref = read_upload(message, app.settings.uploads_bucket, account_of(context))
    with logger.append_context_keys(object_key=ref.key, object_version=ref.version_id):
        result = app.ingest(ref)
        tell_upload(metrics, result.status, result.receipt)
