"""Requests for benefits through the deployed API: asked for by a partner, decided by the vendor, seen by both."""

import itertools
from typing import Any

import pytest

from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, PARTNER, Reply, partner
from tests.deployed.program import ACCOUNT_ID, PREMIER, RECORDS
from tests.deployed.world import World

OF_ACCOUNT = f"/v1/accounts/{ACCOUNT_ID}/benefit-requests"
QUEUE = "/v1/benefit-requests"
LICENCES = {"kind": "nfr_licences", "purpose": "the demo room", "licences": 2, "internal_use": True}
BID = {"kind": "bid_desk", "purpose": "the city's tender", "needed_by": "2024-04-01"}
STRANGER = partner("P0002")
CARL = {"username": "carl", "cognito:groups": "[channel]"}
OTHERS = {
    "partners": "partner_id,name,enrolled_on,contact_email\nP0002,Beta,2024-01-02,beta@partner.example\n",
    "sites": "site_id,partner_id,country,name,headquarters,opened_on\nS2,P0002,DE,Bonn,true,2024-01-02\n",
    "terms_acceptances": "partner_id,version,accepted_on\nP0002,2022-03,2024-01-02\n",
}
_keys = itertools.count(1)


@pytest.fixture
def two(world: World) -> World:
    """P0001 is Premier, P0002 Authorized."""
    world.take_in(RECORDS | PREMIER)
    world.take_in(OTHERS, "2024-02")
    return world


def post(world: World, path: str, body: Any, by: Any = PARTNER, seen: str | None = None, key: str = "") -> Reply:
    headers = {"Idempotency-Key": key or f"key-{next(_keys)}"} | ({"If-Match": seen} if seen else {})
    return world.ask("POST", path, by, body=body, headers=headers)


def asked(world: World, body: Any = LICENCES, by: Any = PARTNER, account_id: str = ACCOUNT_ID) -> Any:
    reply = post(world, f"/v1/accounts/{account_id}/benefit-requests", body, by)
    assert (reply.status, reply.headers["etag"]) == (201, '"1"'), reply.text
    return reply.json


def get(world: World, path: str, by: Any = CHANNEL, **query: Any) -> Reply:
    return world.ask("GET", path, by, query=query)


def one(request: Any) -> str:
    return f"{QUEUE}/{request['request_id']}"


@pytest.mark.rule("R-4.2.2")
def test_a_partner_asks_the_vendor_grants_and_both_see_what_became_of_it(two: World) -> None:
    request = asked(two)
    assert {name: request[name] for name in ("state", "tier", "access", "rule", "licences", "granted", "version")} == {
        "state": "open", "tier": "premier", "access": "apply", "rule": "R-4.2.2", "licences": 2, "granted": None,
        "version": 1,
    }  # fmt: skip
    granted = post(two, f"{one(request)}/decision", {"decision": "granted", "licences": 1, "reason": "one will do"},
                   CHANNEL, '"1"')  # fmt: skip
    assert (granted.status, granted.headers["etag"], granted.json["granted"]) == (200, '"2"', 1), granted.text
    for by, person in ((CHANNEL, "carla"), (AUDITOR, "carla"), (PARTNER, None)):
        seen = get(two, one(request), by)
        assert (seen.status, seen.headers["etag"], seen.json["state"]) == (200, '"2"', "granted")
        steps = [
            tuple(step[name] for name in ("state", "role", "person", "note", "on")) for step in seen.json["history"]
        ]
        assert steps == [
            ("open", "partner", "anna", "", "2024-03-15"), ("granted", "channel", person, "one will do", "2024-03-15"),
        ]  # fmt: skip
    own = get(two, OF_ACCOUNT, PARTNER).json
    assert [item["request_id"] for item in own["items"]] == [request["request_id"]]
    assert own["allowance"] == {"tier": "premier", "number": 6, "granted": 1, "left": 5}


@pytest.mark.rule("R-4.2.8")
def test_the_bid_desks_queue_has_premier_first_and_goes_on_page_by_page(two: World) -> None:
    late = asked(two, {"kind": "bid_desk", "purpose": "first come"}, STRANGER, "P0002-DE")
    first, second = asked(two, BID), asked(two, BID)
    asked(two, LICENCES)
    ids, cursor = [], None
    for _ in range(5):
        page = get(two, QUEUE, kind="bid_desk", limit=1, **({"cursor": cursor} if cursor else {})).json
        ids += [item["request_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert ids == [first["request_id"], second["request_id"], late["request_id"]]
    post(two, f"{one(first)}/decision", {"decision": "declined", "reason": "no budget"}, CHANNEL, '"1"')
    assert [item["state"] for item in get(two, QUEUE, kind="bid_desk", state="declined").json["items"]] == ["declined"]
    assert get(two, QUEUE).status == 400
    assert get(two, QUEUE, kind="other").status == 400
    assert get(two, QUEUE, PARTNER, kind="bid_desk").status == 403
    assert get(two, QUEUE, FINANCE, kind="bid_desk").status == 403


@pytest.mark.catalogue("B59")
def test_another_partners_request_and_account_are_answered_as_none(two: World) -> None:
    request = asked(two)
    none = get(two, f"{QUEUE}/BR-000000000000000000000000", STRANGER)
    foreign = get(two, one(request), STRANGER)
    assert (foreign.status, foreign.text) == (none.status, none.text) == (404, none.text)
    withdrawn = post(two, f"{one(request)}/withdraw", {}, STRANGER, '"1"')
    assert (withdrawn.status, withdrawn.text) == (404, none.text)
    for reply in (get(two, OF_ACCOUNT, STRANGER), post(two, OF_ACCOUNT, LICENCES, STRANGER)):
        assert (reply.status, reply.code) == (404, "not_found")
    assert get(two, one(request)).json["version"] == 1
    assert len(get(two, OF_ACCOUNT).json["items"]) == 1


def test_a_request_is_withdrawn_by_who_asked(two: World) -> None:
    own, made_for_it = asked(two), asked(two, BID, CHANNEL)
    refused = post(two, f"{one(own)}/withdraw", {}, CHANNEL, '"1"')
    assert (refused.status, refused.code) == (403, "not_allowed")
    done = post(two, f"{one(own)}/withdraw", {"reason": "not needed"}, PARTNER, '"1"')
    assert (done.status, done.json["state"]) == (200, "withdrawn")
    assert post(two, f"{one(made_for_it)}/withdraw", {}, CHANNEL, '"1"').json["state"] == "withdrawn"


@pytest.mark.catalogue("B74")
def test_who_made_the_request_does_not_decide_on_it(two: World) -> None:
    request = asked(two, LICENCES, CHANNEL)
    grant = {"decision": "granted", "licences": 1}
    own = post(two, f"{one(request)}/decision", grant, CHANNEL, '"1"')
    assert (own.status, own.code) == (403, "self_approval")
    assert post(two, f"{one(request)}/decision", grant, CARL, '"1"').status == 200


@pytest.mark.catalogue("B70")
@pytest.mark.catalogue("B76")
def test_a_decision_is_on_the_version_seen_is_answered_once_and_is_final(two: World) -> None:
    request = asked(two)
    path, grant = f"{one(request)}/decision", {"decision": "granted", "licences": 2}
    assert post(two, path, grant, CHANNEL).status == 428
    assert post(two, path, grant, CHANNEL, '"2"').code == "stale_version"
    first = post(two, path, grant, CHANNEL, '"1"', key="grant")
    again = post(two, path, grant, CHANNEL, '"1"', key="grant")
    assert (first.status, again.status, again.text) == (200, 200, first.text)
    for seen in ('"1"', '"2"'):
        other = post(two, path, {"decision": "declined", "reason": "no"}, CARL, seen)
        assert (other.status, other.code) == (409, "wrong_state")
    assert get(two, OF_ACCOUNT).json["allowance"]["granted"] == 2


@pytest.mark.rule("R-4.2.2")
def test_more_licences_than_the_tier_may_have_are_neither_asked_for_nor_granted(two: World) -> None:
    assert post(two, OF_ACCOUNT, LICENCES | {"licences": 7}).status == 400
    requests = [asked(two, LICENCES | {"licences": 4}) for _ in range(2)]
    for request, licences, status in ((requests[0], 4, 200), (requests[1], 3, 409), (requests[1], 2, 200)):
        reply = post(two, f"{one(request)}/decision", {"decision": "granted", "licences": licences}, CHANNEL, '"1"')
        assert reply.status == status, reply.text
        if status == 409:
            assert reply.code == "licences_used_up"
    assert get(two, OF_ACCOUNT).json["allowance"] == {"tier": "premier", "number": 6, "granted": 6, "left": 0}


@pytest.mark.catalogue("B66")
def test_what_does_not_belong_into_a_request_is_refused_and_nothing_is_kept(two: World) -> None:
    wrong: list[tuple[Any, str]] = [
        (LICENCES | {"tier": "premier"}, "/tier"),
        (LICENCES | {"state": "granted"}, "/state"),
        (LICENCES | {"partner_id": "P0001"}, "/partner_id"),
        (LICENCES | {"licences": "2"}, "/licences"),
        (LICENCES | {"licences": 0}, "/licences"),
        (LICENCES | {"licences": 1.5}, "/licences"),
        (LICENCES | {"internal_use": "yes"}, "/internal_use"),
        (LICENCES | {"internal_use": False}, "/internal_use"),
        (LICENCES | {"purpose": ""}, "/purpose"),
        (LICENCES | {"purpose": "a\nb"}, "/purpose"),
        (LICENCES | {"kind": "money"}, "/kind"),
        (BID | {"needed_by": "tomorrow"}, "/needed_by"),
        (BID | {"needed_by": "2024-03-14"}, "/needed_by"),
        (BID | {"licences": 1}, "/licences"),
        ({}, "/kind"),
    ]
    for body, at in wrong:
        reply = post(two, OF_ACCOUNT, body)
        assert reply.status == 400, (body, reply.text)
        assert at in [error["at"] for error in reply.json["errors"]], (body, reply.text)
    assert get(two, OF_ACCOUNT).json["items"] == []
    request = asked(two)
    for decision in ({"decision": "granted"}, {"decision": "declined"}, {"decision": "maybe"},
                     {"decision": "granted", "licences": 3},
                     {"decision": "declined", "licences": 2, "reason": "a slip"}):  # fmt: skip
        assert post(two, f"{one(request)}/decision", decision, CHANNEL, '"1"').status == 400
    assert get(two, one(request)).json["version"] == 1
