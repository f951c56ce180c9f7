"""What a tier entitles to, and what changes with it (section 4.2): in words, by the rulebook of the day."""

from partner_program.domain.model import Document
from partner_program.domain.tiers.account import EntitlementChange
from partner_program.domain.wording import percent_text
from partner_program.rulebook import BENEFITS, Access, Benefit, Rules
from partner_program.values.tiers import Tier

_DISCOUNT, _LICENCES, _SUPPORT, _LOCATOR = "R-4.2.1", "R-4.2.2", "R-4.2.7", "R-4.2.9"


class Entitlement(Document):
    """One benefit of section 4.2 as an account has it.

    `value` says how much of it (`34 %`, `priority`, `listed`, `no`), `detail` on what terms, where there are any.
    """

    rule: str
    benefit: str
    value: str
    detail: str = ""

    @property
    def words(self) -> str:
        """Value and detail."""
        return f"{self.value}, {self.detail}" if self.detail else self.value


def entitlements(tier: Tier | None, rules: Rules, held: frozenset[str]) -> tuple[Entitlement, ...]:
    """All ten benefits of a tier, in the Guide's order; None, an account that is not in the program, has none of them.

    `held` are the kinds of certification that the account holds: some benefits are open to certified accounts only
    (R-4.2.4, R-4.2.6).
    """
    return tuple(_entitlement(rule, tier, rules, held) for rule in BENEFITS)


def entitlement_changes(
    before: Tier | None, after: Tier | None, rules: Rules, held: frozenset[str]
) -> tuple[EntitlementChange, ...]:
    """What an account gains and loses when its tier changes on the day of the rules (R-4.2.1 to R-4.2.10).

    Both tiers are looked at as of that day and with the same certifications: what differs is the tier's doing. Details
    are told only where the values are alike, such as the ranks of two tiers with priority.
    """
    pairs = zip(entitlements(before, rules, held), entitlements(after, rules, held), strict=True)
    return tuple(_change(old, new) for old, new in pairs if old != new)


def _change(old: Entitlement, new: Entitlement) -> EntitlementChange:
    told = (old.value, new.value) if old.value != new.value else (old.words, new.words)
    return EntitlementChange(rule=new.rule, benefit=new.benefit, before=told[0], after=told[1])


def _entitlement(rule: str, tier: Tier | None, rules: Rules, held: frozenset[str]) -> Entitlement:
    benefit = rules.benefit(rule, tier or Tier.AUTHORIZED)
    if tier is None or not benefit.granted(held):
        return Entitlement(rule=rule, benefit=benefit.name, value="not listed" if rule == _LOCATOR else "no")
    value, detail = _value(benefit, rules), _detail(benefit, rules)
    return Entitlement(rule=rule, benefit=benefit.name, value=value, detail=detail)


def _value(benefit: Benefit, rules: Rules) -> str:
    """How much of a benefit that is granted at all."""
    if benefit.rule == _DISCOUNT:
        return percent_text(rules.tier_discount_pct(benefit.tier))
    if benefit.rule == _LICENCES:
        return str(rules.nfr_licences(benefit.tier))
    if benefit.rule == _LOCATOR:
        return "listed"
    if benefit.access is Access.CERTIFIED:
        return f"while holding {' and '.join(benefit.certifications)}"
    return benefit.access.value if benefit.access in (Access.STANDARD, Access.PRIORITY) else "yes"


def _detail(benefit: Benefit, rules: Rules) -> str:
    """Licences are granted case by case; support goes by tier and severity (R-4.2.2, R-4.2.7, R-7)."""
    if benefit.rule == _SUPPORT:
        ranks = (f"{rules.support_rank(severity, benefit.tier)} {severity}" for severity in rules.severities)
        return f"rank {', '.join(ranks)}"
    return "on application" if benefit.access is Access.APPLY else ""
