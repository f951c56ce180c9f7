"""Entitlement follows tier: what an account gains and loses with every change of tier (section 4.2)."""

from datetime import date
from itertools import product

import pytest

from partner_program.domain.tiers.account import EntitlementChange
from partner_program.domain.tiers.entitlement import entitlement_changes, entitlements
from partner_program.rulebook import Rules, load_rulebook
from partner_program.values.tiers import Tier

AUTHORIZED, ADVANCED, PREMIER = Tier
DAY = date(2024, 5, 17)
NOBODY: frozenset[str] = frozenset()
CERTIFIED = frozenset({"MCDE", "MCIT"})
TEN = [f"R-4.2.{number}" for number in range(1, 11)]

ALL = pytest.mark.rule(
    "R-4.2.1", "R-4.2.2", "R-4.2.3", "R-4.2.4", "R-4.2.5", "R-4.2.6", "R-4.2.7", "R-4.2.8", "R-4.2.9", "R-4.2.10", "R-7"
)
VALUES: dict[Tier | None, list[str]] = {
    None: ["no", "no", "no", "no", "no", "no", "no", "no", "not listed", "no"],
    AUTHORIZED: ["20 %", "1", "yes", "no", "no", "no", "standard", "standard", "not listed", "no"],
    ADVANCED: ["30 %", "3", "yes", "yes", "yes", "yes", "priority", "standard", "listed", "no"],
    PREMIER: ["34 %", "6", "yes", "yes", "yes", "yes", "priority", "priority", "listed", "yes"],
}
RANKS = {PREMIER: "rank 1 critical, 3 high, 5 medium, 7 low", ADVANCED: "rank 2 critical, 4 high, 6 medium, 8 low"}


def rules(day: date = DAY, edition: str = "guide-2022", owner: str | None = None) -> Rules:
    return load_rulebook(edition, owner).at(day)


def told(changes: tuple[EntitlementChange, ...]) -> dict[str, tuple[str, str]]:
    assert len({change.rule for change in changes}) == len(changes)
    return {change.rule: (change.before, change.after) for change in changes}


@ALL
@pytest.mark.parametrize("tier", VALUES)
def test_an_accounts_ten_entitlements_are_those_of_its_tier_and_none_outside_the_program(tier: Tier | None) -> None:
    found = entitlements(tier, rules(), NOBODY)
    assert [entitlement.rule for entitlement in found] == TEN
    assert [entitlement.value for entitlement in found] == VALUES[tier]


@ALL
@pytest.mark.parametrize(("before", "after"), list(product(VALUES, VALUES)))
def test_a_change_of_tier_changes_what_differs_between_the_two_and_nothing_else(
    before: Tier | None, after: Tier | None
) -> None:
    expected = {
        rule: (old, new) for rule, old, new in zip(TEN, VALUES[before], VALUES[after], strict=True) if old != new
    }
    if {before, after} == {ADVANCED, PREMIER}:  # both have priority, and the higher tier is served first
        assert before
        assert after
        expected["R-4.2.7"] = (f"priority, {RANKS[before]}", f"priority, {RANKS[after]}")
    changes = entitlement_changes(before, after, rules(), NOBODY)
    assert told(changes) == expected
    assert [change.rule for change in changes] == [rule for rule in TEN if rule in expected]


@pytest.mark.rule("R-3.3")
def test_two_tiers_down_at_once_loses_all_that_lies_between() -> None:
    changes = entitlement_changes(PREMIER, AUTHORIZED, rules(), NOBODY)
    assert told(changes) == {
        "R-4.2.1": ("34 %", "20 %"),
        "R-4.2.2": ("6", "1"),
        "R-4.2.4": ("yes", "no"),
        "R-4.2.5": ("yes", "no"),
        "R-4.2.6": ("yes", "no"),
        "R-4.2.7": ("priority", "standard"),
        "R-4.2.8": ("priority", "standard"),
        "R-4.2.9": ("listed", "not listed"),
        "R-4.2.10": ("yes", "no"),
    }
    assert changes[0].benefit == "Tier discount on program products"


@pytest.mark.parametrize("tier", VALUES)
def test_staying_in_a_tier_changes_nothing(tier: Tier | None) -> None:
    assert entitlement_changes(tier, tier, rules(), CERTIFIED) == ()


@pytest.mark.rule("R-4.2.2")
def test_demonstration_licences_are_granted_on_application() -> None:
    for tier in Tier:
        assert entitlements(tier, rules(), NOBODY)[1].detail == "on application"
    assert entitlements(PREMIER, rules(), NOBODY)[1].words == "6, on application"


@pytest.mark.rule("R-4.2.4")
@pytest.mark.parametrize(
    ("day", "held", "portfolio"),
    [
        (date(2022, 6, 30), CERTIFIED, "no"),
        (date(2022, 7, 1), CERTIFIED, "while holding MCDE and MCIT"),
        (date(2022, 7, 1), CERTIFIED | {"MCIE"}, "while holding MCDE and MCIT"),
        (date(2022, 7, 1), frozenset({"MCDE"}), "no"),
        (date(2022, 7, 1), frozenset({"MCIT", "MCIE"}), "no"),
        (date(2022, 7, 1), NOBODY, "no"),
        (date(2022, 12, 31), CERTIFIED, "while holding MCDE and MCIT"),
        (date(2023, 1, 1), CERTIFIED, "no"),
    ],
)
def test_in_the_transition_of_2022_a_certified_account_keeps_the_full_portfolio_when_it_falls_to_authorized(
    day: date, held: frozenset[str], portfolio: str
) -> None:
    for higher in (ADVANCED, PREMIER):
        lost = told(entitlement_changes(higher, AUTHORIZED, rules(day), held))
        assert lost["R-4.2.4"] == ("yes", portfolio)
        assert lost["R-4.2.6"] == ("yes", "no")
        assert told(entitlement_changes(AUTHORIZED, higher, rules(day), held))["R-4.2.4"] == (portfolio, "yes")


@pytest.mark.rule("R-4.2.4", "R-4.2.6")
@pytest.mark.parametrize("day", [date(2022, 6, 30), date(2022, 7, 1), date(2023, 1, 1), date(2030, 12, 31)])
def test_in_the_brochure_a_certified_account_keeps_portfolio_and_project_prices_for_good(day: date) -> None:
    brochure = rules(day, "brochure")
    certified = told(entitlement_changes(ADVANCED, AUTHORIZED, brochure, CERTIFIED))
    assert certified["R-4.2.4"] == certified["R-4.2.6"] == ("yes", "while holding MCDE and MCIT")
    others = told(entitlement_changes(ADVANCED, AUTHORIZED, brochure, frozenset({"MCDE"})))
    assert others["R-4.2.4"] == others["R-4.2.6"] == ("yes", "no")


@pytest.mark.rule("R-4.2.1")
def test_both_tiers_are_looked_at_as_of_the_day_of_the_change() -> None:
    owner = '"tier_discount.premier" = [{ from = 2025-01-01, value = 35.5 }]'
    before, after = (rules(day, owner=owner) for day in (date(2024, 12, 31), date(2025, 1, 1)))
    assert told(entitlement_changes(PREMIER, ADVANCED, before, NOBODY))["R-4.2.1"] == ("34 %", "30 %")
    assert told(entitlement_changes(PREMIER, ADVANCED, after, NOBODY))["R-4.2.1"] == ("35.5 %", "30 %")


@pytest.mark.rule("R-4.2.7")
def test_where_two_tiers_are_served_alike_nothing_of_support_changes() -> None:
    owner = "\n".join(
        f'"support_rank.{severity}.premier" = {rank}'
        for severity, rank in (("critical", 2), ("high", 4), ("medium", 6), ("low", 8))
    )
    assert "R-4.2.7" not in told(entitlement_changes(PREMIER, ADVANCED, rules(owner=owner), NOBODY))


@pytest.mark.rule("R-4.2.1", "R-4.2.2")
def test_a_benefit_that_an_owner_takes_from_a_tier_is_lost_with_it() -> None:
    owner = '"benefit.R-4.2.1.authorized" = "no"\n"benefit.R-4.2.2.authorized" = "no"'
    lost = told(entitlement_changes(ADVANCED, AUTHORIZED, rules(owner=owner), NOBODY))
    assert (lost["R-4.2.1"], lost["R-4.2.2"]) == (("30 %", "no"), ("3", "no"))
