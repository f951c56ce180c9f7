"""Short ways to write sites, letters and bank details of a test, and the well-known example IBANs."""

from datetime import date

from partner_program.domain.facts import Site
from partner_program.domain.payments.bank import BankRevision, BankStatus
from partner_program.domain.payments.payee import PayeeNaming
from partner_program.domain.payments.people import Actor, Role

ANNA = Actor(person="anna", role=Role.FINANCE)
BERT = Actor(person="bert", role=Role.FINANCE)
CARL = Actor(person="carl", role=Role.CHANNEL)
PIA = Actor(person="pia", role=Role.PARTNER)
AUDITOR = Actor(person="otto", role=Role.AUDITOR)

GERMAN_IBAN = "DE89370400440532013000"
BRITISH_IBAN = "GB29NWBK60161331926819"
FRENCH_IBAN = "FR1420041010050500013M02606"


def day(text: str) -> date:
    return date.fromisoformat(text)


def place(
    site_id: str,
    *,
    headquarters: bool = False,
    account: str = "P1-DE",
    opened: str = "2020-01-01",
    closed: str | None = None,
) -> Site:
    """A site of an account, open for long."""
    partner_id, _, country = account.rpartition("-")
    return Site(
        site_id=site_id,
        partner_id=partner_id,
        country=country,
        name=site_id,
        headquarters=headquarters,
        opened_on=day(opened),
        closed_on=day(closed) if closed else None,
    )


def naming(
    site_id: str, received: str, number: int = 1, *, account: str = "P1-DE", document: str = "L-1"
) -> PayeeNaming:
    """A letter, recorded on the day on which it came."""
    return PayeeNaming(
        account_id=account,
        number=number,
        site_id=site_id,
        document=document,
        received_on=day(received),
        recorded_on=day(received),
        by=CARL,
    )


def revision(
    site_id: str,
    number: int = 1,
    *,
    usable: str | None = "2024-01-06",
    status: BankStatus | None = None,
    last_four: str = "3000",
) -> BankRevision:
    """Bank details that are paid to from a day on; without one they still wait for the second person."""
    status = status or (BankStatus.CONFIRMED if usable else BankStatus.PROPOSED)
    decided = status is not BankStatus.PROPOSED
    return BankRevision(
        site_id=site_id,
        number=number,
        status=status,
        scheme="iban",
        country="DE",
        bic="COBADEFFXXX",
        last_four=last_four,
        holder="Musterbau GmbH",
        sealed="c2VhbGVk",
        reason="letter of the partner",
        proposed_by=ANNA,
        proposed_on=day("2024-01-01"),
        decided_by=BERT if decided else None,
        decided_on=day("2024-01-01") if decided else None,
        usable_from=day(usable) if usable and status is BankStatus.CONFIRMED else None,
        version=2 if decided else 1,
    )
