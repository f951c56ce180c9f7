"""The reason of an act on money: never empty, and never with an account number in it (B52)."""

from partner_program.domain.files.reject_file import masked
from partner_program.values.errors import InvalidValue


def given_reason(text: str, act: str) -> str:
    """The reason as it goes on record, what looks like a bank account masked. Raises `InvalidValue` for none."""
    if not text.strip():
        raise InvalidValue(f"to {act} needs a reason")
    return masked(text.strip())
