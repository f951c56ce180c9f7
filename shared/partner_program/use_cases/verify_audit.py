"""Hold the audit log against itself and against what it speaks of, and every statement against its facts.

Whoever changes an entry breaks the chain; whoever cuts off its end leaves acts without an entry; whoever changes an
item behind the log's back leaves it without an act, or an act that says something else.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from partner_program.domain.payments.audit import AuditEntry, breaks
from partner_program.domain.payments.bank import BankRevision, BankStatus, payer_site
from partner_program.domain.payments.batch import Batch, BatchStatus, digest_of
from partner_program.domain.payments.ledger import LedgerKind
from partner_program.domain.payments.payout import Payout, PayoutState, act_id
from partner_program.domain.payments.people import Action, Role
from partner_program.domain.revenue import Baseline
from partner_program.rulebook import Rulebook
from partner_program.use_cases.payment_ports import BankStore, PaymentBook
from partner_program.use_cases.ports import AccountStore
from partner_program.use_cases.verify_statements import VerifyStatements
from partner_program.values.money import plain

EARLIEST_YEAR = 1990
_BANK_ACTS = {
    BankStatus.CONFIRMED: Action.CONFIRM_BANK_DETAILS,
    BankStatus.REJECTED: Action.REJECT_BANK_DETAILS,
}


class Finding(NamedTuple):
    """Something that is not as it must be: where, and what."""

    where: str
    what: str


class Verification(NamedTuple):
    """How much was looked at, and what was found; nothing found: all of it holds."""

    entries: int
    acts: int
    statements: int
    findings: tuple[Finding, ...]


class VerifyAudit:
    """Reads everything there is of money, account by account; changes nothing."""

    def __init__(self, book: PaymentBook, banks: BankStore, accounts: AccountStore, rulebook: Rulebook) -> None:
        self._book = book
        self._banks = banks
        self._accounts = accounts
        self._rulebook = rulebook

    def __call__(self, on: date) -> Verification:
        """The whole verification; `on` tells which currencies the vendor may have accounts for."""
        marks = list(self._book.marks())  # before the log: an act that is entered meanwhile is no finding
        entries = list(self._book.audit_log())
        log = {entry.act.act_id: entry for entry in entries}
        findings = [Finding("audit log", text) for text in breaks(entries)]
        findings += _mark_findings(marks, log)
        acts = list(self._acts(on))
        findings += [Finding(where, f"{name} has no entry in the audit log") for where, name in acts if name not in log]
        findings += self._batch_findings(log)
        statements = VerifyStatements(self._accounts, self._book, self._rulebook)
        findings += [Finding(where, what) for where, what in statements()]
        return Verification(len(entries), len(acts), statements.checked, tuple(findings))

    def _acts(self, on: date) -> Iterator[tuple[str, str]]:
        """Where an act shows, and under which id it must be in the log."""
        sites = {payer_site(country.currency) for country in self._rulebook.at(on).countries}
        for account_id, facts, _ in self._accounts.load_many(self._accounts.all_account_ids(), EARLIEST_YEAR):
            sites.update(site.site_id for site in facts.sites)
            for payout in self._book.payouts(account_id):
                yield from ((payout.name, name) for name in payout_acts(payout))
            for naming in self._book.namings(account_id):
                yield account_id, act_id(Action.NAME_PAYEE, account_id, naming.number)
            for baseline in facts.baselines:
                if baseline.revision:
                    yield f"{account_id} {baseline.year}", restatement_act(baseline)
        for batch in self._batches():
            sites.add(batch.payer_bank.rpartition("#")[0])
            yield from ((batch.batch_id, name) for name in batch_acts(batch))
        for revisions in self._banks.revisions_many(sorted(sites)).values():
            for revision in revisions:
                yield from ((revision.name, name) for name in bank_acts(revision))

    def _batches(self) -> Iterator[Batch]:
        for status in BatchStatus:
            for batch_id in list(self._book.batches(status)):
                batch = self._book.batch(batch_id)
                if batch is not None:
                    yield batch

    def _batch_findings(self, log: Mapping[str, AuditEntry]) -> Iterator[Finding]:
        """Payees and amounts of a batch are what was approved, and what the ledger says was initiated."""
        for batch in self._batches():
            if not batch.digest:  # never more than a draft
                continue
            if digest_of(batch.currency, batch.items, batch.payer_seal) != batch.digest:
                yield Finding(batch.batch_id, "its payees or amounts are not those of its digest")
            prepared = log.get(act_id(Action.PREPARE, batch.batch_id))
            if prepared is not None and prepared.act.details.get("digest") != batch.digest:
                yield Finding(batch.batch_id, "it was prepared with other payees or amounts")
            if any(given.digest != batch.digest for given in batch.approvals):
                yield Finding(batch.batch_id, "it was approved with other payees or amounts")
            if any(given.by.is_same_person(batch.prepared_by) for given in batch.approvals):
                yield Finding(batch.batch_id, f"{batch.prepared_by.person} has prepared and approved it")
            if batch.status is BatchStatus.RELEASED:
                yield from self._ledger_findings(batch)

    def _ledger_findings(self, batch: Batch) -> Iterator[Finding]:
        for item in batch.items:
            found = [
                entry
                for entry in self._book.ledger(item.account_id)
                if (entry.batch_id, entry.kind, entry.period) == (batch.batch_id, LedgerKind.INITIATED, item.period)
            ]
            if [entry.amount for entry in found] != [item.amount]:
                said = ", ".join(plain(entry.amount) for entry in found) or "nothing"
                what = f"{item.account_id} {item.period}: the file pays {plain(item.amount)}, the ledger says {said}"
                yield Finding(batch.batch_id, what)


def _mark_findings(marks: Iterable[tuple[str, int]], log: Mapping[str, AuditEntry]) -> Iterator[Finding]:
    """Acts that were entered once, and are not in the log, or under another number: its end was cut off."""
    for name, number in sorted(marks, key=lambda mark: mark[1]):
        if name not in log or log[name].number != number:
            yield Finding("audit log", f"{name} was entered as number {number} and is no longer there")


def payout_acts(payout: Payout) -> Iterator[str]:
    """The ids of the acts of persons that have made a payout what it is: its n-th event made version n + 1."""
    before = PayoutState.OPEN
    for version, step in enumerate(payout.events, start=2):
        action = None
        if step.batch_id is None and step.by.role is not Role.SYSTEM:
            action = _payout_action(before, step.state)
        if action is not None:
            yield act_id(action, payout.account_id, payout.period, version, step.by.person)
        before = step.state


def _payout_action(before: PayoutState, after: PayoutState) -> Action | None:
    if after is PayoutState.ON_HOLD:
        return Action.HOLD
    if after is PayoutState.CANCELLED:
        return Action.CANCEL
    if before is PayoutState.ON_HOLD:
        return Action.LIFT_HOLD
    return Action.RETRY if after is PayoutState.OPEN else None


def bank_acts(revision: BankRevision) -> Iterator[str]:
    """The ids of the acts that have made a revision of bank details what it is."""
    yield act_id(Action.PROPOSE_BANK_DETAILS, revision.site_id, revision.number)
    if revision.status in _BANK_ACTS:
        yield act_id(_BANK_ACTS[revision.status], revision.site_id, revision.number)


def batch_acts(batch: Batch) -> Iterator[str]:
    """The ids of the acts that have made a batch what it is: version 1 its draft, 2 prepared, then approvals."""
    if batch.status is BatchStatus.DRAFT:
        return
    name = batch.batch_id
    if batch.status is not BatchStatus.VOID or batch.digest:
        yield act_id(Action.PREPARE, name)
    for version, given in enumerate(batch.approvals, start=3):
        yield act_id(Action.APPROVE, name, version, given.by.person)
    by = batch.released_by.person if batch.released_by else ""
    if batch.status in (BatchStatus.RELEASING, BatchStatus.RELEASED):
        yield act_id(Action.RELEASE, name, 3 + len(batch.approvals), by)
    if batch.status is BatchStatus.RELEASED:
        yield act_id(Action.RELEASE, name, batch.version, by)
    if batch.status is BatchStatus.VOID and batch.void_by is not None and batch.items:
        yield act_id(Action.WITHDRAW, name, batch.version, batch.void_by.person)


def restatement_act(baseline: Baseline) -> str:
    """The id of the act that has made a revision of a frozen baseline."""
    return act_id(Action.RESTATE, baseline.account_id, baseline.year, baseline.revision)
