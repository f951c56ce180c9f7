"""Rows of the result files about money: payouts and their steps, payments, batches, accruals, the audit log."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from local.cells import Row, text
from local.payment_results import PaymentResults
from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.payments.batch import Batch, BatchItem
from partner_program.domain.payments.ledger import LedgerKind

PAYOUT_COLUMNS = (
    "account_id", "year", "quarter", "currency", "amount", "payable_from", "state", "attempt", "batch_id", "waits_for",
    "why", "steps",
)  # fmt: skip
PAYMENT_COLUMNS = (
    "batch_id", "account_id", "year", "quarter", "attempt", "currency", "amount", "site_id", "because",
    "bank_last_four", "holder", "end_to_end_id", "state", "paid_on",
)  # fmt: skip
BATCH_COLUMNS = (
    "batch_id", "currency", "status", "payments", "total", "prepared_by", "prepared_on", "approved_by", "approved_on",
    "released_by", "released_on", "paid", "rejected", "void_by", "void_on", "void_reason", "file_digest",
)  # fmt: skip
AUDIT_COLUMNS = ("number", "on", "action", "by", "role", "subject", "details")
_ANOTHER_EACH_TIME = frozenset({"seal", "digest", "file"})
"""Details that rest on how bank details were encrypted, or name the version of an uploaded object: repeated plays would
differ in these, and in the hashes of the log."""
STATEMENT_LIFE_COLUMNS = ("life", "paid_on", "batch_id", "payee_site")
"""What statements.csv says of a statement beside itself."""

TOTALS = "-totals.csv"
"""How the name of a month's file of totals ends."""

_OUTCOMES = (
    (LedgerKind.RETURNED, "returned"),
    (LedgerKind.PAID, "paid"),
    (LedgerKind.REJECTED, "rejected"),
    (LedgerKind.INITIATED, "in_payment"),
)
"""The last that happened to a payment comes first."""


def statement_life(payments: PaymentResults, statement: Statement) -> Row:
    """Where a statement stands, when and to which site it was paid."""
    payout = payments.payout_of(statement)
    item = payments.payment_of(payout) if payout else None
    paid = payout and payments.entry(payout.account_id, payout.period, payout.attempt, LedgerKind.PAID)
    return {
        "life": payments.life(statement).value,
        "paid_on": text(paid.on if paid else None),
        "batch_id": text(payout.batch_id if payout else None),
        "payee_site": item.site_id if item else "",
    }


def payout_rows(payments: PaymentResults) -> Iterator[Row]:
    """Every payout with the steps of its life: day, state, person and reason."""
    waiting = {(one.account_id, one.period): one for one in payments.waiting}
    for payout in payments.payouts:
        waits = waiting.get((payout.account_id, payout.period))
        yield {
            **{name: text(getattr(payout, name)) for name in PAYOUT_COLUMNS[:9]},
            "waits_for": waits.code.value if waits else "",
            "why": waits.text if waits else "",
            "steps": "; ".join(
                f"{step.on} {step.state} by {step.by.person}" + (f": {step.reason}" if step.reason else "")
                for step in payout.events
            ),
        }


def payment_rows(payments: PaymentResults) -> Iterator[Row]:
    """Every payment of every batch: one for each attempt to pay a payout."""
    for batch in payments.batches:
        for item in batch.items:
            paid = payments.entry(item.account_id, item.period, item.attempt, LedgerKind.PAID)
            yield {
                "batch_id": batch.batch_id,
                "currency": batch.currency,
                **{name: text(getattr(item, name)) for name in PAYMENT_COLUMNS if hasattr(item, name)},
                "state": payment_state(payments, batch, item),
                "paid_on": text(paid.on if paid else None),
            }


def payment_state(payments: PaymentResults, batch: Batch, item: BatchItem) -> str:
    """What has become of one payment: what the ledger says of it, else how far its batch is."""
    for kind, state in _OUTCOMES:
        entry = payments.entry(item.account_id, item.period, item.attempt, kind)
        if entry is not None and entry.batch_id == batch.batch_id:
            return state
    return batch.status.value


def batch_rows(payments: PaymentResults) -> Iterator[Row]:
    """Every batch with its people, its total and what the bank has said."""
    for batch in payments.batches:
        states = [payment_state(payments, batch, item) for item in batch.items]
        people = {"prepared_by": batch.prepared_by, "released_by": batch.released_by, "void_by": batch.void_by}
        yield {
            **{name: text(getattr(batch, name, None)) for name in BATCH_COLUMNS},
            **{name: by.person if by else "" for name, by in people.items()},
            "payments": str(len(batch.items)),
            "approved_by": ", ".join(given.by.person for given in batch.approvals),
            "approved_on": ", ".join(str(given.on) for given in batch.approvals),
            "paid": str(states.count("paid")),
            "rejected": str(states.count("rejected")),
        }


def audit_rows(payments: PaymentResults) -> Iterator[Row]:
    """The audit log in its order; its hashes are verified where it is (`partner-program audit verify`)."""
    for entry in payments.audit:
        act = entry.act
        yield {
            "number": str(entry.number),
            "on": text(act.on),
            "action": act.action.value,
            "by": act.by.person,
            "role": act.by.role.value,
            "subject": act.subject,
            "details": "; ".join(
                f"{name}: {said}" for name, said in act.details.items() if name not in _ANOTHER_EACH_TIME
            ),
        }


def accrual_table(objects: Mapping[str, bytes], *, totals: bool = False) -> tuple[Sequence[str], list[Row]]:
    """The accrual files of all months as one table, columns as the engine writes them: of accounts, or the totals."""
    columns: list[str] = []
    rows: list[Row] = []
    for key in sorted(objects):
        if key.endswith(TOTALS) is not totals:
            continue
        reader = csv.DictReader(io.StringIO(objects[key].decode("utf-8"), newline=""))
        rows += reader
        columns += [name for name in reader.fieldnames or () if name not in columns]
    return columns, rows
