"""`assess`: facts + earlier decisions + rulebook + date → the state of an account. Pure, whatever the facts' order.

A state is built in this order: where the account starts (tier_history), what of earlier decisions stands, then the
decisions of the day. Demotions take their place between the two (R-3.2, R-3.4b): a function from `Situation` to
`TierChange | None`, like `promotion`, listed before it in `DECISIONS`.
"""

from collections.abc import Callable, Sequence
from datetime import date

from partner_program.domain.facts import AccountFacts
from partner_program.domain.tiers.account import AccountState, ChangeReason, TierChange
from partner_program.domain.tiers.findings import Advice, Finding
from partner_program.domain.tiers.requirements import findings, unmet
from partner_program.domain.tiers.review import next_review_on
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.tier_history import standing
from partner_program.domain.yearly_revenue import check_currency
from partner_program.rulebook import NotInForce, Rulebook, Rules
from partner_program.values.tiers import Tier

Decision = Callable[[Situation], TierChange | None]


def assess(facts: AccountFacts, prior: AccountState | None, rulebook: Rulebook, on: date) -> AccountState:
    """The account on a day. Of `prior` only decisions dated before `on` count; the rest is decided anew.

    Raises `CountryNotInProgram`; `NotInForce` before the rulebook's first day; `InvalidValue` where revenue is in
    another currency than the account's.
    """
    rules = rulebook.at(on)
    check_currency(facts, rules.country(facts.country).currency)
    changes, set_aside = standing(facts, prior, rulebook, on)
    at = decided(Situation(facts, rules, changes))
    return AccountState(
        account_id=facts.account_id,
        partner_id=facts.partner_id,
        country=facts.country,
        currency=at.currency,
        assessed_on=on,
        edition=rulebook.edition,
        rulebook_digest=rulebook.digest,
        tier=at.tier,
        tier_since=at.tier_since,
        tier_changes=at.changes,
        set_aside=set_aside,
        ytd_revenue=at.ytd.amount,
        prev_year_revenue=at.last_year.amount,
        findings=findings(at.tier, at) if at.tier else (),
        advice=advice(at),
        next_review_on=next_review_on(at, rulebook),
    )


def decided(at: Situation) -> Situation:
    """The situation after the decisions of the day."""
    for decide in DECISIONS:
        change = decide(at)
        if change is not None:
            at = Situation(at.facts, at.rules, (*at.changes, change))
    return at


def promotion(at: Situation) -> TierChange | None:
    """R-3.1a: to the highest tier above the present one of which every requirement is met; a tier may be skipped."""
    if at.tier is None:
        return None
    for tier in sorted(higher_than(at.tier), key=lambda tier: -tier.rank):
        if not unmet(tier, at):
            return _promoted(tier, at)
    return None


DECISIONS: Sequence[Decision] = (promotion,)
"""The decisions of a day, in the order in which they are taken."""


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
    )


def _reached_on(grounds: Sequence[Finding], at: Situation) -> date:
    """The day from which every requirement was met, no earlier than the account's start.

    A requirement counts from the dates in its records (a certification from its date, even if recorded later);
    revenue from the day on which the report that carried it over the threshold became known, since only then could
    anybody see it.
    """
    days = [item.since for item in grounds if item.since is not None]
    return max([at.changes[0].changed_on, *days])


def _business_days(first: date, last: date, rules: Rules) -> int | None:
    """Business days elapsed; None where the rulebook has no calendar for the years between."""
    try:
        return rules.business_days_between(first, last)
    except NotInForce:
        return None
