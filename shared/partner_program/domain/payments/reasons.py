"""The reason of an act on money: never empty, and never with an account number in it (B52)."""

import re

from partner_program.domain.files.reject_file import masked
from partner_program.values.errors import InvalidValue

_DATE = re.compile(r"(?<![0-9A-Za-z])([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9A-Za-z])")


def given_reason(text: str, act: str, *, at: str = "/reason") -> str:
    """The reason as it goes on record, what looks like a bank account masked. Raises `InvalidValue` for none.

    `at`: where in a request it stands. Dates stay: a day beside another number is no account.
    """
    if not text.strip():
        raise InvalidValue(f"to {act} needs a reason", at)
    return "".join(part if _DATE.fullmatch(part) else masked(part) for part in _DATE.split(text.strip()))
