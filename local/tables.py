"""The results of a play as tables for a person: reports, accounts, tier changes, statements, lines not counted."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from rich.console import Console
from rich.table import Table

from local.payment_tables import accruals_table, batches_table, payouts_table
from local.result_files import report_rows
from local.results import AccountResult, Results
from local.table_parts import filled, money, new_table
from local.tier_tables import cases_table, history_table, notices_table
from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.facts import RECORD_TYPES
from partner_program.domain.files.outcomes import ReasonCode
from partner_program.domain.revenue import quarter_revenue
from partner_program.domain.tiers.findings import Finding
from partner_program.domain.yearly_revenue import previous_year, whole_year
from partner_program.values.money import plain
from partner_program.values.periods import Quarter

_REJECTED = "/rejected.csv"
_WAITING_REASONS = frozenset(
    {
        ReasonCode.UNKNOWN_PARTNER,
        ReasonCode.UNKNOWN_SITE,
        ReasonCode.UNKNOWN_PERSON,
        ReasonCode.UNKNOWN_ACCOUNT,
        ReasonCode.MCIE_WITHOUT_MCIT,
    }
)
"""Why a record waits for another one."""
_COLUMN_OF_FIELD = {"training": "kind", "certification": "kind", "review": "kind"}


def show_results(console: Console, results: Results) -> None:
    """Print every table."""
    tables = (
        reports_table,
        not_counted_table,
        flags_table,
        accounts_table,
        tier_changes_table,
        cases_table,
        history_table,
        notices_table,
        revenue_table,
        statements_table,
        payouts_table,
        batches_table,
        accruals_table,
    )
    for table in tables:
        console.print(table(results))
        console.print()


def reports_table(results: Results) -> Table:
    """Each report with its outcomes; money in one line for each currency."""
    table = new_table(
        "POS reports", "report", "taken on", "status", "lines>", "posted>", "dup.>", "held>", "rej.>", "billed>",
        "credited>", "",
    )  # fmt: skip
    rows = []
    for _, group in groupby(report_rows(results), key=lambda row: (row["distributor_id"], row["report_id"])):
        parts = list(group)
        first = parts[0]
        money_columns = ["\n".join(money(part[name]) for part in parts) for name in ("final_amount", "credit")]
        currencies = "\n".join(f"{part['currency']} {part['reason']}".strip() for part in parts)
        rows.append(
            (first["report_id"], first["processed_on"], first["status"], *_counts(parts), *money_columns, currencies)
        )
    return filled(table, rows)


def _counts(parts: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Lines of a report over its currencies; nothing for none."""
    names = ("lines", "posted", "duplicate", "held", "rejected")
    return tuple(str(sum(int(part[name]) for part in parts) or "") for name in names)


def not_counted_table(results: Results) -> Table:
    """Lines and rows that do not count, by file and reason; those that were held for a while and mended are gone."""
    table = new_table("Not counted, and what to do", "file", "lines", "outcome", "reason", "what to do")
    groups: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for name, row in _rejected_rows(results):
        groups[name, row["outcome"], row["reason_code"], row["what_to_do"]].append(row["line"])
    rows = [
        (name, _shortened(lines), outcome, reason, advice) for (name, outcome, reason, advice), lines in groups.items()
    ]
    return filled(table, rows)


def _rejected_rows(results: Results) -> Iterator[tuple[str, dict[str, str]]]:
    for key, body in sorted(results.objects.items()):
        if key.endswith(_REJECTED):
            for row in csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")):
                if not _was_mended(key, row, results):
                    yield key.removesuffix(_REJECTED), row


def flags_table(results: Results) -> Table:
    """Lines that count and that somebody should look at, by report and flag."""
    table = new_table("Counted, with a flag for the channel manager", "report", "flag", "lines>", "billed>")
    rows = [
        (receipt.report_id or "", flag, str(amounts.lines), _amounts(amounts.money))
        for receipt in results.receipts
        for flag, amounts in sorted(receipt.flags.items())
    ]
    return filled(table, rows)


def _amounts(by_currency: Mapping[str, Decimal]) -> str:
    return "\n".join(f"{money(plain(amount))} {currency}" for currency, amount in sorted(by_currency.items()))


def _was_mended(key: str, row: Mapping[str, str], results: Results) -> bool:
    """Whether a record that had to wait waits no more. A POS report needs no such question: its receipt is newer."""
    place, kind = key.split("/")[:2]
    if place != "records" or row["reason_code"] not in _WAITING_REASONS or kind not in RECORD_TYPES:
        return False
    columns = (_COLUMN_OF_FIELD.get(name, name) for name in RECORD_TYPES[kind].key_fields)
    return (kind, *(row[column] for column in columns)) not in results.waiting


def _shortened(lines: list[str], most: int = 5) -> str:
    return ", ".join(lines[:most]) + (f" … ({len(lines)})" if len(lines) > most else "")


def accounts_table(results: Results) -> Table:
    """Each account with its tier and what is missing for the next one."""
    table = new_table(f"Accounts on {results.through}", "account", "tier", "since", "missing for the next tier")
    rows = [
        (account.state.account_id, account.state.tier or "none", str(account.state.tier_since or ""), _missing(account))
        for account in results.accounts
    ]
    return filled(table, rows)


def _missing(account: AccountResult) -> str:
    if not account.state.advice:
        return ""
    following = account.state.advice[0]
    return f"{following.tier}: " + "; ".join(_wanted(finding) for finding in following.missing)


def _wanted(finding: Finding) -> str:
    name, missing = finding.requirement.replace("_", " "), finding.missing or finding.required
    return name if missing == name else f"{name} ({missing})"


def tier_changes_table(results: Results) -> Table:
    """Each decision on a tier with its reason and rule; placements stand in tier_changes.csv."""
    table = new_table("Tier changes", "day", "account", "from", "to", "reason", "rule", "reached", "business days>")
    rows = [
        (str(change.changed_on), account.state.account_id, change.from_tier or "", change.to_tier or "none",
         change.reason, change.rule, str(change.reached_on or ""),
         "" if change.business_days is None else str(change.business_days))
        for account in results.accounts
        for change in account.state.tier_changes
    ]  # fmt: skip
    return filled(table, sorted(rows))


def revenue_table(results: Results) -> Table:
    """Sales Revenue of each account by quarter of the last year with a closed quarter."""
    year = Quarter.of(results.through).previous.year
    quarters = [Quarter(year, number) for number in range(1, 5)]
    table = new_table(
        f"Sales Revenue {year}", "account", "", *(f"{quarter}>" for quarter in quarters), "year>", "before>"
    )
    rows = [(account.state.account_id, account.state.currency, *_revenues(account, quarters))
            for account in results.accounts]  # fmt: skip
    return filled(table, rows)


def _revenues(account: AccountResult, quarters: list[Quarter]) -> tuple[str, ...]:
    facts, year = account.facts, quarters[0].year
    amounts = [quarter_revenue(facts.contributions, quarter) for quarter in quarters]
    years = (whole_year(facts, year).amount, previous_year(facts, year).amount)
    return tuple(money(plain(amount)) for amount in (*amounts, *years))


def statements_table(results: Results) -> Table:
    """Final statements, and preliminary ones of quarters whose books are still open."""
    table = new_table(
        "Rebate statements", "quarter", "account", "life", "YTD>", "last year>", "rate %>", "base>", "earned>",
        "settled>", "payout>", "", "reason",
    )  # fmt: skip
    rows = []
    for account in results.accounts:
        newest = {statement.period: statement for statement in account.statements}  # final comes after preliminary
        for period, statement in newest.items():
            amounts = (
                statement.ytd_revenue, statement.prev_year_revenue, statement.rate_pct, statement.rebate_base,
                statement.earned, statement.settled_before, statement.payout,
            )  # fmt: skip
            told = str(period), statement.account_id, _life(results, statement)
            numbers = (money(plain(one)) for one in amounts)
            rows.append((*told, *numbers, statement.currency, _first_sentence(statement.reason)))
    return filled(table, sorted(rows, key=lambda row: (row[1], row[0])))


def _life(results: Results, statement: Statement) -> str:
    return results.payments.life(statement).replace("_", " ")


def _first_sentence(text: str) -> str:
    """What was decided; the rest of a reason (what it would take to earn more) is in statements.csv."""
    return text.partition(". ")[0].removesuffix(".") + "."
