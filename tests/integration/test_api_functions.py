"""The functions of the API as the gateway calls them, with their own roles and environment."""

import re
from typing import Any

import pytest

from partner_program.api.access import ENDPOINTS
from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, PARTNER, Reply, partner
from tests.deployed.world import World, trigger

FOLDERS = ["query_api", "records_api"]
VENDOR = [CHANNEL, FINANCE, AUDITOR]


def answered(world: World, folder: str, claims: dict[str, Any]) -> Reply:
    """The recorded request with other claims in its token."""
    event = trigger(folder, "request")
    event["requestContext"]["authorizer"]["jwt"]["claims"] |= claims
    return Reply.read(world.call(folder, event))


def test_the_recorded_requests_are_answered_and_never_by_a_fault_of_ours(world: World) -> None:
    for folder, event in (
        ("query_api", trigger("query_api", "request")),
        ("records_api", trigger("records_api", "request")),
        ("partner_locator", trigger("partner_locator", "request")),
    ):
        reply = Reply.read(world.call(folder, event))
        assert reply.status < 500, folder
        assert "json" in reply.headers["content-type"]
        assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.catalogue("B61")
@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("use", ["id", "refresh", ""])
def test_a_token_that_is_no_access_token_is_answered_401(folder: str, use: str, world: World) -> None:
    reply = answered(world, folder, {"token_use": use})
    assert (reply.status, reply.code) == (401, "access_token_needed")


@pytest.mark.catalogue("B61")
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_request_that_did_not_pass_the_authorizer_is_answered_401(folder: str, world: World) -> None:
    event = trigger(folder, "request")
    del event["requestContext"]["authorizer"]
    assert Reply.read(world.call(folder, event)).status == 401


@pytest.mark.catalogue("B62")
@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    "claims",
    [
        {"cognito:groups": "[partner]", "partner_id": ""},
        {"cognito:groups": "[partner]", "partner_id": "*"},
        {"cognito:groups": "[partner]", "partner_id": "[P0001 P0002]"},
        {"cognito:groups": "[partner]", "partner_id": "P0001,P0002"},
        {"cognito:groups": "[partner channel]", "partner_id": "P0001"},
        {"cognito:groups": "[]", "partner_id": "P0001"},
        {"cognito:groups": "", "partner_id": "P0001"},
        {"cognito:groups": "[system]", "partner_id": "P0001"},
        {"cognito:groups": "[finance]", "username": ""},
        {"cognito:groups": "[finance]", "sub": ""},
    ],
    ids=str,
)
def test_a_token_that_does_not_say_who_somebody_is_to_us_is_answered_403(
    folder: str, claims: dict[str, str], world: World
) -> None:
    assert answered(world, folder, claims).status == 403


@pytest.mark.catalogue("B62")
@pytest.mark.parametrize("claim", ["partner_id", "cognito:groups", "username", "sub"])
def test_a_claim_that_is_missing_refuses(claim: str, world: World) -> None:
    event = trigger("query_api", "request")
    del event["requestContext"]["authorizer"]["jwt"]["claims"][claim]
    assert Reply.read(world.call("query_api", event)).status == 403


@pytest.mark.catalogue("B60")
def test_a_partner_named_in_header_query_or_body_is_not_looked_at(world: World) -> None:
    """The list of accounts is that of the token's partner, which has none here, whoever else is named."""
    plain = world.ask("GET", "/v1/accounts", PARTNER)
    named = world.ask(
        "GET", "/v1/accounts", PARTNER,
        query={"partner_id": "P0002"}, headers={"partner_id": "P0002", "x-partner-id": "P0002"},
    )  # fmt: skip
    assert (named.status, named.text) == (plain.status, plain.text)


def test_who_has_no_role_for_a_route_is_answered_403_before_anything_is_read(world: World) -> None:
    refused = [
        (world.ask(endpoint.method, re.sub("[{}]", "", endpoint.path), claims), f"{endpoint.method} {endpoint.path}")
        for endpoint in ENDPOINTS
        for claims in (*VENDOR, partner("P0001"))
        if not endpoint.is_public and claims["cognito:groups"].strip("[]") not in endpoint.roles
    ]
    assert len(refused) > len(ENDPOINTS)
    assert [route for reply, route in refused if (reply.status, reply.code) != (403, "role_missing")] == []
    assert world.used == {}, "no call of AWS was made"
