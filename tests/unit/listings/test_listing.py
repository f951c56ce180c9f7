"""What an assessment says for the lists: the name, what is held, whether the public finds the account (R-4.2.9)."""

import pytest

from partner_program.domain.facts import LocatorProfile, Record
from partner_program.domain.listings import LOCATOR, listings_of
from partner_program.domain.tiers.account import Listing
from partner_program.domain.tiers.assessment import assess
from tests.fakes.assessing import Story
from tests.fakes.records import (
    accepted,
    certified,
    day,
    decided,
    employed,
    facts,
    opening,
    partner,
    placed,
    rulebook,
    site,
)

RICH = opening(2023, "300000")
PROFILE = LocatorProfile(
    partner_id="P1",
    country="DE",
    display_name="Partner Berlin",
    public_contact="+49 30 901820",
    marketplace_url="https://shop.example/",
)


def listed(*records: Record, on: str = "2024-03-15", tier: str = "advanced", extra: str = "") -> Listing:
    kinds = {record.kind for record in records}
    usual = [
        item for item in (partner(), site(), accepted(), placed(tier, "2024-03-01"), RICH) if item.kind not in kinds
    ]
    state = assess(facts(*usual, *records), None, rulebook(extra), day(on))
    assert state.listing is not None
    return state.listing


@pytest.mark.rule("R-4.2.9")
@pytest.mark.parametrize(("tier", "located"), [("authorized", False), ("advanced", True), ("premier", True)])
def test_the_public_finds_advanced_and_premier_accounts(tier: str, located: bool) -> None:
    assert listed(tier=tier).located is located


@pytest.mark.rule("R-4.2.9")
def test_who_is_not_in_the_program_yet_is_not_found() -> None:
    later = placed("premier").model_copy(update={"placed_on": day("2024-03-16")})
    assert listed(later) == Listing(partner_name="Partner P1")
    assert listed(later, on="2024-03-16").located


@pytest.mark.rule("R-4.2.9")
@pytest.mark.parametrize(("closed", "located"), [("2024-03-16", True), ("2024-03-15", False)])
def test_an_account_without_an_open_site_is_not_found(closed: str, located: bool) -> None:
    assert listed(site(closed=closed)).located is located
    assert listed(site(closed=closed), site("S2")).located


@pytest.mark.rule("R-4.2.9")
def test_the_rulebook_of_the_day_says_which_tiers_are_found() -> None:
    taken = '"benefit.R-4.2.9.advanced" = { from = 2024-03-15, value = "no" }'
    assert listed(on="2024-03-14", extra=taken).located
    assert not listed(on="2024-03-15", extra=taken).located


@pytest.mark.rule("R-4.1.5", "R-4.2.9")
def test_the_qualifications_are_those_that_somebody_of_the_account_holds_on_the_day() -> None:
    people = [employed("A"), employed("B", until="2024-03-15")]
    held = [certified("A", "MCIT", "2022-03-15"), certified("A", "MCDE", "2023-01-02")]
    held += [certified("B", "MCIT", "2023-01-01"), certified("B", "MCIE", "2023-01-02")]
    assert listed(*people, *held, on="2024-03-14").held == ("MCDE", "MCIE", "MCIT")
    assert listed(*people, *held, on="2024-03-15").held == ("MCDE",)


@pytest.mark.rule("R-4.2.9")
def test_the_public_reads_what_the_partner_has_said_for_it_and_never_its_contact_of_the_program() -> None:
    said = listed(PROFILE)
    assert (said.display_name, said.public_contact, said.marketplace_url) == (
        "Partner Berlin", "+49 30 901820", "https://shop.example/",
    )  # fmt: skip
    silent = listed()
    assert (silent.display_name, silent.public_contact, silent.marketplace_url) == (None, None, None)
    assert partner().contact_email not in silent.model_dump_json()


def test_a_profile_of_another_country_says_nothing_here() -> None:
    assert listed(PROFILE.model_copy(update={"country": "US"})).public_contact is None


def test_a_new_name_alone_is_a_new_state() -> None:
    """So the lists hear of it."""
    records = [site(), accepted(), placed("advanced")]
    before = assess(facts(partner(), *records), None, rulebook(), day("2024-03-15"))
    renamed = partner().model_copy(update={"name": "Partner Neu"})
    after = assess(facts(renamed, *records), before, rulebook(), day("2024-03-15"))
    assert after.listing is not None
    assert after.listing.partner_name == "Partner Neu"
    assert after.model_copy(update={"listing": before.listing}) == before


@pytest.mark.rule("R-3.4b", "R-4.2.9")
@pytest.mark.parametrize(("on", "located"), [("2024-02-09", True), ("2024-02-10", False)])
def test_whose_participation_the_vendor_has_ended_is_found_no_more(on: str, located: bool) -> None:
    """Here the owner lists Authorized accounts too: only they can be ended for revenue."""
    book = rulebook('"benefit.R-4.2.9.authorized" = "yes"')
    known = [partner(enrolled="2022-06-01"), site(opened="2022-06-01"), accepted("2022-06-01"), opening(2023, "10")]
    story = Story(*known, book=book, first="2022-06-01")
    story.then("2024-02-10", decided("revenue", "2024-01-30", "end_participation", "2024-02-10"))
    state = story.until(on)
    assert state.listing is not None
    assert state.listing.located is located
    assert (LOCATOR in {place.name for place in listings_of(state)}) is located
