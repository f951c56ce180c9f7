"""Composition of `functions/account_review`."""

import os
from dataclasses import dataclass

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.messages import SqsInbox
from partner_program.bootstrap.runtime import current_clock, current_rulebook, program_table, sqs
from partner_program.bootstrap.settings import AccountReviewSettings
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.review_accounts import ReviewAccounts


@dataclass(frozen=True, slots=True)
class AccountReview:
    """What one invocation works with."""

    inbox: SqsInbox
    review: ReviewAccounts


def account_review() -> AccountReview:
    """Raises `ConfigurationError`."""
    settings = AccountReviewSettings.read(os.environ)
    program = program_table(settings)
    rulebook = current_rulebook(settings, program)
    clock = current_clock(settings, program, rulebook)
    review = ReviewAccounts(AssessAccount(DynamoAccountStore(program), rulebook, clock), clock)
    return AccountReview(SqsInbox(sqs(), settings.queue_url, settings.dead_letter_queue_url), review)
