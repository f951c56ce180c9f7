"""`PaymentFileWriter`: the two files of a released batch."""

from collections.abc import Sequence

from partner_program.adapters.pain001 import pain001
from partner_program.adapters.payment_listing import listing
from partner_program.domain.payments.bank import BankAccount
from partner_program.domain.payments.batch import Batch, BatchItem


class PaymentFileWriter:
    """Writes both files in memory; where they go is not its business."""

    def pain001(self, batch: Batch, accounts: Sequence[tuple[BatchItem, BankAccount]], payer: BankAccount) -> bytes:
        """See the port."""
        return pain001(batch, accounts, payer)

    def listing(self, batch: Batch) -> bytes:
        """See the port."""
        return listing(batch)
