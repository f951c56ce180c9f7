"""What the vendor and partners find in the lists, and what the public finds on the Locator."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from partner_program.domain.facts import CertificationKind
from partner_program.domain.listings import listings_of
from partner_program.domain.tiers.account import AccountState, ChangeReason, Listing, Memory
from partner_program.domain.tiers.cases import Case, CaseStep
from partner_program.domain.tiers.findings import Requirement
from partner_program.use_cases.queries.lists import OUTSIDE, ProgramLists, Which
from partner_program.use_cases.queries.locator import Locator
from partner_program.values.errors import InvalidValue
from partner_program.values.ids import split_account_id
from partner_program.values.tiers import Tier
from tests.fakes.listings import MemoryListings
from tests.fakes.notices import a_case, a_change, a_state
from tests.fakes.records import rulebook

TODAY = date(2024, 3, 15)
PREMIER, ADVANCED, AUTHORIZED = Tier.PREMIER, Tier.ADVANCED, Tier.AUTHORIZED
MCDE = a_case(Requirement.MCDE, ("2024-02-01", CaseStep.OPENED), due="2024-04-01")
MCIT = a_case(Requirement.MCIT, ("2024-02-15", CaseStep.OPENED), due="2024-04-15")
REVENUE = a_case(
    Requirement.REVENUE,
    ("2024-01-30", CaseStep.OPENED),
    ("2024-01-30", CaseStep.DECISION_DUE),
    due=None,
    subject="2023",
)


def account(
    account_id: str, tier: Tier | None, *cases: Case, promoted: str | None = None, days: int | None = 3,
    held: Iterable[str] = (), located: bool = True,
) -> AccountState:  # fmt: skip
    partner_id, _ = split_account_id(account_id)
    changes = [a_change(promoted, AUTHORIZED, tier, ChangeReason.PROMOTED)] if promoted else []
    changes = [change.model_copy(update={"business_days": days}) for change in changes]
    listing = Listing(
        partner_name=f"Partner {partner_id}", held=tuple(held), located=located and tier is not None,
        public_contact=f"{partner_id}@public.example",
    )  # fmt: skip
    state = a_state("2024-03-15", account=account_id, changes=changes, memory=Memory(cases=cases))
    return state.model_copy(update={"tier": tier, "listing": listing})


STATES = (
    account("P1-DE", PREMIER, MCDE, promoted="2024-03-04", held=("MCDE", "MCIE", "MCIT")),
    account("P1-US", ADVANCED, MCIT, promoted="2024-03-04", days=4, held=("MCDE",)),
    account("P2-DE", AUTHORIZED, REVENUE, located=False),
    account("P3-FR", ADVANCED, promoted="2024-02-28", days=None, held=("MCDE", "MCIT")),
    account("P4-DE", None),
)


@pytest.fixture
def lists() -> MemoryListings:
    made = MemoryListings()
    for state in STATES:
        made.put(listings_of(state))
    return made


@pytest.fixture
def program(lists: MemoryListings) -> ProgramLists:
    return ProgramLists(lists, rulebook(), on=TODAY)


def ids(program: ProgramLists, **which: object) -> list[str]:
    return [item.account_id for item in program.accounts(Which.model_validate(which), limit=50).items]


def test_the_vendor_sees_all_accounts_from_the_highest_tier_down(program: ProgramLists) -> None:
    assert ids(program) == ["P1-DE", "P3-FR", "P1-US", "P2-DE", "P4-DE"]
    premier = program.accounts(Which(tier="premier"), limit=50).items[0]
    assert (premier.region, premier.partner_name) == ("EMEA", "Partner P1")
    assert [case.requirement for case in premier.open_cases] == [Requirement.MCDE]


@pytest.mark.parametrize(
    ("which", "found"),
    [
        ({"tier": "advanced"}, ["P3-FR", "P1-US"]),
        ({"tier": OUTSIDE}, ["P4-DE"]),
        ({"country": "DE"}, ["P1-DE", "P2-DE", "P4-DE"]),
        ({"tier": "premier", "country": "US"}, []),
        ({"region": "Americas"}, ["P1-US"]),
        ({"region": "EMEA", "tier": "advanced"}, ["P3-FR"]),
        ({"region": "APAC"}, []),
        ({"region": "APAC", "country": "DE"}, []),
        ({"open_case": True}, ["P1-DE", "P1-US", "P2-DE"]),
        ({"open_case": False}, ["P3-FR", "P4-DE"]),
        ({"requirement": "MCDE"}, ["P1-DE"]),
        ({"requirement": "revenue", "tier": "premier"}, []),
    ],
)
def test_accounts_are_narrowed_by_tier_country_region_and_case(
    program: ProgramLists, which: dict[str, object], found: list[str]
) -> None:
    assert ids(program, **which) == found


def test_a_partner_sees_its_own_accounts_only_whatever_it_asks_for(program: ProgramLists) -> None:
    for which, found in (
        (Which(), ["P1-DE", "P1-US"]), (Which(tier="advanced"), ["P1-US"]), (Which(country="DE"), ["P1-DE"]),
        (Which(region="EMEA"), ["P1-DE"]), (Which(tier=OUTSIDE), []),
    ):  # fmt: skip
        page = program.accounts(which, of_partner="P1", limit=50)
        assert [item.account_id for item in page.items] == found
    assert program.accounts(Which(), of_partner="P9", limit=50).items == ()


def test_a_region_that_there_is_not_is_refused(program: ProgramLists) -> None:
    for ask in (program.accounts, program.cases, program.promotions):
        with pytest.raises(InvalidValue, match=r"no such region: choose APAC, Americas, EMEA\."):
            ask(Which(region="emea"), limit=50)


def test_a_country_that_there_is_not_is_refused(program: ProgramLists) -> None:
    for ask in (program.accounts, program.cases, program.promotions):
        with pytest.raises(InvalidValue, match="no such country") as refused:
            ask(Which(country="UK"), limit=50)
        assert refused.value.at == ("country",)


def test_an_account_in_a_country_without_the_program_has_no_region(lists: MemoryListings) -> None:
    lists.put(listings_of(account("P5-AQ", PREMIER)))
    items = ProgramLists(lists, rulebook(), on=TODAY).accounts(Which(country="AQ"), limit=50).items
    assert [(item.account_id, item.region) for item in items] == [("P5-AQ", None)]


@pytest.mark.rule("R-3.3", "R-3.4b")
def test_open_cases_come_by_the_day_on_which_they_are_due(program: ProgramLists) -> None:
    found = program.cases(Which(), limit=50).items
    assert [(item.account_id, item.requirement.value) for item in found] == [
        ("P2-DE", "revenue"), ("P1-DE", "MCDE"), ("P1-US", "MCIT"),
    ]  # fmt: skip
    assert [item.decision_due for item in found] == [True, False, False]


@pytest.mark.parametrize(
    ("due_by", "found"),
    [
        ("2024-01-29", []),
        ("2024-01-30", ["P2-DE"]),
        ("2024-03-31", ["P2-DE"]),
        ("2024-04-01", ["P2-DE", "P1-DE"]),
        ("2024-04-15", ["P2-DE", "P1-DE", "P1-US"]),
    ],
)
def test_a_case_is_due_on_its_last_day(program: ProgramLists, due_by: str, found: list[str]) -> None:
    items = program.cases(Which(), due_by=date.fromisoformat(due_by), limit=50).items
    assert [item.account_id for item in items] == found


@pytest.mark.parametrize(
    ("which", "found"),
    [
        ({"region": "Americas"}, ["P1-US"]),
        ({"country": "DE"}, ["P2-DE", "P1-DE"]),
        ({"decision_due": True}, ["P2-DE"]),
        ({"decision_due": False, "region": "EMEA"}, ["P1-DE"]),
        ({"requirement": "MCIT"}, ["P1-US"]),
        ({"tier": "premier"}, ["P2-DE", "P1-DE", "P1-US"]),
        ({"tier": "advanced"}, []),
    ],
)
def test_cases_are_narrowed(program: ProgramLists, which: dict[str, object], found: list[str]) -> None:
    """All cases of the fakes are held against Premier."""
    assert [item.account_id for item in program.cases(Which.model_validate(which), limit=50).items] == found


@pytest.mark.rule("R-3.1a")
def test_promotions_of_a_month_tell_their_business_days_and_whether_they_came_in_time(program: ProgramLists) -> None:
    page = program.promotions(Which(), limit=50)
    assert page.month == "2024-03"
    told = [(item.account_id, item.business_days, item.allowed_business_days, item.in_time) for item in page.items]
    assert told == [("P1-DE", 3, 3, True), ("P1-US", 4, 3, False)]
    assert [item.account_id for item in program.promotions(Which(tier="advanced"), limit=50).items] == ["P1-US"]
    assert [item.account_id for item in program.promotions(Which(region="EMEA"), limit=50).items] == ["P1-DE"]


def test_promotions_go_on_in_their_month_when_the_next_one_has_begun(lists: MemoryListings) -> None:
    """A cursor is good until the end of the next day."""
    first = ProgramLists(lists, rulebook(), on=date(2024, 3, 31)).promotions(Which(), limit=1)
    april = ProgramLists(lists, rulebook(), on=date(2024, 4, 1))
    rest = april.promotions(Which(), after=first.next_cursor, limit=50)
    assert (first.month, rest.month) == ("2024-03", "2024-03")
    assert [item.account_id for item in (*first.items, *rest.items)] == ["P1-DE", "P1-US"]
    assert april.promotions(Which(), limit=50).items == ()
    with pytest.raises(InvalidValue):
        april.promotions(Which(), month="2024-04", after=first.next_cursor, limit=50)


def test_where_nobody_counted_the_days_nobody_says_whether_they_were_too_many(program: ProgramLists) -> None:
    (item,) = program.promotions(Which(), month="2024-02", limit=50).items
    assert (item.account_id, item.business_days, item.in_time) == ("P3-FR", None, None)


def test_pages_go_on_over_the_lists_of_the_tiers(program: ProgramLists) -> None:
    found, after = [], None
    for _ in range(6):
        page = program.accounts(Which(), after=after, limit=1)
        found += [item.account_id for item in page.items]
        after = page.next_cursor
    assert found == ["P1-DE", "P3-FR", "P1-US", "P2-DE", "P4-DE"]
    assert after is None


# --


def located(lists: MemoryListings, asked: dict[str, Any] | None = None, **book: Any) -> list[tuple[str, str]]:
    locator = Locator(lists, rulebook(book.get("extra", "")), on=book.get("on", TODAY))
    return [(item.name, item.country) for item in locator.find(limit=50, **asked or {}).items]


@pytest.mark.rule("R-4.2.9")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [("Partner P1", "DE"), ("Partner P3", "FR"), ("Partner P1", "US")]),
        ({"country": "DE"}, [("Partner P1", "DE")]),
        ({"country": "GB"}, []),
        ({"tier": ADVANCED}, [("Partner P3", "FR"), ("Partner P1", "US")]),
        ({"tier": AUTHORIZED}, []),
        ({"country": "DE", "tier": ADVANCED}, []),
        ({"country": "FR", "tier": ADVANCED}, [("Partner P3", "FR")]),
        ({"qualification": CertificationKind.MCIT}, [("Partner P1", "DE"), ("Partner P3", "FR")]),
        ({"qualification": CertificationKind.MCIE, "country": "FR"}, []),
    ],
)
def test_the_public_finds_advanced_and_premier_partners_by_country_tier_and_qualification(
    lists: MemoryListings, asked: dict[str, object], found: list[tuple[str, str]]
) -> None:
    assert located(lists, asked) == found


@pytest.mark.rule("R-4.2.9")
@pytest.mark.parametrize(("on", "there"), [("2024-03-31", True), ("2024-04-01", False)])
def test_a_tier_that_has_no_listing_from_a_day_on_is_not_found_from_that_day_on(
    lists: MemoryListings, on: str, there: bool
) -> None:
    """Even before its accounts were assessed that morning."""
    taken = '"benefit.R-4.2.9.advanced" = { from = 2024-04-01, value = "no" }'
    found = located(lists, extra=taken, on=date.fromisoformat(on))
    assert (("Partner P3", "FR") in found) is there
    assert ("Partner P1", "DE") in found


@pytest.mark.rule("R-4.2.9")
def test_a_country_that_has_left_the_program_is_not_found(lists: MemoryListings) -> None:
    lists.put(listings_of(account("P5-AQ", PREMIER)))
    assert ("Partner P5", "AQ") not in located(lists)


@pytest.mark.rule("R-4.2.9")
def test_whose_participation_has_ended_is_not_found(lists: MemoryListings) -> None:
    ended = account("P1-DE", None)
    gone = set(listings_of(STATES[0])) - set(listings_of(ended))
    lists.delete(gone)
    lists.put(listings_of(ended))
    assert located(lists, {"country": "DE"}) == []
