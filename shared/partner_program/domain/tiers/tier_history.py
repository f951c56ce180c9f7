"""Which tier decisions stand: where an account starts, and what of earlier decisions follows from there.

The start is refolded from the facts every time, so a placement or an enrolment counts from its own date however late
it is recorded. Decisions of earlier days are replayed on it; one that no longer follows is set aside, never deleted.
"""

from collections.abc import Iterable
from datetime import date

from partner_program.domain.facts import AccountFacts
from partner_program.domain.tiers.account import AccountState, ChangeReason, TierChange
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.terms import participation, terms
from partner_program.rulebook import NotInForce, Rulebook
from partner_program.values.tiers import Tier

_STARTS = frozenset({ChangeReason.PLACED, ChangeReason.ENROLLED})


def standing(
    facts: AccountFacts, prior: AccountState | None, rulebook: Rulebook, on: date
) -> tuple[tuple[TierChange, ...], tuple[TierChange, ...]]:
    """The decisions that stand at the start of a day, oldest first, and those set aside.

    Decisions dated `on` itself are left out: the assessment of the day takes them again from all facts of the day,
    which is why the order of facts within a day does not matter.
    """
    start = starting_tier(facts, rulebook, on)
    before = _ended_life(prior, on, start)
    decisions = tuple(decision for decision in _decisions_before(prior, on) if decision not in before)
    if start is None:
        return before, decisions
    changes, aside = [*before, start], list[TierChange]()
    for decision in decisions:
        follows = decision.from_tier is changes[-1].to_tier and changes[-1].changed_on <= decision.changed_on
        (changes if follows else aside).append(decision)
    return tuple(changes), tuple(aside)


def _ended_life(prior: AccountState | None, on: date, start: TierChange | None) -> tuple[TierChange, ...]:
    """All up to the day on which the vendor ended the participation, if the account has started again since.

    Whoever is enrolled anew begins a second life: the first one stays as it was.
    """
    changes = prior.tier_changes if prior else ()
    until = start.changed_on if start else on
    ended = [item for item in changes if item.reason is ChangeReason.ENDED and item.changed_on < until]
    return changes[: changes.index(ended[-1]) + 1] if ended else ()


def starting_tier(facts: AccountFacts, rulebook: Rulebook, on: date) -> TierChange | None:
    """Where an account starts: its placement from `placed_on` on, or Authorized from its entry; None before that.

    A placement wins over an entry of its own: what came before the program was taken into use is not told twice.
    """
    if facts.placement is not None:
        if facts.placement.placed_on > on:
            return None
        return TierChange(
            changed_on=facts.placement.placed_on,
            from_tier=None,
            to_tier=facts.placement.tier,
            reason=ChangeReason.PLACED,
            rule="R-2.2b",
            edition=rulebook.edition,
        )
    day = _entered_on(facts, rulebook, on)
    return None if day is None else _enrolled(facts, rulebook, day)


def _enrolled(facts: AccountFacts, rulebook: Rulebook, day: date) -> TierChange:
    entry = terms(Tier.AUTHORIZED, Situation(facts, rulebook.at(day)))
    return TierChange(
        changed_on=day,
        from_tier=None,
        to_tier=Tier.AUTHORIZED,
        reason=ChangeReason.ENROLLED,
        rule="R-4.1.1",
        edition=rulebook.edition,
        findings=() if entry is None else (entry,),
    )


def _entered_on(facts: AccountFacts, rulebook: Rulebook, on: date) -> date | None:
    """The first day on which the partner is enrolled, that day's Terms are accepted and a site is open (R-4.1.1)."""
    if facts.partner is None:
        return None
    days = {facts.partner.enrolled_on, *_terms_dates(rulebook)}
    days |= {item.accepted_on for item in facts.terms_acceptances}
    days |= {site.opened_on for site in facts.sites}
    return next((day for day in sorted(days) if day <= on and _takes_part(facts, rulebook, day)), None)


def _takes_part(facts: AccountFacts, rulebook: Rulebook, day: date) -> bool:
    try:
        version = rulebook.at(day).terms_version
    except NotInForce:
        return False  # before the program's first day, which is among the candidates itself
    return any(span.holds_on(day) for span in participation(facts, version))


def _terms_dates(rulebook: Rulebook) -> Iterable[date]:
    entry = rulebook.entry("terms.version")
    return (dated.starts for dated in entry.values) if entry else ()


def _decisions_before(prior: AccountState | None, on: date) -> tuple[TierChange, ...]:
    """Earlier decisions of the engine, standing or set aside, oldest first; starts are not decisions."""
    if prior is None:
        return ()
    taken = [change for change in (*prior.tier_changes, *prior.set_aside) if change.reason not in _STARTS]
    return tuple(sorted((change for change in taken if change.changed_on < on), key=lambda change: change.changed_on))
