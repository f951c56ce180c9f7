"""Composition of `functions/account_assessment`."""

import os
from dataclasses import dataclass

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.bootstrap.runtime import current_clock, current_rulebook, program_table
from partner_program.bootstrap.settings import AccountAssessmentSettings
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.ports import AccountStore


@dataclass(frozen=True, slots=True)
class AccountAssessment:
    """What one invocation works with."""

    accounts: AccountStore
    assess: AssessAccount


def account_assessment() -> AccountAssessment:
    """Raises `ConfigurationError`."""
    settings = AccountAssessmentSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    accounts = DynamoAccountStore(program)
    return AccountAssessment(accounts, AssessAccount(accounts, rulebook, current_clock(settings, program, rulebook)))
