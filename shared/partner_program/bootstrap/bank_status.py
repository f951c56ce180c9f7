"""Composition of `functions/bank_status`."""

import os
from dataclasses import dataclass

from partner_program.adapters.bank_status_files import readers
from partner_program.adapters.messages import SqsInbox
from partner_program.adapters.objects import S3Objects
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import current_clock, current_rulebook, dynamodb, program_table, s3, sqs
from partner_program.bootstrap.settings import BankStatusSettings
from partner_program.use_cases.ingest_bank_status import IngestBankStatus
from partner_program.use_cases.ports import Clock


@dataclass(frozen=True, slots=True)
class BankStatus:
    """What one invocation works with."""

    settings: BankStatusSettings
    inbox: SqsInbox
    ingest: IngestBankStatus
    clock: Clock


def bank_status() -> BankStatus:
    """Raises `ConfigurationError`."""
    settings = BankStatusSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    clock = current_clock(settings, program, rulebook)
    ingest = IngestBankStatus(
        objects=S3Objects(s3(), settings.results_bucket),
        readers=readers(rulebook.time_zone),
        book=DynamoPaymentBook(Table(dynamodb(), settings.payments_table), now=clock.moment),
        uploads_bucket=settings.uploads_bucket,
    )
    inbox = SqsInbox(sqs(), settings.queue_url, settings.dead_letter_queue_url)
    return BankStatus(settings, inbox, ingest, clock)
