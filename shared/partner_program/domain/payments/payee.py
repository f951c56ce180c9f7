"""To which site an account's payout goes (R-5.4c), and why it cannot go yet."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from partner_program.domain.facts import Site
from partner_program.domain.model import Document
from partner_program.domain.payments.bank import PAYER_PREFIX, BankRevision, BankStatus, latest, payer_site
from partner_program.domain.payments.people import Actor
from partner_program.values.ids import Id, split_account_id


class PayeeNaming(Document):
    """A site of the account that was named in writing to be paid instead of the headquarters (R-5.4c).

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
    REFUSED_BY_BANK = "refused_by_bank"
    NO_PAYER_ACCOUNT = "no_payer_account"
    NOT_AS_STATED = "not_as_stated"
    ALREADY_INITIATED = "already_initiated"
    ON_HOLD = "on_hold"
    RETURNED = "returned"


class Blocked(NamedTuple):
    """Why a payout cannot be collected: what is wrong, where, and what to do next."""

    code: BlockCode
    text: str


class Payee(NamedTuple):
    """The site that is paid, by which bank details, and why this one: `headquarters`, or the letter that named it.

    `named_by` is who recorded that letter.
    """

    site_id: str
    because: str
    bank: BankRevision
    named_by: Actor | None = None


class PayeeSite(NamedTuple):
    """The site that is paid and why this one, before its bank details are looked at."""

    site_id: str
    because: str
    named_by: Actor | None = None


HEADQUARTERS = "headquarters"
"""Why a site is paid that no letter has named."""


def payee_of(
    account_id: str,
    sites: Iterable[Site],
    namings: Iterable[PayeeNaming],
    revisions: Mapping[str, Sequence[BankRevision]],
    refused_bank: str | None,
    on: date,
) -> Payee | Blocked:
    """Where an account's payout goes on a day, or why it waits (R-5.4c).

    `sites` may be those of the whole partner; `revisions` are the bank details by site. `refused_bank` names the bank
    details that the bank has refused the payout with: it is not tried with them again.
    """
    site = payee_site(account_id, sites, namings, on)
    if isinstance(site, Blocked):
        return site
    partner_id, _ = split_account_id(account_id)
    own = [one for one in revisions.get(site.site_id, ()) if one.is_of(partner_id)]
    bank = _usable(site.site_id, own, on)
    if isinstance(bank, Blocked):
        return bank
    if bank.name == refused_bank:
        return Blocked(
            BlockCode.REFUSED_BY_BANK,
            f"the bank has refused the bank details {bank.name}, ending in {bank.last_four}: "
            "propose and confirm new ones, or retry the payout if the mistake was the bank's",
        )
    return Payee(site.site_id, site.because, bank, site.named_by)


def payee_site(account_id: str, sites: Iterable[Site], namings: Iterable[PayeeNaming], on: date) -> PayeeSite | Blocked:
    """The site to be paid on a day: the one that the latest letter names, else the open headquarters (R-5.4c).

    The letter received last counts, of one day the one recorded last; one received later than `on` does not yet. Where
    the named site cannot be paid the payout waits: the money of a partner who has named one place goes to no other.
    """
    own = {site.site_id: site for site in sites if site.account_id == account_id}
    named = naming_that_counts(account_id, namings, on)
    if named is None:
        return _headquarters(account_id, own.values(), on)
    return _named(named, own.get(named.site_id), on)


def naming_that_counts(account_id: str, namings: Iterable[PayeeNaming], on: date) -> PayeeNaming | None:
    """The letter that decides on a day; None where there is none and the headquarters are paid."""
    received = [one for one in namings if one.account_id == account_id and one.received_on <= on]
    return max(received, key=lambda one: (one.received_on, one.number), default=None)


def payer_bank(currency: str, revisions: Sequence[BankRevision], on: date) -> BankRevision | Blocked:
    """The vendor's own account that a currency is paid from on a day, by the same rules as any other."""
    bank = _usable(payer_site(currency), revisions, on)
    if isinstance(bank, Blocked):
        return Blocked(BlockCode.NO_PAYER_ACCOUNT, f"there is no account to pay {currency} from: {bank.text}")
    return bank


def _headquarters(account_id: str, own: Iterable[Site], on: date) -> PayeeSite | Blocked:
    found = sorted(site.site_id for site in own if site.headquarters and site.is_open_on(on))
    if not found:
        return Blocked(
            BlockCode.NO_HEADQUARTERS,
            f"{account_id} has no headquarters that is open on {on}: upload sites.csv with one, "
            "or record the site that the partner names in writing",
        )
    if len(found) > 1:
        return Blocked(
            BlockCode.SEVERAL_HEADQUARTERS,
            f"{account_id} has several headquarters that are open on {on} ({', '.join(found)}): upload sites.csv with "
            "one of them, or record the site that the partner names in writing",
        )
    if found[0].startswith(PAYER_PREFIX):
        return _not_a_site(f"{account_id} has the headquarters {found[0]}, a name kept for the vendor's own accounts")
    return PayeeSite(found[0], HEADQUARTERS)


def _named(naming: PayeeNaming, site: Site | None, on: date) -> PayeeSite | Blocked:
    letter = f"{naming.document}, received on {naming.received_on}, names {naming.site_id}"
    if naming.site_id.startswith(PAYER_PREFIX):
        return _not_a_site(f"{letter}, a name kept for the vendor's own accounts")
    if site is None:
        return _not_a_site(f"{letter}, which is no site of {naming.account_id}")
    if not site.is_open_on(on):
        closed = site.closed_on is not None and site.closed_on <= on
        since = f"is closed since {site.closed_on}" if closed else f"opens only on {site.opened_on}"
        return Blocked(
            BlockCode.PAYEE_CLOSED,
            f"{letter}, which {since}: ask the partner for a letter that names an open site, or upload sites.csv",
        )
    return PayeeSite(naming.site_id, naming.document, naming.by)


def _not_a_site(problem: str) -> Blocked:
    return Blocked(
        BlockCode.PAYEE_NOT_A_SITE,
        f"{problem}: record a letter that names a site of the account, or upload sites.csv",
    )


def _usable(site_id: str, revisions: Sequence[BankRevision], on: date) -> BankRevision | Blocked:
    """The newest bank details if they can be paid to; older ones never stand in for them (B73)."""
    bank = latest(revisions)
    if bank is None:
        return Blocked(
            BlockCode.NO_BANK_DETAILS, f"{site_id} has no bank details: propose them and have them confirmed"
        )
    if bank.status is not BankStatus.CONFIRMED:
        return Blocked(
            BlockCode.BANK_DETAILS_UNCONFIRMED,
            f"the bank details {bank.name}, ending in {bank.last_four}, wait for a second person since "
            f"{bank.proposed_on}: somebody of finance who has not proposed them confirms or rejects them",
        )
    if not bank.is_usable_on(on):
        return Blocked(
            BlockCode.BANK_DETAILS_COOLING,
            f"the bank details {bank.name}, ending in {bank.last_four}, are not paid to before {bank.usable_from}: "
            "nothing to do but wait",
        )
    return bank
