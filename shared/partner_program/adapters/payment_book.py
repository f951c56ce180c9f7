"""`PaymentBook` on PaymentsTable: every act of a person in one transaction with its entry of the audit log."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from partner_program.adapters import payment_items as items
from partner_program.adapters.clock import utc_now
from partner_program.adapters.parallel import each
from partner_program.adapters.table import ConditionalPut, Item, Table, retry_pauses_s
from partner_program.adapters.transaction import CONDITION_FAILED, put_across
from partner_program.domain.payments.audit import AuditDraft, AuditEntry, entered
from partner_program.domain.payments.bank import BankRevision
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry
from partner_program.domain.payments.payee import PayeeNaming
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.domain.revenue import Baseline
from partner_program.use_cases.payment_ports import LedgerDiffers, Write
from partner_program.values.errors import ProgramError, VersionConflict
from partner_program.values.periods import Quarter

MOST_WRITES = 90
"""Of an act, beside its entry and its mark: a transaction takes 100."""


class LogBroken(ProgramError):
    """An act is marked as entered, but the audit log has no such entry."""


class DynamoPaymentBook:
    """`banks` and `program` are needed only for acts that write bank details or baselines.

    `now` gives the moment of an entry; nothing is ordered by it (F51).
    """

    def __init__(
        self,
        payments: Table,
        now: Callable[[], datetime] = utc_now,
        *,
        banks: Table | None = None,
        program: Table | None = None,
    ) -> None:
        self._payments = payments
        self._banks = banks
        self._program = program
        self._now = now

    # -- acts

    def commit(self, draft: AuditDraft, writes: Sequence[Write]) -> AuditEntry:
        """One transaction; another one as long as only the log's head has moved on, or somebody was in the way (F31).

        A condition that failed is never repeated (F32): either the act is entered already, by a twin or by a try whose
        answer was lost (F28), or what it changes was changed by somebody else.
        """
        self._check(writes)
        for pause in retry_pauses_s(f"others kept entering acts before {draft.act_id}"):
            entry = entered(draft, self.head(), self._moment())
            reasons = put_across(self._puts(entry, writes))
            if reasons is None:
                return entry
            standing = self._entry_of(draft.act_id)
            if standing is not None:
                return standing
            if CONDITION_FAILED in reasons[: len(writes)]:
                raise VersionConflict(f"what {draft.act_id} changes was changed by somebody else")
            time.sleep(pause * random.random())  # noqa: S311  # jitter, no secret
        raise AssertionError("the pauses end by themselves")

    def put_payout(self, payout: Payout) -> bool:
        """One conditional put."""
        return self._put(payout)

    def add_ledger(self, entries: Iterable[LedgerEntry]) -> None:
        """Each is put if absent, some at a time: a batch write would be cheaper, but knows no condition (F34)."""
        wanted = list(entries)
        standing = each(lambda entry: self._payments.put_new(items.put_of(entry).item), wanted)
        for entry, item in zip(wanted, standing, strict=True):
            if item is not None and LedgerEntry.model_validate_json(str(item["body"])) != entry:
                raise LedgerDiffers(f"the ledger of {entry.account_id} {entry.period} says something else")

    # -- reads

    def payout(self, account_id: str, period: Quarter) -> Payout | None:
        """One read."""
        item = self._payments.get(items.payout_pk(account_id), str(period))
        return _payout(item) if item else None

    def payouts(self, account_id: str) -> Sequence[Payout]:
        """One query."""
        return [_payout(item) for item in self._payments.query(items.payout_pk(account_id))]

    def payouts_many(self, keys: Iterable[tuple[str, Quarter]]) -> dict[tuple[str, Quarter], Payout]:
        """A hundred at a time."""
        found = self._payments.get_many((items.payout_pk(account), str(period)) for account, period in keys)
        return {items.payout_key(item): _payout(item) for item in found.values()}

    def queued(
        self, state: PayoutState, currency: str, payable_by: date | None = None
    ) -> Iterator[tuple[str, Quarter]]:
        """A range of the index, by day, account and quarter."""
        up_to = (items.QUEUED_ON, items.payable_up_to(payable_by)) if payable_by else None
        queue = items.payout_queue(state, currency)
        for item in self._payments.query_index(items.QUEUE, items.QUEUE, queue, up_to=up_to):
            yield items.payout_key(item)

    def batch(self, batch_id: str) -> Batch | None:
        """One read."""
        item = self._payments.get(items.batch_pk(batch_id), items.BATCH)
        return Batch.model_validate_json(str(item["body"])) if item else None

    def batches(self, status: BatchStatus) -> Iterator[str]:
        """From the index, by day of preparation and id."""
        for item in self._payments.query_index(items.QUEUE, items.QUEUE, items.batch_queue(status)):
            yield items.batch_id_of(item)

    def namings(self, account_id: str) -> Sequence[PayeeNaming]:
        """One query."""
        found = self._payments.query(items.naming_pk(account_id))
        return [PayeeNaming.model_validate_json(str(item["body"])) for item in found]

    def ledger(self, account_id: str) -> Sequence[LedgerEntry]:
        """One query."""
        found = self._payments.query(items.ledger_pk(account_id))
        return [LedgerEntry.model_validate_json(str(item["body"])) for item in found]

    def entry(self, act_id: str) -> AuditEntry | None:
        """The act's mark, then the entry that it names."""
        return self._entry_of(act_id)

    def audit_log(self, after: int = 0) -> Iterator[AuditEntry]:
        """One query."""
        for item in self._payments.query(items.AUDIT, first=items.audit_sk(after + 1)):
            yield _entry(item)

    def head(self) -> AuditEntry | None:
        """One read."""
        item = self._payments.last(items.AUDIT)
        return _entry(item) if item else None

    def marks(self) -> Iterator[tuple[str, int]]:
        """Reads the whole table."""
        for item in self._payments.having(items.ENTRY):
            if item["sk"] == items.ACT:
                yield items.act_id_of(item), int(item[items.ENTRY])

    # -- the rest

    def _check(self, writes: Sequence[Write]) -> None:
        puts = [(self._table_of(write).name, items.put_of(write).item) for write in writes]
        if len(puts) > MOST_WRITES or len({(table, item["pk"], item["sk"]) for table, item in puts}) < len(puts):
            raise ValueError(f"an act writes at most {MOST_WRITES} items, each once")

    def _table_of(self, write: Write) -> Table:
        table = self._payments
        if isinstance(write, BankRevision | Baseline):
            found = self._banks if isinstance(write, BankRevision) else self._program
            if found is None:
                raise ValueError(f"no table to write a {type(write).__name__} to")
            table = found
        return table

    def _puts(self, entry: AuditEntry, writes: Sequence[Write]) -> list[tuple[Table, ConditionalPut]]:
        """In the order of the writes; the entry and the mark of the act come last."""
        own = [(self._table_of(write), items.put_of(write, entry.number)) for write in writes]
        return own + [(self._payments, put) for put in items.puts_of_entry(entry)]

    def _entry_of(self, act_id: str) -> AuditEntry | None:
        mark = self._payments.get(items.act_pk(act_id), items.ACT)
        if mark is None:
            return None
        number = int(mark[items.ENTRY])
        item = self._payments.get(items.AUDIT, items.audit_sk(number))
        if item is None:
            raise LogBroken(f"{act_id} was entered as number {number}, which is not in the audit log")
        return _entry(item)

    def _put(self, write: Payout) -> bool:
        """A put whose answer was lost is repeated by the SDK and then finds itself (F28)."""
        put = items.put_of(write)
        refused = self._payments.put(put.item, condition=put.condition, values=put.values, names=put.names)
        return refused is None or (refused.existing is not None and refused.existing["body"] == put.item["body"])

    def _moment(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _payout(item: Item) -> Payout:
    return Payout.model_validate_json(str(item["body"]))


def _entry(item: Item) -> AuditEntry:
    return AuditEntry.model_validate_json(str(item["body"]))
