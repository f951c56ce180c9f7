"""What a well-formed sales line is worth to which account, or what holds it (R-2.2a, R-2.3, R-4.2.1, R-8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from partner_program.domain.facts import Product, Site
from partner_program.domain.files.outcomes import Flag, ReasonCode
from partner_program.domain.sales.pos_lines import SalesLine
from partner_program.rulebook import NotInForce, Rulebook, Rules
from partner_program.values.currencies import minor_digits
from partner_program.values.money import EXACT
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier

_ONE = Decimal(1)
_ZERO = Decimal(0)
_PER_CENT = Decimal("0.01")


class Cause(NamedTuple):
    """Why a line is held. `waits_for` names the record that can mend it (`SITE#…`), None where a person must."""

    code: ReasonCode
    column: str
    message: str
    waits_for: str | None = None


class Worth(NamedTuple):
    """What a line adds: credit (unrounded, in the line's currency) of a product class to an account, and its flags."""

    account_id: str
    product_class: str
    credit: Decimal
    flags: tuple[Flag, ...]


class TierHistory:
    """Tiers of accounts by day, from the changes of each in order."""

    def __init__(self, changes: Mapping[str, tuple[tuple[date, Tier | None], ...]]) -> None:
        self._changes = changes

    def on(self, account_id: str, day: date) -> Tier | None:
        """The tier of that day; None for an account that is not known or was not yet in the program."""
        held: Tier | None = None
        for changed_on, tier in self._changes.get(account_id, ()):
            if changed_on <= day:
                held = tier
        return held


class DayRules:
    """The rules of one invoice date that sales lines ask for, each asked of the rulebook once. Raises `NotInForce`."""

    def __init__(self, rules: Rules, day: date, today: date) -> None:
        self.shares = {name: rules.credit_share(name) for name in rules.product_classes}
        self.discounted = frozenset(name for name in rules.product_classes if rules.tier_discount_applies(name))
        self.discounts = {tier: rules.tier_discount_pct(tier) for tier in Tier}
        self.tolerance = rules.price_tolerance_minor_units
        self.currencies = {country.code: country.currency for country in rules.countries}
        self.closed = _closed(day, today, rules.accelerator.close_days)


def _closed(day: date, today: date, close_days: int) -> tuple[Flag, ...]:
    """Whether the books of the day's year, or else of its quarter, were closed before today (R-5.4d)."""
    if today > Quarter(day.year, 4).closes_on(close_days):
        return (Flag.CLOSED_YEAR,)
    return (Flag.CLOSED_QUARTER,) if today > Quarter.of(day).closes_on(close_days) else ()


@dataclass(slots=True)
class Reference:
    """Everything that the lines of one report are held against."""

    distributor_id: str
    distributor_known: bool
    rulebook: Rulebook
    today: date
    sites: Mapping[str, Site]
    products: Mapping[str, Product]
    tiers: TierHistory
    _days: dict[date, DayRules | None] = field(default_factory=dict)

    def rules_on(self, day: date) -> DayRules | None:
        """The rules in force on a day, None where the rulebook has none."""
        if day not in self._days:
            try:
                self._days[day] = DayRules(self.rulebook.at(day), day, self.today)
            except NotInForce:
                self._days[day] = None
        return self._days[day]


def judge(line: SalesLine, reference: Reference) -> Worth | tuple[Cause, ...]:
    """What a line is worth, or everything that stands against it; the first cause decides its reason code."""
    rules = reference.rules_on(line.invoice_date)
    if rules is None:
        return (Cause(ReasonCode.NO_RULES_IN_FORCE, "invoice_date", "the rulebook has no rules for that day"),)
    site = reference.sites.get(line.site_id)
    product = reference.products.get(line.sku)
    causes: list[Cause] = []
    if not reference.distributor_known:
        dependency = f"DISTRIBUTOR#{reference.distributor_id}"
        causes.append(Cause(ReasonCode.UNKNOWN_DISTRIBUTOR, "distributor_id", "no such distributor", dependency))
    causes += _against_site(line, site)
    causes += _against_country(line, rules)
    causes += _against_product(line, product)
    if causes or site is None or product is None:
        return tuple(causes)
    account, name = site.account_id, product.category
    tier = reference.tiers.on(account, line.invoice_date)
    flags = _price_flags(line, rules) + _tier_flags(line, name, rules, tier) + rules.closed
    return Worth(account, name, EXACT.multiply(line.final_amount, rules.shares[name]), flags)


def _against_site(line: SalesLine, site: Site | None) -> list[Cause]:
    """A sale is credited to the account of its site, or to no one."""
    dependency = f"SITE#{line.site_id}"
    if site is None:
        return [Cause(ReasonCode.UNKNOWN_SITE, "partner_site_id", "no such site", dependency)]
    causes = []
    if not site.is_open_on(line.invoice_date):
        message = "the site was not open on the invoice date"
        causes.append(Cause(ReasonCode.SITE_NOT_OPEN, "partner_site_id", message, dependency))
    if site.country != line.country:
        message = "the site is in another country"
        causes.append(Cause(ReasonCode.SITE_IN_OTHER_COUNTRY, "country", message, dependency))
    return causes


def _against_country(line: SalesLine, rules: DayRules) -> list[Cause]:
    currency = rules.currencies.get(line.country)
    if currency is None:
        return [Cause(ReasonCode.COUNTRY_NOT_IN_PROGRAM, "country", "the program does not run in this country")]
    if currency != line.currency:
        return [Cause(ReasonCode.OTHER_CURRENCY, "currency", f"accounts there are kept in {currency}")]
    return []


def _against_product(line: SalesLine, product: Product | None) -> list[Cause]:
    dependency = f"PRODUCT#{line.sku}"
    if product is None:
        return [Cause(ReasonCode.UNKNOWN_SKU, "sku", "no such product", dependency)]
    if line.category and line.category != product.category:
        message = f"the product is recorded as {product.category}"
        return [Cause(ReasonCode.CATEGORY_MISMATCH, "product_category", message, dependency)]
    return []


def _price_flags(line: SalesLine, rules: DayRules) -> tuple[Flag, ...]:
    """Billed amount against list price times quantity less both discounts, with a tolerance per unit (R-2.2a).

    The project discount comes off the price that the tier discount has left.
    """
    times = EXACT.multiply
    expected = times(line.list_unit_price, Decimal(line.quantity))
    for discount in (line.tier_discount_pct, line.project_discount_pct):
        expected = times(expected, EXACT.subtract(_ONE, times(discount, _PER_CENT)))
    minor_units = times(rules.tolerance, Decimal(abs(line.quantity)))
    tolerance = minor_units.scaleb(-minor_digits(line.currency), EXACT)
    return (Flag.PRICE_DEVIATION,) if EXACT.abs(EXACT.subtract(line.final_amount, expected)) > tolerance else ()


def _tier_flags(line: SalesLine, product_class: str, rules: DayRules, tier: Tier | None) -> tuple[Flag, ...]:
    """The stated tier discount against the one that the account had (R-2.3, R-4.2.1).

    Where no tier is known for that day nothing can be said, except of products that never carry the discount.
    """
    if product_class not in rules.discounted:
        due = _ZERO
    elif tier is None:
        return ()
    else:
        due = rules.discounts[tier]
    return () if line.tier_discount_pct == due else (Flag.WRONG_TIER_DISCOUNT,)
