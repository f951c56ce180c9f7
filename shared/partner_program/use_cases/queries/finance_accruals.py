"""What is booked: a month with its totals and accounts, or an account over months (R-5.4)."""

import json
from datetime import date

from partner_program.domain.accruals.months import end_of, month_ends
from partner_program.domain.accruals.report import Failure, MonthTotals, Totals
from partner_program.domain.accruals.row import AccrualRow
from partner_program.domain.model import Document
from partner_program.use_cases.accrual_ports import AccrualStore
from partner_program.use_cases.queries.report_ports import ResultReads
from partner_program.values.errors import InvalidValue, NotFound
from partner_program.values.periods import add_months, month_of

MOST_MONTHS = 36
_CHUNK_BYTES = 65_536
_ROWS = b'\n "rows": ['
"""Where the accounts begin in a month's file: they are its last field, and no other line is indented by one space."""


class AccruedMonth(Document):
    """A month as booked: totals by currency, and by region and currency, then a page of its accounts.

    `complete`: every account that takes part is booked, finance can close the month on it; otherwise `failures` says
    who is missing and why, or the month is still being booked. `totals` and `by_region` are those of the month's last
    try for every account; before the first one has ended there are none, whatever accounts are booked already.
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
    """A month is one query and the beginning of one or two files; an account is one batch of reads."""

    def __init__(self, store: AccrualStore, results: ResultReads) -> None:
        self._store = store
        self._results = results

    def month(self, month: str, *, after: str | None, limit: int) -> AccruedMonth:
        """A month (`YYYY-MM`). `next_cursor` is the bare position.

        The totals are those of the month's file, written when every account was tried; they are never added up from
        the rows, which may be ten thousand. Raises `InvalidValue`, `NotFound` for a month of which nothing is booked.
        """
        end = end_of(month)
        totals = self._small_file(month) or self._head_of_file(month)
        rows, goes_on = self._store.page(month, after, limit)
        if totals is None and not rows and after is None:
            raise NotFound(f"Nothing is booked for {month}, whose last day is {end}.")
        if totals is None:
            totals = MonthTotals(month=month, on=end, complete=False, failures=(), totals=(), by_region=())
        return AccruedMonth(**totals.model_dump(), items=tuple(rows), next_cursor=goes_on)

    def account(
        self, account_id: str, *, on: date, first: str | None = None, last: str | None = None
    ) -> AccruedAccount:
        """From one month to another, both included; without them the last twelve up to `on`'s.

        Raises `InvalidValue`, also for more than 36 months.
        """
        last = last or month_of(on)
        first = first or month_of(add_months(end_of(last), -11))
        months = [month_of(end) for end in month_ends(end_of(first), end_of(last))]
        if not 1 <= len(months) <= MOST_MONTHS:
            told = f"accruals are asked for of 1 to {MOST_MONTHS} months, the first one named first"
            raise InvalidValue(told, "from", "to")
        rows = self._store.of_account(account_id, months)
        return AccruedAccount(account_id=account_id, first_month=first, last_month=last, items=tuple(rows))

    def _small_file(self, month: str) -> MonthTotals | None:
        try:
            part = self._results.open_result_at(f"accruals/{month}-totals.json", 0)
        except NotFound:
            return None
        with part.stream as stream:
            return MonthTotals.model_validate(json.loads(stream.read()))

    def _head_of_file(self, month: str) -> MonthTotals | None:
        """For months that were booked before there was a file of totals alone: read up to where the accounts begin."""
        try:
            part = self._results.open_result_at(f"accruals/{month}.json", 0)
        except NotFound:
            return None
        head = b""
        with part.stream as stream:
            while _ROWS not in head and (some := stream.read(_CHUNK_BYTES)):
                head += some
        return MonthTotals.model_validate(json.loads(head.partition(_ROWS)[0].rstrip(b",") + b"}"))
