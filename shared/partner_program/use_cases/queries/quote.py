"""A price quote: what a basket costs an account on a day, what of it it may not sell or have, and why (R-4.2)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Protocol

from pydantic import Field, StrictInt

from partner_program.domain.asked import AskedWrongly, Day, Mistake, PercentText, PriceText
from partner_program.domain.facts import Product
from partner_program.domain.model import Document
from partner_program.domain.pricing.basket import Buyer, Excluded, PricedLine, Wanted, priced
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.what_if.changes import Currency
from partner_program.rulebook import Rulebook
from partner_program.use_cases.ports import AccountStore, Clock
from partner_program.use_cases.queries.asked import rules_asked_for
from partner_program.values.errors import NotFound
from partner_program.values.ids import Id
from partner_program.values.money import EXACT, ExactNumber, total
from partner_program.values.tiers import Tier

MOST_LINES = 100
MOST_UNITS = 1_000_000


class Products(Protocol):
    """Where products are looked up."""

    def products(self, skus: Iterable[str]) -> Mapping[str, Product]:
        """Those that exist, by sku."""
        ...


class QuoteLine(Document):
    """So many of a product at a list price of one unit, in the account's currency.

    `project_discount_pct` is what was agreed for the project; it comes on top of the tier discount (R-4.2.6).
    """

    sku: Id
    quantity: Annotated[StrictInt, Field(ge=1, le=MOST_UNITS)]
    list_unit_price: PriceText
    project_discount_pct: PercentText = Decimal(0)


class QuoteRequest(Document):
    """A basket, for a day (without `on`, today). `currency`, where it is given, must be the account's."""

    on: Day | None = None
    currency: Currency | None = None
    lines: Annotated[list[QuoteLine], Field(min_length=1, max_length=MOST_LINES)]


class QuoteTotals(Document):
    """Of the lines that may be sold: list price, discounts, the amount to pay, and what it adds to Sales Revenue."""

    list_amount: ExactNumber
    discount: ExactNumber
    amount: ExactNumber
    credit: ExactNumber


class Quote(Document):
    """A basket with its prices in `currency`, binding nobody: nothing of it is stored.

    `tier` is the one held on `tier_as_of`: `on`, or today for a day to come. `held` are the kinds of certification that
    somebody of the account holds on `on`. A line's amount is rounded once, half up to the currency's minor unit, after
    list price × quantity × (1 - tier discount) × (1 - project discount); unit prices and credits are exact.
    """

    account_id: str
    on: date
    tier: Tier | None
    tier_as_of: date
    held: tuple[str, ...]
    currency: str
    edition: str
    lines: tuple[PricedLine, ...]
    excluded: tuple[Excluded, ...]
    totals: QuoteTotals


class QuoteBasket:
    """Four reads, whatever is asked: state, the partner's facts, revenue of the year, and the basket's products."""

    def __init__(self, accounts: AccountStore, products: Products, rulebook: Rulebook, clock: Clock) -> None:
        self._accounts = accounts
        self._products = products
        self._rulebook = rulebook
        self._clock = clock

    def __call__(self, account_id: str, asked: QuoteRequest) -> Quote:
        """The quote. Raises `AskedWrongly` with every mistake of the basket, `NotFound` for an account without a state.

        `NotInForce` before the rulebook's first day, `CountryNotInProgram` on a day without the account's country.
        """
        today = self._clock.today()
        day = asked.on or today
        tier_as_of = min(day, today)
        facts, stored = self._accounts.load(account_id, today.year)
        if stored.state is None:
            raise NotFound("There is no such account.")
        rules = rules_asked_for(self._rulebook, day, "/on")
        buyer = Buyer(
            rules=rules,
            currency=rules.country(facts.country).currency,
            tier=stored.state.tier_on(tier_as_of),
            held=Situation(facts, rules).held,
        )
        wanted = self._wanted(asked, buyer)
        lines = [priced(one, buyer) for one in wanted]
        return Quote(
            account_id=account_id,
            on=day,
            tier=buyer.tier,
            tier_as_of=tier_as_of,
            held=tuple(sorted(buyer.held)),
            currency=buyer.currency,
            edition=rules.edition,
            lines=tuple(line for line, _ in lines),
            excluded=tuple(item for _, items in lines for item in items),
            totals=_totals([line for line, _ in lines if line.amount is not None]),
        )

    def _wanted(self, asked: QuoteRequest, buyer: Buyer) -> list[Wanted]:
        products = self._products.products({line.sku for line in asked.lines})
        mistakes = [
            Mistake(f"/lines/{index}/sku", "unknown_sku", "there is no such product")
            for index, line in enumerate(asked.lines)
            if line.sku not in products
        ]
        if asked.currency not in (None, buyer.currency):
            mistakes.insert(0, Mistake("/currency", "other_currency", f"the account is kept in {buyer.currency}"))
        if mistakes:
            raise AskedWrongly(mistakes)
        return [
            Wanted(number, products[line.sku], line.quantity, line.list_unit_price, line.project_discount_pct)
            for number, line in enumerate(asked.lines, start=1)
        ]


def _totals(lines: Sequence[PricedLine]) -> QuoteTotals:
    """Sums of what is rounded already; of credits, which are exact."""
    listed, amount = total(line.list_amount for line in lines), total(line.amount or Decimal(0) for line in lines)
    return QuoteTotals(
        list_amount=listed,
        discount=EXACT.subtract(listed, amount),
        amount=amount,
        credit=total(line.credit or Decimal(0) for line in lines),
    )


__all__ = ["MOST_LINES", "MOST_UNITS", "Products", "Quote", "QuoteBasket", "QuoteLine", "QuoteRequest", "QuoteTotals"]
