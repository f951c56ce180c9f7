"""Our tables of currencies and countries against those of pycountry and babel."""

import babel.numbers
import pycountry
import pytest

from partner_program.values.currencies import COUNTRIES, CURRENCIES, minor_digits
from partner_program.values.errors import InvalidValue

NOT_FOR_INVOICES = {
    "XAD", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX",
}  # fmt: skip
"""Metals, bond units, accounting units and the test codes of ISO 4217."""
DISPLAYED_WITHOUT_DECIMALS = {
    "AFN", "ALL", "IQD", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER",
}  # fmt: skip
"""babel follows CLDR, which shows these without the decimals that ISO 4217 gives them (IQD 3, the others 2)."""


def test_every_currency_one_can_invoice_in_is_known_and_no_other() -> None:
    assert {currency.alpha_3 for currency in pycountry.currencies} - NOT_FOR_INVOICES == CURRENCIES


def test_minor_digits_are_those_of_babel_except_where_babel_follows_display_habits() -> None:
    different = {code for code in CURRENCIES if babel.numbers.get_currency_precision(code) != minor_digits(code)}
    assert different == DISPLAYED_WITHOUT_DECIMALS
    assert {code: minor_digits(code) for code in different} == dict.fromkeys(DISPLAYED_WITHOUT_DECIMALS, 2) | {"IQD": 3}


@pytest.mark.catalogue("F49")
@pytest.mark.parametrize(("currency", "digits"), [("JPY", 0), ("EUR", 2), ("KWD", 3), ("CLF", 4)])
def test_minor_digits_differ_by_currency(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.catalogue("F49")
@pytest.mark.parametrize("text", ["XXX", "EURO", "eur", "", "XAU", "DEM"])
def test_what_is_no_currency_in_use_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="ISO 4217"):
        minor_digits(text)


@pytest.mark.catalogue("B43")
def test_countries_are_those_of_iso_3166_so_that_uk_is_none() -> None:
    assert {country.alpha_2 for country in pycountry.countries} == COUNTRIES
    assert "UK" not in COUNTRIES
    assert "GB" in COUNTRIES
