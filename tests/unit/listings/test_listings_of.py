"""The entries of an account in the lists, from its state alone."""

import json
from datetime import date

import pytest

from partner_program.domain.listings import (
    LOCATOR,
    OPEN_CASES,
    ListedAccount,
    ListedCase,
    ListedPromotion,
    ListPlace,
    LocatorEntry,
    changed_places,
    listings_of,
)
from partner_program.domain.tiers.account import AccountState, ChangeReason, Listing, Memory
from partner_program.domain.tiers.cases import CaseOutcome, CaseStep
from partner_program.domain.tiers.findings import Requirement
from partner_program.values.tiers import Tier
from tests.fakes.notices import a_case, a_change, a_state, as_of, full_state

NAMED = Listing(partner_name="Alpha AG", held=("MCDE", "MCIT"), located=True)
MCDE = a_case(Requirement.MCDE, ("2024-03-01", CaseStep.OPENED))
REVENUE = a_case(
    Requirement.REVENUE,
    ("2024-01-30", CaseStep.OPENED),
    ("2024-01-30", CaseStep.DECISION_DUE),
    due=None,
    subject="2023",
)
CURED = a_case(
    Requirement.MCIT, ("2024-02-01", CaseStep.OPENED), ("2024-02-20", CaseStep.CLOSED), outcome=CaseOutcome.CURED
)


def state(**changes: object) -> AccountState:
    return a_state("2024-06-15").model_copy(update={"listing": NAMED, "tier_since": date(2024, 1, 4)} | changes)


def names(of: AccountState) -> list[str]:
    return sorted(place.name for place in listings_of(of))


def body(of: AccountState, name: str) -> str:
    (found,) = (body for place, body in listings_of(of).items() if place.name == name)
    return found


def test_an_account_stands_in_the_list_of_its_tier_by_country_and_in_that_of_its_partner() -> None:
    entries = listings_of(state())
    in_tier = entries[ListPlace("TIER#premier", "DE#P0001-DE")]
    assert entries[ListPlace("PARTNER#P0001", "P0001-DE")] == in_tier
    assert ListedAccount.model_validate_json(in_tier) == ListedAccount(
        account_id="P0001-DE",
        partner_id="P0001",
        partner_name="Alpha AG",
        country="DE",
        currency="EUR",
        tier=Tier.PREMIER,
        tier_since=date(2024, 1, 4),
    )


def test_who_is_not_in_the_program_is_listed_as_that_and_not_on_the_locator() -> None:
    assert names(state(tier=None, tier_since=None)) == ["PARTNER#P0001", "TIER#none"]


@pytest.mark.rule("R-3.3")
def test_only_open_cases_are_listed_by_the_last_day_to_mend_them() -> None:
    entries = listings_of(state(memory=Memory(cases=(CURED, MCDE))))
    (place,) = (place for place in entries if place.name == OPEN_CASES)
    assert place.order == "2024-04-29#P0001-DE#MCDE-2024-03-01"
    case = ListedCase.model_validate_json(entries[place])
    assert (case.due_on, case.decision_due, case.missing) == (date(2024, 4, 29), False, "1 person")


@pytest.mark.rule("R-3.4b")
def test_a_case_without_a_last_day_is_due_from_its_first_one() -> None:
    entries = listings_of(state(memory=Memory(cases=(MCDE, REVENUE))))
    orders = sorted(place.order for place in entries if place.name == OPEN_CASES)
    assert orders == ["2024-01-30#P0001-DE#revenue-2023-2024-01-30", "2024-04-29#P0001-DE#MCDE-2024-03-01"]
    case = ListedCase.model_validate_json(entries[ListPlace(OPEN_CASES, orders[0])])
    assert (case.due_on, case.decision_due, case.subject) == (None, True, "2023")
    account = ListedAccount.model_validate_json(entries[ListPlace("TIER#premier", "DE#P0001-DE")])
    assert [case.requirement for case in account.open_cases] == [Requirement.REVENUE, Requirement.MCDE]


def test_two_cases_of_one_requirement_and_day_are_two_entries() -> None:
    both = [a_case(Requirement.TERMS, ("2024-03-01", CaseStep.OPENED), subject=name) for name in ("2023", "2024")]
    assert names(state(memory=Memory(cases=tuple(both)))).count(OPEN_CASES) == 2


@pytest.mark.rule("R-3.1a")
def test_every_promotion_is_listed_in_its_month_with_its_latency_and_nothing_else_is() -> None:
    entries = listings_of(full_state())
    assert [place for place in entries if place.name.startswith("PROMOTIONS#")] == [
        ListPlace("PROMOTIONS#2024-01", "2024-01-04#P0001-DE")
    ]
    promotion = ListedPromotion.model_validate_json(body(full_state(), "PROMOTIONS#2024-01"))
    assert (promotion.from_tier, promotion.to_tier) == (Tier.ADVANCED, Tier.PREMIER)
    assert (promotion.reached_on, promotion.business_days) == (date(2024, 1, 1), 3)


def test_a_change_that_was_set_aside_is_no_promotion() -> None:
    aside = a_change("2024-01-04", Tier.ADVANCED, Tier.PREMIER, ChangeReason.PROMOTED)
    assert names(state(set_aside=(aside,))) == [LOCATOR, "PARTNER#P0001", "TIER#premier"]


@pytest.mark.rule("R-4.2.9")
def test_the_locator_holds_public_fields_only_and_its_place_tells_no_id() -> None:
    said = Listing(
        partner_name="Alpha AG",
        held=("MCDE",),
        located=True,
        public_contact="+49 30 901820",
        marketplace_url="https://shop.example/",
    )
    (place,) = (place for place in listings_of(state(listing=said)) if place.name == LOCATOR)
    assert place.order.startswith("DE#premier#")
    assert "P0001" not in place.order
    assert json.loads(body(state(listing=said), LOCATOR)) == {
        "name": "Alpha AG",
        "country": "DE",
        "tier": "premier",
        "qualifications": ["MCDE"],
        "contact": "+49 30 901820",
        "marketplace_url": "https://shop.example/",
    }
    assert set(LocatorEntry.model_fields) == set(json.loads(body(state(listing=said), LOCATOR)))


@pytest.mark.rule("R-4.2.9")
def test_a_display_name_stands_in_for_the_partners_name_for_the_public_only() -> None:
    shown = state(listing=NAMED.model_copy(update={"display_name": "Alpha Berlin"}))
    assert json.loads(body(shown, LOCATOR))["name"] == "Alpha Berlin"
    assert json.loads(body(shown, "TIER#premier"))["partner_name"] == "Alpha AG"


@pytest.mark.rule("R-4.2.9")
def test_who_is_not_to_be_located_is_not_on_the_locator() -> None:
    assert names(state(listing=NAMED.model_copy(update={"located": False}))) == ["PARTNER#P0001", "TIER#premier"]


def test_a_state_from_before_there_were_lists_is_listed_without_a_name_and_is_in_no_public_list() -> None:
    old = a_state("2024-06-15").model_dump(mode="json", exclude={"listing"})
    read = AccountState.model_validate_json(json.dumps(old))
    assert names(read) == ["PARTNER#P0001", "TIER#premier"]
    assert json.loads(body(read, "TIER#premier"))["partner_name"] == ""


def test_every_entry_of_a_state_without_a_name_differs_once_it_has_one() -> None:
    """So the first assessment after the lists have come puts them all, whatever stood there."""
    named = full_state().model_copy(update={"listing": NAMED})
    assert set(changed_places(listings_of(full_state()), listings_of(named))) == set(listings_of(named))


def test_a_day_that_changes_nothing_a_list_shows_changes_no_entry() -> None:
    before, after = state(), state(assessed_on=date(2024, 6, 16), ytd_revenue=None, expiries=(), findings=())
    assert changed_places(listings_of(before), listings_of(after)) == ()


def test_places_change_where_an_entry_comes_goes_or_says_something_else() -> None:
    a, b, c, d = (ListPlace("L", name) for name in "abcd")
    assert changed_places({a: "1", b: "1", c: "1"}, {b: "1", c: "2", d: "1"}) == (a, c, d)


def test_a_case_goes_from_the_list_when_it_ends() -> None:
    during, after = as_of(full_state(), date(2024, 3, 10)), as_of(full_state(), date(2024, 4, 10))
    gone = set(changed_places(listings_of(during), listings_of(after))) - set(listings_of(after))
    assert {place.order for place in gone} == {
        "2024-04-29#P0001-DE#MCDE-2024-03-01",
        "2024-03-01#P0001-DE#business_plan-2024-2024-01-01",
        "2024-03-31#P0001-DE#brand_alignment-2024-02-10",
    }
