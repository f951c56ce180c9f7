"""What the use cases of payments ask of the world. `adapters` fulfils it on AWS, `tests/fakes` in memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.facts import Site
from partner_program.domain.payments.audit import AuditDraft, AuditEntry
from partner_program.domain.payments.bank import BankAccount, BankRevision
from partner_program.domain.payments.batch import Batch, BatchItem, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry
from partner_program.domain.payments.payee import PayeeNaming
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.domain.revenue import Baseline
from partner_program.use_cases.ports import AccountStore
from partner_program.values.errors import ProgramError
from partner_program.values.periods import Quarter

Write = Payout | Batch | BankRevision | PayeeNaming | LedgerEntry | Baseline
"""What an act changes. Those with a `version` are written on condition that the version before it stands (1: that there
is none); the others on condition that there is none of their key."""


class SealBroken(ProgramError):
    """Sealed bank details that are not ours, or were sealed for another site, revision or masked face."""


class LedgerDiffers(ProgramError):
    """The ledger has an entry of the same payout, attempt and kind that says something else."""


class OtherFileStands(ProgramError):
    """A file that is written once stands already and says something else."""


class PaymentBook(Protocol):
    """Payouts, batches, namings, ledger and audit log. Every read is strongly consistent unless it says otherwise."""

    def commit(self, draft: AuditDraft, writes: Sequence[Write]) -> AuditEntry:
        """Enter an act and what it changes, all together or not at all.

        An act whose `act_id` is entered already changes nothing and answers with its entry. Raises `VersionConflict`
        where a write's condition does not hold. At most 90 writes.
        """
        ...

    def put_payout(self, payout: Payout) -> bool:
        """Write a step that is no act of a person, on condition of the version before. False: it does not hold."""
        ...

    def payout(self, account_id: str, period: Quarter) -> Payout | None:
        """One payout."""
        ...

    def payouts(self, account_id: str) -> Sequence[Payout]:
        """All payouts of an account, by quarter."""
        ...

    def payouts_many(self, keys: Iterable[tuple[str, Quarter]]) -> dict[tuple[str, Quarter], Payout]:
        """Several at once; what does not exist is not in the answer."""
        ...

    def queued(
        self, state: PayoutState, currency: str, payable_by: date | None = None
    ) -> Iterator[tuple[str, Quarter]]:
        """Payouts in a state, those payable longest first (eventually consistent: candidates only)."""
        ...

    def batch(self, batch_id: str) -> Batch | None:
        """One batch."""
        ...

    def batches(self, status: BatchStatus) -> Iterator[str]:
        """Ids of batches in a status, oldest first (eventually consistent: candidates only)."""
        ...

    def namings(self, account_id: str) -> Sequence[PayeeNaming]:
        """All namings of a payee for an account, by number."""
        ...

    def add_ledger(self, entries: Iterable[LedgerEntry]) -> None:
        """Put entries; one that is there already stays. Raises `LedgerDiffers` where it says something else."""
        ...

    def ledger(self, account_id: str) -> Sequence[LedgerEntry]:
        """All entries of an account, by quarter, attempt and kind."""
        ...

    def entry(self, act_id: str) -> AuditEntry | None:
        """The entry of an act; None where there was none."""
        ...

    def audit_log(self, after: int = 0) -> Iterator[AuditEntry]:
        """The entries in order of number."""
        ...

    def head(self) -> AuditEntry | None:
        """The last entry of the log."""
        ...

    def marks(self) -> Iterator[tuple[str, int]]:
        """Id and number of every act that was ever entered, from marks beside the log, in any order.

        A log that was cut off lacks what they name, and one that has grown anew has other acts under their numbers.
        """
        ...


class PaidAccounts(AccountStore, Protocol):
    """Accounts with what payees are found by, many at once. Strongly consistent."""

    def sites_of(self, account_ids: Iterable[str]) -> Mapping[str, Sequence[Site]]:
        """The sites of each account; of one that there is not, none. Nothing else of its partner is read."""
        ...

    def finals_of(self, keys: Iterable[tuple[str, Quarter]]) -> Mapping[tuple[str, Quarter], Statement]:
        """The final statements of accounts and quarters; what does not exist is not in the answer."""
        ...


class BankStore(Protocol):
    """Bank details in their own table: masked to everybody, sealed inside."""

    def revisions(self, site_id: str) -> Sequence[BankRevision]:
        """All revisions of a site's bank details, by number."""
        ...

    def revisions_many(self, site_ids: Iterable[str]) -> dict[str, Sequence[BankRevision]]:
        """The same of several sites; a site without any has an empty sequence."""
        ...


class BankSealer(Protocol):
    """Encrypts bank details; cannot read them."""

    def seal(self, site_id: str, number: int, account: BankAccount) -> str:
        """Base64 of the encrypted account, bound to site and revision."""
        ...


class BankOpener(Protocol):
    """Decrypts bank details: only the payment function has one."""

    def open(self, revision: BankRevision) -> BankAccount:
        """Raises `SealBroken` where it was sealed for another site or revision, or is not ours."""
        ...


class BankAccountCheck(Protocol):
    """Whether a bank account can exist, by a library that knows IBANs, BICs and countries."""

    def read(self, scheme: str, number: str, bic: str | None, country: str, holder: str) -> BankAccount:
        """The account in its normal form. Raises `InvalidValue`, whose text never repeats the number."""
        ...


class PaymentFiles(Protocol):
    """The files of a released batch in the results bucket."""

    def read(self, key: str) -> bytes | None:
        """What stands under a key; None where nothing does."""
        ...

    def write_once(self, key: str, body: bytes, content_type: str) -> None:
        """Put if absent. What stands stays; raises `OtherFileStands` where that is something else."""
        ...


class PaymentFileWrong(ProgramError):
    """Items, accounts, amounts and total of a batch do not agree: no payment file is written (F48, F57)."""


class PaymentFileWriter(Protocol):
    """What goes to the bank, and what people read beside it. The same batch gives the same bytes."""

    def pain001(self, batch: Batch, accounts: Sequence[tuple[BatchItem, BankAccount]], payer: BankAccount) -> bytes:
        """The payment file of an initiated batch, ISO 20022 pain.001: the only place of account numbers in the clear.

        `accounts`: every item of the batch with the account that it is paid to. Raises `PaymentFileWrong` where items,
        accounts, amounts and total do not agree; its text names no account number.
        """
        ...

    def listing(self, batch: Batch) -> bytes:
        """The same payments as a CSV for people, with the last four characters of each account."""
        ...
