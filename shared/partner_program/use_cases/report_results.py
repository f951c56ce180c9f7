"""What the sender gets back: the receipt and the rejected file in the results bucket."""

import shutil
import tempfile
from collections.abc import Mapping
from typing import BinaryIO, cast

from partner_program.domain.files.outcomes import FileRefused, ReasonCode
from partner_program.domain.files.what_to_do import what_to_do
from partner_program.domain.sales.receipt import Receipt, Summary, Vanished, all_outcomes, all_reasons
from partner_program.domain.sales.report_key import ReportKey, quarantine_receipt
from partner_program.rulebook import Rulebook
from partner_program.use_cases.ports import Clock, ObjectRef
from partner_program.use_cases.report_ports import ReportObjects, ReportState, WindowResult


class ReportResults:
    """Writes receipts and rejected files."""

    def __init__(self, objects: ReportObjects, rulebook: Rulebook, clock: Clock) -> None:
        self._objects = objects
        self._rulebook = rulebook
        self._clock = clock

    def posted(
        self, state: ReportState, summary: Summary, *, unknown_columns: tuple[str, ...], vanished: Vanished
    ) -> Receipt:
        """The receipt of a report that was processed to its end."""
        total = summary.total
        return self._blank(state.ref).model_copy(
            update={
                "status": "posted",
                "distributor_id": state.distributor_id,
                "report_id": state.report_id,
                "digest": state.digest,
                "run": state.run,
                "lines": total.lines,
                "money": total.money,
                "unreadable_amounts": total.unreadable,
                "outcomes": all_outcomes(summary),
                "reasons": all_reasons(summary),
                "flags": summary.flags,
                "credit": summary.credit,
                "first_invoice_on": summary.first_invoice_on,
                "last_invoice_on": summary.last_invoice_on,
                "unknown_columns": unknown_columns,
                "vanished": vanished,
            }
        )

    def publish(self, key: ReportKey, receipt: Receipt, windows: Mapping[int, WindowResult]) -> None:
        """Puts the windows' parts together to `rejected.csv`, then writes `receipt.json`."""
        with tempfile.TemporaryFile() as whole:
            for number in sorted(windows):
                part = windows[number].rejected_part
                if part:
                    shutil.copyfileobj(self._objects.open_result(part), whole)
            whole.seek(0)
            self._objects.put_result(key.rejected, cast("BinaryIO", whole), "text/csv")
        self._put(key.receipt, receipt)

    def refuse(self, key: ReportKey, ref: ObjectRef, refused: FileRefused) -> Receipt:
        """The receipt of a refused upload, in the place of the report's."""
        receipt = self._refusal(ref, refused).model_copy(
            update={"distributor_id": key.distributor_id, "report_id": key.report_id}
        )
        self._put(key.receipt, receipt)
        return receipt

    def quarantine(self, ref: ObjectRef, code: ReasonCode, message: str) -> Receipt:
        """The receipt of an object that cannot be placed: it stands apart, the key is used for nothing."""
        receipt = self._refusal(ref, FileRefused(code, message))
        self._put(quarantine_receipt(ref.key), receipt)
        return receipt

    def _refusal(self, ref: ObjectRef, refused: FileRefused) -> Receipt:
        update = {"refusal": refused.rejection, "what_to_do": what_to_do(refused.rejection.code)}
        return self._blank(ref).model_copy(update=update)

    def _blank(self, ref: ObjectRef) -> Receipt:
        return Receipt(
            status="refused", distributor_id=None, report_id=None, object_key=ref.key, object_version=ref.version_id,
            processed_on=self._clock.today(), edition=self._rulebook.edition, rulebook_digest=self._rulebook.digest,
        )  # fmt: skip

    def _put(self, key: str, receipt: Receipt) -> None:
        self._objects.put_result(key, receipt.model_dump_json(indent=1).encode(), "application/json")
