"""The files of a month for finance: a CSV with a row per account, one with the totals, and both as JSON.

The same report gives the same bytes. Cells are safe in a spreadsheet, amounts are plain decimals.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from partner_program.domain.accruals.report import MonthReport, Totals
from partner_program.domain.accruals.row import AccrualRow, PartName
from partner_program.domain.files.reject_file import exported
from partner_program.values.money import Money, plain

_PARTS = tuple(PartName)
HEAD = (
    "month", "account_id", "partner_id", "country", "region", "currency", "premier",
    "ytd_revenue", "prev_year_revenue", "rate_pct", "earned",
    "projected_ytd", "expected_rate_pct", "expected_earned",
    "opening", "accrued", "settled", "adjusted", "closing", "open", "not_stated", "carried",
    *(f"adjusted_{name}" for name in _PARTS),
)  # fmt: skip
TOTALS_HEAD = (
    "month", "complete", "region", "currency", "accounts", "earned", "expected_earned",
    "opening", "accrued", "settled", "adjusted", "closing", "open", "not_stated", "carried",
    *(f"adjusted_{name}" for name in _PARTS),
)  # fmt: skip


def rows_csv(report: MonthReport) -> bytes:
    """One line per account, in order of account."""
    return _csv(HEAD, (_row(row) for row in report.rows))


def totals_csv(report: MonthReport) -> bytes:
    """One line per currency (region empty), then one per region and currency."""
    return _csv(TOTALS_HEAD, (_total(report, totals) for totals in (*report.totals, *report.by_region)))


def as_json(report: MonthReport) -> bytes:
    """Everything, also what each figure was computed from; decimals as text."""
    return report.model_dump_json(indent=1).encode() + b"\n"


def totals_json(report: MonthReport) -> bytes:
    """The totals and the accounts that failed, for who asks for them without the accounts."""
    return report.without_rows().model_dump_json(indent=1).encode() + b"\n"


def _row(row: AccrualRow) -> list[str]:
    return [
        row.month, row.account_id, row.partner_id, row.country, row.region, row.currency,
        "yes" if row.premier else "no",
        *map(plain, (
            row.ytd_revenue, row.prev_year_revenue, row.rate_pct, row.earned,
            row.projected_ytd, row.expected_rate_pct, row.expected_earned,
            row.opening, row.accrued, row.settled, row.adjusted, row.closing,
            row.open, row.not_stated, row.carried,
            *(_in(row.part(name), row.currency) for name in _PARTS),
        )),
    ]  # fmt: skip


def _total(report: MonthReport, totals: Totals) -> list[str]:
    return [
        report.month, "yes" if report.complete else "no", totals.region or "", totals.currency, str(totals.accounts),
        *map(plain, (
            totals.earned, totals.expected_earned,
            totals.opening, totals.accrued, totals.settled, totals.adjusted, totals.closing,
            totals.open, totals.not_stated, totals.carried,
            *(totals.parts[name] for name in _PARTS),
        )),
    ]  # fmt: skip


def _in(amount: Decimal, currency: str) -> Decimal:
    """A sum with its currency's decimals, also where it is a sum of nothing."""
    return Money(amount, currency).rounded().amount


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([exported(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
