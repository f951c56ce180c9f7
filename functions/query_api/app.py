"""What partners and the vendor ask over HTTP → the answer. Nothing is written."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from partner_program.api.edge import metrics
from partner_program.api.query_api import query_api


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The answer of an HTTP API (payload 2.0). Never raises."""
    return query_api(event, context)
