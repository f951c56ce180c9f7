"""Cells of the result files: everything a text, amounts exact, nothing for None."""

from collections.abc import Mapping
from decimal import Decimal

from partner_program.values.money import plain

Row = Mapping[str, str]
"""Column → cell."""


def text(value: object) -> str:
    """A cell: decimals plain, booleans as in formats.md, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
