"""What brought a shortfall about: an expired certification, a person who left, a training too long ago (R-3.3)."""

from collections.abc import Iterator
from datetime import date

from partner_program.domain.facts import Certification, TrainingKind
from partner_program.domain.tiers.certifications import valid_until
from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.requirements import asked_since, training_days
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.spans import merged


def causes(requirement: Requirement, day: date, at: Situation) -> tuple[str, ...]:
    """What ended on the first day of a shortfall; where nothing did, that the tier or its requirement is new."""
    ended = tuple(_ended(requirement, day, at))
    if ended or at.tier is None:
        return ended
    if day == at.answerable_since:
        return (f"not met when {at.tier} was given",)
    return (f"asked for since {day}",) if day == asked_since(requirement, at.tier, at) else ()


def _ended(requirement: Requirement, day: date, at: Situation) -> Iterator[str]:
    for person, held in _held(requirement, at).items():
        if any(span.end == day for span in merged(span for item in held for span in at.counted(item))):
            ended = (item for item in held if any(span.end == day for span in at.counted(item)))
            last = max(ended, key=lambda item: valid_until(item, at.rules))
            named = f"{requirement} {last.certification_id} of {person}"
            if valid_until(last, at.rules) == day:
                yield f"{named} expired"
            elif any(job.until_date == day for job in at.facts.employments if job.person_id == person):
                yield f"the holder of {named} left"
            else:
                yield f"the site of the holder of {named} closed"
    if requirement is Requirement.SALES_TRAINING:
        months = at.rules.sales_training_validity_months
        for training in at.facts.trainings:
            if training.training is TrainingKind.ANNUAL_SALES:
                days = training_days(training.completed_on, months)
                if days.end == day:
                    yield f"the training of {training.completed_on} is {months} months old"


def _held(requirement: Requirement, at: Situation) -> dict[str, list[Certification]]:
    """Person → their certifications of a kind that have counted for the account, if the requirement is a kind."""
    held: dict[str, list[Certification]] = {}
    for item in at.earned:
        if item.certification == requirement.value and at.counted(item):
            held.setdefault(item.person_id, []).append(item)
    return held
