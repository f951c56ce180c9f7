"""The Partner Locator as the public reaches it: without a token, cacheable, and with public words only (R-4.2.9)."""

import pytest

from tests.deployed.gateway import Reply
from tests.deployed.program import PREMIER, RECORDS
from tests.deployed.world import World
from tests.integration.api.test_lists import OTHERS, kept

PROFILE = (
    "partner_id,country,display_name,public_contact,marketplace_url\n"
    "P0001,DE,Alpha Integration,+49 30 901820,https://shop.example/alpha\n"
)
ALPHA = {
    "name": "Alpha Integration",
    "country": "DE",
    "tier": "premier",
    "qualifications": ["MCDE", "MCIE", "MCIT"],
    "contact": "+49 30 901820",
    "marketplace_url": "https://shop.example/alpha",
}


@pytest.fixture
def listed(world: World) -> World:
    world.take_in(RECORDS | PREMIER | {"locator_profiles": PROFILE})
    world.take_in(OTHERS, "2024-02")
    return world


def find(world: World, **query: str) -> Reply:
    return world.ask("GET", "/v1/locator", query=query)


@pytest.mark.rule("R-4.2.9")
def test_anybody_finds_partners_without_a_token_and_reads_public_fields_only(listed: World) -> None:
    reply = find(listed)
    assert reply.status == 200
    assert reply.json == {"items": [ALPHA], "next_cursor": None}
    for secret in ("P0001", "P0002", "alpha@partner.example", "Beta"):
        assert secret not in reply.text


@pytest.mark.rule("R-4.2.9")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"country": "DE"}, 1), ({"country": "FR"}, 0), ({"tier": "premier"}, 1), ({"tier": "advanced"}, 0),
        ({"tier": "authorized"}, 0), ({"qualification": "MCIE"}, 1), ({"country": "DE", "tier": "premier"}, 1),
        ({"country": "DE", "qualification": "MCDE", "tier": "premier"}, 1),
    ],
)  # fmt: skip
def test_partners_are_found_by_country_tier_and_qualification(listed: World, query: dict[str, str], found: int) -> None:
    assert len(find(listed, **query).json["items"]) == found


def test_an_answer_may_be_kept_by_anybody_for_a_while_and_is_asked_for_again_by_its_tag(listed: World) -> None:
    reply = find(listed)
    assert reply.headers["cache-control"] == "public, max-age=300"
    again = listed.ask("GET", "/v1/locator", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status, again.text, again.headers["cache-control"]) == (304, "", "public, max-age=300")
    changed = PROFILE.replace("Alpha Integration", "Alpha Berlin")
    listed.take_in({"locator_profiles": changed}, "2024-03")
    later = listed.ask("GET", "/v1/locator", headers={"If-None-Match": reply.headers["etag"]})
    assert [item["name"] for item in later.json["items"]] == ["Alpha Berlin"]


@pytest.mark.rule("R-4.2.9")
def test_what_a_partner_takes_back_is_gone_and_its_name_stands_in(listed: World) -> None:
    listed.take_in({"locator_profiles": "partner_id,country\nP0001,DE\n"}, "2024-03")
    assert find(listed).json["items"] == [ALPHA | {"name": "Alpha", "contact": None, "marketplace_url": None}]


@pytest.mark.rule("R-4.2.9", "R-4.1.5")
def test_a_certification_that_has_ended_is_shown_no_more_from_the_morning_on(listed: World) -> None:
    listed.today("2026-01-02")
    listed.call("certification_expiry", {"scheduled_time": "2026-01-02T02:15:00Z"})
    listed.settle()
    items = find(listed).json["items"]
    assert all("MCIE" not in item["qualifications"] for item in items)


@pytest.mark.parametrize(
    "query",
    [
        {"country": "Germany"},
        {"country": "UK"},
        {"tier": "gold"},
        {"qualification": "MCXX"},
        {"limit": "101"},
        {"cursor": "x"},
    ],
)
@pytest.mark.catalogue("B63", "B64")
def test_what_is_no_such_thing_is_refused(world: World, query: dict[str, str]) -> None:
    assert find(world, **query).status == 400


@pytest.mark.catalogue("B60")
def test_who_has_a_token_sees_no_more(listed: World) -> None:
    reply = listed.ask("GET", "/v1/locator", headers={"Authorization": "Bearer x"}, query={"partner_id": "P0002"})
    assert reply.json["items"] == [ALPHA]


def test_its_function_can_read_no_other_list(listed: World) -> None:
    find(listed)
    keys = {key for (role, *_), used in listed.keys_used.items() if role == "partner_locator" for key in used}
    assert keys == {"LOCATOR", "SETTING"}
    assert {place.name for place in kept(listed)} > {"LOCATOR"}
