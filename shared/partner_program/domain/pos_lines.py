"""POS lines: a row of a distributor's report → a typed sales line → what it is worth to which account (R-2.2a, R-8).

`LineParser` finds what is wrong in a line by itself (rejected); `judge` what is wrong between a line and the records
(held until mended), and otherwise its credit and flags.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from partner_program.domain.delimited import Columns, Row
from partner_program.domain.facts import Product, Site
from partner_program.domain.outcomes import Flag, ReasonCode, Rejection
from partner_program.domain.pos_cells import CellReader
from partner_program.rulebook import CountryNotInProgram, NotInForce, Rulebook, Rules
from partner_program.values.currencies import minor_digits
from partner_program.values.money import EXACT
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier

POS_COLUMNS = Columns(
    required=(
        "report_id", "distributor_id", "invoice_number", "line_number", "invoice_date", "partner_site_id", "country",
        "currency", "sku", "quantity", "list_unit_price", "tier_discount_pct", "project_discount_pct", "final_amount",
    ),
    optional=("product_category",),
)  # fmt: skip

_ONE = Decimal(1)
_ZERO = Decimal(0)
_PER_CENT = Decimal("0.01")


class SalesLine(NamedTuple):
    """One well-formed invoice line. Amounts in `currency`, discounts in percent. `line` is where the row starts.

    `content_hash` covers everything but the line's name, its report and the optional category: two reports of the
    same sale have the same hash, however they write their zeros.
    """

    line: int
    invoice_number: str
    line_number: int
    invoice_date: date
    site_id: str
    country: str
    currency: str
    sku: str
    category: str
    quantity: int
    list_unit_price: Decimal
    tier_discount_pct: Decimal
    project_discount_pct: Decimal
    final_amount: Decimal
    content_hash: str


class LineParser:
    """Rows → sales lines. A line dated after `today` is rejected: nobody has sold in the future."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._cells = CellReader()

    def parse(self, row: Row) -> SalesLine | tuple[Rejection, ...]:
        """The line, or all its mistakes in the order of the columns; the first decides its reason code."""
        cells = self._cells
        cells.turn_to(row.line, row.cells)
        invoice_number = cells.id("invoice_number")
        line_number = cells.line_number("line_number")
        invoice_date = cells.day("invoice_date")
        if invoice_date > self._today:
            cells.wrong(ReasonCode.FUTURE_DATE, "invoice_date", "the invoice date is in the future")
        site_id = cells.id("partner_site_id")
        country = cells.country("country")
        currency = cells.currency("currency")
        sku = cells.id("sku")
        category = cells.category("product_category")
        quantity = cells.quantity("quantity")
        list_unit_price = cells.price("list_unit_price")
        tier_discount_pct = cells.percent("tier_discount_pct")
        project_discount_pct = cells.percent("project_discount_pct")
        final_amount = cells.amount("final_amount", currency)
        if quantity and final_amount and (quantity < 0) != (final_amount < _ZERO):
            cells.wrong(ReasonCode.SIGN_MISMATCH, "final_amount", "amount and quantity differ in sign")
        if cells.mistakes:
            return tuple(cells.mistakes)
        content = (
            f"{invoice_date}|{site_id}|{country}|{currency}|{sku}|{quantity}|{_canonical(list_unit_price)}"
            f"|{_canonical(tier_discount_pct)}|{_canonical(project_discount_pct)}|{_canonical(final_amount)}"
        )
        return SalesLine(
            row.line, invoice_number, line_number, invoice_date, site_id, country, currency, sku, category, quantity,
            list_unit_price, tier_discount_pct, project_discount_pct, final_amount,
            hashlib.blake2b(content.encode(), digest_size=16).hexdigest(),
        )  # fmt: skip


def _canonical(number: Decimal) -> str:
    """One text for one number: `10.50` and `10.5` are the same money."""
    return f"{number.normalize(EXACT):f}"


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


@dataclass(slots=True)
class Reference:
    """Everything that lines of one report are held against. `tiers` gives an account's tier changes, if it has any."""

    distributor_id: str
    distributor_known: bool
    rulebook: Rulebook
    today: date
    sites: Mapping[str, Site]
    products: Mapping[str, Product]
    tiers: "TierHistory"
    _rules: dict[date, Rules | None] = field(default_factory=dict)
    _closed: dict[date, tuple[Flag, ...]] = field(default_factory=dict)

    def rules_on(self, day: date) -> Rules | None:
        """The rules in force on a day, None where the rulebook does not reach back that far."""
        if day not in self._rules:
            try:
                self._rules[day] = self.rulebook.at(day)
            except NotInForce:
                self._rules[day] = None
        return self._rules[day]

    def closed_flags(self, day: date, rules: Rules) -> tuple[Flag, ...]:
        """Whether the books of the day's quarter or year were closed before today (R-5.4d)."""
        if day not in self._closed:
            close_days = rules.accelerator.close_days
            quarter = Quarter.of(day)
            flags: tuple[Flag, ...] = ()
            if self.today > Quarter(day.year, 4).closes_on(close_days):
                flags = (Flag.CLOSED_YEAR,)
            elif self.today > quarter.closes_on(close_days):
                flags = (Flag.CLOSED_QUARTER,)
            self._closed[day] = flags
        return self._closed[day]


class TierHistory:
    """Tiers of accounts by day. An account that is not known, or not yet in the program that day, has none."""

    def __init__(self, changes: Mapping[str, tuple[tuple[date, Tier], ...]]) -> None:
        self._changes = changes

    def on(self, account_id: str, day: date) -> Tier | None:
        held = None
        for changed_on, tier in self._changes.get(account_id, ()):
            if changed_on <= day:
                held = tier
        return held


def judge(line: SalesLine, reference: Reference) -> Worth | tuple[Cause, ...]:
    """What a well-formed line is worth, or everything that stands against it; the first cause decides its code."""
    rules = reference.rules_on(line.invoice_date)
    if rules is None:
        return (Cause(ReasonCode.NO_RULES_IN_FORCE, "invoice_date", "the rulebook has no rules for that day"),)
    site = reference.sites.get(line.site_id)
    product = reference.products.get(line.sku)
    causes: list[Cause] = []
    if not reference.distributor_known:
        dependency = f"DISTRIBUTOR#{reference.distributor_id}"
        causes.append(Cause(ReasonCode.UNKNOWN_DISTRIBUTOR, "distributor_id", "no such distributor", dependency))
    causes.extend(_against_site(line, site))
    causes.extend(_against_country(line, rules))
    causes.extend(_against_product(line, product))
    if causes or site is None or product is None:
        return tuple(causes)
    account = site.account_id
    credit = EXACT.multiply(line.final_amount, rules.credit_share(product.category))
    flags = _price_flags(line, rules) + _tier_flags(line, product, rules, reference.tiers.on(account, line.invoice_date))
    return Worth(account, product.category, credit, flags + reference.closed_flags(line.invoice_date, rules))


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


def _against_country(line: SalesLine, rules: Rules) -> list[Cause]:
    try:
        country = rules.country(line.country)
    except CountryNotInProgram:
        return [Cause(ReasonCode.COUNTRY_NOT_IN_PROGRAM, "country", "the program does not run in this country")]
    if country.currency != line.currency:
        return [Cause(ReasonCode.OTHER_CURRENCY, "currency", f"accounts there are kept in {country.currency}")]
    return []


def _against_product(line: SalesLine, product: Product | None) -> list[Cause]:
    dependency = f"PRODUCT#{line.sku}"
    if product is None:
        return [Cause(ReasonCode.UNKNOWN_SKU, "sku", "no such product", dependency)]
    if line.category and line.category != product.category:
        message = f"the product is recorded as {product.category}"
        return [Cause(ReasonCode.CATEGORY_MISMATCH, "product_category", message, dependency)]
    return []


def _price_flags(line: SalesLine, rules: Rules) -> tuple[Flag, ...]:
    """Billed against list × quantity × (1 − tier) × (1 − project), with a tolerance for each unit sold (R-2.2a)."""
    times = EXACT.multiply
    expected = times(line.list_unit_price, Decimal(line.quantity))
    for discount in (line.tier_discount_pct, line.project_discount_pct):
        expected = times(expected, EXACT.subtract(_ONE, times(discount, _PER_CENT)))
    minor_units = times(rules.price_tolerance_minor_units, Decimal(abs(line.quantity)))
    tolerance = minor_units.scaleb(-minor_digits(line.currency), EXACT)
    difference = EXACT.abs(EXACT.subtract(line.final_amount, expected))
    return (Flag.PRICE_DEVIATION,) if difference > tolerance else ()


def _tier_flags(line: SalesLine, product: Product, rules: Rules, tier: Tier | None) -> tuple[Flag, ...]:
    """The stated tier discount against the one that the account had (R-2.3, R-4.2.1).

    Where no tier is known for that day nothing can be said, except of products that never carry the discount.
    """
    if not rules.tier_discount_applies(product.category):
        due = _ZERO
    elif tier is None:
        return ()
    else:
        due = rules.tier_discount_pct(tier)
    return () if line.tier_discount_pct == due else (Flag.WRONG_TIER_DISCOUNT,)
