"""Composition of acts on money, and of what is asked before them."""

import os
from dataclasses import dataclass
from datetime import date

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.bank_store import DynamoBankStore
from partner_program.adapters.bank_vault import KmsBankSealer
from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.payment_run import LambdaPaymentRun
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import (
    current_clock,
    current_rulebook,
    dynamodb,
    functions,
    kms,
    program_table,
)
from partner_program.bootstrap.settings import ApiSettings, QueryApiSettings, RecordsApiSettings
from partner_program.rulebook import Rulebook
from partner_program.use_cases.ask_release import AskRelease
from partner_program.use_cases.bank_details import BankDetails, Sites
from partner_program.use_cases.decide_batches import DecideBatches
from partner_program.use_cases.decide_payouts import DecidePayouts
from partner_program.use_cases.name_payee import NamePayee
from partner_program.use_cases.payment_ports import BankStore, PaidAccounts
from partner_program.use_cases.prepare_payments import PreparePayments
from partner_program.use_cases.restate_baseline import RestateBaseline


@dataclass(frozen=True, slots=True)
class MoneySeen:
    """What one request asks about money with. `today` is the program's date."""

    today: date
    rulebook: Rulebook
    accounts: PaidAccounts
    sites: Sites
    banks: BankStore
    restatements: RestateBaseline


@dataclass(frozen=True, slots=True)
class MoneyDesk(MoneySeen):
    """What one request acts on money with."""

    payouts: DecidePayouts
    preparation: PreparePayments
    batches: DecideBatches
    release: AskRelease
    payees: NamePayee
    bank_details: BankDetails


def money_seen() -> MoneySeen:
    """For queries: nothing in it is asked to write. Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    seen, _ = _seen(settings)
    return seen


def money_desk() -> MoneyDesk:
    """Raises `ConfigurationError`."""
    # Here, for `query_api` shares this module and is packed without the library behind it.
    from partner_program.adapters.bank_accounts import SchwiftyCheck

    settings = RecordsApiSettings.read(os.environ)
    seen, book = _seen(settings)
    sealer = KmsBankSealer(kms(), settings.bank_details_key)
    return MoneyDesk(
        seen.today,
        seen.rulebook,
        seen.accounts,
        seen.sites,
        seen.banks,
        seen.restatements,
        payouts=DecidePayouts(book),
        preparation=PreparePayments(book, seen.banks, seen.accounts, seen.rulebook),
        batches=DecideBatches(book, seen.banks, seen.accounts),
        release=AskRelease(book, LambdaPaymentRun(functions(), settings.payment_run_function)),
        payees=NamePayee(book, seen.accounts),
        bank_details=BankDetails(book, seen.banks, sealer, SchwiftyCheck(), seen.rulebook, seen.sites),
    )


def _seen(settings: ApiSettings) -> tuple[MoneySeen, DynamoPaymentBook]:
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    clock = current_clock(settings, program, rulebook)
    banks = Table(dynamodb(), settings.bank_details_table)
    accounts = DynamoAccountStore(program)
    book = DynamoPaymentBook(Table(dynamodb(), settings.payments_table), clock.moment, banks=banks, program=program)
    restatements = RestateBaseline(accounts, rulebook, book)
    seen = MoneySeen(clock.today(), rulebook, accounts, DynamoFactStore(program), DynamoBankStore(banks), restatements)
    return seen, book
