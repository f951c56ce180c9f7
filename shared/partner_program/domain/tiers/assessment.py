"""`assess`: facts + earlier decisions + rulebook + date → the state of an account. Pure, whatever the facts' order.

A state is built in this order: where the account starts and what of earlier decisions stands (tier_history), what the
day begins with (reminders), then the decisions of the day: cases, the vendor's verdicts, demotions, promotion. A day
that is assessed again begins from the same morning, so the order of its facts does not matter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from partner_program.domain.facts import AccountFacts
from partner_program.domain.tiers.account import AccountState, ChangeReason, IdleDecision, Memory, TierChange
from partner_program.domain.tiers.ahead import findings_ahead
from partner_program.domain.tiers.archive import in_order, kept_of_morning, morning_of, without_old_details
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.compliance import cases_of_the_day, lost_for_cases, overdue, time_run_out
from partner_program.domain.tiers.demotion import demoted_for, participation_ended, year_end_demotion
from partner_program.domain.tiers.entitlement import entitlement_changes
from partner_program.domain.tiers.findings import Advice, Finding
from partner_program.domain.tiers.listing import listing
from partner_program.domain.tiers.reminders import expiries, new_morning
from partner_program.domain.tiers.requirements import findings, unmet
from partner_program.domain.tiers.review import next_review_on
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.tier_history import standing
from partner_program.domain.tiers.verdicts import decided_by_vendor
from partner_program.domain.tiers.year_close import closed_year, judged_before
from partner_program.domain.yearly_revenue import check_currency
from partner_program.rulebook import NotInForce, Rulebook, Rules
from partner_program.values.tiers import Tier


def assess(facts: AccountFacts, prior: AccountState | None, rulebook: Rulebook, on: date) -> AccountState:
    """The account on a day. Of `prior` only what is dated before `on` counts; the rest is decided anew.

    One day only: days in between on which something is due are assessed before (walk.py). Raises
    `CountryNotInProgram`; `NotInForce` before the rulebook's first day; `InvalidValue` where revenue is in another
    currency than the account's.
    """
    rules = rulebook.at(on)
    check_currency(facts, rules.country(facts.country).currency)
    changes, set_aside = standing(facts, prior, rulebook, on)
    morning = _morning(prior, on, rules)
    day = _Day(Situation(facts, rules, changes, morning.cases), morning.idle_decisions, morning.judged_year)
    for step in STEPS:
        day = step(day)
    at = day.at
    memory = morning.model_copy(
        update={"cases": in_order(at.cases, on), "idle_decisions": day.idle, "judged_year": day.judged_year}
    )  # fmt: skip
    state = AccountState(
        account_id=facts.account_id,
        partner_id=facts.partner_id,
        country=facts.country,
        currency=at.currency,
        assessed_on=on,
        edition=rulebook.edition,
        rulebook_digest=rulebook.digest,
        tier=at.tier,
        tier_since=at.tier_since,
        tier_changes=without_old_details(at.changes, on),
        set_aside=set_aside,
        ytd_revenue=at.ytd.amount,
        prev_year_revenue=at.last_year.amount,
        findings=findings_ahead(at.tier, at, rulebook) if at.tier else (),
        advice=advice(at),
        expiries=expiries(at, rulebook),
        memory=memory,
        morning=None if morning == memory else kept_of_morning(morning),
        arrivals=facts.arrivals.get(on, ""),
        listing=listing(at),
    )
    return state.model_copy(update={"next_review_on": next_review_on(state, at, rulebook)})


def _morning(prior: AccountState | None, on: date, rules: Rules) -> Memory:
    if prior is None:
        return Memory(judged_year=judged_before(rules))
    if prior.assessed_on >= on:
        return morning_of(prior)
    return new_morning(prior, on, rules)


@dataclass(frozen=True, slots=True)
class _Day:
    """A day in the course of being decided: the situation, the decisions without effect, the last year judged."""

    at: Situation
    idle: tuple[IdleDecision, ...]
    judged_year: int | None = None


def cases_brought_up(day: _Day) -> _Day:
    """R-3.2, R-3.3: cases opened and closed, brand notices given, decisions asked for."""
    at = day.at.with_cases(cases_of_the_day(day.at))
    return replace(day, at=at.with_cases(time_run_out(at)))


def verdicts(day: _Day) -> _Day:
    """R-4.1.6, R-4.1.7, R-3.4b: what the vendor has decided."""
    at = day.at
    decided = decided_by_vendor(at, day.idle)
    at = at.with_cases(decided.cases)
    if decided.ended:
        at = at.after(participation_ended(decided.ended, at))
    elif decided.lost:
        at = _lost((*decided.lost, *overdue(at)), at)
    return replace(day, at=at, idle=decided.idle)


def time_out(day: _Day) -> _Day:
    """R-3.3: the tier is lost for what is still short on the day after the last one to mend it."""
    lost = overdue(day.at)
    return replace(day, at=_lost(lost, day.at)) if lost else day


def _lost(cases: tuple[Case, ...], at: Situation) -> Situation:
    change = demoted_for(cases, at)
    return at.with_cases(lost_for_cases(at.cases, cases, at)).after(change)


def year_end(day: _Day) -> _Day:
    """R-3.4b: the tier is lost for last year's revenue; judged once, on the first day on which its books are closed."""
    closed = closed_year(day.at.rules)
    if day.judged_year is not None and day.judged_year >= closed:
        return day
    change = year_end_demotion(day.at)
    return replace(day, at=day.at.after(change) if change else day.at, judged_year=closed)


def promoted(day: _Day) -> _Day:
    """R-3.1a."""
    change = promotion(day.at)
    return replace(day, at=day.at.after(change)) if change else day


STEPS: Sequence[Callable[[_Day], _Day]] = (
    cases_brought_up, verdicts, cases_brought_up, time_out, year_end, promoted, cases_brought_up,
)  # fmt: skip
"""The decisions of a day in their order. Cases are looked at again after whatever may have changed the tier."""


def promotion(at: Situation) -> TierChange | None:
    """R-3.1a: to the highest tier above the present one of which every requirement is met; a tier may be skipped."""
    if at.tier is None:
        return None
    for tier in sorted(higher_than(at.tier), key=lambda tier: -tier.rank):
        if not unmet(tier, at):
            return _promoted(tier, at)
    return None


def advice(at: Situation) -> tuple[Advice, ...]:
    """R-3.1b: for each higher tier, from the next one up, what is missing and by how much."""
    return tuple(Advice(tier=tier, missing=unmet(tier, at)) for tier in higher_than(at.tier))


def higher_than(tier: Tier | None) -> tuple[Tier, ...]:
    """The tiers above one, ascending; all of them for an account that has none yet."""
    return tuple(higher for higher in Tier if tier is None or higher.above(tier))


def _promoted(tier: Tier, at: Situation) -> TierChange:
    grounds = findings(tier, at)
    reached = _reached_on(grounds, at)
    return TierChange(
        changed_on=at.on,
        from_tier=at.tier,
        to_tier=tier,
        reason=ChangeReason.PROMOTED,
        rule="R-3.1a",
        edition=at.rules.edition,
        findings=grounds,
        reached_on=reached,
        business_days=_business_days(reached, at.on, at.rules),
        entitlements=entitlement_changes(at.tier, tier, at.rules, at.held),
    )


def _reached_on(grounds: Sequence[Finding], at: Situation) -> date:
    """The day from which every requirement was met, no earlier than the account came to its present tier.

    A requirement counts from the dates in its records (a certification from its date, even if recorded later);
    revenue from the day on which the report that carried it over the threshold became known, since only then could
    anybody see it.
    """
    days = [item.since for item in grounds if item.since is not None]
    return max([at.changes[-1].changed_on, *days])


def _business_days(first: date, last: date, rules: Rules) -> int | None:
    """Business days elapsed; None where the rulebook has no calendar for the years between."""
    try:
        return rules.business_days_between(first, last)
    except NotInForce:
        return None
