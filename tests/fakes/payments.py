"""The ports of payments in memory, as the adapters fulfil them on AWS (one contract test runs on both).

All writes of a world go through one `Writes`: it counts them, and breaks off before or after the n-th.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from partner_program.domain.payments.audit import AuditDraft, AuditEntry, entered
from partner_program.domain.payments.bank import BankAccount, BankRevision
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry
from partner_program.domain.payments.payee import PayeeNaming
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.domain.revenue import Baseline
from partner_program.use_cases.payment_ports import LedgerDiffers, OtherFileStands, SealBroken, Write
from partner_program.values.errors import InvalidValue, VersionConflict
from partner_program.values.periods import Quarter
from tests.fakes.accounts import FakeAccounts
from tests.fakes.reports import Killed

MOST_WRITES = 90
T = TypeVar("T")
Place = tuple[object, ...]


class Writes:
    """Counts what is written; `break_off(n)` kills the writer before or after the n-th write from there on.

    `rival`, if set, runs once right before the next write: somebody else's chance between a look and a write.
    """

    def __init__(self) -> None:
        self.log: list[str] = []
        self.rival: Callable[[], object] | None = None
        self._break_at = 0
        self._before = False

    def break_off(self, write: int, *, before: bool = False) -> None:
        """`write` counts from 1, the writes from now on. 0: no more breaks."""
        self._break_at = len(self.log) + write if write else 0
        self._before = before

    def do(self, name: str, work: Callable[[], T]) -> T:
        rival, self.rival = self.rival, None
        if rival is not None:
            rival()
        breaks = len(self.log) + 1 == self._break_at
        if breaks and self._before:
            self._break_at = 0
            raise Killed
        self.log.append(name)
        answer = work()
        if breaks:
            raise Killed
        return answer


class FakePaymentBook:
    """`PaymentBook` in dicts. `banks` and `accounts` are where bank revisions and restated baselines of an act go."""

    def __init__(
        self,
        banks: "FakeBankStore | None" = None,
        accounts: FakeAccounts | None = None,
        writes: Writes | None = None,
        now: Callable[[], datetime] = lambda: datetime(2024, 6, 1, 12, tzinfo=UTC),
    ) -> None:
        self.banks = banks or FakeBankStore()
        self.accounts = accounts or FakeAccounts()
        self.writes = writes or Writes()
        self.entries: list[AuditEntry] = []
        self.items: dict[Place, Any] = {}
        self.marked: dict[str, int] = {}
        self._now = now
        self._index: dict[Place, Any] | None = None

    # -- acts

    def commit(self, draft: AuditDraft, writes: Sequence[Write]) -> AuditEntry:
        places = [place_of(write) for write in writes]
        if len(writes) > MOST_WRITES or len(set(places)) < len(places):
            raise ValueError("an act writes at most 90 items, each once")
        return self.writes.do(
            f"commit {draft.act_id}", lambda: self._commit(draft, dict(zip(places, writes, strict=True)))
        )

    def _commit(self, draft: AuditDraft, writes: dict[Place, Write]) -> AuditEntry:
        for entry in self.entries:
            if entry.act.act_id == draft.act_id:
                return entry
        if not all(self._fits(place, write) for place, write in writes.items()):
            raise VersionConflict(f"what {draft.act_id} changes was changed by somebody else")
        entry = entered(
            draft, self.entries[-1] if self.entries else None, self._now().isoformat().replace("+00:00", "Z")
        )
        self.entries.append(entry)
        self.marked[draft.act_id] = entry.number
        for place, write in writes.items():
            self._put(place, write)
        return entry

    def _fits(self, place: Place, write: Write) -> bool:
        standing = self._standing(place, write)
        if isinstance(write, Payout | Batch | BankRevision) and write.version > 1:
            return standing is not None and standing.version == write.version - 1
        return standing is None

    def _standing(self, place: Place, write: Write) -> Any:
        if isinstance(write, BankRevision):
            return self.banks.items.get((write.site_id, write.number))
        if isinstance(write, Baseline):
            return (
                self.accounts.restatements.get((write.account_id, write.year, write.revision))
                if write.revision
                else self.accounts.baselines.get((write.account_id, write.year))
            )
        return self.items.get(place)

    def _put(self, place: Place, write: Write) -> None:
        if isinstance(write, BankRevision):
            self.banks.items[write.site_id, write.number] = write
        elif isinstance(write, Baseline):
            self.accounts.put_baseline(write)
        else:
            self.items[place] = write

    # -- steps that are no acts

    def put_payout(self, payout: Payout) -> bool:
        return self.writes.do(f"put_payout {payout.name} {payout.state}", lambda: self._step(payout))

    def _step(self, write: Payout) -> bool:
        place = place_of(write)
        if self._fits(place, write):
            self._put(place, write)
            return True
        return bool(self.items.get(place) == write)

    def add_ledger(self, entries: Iterable[LedgerEntry]) -> None:
        for entry in entries:
            self.writes.do(f"add_ledger {entry.account_id} {entry.kind}", lambda: self._add(entry))  # noqa: B023  # run at once

    def _add(self, entry: LedgerEntry) -> None:
        if self.items.setdefault(place_of(entry), entry) != entry:
            raise LedgerDiffers(f"the ledger of {entry.account_id} {entry.period} says something else")

    # -- reads

    def payout(self, account_id: str, period: Quarter) -> Payout | None:
        return self.items.get(("payout", account_id, str(period)))

    def payouts(self, account_id: str) -> Sequence[Payout]:
        return self._all("payout", account_id)

    def payouts_many(self, keys: Iterable[tuple[str, Quarter]]) -> dict[tuple[str, Quarter], Payout]:
        found = {key: self.payout(*key) for key in keys}
        return {key: payout for key, payout in found.items() if payout is not None}

    def queued(
        self, state: PayoutState, currency: str, payable_by: date | None = None
    ) -> Iterator[tuple[str, Quarter]]:
        found: list[Payout] = [item for place, item in self._indexed().items() if place[0] == "payout"]
        wanted = [
            item
            for item in found
            if item.state is state
            and item.currency == currency
            and (payable_by is None or item.payable_from <= payable_by)
        ]
        for item in sorted(wanted, key=lambda item: (item.payable_from, item.account_id, item.period)):
            yield item.account_id, item.period

    def batch(self, batch_id: str) -> Batch | None:
        return self.items.get(("batch", batch_id))

    def batches(self, status: BatchStatus) -> Iterator[str]:
        found: list[Batch] = [item for place, item in self._indexed().items() if place[0] == "batch"]
        wanted = [item for item in found if item.status is status]
        for item in sorted(wanted, key=lambda item: (item.prepared_on, item.batch_id)):
            yield item.batch_id

    def namings(self, account_id: str) -> Sequence[PayeeNaming]:
        return self._all("naming", account_id)

    def ledger(self, account_id: str) -> Sequence[LedgerEntry]:
        return self._all("ledger", account_id)

    def entry(self, act_id: str) -> AuditEntry | None:
        return next((entry for entry in self.entries if entry.act.act_id == act_id), None)

    def audit_log(self, after: int = 0) -> Iterator[AuditEntry]:
        yield from [entry for entry in self.entries if entry.number > after]

    def head(self) -> AuditEntry | None:
        return self.entries[-1] if self.entries else None

    def marks(self) -> Iterator[tuple[str, int]]:
        yield from list(self.marked.items())

    # -- what only tests do

    def freeze_index(self) -> None:
        """From now on `queued` and `batches` answer from how things are now (F36)."""
        self._index = dict(self.items)

    def _indexed(self) -> dict[Place, Any]:
        return dict(self.items if self._index is None else self._index)

    def _all(self, kind: str, account_id: str) -> list[Any]:
        found = [place for place in self.items if place[:2] == (kind, account_id)]
        return [self.items[place] for place in sorted(found)]


def place_of(write: Write) -> Place:
    """Names an item for ever; orders those of an account as their port wants them."""
    match write:
        case Payout():
            return "payout", write.account_id, str(write.period)
        case Batch():
            return "batch", write.batch_id
        case BankRevision():
            return "bank", write.site_id, write.number
        case PayeeNaming():
            return "naming", write.account_id, write.number
        case LedgerEntry():
            return "ledger", write.account_id, str(write.period), write.attempt, str(write.kind)
        case Baseline():
            return "baseline", write.account_id, write.year, write.revision


class FakeBankStore:
    """`BankStore` in a dict; revisions come in through `FakePaymentBook.commit`, or `put` in a test's setting."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, int], BankRevision] = {}

    def put(self, *revisions: BankRevision) -> None:
        self.items |= {(one.site_id, one.number): one for one in revisions}

    def revisions(self, site_id: str) -> Sequence[BankRevision]:
        return [self.items[key] for key in sorted(self.items) if key[0] == site_id]

    def revisions_many(self, site_ids: Iterable[str]) -> dict[str, Sequence[BankRevision]]:
        return {site_id: self.revisions(site_id) for site_id in site_ids}


class FakeBankVault:
    """`BankSealer` and `BankOpener`: no secret, but bound to site and revision as the real seal is.

    `failure`, if set, is what both raise: the key is disabled, or they are not allowed to. `opened` names what was
    opened.
    """

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.opened: list[str] = []

    def seal(self, site_id: str, number: int, account: BankAccount) -> str:
        self._check()
        return base64.b64encode(json.dumps([site_id, number, account.model_dump()]).encode()).decode()

    def open(self, revision: BankRevision) -> BankAccount:
        self._check()
        self.opened.append(revision.name)
        try:
            site_id, number, sealed = json.loads(base64.b64decode(revision.sealed, validate=True))
            account = BankAccount.model_validate(sealed)
        except ValueError:
            raise SealBroken(f"the seal of {revision.name} is not ours") from None
        if (site_id, number) != (revision.site_id, revision.number) or not revision.shows(account):
            raise SealBroken(f"the seal of {revision.name} is another's")
        return account

    def _check(self) -> None:
        if self.failure is not None:
            raise self.failure


class FakeBankAccountCheck:
    """`BankAccountCheck` that knows an IBAN's check digits and little else."""

    def read(self, scheme: str, number: str, bic: str | None, country: str, holder: str) -> BankAccount:
        bare = re.sub(r"\s", "", number).upper()
        if scheme == "iban":
            moved = bare[4:] + bare[:4]
            if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", bare) or not bare.startswith(country):
                raise InvalidValue("this is no IBAN of the country")
            if int("".join(str(int(letter, 36)) for letter in moved)) % 97 != 1:
                raise InvalidValue("the check digits of the IBAN are wrong")
        elif scheme != "other" or not bic or not re.fullmatch(r"[A-Z0-9]{4,34}", bare):
            raise InvalidValue("an account without an IBAN is a number and the BIC of its bank")
        if not holder.strip():
            raise InvalidValue("a bank account has a holder")
        return BankAccount.model_validate(
            {"scheme": scheme, "number": bare, "bic": bic, "country": country, "holder": holder.strip()}
        )


class FakePaymentFiles:
    """`PaymentFiles` in a dict by key."""

    def __init__(self, writes: Writes | None = None) -> None:
        self.writes = writes or Writes()
        self.files: dict[str, bytes] = {}
        self.content_types: dict[str, str] = {}

    def read(self, key: str) -> bytes | None:
        return self.files.get(key)

    def write_once(self, key: str, body: bytes, content_type: str) -> None:
        self.writes.do(f"write_once {key}", lambda: self._write(key, body, content_type))

    def _write(self, key: str, body: bytes, content_type: str) -> None:
        if self.files.setdefault(key, body) != body:
            raise OtherFileStands(f"{key} stands already and is another file")
        self.content_types.setdefault(key, content_type)
