"""Composition of `functions/quarter_end`."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.job_log import DynamoJobLog
from partner_program.adapters.messages import SqsMessages
from partner_program.bootstrap.runtime import business_date, current_rulebook, program_table, sqs
from partner_program.bootstrap.settings import QuarterEndSettings
from partner_program.use_cases.close_quarter import CloseQuarter


@dataclass(frozen=True, slots=True)
class QuarterEnd:
    """What one invocation works with. `business_date` turns the scheduled moment into the program's date."""

    close: CloseQuarter
    business_date: Callable[[datetime], date]


def quarter_end() -> QuarterEnd:
    """Raises `ConfigurationError`."""
    settings = QuarterEndSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    messages = SqsMessages(sqs(), statement_queue_url=settings.statement_queue_url)
    close = CloseQuarter(DynamoAccountStore(program), DynamoJobLog(program), messages, rulebook)
    dated = partial(business_date, settings=settings, program=program, rulebook=rulebook)
    return QuarterEnd(close, dated)
