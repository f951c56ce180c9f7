"""The order in which support takes up incidents (R-4.2.7, R-7)."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from partner_program.bootstrap.api.what_if import support_order
from partner_program.use_cases.queries.support_order import SupportOrderRequest, SupportQueue

router = Router()


@router.post("/v1/support/order", tags=["Calculations"], summary="Incidents in the order of the support queue")
def order_incidents(asked: Annotated[SupportOrderRequest, Body()]) -> SupportQueue:
    """By tier and severity, with a Premium Care subscription by severity alone; then the longest open, then by id.

    A single incident is answered with its priority.
    """
    return support_order()(asked)
