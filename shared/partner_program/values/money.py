"""Exact money: a decimal amount in one currency. Rounding happens in `Money.rounded` and nowhere else (R-2.2a)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Annotated

from pydantic import PlainSerializer

from .currencies import minor_digits
from .errors import InvalidValue

EXACT = Context(prec=60)
"""Wide enough that sums and products of program amounts are never rounded silently."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217). Amounts keep every decimal they were computed with."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(EXACT.add(self.amount, self._same(other).amount), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(EXACT.subtract(self.amount, self._same(other).amount), self.currency)

    def __neg__(self) -> "Money":
        return Money(EXACT.minus(self.amount), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other).amount

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._same(other).amount

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._same(other).amount

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.currency}"

    def share(self, fraction: Decimal) -> "Money":
        """This amount times a fraction (0.5 is half), unrounded."""
        return Money(EXACT.multiply(self.amount, fraction), self.currency)

    def rounded(self) -> "Money":
        """Rounded half up to the currency's minor unit: the only rounding of the program (R-2.2a)."""
        unit = Decimal(1).scaleb(-minor_digits(self.currency))
        with localcontext(EXACT):
            return Money(self.amount.quantize(unit, rounding=ROUND_HALF_UP), self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise InvalidValue(f"{other.currency} cannot be added to or compared with {self.currency}")
        return other


def zero(currency: str) -> Money:
    """Nothing, in a currency."""
    return Money(Decimal(0), currency)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum of amounts of one currency."""
    result = Decimal(0)
    for amount in amounts:
        result = EXACT.add(result, amount)
    return result


def plain(amount: Decimal) -> str:
    """A decimal as digits, never with an exponent: `Decimal("1E+2")` is `100`, minus zero is `0`."""
    return f"{amount:f}" if amount else f"{abs(amount):f}"


ExactNumber = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]
"""A number in a document: exact; in JSON a text of digits, as formats.md has numbers, and never `0E-8`."""
