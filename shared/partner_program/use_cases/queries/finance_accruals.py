"""What is booked: a month with its totals and accounts, or an account over months (R-5.4)."""

import json
from datetime import date

from partner_program.domain.accruals.months import end_of, month_ends
from partner_program.domain.accruals.report import Failure, MonthTotals, Totals
from partner_program.domain.accruals.row import AccrualRow
from partner_program.domain.model import Document
from partner_program.use_cases.accrual_ports import AccrualStore
from partner_program.use_cases.accruals import AccrualReport
from partner_program.use_cases.queries.report_ports import ResultReads
from partner_program.values.errors import InvalidValue, NotFound
from partner_program.values.periods import add_months, month_of

MOST_MONTHS = 36


class AccruedMonth(Document):
    """A month as booked: totals by currency, and by region and currency, then a page of its accounts.

    `complete`: every account that takes part is booked, finance can close the month on it; otherwise `failures` says
    who is missing and why, or the month is still being booked.
    """

    month: str
    on: date
    complete: bool
    failures: tuple[Failure, ...]
    totals: tuple[Totals, ...]
    by_region: tuple[Totals, ...]
    items: tuple[AccrualRow, ...]
    next_cursor: str | None


class AccruedAccount(Document):
    """An account month by month; a month that is not booked, or in which nothing was ever owed, has no row."""

    account_id: str
    first_month: str
    last_month: str
    items: tuple[AccrualRow, ...]


class FinanceAccruals:
    """A month is one query and one file; an account is one batch of reads."""

    def __init__(self, store: AccrualStore, report: AccrualReport, results: ResultReads) -> None:
        self._store = store
        self._report = report
        self._results = results

    def month(self, month: str, *, after: str | None, limit: int) -> AccruedMonth:
        """A month (`YYYY-MM`). `next_cursor` is the bare position.

        The totals are those of the month's file, written when every account was tried; only while there is none yet
        they are added up from all rows. Raises `InvalidValue`, `NotFound` for a month of which nothing is booked.
        """
        end = end_of(month)
        totals = self._written(month)
        rows, goes_on = self._store.page(month, after, limit)
        if totals is None and not rows and after is None:
            raise NotFound(f"Nothing is booked for {month}, whose last day is {end}.")
        if totals is None:
            totals = self._report.month(month).without_rows()
        return AccruedMonth(**totals.model_dump(), items=tuple(rows), next_cursor=goes_on)

    def account(
        self, account_id: str, *, on: date, first: str | None = None, last: str | None = None
    ) -> AccruedAccount:
        """From one month to another, both included; without them the last twelve up to `on`'s.

        Raises `InvalidValue`, also for more than 36 months.
        """
        last = last or month_of(on)
        first = first or month_of(add_months(end_of(last), -11))
        if not 1 <= len(list(month_ends(end_of(first), end_of(last)))) <= MOST_MONTHS:
            raise InvalidValue(f"accruals are asked for of 1 to {MOST_MONTHS} months, the first one named first")
        rows = self._report.account(account_id, first, last)
        return AccruedAccount(account_id=account_id, first_month=first, last_month=last, items=tuple(rows))

    def _written(self, month: str) -> MonthTotals | None:
        try:
            part = self._results.open_result_at(f"accruals/{month}-totals.json", 0)
        except NotFound:
            return None
        with part.stream as stream:
            return MonthTotals.model_validate(json.loads(stream.read()))
