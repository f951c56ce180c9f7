"""Composition of `functions/certification_expiry`."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.job_log import DynamoJobLog
from partner_program.adapters.messages import SqsMessages
from partner_program.bootstrap.runtime import business_date, current_rulebook, program_table, sqs
from partner_program.bootstrap.settings import CertificationExpirySettings
from partner_program.use_cases.review_accounts import DailyRun


@dataclass(frozen=True, slots=True)
class CertificationExpiry:
    """What one invocation works with. `business_date` turns the scheduled moment into the program's date."""

    run: DailyRun
    business_date: Callable[[datetime], date]


def certification_expiry() -> CertificationExpiry:
    """Raises `ConfigurationError`."""
    settings = CertificationExpirySettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    messages = SqsMessages(sqs(), review_queue_url=settings.review_queue_url)
    dated = partial(business_date, settings=settings, program=program, rulebook=rulebook)
    run = DailyRun(DynamoAccountStore(program), DynamoJobLog(program), messages, rulebook)
    return CertificationExpiry(run, dated)
