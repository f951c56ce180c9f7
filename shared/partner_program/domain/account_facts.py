"""From all records of a partner to the facts of one of its accounts (R-2.2b)."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import TypeVar

from partner_program.domain.facts import (
    AccountFacts,
    BrandReview,
    BusinessPlan,
    BusinessReview,
    CaseDecision,
    Certification,
    Employment,
    LocatorProfile,
    OpeningRevenue,
    Partner,
    Placement,
    Record,
    Site,
    TermsAcceptance,
    Training,
)
from partner_program.domain.revenue import Baseline, Contribution
from partner_program.values.ids import split_account_id

R = TypeVar("R", bound=Record)
_OfOneAccount = (
    Training | BusinessPlan | BusinessReview | BrandReview | CaseDecision | Placement | OpeningRevenue | LocatorProfile
)


def facts_of(
    account_id: str,
    records: Iterable[Record],
    contributions: Iterable[Contribution] = (),
    baselines: Iterable[Baseline] = (),
    rows: Iterable[tuple[date, str]] = (),
    seen_since: date | None = None,
) -> AccountFacts:
    """The facts of an account: its country's sites, the people employed there, and what these hold.

    Everything is put in the order of its key, so that the order in which it was recorded or read is no input. `rows`
    are the days on which something became known that stands or was replaced since, each with what it says.
    """
    partner_id, country = split_account_id(account_id)
    everything, revenue, frozen = tuple(records), tuple(contributions), tuple(baselines)
    taken = [*rows, *((item.known_on, f"{item.key}{item.lines}") for item in revenue)]
    taken += ((item.counts_from, f"baseline {item.year} {item.revision}") for item in frozen)
    sites = [site for site in _of(Site, everything) if (site.partner_id, site.country) == (partner_id, country)]
    site_ids = {site.site_id for site in sites}
    jobs = [job for job in _of(Employment, everything) if job.site_id in site_ids]
    people = {job.person_id for job in jobs}

    def here(item: _OfOneAccount) -> bool:
        return (item.partner_id, item.country) == (partner_id, country)

    return AccountFacts(
        account_id=account_id,
        partner_id=partner_id,
        country=country,
        partner=next((item for item in _of(Partner, everything) if item.partner_id == partner_id), None),
        sites=tuple(sites),
        terms_acceptances=tuple(i for i in _of(TermsAcceptance, everything) if i.partner_id == partner_id),
        employments=tuple(jobs),
        certifications=tuple(i for i in _of(Certification, everything) if i.person_id in people),
        trainings=tuple(filter(here, _of(Training, everything))),
        business_plans=tuple(filter(here, _of(BusinessPlan, everything))),
        business_reviews=tuple(filter(here, _of(BusinessReview, everything))),
        case_decisions=tuple(filter(here, _of(CaseDecision, everything))),
        brand_reviews=tuple(filter(here, _of(BrandReview, everything))),
        placement=next(filter(here, _of(Placement, everything)), None),
        opening_revenue=tuple(filter(here, _of(OpeningRevenue, everything))),
        locator_profile=next(filter(here, _of(LocatorProfile, everything)), None),
        contributions=tuple(sorted(revenue, key=_contribution_key)),
        baselines=tuple(sorted(frozen, key=lambda item: (item.year, item.revision))),
        news=tuple(sorted({day for day, _ in taken})),
        arrivals=_arrivals(taken),
        seen_since=seen_since,
    )


def _arrivals(taken: Iterable[tuple[date, str]]) -> dict[date, str]:
    """Per day a digest of the rows that became known on it, in whatever order."""
    names: dict[date, list[str]] = {}
    for day, name in taken:
        names.setdefault(day, []).append(name)
    return {day: sha256("\n".join(sorted(found)).encode()).hexdigest()[:16] for day, found in sorted(names.items())}


def _of(kind: type[R], records: Iterable[Record]) -> list[R]:
    """Records of one kind, in order of key."""
    return sorted((item for item in records if isinstance(item, kind)), key=lambda item: item.key)


def _contribution_key(item: Contribution) -> tuple[str, str, str, str, int]:
    return item.month, item.distributor_id, item.report_id, item.digest, item.part
