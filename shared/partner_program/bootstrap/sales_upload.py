"""Composition of `functions/sales_upload`."""

import os
from dataclasses import dataclass

from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.messages import SqsInbox, SqsMessages
from partner_program.adapters.objects import S3Objects
from partner_program.adapters.sales_store import DynamoSalesStore
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import current_clock, current_rulebook, dynamodb, program_table, s3, sqs
from partner_program.bootstrap.settings import SalesUploadSettings
from partner_program.domain.files.delimited import Limits
from partner_program.use_cases.ingest_report import IngestReport


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
    ingest = IngestReport(
        objects=S3Objects(s3(), settings.results_bucket),
        sales=DynamoSalesStore(program, Table(dynamodb(), settings.sales_table)),
        lookups=DynamoFactStore(program),
        messages=SqsMessages(sqs(), sales_queue_url=settings.queue_url),
        rulebook=rulebook,
        clock=current_clock(settings, program, rulebook),
        limits=Limits(),
        uploads_bucket=settings.uploads_bucket,
    )
    return SalesUpload(settings, SqsInbox(sqs(), settings.queue_url, settings.dead_letter_queue_url), ingest)
