"""Composition of `functions/sales_upload`."""

import os
from dataclasses import dataclass
from datetime import date

from partner_program.adapters.clock import stamped_on
from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.messages import SqsInbox, SqsMessages
from partner_program.adapters.objects import S3Objects
from partner_program.adapters.report_listing import DynamoReportListing
from partner_program.adapters.sales_store import DynamoSalesStore
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import current_clock, current_rulebook, dynamodb, program_table, s3, sqs
from partner_program.bootstrap.settings import SalesUploadSettings
from partner_program.domain.files.delimited import Limits
from partner_program.rulebook import Rulebook
from partner_program.use_cases.ingest_report import IngestReport
from partner_program.use_cases.report_listing import ListReport, ReceivedOn


@dataclass(frozen=True, slots=True)
class SalesUpload:
    """What one invocation works with."""

    settings: SalesUploadSettings
    inbox: SqsInbox
    ingest: IngestReport


def sales_upload() -> SalesUpload:
    """Raises `ConfigurationError`."""
    settings = SalesUploadSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    sales = DynamoSalesStore(program, Table(dynamodb(), settings.sales_table))
    listing = DynamoReportListing(Table(dynamodb(), settings.listings_table))
    ingest = IngestReport(
        objects=S3Objects(s3(), settings.results_bucket),
        sales=sales,
        lookups=DynamoFactStore(program),
        messages=SqsMessages(sqs(), sales_queue_url=settings.queue_url),
        rulebook=rulebook,
        clock=current_clock(settings, program, rulebook),
        limits=Limits(),
        uploads_bucket=settings.uploads_bucket,
        list_report=ListReport(sales, listing, _received_on(settings, rulebook)),
    )
    return SalesUpload(settings, SqsInbox(sqs(), settings.queue_url, settings.dead_letter_queue_url), ingest)


def _received_on(settings: SalesUploadSettings, rulebook: Rulebook) -> ReceivedOn:
    """The day of the upload's own event, however late it is worked on; in a sandbox the test clock's."""

    def received_on(stamp: str, seen_on: date) -> date:
        return seen_on if settings.sandbox else stamped_on(stamp, rulebook.time_zone)

    return received_on
