"""Regions, countries, currencies and thresholds."""

from datetime import date

import pytest

from partner_program.rulebook import Country, CountryNotInProgram, load_rulebook
from partner_program.values.currencies import COUNTRIES, minor_digits
from partner_program.values.errors import NotFound
from partner_program.values.money import Money
from partner_program.values.tiers import Tier

RULES = load_rulebook().at(date(2024, 5, 17))
AMERICAS = "US CA MX BR CL CO AR"
EUROPEAN_UNION = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
MORE_OF_EMEA = "GB NO CH IS TR AE SA QA KW ZA IL EG"
APAC = "AU NZ JP SG IN KR MY TH ID PH VN HK TW"


@pytest.mark.rule("R-9")
@pytest.mark.parametrize(
    ("region", "codes"), [("Americas", AMERICAS), ("EMEA", EUROPEAN_UNION), ("EMEA", MORE_OF_EMEA), ("APAC", APAC)]
)
def test_each_country_belongs_to_its_region(region: str, codes: str) -> None:
    assert {RULES.country(code).region for code in codes.split()} == {region}


@pytest.mark.rule("R-9")
@pytest.mark.parametrize(
    ("region", "contact"),
    [
        ("Americas", "americassalessupport@milestonesys.com"),
        ("EMEA", "emeasalessupport@milestonesys.com"),
        ("APAC", "apacsalessupport@milestonesys.com"),
    ],
)
def test_each_region_has_the_support_contact_of_the_guide(region: str, contact: str) -> None:
    assert RULES.region(region).support_contact == contact
    assert [item.id for item in RULES.regions] == ["Americas", "EMEA", "APAC"]


def test_an_unknown_region_is_an_error() -> None:
    with pytest.raises(NotFound):
        RULES.region("Atlantis")


def test_country_codes_are_of_iso_3166_and_are_listed_in_order() -> None:
    codes = [country.code for country in RULES.countries]
    assert codes == sorted(codes)
    assert set(codes) <= COUNTRIES
    assert len(codes) >= 60


@pytest.mark.parametrize("code", ["XX", "uk", "UK", "", "DE.x", "*"])
def test_a_country_outside_the_program_is_a_typed_error(code: str) -> None:
    with pytest.raises(CountryNotInProgram):
        RULES.country(code)
    with pytest.raises(CountryNotInProgram):
        RULES.revenue_threshold(code, Tier.PREMIER)


@pytest.mark.rule("R-4.1.2")
@pytest.mark.parametrize("country", RULES.countries, ids=lambda country: str(country.code))
def test_every_country_has_three_ascending_thresholds_in_its_currency_all_assumed(country: Country) -> None:
    thresholds = [RULES.revenue_threshold(country.code, tier) for tier in Tier]
    assert {threshold.currency for threshold in thresholds} == {country.currency}
    assert thresholds[0] < thresholds[1] < thresholds[2]
    assert all(threshold == threshold.rounded() for threshold in thresholds)
    assert all(RULES.basis(RULES.revenue_threshold_id(country.code, tier)) == "assumed" for tier in Tier)
    assert minor_digits(country.currency) in {0, 2, 3}


@pytest.mark.rule("R-4.1.2")
def test_thresholds_differ_by_region() -> None:
    assert RULES.revenue_threshold("DE", Tier.PREMIER) == Money(
        RULES.revenue_threshold("FR", Tier.PREMIER).amount, "EUR"
    )
    assert RULES.revenue_threshold("US", Tier.PREMIER).amount != RULES.revenue_threshold("DE", Tier.PREMIER).amount


@pytest.mark.rule("R-4.1.2")
def test_a_countrys_own_threshold_stands_before_that_of_its_region_and_currency() -> None:
    rules = load_rulebook("guide-2022", '"revenue_threshold.country.LU.premier" = 150000').at(date(2024, 1, 1))
    assert rules.revenue_threshold("LU", Tier.PREMIER).amount == 150000
    assert rules.revenue_threshold_id("LU", Tier.PREMIER) == "revenue_threshold.country.LU.premier"
    assert rules.revenue_threshold_id("LU", Tier.ADVANCED) == "revenue_threshold.EMEA.EUR.advanced"
    assert rules.revenue_threshold("DE", Tier.PREMIER).amount == 250000


@pytest.mark.rule("R-4.1.2")
def test_a_country_whose_own_threshold_is_withdrawn_falls_back_to_its_region() -> None:
    text = '"revenue_threshold.country.LU.premier" = [{ from = 2022-01-01, value = 150000 }, { from = 2025-01-01 }]'
    book = load_rulebook("guide-2022", text)
    assert book.at(date(2024, 12, 31)).revenue_threshold("LU", Tier.PREMIER).amount == 150000
    assert book.at(date(2025, 1, 1)).revenue_threshold("LU", Tier.PREMIER).amount == 250000
