"""Money is exact until it is rounded once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.model import Document
from partner_program.values.errors import InvalidValue
from partner_program.values.money import ExactNumber, Money, plain, total, zero

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False, allow_infinity=False)


@pytest.mark.rule("R-2.2a")
@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("10.0049", "EUR", "10.00"), ("10.005", "EUR", "10.01"), ("10.0051", "EUR", "10.01"),
        ("10.4999", "JPY", "10"), ("10.5", "JPY", "11"), ("11.5", "JPY", "12"),
        ("1.0004", "KWD", "1.000"), ("1.0005", "KWD", "1.001"), ("0.00005", "CLF", "0.0001"),
    ],
)  # fmt: skip
def test_rounding_is_half_up_to_the_minor_unit_of_the_currency(amount: str, currency: str, rounded: str) -> None:
    assert str(Money(Decimal(amount), currency).rounded().amount) == rounded


@pytest.mark.rule("R-2.2a")
@given(st.lists(amounts, max_size=30))
def test_a_sum_keeps_every_decimal(parts: list[Decimal]) -> None:
    assert Fraction(total(parts)) == sum(map(Fraction, parts), Fraction(0))


@pytest.mark.rule("R-2.2a")
@given(amounts, st.decimals(min_value=0, max_value=1, places=6))
def test_a_share_of_an_amount_is_exact(amount: Decimal, share: Decimal) -> None:
    assert Fraction(Money(amount, "EUR").share(share).amount) == Fraction(amount) * Fraction(share)


@given(amounts, amounts)
def test_taking_away_what_was_added_gives_the_same_money_back(first: Decimal, second: Decimal) -> None:
    assert Money(first, "EUR") + Money(second, "EUR") - Money(second, "EUR") == Money(first, "EUR")


@given(amounts, amounts)
def test_money_orders_by_amount(first: Decimal, second: Decimal) -> None:
    one, two = Money(first, "EUR"), Money(second, "EUR")
    assert (one < two, one <= two, one > two, one >= two) == (
        first < second,
        first <= second,
        first > second,
        first >= second,
    )


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_money_of_two_currencies_never_mixes(operation: str) -> None:
    with pytest.raises(InvalidValue, match="CHF cannot be added to or compared with EUR"):
        getattr(Money(Decimal(1), "EUR"), operation)(Money(Decimal(1), "CHF"))


def test_the_negative_of_nothing_is_nothing() -> None:
    assert str(-zero("EUR")) == "0 EUR"


@pytest.mark.catalogue("B30")
@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1E+2", "100"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("1E-7", "0.0000001"),
        ("-12.50", "-12.50"),
        ("0E+3", "0"),
    ],
)
def test_amounts_are_written_as_plain_digits(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


def test_an_amount_of_forty_digits_is_summed_without_loss() -> None:
    large = Decimal("1234567890123456789012345678901234567.001")
    assert total([large, Decimal("0.001")]) == Decimal("1234567890123456789012345678901234567.002")


class Kept(Document):
    """A document with numbers."""

    number: ExactNumber
    several: dict[str, ExactNumber | None]


@pytest.mark.parametrize(
    ("number", "text"),
    [("0E-8", "0.00000000"), ("1E-7", "0.0000001"), ("1E+2", "100"), ("-0", "0"), ("-1.50", "-1.50"), ("0.10", "0.10")],
)
def test_a_number_of_a_document_is_digits_in_json_and_comes_back_as_it_was(number: str, text: str) -> None:
    kept = Kept(number=Decimal(number), several={"a": Decimal(number), "b": None})
    assert kept.model_dump(mode="json") == {"number": text, "several": {"a": text, "b": None}}
    assert Kept.model_validate_json(kept.model_dump_json()) == kept
    assert kept.model_dump()["number"].as_tuple() == Decimal(number).as_tuple()
