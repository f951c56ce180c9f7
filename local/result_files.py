"""The result files of a play (formats.md): the named columns first, then ours.

Every number is the engine's own; what a file needs beside it the domain sums.
"""

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from local.cells import Row, text
from local.payment_rows import (
    AUDIT_COLUMNS,
    BATCH_COLUMNS,
    PAYMENT_COLUMNS,
    PAYOUT_COLUMNS,
    STATEMENT_LIFE_COLUMNS,
    accrual_table,
    audit_rows,
    batch_rows,
    payment_rows,
    payout_rows,
    statement_life,
)
from local.results import AccountResult, Results
from local.tier_files import (
    BRAND_DRAW_COLUMNS,
    CASE_COLUMNS,
    HISTORY_COLUMNS,
    NOTICE_COLUMNS,
    RESTATEMENT_COLUMNS,
    brand_draw_rows,
    case_rows,
    history_rows,
    notice_rows,
    restatement_rows,
)
from partner_program.domain.files.outcomes import Outcome
from partner_program.domain.revenue import quarter_revenue
from partner_program.domain.sales.receipt import Amounts
from partner_program.domain.yearly_revenue import previous_year, year_to_date
from partner_program.values.money import plain
from partner_program.values.periods import Quarter

ACCOUNT_COLUMNS = ("account_id", "partner_id", "country", "currency", "tier", "tier_since", "as_of", "assessed_on")
REVENUE_COLUMNS = (
    "account_id", "year", "quarter", "currency", "quarter_revenue", "ytd_revenue", "prev_year_revenue",
)  # fmt: skip
TIER_CHANGE_COLUMNS = (
    "account_id", "changed_on", "from_tier", "to_tier", "reason", "rule", "reached_on", "business_days", "edition",
)  # fmt: skip
STATEMENT_COLUMNS = (
    "account_id", "year", "quarter", "status", "currency", "ytd_revenue", "prev_year_revenue", "rate_pct",
    "rebate_base", "earned", "settled_before", "payout", "payable_from", "eligible", "reason",
    "quarter_revenue", "carried_in", "carried_out", "made_on", "edition", *STATEMENT_LIFE_COLUMNS,
)  # fmt: skip
REPORT_COLUMNS = (
    "distributor_id", "report_id", "status", "lines", "posted", "duplicate", "held", "rejected", "final_amount",
    "currency", "posted_amount", "credit", "reason", "processed_on",
)  # fmt: skip
OWN_FOLDERS = ("receipts", "rejected", "explanations")
"""Folders below the output folder that belong to a play: replaced by the next one."""


def account_rows(results: Results) -> Iterator[Row]:
    """One row for each account."""
    for account in results.accounts:
        state = account.state
        yield {
            "account_id": state.account_id,
            "partner_id": state.partner_id,
            "country": state.country,
            "currency": state.currency,
            "tier": text(state.tier),
            "tier_since": text(state.tier_since),
            "as_of": text(results.through),
            "assessed_on": text(state.assessed_on),
        }


def revenue_rows(results: Results) -> Iterator[Row]:
    """Every account and quarter, from the first year in which any account has a month of sales."""
    months = [item.month for account in results.accounts for item in account.facts.contributions]
    if not months:
        return
    last = Quarter.of(results.through)
    for account in results.accounts:
        quarter = Quarter(int(min(months)[:4]), 1)
        while quarter <= last:
            yield _revenue_row(account, quarter)
            quarter = quarter.next


def _revenue_row(account: AccountResult, quarter: Quarter) -> Row:
    return {
        "account_id": account.state.account_id,
        "year": str(quarter.year),
        "quarter": str(quarter.number),
        "currency": account.state.currency,
        "quarter_revenue": plain(quarter_revenue(account.facts.contributions, quarter)),
        "ytd_revenue": plain(year_to_date(account.facts, quarter.last_day).amount),
        "prev_year_revenue": plain(previous_year(account.facts, quarter.year).amount),
    }


def tier_change_rows(results: Results) -> Iterator[Row]:
    """Every decision that stands, by account and in order of time."""
    for account in results.accounts:
        for change in account.state.tier_changes:
            values = change.model_dump(include=set(TIER_CHANGE_COLUMNS))
            yield {"account_id": account.state.account_id} | {name: text(value) for name, value in values.items()}


def statement_rows(results: Results) -> Iterator[Row]:
    """Every statement, by account and quarter, preliminary before final."""
    for account in results.accounts:
        for statement in account.statements:
            values = statement.model_dump(include=set(STATEMENT_COLUMNS))
            made = {name: text(value) for name, value in values.items()}
            yield {**made, **statement_life(results.payments, statement)}


def report_rows(results: Results) -> Iterator[Row]:
    """One row for each report and currency; lines whose currency cannot be read stand in the report's first row.

    So lines and money of a report's rows add up to the report. `final_amount` is all of the file, whatever its outcome.
    """
    for receipt in results.receipts:
        whole = Amounts(
            lines=receipt.lines,
            lines_by_currency=sum((Counter(part.lines_by_currency) for part in receipt.outcomes.values()), Counter()),
            money=receipt.money,
            unreadable=receipt.unreadable_amounts,
        )
        posted = receipt.outcomes.get(Outcome.POSTED, Amounts())
        for place, currency in enumerate(sorted(receipt.money) or [""]):
            counts = {
                outcome.value: _lines(receipt.outcomes.get(outcome, Amounts()), currency, place == 0)
                for outcome in Outcome
            }
            yield {
                "distributor_id": receipt.distributor_id or "",
                "report_id": receipt.report_id or "",
                "status": receipt.status,
                "lines": _lines(whole, currency, place == 0),
                **counts,
                "final_amount": plain(receipt.money.get(currency, Decimal(0))),
                "currency": currency,
                "posted_amount": plain(posted.money.get(currency, Decimal(0))),
                "credit": plain(receipt.credit.get(currency, Decimal(0))),
                "reason": receipt.refusal.code.value if receipt.refusal else "",
                "processed_on": text(receipt.processed_on),
            }


def _lines(amounts: Amounts, currency: str, first: bool) -> str:
    return str(amounts.lines_by_currency.get(currency, 0) + (amounts.unreadable if first else 0))


def write_results(results: Results, out: Path, summary: Mapping[str, object]) -> None:
    """Write every file. What an earlier play left in the same folder is replaced, foreign files stay."""
    out.mkdir(parents=True, exist_ok=True)
    for name in OWN_FOLDERS:
        shutil.rmtree(out / name, ignore_errors=True)
    _write(out / "accounts.csv", ACCOUNT_COLUMNS, account_rows(results))
    _write(out / "revenue.csv", REVENUE_COLUMNS, revenue_rows(results))
    _write(out / "tier_changes.csv", TIER_CHANGE_COLUMNS, tier_change_rows(results))
    _write(out / "statements.csv", STATEMENT_COLUMNS, statement_rows(results))
    _write(out / "cases.csv", CASE_COLUMNS, case_rows(results))
    _write(out / "history.csv", HISTORY_COLUMNS, history_rows(results))
    _write(out / "notices.csv", NOTICE_COLUMNS, notice_rows(results))
    _write(out / "restatements.csv", RESTATEMENT_COLUMNS, restatement_rows(results))
    _write(out / "brand_draws.csv", BRAND_DRAW_COLUMNS, brand_draw_rows(results))
    _write(out / "reports.csv", REPORT_COLUMNS, report_rows(results))
    _write(out / "payouts.csv", PAYOUT_COLUMNS, payout_rows(results.payments))
    _write(out / "payments.csv", PAYMENT_COLUMNS, payment_rows(results.payments))
    _write(out / "batches.csv", BATCH_COLUMNS, batch_rows(results.payments))
    _write(out / "audit.csv", AUDIT_COLUMNS, audit_rows(results.payments))
    _write(out / "accruals.csv", *accrual_table(results.accruals))
    _write(out / "accrual_totals.csv", *accrual_table(results.accruals, totals=True))
    for key, body in results.objects.items():
        if key.endswith("/receipt.json"):
            _put(out / "receipts" / f"{key.removesuffix('/receipt.json')}.json", body)
        elif body.count(b"\n") > 1:  # more than its header
            _put(out / "rejected" / f"{key.removesuffix('/rejected.csv')}.csv", body)
    for account in results.accounts:
        _put(out / "explanations" / f"{account.state.account_id}.json", _explanation(account))
    _put(out / "summary.json", (json.dumps(summary, indent=2) + "\n").encode())


def _explanation(account: AccountResult) -> bytes:
    """The findings behind an account's tier, what it lacks for the next, and each statement step by step."""
    document = {
        "state": account.state.model_dump(mode="json"),
        "statements": [statement.model_dump(mode="json") for statement in account.statements],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _put(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
