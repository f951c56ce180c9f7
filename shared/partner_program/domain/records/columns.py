"""Records → the columns of their files: what is read from a row is written back as the same row."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from partner_program.domain.facts import RECORD_TYPES, Record
from partner_program.domain.records.rows import COLUMN_NAMES
from partner_program.values.money import plain


def key_columns(kind: str) -> tuple[str, ...]:
    """The columns that name a record of a kind, in the order of its key."""
    return tuple(COLUMN_NAMES.get(field, field) for field in RECORD_TYPES[kind].key_fields)


def columns_of_record(record: Record) -> Mapping[str, str]:
    """Every column that has something in it."""
    cells = {COLUMN_NAMES.get(field, field): _text(value) for field, value in record}
    return {column: text for column, text in cells.items() if text}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else str(value)
