"""Money on the screen: payouts with the steps of their lives, batches with their people, accruals, the audit log."""

from decimal import Decimal

from rich.table import Table

from local.payment_results import PaymentResults
from local.payment_rows import accrual_table, batch_rows
from local.results import Results
from local.table_parts import filled, money, new_table
from partner_program.domain.payments.payout import Payout
from partner_program.values.money import plain


def payouts_table(results: Results) -> Table:
    """Each payout and how it came to where it is."""
    payments = results.payments
    table = new_table("Payouts", "quarter", "account", "amount>", "", "payable from", "life", "steps")
    waiting = {(one.account_id, one.period): one.text for one in payments.waiting}
    rows = [
        (
            str(payout.period),
            payout.account_id,
            money(plain(payout.amount)),
            payout.currency,
            str(payout.payable_from),
            payments.standing(payout).replace("_", " "),
            _steps(payout, waiting.get((payout.account_id, payout.period), "")),
        )
        for payout in payments.payouts
    ]
    return filled(table, rows)


def _steps(payout: Payout, waits_for: str) -> str:
    """One line for each step; what it waits for comes last."""
    steps = [
        f"{step.on} {step.state.replace('_', ' ')} ({step.by.person})" + (f": {step.reason}" if step.reason else "")
        for step in payout.events
    ]
    return "\n".join([*steps, f"waits: {waits_for}"] if waits_for else steps)


def batches_table(results: Results) -> Table:
    """Each batch: who prepared and who approved it, its total, its file, and what the bank has said."""
    table = new_table(
        "Payment batches", "batch", "payments>", "total>", "", "status", "prepared by", "approved by", "released",
        "the bank says",
    )  # fmt: skip
    rows = [
        (
            row["batch_id"], row["payments"], money(row["total"]), row["currency"], row["status"],
            f"{row['prepared_by']}\n{row['prepared_on']}", f"{row['approved_by']}\n{row['approved_on']}".strip(),
            row["released_on"], _answer(row["paid"], row["rejected"]) or row["void_reason"],
        )
        for row in batch_rows(results.payments)
    ]  # fmt: skip
    return filled(table, rows)


def _answer(paid: str, rejected: str) -> str:
    return ", ".join(f"{count} {what}" for count, what in ((paid, "paid"), (rejected, "rejected")) if count != "0")


def accruals_table(results: Results) -> Table:
    """Totals of each currency by month, where anything stood or moved."""
    table = new_table(
        "Accruals", "month", "", "earned>", "expected for the year>", "opening>", "+ accrued>", "- settled>",
        "± adjusted>", "= closing>", "open>",
    )  # fmt: skip
    names = ("earned", "expected_earned", "opening", "accrued", "settled", "adjusted", "closing", "open")
    _, rows = accrual_table(results.accruals, totals=True)
    totals = [row for row in rows if not row["region"]]
    shown = [
        (row["month"], row["currency"], *(money(row[name]) for name in names))
        for row in sorted(totals, key=lambda row: (row["currency"], row["month"]))
        if any(Decimal(row[name]) for name in names)
    ]
    return filled(table, shown)


def totals_line(payments: PaymentResults) -> str:
    """Files, batches and ledger say the same: what was ever sent to the bank, and what came of it, by currency."""
    sums: dict[tuple[str, str], Decimal] = {}
    for entry in payments.ledger:
        key = entry.currency, entry.kind.value
        sums[key] = sums.get(key, Decimal(0)) + entry.amount
    parts = [f"{kind} {money(plain(amount))} {currency}" for (currency, kind), amount in sorted(sums.items())]
    return "Ledger: " + ("; ".join(parts) if parts else "nothing was paid")


def audit_lines(payments: PaymentResults) -> list[str]:
    """Whether the log of every act on money holds, and every statement follows from its facts."""
    found = payments.verification
    checked = f"{found.entries} entries, {found.acts} acts, {found.statements} statements recomputed from their facts"
    if not found.findings:
        return [f"Audit: {checked}; the chain of hashes holds, nothing differs"]
    return [f"Audit: {checked}; NOT as it must be:", *(f"  {one.where}: {one.what}" for one in found.findings)]
