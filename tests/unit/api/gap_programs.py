"""Random accounts of three countries, and what exactly the stated gap of one, or one unit less, adds to its facts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from partner_program.domain.facts import AccountFacts, BrandReview, BusinessPlan, CertificationKind, Training
from partner_program.domain.tiers.account import AccountState, ChangeReason, Memory, TierChange
from partner_program.domain.tiers.assessment import assess
from partner_program.domain.tiers.entry import MissingEntry
from partner_program.domain.tiers.gap import Gaps, MissingItem, TierGap, gaps
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import Rulebook
from partner_program.values.periods import add_months, month_of
from partner_program.values.tiers import Tier
from tests.fakes.records import (
    Known,
    accepted,
    baseline,
    certified,
    employed,
    facts,
    opening,
    partner,
    placed,
    plan,
    rulebook,
    sales,
    site,
    trained,
)

CURRENCIES = {"DE": "EUR", "JP": "JPY", "KW": "KWD"}
DIGITS = {"DE": 2, "JP": 0, "KW": 3}
THRESHOLDS = {"DE": {"advanced": 50000, "premier": 200000}, "JP": {"advanced": 70000, "premier": 900000}}
THRESHOLDS["KW"] = THRESHOLDS["DE"]
OF_JAPAN = '"revenue_threshold.country.JP.advanced" = 70000\n"revenue_threshold.country.JP.premier" = 900000\n'
NEW_TERMS = (
    '"terms.version" = [{ from = 2024-03-01, value = "2024-03" }]\n'
    '"terms.accept_by" = [{ from = 2024-03-01, value = 2024-05-31 }]\n'
)
MORE_PEOPLE = '"people_required.MCDE.advanced" = [{ from = 2022-01-01, value = 1 }, { from = 2024-07-01, value = 2 }]\n'
SHORTER = '"certification.validity" = [{ from = 2022-01-01, value = 24 }, { from = 2024-08-01, value = 12 }]\n'
HIGHER = (
    '"revenue_threshold.country.DE.advanced" = '
    "[{ from = 2022-01-01, value = 50000 }, { from = 2024-09-15, value = 60000 }]\n"
)
OWNERS = ("", "", NEW_TERMS, MORE_PEOPLE, SHORTER, HIGHER)
DAYS = tuple(
    date.fromisoformat(text)
    for text in ("2024-01-01", "2024-01-20", "2024-02-29", "2024-04-15", "2024-06-15", "2024-11-30", "2024-12-31")
)
KINDS = ("MCDE", "MCIT", "MCIE")
STARTS = ("enrolled", "enrolled", "authorized", "advanced", "lost", "lost", "outside", "ended")
LOST_ON = date(2023, 10, 5)


@cache
def book(owner: str) -> Rulebook:
    return rulebook(OF_JAPAN + owner)


@dataclass(frozen=True)
class Account:
    """An account on a day: its facts, and the state of an earlier day, if it was assessed before."""

    country: str
    on: date
    owner: str
    known: tuple[Known, ...]
    prior: AccountState | None

    @property
    def rules(self) -> Rulebook:
        return book(self.owner)

    @property
    def half_unit(self) -> Decimal:
        """The least that a line can be credited with: hardware of one minor unit."""
        return Decimal(5).scaleb(-DIGITS[self.country] - 1)

    def facts(self, *more: Known) -> AccountFacts:
        """With later rows in place of earlier ones of the same key."""
        rows = {(type(item), item.key if hasattr(item, "key") else item): item for item in (*self.known, *more)}
        return facts(*rows.values(), account_id=f"P1-{self.country}")

    def state(self, *more: Known, on: date | None = None, after: AccountState | None = None) -> AccountState:
        return assess(self.facts(*more), after or self.prior, self.rules, on or self.on)

    def gaps(self) -> Gaps:
        state = self.state()
        at = Situation(self.facts(), self.rules.at(self.on), state.tier_changes, state.cases)
        return gaps(at, self.rules)


# -- random accounts


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    country, on = draw(st.sampled_from(sorted(CURRENCIES))), draw(st.sampled_from(DAYS))
    bare = Account(country, on, draw(st.sampled_from(OWNERS)), (), None)
    start = draw(st.sampled_from(STARTS))
    people = [fact for number in range(draw(st.integers(0, 3))) for fact in _person(draw, f"own{number}", on)]
    known = [*_entry(draw, country, on, start), *people, *_trainings(draw, country, on), *_revenue(draw, bare)]
    account = replace(bare, known=tuple(known))
    if start in ("lost", "ended"):
        account = replace(account, known=(*known, *_plans(draw, country)))
        account = replace(account, prior=_lost(draw, account) if start == "lost" else _ended(account))
    return account


def _entry(draw: st.DrawFn, country: str, on: date, start: str) -> Iterator[Known]:
    closed = draw(st.sampled_from([None, None, None, "2023-12-01"]))
    yield site(country=country, opened="2020-01-01", closed=closed)
    tiers = {"authorized": "authorized", "advanced": "advanced", "lost": "premier"}
    if start in tiers:
        yield placed(tiers[start], "2023-01-02", country)
    if start != "outside" or draw(st.booleans()):
        yield partner(enrolled="2022-06-01", trading_since="2020-01-01")
    if start != "outside" or draw(st.booleans()):
        yield accepted("2022-06-01")
    if draw(st.booleans()):
        yield accepted("2024-03-02", version="2024-03")


def _person(draw: st.DrawFn, person: str, on: date) -> Iterator[Known]:
    until = draw(st.sampled_from([None, None, None, on, on + timedelta(days=40)]))
    since = draw(st.sampled_from([date(2020, 1, 1), date(2020, 1, 1), on, on + timedelta(days=20)]))
    if until is None or since < until:
        yield employed(person, str(since), str(until) if until else None)
    age = st.sampled_from([0, 1, 100, 400, 700, 729, 730, 731, 800])
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=4)):
        yield certified(person, kind, str(on - timedelta(days=draw(age))))


def _trainings(draw: st.DrawFn, country: str, on: date) -> Iterator[Known]:
    if draw(st.booleans()):
        yield trained("onboarding", "2023-02-01", country)
    age_days = draw(st.sampled_from([None, 0, 100, 300, 364, 365, 366, 367]))
    if age_days is not None:
        yield trained("annual_sales", str(on - timedelta(days=age_days)), country)


def _revenue(draw: st.DrawFn, bare: Account) -> Iterator[Known]:
    """Near a threshold, by half units more or less, last year or this one; returns among it."""
    near = st.sampled_from([0, *THRESHOLDS[bare.country].values()])
    wobble = st.integers(-3, 3)
    last = draw(near) + draw(wobble) * bare.half_unit
    currency = CURRENCIES[bare.country]
    yield opening(2023, str(last), currency, bare.country)
    if draw(st.booleans()) and bare.on >= date(2024, 1, 30):
        frozen = baseline(2023, str(last + draw(wobble) * bare.half_unit), "2024-01-30", currency)
        yield frozen.model_copy(update={"account_id": f"P1-{bare.country}"})
    for part, amount in enumerate((draw(near), draw(st.integers(-100, 400)))):
        credit = str(amount + draw(wobble) * bare.half_unit)
        yield sales(
            "2024-01", credit, known=str(bare.on), account_id=f"P1-{bare.country}", currency=currency, part=part
        )


def _plans(draw: st.DrawFn, country: str) -> Iterator[Known]:
    for year in draw(st.lists(st.sampled_from([2023, 2024]), unique=True)):
        yield plan(year, draw(st.sampled_from(["2023-04-01", "2023-12-01"]))).model_copy(update={"country": country})
    if draw(st.booleans()):
        fulfilled = BrandReview(partner_id="P1", country=country, reviewed_on=date(2023, 11, 1), outcome="fulfilled")
        yield fulfilled if draw(st.booleans()) else fulfilled.model_copy(update={"outcome": "not_fulfilled"})


def _lost(draw: st.DrawFn, account: Account) -> AccountState:
    """Premier by its placement, and lost for its plan or its brand."""
    rule = draw(st.sampled_from(["R-4.1.6", "R-4.1.7", "R-3.3"]))
    to_tier = draw(st.sampled_from([Tier.ADVANCED, Tier.AUTHORIZED]))
    return _changed(account, Tier.PREMIER, to_tier, ChangeReason.DEMOTED, rule)


def _ended(account: Account) -> AccountState:
    return _changed(account, Tier.AUTHORIZED, None, ChangeReason.ENDED, "R-4.1.1")


def _changed(account: Account, before: Tier, after: Tier | None, reason: ChangeReason, rule: str) -> AccountState:
    start = account.state(on=date(2023, 1, 2))
    change = TierChange(
        changed_on=LOST_ON, from_tier=before, to_tier=after, reason=reason, rule=rule, edition="guide-2022"
    )
    starts = start.tier_changes[:1]
    return start.model_copy(
        update={"assessed_on": LOST_ON, "tier_changes": (*starts, change), "tier": after, "memory": Memory(),
                "morning": None, "next_review_on": None}
    )  # fmt: skip


# -- what a gap adds to the facts


@dataclass(frozen=True)
class Deed:
    """A unit of what is missing: one person, one training …; revenue is one deed whatever its amount."""

    name: str
    number: int = 0


def deeds(gap: TierGap, entry: MissingEntry | None) -> list[Deed]:
    """Everything that a gap names, and for an account outside what lets it in."""
    done = [Deed(name) for item in gap.missing for name in _names(item)]
    done += [Deed(name) for name in _entry_names(entry)]
    people = [item.people for item in gap.missing if item.people]
    done += [Deed(one.certification.value, number) for one in people for number in range(one.people)]
    return list(dict.fromkeys(done))


def _names(item: MissingItem) -> Iterator[str]:
    if item.training:
        yield f"training {item.training.value}"
    if item.revenue:
        yield "revenue"
    if item.business_plan is not None:
        yield f"plan {item.business_plan}"
    if item.brand_review:
        yield "brand"
    yield from _entry_names(item.terms)


def _entry_names(entry: MissingEntry | None) -> Iterator[str]:
    if entry is None:
        return
    if entry.enrolment:
        yield "enrolment"
    if entry.placement:
        yield "placement"
    if entry.accept_terms:
        yield f"terms {entry.accept_terms}"
    if entry.open_site:
        yield "site"


@dataclass(frozen=True)
class Doing:
    """Does deeds on a day. `shared`: one person holds several kinds where that is enough, else each person one."""

    account: Account
    gap: TierGap
    on: date
    shared: bool
    revenue_less: Decimal = Decimal(0)

    def facts(self, deeds: list[Deed]) -> list[Known]:
        return [fact for deed in deeds for fact in self._of(deed, deeds)]

    def _of(self, deed: Deed, all_of_them: list[Deed]) -> Iterator[Known]:
        day, country = str(self.on), self.account.country
        match deed.name.split():
            case ["training", kind]:
                yield Training.model_validate(
                    {"partner_id": "P1", "country": country, "training": kind, "completed_on": self.on}
                )
            case ["revenue"]:
                yield self._sale()
            case ["plan", year]:
                yield BusinessPlan(partner_id="P1", country=country, year=int(year), submitted_on=self.on)
            case ["brand"]:
                yield BrandReview(partner_id="P1", country=country, reviewed_on=self.on, outcome="fulfilled")
            case ["terms", version]:
                yield accepted(day, version=version)
            case ["enrolment"]:
                yield partner(enrolled=day, trading_since="2020-01-01")
            case ["site"]:
                yield site("S9", country=country, opened=day)
            case [kind]:
                yield from self._person(CertificationKind(kind), deed.number, all_of_them)

    def _sale(self) -> Known:
        missing = next(item.revenue for item in self.gap.missing if item.revenue)
        assert missing.invoiced_from <= self.on <= missing.invoiced_until
        return sales(
            month_of(self.on), str(missing.amount - self.revenue_less), known=str(self.on),
            account_id=f"P1-{self.account.country}", currency=missing.currency, report="GAP",
        )  # fmt: skip

    def _person(self, kind: CertificationKind, number: int, all_of_them: list[Deed]) -> Iterator[Known]:
        """Newly employed, at the site that is open. An MCIT for an MCIE has run out, unless it is a deed as well."""
        person = f"new{number}" if self.shared else f"new{kind.value}{number}"
        missing_site = any(item.terms and item.terms.open_site for item in self.gap.missing)
        yield employed(person, str(self.on), site_id="S9" if missing_site else "S1")
        day = self.on
        if kind is CertificationKind.MCIE and not (self.shared and Deed("MCIT", number) in all_of_them):
            yield certified(person, "MCIT", str(add_months(self.on, -13 if self._lasts() == 12 else -25)))
            day = add_months(self.on, -2)
        yield certified(person, kind.value, str(day))

    def _lasts(self) -> int:
        return self.account.rules.at(self.on).certification_validity_months
