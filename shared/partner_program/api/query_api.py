"""The routes of `functions/query_api`: it reads, and can write nothing."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from partner_program.api.access import QUERY
from partner_program.api.edge import Edge
from partner_program.api.routes import (
    bank_details,
    benefit_requests,
    finance,
    lists,
    quotes,
    records,
    reports,
    restatements,
    revenue,
    standing,
    statements,
    support,
    what_if,
)
from partner_program.bootstrap.api.edge import query_edge

ROUTERS: tuple[Router, ...] = (
    records.queries,
    benefit_requests.queries,
    standing.router,
    revenue.router,
    statements.router,
    lists.router,
    bank_details.queries,
    restatements.queries,
    reports.router,
    finance.router,
    what_if.router,
    quotes.router,
    support.router,
)

query_api = Edge(QUERY, ROUTERS, query_edge)
