"""Composition of records one at a time, decisions on cases, reprocessing, and requests for benefits."""

import os
from dataclasses import dataclass
from datetime import date

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.fact_store import DynamoFactStore
from partner_program.adapters.messages import SqsMessages
from partner_program.adapters.request_store import DynamoRequestStore
from partner_program.adapters.sales_store import DynamoSalesStore
from partner_program.adapters.table import Table
from partner_program.bootstrap.runtime import current_clock, current_rulebook, dynamodb, program_table, sqs
from partner_program.bootstrap.settings import QueryApiSettings, RecordsApiSettings
from partner_program.rulebook import Rulebook
from partner_program.use_cases.benefit_requests import BenefitRequests, RequestStore
from partner_program.use_cases.decide_case import DecideCase
from partner_program.use_cases.ports import AccountStore
from partner_program.use_cases.queries.records import Records
from partner_program.use_cases.record_one import RecordOne
from partner_program.use_cases.reprocess import ReprocessReport


@dataclass(frozen=True, slots=True)
class RecordsSeen:
    """What one request asks about records and requests with. `today` is the program's date."""

    today: date
    rulebook: Rulebook
    accounts: AccountStore
    requests: RequestStore
    records: Records


@dataclass(frozen=True, slots=True)
class RecordsDesk:
    """What one request acts on records and requests with. `today` is the program's date."""

    today: date
    accounts: AccountStore
    record: RecordOne
    decide: DecideCase
    reprocess: ReprocessReport
    benefits: BenefitRequests


def records_seen() -> RecordsSeen:
    """For queries: nothing in it is asked to write. Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    clock = current_clock(settings, program, rulebook)
    return RecordsSeen(
        today=clock.today(),
        rulebook=rulebook,
        accounts=DynamoAccountStore(program),
        requests=DynamoRequestStore(Table(dynamodb(), settings.requests_table)),
        records=Records(DynamoFactStore(program), clock),
    )


def records_desk() -> RecordsDesk:
    """Raises `ConfigurationError`."""
    settings = RecordsApiSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    accounts = DynamoAccountStore(program)
    messages = SqsMessages(sqs(), sales_queue_url=settings.sales_queue_url)
    record = RecordOne(facts=DynamoFactStore(program), messages=messages, rulebook=rulebook)
    sales = DynamoSalesStore(program, Table(dynamodb(), settings.sales_table))
    requests = DynamoRequestStore(Table(dynamodb(), settings.requests_table))
    return RecordsDesk(
        today=current_clock(settings, program, rulebook).today(),
        accounts=accounts,
        record=record,
        decide=DecideCase(accounts, record, rulebook),
        reprocess=ReprocessReport(sales, messages),
        benefits=BenefitRequests(requests, accounts, rulebook),
    )
