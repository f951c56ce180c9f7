"""Composition of what finance asks: accruals, batches, what waits, the audit log."""

import os
from dataclasses import dataclass
from datetime import date

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.accrual_store import DynamoAccrualStore
from partner_program.adapters.bank_store import DynamoBankStore
from partner_program.adapters.objects import S3Objects
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.payment_queue import DynamoPaymentQueue
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import current_clock, current_rulebook, dynamodb, program_table, s3
from partner_program.bootstrap.settings import QueryApiSettings
from partner_program.use_cases.ports import AccountStore
from partner_program.use_cases.queries.finance_accruals import FinanceAccruals
from partner_program.use_cases.queries.finance_audit import FinanceAudit
from partner_program.use_cases.queries.finance_batches import FinanceBatches
from partner_program.use_cases.queries.finance_waiting import FinanceWaiting


@dataclass(frozen=True, slots=True)
class Accrued:
    """What one request asks about accruals with. `today` is the program's date."""

    today: date
    accounts: AccountStore
    accruals: FinanceAccruals


@dataclass(frozen=True, slots=True)
class PaymentsSeen:
    """What one request asks about batches and the audit log with."""

    batches: FinanceBatches
    audit: FinanceAudit


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one request asks about payouts that wait with. `today` is the program's date."""

    today: date
    waiting: FinanceWaiting


def accrued() -> Accrued:
    """Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    program = program_table(settings)
    store = DynamoAccrualStore(Table(dynamodb(), settings.payments_table))
    accruals = FinanceAccruals(store, S3Objects(s3(), settings.results_bucket))
    today = current_clock(settings, program, current_rulebook(settings, program)).today()
    return Accrued(today, DynamoAccountStore(program), accruals)


def payments_seen() -> PaymentsSeen:
    """Raises `ConfigurationError`."""
    payments = Table(dynamodb(), QueryApiSettings.read(os.environ).payments_table)
    book, queue = DynamoPaymentBook(payments), DynamoPaymentQueue(payments)
    return PaymentsSeen(FinanceBatches(book, queue), FinanceAudit(book, queue))


def payments_waiting() -> Waiting:
    """Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    payments = Table(dynamodb(), settings.payments_table)
    waiting = FinanceWaiting(
        DynamoPaymentBook(payments),
        DynamoPaymentQueue(payments),
        DynamoBankStore(Table(dynamodb(), settings.bank_details_table)),
        DynamoAccountStore(program),
        rulebook,
    )
    return Waiting(current_clock(settings, program, rulebook).today(), waiting)
