"""Short ways to write the records of a test: partner P1, its site in Germany, unless said otherwise."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal, TypeVar

from partner_program.domain.account_facts import facts_of
from partner_program.domain.facts import (
    AccountFacts,
    BrandReview,
    BusinessPlan,
    BusinessReview,
    CaseDecision,
    Certification,
    CertificationKind,
    Employment,
    OpeningRevenue,
    Partner,
    Placement,
    Record,
    ReviewKind,
    Site,
    TermsAcceptance,
    Training,
    TrainingKind,
    Verdict,
)
from partner_program.domain.revenue import Baseline, ClassTotal, Contribution
from partner_program.rulebook import Rulebook, load_rulebook
from partner_program.values.tiers import Tier

T = TypeVar("T")
Known = Record | Contribution | Baseline

P1_DE = "P1-DE"

THRESHOLDS = """
"revenue_threshold.*.authorized" = 1000
"revenue_threshold.*.advanced" = 50000
"revenue_threshold.*.premier" = 200000
"people_required.MCDE.advanced" = 1
"people_required.MCDE.premier" = 2
"people_required.MCIT.advanced" = 1
"people_required.MCIT.premier" = 2
"people_required.MCIE.premier" = 1
"""
"""Tests say what they need instead of leaning on assumed values that the owner may change."""


def rulebook(extra: str = "") -> Rulebook:
    """The Guide with the thresholds above, and an owner's values besides or instead, one to a line."""
    owned = {line.partition(" = ")[0] for line in extra.splitlines()}
    kept = [line for line in THRESHOLDS.splitlines() if line.partition(" = ")[0] not in owned - {""}]
    return load_rulebook(override_toml="\n".join([*kept, extra]))


def day(text: str) -> date:
    return date.fromisoformat(text)


def partner(partner_id: str = "P1", *, enrolled: str = "2023-01-02", trading_since: str | None = None) -> Partner:
    return Partner(
        partner_id=partner_id,
        name=f"Partner {partner_id}",
        enrolled_on=day(enrolled),
        trading_since=None if trading_since is None else day(trading_since),
        contact_email="sales@example.com",
    )


def site(
    site_id: str = "S1",
    *,
    country: str = "DE",
    opened: str = "2023-01-02",
    closed: str | None = None,
    partner_id: str = "P1",
) -> Site:
    return Site(
        site_id=site_id,
        partner_id=partner_id,
        country=country,
        name=site_id,
        headquarters=True,
        opened_on=day(opened),
        closed_on=None if closed is None else day(closed),
    )


def accepted(on: str = "2023-01-02", version: str = "2022-03", partner_id: str = "P1") -> TermsAcceptance:
    return TermsAcceptance(partner_id=partner_id, version=version, accepted_on=day(on))


def employed(person: str, since: str = "2023-01-02", until: str | None = None, site_id: str = "S1") -> Employment:
    return Employment(
        person_id=person,
        site_id=site_id,
        from_date=day(since),
        until_date=None if until is None else day(until),
    )


def certified(person: str, kind: str, on: str, certification_id: str | None = None) -> Certification:
    return Certification(
        certification_id=certification_id or f"{person}-{kind}-{on}",
        person_id=person,
        certification=CertificationKind(kind),
        certified_on=day(on),
    )


def trained(kind: str, on: str, country: str = "DE") -> Training:
    return Training(partner_id="P1", country=country, training=TrainingKind(kind), completed_on=day(on))


def plan(year: int, submitted: str) -> BusinessPlan:
    return BusinessPlan(partner_id="P1", country="DE", year=year, submitted_on=day(submitted))


def brand_review(on: str, outcome: Literal["fulfilled", "not_fulfilled"] = "fulfilled") -> BrandReview:
    return BrandReview(partner_id="P1", country="DE", reviewed_on=day(on), outcome=outcome)


def business_review(kind: str, on: str) -> BusinessReview:
    return BusinessReview(partner_id="P1", country="DE", review=ReviewKind(kind), reviewed_on=day(on))


def decided(
    requirement: Literal["terms", "revenue", "business_plan", "brand_alignment"],
    opened_on: str,
    verdict: str,
    on: str,
    until: str | None = None,
) -> CaseDecision:
    """The vendor's decision on the case of a requirement that was opened on a day."""
    return CaseDecision(
        partner_id="P1",
        country="DE",
        requirement=requirement,
        opened_on=day(opened_on),
        decided_on=day(on),
        verdict=Verdict(verdict),
        until=None if until is None else day(until),
        reason="as agreed",
        decided_by="Petra",
    )


def placed(tier: str, on: str = "2023-01-02", country: str = "DE") -> Placement:
    return Placement(partner_id="P1", country=country, tier=Tier(tier), placed_on=day(on), reason="taken over")


def opening(year: int, amount: str, currency: str = "EUR", country: str = "DE") -> OpeningRevenue:
    return OpeningRevenue(partner_id="P1", country=country, year=year, sales_revenue=Decimal(amount), currency=currency)


def sales(
    month: str,
    credit: str,
    *,
    known: str | None = None,
    account_id: str = P1_DE,
    currency: str = "EUR",
    report: str = "R",
    part: int = 0,
) -> Contribution:
    """Software, so billed and credited are the same; by default known on the last possible day of its month."""
    amount = Decimal(credit)
    return Contribution(
        account_id=account_id,
        currency=currency,
        month=month,
        distributor_id="D1",
        report_id=f"{report}-{month}",
        digest="0" * 16,
        part=part,
        lines=1,
        by_class={"software": ClassTotal(lines=1, billed=amount, credit=amount)},
        known_on=day(known or f"{month}-28"),
    )


def baseline(year: int, amount: str, frozen: str, currency: str = "EUR") -> Baseline:
    return Baseline(
        account_id=P1_DE, year=year, currency=currency, sales_revenue=Decimal(amount), frozen_on=day(frozen)
    )


def in_program() -> list[Known]:
    """Enrolled, Terms accepted, a site open: Authorized from 2 January 2023 on."""
    return [partner(), site(), accepted()]


def qualified_people(certified_on: str = "2023-02-01") -> list[Known]:
    """`qualified_records` for a list of facts of all sorts."""
    return list(qualified_records(certified_on))


def qualified_records(certified_on: str = "2023-02-01") -> list[Record]:
    """Two people who hold all that Premier asks for, and both trainings, from one day on."""
    people: list[Record] = []
    for person in ("anna", "bo"):
        people.append(employed(person))
        people += [certified(person, kind, certified_on) for kind in ("MCDE", "MCIT", "MCIE")]
    return [*people, trained("onboarding", certified_on), trained("annual_sales", certified_on)]


def kept_qualified(tier: str, first: int = 2022, last: int = 2027) -> list[Record]:
    """What a tier asks for in certifications and trainings, renewed in good time from one year to another.

    No more than that, so it does not carry the account to the tier above. Kim and Lou, to leave Anna and Bo to a test.
    """
    kinds = {"authorized": [], "advanced": ["MCDE", "MCIT"], "premier": ["MCDE", "MCIT", "MCIE"]}[tier]
    people = {"authorized": [], "advanced": ["kim"], "premier": ["kim", "lou"]}[tier]
    kept: list[Record] = [employed(person, f"{first}-01-01") for person in people]
    if kinds:
        kept.append(trained("onboarding", f"{first}-01-01"))
    for year in range(first, last + 1):
        kept += [certified(person, kind, f"{year}-01-01") for person in people for kind in kinds]
        kept += [trained("annual_sales", f"{year}-{month}-01") for month in ("01", "07") if kinds]
    return kept


def kept_tier(tier: str, first: int = 2022, last: int = 2027) -> list[Record]:
    """The same with a Premier's Business Plan of every year, and its brand in line: all but revenue."""
    kept = kept_qualified(tier, first, last)
    if tier == "premier":
        kept += [plan(year, f"{year - 1}-12-01") for year in range(first, last + 1)]
        kept.append(brand_review(f"{first}-01-01"))
    return kept


def facts(*items: Known, account_id: str = P1_DE, news: Iterable[date] = ()) -> AccountFacts:
    """The facts of an account from records, contributions and baselines in any order; `news`: days of the records."""
    return facts_of(
        account_id,
        _only(Record, items),
        _only(Contribution, items),
        _only(Baseline, items),
        ((day, "") for day in news),
    )


def _only(kind: type[T], items: Iterable[object]) -> list[T]:
    return [item for item in items if isinstance(item, kind)]
