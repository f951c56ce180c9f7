"""How payments lie in their tables: keys, the index over what waits, and the condition that each write is put on.

PaymentsTable: `PAYOUT#<account>`/`<YYYYQn>` · `BATCH#<id>`/`BATCH` · `PAYEE#<account>`/`<n:06d>` ·
`LEDGER#<account>`/`<YYYYQn>#<attempt:02d>#<kind>` · `AUDIT`/`<n:012d>` · `ACT#<act_id>`/`ACT`.
BankDetailsTable: `SITE#<site_id>`/`<n:06d>`. A restated baseline lies in the program table as any other.
"""

from datetime import date
from typing import TypeAlias

from partner_program.adapters.account_store import baseline_item
from partner_program.adapters.table import ConditionalPut, Item
from partner_program.domain.payments.audit import AuditEntry
from partner_program.domain.payments.bank import BankRevision
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry
from partner_program.domain.payments.payee import PayeeNaming
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.domain.revenue import Baseline
from partner_program.use_cases.payment_ports import Write
from partner_program.values.periods import Quarter

QUEUE, QUEUED_ON = "queue", "queued_on"
"""The sparse index over payouts and batches by state (it has the name of the first), and what it is sorted by."""
AUDIT = "AUDIT"
BATCH = "BATCH"
ACT = "ACT"
ENTRY = "audit"
"""The attribute with the number of the entry of the log by which an item was written last, if by one."""

Versioned: TypeAlias = Payout | Batch | BankRevision


def put_of(write: Write, entry: int | None = None) -> ConditionalPut:
    """A write on its condition; `entry` is the number of its act in the log, if it is part of one."""
    item = _item(write)
    if entry is not None:
        item[ENTRY] = entry
    if isinstance(write, Versioned):
        item["version"] = write.version
        if write.version > 1:
            before = {":before": write.version - 1}
            return ConditionalPut(item, "#version = :before", values=before, names={"#version": "version"})
    return ConditionalPut(item, "attribute_not_exists(pk)")


def puts_of_entry(entry: AuditEntry) -> tuple[ConditionalPut, ConditionalPut]:
    """The entry of the log and the mark of its act, each put if absent."""
    number = entry.number
    logged: Item = {"pk": AUDIT, "sk": audit_sk(number), "kind": "audit_entry", "body": entry.model_dump_json()}
    mark: Item = {"pk": act_pk(entry.act.act_id), "sk": ACT, "kind": "act", ENTRY: number}
    absent = "attribute_not_exists(pk)"
    return ConditionalPut(logged, absent), ConditionalPut(mark, absent)


def _item(write: Write) -> Item:
    match write:
        case Payout():
            waiting = {QUEUE: payout_queue(write.state, write.currency), QUEUED_ON: _payable(write)}
            return _document(payout_pk(write.account_id), str(write.period), "payout", write) | waiting
        case Batch():
            queued_on = f"{write.prepared_on}#{write.batch_id}"
            waiting = {QUEUE: batch_queue(write.status), QUEUED_ON: queued_on}
            return _document(batch_pk(write.batch_id), BATCH, "batch", write) | waiting
        case BankRevision():
            return _document(site_pk(write.site_id), f"{write.number:06d}", "bank_revision", write)
        case PayeeNaming():
            return _document(naming_pk(write.account_id), f"{write.number:06d}", "payee_naming", write)
        case LedgerEntry():
            movement = f"{write.period}#{write.attempt:02d}#{write.kind}"
            return _document(ledger_pk(write.account_id), movement, "ledger_entry", write)
        case Baseline():
            return baseline_item(write)


def _document(pk: str, sk: str, kind: str, document: Payout | Batch | BankRevision | PayeeNaming | LedgerEntry) -> Item:
    return {"pk": pk, "sk": sk, "kind": kind, "body": document.model_dump_json()}


def _payable(payout: Payout) -> str:
    """By day; the rest makes the order of one day always the same."""
    return f"{payout.payable_from}#{payout.account_id}#{payout.period}"


def payable_up_to(day: date) -> str:
    """Comes after every payout that is payable on a day: `~` is beyond all that an id may hold."""
    return f"{day}#~"


def payout_queue(state: PayoutState, currency: str) -> str:
    """Under which name payouts wait in the index."""
    return f"payout#{state}#{currency}"


def batch_queue(status: BatchStatus) -> str:
    """The same of batches."""
    return f"batch#{status}"


def payout_pk(account_id: str) -> str:
    """The partition of an account's payouts; the sort key is the quarter."""
    return f"PAYOUT#{account_id}"


def payout_key(item: Item) -> tuple[str, Quarter]:
    """Account and quarter of a payout's item."""
    return str(item["pk"]).removeprefix("PAYOUT#"), Quarter.parse(str(item["sk"]))


def batch_pk(batch_id: str) -> str:
    """A batch's own partition."""
    return f"BATCH#{batch_id}"


def batch_id_of(item: Item) -> str:
    """The other way round."""
    return str(item["pk"]).removeprefix("BATCH#")


def naming_pk(account_id: str) -> str:
    """The partition of an account's namings."""
    return f"PAYEE#{account_id}"


def ledger_pk(account_id: str) -> str:
    """The partition of an account's ledger."""
    return f"LEDGER#{account_id}"


def site_pk(site_id: str) -> str:
    """The partition of a site's bank details."""
    return f"SITE#{site_id}"


def act_pk(act_id: str) -> str:
    """The partition of an act's mark."""
    return f"ACT#{act_id}"


def act_id_of(item: Item) -> str:
    """The other way round."""
    return str(item["pk"]).removeprefix("ACT#")


def audit_sk(number: int) -> str:
    """Sorts by number."""
    return f"{number:012d}"
