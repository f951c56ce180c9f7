"""The key of a records file in the uploads bucket, and where its results go (formats.md)."""

import re
from dataclasses import dataclass

from partner_program.domain.facts import RECORD_TYPES
from partner_program.domain.files.outcomes import FileRefused, ReasonCode

_KEY = re.compile(r"records/([^/]+)/([^/]+)\.csv")
_KIND = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAME_SIGNS = frozenset(" ._-+()%,&'=@~!#")
_LONGEST_NAME_BYTES = 200


@dataclass(frozen=True, slots=True)
class RecordsKey:
    """Which records file an object is; `name` says nothing of what is in it."""

    kind: str
    name: str

    @property
    def receipt(self) -> str:
        """Key of the receipt in the results bucket."""
        return f"records/{self.kind}/{self.name}/receipt.json"

    @property
    def rejected(self) -> str:
        """Key of the file of rows not taken."""
        return f"records/{self.kind}/{self.name}/rejected.csv"


def parse_records_key(key: str) -> RecordsKey:
    """Raises `FileRefused` for a key that is none of a records file: it is never taken as a path (B53, B54)."""
    found = _KEY.fullmatch(key)
    if found is None or not _KIND.fullmatch(found[1]) or not _is_name(found[2]):
        raise FileRefused(ReasonCode.KEY_NOT_ALLOWED, "not the key of a report or of a records file")
    if found[1] not in RECORD_TYPES:
        raise FileRefused(ReasonCode.UNKNOWN_KIND, f"the kinds of records are {', '.join(RECORD_TYPES)}")
    return RecordsKey(found[1], found[2])


def _is_name(text: str) -> bool:
    """Letters and digits of any script and a few signs; not `..`, nothing that leads elsewhere."""
    signs_only = not any(character.isalnum() for character in text)
    allowed = all(character.isalnum() or character in _NAME_SIGNS for character in text)
    return allowed and not signs_only and len(text.encode()) <= _LONGEST_NAME_BYTES
