"""When an account must be looked at again although nothing is reported: when time alone changes something."""

from collections.abc import Iterator
from datetime import date, timedelta

from partner_program.domain.facts import TrainingKind
from partner_program.domain.tiers.certifications import valid_until
from partner_program.domain.tiers.premier_duties import brand_due_on, plan_due_on
from partner_program.domain.tiers.requirements import training_days
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import Rulebook


def next_review_on(at: Situation, rulebook: Rulebook) -> date:
    """The first day after this one on which time alone could change the state: at the latest the next 1 January.

    That is the day on which a recorded date comes, or a certification, a training, an employment, a site or the time
    for a plan or an alignment ends, or a value of the rulebook starts.
    """
    days = [date(at.on.year + 1, 1, 1)]
    days += (day for day in _dates(at) if day > at.on)
    days += (dated.starts for entry in rulebook.entries for dated in entry.values if dated.starts > at.on)
    return min(days)


def _dates(at: Situation) -> Iterator[date]:
    yield from _entry_dates(at)
    yield from _people_dates(at)
    months = at.rules.sales_training_validity_months
    for training in at.facts.trainings:
        lasts = months if training.training is TrainingKind.ANNUAL_SALES else None
        days = training_days(training.completed_on, lasts)
        yield days.start
        if days.end:
            yield days.end
    yield from (plan.submitted_on for plan in at.facts.business_plans)
    yield from (review.reviewed_on for review in at.facts.brand_reviews)
    yield from (due + timedelta(days=1) for due in (plan_due_on(at), brand_due_on(at)) if due)


def _entry_dates(at: Situation) -> Iterator[date]:
    if at.facts.placement:
        yield at.facts.placement.placed_on
    if at.facts.partner:
        yield at.facts.partner.enrolled_on
    yield from (item.accepted_on for item in at.facts.terms_acceptances)
    for site in at.facts.sites:
        yield from filter(None, (site.opened_on, site.closed_on))


def _people_dates(at: Situation) -> Iterator[date]:
    for job in at.facts.employments:
        yield from filter(None, (job.from_date, job.until_date))
    for certification in at.facts.certifications:
        yield certification.certified_on
        yield valid_until(certification, at.rules)
