"""Composition of `functions/rebate_statement`."""

import os
from dataclasses import dataclass

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.messages import SqsInbox
from partner_program.bootstrap.runtime import current_rulebook, program_table, sqs
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
    make = MakeStatement(DynamoAccountStore(program), current_rulebook(settings, program))
    return RebateStatement(SqsInbox(sqs(), settings.queue_url, settings.dead_letter_queue_url), make)
