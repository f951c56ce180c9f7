"""The daily run: accounts for which a day has come on which time alone may change something (R-3.2, R-3.3)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from partner_program.use_cases.assess_account import AssessAccount, Assessed
from partner_program.use_cases.ports import AccountStore, Clock, JobLog, Messages, ReviewTask

JOB = "certification_expiry"
TASK_ACCOUNTS = 25
"""Accounts in one task: so many fit well into one message and into the time of one function."""


@dataclass(frozen=True, slots=True)
class DailyRunResult:
    """What a run of the day `on` found due and sent. `last_done` is the day of the run before it, if there was one."""

    on: date
    accounts: int
    tasks: int
    last_done: date | None


class DailyRun:
    """Sends the accounts whose next review has come to be assessed.

    What is due is written in the accounts themselves. So a run that never happened needs no making up for: its accounts
    are still due at the next one. A second run sends those that are due still, and no other; assessing them twice
    changes nothing (F25, F26). The log of jobs only tells operators how far the runs have come.
    """

    def __init__(self, accounts: AccountStore, jobs: JobLog, messages: Messages) -> None:
        self._accounts = accounts
        self._jobs = jobs
        self._messages = messages

    def __call__(self, on: date) -> DailyRunResult:
        """Send what is due on a day. The day is marked as done after all was sent; who breaks off is repeated whole."""
        last_done = self._jobs.last_done(JOB)
        # by id, accounts of one partner share a task: its facts are read once for all of them
        due = sorted(set(self._accounts.due_for_review(on)))
        tasks = self._messages.send_review_tasks(_tasks(due, on))
        self._jobs.mark_done(JOB, on)
        return DailyRunResult(on, len(due), tasks, last_done)


class ReviewAccounts:
    """Brings the accounts of one task up to date."""

    def __init__(self, assess: AssessAccount, clock: Clock) -> None:
        self._assess = assess
        self._clock = clock

    def __call__(self, account_ids: Iterable[str], on: date) -> Assessed:
        """As of the program's today, but never before the task's day: a late task is not assessed in the past."""
        return self._assess.batch(account_ids, max(on, self._clock.today()))


def _tasks(due: Sequence[str], on: date) -> Iterator[ReviewTask]:
    for start in range(0, len(due), TASK_ACCOUNTS):
        yield {"account_ids": list(due[start : start + TASK_ACCOUNTS]), "on": on.isoformat()}
