"""Lists from records to answers: uploads decide accounts, the stream carries the states, the API lists them."""

import json
from typing import Any

import pytest

from partner_program.adapters.listing_store import DynamoListings
from partner_program.adapters.table import to_wire
from partner_program.domain.listings import ListPlace, listings_of
from partner_program.domain.tiers.account import AccountState
from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, partner
from tests.deployed.program import PREMIER, RECORDS
from tests.deployed.world import World
from tests.fakes.notices import a_state

VENDOR = (CHANNEL, FINANCE, AUDITOR)
OTHERS = {
    "partners": "partner_id,name,enrolled_on,contact_email\nP0002,Beta,2024-01-02,beta@partner.example\n",
    "sites": "site_id,partner_id,country,name,headquarters,opened_on\nS2,P0002,FR,Paris,true,2024-01-02\n",
    "terms_acceptances": "partner_id,version,accepted_on\nP0002,2022-03,2024-01-02\n",
}


@pytest.fixture
def listed(world: World) -> World:
    """Two partners; the first one's account is placed as Premier, and has cases."""
    world.take_in(RECORDS | PREMIER)
    world.take_in(OTHERS, "2024-02")
    return world


def get(world: World, path: str, by: dict[str, str] = CHANNEL, **query: Any) -> Any:
    reply = world.ask("GET", path, by, query=query)
    assert reply.status == 200, reply.text
    return reply.json


def kept(world: World) -> dict[ListPlace, str]:
    """Everything in the listings table that follows from states."""
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=world.template.name("ListingsTable"))
    items = [item for page in pages for item in page["Items"]]
    found = {ListPlace(item["pk"]["S"], item["sk"]["S"]): item["body"]["S"] for item in items if "body" in item}
    return {
        place: body for place, body in found.items() if place.name.split("#")[0] not in ("REPORTS", "REPORT", "HELD")
    }


def wanted(world: World) -> dict[ListPlace, str]:
    states = [world.state(account) for account in ("P0001-DE", "P0002-FR")]
    read = [AccountState.model_validate_json(json.dumps(state)) for state in states]
    return {place: body for state in read for place, body in listings_of(state).items()}


def test_what_is_decided_of_accounts_is_in_the_lists_once_the_stream_has_carried_it(listed: World) -> None:
    assert kept(listed) == wanted(listed)
    assert {place.name for place in kept(listed)} >= {"TIER#premier", "TIER#authorized", "LOCATOR", "OPEN_CASES"}


def test_a_new_day_alone_writes_no_list(listed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    listed.upload_and_deliver(
        "records/trainings/again.csv", "partner_id,country,kind,completed_on\nP0001,DE,annual_sales,2024-03-01\n"
    )
    before = kept(listed)
    writes: list[str] = []
    monkeypatch.setattr(DynamoListings, "put", lambda _store, entries: writes.extend(entries))
    listed.upload_and_deliver(
        "records/trainings/more.csv", "partner_id,country,kind,completed_on\nP0001,DE,annual_sales,2024-03-02\n"
    )
    assert (writes, kept(listed)) == ([], before)


@pytest.mark.catalogue("F39")
def test_images_out_of_date_end_in_what_stands(listed: World) -> None:
    """An old change comes again after newer ones."""
    keys = to_wire({"pk": "ACCOUNT#P0002-FR", "sk": "STATE"})
    older = a_state("2024-01-02", account="P0002-FR").model_dump_json()
    listed.call("notifications", {"Records": [{"dynamodb": {
        "Keys": keys, "NewImage": keys | to_wire({"version": 0, "body": older})
    }}]})  # fmt: skip
    assert kept(listed) == wanted(listed)


def test_the_vendor_lists_accounts_with_their_cases(listed: World) -> None:
    items: list[dict[str, Any]] = []
    for by in VENDOR:
        items = get(listed, "/v1/accounts", by)["items"]
        assert [(item["account_id"], item["tier"], item["region"]) for item in items] == [
            ("P0001-DE", "premier", "EMEA"), ("P0002-FR", "authorized", "EMEA"),
        ]  # fmt: skip
    assert items[0]["partner_name"] == "Alpha"
    assert [case["requirement"] for case in items[0]["open_cases"]] == ["business_plan", "brand_alignment"]
    narrowed: dict[str, list[str]] = {
        "tier=premier": ["P0001-DE"], "tier=none": [], "country=FR": ["P0002-FR"], "region=APAC": [],
        "open_case=false": ["P0002-FR"], "requirement=business_plan": ["P0001-DE"],
    }  # fmt: skip
    for query, found in narrowed.items():
        items = listed.ask("GET", "/v1/accounts", CHANNEL, query=query).json["items"]
        assert [item["account_id"] for item in items] == found, query


@pytest.mark.catalogue("B59", "B60")
def test_a_partner_lists_its_own_accounts_whatever_it_asks_for(listed: World) -> None:
    queries: tuple[dict[str, Any], ...] = ({}, {"partner_id": "P0001"}, {"account_id": "P0001-DE"}, {"region": "EMEA"})
    for query in queries:
        items = get(listed, "/v1/accounts", partner("P0002"), **query)["items"]
        assert [item["account_id"] for item in items] == ["P0002-FR"], query
    assert get(listed, "/v1/accounts", partner("P0002"), country="DE") == {"items": [], "next_cursor": None}
    assert get(listed, "/v1/accounts", partner("P0009")) == {"items": [], "next_cursor": None}


def test_only_the_vendor_lists_cases_and_promotions(listed: World) -> None:
    for path in ("/v1/cases", "/v1/promotions"):
        assert listed.ask("GET", path, partner("P0001")).status == 403
        for by in VENDOR:
            assert listed.ask("GET", path, by).status == 200


@pytest.mark.rule("R-3.3")
def test_open_cases_are_listed_up_to_the_day_on_which_they_are_due(listed: World) -> None:
    items = get(listed, "/v1/cases")["items"]
    told = [(item["due_on"], item["account_id"], item["requirement"], item["decision_due"]) for item in items]
    assert told == [
        ("2024-03-02", "P0001-DE", "business_plan", True), ("2024-04-30", "P0001-DE", "brand_alignment", False),
    ]  # fmt: skip
    assert get(listed, "/v1/cases", due_by="2024-03-01")["items"] == []
    assert len(get(listed, "/v1/cases", due_by="2024-03-02")["items"]) == 1
    assert len(get(listed, "/v1/cases", decision_due="true", region="EMEA", tier="premier")["items"]) == 1


@pytest.mark.rule("R-3.1a")
def test_a_promotion_is_listed_in_its_month_with_its_business_days(world: World) -> None:
    """All but revenue was met on 2 January; last year's is recorded on 15 March."""
    world.take_in(
        RECORDS | {kind: rows for kind, rows in PREMIER.items() if kind not in ("placements", "opening_revenue")}
    )
    assert get(world, "/v1/promotions")["items"] == []
    rows = "partner_id,country,year,sales_revenue,currency\nP0001,DE,2023,9000000.00,EUR\n"
    world.take_in({"opening_revenue": rows}, "2024-03")
    page = get(world, "/v1/promotions")
    (item,) = page["items"]
    assert (page["month"], item["account_id"], item["from_tier"], item["to_tier"]) == (
        "2024-03", "P0001-DE", "authorized", "premier",
    )  # fmt: skip
    assert item["in_time"] is (item["business_days"] <= item["allowed_business_days"])
    assert get(world, "/v1/promotions", month="2024-02")["items"] == []
    assert get(world, "/v1/promotions", tier="advanced")["items"] == []


@pytest.mark.catalogue("B63", "B64")
def test_a_page_goes_on_with_its_cursor_for_the_same_caller_and_query_only(listed: World) -> None:
    first = get(listed, "/v1/accounts", limit=1)
    assert [item["account_id"] for item in first["items"]] == ["P0001-DE"]
    second = get(listed, "/v1/accounts", limit=5, cursor=first["next_cursor"])
    assert [item["account_id"] for item in second["items"]] == ["P0002-FR"]
    assert second["next_cursor"] is None
    for by, query in ((AUDITOR, {}), (partner("P0002"), {}), (CHANNEL, {"tier": "premier"})):
        reply = listed.ask("GET", "/v1/accounts", by, query=query | {"cursor": first["next_cursor"]})
        assert (reply.status, reply.code) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/accounts", {"tier": "gold"}), ("/v1/accounts", {"country": "de"}), ("/v1/accounts", {"limit": "0"}),
        ("/v1/accounts", {"limit": "101"}), ("/v1/accounts", {"open_case": "perhaps"}),
        ("/v1/accounts", {"region": "emea"}), ("/v1/accounts", {"country": "UK"}), ("/v1/cases", {"country": "UK"}),
        ("/v1/promotions", {"country": "UK"}), ("/v1/cases", {"due_by": "2024-02-30"}), ("/v1/cases", {"tier": "none"}),
        ("/v1/cases", {"requirement": "brand"}), ("/v1/promotions", {"month": "2024-13"}),
    ],
)  # fmt: skip
@pytest.mark.catalogue("B64")
def test_what_is_no_such_thing_is_refused(world: World, path: str, query: dict[str, str]) -> None:
    reply = world.ask("GET", path, CHANNEL, query=query)
    assert reply.status == 400
    assert reply.code in ("invalid_request", "invalid_value")


def test_lists_answer_what_somebody_has_already_with_304(listed: World) -> None:
    reply = listed.ask("GET", "/v1/accounts", CHANNEL)
    again = listed.ask("GET", "/v1/accounts", CHANNEL, headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status, again.text) == (304, "")
    listed.take_in({"partners": RECORDS["partners"].replace("P0001,Alpha", "P0001,Omega")}, "2024-03")
    assert listed.ask("GET", "/v1/accounts", CHANNEL, headers={"If-None-Match": reply.headers["etag"]}).status == 200
