"""What a line is worth, and what the channel manager is told about a line that counts (R-2.2a, R-2.3, R-5.4d)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from partner_program.values.tiers import Tier
from tests.fakes.pos_world import World, line, outcomes, standing


def flags_of(world: World, **changes: Any) -> set[str]:
    result = world.play([line(**changes)])
    assert outcomes(result) == {"posted": 1}
    return {flag.value for flag in standing(result).flags}


@pytest.mark.rule("R-2.2a")
@pytest.mark.parametrize(
    ("category", "credit"),
    [("software", "100.01"), ("care", "100.01"), ("hardware", "50.005"), ("services", "0"), ("training", "0")],
)
def test_credit_is_the_share_of_the_product_class_and_half_cents_are_kept(category: str, credit: str) -> None:
    world = World()
    world.play([line(sku=f"{category}-1", product_category="", final_amount="100.01")])
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(credit)}


@pytest.mark.rule("R-2.2b")
def test_sites_of_a_partner_in_a_country_add_up_to_one_account() -> None:
    world = World()
    world.play([line(), line(line_number=2, partner_site_id="S-DE2")])
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(200)}


@pytest.mark.rule("R-2.2a")
@pytest.mark.catalogue("B33")
def test_a_return_is_negative_revenue_in_the_month_of_its_own_invoice() -> None:
    world = World()
    world.play([line(), line(invoice_number="CN-1", invoice_date="2024-05-01", quantity="-1", final_amount="-100.00")])
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(100), ("P1-DE", "2024-05"): Decimal(-100)}


@pytest.mark.rule("R-2.2a")
@pytest.mark.catalogue("B32")
@pytest.mark.parametrize(
    ("quantity", "amount", "flagged"),
    [
        (1, "100.00", False), (1, "100.01", False), (1, "99.99", False), (1, "100.02", True), (1, "99.98", True),
        (3, "300.03", False), (3, "300.04", True), (-3, "-300.03", False), (-3, "-300.04", True),
    ],
)  # fmt: skip
def test_a_price_beyond_a_cent_per_unit_is_flagged_and_counts(quantity: int, amount: str, flagged: bool) -> None:
    world = World()
    tolerance = world.rulebook.at(date(2024, 4, 10)).price_tolerance_minor_units
    assert tolerance == 1
    flags = flags_of(world, quantity=quantity, final_amount=amount)
    assert ("price_deviation" in flags) is flagged
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(amount)}


@pytest.mark.rule("R-2.2a")
def test_the_project_discount_comes_off_the_discounted_price() -> None:
    both = {"list_unit_price": "100.00", "tier_discount_pct": "20", "project_discount_pct": "10"}
    assert "price_deviation" not in flags_of(World(), **both, final_amount="72.00")
    assert "price_deviation" in flags_of(World(), **both, final_amount="70.00")


def test_a_tolerance_is_in_the_minor_unit_of_the_currency() -> None:
    yen = {"partner_site_id": "S-JP", "country": "JP", "currency": "JPY", "list_unit_price": "125"}
    assert "price_deviation" not in flags_of(World(), **yen, final_amount="101")
    assert "price_deviation" in flags_of(World(), **yen, final_amount="102")


@pytest.mark.rule("R-2.3")
@pytest.mark.parametrize(
    ("tier", "stated", "flagged"),
    [(Tier.AUTHORIZED, "20.00", False), (Tier.AUTHORIZED, "30", True), (Tier.ADVANCED, "30", False),
     (Tier.PREMIER, "34", False), (Tier.PREMIER, "33.99", True), (Tier.PREMIER, "20", True)],
)  # fmt: skip
def test_a_tier_discount_other_than_the_tier_has_is_flagged(tier: Tier, stated: str, flagged: bool) -> None:
    world = World()
    world.sales.tiers["P1-DE"] = ((date(2023, 1, 1), tier),)
    assert ("wrong_tier_discount" in flags_of(world, tier_discount_pct=stated)) is flagged


@pytest.mark.rule("R-2.3")
@pytest.mark.parametrize(("day", "stated"), [("2024-04-09", "20"), ("2024-04-10", "34"), ("2024-04-11", "34")])
def test_the_tier_of_the_invoice_date_decides(day: str, stated: str) -> None:
    world = World()
    world.sales.tiers["P1-DE"] = ((date(2023, 1, 1), Tier.AUTHORIZED), (date(2024, 4, 10), Tier.PREMIER))
    assert "wrong_tier_discount" not in flags_of(world, invoice_date=day, tier_discount_pct=stated)


@pytest.mark.rule("R-4.2.1")
@pytest.mark.parametrize("category", ["services", "training"])
@pytest.mark.parametrize(("stated", "flagged"), [("0", False), ("0.01", True), ("20", True)])
def test_services_and_trainings_carry_no_tier_discount(category: str, stated: str, flagged: bool) -> None:
    changes = {"sku": f"{category}-1", "product_category": category, "tier_discount_pct": stated}
    assert ("wrong_tier_discount" in flags_of(World(), **changes)) is flagged


def test_without_a_known_tier_the_discount_is_not_judged() -> None:
    world = World()
    world.sales.tiers["P1-DE"] = ((date(2024, 4, 11), Tier.PREMIER),)
    assert "wrong_tier_discount" not in flags_of(world, tier_discount_pct="7")


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("B40")
@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2024, 3, 31), set()), (date(2024, 4, 30), set()), (date(2024, 5, 1), {"closed_quarter"}),
        (date(2025, 1, 30), {"closed_quarter"}), (date(2025, 1, 31), {"closed_year"}),
    ],
)  # fmt: skip
def test_a_line_of_closed_books_counts_and_is_flagged_from_the_day_after_the_close(
    today: date, expected: set[str]
) -> None:
    world = World()
    world.clock.day = today
    assert flags_of(world, invoice_date="2024-03-31") == expected
    assert world.revenue() == {("P1-DE", "2024-03"): Decimal(100)}


def test_flags_carry_lines_and_money() -> None:
    world = World()
    result = world.play([line(final_amount="50.00"), line(line_number=2, final_amount="60.00"), line(line_number=3)])
    flagged = next(iter(standing(result).flags.values()))
    assert (flagged.lines, flagged.money) == (2, {"EUR": Decimal("110.00")})
