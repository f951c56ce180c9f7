"""What an alarm or an auditor goes by is counted: who asks for another's, and who approves their own work."""

import json
from typing import Any

import pytest

from tests.deployed.gateway import FINANCE, PARTNER
from tests.deployed.world import World

OTHERS = "/v1/accounts/P0002-DE"
PAYER = "/v1/sites/payer.EUR/bank-details"
PROPOSAL = {"number": "NL91ABNA0417164300", "holder": "Vendor", "reason": "letter of 2 May"}


def counted(printed: str) -> dict[str, float]:
    """The values of the metrics that functions have printed, in CloudWatch's embedded form."""
    found: dict[str, float] = {}
    lines = (json.loads(line) for line in printed.splitlines() if line.startswith('{"_aws"'))
    for line in lines:
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
            found[metric["Name"]] = found.get(metric["Name"], 0) + sum(line[metric["Name"]])
    return found


@pytest.mark.catalogue("B59")
@pytest.mark.parametrize(
    ("method", "path", "more"),
    [("GET", OTHERS, {}), ("POST", f"{OTHERS}/benefit-requests", {"kind": "bid_desk", "purpose": "tender"})],
)
def test_who_asks_for_what_is_anothers_is_counted(
    method: str, path: str, more: dict[str, Any], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {"Idempotency-Key": "one"} if more else {}
    reply = world.ask(method, path, PARTNER, body=more or None, headers=headers)
    assert reply.status == 404
    assert counted(capsys.readouterr().out)["ForeignAccount"] == 1


def test_who_asks_for_what_nobody_has_is_not_counted(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert world.ask("GET", "/v1/accounts/P0001-FR", PARTNER).status == 404
    assert "ForeignAccount" not in counted(capsys.readouterr().out)


@pytest.mark.rule("R-5.4")
def test_who_approves_their_own_work_is_counted(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    headers = {"Idempotency-Key": "one"}
    assert world.ask("POST", PAYER, FINANCE, body=PROPOSAL, headers=headers).status == 200
    capsys.readouterr()
    reply = world.ask("POST", f"{PAYER}/1/confirm", FINANCE, headers={"Idempotency-Key": "two"})
    assert (reply.status, reply.code) == (403, "self_approval")
    assert counted(capsys.readouterr().out)["SelfApproval"] == 1
