"""Composition of what is asked about the standing of one account."""

import os
from dataclasses import dataclass

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.notice_store import DynamoNoticeStore
from partner_program.adapters.state_history import DynamoStateVersions
from partner_program.bootstrap.runtime import current_clock, current_rulebook, program_table
from partner_program.bootstrap.settings import QueryApiSettings
from partner_program.use_cases.account_history import AccountHistory
from partner_program.use_cases.ports import AccountStore
from partner_program.use_cases.queries.benefits import Benefits
from partner_program.use_cases.queries.gap import Gap
from partner_program.use_cases.queries.people import People
from partner_program.use_cases.queries.sites import Sites
from partner_program.use_cases.queries.standing import Standing
from partner_program.use_cases.queries.standing_history import StandingHistory
from partner_program.use_cases.queries.standing_notices import Notices


@dataclass(frozen=True, slots=True)
class StandingQueries:
    """What one request asks with; nothing in it writes."""

    accounts: AccountStore
    standing: Standing
    gap: Gap
    benefits: Benefits
    history: StandingHistory
    notices: Notices
    sites: Sites
    people: People


def standing() -> StandingQueries:
    """Raises `ConfigurationError`."""
    settings = QueryApiSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    clock = current_clock(settings, program, rulebook)
    accounts, states = DynamoAccountStore(program), DynamoStateVersions(program)
    history = AccountHistory(accounts, states, rulebook)
    return StandingQueries(
        accounts=accounts,
        standing=Standing(accounts=accounts, history=history, rulebook=rulebook, clock=clock),
        gap=Gap(accounts=accounts, rulebook=rulebook, clock=clock),
        benefits=Benefits(accounts=accounts, rulebook=rulebook, clock=clock),
        history=StandingHistory(accounts=accounts, states=states, rulebook=rulebook, clock=clock),
        notices=Notices(DynamoNoticeStore(program)),
        sites=Sites(sites=accounts, clock=clock),
        people=People(accounts=accounts, rulebook=rulebook, clock=clock),
    )
