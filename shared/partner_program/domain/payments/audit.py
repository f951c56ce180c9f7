"""The log of every act on money: each entry carries the hash of the one before it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from pydantic import Field

from partner_program.domain.model import Document
from partner_program.domain.payments.people import Action, Actor

FIRST_PREVIOUS = "0" * 64
"""What the first entry names as the hash before it."""


class AuditDraft(Document):
    """An act before it has its place in the log. `act_id` is its natural key: the same act is entered once.

    `subject` names what it was done to (an account's quarter, a batch, a site); `details` what it says, as text:
    reasons, amounts with currency, digests, before and after. Never a bank account beyond its last four characters.
    """

    act_id: str
    action: Action
    by: Actor
    on: date
    subject: str
    details: Mapping[str, str] = Field(default_factory=dict)


class AuditEntry(Document):
    """An act in its place. `at` is the moment of entry (UTC, ISO 8601); `digest` is over everything else in it."""

    number: int
    at: str
    act: AuditDraft
    previous: str
    digest: str


def entered(draft: AuditDraft, before: AuditEntry | None, at: str) -> AuditEntry:
    """The entry that follows another (None: the first)."""
    number, previous = (1, FIRST_PREVIOUS) if before is None else (before.number + 1, before.digest)
    return AuditEntry(number=number, at=at, act=draft, previous=previous, digest=_digest(number, at, draft, previous))


def breaks(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """What is wrong with a chain, entry by entry in order of number; nothing where it holds."""
    previous, number = FIRST_PREVIOUS, 0
    for entry in entries:
        number += 1
        if entry.number != number:
            yield f"entry {number} is missing: {entry.number} comes next"
            number = entry.number
        elif entry.previous != previous:
            yield f"entry {entry.number} does not follow the one before it: its previous hash is another"
        if entry.digest != _digest(entry.number, entry.at, entry.act, entry.previous):
            yield f"entry {entry.number} was changed: its hash does not fit what it says"
        previous = entry.digest


def _digest(number: int, at: str, draft: AuditDraft, previous: str) -> str:
    content = {"number": number, "at": at, "act": draft.model_dump(mode="json"), "previous": previous}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
