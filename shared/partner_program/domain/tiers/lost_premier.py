"""Who lost Premier for its plan or its alignment makes up for that first: no coming back at once (R-4.1.6, R-4.1.7)."""

from dataclasses import dataclass
from datetime import date

from partner_program.domain.facts import BusinessPlan
from partner_program.domain.tiers.account import TierChange
from partner_program.domain.tiers.cases import Case, CaseOutcome
from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.situation import Situation
from partner_program.values.tiers import Tier

_RULES = {Requirement.BUSINESS_PLAN: "R-4.1.6", Requirement.BRAND: "R-4.1.7"}


@dataclass(frozen=True, slots=True)
class Loss:
    """Premier was lost on a day for want of something; `subjects` are those of the cases (the years of plans)."""

    on: date
    subjects: tuple[str, ...]

    def came_in_spite_of(self, plan: BusinessPlan) -> bool:
        """Whether a plan was there when Premier was lost for that of an earlier year, so it makes up for nothing."""
        return str(plan.year) not in self.subjects and plan.year == self.on.year and plan.submitted_on < self.on


def lost_for(requirement: Requirement, at: Situation) -> Loss | None:
    """How Premier was last lost for want of it, alone or among others, if it has not been regained.

    Or while the vendor had yet to decide on it: losing Premier for another cause does not wipe out what was owed.
    """
    change = _last_loss(at.changes)
    if change is None:
        return None
    mine = (case for case in at.cases if case.requirement is requirement)
    named = [case for case in mine if case.case_id in change.case_ids or _undecided_on(change.changed_on, case)]
    if not named and change.rule != _RULES[requirement]:
        return None
    return Loss(change.changed_on, tuple(case.subject for case in named))


def _undecided_on(day: date, case: Case) -> bool:
    return case.undecided and case.outcome is CaseOutcome.MOOT and case.events[-1].on == day


def _last_loss(changes: tuple[TierChange, ...]) -> TierChange | None:
    for change in reversed(changes):
        if change.to_tier is Tier.PREMIER:
            return None
        if change.from_tier is Tier.PREMIER:
            return change
    return None
