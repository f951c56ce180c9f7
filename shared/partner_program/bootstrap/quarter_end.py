"""Composition of `functions/quarter_end`."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.clock import program_date
from partner_program.adapters.job_log import DynamoJobLog
from partner_program.adapters.messages import SqsMessages
from partner_program.bootstrap.runtime import current_clock, current_rulebook, program_table, sqs
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

    def business_date(scheduled: datetime) -> date:
        """The date of the schedule, however late it fires; in a sandbox the test clock's."""
        if settings.sandbox:
            return current_clock(settings, program, rulebook).today()
        return program_date(scheduled, rulebook.time_zone)

    close = CloseQuarter(DynamoAccountStore(program), DynamoJobLog(program), messages, rulebook)
    return QuarterEnd(close, business_date)
