"""The route of `functions/partner_locator`: public, and able to read nothing that is not."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from partner_program.api.access import LOCATOR
from partner_program.api.edge import Edge
from partner_program.api.routes import locator
from partner_program.bootstrap.api.edge import locator_edge

ROUTERS: tuple[Router, ...] = (locator.router,)

partner_locator = Edge(LOCATOR, ROUTERS, locator_edge)
