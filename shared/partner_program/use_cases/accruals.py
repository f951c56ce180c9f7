"""Book the accruals of every month when its books close, account by account, and write them for finance (R-5.4)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from partner_program.domain.accelerator.statement import StatementStatus
from partner_program.domain.accruals.files import as_json, rows_csv, totals_csv, totals_json
from partner_program.domain.accruals.month import NOTHING_BOOKED, Booked, accrue, booked, taken_over
from partner_program.domain.accruals.months import end_of, month_end_before, month_ends
from partner_program.domain.accruals.report import Failure, MonthReport, month_report
from partner_program.domain.accruals.row import AccrualRow, DoesNotAddUp
from partner_program.domain.accruals.settled import check_settled
from partner_program.domain.accruals.standing import Entitlements
from partner_program.domain.payments.ledger import LedgerEntry
from partner_program.rulebook import Rulebook
from partner_program.use_cases.accrual_ports import AccrualStore, Payments, ResultFiles
from partner_program.use_cases.ports import AccountStore, JobLog
from partner_program.values.errors import NotFound, ProgramError
from partner_program.values.periods import month_of
from partner_program.values.tiers import Tier

JOB = "accruals"
_ONE_DAY = timedelta(days=1)
_YEARS_BACK = 2
"""A rebate of last year, while its last quarter is open, rests on the Sales Revenue of the year before that."""
_OF_ONE_ACCOUNT = (ProgramError, ValueError, LookupError, ArithmeticError)
"""What is wrong with an account's own facts, rows or amounts; anything else is about the machine, and flies."""


@dataclass(frozen=True, slots=True)
class AccrualRun:
    """A month: how many accounts are booked now, which failed and why. `complete`: nothing is missing."""

    month: str
    accounts: int
    failures: tuple[Failure, ...]
    out_of_time: bool

    @property
    def complete(self) -> bool:
        """Whether finance can close the month on it."""
        return not self.failures and not self.out_of_time


class BookAccruals:
    """Runs daily, works on a month's booking day: so many days after its end (R-5.4d). Idempotent: a row is put once.

    Sales Revenue of the month is what is known by then; payments and final statements count up to its last day by
    their own dates, and the tier is that of the last day. What comes later belongs to the next month. The job's
    progress is the last day of the last month that is complete.

    A run that broke off, ran out of time or left accounts that failed leaves the month open: the next run goes on with
    the accounts that have no row yet. An account that fails stops nobody else, in no month.
    """

    def __init__(
        self,
        accounts: AccountStore,
        payments: Payments,
        store: AccrualStore,
        files: ResultFiles,
        jobs: JobLog,
        rulebook: Rulebook,
    ) -> None:
        self._accounts = accounts
        self._payments = payments
        self._store = store
        self._files = files
        self._jobs = jobs
        self._rulebook = rulebook

    def __call__(self, on: date, has_time: Callable[[], bool] = lambda: True) -> list[AccrualRun]:
        """Every month not complete yet whose booking day has come by `on`, in order."""
        runs: list[AccrualRun] = []
        behind: set[str] = set()
        for end in month_ends(self._done(on) + _ONE_DAY, on):
            if on < self._booking_day(end) or (runs and runs[-1].out_of_time):
                break
            run = self._month(end, on, behind, has_time)
            runs.append(run)
            behind |= {failure.account_id for failure in run.failures}
            if all(run.complete for run in runs):
                self._jobs.mark_done(JOB, end)
        return runs

    def _done(self, on: date) -> date:
        """Up to when months are complete. The first run ever leaves out those whose booking day is over, for good."""
        last = self._jobs.last_done(JOB)
        if last is None:
            first_day = self._rulebook.in_force_from
            over = [end for end in month_ends(first_day, on) if self._booking_day(end) < on]
            last = over[-1] if over else first_day - _ONE_DAY
            # so a run that breaks off, even the first ever, is gone on with
            self._jobs.mark_done(JOB, last)
        return last

    def _booking_day(self, end: date) -> date:
        """By the rules of the month's last day."""
        return end + timedelta(days=self._rulebook.at(end).accrual_close_days)

    def _month(self, end: date, on: date, behind: Collection[str], has_time: Callable[[], bool]) -> AccrualRun:
        """Book who is not booked yet; write the files once everybody was tried."""
        month = month_of(end)
        before = {row.account_id: row for row in self._store.month(month_of(month_end_before(end)))}
        rows = {row.account_id: row for row in self._store.month(month)}
        failures: list[Failure] = []
        for account_id in sorted({*self._accounts.all_account_ids(), *before} - {*rows}):
            if not has_time():
                return AccrualRun(month, len(rows), tuple(failures), out_of_time=True)
            try:
                row = None if account_id in behind else self._row(account_id, end, on, before)
            except _OF_ONE_ACCOUNT as wrong:
                failures.append(Failure(account_id=account_id, reason=_told(wrong)))
                continue
            if account_id in behind:
                failures.append(Failure(account_id=account_id, reason="the month before is not booked"))
            elif row is not None:
                rows[account_id] = self._store.put(row)
        self._write(month_report(month, end, rows.values(), complete=not failures, failures=failures))
        return AccrualRun(month, len(rows), tuple(failures), out_of_time=False)

    def _row(self, account_id: str, end: date, on: date, before: Mapping[str, AccrualRow]) -> AccrualRow | None:
        """None for an account that never was Premier: after one read."""
        if account_id not in before and not self._was_premier(account_id):
            return None
        try:
            return self._accrued(account_id, end, on, before)
        except DoesNotAddUp:
            # between two reads a statement may be made or a payment booked: look once more
            return self._accrued(account_id, end, on, before)

    def _accrued(self, account_id: str, end: date, on: date, before: Mapping[str, AccrualRow]) -> AccrualRow:
        entries, payouts = self._payments.ledger(account_id), self._payments.payouts(account_id)
        known = self._known(account_id, end)
        check_settled(known.finals, payouts, entries, known.currency)
        return accrue(known, entries, _before(known, entries, end, before), end, on)

    def _was_premier(self, account_id: str) -> bool:
        state = self._accounts.state(account_id)
        changes = (*state.tier_changes, *state.set_aside) if state else ()
        return any(change.to_tier is Tier.PREMIER for change in changes)

    def _known(self, account_id: str, end: date) -> Entitlements:
        facts, stored = self._accounts.load(account_id, month_end_before(end).year - _YEARS_BACK)
        if stored.state is None:
            raise NotFound(f"{account_id} was booked before, but has no state")
        finals = [one for one in self._accounts.statements(account_id) if one.status is StatementStatus.FINAL]
        currency = self._rulebook.at(end).country(facts.country).currency
        others = sorted({one.currency for one in finals} - {currency})
        if others:
            raise DoesNotAddUp(f"{account_id} is kept in {currency} but has final statements in {', '.join(others)}")
        return Entitlements(facts, stored.state, finals, self._rulebook, currency)

    def _write(self, report: MonthReport) -> None:
        name = f"accruals/{report.month}"
        self._files.put_result(f"{name}.csv", rows_csv(report), "text/csv; charset=utf-8")
        self._files.put_result(f"{name}-totals.csv", totals_csv(report), "text/csv; charset=utf-8")
        self._files.put_result(f"{name}-totals.json", totals_json(report), "application/json")
        self._files.put_result(f"{name}.json", as_json(report), "application/json")


class AccrualReport:
    """What is booked, for operators: a whole month with its totals, or an account over months."""

    def __init__(self, store: AccrualStore, jobs: JobLog) -> None:
        self._store = store
        self._jobs = jobs

    def month(self, month: str) -> MonthReport:
        """A month (`YYYY-MM`) as booked so far; which accounts failed is told by the month's JSON file alone.

        Raises `InvalidValue`.
        """
        end = end_of(month)
        done = self._jobs.last_done(JOB)
        return month_report(month, end, self._store.month(month), complete=done is not None and end <= done)

    def account(self, account_id: str, first: str, last: str) -> Sequence[AccrualRow]:
        """The rows of an account from one month to another, both included. Raises `InvalidValue`."""
        return self._store.of_account(account_id, [month_of(end) for end in month_ends(end_of(first), end_of(last))])


def _before(known: Entitlements, entries: Sequence[LedgerEntry], end: date, before: Mapping[str, AccrualRow]) -> Booked:
    """What the account's month begins with. Where nothing at all is booked, accruals begin: history is taken over."""
    row = before.get(known.facts.account_id)
    if row is not None and row.currency != known.currency:
        raise DoesNotAddUp(f"{row.account_id} was booked in {row.currency} and is kept in {known.currency} now")
    if row is not None:
        return booked(row)
    return NOTHING_BOOKED if before else taken_over(known, entries, month_end_before(end))


def _told(wrong: Exception) -> str:
    """The first line of an error; without one, what kind it is."""
    return (str(wrong).splitlines() or [""])[0] or type(wrong).__name__
