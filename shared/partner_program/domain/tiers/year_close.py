"""The year's close: what last year's Sales Revenue means for a tier (R-3.4b).

The year is judged on the day its books close (the fourth quarter's close, R-5.4d), so that December's reports count.
Until then the revenue of last year is not known for good, and nobody loses a tier for it.
"""

from collections.abc import Iterator
from datetime import date

from partner_program.domain.tiers.cases import CaseOutcome
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import Rules
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier


def year_closes_on(rules: Rules) -> date:
    """The day in the year of `rules.on` on which the books of the year before close."""
    return Quarter(rules.on.year - 1, 4).closes_on(rules.accelerator.close_days)


def judged_year(rules: Rules) -> int | None:
    """The year before, once its books are closed; None before that, and for one that the rulebook was not there for."""
    year = rules.on.year - 1
    return year if rules.on >= year_closes_on(rules) and year >= rules.in_force_from.year else None


def books_are_open(at: Situation) -> bool:
    """Whether last year's revenue may still grow by reports of December."""
    return at.on < year_closes_on(at.rules)


def flagged_years(finding: Finding, at: Situation) -> Iterator[tuple[int, date]]:
    """Years for which an Authorized account is below its threshold, with the day from which the vendor has to decide.

    The flag stays until it is decided on or the revenue is there. An account's first, partial calendar year is not
    assessed (R-3.4b).
    """
    if finding.tier is not Tier.AUTHORIZED or finding.met:
        return
    flags = [item for item in at.cases if item.requirement is Requirement.REVENUE]
    yield from ((int(flag.subject), flag.opened_on) for flag in flags if flag.is_open)
    judged = judged_year(at.rules)
    known = {int(flag.subject) for flag in flags if flag.is_open or flag.outcome is CaseOutcome.WAIVED}
    if judged is not None and judged not in known and _took_part_all_year(judged, at):
        closed_on = year_closes_on(at.rules)
        yield judged, max(closed_on, at.tier_since or closed_on)


def _took_part_all_year(year: int, at: Situation) -> bool:
    """Whether the partner was in the program from 1 January of a year on; a placement tells an enrolment's sequel."""
    known = (at.started_on, at.facts.partner.enrolled_on if at.facts.partner else None)
    return min(day for day in known if day is not None) <= date(year, 1, 1)
