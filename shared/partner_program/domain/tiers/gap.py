"""What an account lacks for each higher tier, in numbers: people, money, trainings, and by when (R-3.1b).

The numbers stand beside the engine's own findings and are read from the same facts and rules: whoever records exactly
what is missing, on any day up to `by`, is promoted (R-3.1a); with one unit less nobody is.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from partner_program.domain.facts import CertificationKind, TrainingKind
from partner_program.domain.model import Document
from partner_program.domain.tiers.ahead import findings_ahead, situation_on
from partner_program.domain.tiers.assessment import higher_than
from partner_program.domain.tiers.entry import MissingEntry, end_of_terms, missing_entry, missing_terms
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.premier_duties import plan_year_owed
from partner_program.domain.tiers.requirements import findings, unmet
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import Rulebook
from partner_program.values.money import ExactNumber, Money
from partner_program.values.tiers import Tier

_ONE_DAY = timedelta(days=1)
_TRAININGS = {
    Requirement.ONBOARDING: TrainingKind.ONBOARDING,
    Requirement.SALES_TRAINING: TrainingKind.ANNUAL_SALES,
}
_Lacking = dict[Requirement, Decimal | str]
"""What is missing, so that two days can be compared: a number where it is one, else its name."""
_PEOPLE = frozenset(Requirement(kind.value) for kind in CertificationKind)


class MissingRevenue(Document):
    """Sales Revenue of this calendar year that is missing, exact and unrounded, by invoice date (R-4.1.2, R-3.4a).

    Credit is counted, not what is billed: hardware counts by half (R-2.2a).
    """

    amount: ExactNumber
    currency: str
    invoiced_from: date
    invoiced_until: date


class MissingPeople(Document):
    """People who have to be certified, besides those who are; one person may hold several kinds (R-4.1.5).

    `prerequisite` has to be held on the day on which the certification is taken; it may have been taken by then or
    recorded later. `own_people` are employed at the account today, do not hold the certification, and could take it.
    """

    certification: CertificationKind
    people: int
    prerequisite: CertificationKind | None = None
    own_people: int


class MissingItem(Document):
    """One requirement that is not met: the engine's finding, and what it lacks in numbers or by name.

    Exactly one of the other fields is set. `brand_review`: a brand review that is fulfilled (R-4.1.7);
    `business_plan`: the year whose plan is to be submitted (R-4.1.6).
    """

    finding: Finding
    revenue: MissingRevenue | None = None
    people: MissingPeople | None = None
    training: TrainingKind | None = None
    terms: MissingEntry | None = None
    business_plan: int | None = None
    brand_review: bool | None = None


class TierGap(Document):
    """What is missing for a tier, and the requirements that are met today, each with the day on which that ends.

    `by` is the last day of this calendar year on which exactly what is missing is enough: after it something runs out,
    or the rulebook asks for more. Revenue is counted by invoice date, and starts anew each year.
    """

    tier: Tier
    missing: tuple[MissingItem, ...]
    met: tuple[Finding, ...]
    by: date


class Gaps(Document):
    """The gap to each tier above the present one, ascending.

    `entry` is what an account that is not in the program lacks to come in at all, whatever the tier (R-4.1.1).
    """

    entry: MissingEntry | None
    tiers: tuple[TierGap, ...]


def gaps(at: Situation, rulebook: Rulebook) -> Gaps:
    """Of an account as it stands after the decisions of the day. Raises `CountryNotInProgram`, `NotInForce`."""
    return Gaps(entry=missing_entry(at), tiers=tuple(_gap(tier, at, rulebook) for tier in higher_than(at.tier)))


def _gap(tier: Tier, at: Situation, rulebook: Rulebook) -> TierGap:
    return TierGap(
        tier=tier,
        missing=tuple(_missing(item, at) for item in unmet(tier, at)),
        met=tuple(item for item in findings_ahead(tier, at, rulebook) if item.met),
        by=min(_last_days(tier, at, rulebook)),
    )


def _missing(item: Finding, at: Situation) -> MissingItem:
    match item.requirement:
        case Requirement.TERMS:
            return MissingItem(finding=item, terms=missing_terms(at))
        case Requirement.REVENUE:
            return MissingItem(finding=item, revenue=_revenue(item.tier, at))
        case Requirement.BUSINESS_PLAN:
            return MissingItem(finding=item, business_plan=plan_year_owed(at))
        case Requirement.BRAND:
            return MissingItem(finding=item, brand_review=True)
        case Requirement.ONBOARDING | Requirement.SALES_TRAINING:
            return MissingItem(finding=item, training=_TRAININGS[item.requirement])
        case _:
            return MissingItem(finding=item, people=_people(CertificationKind(item.requirement.value), item.tier, at))


def _revenue(tier: Tier, at: Situation) -> MissingRevenue:
    gap = at.rules.revenue_threshold(at.facts.country, tier) - Money(at.ytd.amount, at.currency)
    return MissingRevenue(
        amount=gap.amount,
        currency=gap.currency,
        invoiced_from=date(at.on.year, 1, 1),
        invoiced_until=_years_end(at.on),
    )


def _people(kind: CertificationKind, tier: Tier, at: Situation) -> MissingPeople:
    needed = at.rules.prerequisite(kind)
    return MissingPeople(
        certification=kind,
        people=at.rules.people_required(kind, tier) - at.people(kind).on(at.on),
        prerequisite=CertificationKind(needed) if needed else None,
        own_people=len(_who_could_take(kind, needed, at)),
    )


def _who_could_take(kind: CertificationKind, needed: str | None, at: Situation) -> set[str]:
    """People employed today without a valid certification of a kind, who hold the one that it presupposes, if any."""
    here = {person for person, days in at.employed.items() if any(span.holds_on(at.on) for span in days)}
    holding = {item.person_id for item in at.earned if item.certification is kind and at.counts(item)}
    ready = {item.person_id for item in at.earned if item.certification.value == needed and at.counts(item)}
    return (here if needed is None else here & ready) - holding


# -- by when


def _last_days(tier: Tier, at: Situation, rulebook: Rulebook) -> Iterator[date]:
    """Days after each of which more would be missing than today; the year's last one among them.

    The rulebook may ask for more from a day to come, so each of its days is looked at like this one.
    """
    lacking = _lacking(tier, at)
    yield _years_end(at.on)
    yield from _ends(tier, at, lacking)
    for day in rulebook.days_after(at.on):
        if day <= _years_end(at.on):
            then = situation_on(day, at, rulebook)
            if then is None or not _covered(_lacking(tier, then), lacking):
                yield day - _ONE_DAY
                return
            yield from _ends(tier, then, lacking)


def _ends(tier: Tier, at: Situation, lacking: _Lacking) -> Iterator[date]:
    """The last days, by the rules of a day, of what is met or of the people there are."""
    for item in findings(tier, at):
        if item.requirement in _PEOPLE:
            short = lacking.get(item.requirement, Decimal(0))
            yield from _before_more_people(CertificationKind(item.requirement.value), tier, at, short)
        elif item.met and item.until:
            yield item.until - _ONE_DAY
        elif item.requirement is Requirement.TERMS and not item.met:
            yield from (day - _ONE_DAY for day in end_of_terms(at))


def _before_more_people(kind: CertificationKind, tier: Tier, at: Situation, short: Decimal | str) -> Iterator[date]:
    """The day before the first one on which more people are missing than now: some do not count any more by then."""
    numbers = at.rules.people_required_from(kind, tier)
    for day, count in at.people(kind).after(at.on):
        required = next((number for starts, number in reversed(numbers) if starts <= day), 0)
        if not _covers(short, Decimal(required - count)):
            yield day - _ONE_DAY
            return


def _covered(wanted: _Lacking, lacking: _Lacking) -> bool:
    """Whether what is missing on another day is among what is missing now."""
    return all(_covers(lacking.get(requirement, ""), amount) for requirement, amount in wanted.items())


def _covers(now: Decimal | str, then: Decimal | str) -> bool:
    return now >= then if isinstance(now, Decimal) and isinstance(then, Decimal) else now == then


def _lacking(tier: Tier, at: Situation) -> _Lacking:
    found: _Lacking = {}
    for item in unmet(tier, at):
        gap = _missing(item, at)
        if gap.revenue:
            found[item.requirement] = gap.revenue.amount
        elif gap.people:
            found[item.requirement] = Decimal(gap.people.people)
        elif gap.business_plan:
            found[item.requirement] = str(gap.business_plan)
        else:
            found[item.requirement] = gap.terms.model_dump_json() if gap.terms else ""
    entry = missing_entry(at)
    return found if entry is None else {**found, Requirement.TERMS: entry.model_dump_json()}


def _years_end(day: date) -> date:
    return date(day.year, 12, 31)
