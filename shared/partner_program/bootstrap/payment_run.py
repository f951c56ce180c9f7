"""Composition of `functions/payment_run`, the only function that can open bank details."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.bank_accounts import SchwiftyCheck
from partner_program.adapters.bank_store import DynamoBankStore
from partner_program.adapters.bank_vault import KmsBankOpener
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.payment_file_writer import PaymentFileWriter
from partner_program.adapters.payment_files_store import S3PaymentFiles
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import (
    business_date,
    current_clock,
    current_rulebook,
    dynamodb,
    kms,
    program_table,
    s3,
)
from partner_program.bootstrap.settings import PaymentRunSettings
from partner_program.use_cases.anchor_log import AnchorLog
from partner_program.use_cases.ports import Clock
from partner_program.use_cases.release_payments import BankSide, ReleasePayments


@dataclass(frozen=True, slots=True)
class PaymentRun:
    """What one invocation works with. `business_date` turns the scheduled moment into the program's date."""

    payments: ReleasePayments
    anchor: AnchorLog
    clock: Clock
    business_date: Callable[[datetime], date]


def payment_run() -> PaymentRun:
    """Raises `ConfigurationError`."""
    settings = PaymentRunSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    clock = current_clock(settings, program, rulebook)
    book = DynamoPaymentBook(Table(dynamodb(), settings.payments_table), now=clock.moment)
    files = S3PaymentFiles(s3(), settings.results_bucket)
    payments = ReleasePayments(
        book=book,
        bank_side=BankSide(
            DynamoBankStore(Table(dynamodb(), settings.bank_details_table)),
            KmsBankOpener(kms(), settings.bank_details_key),
            SchwiftyCheck(),
        ),
        accounts=DynamoAccountStore(program),
        files=files,
        writer=PaymentFileWriter(),
        rulebook=rulebook,
        now=lambda: clock.moment().isoformat(timespec="seconds"),
    )
    dated = partial(business_date, settings=settings, program=program, rulebook=rulebook)
    return PaymentRun(payments, AnchorLog(book, files), clock, dated)
