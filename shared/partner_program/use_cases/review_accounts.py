"""The daily run: accounts for which a day has come on which time alone may change something (R-3.2, R-3.3)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from partner_program.rulebook import Rulebook
from partner_program.use_cases.assess_account import AssessAccount, Assessed
from partner_program.use_cases.ports import AccountStore, Clock, JobLog, Messages, ReviewTask

JOB = "certification_expiry"
DAYS_FOUND_BY = 2
"""Raise it when a version finds other days of review than the one before: they stand in the accounts already."""
TASK_ACCOUNTS = 25
"""Accounts in one task: so many fit well into one message and into the time of one function."""


@dataclass(frozen=True, slots=True)
class DailyRunResult:
    """What a run of the day `on` found due and sent. `last_done` is the day of the run before it, if there was one.

    `rulebook_changed`: since that run, or the code that finds the days has; so every account was due.
    """

    on: date
    accounts: int
    tasks: int
    last_done: date | None
    rulebook_changed: bool = False


class DailyRun:
    """Sends the accounts whose next review has come to be assessed.

    What is due is written in the accounts themselves. So a run that never happened needs no making up for: its accounts
    are still due at the next one. A second run sends those that are due still, and no other; assessing them twice
    changes nothing (F25, F26). The log of jobs only tells operators how far the runs have come.

    The days in the accounts were found by the rulebook and the code of their time. Where either has changed since the
    last run (new Terms, another threshold, cases where there were none), or before the first run, all are due once.
    Only this run sends those: a task of it that is lost for good has to be sent again by hand.
    """

    def __init__(self, accounts: AccountStore, jobs: JobLog, messages: Messages, rulebook: Rulebook) -> None:
        self._accounts = accounts
        self._jobs = jobs
        self._messages = messages
        self._rulebook = rulebook

    def __call__(self, on: date) -> DailyRunResult:
        """Send what is due on a day. The day is marked as done after all was sent; who breaks off is repeated whole."""
        last_done = self._jobs.last_done(JOB)
        seen = self._jobs.rulebook_seen(JOB)
        finds_by = found_by(self._rulebook)
        changed = seen != finds_by
        candidates = self._accounts.all_account_ids() if changed else self._accounts.due_for_review(on)
        # by id, accounts of one partner share a task: its facts are read once for all of them
        due = sorted(set(candidates))
        tasks = self._messages.send_review_tasks(_tasks(due, on))
        self._jobs.mark_done(JOB, on)
        if changed:
            self._jobs.note_rulebook(JOB, finds_by)
        return DailyRunResult(on, len(due), tasks, last_done, changed)


def found_by(rulebook: Rulebook) -> str:
    """What the days of review that stand in accounts depend on beside the facts."""
    return f"{rulebook.digest}#{DAYS_FOUND_BY}"


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
