"""Composition of `functions/accruals`."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.accrual_store import DynamoAccrualStore
from partner_program.adapters.job_log import DynamoJobLog
from partner_program.adapters.objects import S3Objects
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import (
    business_date,
    current_rulebook,
    dynamodb,
    program_table,
    s3,
)
from partner_program.bootstrap.settings import AccrualsSettings
from partner_program.use_cases.accruals import BookAccruals


@dataclass(frozen=True, slots=True)
class Accruals:
    """What one invocation works with. `business_date` turns the scheduled moment into the program's date."""

    book: BookAccruals
    business_date: Callable[[datetime], date]


def accruals() -> Accruals:
    """Raises `ConfigurationError`."""
    settings = AccrualsSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    payments = Table(dynamodb(), settings.payments_table)
    book = BookAccruals(
        accounts=DynamoAccountStore(program),
        payments=DynamoPaymentBook(payments),
        store=DynamoAccrualStore(payments),
        files=S3Objects(s3(), settings.results_bucket),
        jobs=DynamoJobLog(program),
        rulebook=rulebook,
    )
    dated = partial(business_date, settings=settings, program=program, rulebook=rulebook)
    return Accruals(book, dated)
