"""Bank details of a site: revisions with a masked face; the account itself is sealed with a key of its own (R-5.4c)."""

import hashlib
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from partner_program.domain.model import Document
from partner_program.domain.payments.people import Actor
from partner_program.values.ids import Id

PAYER_PREFIX = "payer."
"""No site of a partner that begins like this is ever paid."""


class BankAccount(Document):
    """A bank account in the clear: an IBAN, or the number of an account in a country without IBANs.

    Never logged, never in an error, never in a file but the payment file. `number` is the IBAN without spaces or the
    national account number; `bic` the bank (needed without an IBAN); `country` that of the bank.
    """

    scheme: Literal["iban", "other"]
    number: str = Field(repr=False)
    bic: str | None
    country: str
    holder: str

    @property
    def last_four(self) -> str:
        """All that anybody but the payment function sees of the number: four characters, of a short one the half."""
        return self.number[-min(4, len(self.number) // 2) :]


class BankStatus(StrEnum):
    """A revision waits for a second person, or was decided on by one."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class BankRevision(Document):
    """One state of a site's bank details. `sealed` is the encrypted `BankAccount`, base64; nothing else tells it.

    `usable_from`: the first day on which it is paid to, the cooling time after its confirmation. `request` names the
    proposal for whoever made it, so that the same one, sent again, is no second revision. `partner_id` is whose site it
    was when they were proposed; those of before this was kept have none.
    """

    site_id: Id
    partner_id: str = ""
    number: int
    status: BankStatus
    scheme: Literal["iban", "other"]
    country: str
    bic: str | None
    last_four: str
    holder: str
    sealed: str = Field(repr=False)
    reason: str = ""
    request: str = ""
    proposed_by: Actor
    proposed_on: date
    decided_by: Actor | None = None
    decided_on: date | None = None
    usable_from: date | None = None
    version: int = 1

    def is_of(self, partner_id: str) -> bool:
        """Whether they are a partner's: a site that has changed hands has left its bank details behind (R-5.4c)."""
        return self.partner_id in ("", partner_id)

    @property
    def name(self) -> str:
        """`S-0001#2`: the site and the number of the revision."""
        return f"{self.site_id}#{self.number}"

    @property
    def seal_digest(self) -> str:
        """What binds an approval to exactly these details without knowing them."""
        return hashlib.sha256(self.sealed.encode()).hexdigest()

    def is_usable_on(self, day: date) -> bool:
        """Whether it was confirmed by a second person and has cooled by a day (R-5.4c)."""
        return self.status is BankStatus.CONFIRMED and self.usable_from is not None and self.usable_from <= day

    def shows(self, account: BankAccount) -> bool:
        """Whether its masked face is that of an account: who changes the face alone changes what people approve."""
        face = (self.scheme, self.country, self.bic, self.last_four, self.holder)
        return face == (account.scheme, account.country, account.bic, account.last_four, account.holder)


def payer_site(currency: str) -> str:
    """Under which name the vendor's own account of a currency is kept: changed and confirmed as any other."""
    return f"{PAYER_PREFIX}{currency}"


def latest(revisions: Sequence[BankRevision]) -> BankRevision | None:
    """The newest revision that was not rejected: the one that a payment goes to or waits for."""
    standing = [one for one in revisions if one.status is not BankStatus.REJECTED]
    return max(standing, key=lambda one: one.number, default=None)
