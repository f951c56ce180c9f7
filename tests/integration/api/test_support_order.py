"""The order of support over the API: for the vendor alone, one read for all accounts, problems with places."""

from collections import Counter
from typing import Any

import pytest

from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, PARTNER, Reply
from tests.deployed.program import PREMIER, RECORDS
from tests.deployed.world import World
from tests.integration.api.revenue_stack import counted

PATH = "/v1/support/order"
OTHERS = {
    "partners": "partner_id,name,enrolled_on,contact_email\nP0002,Beta,2024-01-02,beta@partner.example\n",
    "sites": "site_id,partner_id,country,name,headquarters,opened_on\nS2,P0002,FR,Paris,true,2024-01-02\n",
    "terms_acceptances": "partner_id,version,accepted_on\nP0002,2022-03,2024-01-02\n",
}


@pytest.fixture
def lived(world: World) -> World:
    """A Premier account in Germany, an Authorized one in France."""
    world.today("2024-03-16")
    world.take_in(RECORDS | PREMIER)
    world.take_in(OTHERS, "2024-02")
    return world


def incident(name: str, account: str, severity: str = "high", **more: Any) -> dict[str, Any]:
    return {
        "incident_id": name, "account_id": account, "severity": severity, "opened_at": "2024-03-15T09:00:00+01:00",
        **more,
    }  # fmt: skip


def ordered(world: World, *incidents: dict[str, Any], by: dict[str, str] = CHANNEL, **more: Any) -> Reply:
    return world.ask("POST", PATH, by, body={"incidents": list(incidents)} | more)


@pytest.mark.rule("R-4.2.7")
def test_incidents_come_in_the_order_of_tier_and_severity_and_with_premium_care_of_severity_alone(lived: World) -> None:
    reply = ordered(
        lived,
        incident("A", "P0002-FR"), incident("B", "P0001-DE"),
        incident("C", "P0002-FR", premium_care_subscription_id="PC-7", opened_at="2024-03-15T09:00:00Z"),
    )  # fmt: skip
    assert reply.status == 200, reply.text
    assert [(one["incident_id"], one["place"], one["rank"], one["tier"]) for one in reply.json["incidents"]] == [
        ("B", 1, 3, "premier"), ("C", 2, 3, "authorized"), ("A", 3, 6, "authorized"),
    ]  # fmt: skip
    assert reply.json["incidents"][0]["opened_at"] == "2024-03-15T08:00:00Z"


def test_only_the_vendor_asks(lived: World) -> None:
    assert ordered(lived, incident("A", "P0001-DE"), by=PARTNER).status == 403
    for by in (CHANNEL, FINANCE, AUDITOR):
        assert ordered(lived, incident("A", "P0001-DE"), by=by).status == 200


def test_all_accounts_are_read_at_once(lived: World) -> None:
    settings = 2
    many = [incident(f"I{number}", ("P0001-DE", "P0002-FR")[number % 2]) for number in range(100)]
    for incidents in (many[:1], many):
        with counted() as calls:
            assert ordered(lived, *incidents).status == 200
        assert calls == Counter({"GetItem": settings, "BatchGetItem": 1})


def test_what_has_no_place_in_the_queue_is_a_problem_that_points_at_it(lived: World) -> None:
    reply = ordered(lived, incident("A", "P0001-DE"), incident("B", "P9999-DE"), incident("A", "P0002-FR", "urgent"))
    assert (reply.status, reply.code) == (400, "invalid_request")
    assert [(item["at"], item["code"]) for item in reply.json["errors"]] == [
        ("/incidents/2/incident_id", "repeated"), ("/incidents/1/account_id", "unknown_account"),
        ("/incidents/2/severity", "unknown_severity"),
    ]  # fmt: skip


@pytest.mark.catalogue("B37", "B66")
def test_an_incident_is_read_strictly(lived: World) -> None:
    wrong = (("opened_at", 1710000000), ("opened_at", "2024-03-15"), ("rank", 1), ("incident_id", "A#B"))
    for name, value in wrong:
        reply = ordered(lived, incident("A", "P0001-DE") | {name: value})
        assert reply.status == 400
        assert [item["at"] for item in reply.json["errors"]] == [f"/incidents/0/{name}"]
