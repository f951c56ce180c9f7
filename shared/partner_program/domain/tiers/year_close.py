"""The year's close: what last year's Sales Revenue means for a tier (R-3.4b).

The year is judged on the day its books close (the fourth quarter's close, R-5.4d), so that December's reports count.
Until then the revenue of last year is not known for good, and nobody loses a tier for it.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from partner_program.domain.tiers.account import ChangeReason
from partner_program.domain.tiers.cases import CaseOutcome
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.yearly_revenue import previous_year
from partner_program.rulebook import Rules
from partner_program.values.money import Money
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier


def year_closes_on(rules: Rules) -> date:
    """The day in the year of `rules.on` on which the books of the year before close."""
    return Quarter(rules.on.year - 1, 4).closes_on(rules.accelerator.close_days)


def closed_year(rules: Rules) -> int:
    """The last year whose books are closed."""
    return rules.on.year - (1 if rules.on >= year_closes_on(rules) else 2)


def judged_before(rules: Rules) -> int:
    """For an account that is looked at for the first time: the last year that was closed before this day."""
    return closed_year(rules) - (1 if rules.on == year_closes_on(rules) else 0)


def judged_year(rules: Rules) -> int | None:
    """The year before, once its books are closed; None before that, and for one that the rulebook was not there for."""
    year = closed_year(rules)
    return year if rules.in_force_from.year <= year == rules.on.year - 1 else None


def fell_short(year: int, at: Situation) -> bool:
    """Whether a closed year's revenue was below the tier's threshold, as that stood at the year's end (R-3.4b)."""
    if at.tier is None:
        return False
    threshold = at.rules.revenue_threshold_at_end_of(year, at.facts.country, at.tier)
    return Money(previous_year(at.facts, year + 1).amount, at.currency) < threshold


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
    if judged is not None and judged not in known and _took_part_all_year(judged, at) and fell_short(judged, at):
        cured = [flag.closed_on + timedelta(days=1) for flag in flags if flag.closed_on and int(flag.subject) == judged]
        yield judged, max([year_closes_on(at.rules), at.tier_since or date.min, *cured])


def _took_part_all_year(year: int, at: Situation) -> bool:
    """Whether the account was in the program from 1 January of a year on."""
    entered = _entered_on(at)
    return entered is not None and entered <= date(year, 1, 1)


def _entered_on(at: Situation) -> date | None:
    """Its first day. A placement only tells its sequel: then, since the partner was enrolled and had a site here."""
    if at.entry is None or at.entry.reason is not ChangeReason.PLACED or at.facts.partner is None:
        return at.started_on
    opened = min((site.opened_on for site in at.facts.sites), default=at.entry.changed_on)
    return min(at.entry.changed_on, max(at.facts.partner.enrolled_on, opened))
