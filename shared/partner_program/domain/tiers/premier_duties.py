"""What Premier owes after the promotion: the Business Plan and brand alignment (R-4.1.6, R-4.1.7).

Both come with time after becoming Premier, so neither bars a first promotion. Whoever lost Premier for one of them has
to make up for that one first. Cases, notices and the vendor's decisions build on the due dates given here.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from partner_program.domain.facts import BrandReview
from partner_program.domain.tiers.account import TierChange
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import Rules
from partner_program.values.periods import add_months, last_day_of_month
from partner_program.values.tiers import Tier

PLAN = "R-4.1.6"
BRAND = "R-4.1.7"


def business_plan(tier: Tier, at: Situation) -> Finding | None:
    """R-4.1.6: the plan of this calendar year, or still time for it."""
    if not at.rules.business_plan_required(tier):
        return None
    year = at.on.year
    plans = [item for item in at.facts.business_plans if item.year == year and item.submitted_on <= at.on]
    due = plan_due_on(at)
    met, found = _owed(bool(plans), due, at, lost_for(at.changes, PLAN))
    return Finding(
        rule=PLAN,
        requirement=Requirement.BUSINESS_PLAN,
        tier=tier,
        met=met,
        required=f"Business Plan {year}",
        found=f"submitted on {plans[0].submitted_on}" if plans else found,
        missing=None if met else f"Business Plan {year}",
        basis=at.rules.basis(f"business_plan_required.{tier}"),
        facts=tuple(f"business_plans/{year}" for _ in plans[:1]),
        since=None if met else _day_after(due),
        until=_lapses_on(met, bool(plans), due),
        mend=None if met else f"Submit the Business Plan {year}.",
    )


def brand_alignment(tier: Tier, at: Situation) -> Finding | None:
    """R-4.1.7: the latest brand review is fulfilled, or there is still time for it."""
    if not at.rules.brand_alignment_required(tier):
        return None
    reviews = sorted(
        (item for item in at.facts.brand_reviews if item.reviewed_on <= at.on), key=lambda item: item.reviewed_on
    )
    last = reviews[-1] if reviews else None
    fulfilled = last is not None and last.outcome == "fulfilled"
    due = brand_due_on(at)
    met, found = _owed(fulfilled, due, at, lost_for(at.changes, BRAND))
    return Finding(
        rule=BRAND,
        requirement=Requirement.BRAND,
        tier=tier,
        met=met,
        required="brand alignment fulfilled",
        found=f"{last.outcome.replace('_', ' ')} on {last.reviewed_on}" if last else found,
        missing=None if met else "brand alignment",
        basis=at.rules.basis(f"brand_alignment_required.{tier}"),
        facts=(f"brand_reviews/{last.reviewed_on}",) if last else (),
        since=None if met else _unaligned_since(reviews, due),
        until=_lapses_on(met, fulfilled, due),
        mend=None if met else "Bring the use of the brand into line and have it reviewed.",
    )


def _unaligned_since(reviews: Sequence[BrandReview], due: date | None) -> date | None:
    """The first bad review since the last good one, of an account never aligned the end of its time; not before that.

    `reviews` in order of their days; None where neither dates it.
    """
    aligned = [item.reviewed_on for item in reviews if item.outcome == "fulfilled"]
    lapses = [item.reviewed_on for item in reviews if not aligned or item.reviewed_on > aligned[-1]]
    over = _day_after(due)
    if over is None:
        return lapses[0] if lapses else None
    return max(over, lapses[0]) if aligned else over


def plan_due_on(at: Situation) -> date | None:
    """The last day for this year's plan: so many days from becoming Premier, or from 1 January if that is later."""
    became = premier_since(at)
    if became is None:
        return None
    in_year = date(at.on.year, 1, 1) + timedelta(days=at.rules.business_plan_continuing_days)
    first = became + timedelta(days=at.rules.business_plan_days)
    return first if became.year == at.on.year else max(first, in_year)


def brand_due_on(at: Situation) -> date | None:
    """The last day for a first alignment: the end of the month after the one of becoming Premier."""
    became = premier_since(at)
    return None if became is None else end_of_following_month(became, at.rules)


def end_of_following_month(day: date, rules: Rules) -> date:
    """The last day of "the current month and the following month", counted from a day."""
    month = add_months(day.replace(day=1), rules.brand_alignment_following_months)
    return last_day_of_month(month.year, month.month)


def premier_since(at: Situation) -> date | None:
    """Since when the account is Premier without a break; None when it is not."""
    return at.tier_since if at.tier is Tier.PREMIER else None


def lost_for(changes: tuple[TierChange, ...], rule: str) -> bool:
    """Whether Premier was last lost for want of what a rule asks, and has not been regained."""
    for change in reversed(changes):
        if change.to_tier is Tier.PREMIER:
            return False
        if change.from_tier is Tier.PREMIER:
            return change.rule == rule
    return False


def _owed(fulfilled: bool, due: date | None, at: Situation, barred: bool) -> tuple[bool, str]:
    """Whether nothing is owed today, and the words for what is not there yet."""
    if fulfilled:
        return True, "fulfilled"
    if due is None:
        return not barred, "must be fulfilled first" if barred else "due after the promotion only"
    still_time = at.on <= due and not barred
    return still_time, f"due by {due}" if still_time else f"was due by {due}"


def _lapses_on(met: bool, fulfilled: bool, due: date | None) -> date | None:
    """The first day on which time alone makes it owed."""
    return _day_after(due) if met and not fulfilled else None


def _day_after(due: date | None) -> date | None:
    return None if due is None else due + timedelta(days=1)
