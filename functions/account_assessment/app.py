"""Changed facts of accounts, from the program table's stream → the state of each account."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from partner_program.bootstrap.account_assessment import account_assessment
from partner_program.use_cases.assess_account import accounts_left, all_affected
from partner_program.values.errors import ProgramError

logger = Logger()
metrics = Metrics()


class AssessmentFailed(ProgramError):
    """Some accounts of a batch could not be assessed; the stream delivers the batch again, in halves."""


@metrics.log_metrics
def handler(event: dict[str, Any], _context: object) -> None:
    """Assess every account that the batch concerns once. Raises `AssessmentFailed` after the others are done.

    The batch fails as a whole rather than naming a record: assessing again changes nothing, Lambda's bisecting finds
    the account, and no part of a batch depends on how a partial answer is read.
    """
    app = account_assessment()
    keys = [
        (record["dynamodb"]["Keys"]["pk"]["S"], record["dynamodb"]["Keys"]["sk"]["S"]) for record in event["Records"]
    ]
    affected = all_affected(app.accounts, keys)
    left = accounts_left(
        (old["pk"]["S"], old["sk"]["S"], old["body"]["S"])
        for record in event["Records"]
        if (old := record["dynamodb"].get("OldImage")) and "body" in old
    )
    result = app.assess.batch(left.union(*affected.values()))
    metrics.add_metric("AccountsAssessed", MetricUnit.Count, len(result.states))
    metrics.add_metric("AccountsFailed", MetricUnit.Count, len(result.failures))
    for account, error in result.failures.items():
        logger.error("account not assessed", account_id=account, exc_info=error)
    if result.failures:
        raise AssessmentFailed(f"{len(result.failures)} of {len(result.states) + len(result.failures)} accounts failed")
