"""The routes of `functions/records_api`: acts of people."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from partner_program.api.access import RECORDS
from partner_program.api.edge import Edge
from partner_program.api.routes import (
    bank_details,
    benefit_requests,
    cases,
    payees,
    payments,
    payouts,
    records,
    restatements,
)
from partner_program.bootstrap.api.edge import records_edge

ROUTERS: tuple[Router, ...] = (
    records.acts,
    cases.router,
    benefit_requests.acts,
    bank_details.acts,
    payees.router,
    payments.router,
    payouts.router,
    restatements.acts,
)

records_api = Edge(RECORDS, ROUTERS, records_edge)
