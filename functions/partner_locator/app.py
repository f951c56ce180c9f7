"""Who asks for partners over HTTP, without a token → what is public of them."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from partner_program.api.edge import metrics
from partner_program.api.partner_locator import partner_locator


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The answer of an HTTP API (payload 2.0). Never raises."""
    return partner_locator(event, context)
