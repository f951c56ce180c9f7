"""The requirements of R-4.1, one function each: held against an account on a day, it gives a `Finding`.

A function returns None where the tier does not ask for it. `findings(tier, situation)` applies all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from partner_program.domain.facts import CertificationKind, TrainingKind
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.premier_duties import brand_alignment, business_plan
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.spans import Span, merged, run_around
from partner_program.domain.tiers.terms import terms
from partner_program.domain.wording import amount_text, money_text, named, people_text
from partner_program.domain.yearly_revenue import days_reaching
from partner_program.rulebook import Rules
from partner_program.values.money import Money
from partner_program.values.periods import add_months
from partner_program.values.tiers import Tier

Check = Callable[[Tier, Situation], Finding | None]

COMPLIANCE = frozenset(
    {Requirement.ONBOARDING, Requirement.SALES_TRAINING, Requirement.MCDE, Requirement.MCIT, Requirement.MCIE}
)
"""Requirements with the 60 days of R-3.2 and R-3.3, after which the tier is lost without anybody's decision."""


def findings(tier: Tier, at: Situation) -> tuple[Finding, ...]:
    """Every requirement of a tier, in the order of R-4.1, held against the account."""
    return tuple(found for check in CHECKS if (found := check(tier, at)) is not None)


def unmet(tier: Tier, at: Situation) -> tuple[Finding, ...]:
    """What stands between the account and a tier.

    Revenue below the Authorized threshold keeps nobody out: the vendor decides on it (R-3.4b).
    """
    return tuple(item for item in findings(tier, at) if not item.met and not _left_to_the_vendor(item))


def met_spans(requirement: Requirement, tier: Tier, at: Situation) -> tuple[Span, ...]:
    """The days, past and to come, on which a training or a number of certified people is there (R-4.1.3 to R-4.1.5)."""
    if requirement is Requirement.ONBOARDING:
        return _trained(TrainingKind.ONBOARDING, None, at)
    if requirement is Requirement.SALES_TRAINING:
        return _trained(TrainingKind.ANNUAL_SALES, at.rules.sales_training_validity_months, at)
    return merged(_enough(CertificationKind(requirement.value), tier, at))


def _enough(kind: CertificationKind, tier: Tier, at: Situation) -> Iterator[Span]:
    """Days with enough people by the number that was, or will be, asked for on them."""
    people, numbers = at.people(kind), at.rules.people_required_from(kind, tier)
    starts = [date.min, *(first for first, _ in numbers[1:])]
    ends = [*starts[1:], None]
    for first, end, (_, number) in zip(starts, ends, numbers, strict=True):
        stretch = Span(first, end)
        yield from (common for span in people.enough(number) if (common := span.common_with(stretch)))


def counted_since(requirement: Requirement, tier: Tier, at: Situation) -> date:
    """Since when certifications, or the training, have been held to today's rules: no shortfall by them is older.

    The number of people is followed through time by `met_spans` itself.
    """
    if requirement in (Requirement.ONBOARDING, Requirement.SALES_TRAINING):
        return asked_since(requirement, tier, at)
    return at.rules.certifications_valid_since


def asked_since(requirement: Requirement, tier: Tier, at: Situation) -> date:
    """Since when the rulebook has asked a tier for as much as today: nobody was short of it before."""
    if requirement is Requirement.ONBOARDING:
        return at.rules.training_asked_since(TrainingKind.ONBOARDING, tier)
    if requirement is Requirement.SALES_TRAINING:
        return at.rules.training_asked_since(TrainingKind.ANNUAL_SALES, tier)
    return at.rules.people_asked_since(requirement.value, tier)


def _trained(kind: TrainingKind, lasts_months: int | None, at: Situation) -> tuple[Span, ...]:
    done = (item.completed_on for item in at.facts.trainings if item.training is kind)
    return merged(training_days(day, lasts_months) for day in done)


def _left_to_the_vendor(item: Finding) -> bool:
    return item.tier is Tier.AUTHORIZED and item.requirement is Requirement.REVENUE


def revenue(tier: Tier, at: Situation) -> Finding | None:
    """R-4.1.2: Sales Revenue of last year or YTD reaches the tier's threshold in the country (R-3.4a, R-3.4b)."""
    threshold = at.rules.revenue_threshold(at.facts.country, tier)
    ytd, last = Money(at.ytd.amount, at.currency), Money(at.last_year.amount, at.currency)
    met = ytd >= threshold or last >= threshold
    _, run = run_around(days_reaching(at.facts, threshold.amount, at.on), at.on)
    gap = money_text(threshold - ytd)
    return Finding(
        rule="R-4.1.2",
        requirement=Requirement.REVENUE,
        tier=tier,
        met=met,
        required=money_text(threshold),
        found=_revenue_found(at),
        missing=None if met else gap,
        basis=at.rules.basis(at.rules.revenue_threshold_id(at.facts.country, tier)),
        facts=(*at.last_year.facts, *at.ytd.facts),
        since=since(run),
        until=date(at.on.year + 1, 1, 1) if met and ytd < threshold else None,
        mend=None if met else f"{gap} more Sales Revenue with invoice dates up to {at.on.year}-12-31.",
    )


def _revenue_found(at: Situation) -> str:
    return (
        f"{amount_text(at.ytd.amount, at.currency)} in {at.ytd.year} ({at.ytd.source}), "
        f"{amount_text(at.last_year.amount, at.currency)} in {at.last_year.year} ({at.last_year.source})"
    )


def onboarding_training(tier: Tier, at: Situation) -> Finding | None:
    """R-4.1.3: completed once."""
    return _training(tier, at, TrainingKind.ONBOARDING, Requirement.ONBOARDING, "R-4.1.3", lasts_months=None)


def annual_sales_training(tier: Tier, at: Situation) -> Finding | None:
    """R-4.1.4: counts for the rulebook's months from its completion."""
    months = at.rules.sales_training_validity_months
    return _training(tier, at, TrainingKind.ANNUAL_SALES, Requirement.SALES_TRAINING, "R-4.1.4", lasts_months=months)


def _training(
    tier: Tier, at: Situation, kind: TrainingKind, requirement: Requirement, rule: str, *, lasts_months: int | None
) -> Finding | None:
    if not at.rules.training_required(kind, tier):
        return None
    done = {item.completed_on: training_days(item.completed_on, lasts_months)
            for item in at.facts.trainings if item.training is kind}  # fmt: skip
    met, run = run_around(met_spans(requirement, tier, at), at.on)
    counting = sorted(day for day, days in done.items() if days.holds_on(at.on))
    past = sorted(day for day in done if day <= at.on)
    lasts = "" if lasts_months is None else f" within the last {lasts_months} months"
    title = kind.replace("_", " ")
    return Finding(
        rule=rule,
        requirement=requirement,
        tier=tier,
        met=met,
        required=f"{title} training{lasts}",
        found=f"last completed on {past[-1]}" if past else "none completed",
        missing=None if met else f"{title} training",
        basis=at.rules.basis(f"training_required.{kind}.{tier}"),
        facts=named(f"trainings/{kind}/{day}" for day in counting),
        since=since(run),
        until=run.end,
        mend=None if met else f"Complete the {title} training.",
    )


def training_days(completed_on: date, lasts_months: int | None) -> Span:
    """The days on which a training counts: from its completion on, for so many months, or for good."""
    return Span(completed_on, None if lasts_months is None else add_months(completed_on, lasts_months))


def design_engineers(tier: Tier, at: Situation) -> Finding | None:
    """R-4.1.5a."""
    return _people(tier, at, CertificationKind.MCDE, "R-4.1.5a")


def integration_technicians(tier: Tier, at: Situation) -> Finding | None:
    """R-4.1.5b."""
    return _people(tier, at, CertificationKind.MCIT, "R-4.1.5b")


def integration_engineers(tier: Tier, at: Situation) -> Finding | None:
    """R-4.1.5c."""
    return _people(tier, at, CertificationKind.MCIE, "R-4.1.5c")


def _people(tier: Tier, at: Situation, kind: CertificationKind, rule: str) -> Finding | None:
    required = at.rules.people_required(kind, tier)
    if not required:
        return None
    counts = at.people(kind)
    found = counts.on(at.on)
    met, run = run_around(met_spans(Requirement(kind), tier, at), at.on)
    gap = people_text(required - found)
    return Finding(
        rule=rule,
        requirement=Requirement(kind),
        tier=tier,
        met=met,
        required=people_text(required),
        found=people_text(found),
        missing=None if met else gap,
        basis=at.rules.basis(at.rules.people_required_id(kind, tier)),
        facts=named(_counted_today(at, kind)),
        since=since(run),
        until=run.end,
        mend=None if met else _mend_people(at.rules, kind, gap, at.facts.country),
    )


def _counted_today(at: Situation, kind: CertificationKind) -> Iterable[str]:
    for item in at.earned:
        if item.certification is kind and at.counts(item):
            yield f"certifications/{item.certification_id}"


def _mend_people(rules: Rules, kind: CertificationKind, gap: str, country: str) -> str:
    first = rules.prerequisite(kind)
    taken = f", taken while holding a valid {first}" if first else ""
    return f"{gap} more employed at an open site in {country}, with a valid {kind}{taken}."


def since(run: Span) -> date | None:
    """The first day of a run, or None when it has no beginning."""
    return None if run.start == date.min else run.start


CHECKS: Sequence[Check] = (
    terms,
    revenue,
    onboarding_training,
    annual_sales_training,
    design_engineers,
    integration_technicians,
    integration_engineers,
    business_plan,
    brand_alignment,
)
"""All requirements, in the order of R-4.1."""
