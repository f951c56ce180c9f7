"""The ten benefits of an account on a date, in words and in numbers, from the rulebook alone (R-4.2.1 to R-4.2.10)."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from partner_program.domain.facts import AccountFacts
from partner_program.domain.model import Document
from partner_program.domain.tiers.entitlement import Entitlement, entitlements
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import Access, Benefit, DatedValue, Rulebook, Rules
from partner_program.use_cases.ports import AccountStore, Clock
from partner_program.use_cases.queries.asked import rules_asked_for
from partner_program.values.errors import NotFound
from partner_program.values.money import ExactNumber
from partner_program.values.tiers import Tier

_DISCOUNT, _LICENCES, _UNCERTIFIED, _SUPPORT = "R-4.2.1", "R-4.2.2", "R-4.2.3", "R-4.2.7"
_ONE_DAY = timedelta(days=1)


class BenefitOnDate(Document):
    """One benefit as an account has it; `value` and `detail` in words, what can be counted beside them.

    `access` is what the rulebook gives the tier; `granted` whether the account enjoys it. They differ where the benefit
    is open to `certified` accounts: `certifications` are the kinds that somebody of the account has to hold, `lacking`
    those that nobody holds on the day. It is so by the rulebook from `since` to `until`, both included (None: no end
    known); both None for an account that is not in the program. `basis` is `guide`, `reading`, `assumed` or `owner`.
    """

    rule: str
    benefit: str
    granted: bool
    access: Access
    value: str
    detail: str
    certifications: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    discount_pct: ExactNumber | None = None
    """Off the list price, of `product_classes` alone (R-4.2.1)."""
    product_classes: tuple[str, ...] | None = None
    licences: int | None = None
    """Not-for-resale licences that may be granted, on application (R-4.2.2)."""
    product_families: tuple[str, ...] | None = None
    """What may be sold without certifications (R-4.2.3)."""
    support_ranks: Mapping[str, int] | None = None
    """Severity → place in the queue, 1 first (R-4.2.7)."""
    since: date | None = None
    until: date | None = None
    basis: str


class AccountBenefits(Document):
    """All ten, in the Guide's order. `tier` is the one held on `tier_as_of`: `on`, or today for a day to come.

    `held` are the kinds of certification that somebody of the account holds on `on`, by what is known today.
    """

    account_id: str
    on: date
    tier: Tier | None
    tier_as_of: date
    held: tuple[str, ...]
    edition: str
    benefits: tuple[BenefitOnDate, ...]


class Benefits:
    """Three reads (state, the partner's records, the account's revenue), whatever the date."""

    def __init__(self, *, accounts: AccountStore, rulebook: Rulebook, clock: Clock) -> None:
        self._accounts = accounts
        self._rulebook = rulebook
        self._clock = clock

    def __call__(self, account_id: str, on: date | None = None) -> AccountBenefits:
        """On a day, today without one. Of a day to come: by the tier held now, what is held then, and the rulebook.

        Raises `NotFound`, `NotInForce` before the rulebook's first day, `CountryNotInProgram` as a quote does.
        """
        today = self._clock.today()
        day = on or today
        facts, stored = self._accounts.load(account_id, today.year)
        if stored.state is None:
            raise NotFound("There is no such account.")
        rules = rules_asked_for(self._rulebook, day, "as_of")
        tier_as_of = min(day, today)
        tier = stored.state.tier_on(tier_as_of)
        return AccountBenefits(
            account_id=account_id,
            on=day,
            tier=tier,
            tier_as_of=tier_as_of,
            held=tuple(sorted(Situation(facts, rules).held)),
            edition=self._rulebook.edition,
            benefits=benefits_on(facts, tier, day, self._rulebook),
        )


def benefits_on(facts: AccountFacts, tier: Tier | None, on: date, rulebook: Rulebook) -> tuple[BenefitOnDate, ...]:
    """All ten of a tier, as the facts and the rulebook of a day have them.

    Raises `NotInForce`, and `CountryNotInProgram`: where the program does not run nobody enjoys anything (R-4.1.2).
    """
    rules = rulebook.at(on)
    rules.country(facts.country)
    held = Situation(facts, rules).held
    return tuple(_benefit(said, tier, held, rules, rulebook) for said in entitlements(tier, rules, held))


def _benefit(
    said: Entitlement, tier: Tier | None, held: frozenset[str], rules: Rules, rulebook: Rulebook
) -> BenefitOnDate:
    entries = list(_entries(said.rule, tier or Tier.AUTHORIZED, rules))
    basis = rules.basis(entries[-1])
    if tier is None:
        return BenefitOnDate(**said.model_dump(), granted=False, access=Access.NO, basis=basis)
    benefit = rules.benefit(said.rule, tier)
    needed = benefit.certifications if benefit.access is Access.CERTIFIED else ()
    since, until = _stretch(entries, rules.on, rulebook)
    return BenefitOnDate(
        **said.model_dump(),
        granted=benefit.granted(held),
        access=benefit.access,
        certifications=needed,
        lacking=tuple(kind for kind in needed if kind not in held),
        since=since,
        until=until,
        basis=basis,
    ).model_copy(update=_counted(benefit, rules) if benefit.granted(held) else {})


def _counted(benefit: Benefit, rules: Rules) -> dict[str, object]:
    """What of a benefit is a number or a list."""
    match benefit.rule:
        case "R-4.2.1":
            sold = tuple(name for name in rules.product_classes if rules.tier_discount_applies(name))
            return {"discount_pct": rules.tier_discount_pct(benefit.tier), "product_classes": sold}
        case "R-4.2.2":
            return {"licences": rules.nfr_licences(benefit.tier)}
        case "R-4.2.3":
            return {"product_families": rules.uncertified_families}
        case "R-4.2.7":
            return {"support_ranks": {one: rules.support_rank(one, benefit.tier) for one in rules.severities}}
    return {}


# -- since when, and until when


def _entries(rule: str, tier: Tier, rules: Rules) -> Iterator[str]:
    """The rulebook's entries that a benefit follows from; the last one says how much of it there is."""
    yield f"benefit.{rule}.{tier}"
    if rules.benefit(rule, tier).access is Access.CERTIFIED:
        yield "portfolio.certifications"
    if rule == _DISCOUNT:
        yield from (f"tier_discount_applies.{name}" for name in rules.product_classes)
        yield f"tier_discount.{tier}"
    if rule == _LICENCES:
        yield f"nfr_licences.{tier}"
    if rule == _UNCERTIFIED:
        yield "portfolio.uncertified"
    if rule == _SUPPORT:
        yield from (f"support_rank.{severity}.{tier}" for severity in rules.severities)


def _stretch(entry_ids: list[str], on: date, rulebook: Rulebook) -> tuple[date, date | None]:
    """The days around one on which none of some entries changes."""
    found = [_unchanged(entry.values, on) for name in entry_ids if (entry := rulebook.entry(name))]
    ends = [end for _, end in found if end]
    return max(start for start, _ in found), min(ends) - _ONE_DAY if ends else None


def _unchanged(values: tuple[DatedValue, ...], on: date) -> tuple[date, date | None]:
    """The first day of the value that stands, and the first day of another one after it."""
    start, standing = values[0].starts, values[0].value
    for dated in values:
        if dated.starts > on and dated.value != standing:
            return start, dated.starts
        if dated.starts <= on and dated.value != standing:
            start, standing = dated.starts, dated.value
    return start, None
