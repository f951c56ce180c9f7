"""Notices that a final statement is there, through the document queue → its documents in the results bucket."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.statement_document import statement_document
from partner_program.domain.notices.model import SOURCE
from partner_program.handler_support import UNKNOWN_MESSAGE, BadMessage, TimeContext, process_batch
from partner_program.use_cases.statement_document import MakeStatementDocument
from partner_program.values.errors import NotFound
from partner_program.values.ids import split_account_id
from partner_program.values.periods import Quarter

UNKNOWN_STATEMENT = "UNKNOWN_STATEMENT"

logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], context: TimeContext) -> dict[str, Any]:
    """Each notice of the batch on its own; the answer names those that are to come back."""
    app = statement_document()
    return process_batch(event["Records"], app.inbox, context, metrics, lambda message: _handle(app.make, message))


def _handle(make: MakeStatementDocument, message: dict[str, Any]) -> None:
    account_id, quarter = _read_notice(message)
    with logger.append_context_keys(account_id=account_id, quarter=str(quarter)):
        try:
            keys = make(account_id, quarter)
        except NotFound as unknown:
            raise BadMessage(UNKNOWN_STATEMENT, str(unknown)) from unknown
        metrics.add_metric("DocumentsMade", MetricUnit.Count, len(keys))
        logger.info("documents", keys=keys)


def _read_notice(message: dict[str, Any]) -> tuple[str, Quarter]:
    """Which final statement an event of the bus speaks of. Raises `BadMessage`."""
    try:
        if (message["source"], message["detail-type"]) != (SOURCE, "statement_ready"):
            raise ValueError("no notice of a statement")
        account_id, quarter = message["detail"]["account_id"], message["detail"]["detail"]["quarter"]
        split_account_id(account_id)
        return account_id, Quarter.parse(quarter)
    except (KeyError, TypeError, ValueError, AttributeError) as malformed:
        raise BadMessage(UNKNOWN_MESSAGE, "the message names no final statement") from malformed
