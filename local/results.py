"""What a play has come to, read from the stack, as the files of formats.md: the named columns first, then ours.

Every number is the engine's own: this module reads states, statements and receipts and asks the domain for sums.
"""

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from local.stack import EmbeddedStack
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.table import Table, from_wire
from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.facts import RECORD_TYPES, AccountFacts
from partner_program.domain.files.outcomes import Outcome
from partner_program.domain.revenue import quarter_revenue
from partner_program.domain.sales.receipt import Amounts, Receipt
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.yearly_revenue import previous_year, year_to_date
from partner_program.values.money import plain
from partner_program.values.periods import Quarter

Row = dict[str, str]
EARLIEST_YEAR = 1990

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
    "quarter_revenue", "carried_in", "carried_out", "made_on", "edition",
)  # fmt: skip
CASE_COLUMNS = ("account_id", "requirement", "opened_on", "due_on", "closed_on", "outcome")
REPORT_COLUMNS = (
    "distributor_id", "report_id", "status", "lines", "posted", "duplicate", "held", "rejected", "final_amount",
    "currency", "posted_amount", "credit", "reason", "processed_on",
)  # fmt: skip
OWN_FOLDERS = ("receipts", "rejected", "explanations")
"""Folders below the output folder that belong to a play: replaced by the next one."""


@dataclass(frozen=True, slots=True)
class AccountResult:
    """All that the stack holds of one account."""

    state: AccountState
    facts: AccountFacts
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """All that a play has come to on its last day.

    `objects` are the results bucket's receipts and rejected lines by key; `waiting` names records (kind, then key)
    that wait for another one to come.
    """

    through: date
    accounts: tuple[AccountResult, ...]
    receipts: tuple[Receipt, ...]
    objects: Mapping[str, bytes] = field(default_factory=dict)
    waiting: frozenset[tuple[str, ...]] = frozenset()


def read_results(stack: EmbeddedStack, through: date) -> Results:
    """Read tables and results bucket of a stack that is quiet."""
    store = DynamoAccountStore(Table(stack.dynamodb, stack.outputs["ProgramTable"]))
    accounts = []
    for account, facts, stored in store.load_many(store.all_account_ids(), EARLIEST_YEAR):
        if stored.state is not None:
            accounts.append(AccountResult(stored.state, facts, tuple(store.statements(account))))
    objects = dict(_objects(stack))
    receipts = [
        Receipt.model_validate_json(body)
        for key, body in objects.items()
        if key.startswith("pos/") and key.endswith("/receipt.json")
    ]
    return Results(
        through,
        tuple(sorted(accounts, key=lambda account: account.state.account_id)),
        tuple(sorted(receipts, key=lambda receipt: (receipt.distributor_id or "", receipt.report_id or ""))),
        objects,
        frozenset(_waiting(stack)),
    )


def _waiting(stack: EmbeddedStack) -> Iterator[tuple[str, ...]]:
    """A scan: who reads a finished play may take the time that the engine never would."""
    pages = stack.dynamodb.get_paginator("scan").paginate(
        TableName=stack.outputs["ProgramTable"],
        FilterExpression="begins_with(pk, :waiting) AND attribute_exists(body)",
        ExpressionAttributeValues={":waiting": {"S": "WAITING#"}},
    )
    for page in pages:
        for raw in page["Items"]:
            item = from_wire(raw)
            kind = str(item["kind"])
            yield kind, *RECORD_TYPES[kind].model_validate_json(str(item["body"])).key


def _objects(stack: EmbeddedStack) -> Iterator[tuple[str, bytes]]:
    bucket = stack.outputs["ResultsBucket"]
    for page in stack.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            key = found["Key"]
            # They become paths below the output folder: never one that leads out of it.
            if key.endswith(("/receipt.json", "/rejected.csv")) and ".." not in key.split("/"):
                yield key, stack.s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def account_rows(results: Results) -> Iterator[Row]:
    """One row for each account."""
    for account in results.accounts:
        state = account.state
        yield {
            "account_id": state.account_id,
            "partner_id": state.partner_id,
            "country": state.country,
            "currency": state.currency,
            "tier": _text(state.tier),
            "tier_since": _text(state.tier_since),
            "as_of": _text(results.through),
            "assessed_on": _text(state.assessed_on),
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
            yield {"account_id": account.state.account_id} | {name: _text(value) for name, value in values.items()}


def statement_rows(results: Results) -> Iterator[Row]:
    """Every statement, by account and quarter, preliminary before final."""
    for account in results.accounts:
        for statement in account.statements:
            values = statement.model_dump(include=set(STATEMENT_COLUMNS))
            yield {name: _text(value) for name, value in values.items()}


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
                "processed_on": _text(receipt.processed_on),
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
    _write(out / "cases.csv", CASE_COLUMNS, ())
    _write(out / "reports.csv", REPORT_COLUMNS, report_rows(results))
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


def _text(value: object) -> str:
    """A cell: decimals plain, booleans as in formats.md, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
