"""What a record rests on and what rests on it: a partner before its sites, a site before its people, and so on.

A dependency is a text such as `PARTNER#P0001`, `SITE#S1`, `PERSON#X`, `ACCOUNT#P0001-DE`; for reports also `PRODUCT#`
and `DISTRIBUTOR#`. A row whose dependency is missing waits under it; whoever records it applies what waits.
"""

from typing import NamedTuple

from partner_program.domain.facts import (
    BrandReview,
    BusinessPlan,
    BusinessReview,
    CaseDecision,
    Certification,
    Distributor,
    Employment,
    LocatorProfile,
    OpeningRevenue,
    Partner,
    Placement,
    Product,
    Record,
    Site,
    TermsAcceptance,
    Training,
)
from partner_program.domain.files.outcomes import ReasonCode, Rejection
from partner_program.rulebook import CountryNotInProgram, Rules
from partner_program.values.ids import account_id

OF_ACCOUNT = (
    Training, BusinessPlan, BusinessReview, BrandReview, CaseDecision, Placement, OpeningRevenue, LocatorProfile,
)  # fmt: skip


class Need(NamedTuple):
    """What must be on record first, and the reason code of a row that comes before it."""

    dependency: str
    code: ReasonCode
    column: str
    message: str


def need_of(record: Record) -> Need | None:
    """The one dependency of a record; None for distributors, products and partners, which rest on nothing."""
    match record:
        case Site(partner_id=partner) | TermsAcceptance(partner_id=partner):
            return Need(f"PARTNER#{partner}", ReasonCode.UNKNOWN_PARTNER, "partner_id", "no such partner yet")
        case Employment(site_id=site):
            return Need(f"SITE#{site}", ReasonCode.UNKNOWN_SITE, "site_id", "no such site yet")
        case Certification(person_id=person):
            return Need(f"PERSON#{person}", ReasonCode.UNKNOWN_PERSON, "person_id", "no such person yet")
    if isinstance(record, OF_ACCOUNT):
        account = account_id(record.partner_id, record.country)
        message = "the partner has no site in this country yet"
        return Need(f"ACCOUNT#{account}", ReasonCode.UNKNOWN_ACCOUNT, "partner_id", message)
    return None


def provides(record: Record) -> tuple[str, ...]:
    """The dependencies that a record fulfils, or may help to fulfil, once it is on record or corrected."""
    match record:
        case Distributor(distributor_id=distributor):
            return (f"DISTRIBUTOR#{distributor}",)
        case Product(sku=sku):
            return (f"PRODUCT#{sku}",)
        case Partner(partner_id=partner):
            return (f"PARTNER#{partner}",)
        case Site(site_id=site):
            return (f"SITE#{site}", f"ACCOUNT#{record.account_id}")
        case Employment(person_id=person) | Certification(person_id=person):
            return (f"PERSON#{person}",)
    return ()


def announces(record: Record) -> tuple[str, ...]:
    """The dependencies of rows that a record fulfils by being there."""
    return provides(record) if isinstance(record, Partner | Site | Employment) else ()


def country_mistake(record: Record, rules: Rules) -> Rejection | None:
    """Why the program cannot take a record of that country, or in that currency (R-4.1.2); only the owner mends it."""
    if not isinstance(record, (Site, *OF_ACCOUNT)):
        return None
    try:
        country = rules.country(record.country)
    except CountryNotInProgram:
        message = "the program does not run in this country"
        return Rejection(code=ReasonCode.COUNTRY_NOT_IN_PROGRAM, message=message, column="country")
    if isinstance(record, OpeningRevenue) and record.currency != country.currency:
        message = f"accounts there are kept in {country.currency}"
        return Rejection(code=ReasonCode.OTHER_CURRENCY, message=message, column="currency")
    return None
