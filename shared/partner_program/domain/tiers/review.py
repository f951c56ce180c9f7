"""When an account must be looked at again although nothing is reported: when time alone changes something."""

from collections.abc import Iterator
from datetime import date, timedelta

from partner_program.domain.facts import TrainingKind
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.certifications import valid_until
from partner_program.domain.tiers.reminders import is_told, reminder_days
from partner_program.domain.tiers.requirements import training_days
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.year_close import year_closes_on
from partner_program.rulebook import Rulebook


def next_review_on(state: AccountState, at: Situation, rulebook: Rulebook) -> date:
    """The first day after this one on which time alone could change the state: at the latest the next 1 January.

    That is the day on which a recorded date comes; a certification, a training, an employment or a site ends; a case
    has run out of time or is to be reminded of; last year's books close; or a value of the rulebook starts. The very
    next day, where this one has brought something that is to be told when it is over.
    """
    days = {date(at.on.year + 1, 1, 1), year_closes_on(at.rules)}
    if _is_eventful(state):
        days.add(at.on + timedelta(days=1))
    days |= set(reminder_days(state, at.rules))
    days |= {case.due_on + timedelta(days=1) for case in state.cases if case.is_open and case.due_on}
    days |= set(_dates(at))
    days |= {dated.starts for entry in rulebook.entries for dated in entry.values}
    return min(day for day in days if day > at.on)


def _is_eventful(state: AccountState) -> bool:
    """Whether the day has brought a decision, a step of a case, or other advice than was given last."""
    steps = (event.on for case in state.cases for event in case.events)
    changes = (change.changed_on for change in state.tier_changes if change.from_tier is not None)
    return state.assessed_on in {*steps, *changes} or not is_told(state)


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
    # dates that the door takes only when they have come, for facts that are put by other ways
    yield from (plan.submitted_on for plan in at.facts.business_plans)
    yield from (review.reviewed_on for review in at.facts.brand_reviews)
    yield from (item.decided_on for item in at.facts.case_decisions)
    yield from (item.reviewed_on for item in at.facts.business_reviews)


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
