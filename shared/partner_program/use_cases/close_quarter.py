"""The quarter's end and its close: what is due by business date, fanned out by account (R-5.4a, R-5.4d)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from partner_program.rulebook import NotInForce, Rulebook
from partner_program.use_cases.ports import AccountStore, JobLog, Messages
from partner_program.values.periods import Quarter

JOB = "quarter_end"
_QUARTERS_BACK = 44
"""The rulebook allows 3 660 days to a close: so many quarters back one may still be open."""


class Phase(StrEnum):
    """END: preliminary statements on the quarter's last day. CLOSE: final ones when its books close (R-5.4d)."""

    END = "END"
    CLOSE = "CLOSE"


@dataclass(frozen=True, slots=True)
class PhaseRun:
    """A phase that fell due on `due_on`, and how many accounts were given a task."""

    quarter: Quarter
    phase: Phase
    due_on: date
    tasks: int = 0


class CloseQuarter:
    """Runs daily. A missed day is made up for by the next run; a second run of a day sends nothing."""

    def __init__(self, accounts: AccountStore, jobs: JobLog, messages: Messages, rulebook: Rulebook) -> None:
        self._accounts = accounts
        self._jobs = jobs
        self._messages = messages
        self._rulebook = rulebook

    def __call__(self, on: date) -> list[PhaseRun]:
        """Send the tasks of every phase due after the last day done, up to `on`; the first run ever: of `on` only.

        A day is marked as done after its tasks were sent, so an interrupted run is repeated from that day; its tasks
        may then arrive twice.
        """
        last = self._jobs.last_done(JOB)
        first = on if last is None else last + timedelta(days=1)
        runs = []
        for due in due_phases(first, on, self._rulebook):
            # all days before are done, so a run that breaks off here, even the first ever, goes on from this day
            self._jobs.mark_done(JOB, due.due_on - timedelta(days=1))
            tasks = self._messages.send_statement_tasks(self._tasks(due, on))
            runs.append(PhaseRun(due.quarter, due.phase, due.due_on, tasks))
        if first <= on:
            self._jobs.mark_done(JOB, on)
        return runs

    def _tasks(self, due: PhaseRun, on: date) -> Iterator[dict[str, str]]:
        for account_id in self._accounts.all_account_ids():
            yield {
                "account_id": account_id,
                "quarter": str(due.quarter),
                "phase": due.phase.value,
                "on": on.isoformat(),
            }


def due_phases(first: date, last: date, rulebook: Rulebook) -> list[PhaseRun]:
    """The phases that fall due from `first` to `last`, in order of date, the earlier quarter first."""
    if last < first:
        return []
    quarter = Quarter.of(first)
    for _ in range(_QUARTERS_BACK):
        quarter = quarter.previous
    found = []
    while quarter <= Quarter.of(last):
        found += [due for due in _phases_of(quarter, rulebook) if first <= due.due_on <= last]
        quarter = quarter.next
    return sorted(found, key=lambda due: (due.due_on, due.quarter, due.phase is Phase.CLOSE))


def close_of(quarter: Quarter, rulebook: Rulebook) -> date | None:
    """The day on which a quarter's books close; None for one that ended before the rulebook's first day."""
    try:
        return quarter.closes_on(rulebook.at(quarter.last_day).accelerator.close_days)
    except NotInForce:
        return None


def _phases_of(quarter: Quarter, rulebook: Rulebook) -> Iterator[PhaseRun]:
    closes_on = close_of(quarter, rulebook)
    if closes_on is not None:
        yield PhaseRun(quarter, Phase.END, quarter.last_day)
        yield PhaseRun(quarter, Phase.CLOSE, closes_on)
