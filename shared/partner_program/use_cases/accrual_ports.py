"""What accruals ask of the world beside accounts and jobs. `adapters` fulfils it, `tests/fakes` in memory."""

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Protocol

from partner_program.domain.accruals.row import AccrualRow
from partner_program.domain.payments.ledger import LedgerEntry
from partner_program.domain.payments.payout import Payout


class Payments(Protocol):
    """The two reads of the `PaymentBook` that accruals need; strongly consistent."""

    def payouts(self, account_id: str) -> Sequence[Payout]:
        """All payouts of an account, by quarter."""
        ...

    def ledger(self, account_id: str) -> Sequence[LedgerEntry]:
        """All entries of an account, by quarter, attempt and kind."""
        ...


class AccrualStore(Protocol):
    """The booked rows: each is put once and never changes. Reads are strongly consistent."""

    def put(self, row: AccrualRow) -> AccrualRow:
        """Put if absent; the one that stands afterwards."""
        ...

    def month(self, month: str) -> Iterator[AccrualRow]:
        """All rows of a month (`YYYY-MM`), by account."""
        ...

    def page(self, month: str, after: str | None, limit: int) -> tuple[Sequence[AccrualRow], str | None]:
        """Some rows of a month, by account, behind an account; then the account to go on behind, None at the end."""
        ...

    def of_account(self, account_id: str, months: Iterable[str]) -> Sequence[AccrualRow]:
        """Those of an account that there are among some months, in order of month."""
        ...


class ResultFiles(Protocol):
    """The results bucket."""

    def put_result(self, key: str, body: bytes | BinaryIO, content_type: str) -> None:
        """Write an object, replacing what was there (older versions stay)."""
        ...
