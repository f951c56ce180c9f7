"""The claim of the partner in access tokens: from the user pool alone, for a partner's people alone (B60, B62)."""

import json
from typing import Any

import pytest

from tests.deployed.world import World, trigger

pytestmark = pytest.mark.catalogue("B62")


def signing_in(groups: list[str], **attributes: str) -> dict[str, Any]:
    event = trigger("token_claims", "sign_in")
    event["request"]["groupConfiguration"]["groupsToOverride"] = groups
    event["request"]["userAttributes"] = {"sub": "s", "custom:partner_id": "P0001"} | attributes
    return event


def claims_added(world: World, event: dict[str, Any]) -> dict[str, str]:
    """The claims that the access token gets besides; the rest of the event must have come back as it was."""
    answer = world.call("token_claims", json.loads(json.dumps(event)))
    details = answer.pop("response")["claimsAndScopeOverrideDetails"]
    assert answer == {name: value for name, value in event.items() if name != "response"}
    if details is None:
        return {}
    assert details.keys() == {"accessTokenGeneration"}, "the ID token is not for us, groups and scopes stay"
    added: dict[str, str] = details["accessTokenGeneration"].pop("claimsToAddOrOverride")
    assert details == {"accessTokenGeneration": {}}
    return added


def test_a_partners_person_gets_the_partner_of_the_attribute(world: World) -> None:
    assert claims_added(world, trigger("token_claims", "sign_in")) == {"partner_id": "P0001"}


@pytest.mark.parametrize("source", ["TokenGeneration_RefreshTokens", "TokenGeneration_NewPasswordChallenge"])
def test_also_when_tokens_are_renewed_so_that_a_change_is_seen_within_a_tokens_life(source: str, world: World) -> None:
    event = trigger("token_claims", "sign_in") | {"triggerSource": source}
    assert claims_added(world, event) == {"partner_id": "P0001"}


@pytest.mark.parametrize("groups", [[], ["channel"], ["finance", "auditor"], ["partners"], ["PARTNER"]])
def test_nobody_else_gets_one_even_with_the_attribute(groups: list[str], world: World) -> None:
    assert claims_added(world, signing_in(groups)) == {}


@pytest.mark.parametrize("value", ["", "*", "P1 P2", "P1,P2", "[P1]", "P1#", "a" * 65, "P1\n", "Ｐ１"])
def test_an_attribute_that_is_no_id_gives_none(value: str, world: World) -> None:
    assert claims_added(world, signing_in(["partner"], **{"custom:partner_id": value})) == {}


def test_a_partners_person_without_the_attribute_gets_none(world: World) -> None:
    event = signing_in(["partner"])
    del event["request"]["userAttributes"]["custom:partner_id"]
    assert claims_added(world, event) == {}


@pytest.mark.catalogue("B60")
def test_what_the_client_sends_along_is_not_looked_at(world: World) -> None:
    assert claims_added(world, trigger("token_claims", "bad_metadata")) == {}
    event = signing_in(["partner"])
    event["request"]["clientMetadata"] = {"partner_id": "P0002", "custom:partner_id": "P0002"}
    assert claims_added(world, event) == {"partner_id": "P0001"}


@pytest.mark.parametrize("missing", ["groupConfiguration", "userAttributes"])
def test_no_event_of_the_trigger_makes_no_token(missing: str, world: World) -> None:
    event = signing_in(["partner"])
    del event["request"][missing]
    with pytest.raises(KeyError, match=missing):
        world.call("token_claims", event)
