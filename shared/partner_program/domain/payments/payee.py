"""To which site an account's payout goes (R-5.4c), and why it cannot go yet."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from partner_program.domain.model import Document
from partner_program.domain.payments.bank import BankRevision
from partner_program.domain.payments.people import Actor
from partner_program.values.ids import Id


class PayeeNaming(Document):
    """A site of the account that was named in writing to be paid instead of the headquarters.

    `number` counts the namings of an account from 1. `document` refers to the letter, `received_on` is the day on which
    it came.
    """

    account_id: str
    number: int
    site_id: Id
    document: str
    received_on: date
    recorded_on: date
    by: Actor


class BlockCode(StrEnum):
    """Why a payout waits; documented in docs/payments.md."""

    NO_HEADQUARTERS = "no_headquarters"
    SEVERAL_HEADQUARTERS = "several_headquarters"
    PAYEE_NOT_A_SITE = "payee_not_a_site"
    PAYEE_CLOSED = "payee_closed"
    NO_BANK_DETAILS = "no_bank_details"
    BANK_DETAILS_UNCONFIRMED = "bank_details_unconfirmed"
    BANK_DETAILS_COOLING = "bank_details_cooling"
    BANK_DETAILS_INVALID = "bank_details_invalid"
    REFUSED_BY_BANK = "refused_by_bank"
    NO_PAYER_ACCOUNT = "no_payer_account"


class Blocked(NamedTuple):
    """Why a payout cannot be collected: what is wrong, where, and what to do next."""

    code: BlockCode
    text: str


class Payee(NamedTuple):
    """The site that is paid, by which bank details, and why this one (`headquarters`, or the letter that named it)."""

    site_id: str
    because: str
    bank: BankRevision
