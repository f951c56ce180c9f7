"""Accounts that are due → their state as of today, each decided by its own day."""

from datetime import date
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics

from partner_program.bootstrap.account_review import account_review
from partner_program.handler_support import UNKNOWN_MESSAGE, BadMessage, TimeContext, process_batch, tell_assessed
from partner_program.use_cases.review_accounts import ReviewAccounts
from partner_program.values.ids import split_account_id
from partner_program.values.periods import parse_date

logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], context: TimeContext) -> dict[str, Any]:
    """Each task of the batch on its own; the answer names those that are to come back."""
    app = account_review()
    return process_batch(event["Records"], app.inbox, context, metrics, lambda task: _handle(app.review, task))


def _handle(review: ReviewAccounts, message: dict[str, Any]) -> None:
    account_ids, on = _read_task(message)
    tell_assessed(metrics, review(account_ids, on))
    logger.info("task done", accounts=len(account_ids), on=on.isoformat())


def _read_task(message: dict[str, Any]) -> tuple[list[str], date]:
    """A review task as `DailyRun` sends it. Raises `BadMessage` for anything else."""
    try:
        account_ids = message["account_ids"]
        if not isinstance(account_ids, list) or not account_ids:
            raise BadMessage(UNKNOWN_MESSAGE, "a review task names accounts")
        for account_id in account_ids:
            split_account_id(account_id)
        return account_ids, parse_date(message["on"])
    except (KeyError, TypeError, ValueError, AttributeError) as malformed:
        raise BadMessage(UNKNOWN_MESSAGE, "the message is no review task") from malformed
