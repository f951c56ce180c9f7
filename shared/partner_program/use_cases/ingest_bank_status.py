"""From an uploaded bank status file to booked payments and a receipt, whatever is repeated, late or interrupted.

The whole file is read before anything is booked: what cannot be trusted is refused. Booking again changes nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from partner_program.domain.payments.bank_status import (
    MOST_BYTES,
    BankStatusReport,
    StatusCode,
    StatusFileRefused,
    what_to_do,
)
from partner_program.domain.payments.bank_status_receipt import BankStatusReceipt
from partner_program.domain.payments.people import ENGINE, Actor
from partner_program.domain.sales.report_key import quarantine_receipt
from partner_program.use_cases.book_bank_status import BookBankStatus
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.use_cases.ports import ObjectRef, ObjectStore
from partner_program.values.ids import ID_PATTERN

BankStatusReader = Callable[[bytes], BankStatusReport]
"""Reads a file of one form. Raises `StatusFileRefused` for what cannot be trusted as a whole."""

_KEY = re.compile(rf"bank-status/({ID_PATTERN})\.(xml|csv)")
_DOTS = frozenset({".", ".."})


@dataclass(frozen=True, slots=True)
class BankStatusResult:
    """What one call did; `name` is None where the key was no name of such a file."""

    status: Literal["posted", "refused"]
    name: str | None
    receipt: BankStatusReceipt


class IngestBankStatus:
    """The use case behind the queue of bank status files."""

    def __init__(
        self, *, objects: ObjectStore, readers: Mapping[str, BankStatusReader], book: PaymentBook,
        uploads_bucket: str, by: Actor = ENGINE, most_bytes: int = MOST_BYTES,
    ) -> None:  # fmt: skip
        self._objects = objects
        self._readers = readers
        self._booking = BookBankStatus(book)
        self._uploads_bucket = uploads_bucket
        self._by = by
        self._most_bytes = most_bytes

    def __call__(self, ref: ObjectRef, on: date) -> BankStatusResult:
        """Takes one object version in.

        Infrastructure errors, `VersionConflict` and `ReleaseUnfinished` fly: the queue redelivers.
        """
        name = None
        try:
            name, form = self._named(ref)
            report = self._readers[form](self._content(ref))
        except StatusFileRefused as refused:
            return self._publish(ref, name, _refusal(refused, on))
        named = report.model_copy(update={"source": f"{ref.key} {ref.version_id}"})
        return self._publish(ref, name, self._booking(named, self._by, on))

    def _named(self, ref: ObjectRef) -> tuple[str, str]:
        """Name and form of the file by its key, which is never taken as a path (B53, B54, B56)."""
        if ref.bucket != self._uploads_bucket:
            raise StatusFileRefused(StatusCode.FOREIGN_BUCKET, "the event names a bucket that is not ours")
        found = _KEY.fullmatch(ref.key)
        if found is None or found[1] in _DOTS:
            raise StatusFileRefused(StatusCode.KEY_NOT_ALLOWED, "not the key of a bank status file")
        return found[1], found[2]

    def _content(self, ref: ObjectRef) -> bytes:
        if not ref.version_id:
            raise StatusFileRefused(StatusCode.NO_VERSION, "the event names no version of the object")
        size = self._objects.size(ref)
        if size is None:
            raise StatusFileRefused(StatusCode.MISSING, "the object version is gone")
        if size > self._most_bytes:
            raise StatusFileRefused(StatusCode.TOO_LARGE, f"{size} bytes; at most {self._most_bytes} are taken")
        with self._objects.open(ref) as stream:
            return stream.read(self._most_bytes + 1)

    def _publish(self, ref: ObjectRef, name: str | None, receipt: BankStatusReceipt) -> BankStatusResult:
        told = receipt.model_copy(update={"name": name, "object_key": ref.key, "object_version": ref.version_id})
        key = f"bank-status/{name}/receipt.json" if name else quarantine_receipt(ref.key)
        self._objects.put_result(key, told.model_dump_json(indent=1).encode(), "application/json")
        return BankStatusResult(told.status, name, told)


def _refusal(refused: StatusFileRefused, on: date) -> BankStatusReceipt:
    return BankStatusReceipt(
        status="refused", processed_on=on, refusal=refused.code, message=str(refused),
        what_to_do=what_to_do(refused.code),
    )  # fmt: skip
