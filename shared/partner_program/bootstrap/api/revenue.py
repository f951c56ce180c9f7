"""Composition of queries about revenue, statements and payouts."""

import os
from dataclasses import dataclass

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.payment_files_store import S3PaymentFiles
from partner_program.adapters.revenue_reader import DynamoRevenueReader
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import current_clock, current_rulebook, dynamodb, program_table, s3
from partner_program.bootstrap.settings import QueryApiSettings
from partner_program.use_cases.ports import AccountStore
from partner_program.use_cases.queries.payouts import AccountPayouts
from partner_program.use_cases.queries.revenue import AccountRevenues
from partner_program.use_cases.queries.revenue_lines import CountedLines, RevenueLines
from partner_program.use_cases.queries.revenue_uncounted import UncountedLines
from partner_program.use_cases.queries.statements import Statements


@dataclass(frozen=True, slots=True)
class RevenueApi:
    """What one request asks with. The rulebook and, in a sandbox, the test clock are a read each."""

    accounts: AccountStore
    revenue: AccountRevenues
    lines: RevenueLines
    uncounted: UncountedLines
    statements: Statements
    payouts: AccountPayouts


def revenue_api() -> RevenueApi:
    """Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    clock = current_clock(settings, program, rulebook)
    accounts = DynamoAccountStore(program)
    reads = DynamoRevenueReader(program, Table(dynamodb(), settings.sales_table))
    lines = CountedLines(reads)
    book = DynamoPaymentBook(Table(dynamodb(), settings.payments_table))
    documents = S3PaymentFiles(s3(), settings.results_bucket)
    return RevenueApi(
        accounts=accounts,
        revenue=AccountRevenues(reads, lines, clock),
        lines=RevenueLines(lines, rulebook, clock),
        uncounted=UncountedLines(reads, clock),
        statements=Statements(accounts, book, documents, reads, lines, rulebook),
        payouts=AccountPayouts(book),
    )
