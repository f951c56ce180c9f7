"""Composition of `functions/rebate_statement`."""

import os
from dataclasses import dataclass

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.messages import SqsInbox
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import current_clock, current_rulebook, dynamodb, program_table, sqs
from partner_program.bootstrap.settings import RebateStatementSettings
from partner_program.use_cases.make_statement import MakeStatement


@dataclass(frozen=True, slots=True)
class RebateStatement:
    """What one invocation works with."""

    inbox: SqsInbox
    make: MakeStatement


def rebate_statement() -> RebateStatement:
    """Raises `ConfigurationError`."""
    settings = RebateStatementSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    clock = current_clock(settings, program, rulebook)
    book = DynamoPaymentBook(Table(dynamodb(), settings.payments_table), now=clock.moment)
    make = MakeStatement(DynamoAccountStore(program), rulebook, book)
    return RebateStatement(SqsInbox(sqs(), settings.queue_url, settings.dead_letter_queue_url), make)
