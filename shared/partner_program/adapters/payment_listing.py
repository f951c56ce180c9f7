"""`payments.csv`: what a payment file pays, for people. Safe to open in a spreadsheet, and no account in the clear."""

import csv
import io

from partner_program.domain.files.reject_file import exported, masked
from partner_program.domain.payments.batch import Batch, BatchItem
from partner_program.values.money import Money, plain

COLUMNS = (
    "batch_id", "account_id", "period", "amount", "currency", "site_id", "holder", "account_last_four", "because",
    "end_to_end_id",
)  # fmt: skip


def listing(batch: Batch) -> bytes:
    """One row for each payment in the order of the batch, no total row: a program reads it as well.

    Text that a spreadsheet would take for a formula has a `'` before it, the digits of an account among them: they are
    text, whose leading zeros count.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_row(batch, item) for item in batch.items)
    return text.getvalue().encode()


def _row(batch: Batch, item: BatchItem) -> list[str]:
    amount = plain(Money(item.amount, batch.currency).rounded().amount)
    last_four = item.bank_last_four[-4:]
    return [
        batch.batch_id, item.account_id, str(item.period), amount, batch.currency, exported(item.site_id),
        exported(item.holder), exported(last_four), exported(masked(item.because)), item.end_to_end_id,
    ]  # fmt: skip
