"""Changed facts of accounts, from the program table's stream → the state of each account."""

from typing import Any

from aws_lambda_powertools.metrics import Metrics

from partner_program.bootstrap.account_assessment import account_assessment
from partner_program.handler_support import tell_assessed
from partner_program.use_cases.assess_account import accounts_left, all_affected

metrics = Metrics()


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
    tell_assessed(metrics, app.assess.batch(left.union(*affected.values())))
