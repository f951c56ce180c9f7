"""How amounts, people and percentages are written in findings and statements: exact, with their unit."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from partner_program.values.currencies import minor_digits
from partner_program.values.money import Money, plain

FACTS_NAMED = 50
"""A finding names so many facts at most and counts the rest: an account's state is one item of at most 400 KB."""


def amount_text(amount: Decimal, currency: str) -> str:
    """An exact amount with at least the currency's decimals and no idle zeros beyond: `1250.00 EUR`, `10.125 EUR`."""
    digits = minor_digits(currency)
    whole, _, decimals = plain(amount).partition(".")
    decimals = decimals.rstrip("0").ljust(digits, "0")
    return f"{whole}.{decimals} {currency}" if decimals else f"{whole} {currency}"


def money_text(money: Money) -> str:
    """`amount_text` of a `Money`."""
    return amount_text(money.amount, money.currency)


def percent_text(percent: Decimal) -> str:
    """`2.5 %`, `180 %`."""
    whole, _, decimals = plain(percent).partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals} %" if decimals else f"{whole} %"


def people_text(count: int) -> str:
    """`1 person`, `2 people`."""
    return "1 person" if count == 1 else f"{count} people"


def named(facts: Iterable[str]) -> tuple[str, ...]:
    """Facts in order, the first ones by name, the rest as a number."""
    ordered: Sequence[str] = sorted(facts)
    rest = len(ordered) - FACTS_NAMED
    return (*ordered[:FACTS_NAMED], f"and {rest} more") if rest > 0 else tuple(ordered)
