"""What an owner's file does to an edition."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from partner_program.rulebook import Basis, Level, Rulebook, load_rulebook
from partner_program.values.money import Money
from partner_program.values.tiers import Tier

EVENTS = Path(__file__).parents[3] / "events" / "rulebooks"
DAY = date(2024, 6, 1)


def owned(text: str) -> Rulebook:
    return load_rulebook("guide-2022", text)


def changed(book: Rulebook) -> set[str]:
    """Ids whose values differ from the edition's."""
    package = {entry.id: entry.values for entry in load_rulebook(book.edition).entries}
    return {entry.id for entry in book.entries if package.get(entry.id) != entry.values}


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "\ufeff# with a byte order mark"])
def test_an_empty_file_changes_nothing(text: str) -> None:
    assert changed(owned(text)) == set()
    assert owned(text).digest == load_rulebook().digest


def test_one_value_replaces_that_entry_on_every_day_and_its_basis_becomes_owner() -> None:
    book = owned('"people_required.MCDE.premier" = 3')
    assert changed(book) == {"people_required.MCDE.premier"}
    for day in (book.in_force_from, DAY, date(2099, 1, 1)):
        assert book.at(day).people_required("MCDE", Tier.PREMIER) == 3
        assert book.at(day).basis("people_required.MCDE.premier") == Basis.OWNER
    assert "people_required.MCDE.premier" not in {entry.id for entry in book.assumed()}


@pytest.mark.parametrize(
    "text",
    [
        '"compliance.days" = 75',
        "compliance.days = 75",
        "[compliance]\ndays = 75",
        "compliance = { days = 75 }",
        '"compliance.days" = { from = 2022-01-01, value = 75 }',
        '"compliance.days" = [{ from = 2022-01-01, value = 75 }]',
    ],
)
def test_an_id_may_be_quoted_dotted_or_a_table_and_a_single_date_needs_no_list(text: str) -> None:
    book = owned(text)
    assert changed(book) == {"compliance.days"}
    assert book.at(DAY).compliance_days == 75


@pytest.mark.rule("R-4.1.2")
def test_one_line_sets_every_threshold() -> None:
    book = owned('"revenue_threshold.*" = 0')
    assert changed(book) == {entry.id for entry in book.entries if entry.id.startswith("revenue_threshold.")}
    rules = book.at(DAY)
    assert {rules.revenue_threshold(country.code, tier).amount for country in rules.countries for tier in Tier} == {0}
    assert rules.basis("revenue_threshold.EMEA.EUR.premier") == "owner"


def test_the_file_for_replays_sets_every_threshold_to_zero_and_nothing_else() -> None:
    book = owned((EVENTS / "thresholds-zero.toml").read_text("utf-8"))
    assert book.digest == owned('"revenue_threshold.*" = 0').digest


def test_a_glob_may_match_a_part_and_may_carry_dated_values() -> None:
    book = owned('"revenue_threshold.EMEA.*.authorized" = [{ from = 2025-01-01, value = 1 }]')
    before, after = book.at(date(2024, 12, 31)), book.at(date(2025, 1, 1))
    assert before.revenue_threshold("DE", Tier.AUTHORIZED).amount == 5000
    assert after.revenue_threshold("DE", Tier.AUTHORIZED).amount == 1
    assert after.revenue_threshold("GB", Tier.AUTHORIZED).amount == 1
    assert after.revenue_threshold("US", Tier.AUTHORIZED).amount == 6000
    assert after.revenue_threshold("DE", Tier.ADVANCED).amount == 50000


@pytest.mark.parametrize("order", [1, -1])
def test_an_exact_id_stands_before_a_glob_wherever_it_is_written(order: int) -> None:
    lines = ['"revenue_threshold.*" = 0', '"revenue_threshold.EMEA.EUR.premier" = 7'][::order]
    rules = owned("\n".join(lines)).at(DAY)
    assert rules.revenue_threshold("DE", Tier.PREMIER).amount == 7
    assert rules.revenue_threshold("DE", Tier.ADVANCED).amount == 0


def test_an_owner_adds_a_country_with_a_currency_of_its_own() -> None:
    text = """
        "country.GE" = { region = "EMEA", currency = "GEL" }
        "revenue_threshold.EMEA.GEL.authorized" = 15000
        "revenue_threshold.EMEA.GEL.advanced" = 150000
        "revenue_threshold.EMEA.GEL.premier" = 750000.5
    """
    rules = owned(text).at(DAY)
    assert (rules.country("GE").region, rules.country("GE").currency) == ("EMEA", "GEL")
    assert str(rules.revenue_threshold("GE", Tier.PREMIER)) == "750000.5 GEL"


def test_an_added_country_may_be_written_as_a_table() -> None:
    rules = owned('[country.AD]\nregion = "EMEA"\ncurrency = "EUR"').at(DAY)
    assert rules.revenue_threshold("AD", Tier.PREMIER) == rules.revenue_threshold("DE", Tier.PREMIER)


def test_an_added_threshold_of_a_country_may_be_written_as_tables() -> None:
    rules = owned("[revenue_threshold.country.LU]\nadvanced = 30000\npremier = 150000").at(DAY)
    assert rules.revenue_threshold("LU", Tier.ADVANCED).amount == 30000
    assert rules.revenue_threshold("LU", Tier.PREMIER).amount == 150000


@pytest.mark.rule("R-5.3b")
def test_the_cap_of_the_base_can_be_switched_off_from_a_date() -> None:
    book = owned('"accelerator.cap_applies" = [{ from = 2026-01-01, value = false }]')
    assert book.at(date(2025, 12, 31)).accelerator.cap_applies is True
    assert book.at(date(2026, 1, 1)).accelerator.cap_applies is False


@pytest.mark.rule("R-5.3")
def test_goal_levels_and_cap_can_be_moved_together() -> None:
    text = """
        accelerator.goal = 110
        accelerator.levels = [{ growth_pct = 110, rate_pct = 1.25 }, { growth_pct = 200, rate_pct = 5 }]
        accelerator.cap = 200
    """
    accelerator = owned(text).at(DAY).accelerator
    assert accelerator.levels == (Level(Decimal(110), Decimal("1.25")), Level(Decimal(200), Decimal(5)))


def test_equal_thresholds_and_discounts_of_two_tiers_are_allowed() -> None:
    rules = owned('"tier_discount.premier" = 30').at(DAY)
    assert rules.tier_discount_pct(Tier.PREMIER) == rules.tier_discount_pct(Tier.ADVANCED)


def test_an_owners_file_lies_over_the_brochure_as_well() -> None:
    book = load_rulebook("brochure", "compliance.days = 30")
    assert changed(book) == {"compliance.days"}
    assert book.at(DAY).benefit("R-4.2.4", Tier.AUTHORIZED).access == "certified"


def test_the_annotated_example_is_valid_and_does_what_it_says() -> None:
    book = owned((EVENTS / "owner-example.toml").read_text("utf-8"))
    rules = book.at(date(2026, 1, 1))
    assert rules.revenue_threshold("DE", Tier.PREMIER).amount == 350000
    assert rules.revenue_threshold("LU", Tier.PREMIER).amount == 150000
    assert rules.tier_discount_pct(Tier.PREMIER) == 35
    assert "CN" not in {country.code for country in rules.countries}
    assert rules.accelerator.cap_applies is False


@pytest.mark.rule("R-5.4c")
@pytest.mark.parametrize("days", [0, 1, 3660])
def test_an_owner_sets_the_cooling_time_of_bank_details_from_none_to_ten_years(days: int) -> None:
    book = owned(f'"payment.bank_cooling_days" = [{{ from = 2024-06-01, value = {days} }}]')
    assert book.at(DAY - timedelta(days=1)).bank_cooling_days == 5
    assert book.at(DAY).bank_cooling_days == days


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize("days", [0, 1, 27])
def test_an_owner_has_months_booked_from_their_last_day_to_27_days_after_it(days: int) -> None:
    book = owned(f'"accruals.close_days" = [{{ from = 2024-06-01, value = {days} }}]')
    assert book.at(DAY - timedelta(days=1)).accrual_close_days == 10
    assert book.at(DAY).accrual_close_days == days


@pytest.mark.rule("R-5.5")
def test_where_the_owner_withdraws_the_amount_the_rulebook_names_none_from_that_day_on() -> None:
    book = owned('"payment.second_approval.EUR" = [{ from = 2024-06-01 }]')
    assert book.at(DAY - timedelta(days=1)).second_approval_above("EUR") == Money(Decimal(50000), "EUR")
    assert book.at(DAY).second_approval_above("EUR") is None


@pytest.mark.rule("R-5.5")
def test_a_currency_that_an_owner_adds_has_no_amount_until_the_owner_gives_one() -> None:
    country = """
        "country.GE" = { region = "EMEA", currency = "GEL" }
        "revenue_threshold.EMEA.GEL.authorized" = 15000
        "revenue_threshold.EMEA.GEL.advanced" = 150000
        "revenue_threshold.EMEA.GEL.premier" = 750000
    """
    assert owned(country).at(DAY).second_approval_above("GEL") is None
    limited = owned(country + '"payment.second_approval.GEL" = 150000.55').at(DAY)
    assert limited.second_approval_above("GEL") == Money(Decimal("150000.55"), "GEL")
