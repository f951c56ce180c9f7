"""What days of the rulebook that are to come do to an account, with what is known and decided of it now.

A value may change before a certification or a training has run out by today's; what is told to hold up to a day has to
hold up to it all the same (R-4.1.3 to R-4.1.5).
"""

from collections.abc import Iterator
from datetime import date

from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.requirements import findings
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import CountryNotInProgram, NotInForce, Rulebook
from partner_program.values.tiers import Tier


def findings_ahead(tier: Tier, at: Situation, rulebook: Rulebook) -> tuple[Finding, ...]:
    """Every requirement of a tier; `until` by the rulebook of the days to come, not by today's alone."""
    found = findings(tier, at)
    for then in situations_ahead(at, rulebook):
        later = {item.requirement: item for item in findings(tier, then)}
        found = tuple(
            item if _is_settled(item, at.on, then.on) else _followed(item, later.get(item.requirement), then.on)
            for item in found
        )
    return found


def situations_ahead(at: Situation, rulebook: Rulebook) -> Iterator[Situation]:
    """The account on each later day of the rulebook, up to one that nothing can be compared with any more."""
    for day in rulebook.days_after(at.on):
        then = situation_on(day, at, rulebook)
        if then is None:
            return
        yield then


def situation_on(day: date, at: Situation, rulebook: Rulebook) -> Situation | None:
    """The same facts by the rules of a later day; None where nothing can be compared with it any more."""
    try:
        then = Situation(at.facts, rulebook.at(day), at.changes, at.cases)
        return then if then.currency == at.currency else None
    except (CountryNotInProgram, NotInForce):
        return None


def _is_settled(item: Finding, on: date, day: date) -> bool:
    """Whether it changes before a day of the rulebook. This year's revenue counts to the end of the next (R-3.4a)."""
    if item.requirement is Requirement.REVENUE and day.year > on.year + 1:
        return True
    return item.until is not None and item.until < day


def _followed(item: Finding, then: Finding | None, day: date) -> Finding:
    """A finding that has not changed before a day, with what its rules make of it; what is not asked for is met."""
    met, until = (True, None) if then is None else (then.met, then.until)
    return item.model_copy(update={"until": until if met == item.met else day})
