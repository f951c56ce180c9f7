"""What a line costs an account on a day: may it be sold, less which discounts, and what it adds to Sales Revenue.

The project discount comes off the price that the tier discount has left: list × (1 - tier) × (1 - project), kept exact
per unit. A line is rounded once, quantity included, half up to the currency's minor unit: that is what a distributor
bills, and what is held against the same product when the sale is reported (`domain/sales/pos_worth.py`).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from partner_program.domain.facts import Product
from partner_program.domain.model import Document
from partner_program.domain.wording import percent_text
from partner_program.rulebook import Access, Benefit, Rules
from partner_program.values.money import EXACT, ExactNumber, Money, plain
from partner_program.values.tiers import Tier

_NO_PRODUCT, _UNCERTIFIED, _FULL, _PROJECT = "R-4.2.1", "R-4.2.3", "R-4.2.4", "R-4.2.6"
_ONE, _PER_CENT = Decimal(1), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Buyer:
    """An account on the day of the rules: its currency, its tier, the kinds of certification it holds."""

    rules: Rules
    currency: str
    tier: Tier | None
    held: frozenset[str]

    @property
    def on(self) -> date:
        """The day."""
        return self.rules.on


class Permission(Document):
    """Whether an account has something on the day, by which rule, and why."""

    granted: bool
    rule: str
    why: str


class Excluded(Document):
    """What of a line is not in the price, by which rule, and why: the whole `line`, or its `project_discount`."""

    line: int
    sku: str
    what: str
    rule: str
    why: str


class PricedLine(Document):
    """A line with its price, amounts in the account's currency.

    Percentages are those applied. `net_unit_price` is exact, `amount` rounded to the minor unit. `credit` is what the
    line adds to Sales Revenue once it is billed, exact (R-2.2a). All four are None for a line that may not be sold.
    """

    line: int
    sku: str
    name: str
    category: str
    family: str
    quantity: int
    list_unit_price: ExactNumber
    list_amount: ExactNumber
    may_sell: Permission
    tier_discount_pct: ExactNumber | None = None
    project_discount_pct: ExactNumber | None = None
    net_unit_price: ExactNumber | None = None
    amount: ExactNumber | None = None
    credit_pct: ExactNumber | None = None
    credit: ExactNumber | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line as it is asked for; `number` counts from 1."""

    number: int
    product: Product
    quantity: int
    list_unit_price: Decimal
    project_discount_pct: Decimal


def priced(wanted: Wanted, buyer: Buyer) -> tuple[PricedLine, tuple[Excluded, ...]]:
    """The line, and what of it is excluded. Raises `NotFound` for a product class that the rulebook does not know."""
    product, rules = wanted.product, buyer.rules
    may_sell = may_sell_product(product, buyer)
    line = PricedLine(
        line=wanted.number,
        sku=product.sku,
        name=product.name,
        category=product.category,
        family=product.family,
        quantity=wanted.quantity,
        list_unit_price=wanted.list_unit_price,
        list_amount=_rounded(wanted.list_unit_price, wanted, buyer),
        may_sell=may_sell,
    )
    if buyer.tier is None or not may_sell.granted:
        return line, (_excluded(wanted, "line", may_sell),)
    tier_pct = rules.tier_discount_pct(buyer.tier) if rules.tier_discount_applies(product.category) else Decimal(0)
    project_pct, excluded = _project_discount(wanted, buyer)
    net = _less(_less(wanted.list_unit_price, tier_pct), project_pct)
    amount, share = _rounded(net, wanted, buyer), rules.credit_share(product.category)
    update = {
        "tier_discount_pct": tier_pct,
        "project_discount_pct": project_pct,
        "net_unit_price": _tidy(net),
        "amount": amount,
        "credit_pct": _tidy(EXACT.divide(share, _PER_CENT)),
        "credit": EXACT.multiply(amount, share),
    }
    return line.model_copy(update=update), excluded


def may_sell_product(product: Product, buyer: Buyer) -> Permission:
    """R-4.2.3 for the families that need no certification, R-4.2.4 for all others.

    Services and trainings are no program products (R-4.2.1), so they are in no portfolio: every tier has them, as
    Authorized accounts need the trainings that lead to the certifications of Advanced.
    """
    if buyer.tier is not None and not buyer.rules.tier_discount_applies(product.category):
        why = f"No program product, but {product.category}: every tier has it."
        return Permission(granted=True, rule=_NO_PRODUCT, why=why)
    return permission(_UNCERTIFIED if product.family in buyer.rules.uncertified_families else _FULL, buyer)


def permission(rule: str, buyer: Buyer) -> Permission:
    """Whether the account has a benefit of section 4.2 on the day, with the certifications that are held then."""
    if buyer.tier is None:
        return Permission(granted=False, rule=rule, why=f"The account has no tier on {buyer.on}.")
    benefit = buyer.rules.benefit(rule, buyer.tier)
    granted = benefit.granted(buyer.held)
    has = "has" if granted else "does not have"
    why = f"{buyer.tier.capitalize()} {has} it on {buyer.on}{_terms(benefit, buyer)}: {benefit.name}."
    return Permission(granted=granted, rule=rule, why=why)


def _terms(benefit: Benefit, buyer: Buyer) -> str:
    """Which certifications it is for, or for lack of which it is not."""
    if benefit.access is not Access.CERTIFIED:
        return ""
    lacking = [kind for kind in benefit.certifications if kind not in buyer.held]
    return f" without {' and '.join(lacking)}" if lacking else f", holding {' and '.join(benefit.certifications)}"


def _project_discount(wanted: Wanted, buyer: Buyer) -> tuple[Decimal, tuple[Excluded, ...]]:
    """R-4.2.6: what is asked for, where project discounts are open to the account on the day.

    On whatever it sells, as reports of sales are judged too (R-2.2a): off the list price where there is no tier
    discount for it to come on top of.
    """
    asked = wanted.project_discount_pct
    granted = permission(_PROJECT, buyer)
    if not asked or granted.granted:
        return asked, ()
    return Decimal(0), (_excluded(wanted, f"project discount of {percent_text(asked)}", granted),)


def _excluded(wanted: Wanted, what: str, because: Permission) -> Excluded:
    return Excluded(line=wanted.number, sku=wanted.product.sku, what=what, rule=because.rule, why=because.why)


def _less(price: Decimal, percent: Decimal) -> Decimal:
    return EXACT.multiply(price, EXACT.subtract(_ONE, EXACT.multiply(percent, _PER_CENT)))


def _rounded(unit_price: Decimal, wanted: Wanted, buyer: Buyer) -> Decimal:
    """The one rounding of a line: half up to the currency's minor unit, after the quantity."""
    return Money(EXACT.multiply(unit_price, Decimal(wanted.quantity)), buyer.currency).rounded().amount


def _tidy(number: Decimal) -> Decimal:
    """The same number without idle zeros: products of percentages have many."""
    return Decimal(plain(number.normalize(EXACT)))


__all__ = ["Buyer", "Excluded", "Permission", "PricedLine", "Wanted", "may_sell_product", "permission", "priced"]
