"""Composition of `functions/records_upload`."""

import os
from dataclasses import dataclass

from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.messages import SqsInbox, SqsMessages
from partner_program.adapters.objects import S3Objects
from partner_program.bootstrap.runtime import current_clock, current_rulebook, program_table, s3, sqs
from partner_program.bootstrap.settings import RecordsUploadSettings
from partner_program.use_cases.ingest_records import IngestRecords


@dataclass(frozen=True, slots=True)
class RecordsUpload:
    """What one invocation works with."""

    settings: RecordsUploadSettings
    inbox: SqsInbox
    ingest: IngestRecords


def records_upload() -> RecordsUpload:
    """Raises `ConfigurationError`."""
    settings = RecordsUploadSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    ingest = IngestRecords(
        objects=S3Objects(s3(), settings.results_bucket),
        facts=DynamoFactStore(program),
        messages=SqsMessages(sqs(), sales_queue_url=settings.sales_queue_url),
        rulebook=rulebook,
        clock=current_clock(settings, program, rulebook),
        uploads_bucket=settings.uploads_bucket,
    )
    return RecordsUpload(settings, SqsInbox(sqs(), settings.queue_url, settings.dead_letter_queue_url), ingest)
