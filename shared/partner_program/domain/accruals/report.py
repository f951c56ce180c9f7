"""A month's accruals in total: by currency, and by region and currency. Never across currencies."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from partner_program.domain.accruals.row import AccrualRow, PartName
from partner_program.domain.model import Document
from partner_program.values.money import ExactNumber, Money, total


class Totals(Document):
    """Sums over accounts of one currency, of one region or (`region` None) of all; the identity holds for them too."""

    currency: str
    region: str | None
    accounts: int
    earned: ExactNumber
    expected_earned: ExactNumber
    opening: ExactNumber
    accrued: ExactNumber
    settled: ExactNumber
    adjusted: ExactNumber
    parts: Mapping[PartName, ExactNumber]
    closing: ExactNumber
    open: ExactNumber
    not_stated: ExactNumber
    carried: ExactNumber


class Failure(Document):
    """An account whose month is not booked, and why."""

    account_id: str
    reason: str


class MonthTotals(Document):
    """A month as booked so far, without its accounts. `complete`: every account that takes part is in it."""

    month: str
    on: date
    complete: bool
    failures: tuple[Failure, ...]
    totals: tuple[Totals, ...]
    by_region: tuple[Totals, ...]


class MonthReport(MonthTotals):
    """The same with the accounts, in order."""

    rows: tuple[AccrualRow, ...]

    def without_rows(self) -> MonthTotals:
        """What is small, however many accounts there are."""
        return MonthTotals(**self.model_dump(exclude={"rows"}))


def month_report(
    month: str, on: date, rows: Iterable[AccrualRow], *, complete: bool, failures: Iterable[Failure] = ()
) -> MonthReport:
    """Rows in order of account, with their totals."""
    ordered = tuple(sorted(rows, key=lambda row: row.account_id))
    currencies = sorted({row.currency for row in ordered})
    regions = sorted({(row.region, row.currency) for row in ordered})
    return MonthReport(
        month=month,
        on=on,
        complete=complete,
        failures=tuple(failures),
        totals=tuple(_totals([row for row in ordered if row.currency == one], one, None) for one in currencies),
        by_region=tuple(
            _totals([row for row in ordered if (row.region, row.currency) == (region, one)], one, region)
            for region, one in regions
        ),
        rows=ordered,
    )


def _totals(rows: Sequence[AccrualRow], currency: str, region: str | None) -> Totals:
    def summed(amounts: Iterable[Decimal]) -> Decimal:
        return Money(total(amounts), currency).rounded().amount

    return Totals(
        currency=currency,
        region=region,
        accounts=len(rows),
        earned=summed(row.earned for row in rows),
        expected_earned=summed(row.expected_earned for row in rows),
        opening=summed(row.opening for row in rows),
        accrued=summed(row.accrued for row in rows),
        settled=summed(row.settled for row in rows),
        adjusted=summed(row.adjusted for row in rows),
        parts={name: summed(row.part(name) for row in rows) for name in PartName},
        closing=summed(row.closing for row in rows),
        open=summed(row.open for row in rows),
        not_stated=summed(row.not_stated for row in rows),
        carried=summed(row.carried for row in rows),
    )
