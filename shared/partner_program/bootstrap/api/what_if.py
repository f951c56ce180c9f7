"""Composition of what is calculated for a request and not stored: what-ifs, price quotes, the order of support."""

import os

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.sales_store import DynamoSalesStore
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import current_clock, current_rulebook, dynamodb, program_table
from partner_program.bootstrap.settings import QueryApiSettings
from partner_program.use_cases.queries.quote import QuoteBasket
from partner_program.use_cases.queries.support_order import SupportOrder
from partner_program.use_cases.queries.what_if import WhatIf


def what_if() -> WhatIf:
    """Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    return WhatIf(DynamoAccountStore(program), rulebook, current_clock(settings, program, rulebook))


def quotes() -> QuoteBasket:
    """Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    clock = current_clock(settings, program, rulebook)
    return QuoteBasket(DynamoAccountStore(program), DynamoFactStore(program), rulebook, clock)


def support_order() -> SupportOrder:
    """Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    sales = DynamoSalesStore(program, Table(dynamodb(), settings.sales_table))
    return SupportOrder(sales, rulebook, current_clock(settings, program, rulebook))


def states() -> DynamoAccountStore:
    """Where it is read whether an account is there. Raises `ConfigurationError`."""
    return DynamoAccountStore(program_table(QueryApiSettings.read(os.environ)))
