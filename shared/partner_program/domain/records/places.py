"""Where records are kept: a canonical place each, and copies where an account's facts are read (R-2.2b).

The canonical place decides which row of a key stands. An assessment reads one partition per partner, POS lines look
up sites, products and distributors, and certifications follow a person to every partner that employs it.
"""

from typing import NamedTuple

from partner_program.domain.facts import (
    Certification,
    Distributor,
    Employment,
    Partner,
    Product,
    Record,
    Site,
    TermsAcceptance,
)
from partner_program.domain.records.dependencies import OF_ACCOUNT

Place = tuple[str, str]
"""Partition and sort key."""


class Fact(NamedTuple):
    """A record as it stands: by which row (`stamp` orders rows of all files) and recorded on which program date.

    `earlier` are the days on which rows were recorded that stood before this one. `by` is the person who recorded the
    row by itself, empty where it came in a file.
    """

    record: Record
    stamp: str
    known_on: str
    earlier: tuple[str, ...] = ()
    by: str = ""


def of_partner(partner_id: str, record: Record) -> Place:
    """The place of a record among everything that concerns a partner."""
    return f"PARTNER#{partner_id}", "#".join(("FACT", record.kind, *record.key))


def canonical_place(record: Record) -> Place:
    """The one place whose content is conditional on what stood there."""
    match record:
        case Distributor(distributor_id=distributor):
            return distributor_place(distributor)
        case Product(sku=sku):
            return product_place(sku)
        case Site(site_id=site):
            return site_place(site)
        case Employment(person_id=person, site_id=site, from_date=from_date):
            return f"PERSON#{person}", f"FACT#people#{site}#{from_date}"
        case Certification(certification_id=certification):
            return f"CERTIFICATION#{certification}", "FACT#certifications"
        case Partner(partner_id=partner) | TermsAcceptance(partner_id=partner):
            return of_partner(partner, record)
    if isinstance(record, OF_ACCOUNT):
        return of_partner(record.partner_id, record)
    raise TypeError(f"no place for {type(record).__name__}")


def place_named(kind: str, key: tuple[str, ...]) -> Place:
    """The canonical place of the record that a kind and the texts of its key name, in the order of `key_fields`."""
    if kind in _FIRST_NAMED:
        first, *others = key
        return f"{_FIRST_NAMED[kind]}#{first}", "#".join(("FACT", kind, *others))
    return f"PARTNER#{key[0]}", "#".join(("FACT", kind, *key))


_FIRST_NAMED = {
    Distributor.kind: "DISTRIBUTOR", Product.kind: "PRODUCT", Site.kind: "SITE", Employment.kind: "PERSON",
    Certification.kind: "CERTIFICATION",
}  # fmt: skip
"""Kinds whose records do not lie with a partner → what the first part of their key is."""


def of_person(person_id: str, certification: Certification) -> Place:
    """The copy of a certification beside a person's employments."""
    return f"PERSON#{person_id}", f"FACT#certifications#{certification.certification_id}"


def owner_of(record: Record) -> str | None:
    """Where the copies of a record lie that can be corrected away from there: a site's partner, a holder's person."""
    match record:
        case Site(partner_id=owner) | Certification(person_id=owner):
            return owner
    return None


def distributor_place(distributor_id: str) -> Place:
    """The only place of a distributor."""
    return f"DISTRIBUTOR#{distributor_id}", "FACT#distributors"


def product_place(sku: str) -> Place:
    """The only place of a product."""
    return f"PRODUCT#{sku}", "FACT#products"


def site_place(site_id: str) -> Place:
    """The canonical place of a site: lines of POS reports name no partner."""
    return f"SITE#{site_id}", "FACT#sites"
