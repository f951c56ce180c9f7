"""What brought a shortfall about: an expired certification, a person who left, a training too long ago (R-3.3)."""

from collections.abc import Iterator
from datetime import date

from partner_program.domain.facts import TrainingKind
from partner_program.domain.tiers.certifications import valid_until
from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.requirements import training_days
from partner_program.domain.tiers.situation import Situation


def causes(requirement: Requirement, day: date, at: Situation) -> tuple[str, ...]:
    """What ended on the first day of a shortfall; where nothing did, that it was there from the tier's first day."""
    ended = tuple(_ended(requirement, day, at))
    if ended or day != at.answerable_since:
        return ended
    return (f"not met when {at.tier} was given",)


def _ended(requirement: Requirement, day: date, at: Situation) -> Iterator[str]:
    for item in at.earned:
        if item.certification != requirement.value:
            continue
        if any(span.end == day for span in at.counted(item)):
            named = f"{item.certification} {item.certification_id} of {item.person_id}"
            yield f"{named} expired" if valid_until(item, at.rules) == day else f"the holder of {named} left"
    if requirement is Requirement.SALES_TRAINING:
        months = at.rules.sales_training_validity_months
        for training in at.facts.trainings:
            if training.training is TrainingKind.ANNUAL_SALES:
                days = training_days(training.completed_on, months)
                if days.end == day:
                    yield f"the training of {training.completed_on} is {months} months old"
