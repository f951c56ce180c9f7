"""Composition of what is asked of distributors' reports."""

import os
from dataclasses import dataclass
from datetime import date

from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.objects import S3Objects
from partner_program.adapters.report_listing import DynamoReportListing
from partner_program.adapters.sales_store import DynamoSalesStore
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import current_clock, current_rulebook, dynamodb, program_table, s3
from partner_program.bootstrap.settings import QueryApiSettings
from partner_program.use_cases.queries.report_lines import ReportLines
from partner_program.use_cases.queries.reports import ReportQueries
from partner_program.use_cases.queries.scorecard import DistributorScorecard


@dataclass(frozen=True, slots=True)
class ReportsSeen:
    """What one request asks about reports with."""

    reports: ReportQueries
    lines: ReportLines


@dataclass(frozen=True, slots=True)
class Scoring:
    """What one request asks for a scorecard with. `today` is the program's date."""

    today: date
    scorecard: DistributorScorecard


def reports_seen() -> ReportsSeen:
    """Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    program = program_table(settings)
    sales = DynamoSalesStore(program, Table(dynamodb(), settings.sales_table))
    lists = DynamoReportListing(Table(dynamodb(), settings.listings_table))
    reports = ReportQueries(lists, sales, DynamoFactStore(program))
    return ReportsSeen(reports, ReportLines(sales, S3Objects(s3(), settings.results_bucket)))


def scoring() -> Scoring:
    """Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    lists = DynamoReportListing(Table(dynamodb(), settings.listings_table))
    scorecard = DistributorScorecard(lists, DynamoFactStore(program), rulebook)
    return Scoring(current_clock(settings, program, rulebook).today(), scorecard)
