"""What Premier owes after the promotion: the Business Plan and brand alignment (R-4.1.6, R-4.1.7).

Both come with time after becoming Premier, so neither bars a first promotion. Whoever lost Premier for one of them has
to make up for that one first. Cases, notices and the vendor's decisions build on the due dates given here.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from partner_program.domain.facts import BrandReview, BusinessPlan, ReviewKind, Verdict
from partner_program.domain.tiers.cases import Case, CaseOutcome
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.lost_premier import Loss, lost_for
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.spans import Span
from partner_program.rulebook import Rules
from partner_program.values.periods import add_months, last_day_of_month
from partner_program.values.tiers import Tier

PLAN = "R-4.1.6"
BRAND = "R-4.1.7"
BrandLapse = tuple[date, date | None, tuple[str, ...]]
"""Since when alignment is owed, the last day of the first period (None: a notice is due), and why."""
MEND_BRAND = "Bring the use of the brand into line and have it reviewed."


def business_plan(tier: Tier, at: Situation) -> Finding | None:
    """R-4.1.6: the plan of this calendar year, or still time for it."""
    if not at.rules.business_plan_required(tier):
        return None
    lost = lost_for(Requirement.BUSINESS_PLAN, at)
    plans = _plans(at, lost)
    year = _year_owed(at, lost)
    waived = _waived(at, Requirement.BUSINESS_PLAN, str(year))
    due = _extended(at, Requirement.BUSINESS_PLAN, str(year)) or plan_due_on(at)
    met, found = _owed(bool(plans) or waived is not None, due, at, barred=lost is not None)
    found = f"submitted on {plans[0].submitted_on}" if plans else waived or found
    return Finding(
        rule=PLAN,
        requirement=Requirement.BUSINESS_PLAN,
        tier=tier,
        met=met,
        required=f"Business Plan {year}",
        found=f"{found}; {_reviews_held(at)}" if at.tier is Tier.PREMIER else found,
        missing=None if met else f"Business Plan {year}",
        basis=at.rules.basis(f"business_plan_required.{tier}"),
        facts=tuple(f"business_plans/{year}" for _ in plans[:1]),
        since=_made_up_for(lost, [Span(item.submitted_on) for item in plans]) if met else _day_after(due),
        until=_next_plan_lapses_on(at) if plans or waived else _lapses_on(met, fulfilled=False, due=due),
        mend=None if met else f"Submit the Business Plan {year}.",
    )


def brand_alignment(tier: Tier, at: Situation) -> Finding | None:
    """R-4.1.7: the latest brand review is fulfilled, or there is still time for a first one."""
    if not at.rules.brand_alignment_required(tier):
        return None
    reviews = [item for item in at.facts.brand_reviews if item.reviewed_on <= at.on]
    last = max(reviews, key=lambda item: item.reviewed_on, default=None)
    lapse = next(brand_lapse(at), None)
    lost = lost_for(Requirement.BRAND, at)
    due = _first_period(at, lapse)
    since: date | None
    if lapse is not None:
        met, found = due is not None and at.on <= due, f"due by {due}" if due and at.on <= due else f"was due by {due}"
        since = _day_after(due) or lapse[0]
    else:
        fulfilled = at.tier is Tier.PREMIER or (last is not None and last.outcome == "fulfilled")
        met, found = _owed(fulfilled, None, at, barred=lost is not None)
        since = _unaligned_since(reviews)
    said = f"{last.outcome.replace('_', ' ')} on {last.reviewed_on}" if last else found
    return Finding(
        rule=BRAND,
        requirement=Requirement.BRAND,
        tier=tier,
        met=met,
        required="brand alignment fulfilled",
        found=_brand_waived(at, reviews) or said,
        missing=None if met else "brand alignment",
        basis=at.rules.basis(f"brand_alignment_required.{tier}"),
        facts=(f"brand_reviews/{last.reviewed_on}",) if last else (),
        since=_made_up_for(lost, aligned_spans(reviews)) if met else since,
        until=_lapses_on(met, fulfilled=lapse is None, due=due),
        mend=None if met else MEND_BRAND,
    )


def _first_period(at: Situation, lapse: BrandLapse | None) -> date | None:
    """The last day for a first alignment, as the rulebook or the vendor has set it; None where none is owed."""
    if lapse is None or lapse[1] is None:
        return None
    return _extended(at, Requirement.BRAND, "") or lapse[1]


def _plans(at: Situation, lost: Loss | None) -> list[BusinessPlan]:
    """The plan of this year; where Premier was lost in spite of it, that of the year for which it was lost."""
    known = [item for item in at.facts.business_plans if item.submitted_on <= at.on]
    return [item for item in known if item.year == _year_owed(at, lost)]


def plan_year_owed(at: Situation) -> int:
    """The year whose Business Plan is asked for on the day: mostly its own; see `lost_for` for the others (R-4.1.6)."""
    return _year_owed(at, lost_for(Requirement.BUSINESS_PLAN, at))


def _year_owed(at: Situation, lost: Loss | None) -> int:
    plans = (item for item in at.facts.business_plans if item.year == at.on.year and item.submitted_on <= at.on)
    in_spite = lost is not None and any(map(lost.came_in_spite_of, plans))
    return int(lost.subjects[-1]) if in_spite and lost and lost.subjects else at.on.year


def plan_lapses(at: Situation) -> Iterator[tuple[int, date, date]]:
    """Years whose plan is owed: year, the first day on which it was, and its last day (R-4.1.6).

    That of this year, and of an earlier one as long as the vendor has not decided on it.
    """
    became = premier_since(at)
    submitted = {item.year for item in at.facts.business_plans if item.submitted_on <= at.on}
    mine = [item for item in at.cases if item.requirement is Requirement.BUSINESS_PLAN]
    for case in mine:
        year = int(case.subject)
        if case.is_open and year != at.on.year and year not in submitted and case.due_on is not None:
            yield year, case.opened_on, case.due_on
    year, due = at.on.year, plan_due_on(at)
    if became and due and year not in submitted and not _waived(at, Requirement.BUSINESS_PLAN, str(year)):
        yield year, max(became, date(year, 1, 1)), due


def brand_lapse(at: Situation) -> Iterator[BrandLapse]:
    """Brand alignment that is owed: since when, the last day, and why (R-4.1.7).

    Since becoming Premier, for the first alignment; or since a review that was not fulfilled: then there is no last
    day yet, the time runs from the notice.
    """
    became, first_period = premier_since(at), brand_due_on(at)
    if became is None or first_period is None:
        return
    waivers = [
        item.closed_on for item in at.cases if _is_waived_alignment(item) and (item.closed_on or became) >= became
    ]
    aligned = aligned_spans(
        (item for item in at.facts.brand_reviews if item.reviewed_on <= at.on), filter(None, waivers)
    )  # fmt: skip
    if any(span.holds_on(at.on) for span in aligned):
        return
    lapsed_on = max((span.end for span in aligned if span.end), default=None)
    if lapsed_on is not None and lapsed_on >= became:
        yield lapsed_on, None, (f"the brand review of {lapsed_on} was not fulfilled",)
    else:
        yield became, first_period, ()


def _is_waived_alignment(case: Case) -> bool:
    return case.requirement is Requirement.BRAND and case.outcome is CaseOutcome.WAIVED


def aligned_spans(reviews: Iterable[BrandReview], waivers: Iterable[date] = ()) -> tuple[Span, ...]:
    """The days of alignment: from a review that was fulfilled, or a waiver, to the next review that was not."""
    steps = [(item.reviewed_on, item.outcome == "fulfilled") for item in reviews]
    steps += [(day, True) for day in waivers]
    spans: list[Span] = []
    for day, good in sorted(steps):  # of one day the good one comes last: a waiver answers the review
        aligned = bool(spans) and spans[-1].end is None
        if good and not aligned:
            spans.append(Span(day))
        elif aligned and not good:
            spans[-1] = Span(spans[-1].start, day)
    return tuple(spans)


def _reviews_held(at: Situation) -> str:
    """The reviews of the plan in the year so far, against those of the rulebook: recorded, not enforced (R-4.1.6)."""
    held = [item.review for item in at.facts.business_reviews
            if item.reviewed_on.year == at.on.year and item.reviewed_on <= at.on]  # fmt: skip
    quarterly, annual = (sum(one is kind for one in held) for kind in (ReviewKind.QUARTERLY, ReviewKind.ANNUAL))
    return (
        f"{quarterly} of {at.rules.business_plan_quarterly_reviews} quarterly and "
        f"{annual} of {at.rules.business_plan_annual_reviews} annual reviews held in {at.on.year}"
    )


def _waived(at: Situation, requirement: Requirement, subject: str) -> str | None:
    """That the vendor does without, in words."""
    for case in at.cases_of(requirement, subject):
        if case.outcome is CaseOutcome.WAIVED:
            return f"waived by the vendor on {case.decisions[-1].decided_on}: {case.decisions[-1].reason}"
    return None


def _brand_waived(at: Situation, reviews: Sequence[BrandReview]) -> str | None:
    """A waiver holds until the next review that is not fulfilled, and for this time as Premier only."""
    case = next(iter(at.cases_of(Requirement.BRAND)), None)
    if case is None or case.outcome is not CaseOutcome.WAIVED or case.closed_on is None:
        return None
    lapsed = any(item.outcome != "fulfilled" and item.reviewed_on > case.closed_on for item in reviews)
    again = (premier_since(at) or date.max) > case.closed_on
    return None if lapsed or again else _waived(at, Requirement.BRAND, "")


def _extended(at: Situation, requirement: Requirement, subject: str) -> date | None:
    """The last day that the vendor has given an open case, if it was put off."""
    case = next((item for item in at.cases_of(requirement, subject) if item.is_open), None)
    if case is None or all(item.verdict is not Verdict.EXTEND for item in case.decisions):
        return None
    return case.due_on


def _unaligned_since(reviews: Iterable[BrandReview]) -> date | None:
    """The first review that was not fulfilled since the last that was; None where there is none."""
    ordered = sorted(reviews, key=lambda item: item.reviewed_on)
    aligned = [item.reviewed_on for item in ordered if item.outcome == "fulfilled"]
    lapses = [item.reviewed_on for item in ordered if not aligned or item.reviewed_on > aligned[-1]]
    return lapses[0] if lapses else None


def plan_due_on(at: Situation, year: int | None = None) -> date | None:
    """The last day for a year's plan, this one's: so many days from becoming Premier, or from 1 January if later."""
    became, year = premier_since(at), year or at.on.year
    if became is None:
        return None
    in_year = date(year, 1, 1) + timedelta(days=at.rules.business_plan_continuing_days)
    first = became + timedelta(days=at.rules.business_plan_days)
    return first if became.year == year else max(first, in_year)


def _next_plan_lapses_on(at: Situation) -> date | None:
    """While nothing is owed: the day after the last one for the plan of the first year that has none yet."""
    year = at.on.year + 1
    while (due := plan_due_on(at, year)) and any(
        item.year == year and item.submitted_on <= due for item in at.facts.business_plans
    ):
        year += 1
    return _day_after(due)


def brand_due_on(at: Situation) -> date | None:
    """The last day for a first alignment: the end of the month after the one of becoming Premier."""
    became = premier_since(at)
    return None if became is None else end_of_following_month(became, at.rules)


def end_of_following_month(day: date, rules: Rules) -> date:
    """The last day of "the current month and the following month", counted from a day."""
    return _end_of_month_after(day, rules.brand_alignment_following_months)


def end_of_remedy(noticed_on: date, rules: Rules) -> date:
    """The same once more, counted from the brand notice."""
    return _end_of_month_after(noticed_on, rules.brand_alignment_remedy_following_months)


def _end_of_month_after(day: date, following_months: int) -> date:
    month = add_months(day.replace(day=1), following_months)
    return last_day_of_month(month.year, month.month)


def premier_since(at: Situation) -> date | None:
    """Since when the account is Premier without a break, no day before the rulebook's first; None when it is not."""
    return at.answerable_since if at.tier is Tier.PREMIER else None


def _owed(fulfilled: bool, due: date | None, at: Situation, *, barred: bool) -> tuple[bool, str]:
    """Whether nothing is owed today, and the words for what is not there yet."""
    if fulfilled:
        return True, "fulfilled"
    if due is None:
        return not barred, "must be fulfilled first" if barred else "due after the promotion only"
    still_time = at.on <= due and not barred
    return still_time, f"due by {due}" if still_time else f"was due by {due}"


def _made_up_for(lost: Loss | None, fulfilled: Sequence[Span]) -> date | None:
    """Who lost Premier for it has met it since it was fulfilled; for all others no record dates it."""
    return fulfilled[-1].start if lost and fulfilled else None


def _lapses_on(met: bool, *, fulfilled: bool, due: date | None) -> date | None:
    """The first day on which time alone makes it owed."""
    return _day_after(due) if met and not fulfilled else None


def _day_after(due: date | None) -> date | None:
    return None if due is None else due + timedelta(days=1)
