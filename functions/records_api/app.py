"""What partners and the vendor do over HTTP, each act once → what came of it."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from partner_program.api.edge import metrics
from partner_program.api.records_api import records_api


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The answer of an HTTP API (payload 2.0). Never raises."""
    return records_api(event, context)
