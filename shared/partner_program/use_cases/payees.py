"""To whom payouts would go on a day: what preparation collects, approval confirms and release checks once more."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.payments.bank import BankRevision, payer_site
from partner_program.domain.payments.batch import BatchItem
from partner_program.domain.payments.ledger import LedgerKind
from partner_program.domain.payments.payee import BlockCode, Blocked, Payee, payee_of, payer_bank
from partner_program.domain.payments.payout import Payout, payout_of
from partner_program.use_cases.payment_ports import BankStore, PaidAccounts, PaymentBook
from partner_program.values.money import plain


class Standing(NamedTuple):
    """A payout with what a payment of it would be on the day, or why there can be none."""

    payout: Payout
    item: BatchItem | None
    blocked: Blocked | None


class Payees:
    """Looks payees up for many payouts at once."""

    def __init__(self, book: PaymentBook, banks: BankStore, accounts: PaidAccounts) -> None:
        self._book = book
        self._banks = banks
        self._accounts = accounts

    def standing(self, payouts: Sequence[Payout], on: date) -> list[Standing]:
        """Each payout as it would be paid on a day, in the order given (R-5.4c)."""
        sites = self._accounts.sites_of({payout.account_id for payout in payouts})
        finals = self._accounts.finals_of({(payout.account_id, payout.period) for payout in payouts})
        site_ids = {site.site_id for found in sites.values() for site in found}
        revisions = self._banks.revisions_many(sorted(site_ids))
        namings = {account: self._book.namings(account) for account in sites}
        result = []
        for payout in payouts:
            account = payout.account_id
            found = self._against_record(payout, finals.get((account, payout.period))) or payee_of(
                account, sites[account], namings[account], revisions, payout.refused_bank, on
            )
            blocked = found if isinstance(found, Blocked) else None
            result.append(Standing(payout, None if isinstance(found, Blocked) else _item(payout, found), blocked))
        return result

    def _against_record(self, payout: Payout, final: Statement | None) -> Blocked | None:
        """Nothing leaves that its final statement does not say, no attempt twice, whatever befell the table (F40)."""
        stated = payout_of(final) if final else None
        fields = ("amount", "currency", "payable_from")
        if stated is None or any(getattr(stated, name) != getattr(payout, name) for name in fields):
            text = f"its final statement does not say that it pays {plain(payout.amount)} {payout.currency}"
            return Blocked(BlockCode.NOT_AS_STATED, f"{text} from {payout.payable_from} on: have the table looked at")
        mine = [entry for entry in self._book.ledger(payout.account_id) if entry.period == payout.period]
        before = {entry.kind for entry in mine if entry.attempt == payout.attempt - 1}
        over = [entry for entry in mine if entry.attempt >= payout.attempt or entry.kind is LedgerKind.CANCELLED]
        if over or (payout.attempt > 1 and not before & {LedgerKind.REJECTED, LedgerKind.RETURNED}):
            told = [f"says that it was {one.kind} on {one.on} in {one.batch_id or 'no batch'}" for one in over[:1]]
            said = next(iter(told), "knows nothing of its last attempt")
            return Blocked(
                BlockCode.ALREADY_INITIATED, f"the ledger {said}: find out whether it was paid before anything else"
            )
        return None

    def payer(self, currency: str, on: date) -> BankRevision | Blocked:
        """The vendor's own account of a currency, confirmed and past its cooling time."""
        return payer_bank(currency, self._banks.revisions(payer_site(currency)), on)


def _item(payout: Payout, payee: Payee) -> BatchItem:
    return BatchItem(
        account_id=payout.account_id,
        year=payout.year,
        quarter=payout.quarter,
        attempt=payout.attempt,
        end_to_end_id=payout.end_to_end_id,
        amount=payout.amount,
        site_id=payee.site_id,
        because=payee.because,
        bank=payee.bank.name,
        bank_seal=payee.bank.seal_digest,
        bank_last_four=payee.bank.last_four,
        holder=payee.bank.holder,
        named_by=payee.named_by,
    )
