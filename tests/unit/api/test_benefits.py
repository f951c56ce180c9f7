"""The ten benefits on a date, by the rulebook alone: with the transition of 2022 and the brochure (R-4.2)."""

from decimal import Decimal
from functools import cache

import pytest

from partner_program.rulebook import BENEFITS, Access, CountryNotInProgram, NotInForce, Rulebook, load_rulebook
from partner_program.use_cases.queries.benefits import AccountBenefits, BenefitOnDate, Benefits, benefits_on
from partner_program.values.errors import NotFound
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.records import P1_DE, Known, accepted, certified, day, employed, facts, partner, placed, site
from tests.fakes.versions import World

EMPTY: list[Known] = [site(opened="2020-01-01"), employed("anna", "2020-01-01"), employed("bo", "2020-01-01")]
CERTIFIED = [certified("anna", "MCDE", "2021-06-01"), certified("bo", "MCIT", "2021-06-01")]
"""Valid up to the end of May 2023."""


@cache
def book(edition: str = "guide-2022", owner: str = "") -> Rulebook:
    return load_rulebook(edition, owner)


def on_date(
    tier: Tier | None, on: str, *more: Known, edition: str = "guide-2022", owner: str = ""
) -> dict[str, BenefitOnDate]:
    found = benefits_on(facts(*EMPTY, *more), tier, day(on), book(edition, owner))
    return {item.rule: item for item in found}


@pytest.mark.rule(*BENEFITS)
@pytest.mark.parametrize(
    ("tier", "values"),
    [
        (None, "no, no, no, no, no, no, no, no, not listed, no"),
        ("authorized", "20 %, 1, yes, no, no, no, standard, standard, not listed, no"),
        ("advanced", "30 %, 3, yes, yes, yes, yes, priority, standard, listed, no"),
        ("premier", "34 %, 6, yes, yes, yes, yes, priority, priority, listed, yes"),
    ],
)
def test_all_ten_of_each_tier_in_the_guides_order(tier: str | None, values: str) -> None:
    found = on_date(Tier(tier) if tier else None, "2024-06-15")
    assert tuple(found) == BENEFITS
    assert ", ".join(item.value for item in found.values()) == values
    granted = [item.value not in ("no", "not listed") for item in found.values()]
    assert [item.granted for item in found.values()] == granted


@pytest.mark.rule("R-4.2.1", "R-4.2.2", "R-4.2.3", "R-4.2.7")
def test_what_can_be_counted_is_told_in_numbers() -> None:
    found = on_date(Tier.ADVANCED, "2024-06-15")
    assert found["R-4.2.1"].discount_pct == Decimal(30)
    assert found["R-4.2.1"].product_classes is not None
    assert {"software", "care", "hardware"} == set(found["R-4.2.1"].product_classes)
    assert found["R-4.2.2"].licences == 3
    assert found["R-4.2.3"].product_families == ("essential_plus", "express_plus", "professional_plus", "husky_ivo")
    assert found["R-4.2.7"].support_ranks == {"critical": 2, "high": 4, "medium": 6, "low": 8}


@pytest.mark.rule("R-4.2.1", "R-4.2.2", "R-4.2.3", "R-4.2.7")
def test_who_has_no_tier_has_none_of_the_numbers() -> None:
    for item in on_date(None, "2024-06-15").values():
        assert (item.discount_pct, item.licences, item.product_families, item.support_ranks) == (None,) * 4
        assert (item.access, item.granted, item.since, item.until) == (Access.NO, False, None, None)


# -- the transition of 2022


@pytest.mark.rule("R-4.2.4")
@pytest.mark.parametrize(
    ("on", "value", "since", "until"),
    [
        ("2022-06-30", "no", "2022-01-01", "2022-06-30"),
        ("2022-07-01", "while holding MCDE and MCIT", "2022-07-01", "2022-12-31"),
        ("2022-12-31", "while holding MCDE and MCIT", "2022-07-01", "2022-12-31"),
        ("2023-01-01", "no", "2023-01-01", "None"),
    ],
)
def test_a_certified_authorized_partner_sells_everything_in_the_second_half_of_2022(
    on: str, value: str, since: str, until: str
) -> None:
    found = on_date(Tier.AUTHORIZED, on, *CERTIFIED)["R-4.2.4"]
    assert (found.value, str(found.since), str(found.until)) == (value, since, until)
    assert found.granted == (value != "no")


@pytest.mark.rule("R-4.2.4", "R-4.1.5")
@pytest.mark.parametrize(
    ("held", "lacking"),
    [(CERTIFIED, ()), (CERTIFIED[:1], ("MCIT",)), (CERTIFIED[1:], ("MCDE",)), ([], ("MCDE", "MCIT"))],
)
def test_certified_means_that_somebody_of_the_account_holds_each_kind_on_the_day(
    held: list[Known], lacking: tuple[str, ...]
) -> None:
    found = on_date(Tier.AUTHORIZED, "2022-09-01", *held)["R-4.2.4"]
    assert (found.access, found.certifications, found.lacking) == (Access.CERTIFIED, ("MCDE", "MCIT"), lacking)
    assert found.granted is (lacking == ())
    assert found.value == ("no" if lacking else "while holding MCDE and MCIT")


@pytest.mark.rule("R-4.2.4", "R-4.1.5")
def test_a_certification_that_has_run_out_by_the_day_counts_no_more() -> None:
    held = [certified("anna", "MCDE", "2020-09-01"), *CERTIFIED[1:]]
    assert on_date(Tier.AUTHORIZED, "2022-08-31", *held)["R-4.2.4"].granted
    assert on_date(Tier.AUTHORIZED, "2022-09-01", *held)["R-4.2.4"].lacking == ("MCDE",)


@pytest.mark.rule("R-4.2.4")
def test_advanced_and_premier_need_no_certification_for_it() -> None:
    for tier in (Tier.ADVANCED, Tier.PREMIER):
        found = on_date(tier, "2022-09-01")["R-4.2.4"]
        assert (found.value, found.certifications, found.lacking) == ("yes", (), ())


# -- the brochure


@pytest.mark.rule("R-4.2.4", "R-4.2.6")
@pytest.mark.parametrize("on", ["2022-01-01", "2022-06-30", "2023-01-01", "2026-01-01"])
@pytest.mark.parametrize("rule", ["R-4.2.4", "R-4.2.6"])
def test_the_brochure_lets_a_certified_authorized_partner_for_good(rule: str, on: str) -> None:
    renewed = [certified("anna", "MCDE", "2025-06-01"), certified("bo", "MCIT", "2025-06-01")]
    found = on_date(Tier.AUTHORIZED, on, *CERTIFIED, *renewed, edition="brochure")[rule]
    assert (found.granted, str(found.since), found.until) == (True, "2022-01-01", None)
    assert not on_date(Tier.AUTHORIZED, on, edition="brochure")[rule].granted
    assert not on_date(Tier.AUTHORIZED, on, *CERTIFIED, *renewed)[rule].granted


# -- where it comes from


@pytest.mark.rule("R-4.2.1")
def test_an_owners_value_holds_from_its_day_to_the_day_before_the_next() -> None:
    owner = (
        '"tier_discount.advanced" = [{ from = 2022-01-01, value = 30 }, { from = 2023-01-01, value = 30 }, '
        "{ from = 2024-03-01, value = 31 }]"
    )
    before = on_date(Tier.ADVANCED, "2024-02-29", owner=owner)["R-4.2.1"]
    assert (before.value, str(before.since), str(before.until)) == ("30 %", "2022-01-01", "2024-02-29")
    after = on_date(Tier.ADVANCED, "2024-03-01", owner=owner)["R-4.2.1"]
    assert (after.value, str(after.since), after.until, after.basis) == ("31 %", "2024-03-01", None, "owner")


@pytest.mark.rule("R-4.2.2")
def test_an_assumed_number_says_so() -> None:
    found = on_date(Tier.ADVANCED, "2024-06-15")
    assert (found["R-4.2.2"].basis, found["R-4.2.1"].basis) == ("assumed", "guide")


# -- the query


def world() -> tuple[World, Benefits]:
    made = World()
    made.on("2023-01-02", partner(), site(), accepted(), placed("authorized"), employed("anna"))
    made.on("2023-06-01", certified("anna", "MCDE", "2023-06-01"))
    made.accounts.add(placed("advanced", "2023-07-15"))
    made.on("2023-09-01")
    return made, Benefits(accounts=made.accounts, rulebook=made.book, clock=made.clock)


def told(answer: AccountBenefits) -> tuple[str, str | None, str, tuple[str, ...]]:
    return str(answer.on), answer.tier, str(answer.tier_as_of), answer.held


@pytest.mark.rule("R-4.2.1")
def test_of_a_day_the_tier_that_was_held_and_the_certifications_of_that_day() -> None:
    _, benefits = world()
    assert told(benefits(P1_DE)) == ("2023-09-01", "advanced", "2023-09-01", ("MCDE",))
    assert told(benefits(P1_DE, day("2023-07-15"))) == ("2023-07-15", "advanced", "2023-07-15", ("MCDE",))
    assert told(benefits(P1_DE, day("2023-07-14"))) == ("2023-07-14", None, "2023-07-14", ("MCDE",))
    assert told(benefits(P1_DE, day("2023-05-31"))) == ("2023-05-31", None, "2023-05-31", ())


@pytest.mark.rule("R-4.2.1")
def test_of_a_day_to_come_the_tier_of_today_and_what_will_still_be_held() -> None:
    _, benefits = world()
    assert told(benefits(P1_DE, day("2025-05-31"))) == ("2025-05-31", "advanced", "2023-09-01", ("MCDE",))
    assert told(benefits(P1_DE, day("2025-06-01"))) == ("2025-06-01", "advanced", "2023-09-01", ())


def test_before_the_rulebooks_first_day_nobody_can_say() -> None:
    _, benefits = world()
    with pytest.raises(NotInForce):
        benefits(P1_DE, day("2021-12-31"))


@pytest.mark.rule("R-4.1.2", "R-4.2.1")
def test_where_the_program_does_not_run_in_the_country_nobody_enjoys_anything() -> None:
    """As a quote and the gap of these days; a day on which it ran is told all the same."""
    made, _ = world()
    left = book(owner='"country.DE" = [{ from = 2023-08-15 }]')
    benefits = Benefits(accounts=made.accounts, rulebook=left, clock=made.clock)
    assert told(benefits(P1_DE, day("2023-08-14")))[1] == "advanced"
    for on in (None, day("2023-08-15"), day("2024-08-15")):
        with pytest.raises(CountryNotInProgram):
            benefits(P1_DE, on)


def test_an_account_without_a_state_is_none() -> None:
    with pytest.raises(NotFound):
        Benefits(accounts=FakeAccounts(), rulebook=book(), clock=FixedClock("2024-01-01"))(P1_DE)
