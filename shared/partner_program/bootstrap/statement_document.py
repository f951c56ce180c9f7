"""Composition of `functions/statement_document`."""

import os
from dataclasses import dataclass

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.messages import SqsInbox
from partner_program.adapters.objects import S3Objects
from partner_program.adapters.statement_documents.html import HtmlStatement
from partner_program.adapters.statement_documents.pdf import PdfStatement
from partner_program.bootstrap.runtime import current_rulebook, program_table, s3, sqs
from partner_program.bootstrap.settings import StatementDocumentSettings
from partner_program.use_cases.statement_document import MakeStatementDocument


@dataclass(frozen=True, slots=True)
class StatementDocument:
    """What one invocation works with."""

    inbox: SqsInbox
    make: MakeStatementDocument


def statement_document() -> StatementDocument:
    """Raises `ConfigurationError`."""
    settings = StatementDocumentSettings.read(os.environ)
    program = program_table(settings)
    make = MakeStatementDocument(
        accounts=DynamoAccountStore(program),
        files=S3Objects(s3(), settings.results_bucket),
        renderers=(HtmlStatement(), PdfStatement()),
        rulebook=current_rulebook(settings, program),
    )
    return StatementDocument(SqsInbox(sqs(), settings.queue_url, settings.dead_letter_queue_url), make)
