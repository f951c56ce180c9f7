"""How a tier is lost: in one step to the highest tier whose requirements are met (R-3.2, R-3.3, R-3.4b)."""

from collections.abc import Sequence

from partner_program.domain.facts import Verdict
from partner_program.domain.tiers.account import ChangeReason, TierChange
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.entitlement import entitlement_changes
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.requirements import COMPLIANCE, findings, unmet
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.year_close import books_are_open, fell_short, judged_year
from partner_program.values.tiers import Tier

_COMPLIANCE_RULE = "R-3.3"


def demoted_for(cases: Sequence[Case], at: Situation) -> TierChange:
    """The tier is lost for these cases, whose time ran out or on which the vendor decided."""
    cases = list({case.case_id: case for case in cases}.values())
    rules = dict.fromkeys(_COMPLIANCE_RULE if case.requirement in COMPLIANCE else case.rule for case in cases)
    cause = "; ".join(_lost_for(case) for case in cases) + why_no_higher(at)
    return tier_lost(appropriate_tier(at), next(iter(rules)), cause, at, tuple(case.case_id for case in cases))


def year_end_demotion(at: Situation) -> TierChange | None:
    """R-3.4b: last year's revenue below the threshold of the tier held, now that its books are closed."""
    year = judged_year(at.rules)
    if year is None or at.tier is None or at.tier is Tier.AUTHORIZED:
        return None
    short = [item for item in findings(at.tier, at) if item.requirement is Requirement.REVENUE and not item.met]
    if not short or not fell_short(year, at):
        return None
    cause = f"Sales Revenue {year}: {short[0].required} required for {at.tier}, found {short[0].found}"
    cause += why_no_higher(at)
    return tier_lost(appropriate_tier(at), "R-3.4b", cause, at)


def participation_ended(cases: Sequence[Case], at: Situation) -> TierChange:
    """The vendor has ended the account's participation for these cases."""
    cause = "; ".join(f"decided by the vendor on {case.closed_on}: {case.decisions[-1].reason}" for case in cases)
    return tier_lost(None, cases[0].rule, cause, at, tuple(case.case_id for case in cases))


def tier_lost(to_tier: Tier | None, rule: str, cause: str, at: Situation, case_ids: tuple[str, ...] = ()) -> TierChange:
    """The decision, with the findings of the tier that is lost."""
    return TierChange(
        changed_on=at.on,
        from_tier=at.tier,
        to_tier=to_tier,
        reason=ChangeReason.ENDED if to_tier is None else ChangeReason.DEMOTED,
        rule=rule,
        edition=at.rules.edition,
        findings=findings(at.tier, at) if at.tier else (),
        cause=cause,
        case_ids=case_ids,
        entitlements=entitlement_changes(at.tier, to_tier, at.rules, at.held),
    )


def appropriate_tier(at: Situation) -> Tier:
    """The highest tier below the present one of which every requirement is met; Authorized where there is none."""
    return next((tier for tier in _lower_than(at.tier) if not _in_the_way(tier, at)), Tier.AUTHORIZED)


def why_no_higher(at: Situation) -> str:
    """What keeps the account from the tiers that it passes on its way down."""
    down_to = appropriate_tier(at)
    passed = [tier for tier in _lower_than(at.tier) if tier.above(down_to)]
    return "".join(f"; {tier} asks for {', '.join(map(_wanted, _in_the_way(tier, at)))} too" for tier in passed)


def _wanted(item: Finding) -> str:
    name, missing = item.requirement.replace("_", " "), item.missing or item.required
    return name if missing == name else f"{name} ({missing})"


def _lower_than(tier: Tier | None) -> list[Tier]:
    """The tiers below one, the highest first."""
    return [lower for lower in reversed(Tier) if tier is not None and tier.above(lower)]


def _in_the_way(tier: Tier, at: Situation) -> list[Finding]:
    return [item for item in unmet(tier, at) if not _not_judged(item, at)]


def _not_judged(item: Finding, at: Situation) -> bool:
    """Until last year's books are closed nobody loses a tier for its revenue (R-3.4b)."""
    return item.requirement is Requirement.REVENUE and books_are_open(at)


def _lost_for(case: Case) -> str:
    """Why, in words: the shortfall, since when, and what brought it about. The partner reads it: no person's name."""
    last = case.decisions[-1] if case.decisions and case.decisions[-1].verdict is Verdict.DEMOTE else None
    why = f"decided by the vendor on {last.decided_on}: {last.reason}" if last else "; ".join(case.causes)
    short = f"{case.requirement.replace('_', ' ')}: {case.missing or case.required} since {case.opened_on}"
    return f"{short}, to be mended by {case.due_on}" + (f" ({why})" if why else "")
