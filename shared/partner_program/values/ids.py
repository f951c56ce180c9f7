"""Ids of the outside world: 1 to 64 ASCII letters, digits, `.`, `_`, `-`; nothing is trimmed into validity."""

import re
from typing import Annotated

from pydantic import StringConstraints

from .errors import InvalidValue

ID_PATTERN = r"[A-Za-z0-9._-]{1,64}"
_ID = re.compile(ID_PATTERN)
_COUNTRY = re.compile(r"[A-Z]{2}")

Id = Annotated[str, StringConstraints(pattern=rf"\A{ID_PATTERN}\z")]
"""For pydantic models (its regex engine knows `\\z`)."""


def is_id(text: str) -> bool:
    """Whether a text is an id as formats.md has it. `#` and other key delimiters are no part of any id."""
    return _ID.fullmatch(text) is not None


def account_id(partner_id: str, country: str) -> str:
    """The account of a partner in a country (ISO 3166-1 alpha-2), e.g. `P0001-DE` (R-2.2b)."""
    if not is_id(partner_id) or not _COUNTRY.fullmatch(country):
        raise InvalidValue("an account is a partner id and a two-letter country")
    return f"{partner_id}-{country}"


def split_account_id(account: str) -> tuple[str, str]:
    """`P0001-DE` → (`P0001`, `DE`). Raises `InvalidValue` for anything else."""
    partner, separator, country = account.rpartition("-")
    if not separator or not is_id(partner) or not _COUNTRY.fullmatch(country):
        raise InvalidValue("an account id is <partner_id>-<country>")
    return partner, country
