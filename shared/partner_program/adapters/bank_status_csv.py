"""The CSV form of a bank status file, for banks without pain.002 and for corrections by hand."""

import io
from datetime import UTC, tzinfo

from partner_program.adapters import status_cells as cells
from partner_program.domain.files.delimited import BadRow, Columns, Limits, Row, open_table
from partner_program.domain.files.outcomes import FileRefused, ReasonCode
from partner_program.domain.payments.bank_status import (
    MOST_BYTES,
    MOST_ROWS,
    Answer,
    BadStatusRow,
    BankStatusReport,
    StatusCode,
    StatusFileRefused,
    StatusRow,
    report_of,
)

COLUMNS = Columns(
    ("batch_id", "end_to_end_id", "status"), ("booked_on", "reason_code", "amount", "currency")
)  # fmt: skip
LIMITS = Limits(stored_bytes=MOST_BYTES, content_bytes=MOST_BYTES, rows=MOST_ROWS, row_chars=64 * 1024)

_CODES = {
    ReasonCode.EMPTY: StatusCode.EMPTY,
    ReasonCode.WRONG_ENCODING: StatusCode.WRONG_ENCODING,
    ReasonCode.MISSING_COLUMN: StatusCode.MISSING_COLUMN,
    ReasonCode.TOO_LARGE: StatusCode.TOO_LARGE,
    ReasonCode.TOO_MANY_LINES: StatusCode.TOO_MANY_ROWS,
}
"""Every other way of being no table is `NOT_A_CSV`; the message says which."""


def read_bank_status_csv(content: bytes, zone: tzinfo = UTC) -> BankStatusReport:
    """The report of a file; days are those of the zone. Raises `StatusFileRefused`."""
    try:
        table = open_table(io.BytesIO(content), COLUMNS, LIMITS, gzipped=False)
        return report_of([_row(row, zone) for row in table])
    except FileRefused as refused:
        mistake = refused.rejection
        where = f"line {mistake.line}: " if mistake.line else ""
        raise StatusFileRefused(_CODES.get(mistake.code, StatusCode.NOT_A_CSV), f"{where}{mistake.message}") from None


def _row(row: Row | BadRow, zone: tzinfo) -> StatusRow | BadStatusRow:
    if isinstance(row, BadRow):
        return BadStatusRow(position=row.line, code=StatusCode.MALFORMED_ROW, message=row.rejection.message)
    try:
        return StatusRow(
            position=row.line,
            batch_id=cells.reference(row.cells["batch_id"], "batch_id"),
            end_to_end_id=cells.reference(row.cells["end_to_end_id"], "end_to_end_id"),
            answer=_answer(row.cells["status"]),
            booked_on=cells.day(row.cells["booked_on"], zone),
            reason=cells.reason(row.cells["reason_code"]),
            amount=cells.amount(row.cells["amount"]),
            currency=cells.currency(row.cells["currency"]),
        )
    except cells.BadRow as bad:
        return bad.at(row.line)


def _answer(word: str) -> Answer:
    try:
        return Answer(word)
    except ValueError:
        words = ", ".join(Answer)
        raise cells.BadRow(StatusCode.UNKNOWN_STATUS, f"the status is none of {words}") from None
