"""Read everything there is of money at once, for the verification: what is kept, by what it is called."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from partner_program.domain.payments.audit import AuditEntry
from partner_program.domain.payments.bank import BankRevision, payer_site
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry
from partner_program.domain.payments.payee import PayeeNaming
from partner_program.domain.payments.payout import Payout, PayoutState, payout_of
from partner_program.domain.payments.people import Action
from partner_program.domain.revenue import Baseline
from partner_program.rulebook import Rulebook
from partner_program.use_cases.payment_ports import BankStore, PaymentBook
from partner_program.use_cases.ports import AccountStore
from partner_program.values.periods import Quarter

EARLIEST_YEAR = 1990
_BANK_ACTS = (Action.PROPOSE_BANK_DETAILS, Action.CONFIRM_BANK_DETAILS, Action.REJECT_BANK_DETAILS)
Key = tuple[str, Quarter]
"""An account and one of its quarters."""


class Finding(NamedTuple):
    """Something that is not as it must be: where, and what."""

    where: str
    what: str


class Kept(NamedTuple):
    """`stated` are the payouts as the final statements start them; `revisions` are by name, `batches` by id."""

    stated: Mapping[Key, Payout]
    payouts: Mapping[Key, Payout]
    ledger: Mapping[Key, Sequence[LedgerEntry]]
    namings: Sequence[PayeeNaming]
    baselines: Sequence[Baseline]
    batches: Mapping[str, Batch]
    revisions: Mapping[str, BankRevision]

    @property
    def restatements(self) -> Iterator[Baseline]:
        """Baselines that a person has made."""
        yield from (one for one in self.baselines if one.revision)


class Reader:
    """Four queries for each account that has a state, a payout in a queue, a payment in a batch or a letter."""

    def __init__(self, book: PaymentBook, banks: BankStore, accounts: AccountStore, rulebook: Rulebook) -> None:
        self._book = book
        self._banks = banks
        self._accounts = accounts
        self._rulebook = rulebook

    def read(self, entries: Iterable[AuditEntry]) -> Kept:
        """All of it; also what only the audit log knows of: details of a site, a letter of an account without sales."""
        batches = dict(self._batches())
        currencies = {*self._rulebook.currencies, *(batch.currency for batch in batches.values())}
        known, told = [*self._accounts.all_account_ids()], [entry.act for entry in entries]
        letters = {act.subject for act in told if act.action is Action.NAME_PAYEE}
        names = sorted({*known, *letters, *self._paid_to(batches.values(), currencies)})
        sites = {payer_site(currency) for currency in currencies}
        sites |= {act.subject for act in told if act.action in _BANK_ACTS}
        sites |= {item.bank.rpartition("#")[0] for batch in batches.values() for item in batch.items}
        baselines: list[Baseline] = []
        for _, facts, _ in self._accounts.load_many(names, EARLIEST_YEAR):
            sites.update(site.site_id for site in facts.sites)
            baselines += facts.baselines
        kept = _Pile()
        for name in names:
            kept.add(name, self._accounts, self._book)
        namings = kept.namings
        sites.update(naming.site_id for naming in namings)
        revisions = self._banks.revisions_many(sorted(sites)).values()
        by_name = {one.name: one for found in revisions for one in found}
        return Kept(kept.stated, kept.payouts, kept.ledger, namings, baselines, batches, by_name)

    def _batches(self) -> Iterator[tuple[str, Batch]]:
        for status in BatchStatus:
            for batch_id in list(self._book.batches(status)):
                batch = self._book.batch(batch_id)
                if batch is not None:
                    yield batch_id, batch

    def _paid_to(self, batches: Iterable[Batch], currencies: Iterable[str]) -> Iterator[str]:
        """Accounts of payouts, also of such as have nothing else: somebody may have made them up."""
        for batch in batches:
            yield from (item.account_id for item in batch.items)
        for currency in currencies:
            for state in PayoutState:
                yield from (account_id for account_id, _ in self._book.queued(state, currency))


class _Pile:
    """What was read of accounts so far."""

    def __init__(self) -> None:
        self.stated: dict[Key, Payout] = {}
        self.payouts: dict[Key, Payout] = {}
        self.ledger: dict[Key, list[LedgerEntry]] = {}
        self.namings: list[PayeeNaming] = []

    def add(self, account_id: str, accounts: AccountStore, book: PaymentBook) -> None:
        """Everything of one account."""
        stated = (payout_of(one) for one in accounts.statements(account_id))
        self.stated |= {(account_id, one.period): one for one in stated if one is not None}
        self.payouts |= {(account_id, one.period): one for one in book.payouts(account_id)}
        for entry in book.ledger(account_id):
            self.ledger.setdefault((account_id, entry.period), []).append(entry)
        self.namings += book.namings(account_id)
