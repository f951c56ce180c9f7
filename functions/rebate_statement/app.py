"""One account and quarter → its rebate statement, made once."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.rebate_statement import rebate_statement
from partner_program.handler_support import UNKNOWN_MESSAGE, BadMessage, TimeContext, process_batch
from partner_program.use_cases.close_quarter import Phase
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.values.ids import split_account_id
from partner_program.values.periods import Quarter, parse_date

logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], context: TimeContext) -> dict[str, Any]:
    """Each task of the batch on its own; the answer names those that are to come back."""
    app = rebate_statement()
    return process_batch(event["Records"], app.inbox, context, metrics, lambda task: _handle(app.make, task))


def _handle(make: MakeStatement, message: dict[str, Any]) -> None:
    task = _read_task(message)
    with logger.append_context_keys(account_id=task["account_id"], quarter=task["quarter"]):
        statement = make(task)
        metrics.add_metric("Statements", MetricUnit.Count, int(statement is not None))
        logger.info("task done", statement=statement.status if statement else None)


def _read_task(message: dict[str, Any]) -> dict[str, str]:
    """A statement task as `CloseQuarter` sends it. Raises `BadMessage` for anything else."""
    try:
        split_account_id(message["account_id"])
        Quarter.parse(message["quarter"])
        Phase(message["phase"])
        parse_date(message["on"])
    except (KeyError, TypeError, ValueError, AttributeError) as malformed:
        raise BadMessage(UNKNOWN_MESSAGE, "the message is no statement task") from malformed
    return {name: message[name] for name in ("account_id", "quarter", "phase", "on")}
