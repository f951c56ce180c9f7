"""The gap as the API states it, done to the cent by uploads: the last cent promotes, without it nobody is (R-3.1a)."""

from decimal import Decimal
from typing import Any

import pytest

from tests.deployed.gateway import PARTNER
from tests.deployed.program import ACCOUNT_ID, RECORDS, pos_line, pos_report, report_key
from tests.deployed.world import World

CENT = Decimal("0.01")


def asked(world: World, topic: str) -> Any:
    reply = world.ask("GET", f"/v1/accounts/{ACCOUNT_ID}{topic}", PARTNER)
    assert reply.status == 200, reply.text
    return reply.json


def sold(world: World, invoice: int, billed: Decimal) -> None:
    """A report of one line of hardware, of which half is credited (R-2.2a)."""
    report = f"report-{invoice}"
    world.upload_and_deliver(report_key(report), pos_report(pos_line(report, invoice, f"{billed:.2f}", sku="HW-1")))


def done(items: list[dict[str, Any]]) -> dict[str, str]:
    """People and trainings as files, exactly as many as are missing: each person is certified in one kind."""
    people, certificates, trainings = (
        ["person_id,site_id,from_date"],
        ["certification_id,person_id,kind,certified_on"],
        [],
    )
    for item in items:
        if item["people"]:
            kind = item["people"]["certification"]
            for number in range(item["people"]["people"]):
                people.append(f"{kind}{number},S-0001,2024-03-15")
                certificates.append(f"C-{kind}{number},{kind}{number},{kind},2024-03-15")
        if item["training"]:
            trainings.append(f"P0001,DE,{item['training']},2024-03-15")
    return {
        "people": "\n".join([*people, ""]),
        "certifications": "\n".join([*certificates, ""]),
        "trainings": "\n".join(["partner_id,country,kind,completed_on", *trainings, ""]),
    }


@pytest.mark.rule("R-3.1a", "R-3.1b", "R-2.2a", "R-4.1.2", "R-4.1.5")
def test_what_the_gap_says_done_by_uploads_promotes_with_the_last_half_cent(world: World) -> None:
    world.take_in(RECORDS)
    sold(world, 1, CENT)
    gap = asked(world, "/gap")["tiers"][0]
    revenue = next(item["revenue"] for item in gap["missing"] if item["revenue"])
    assert Decimal(revenue["amount"]) % CENT == Decimal("0.005"), "half a cent has been credited"
    world.take_in(done(gap["missing"]), "done")
    sold(world, 2, 2 * Decimal(revenue["amount"]) - CENT)
    assert asked(world, "")["tier"] == "authorized"
    (left,) = asked(world, "/gap")["tiers"][0]["missing"]
    assert (left["revenue"]["amount"], left["finding"]["missing"]) == ("0.005", "0.005 EUR")
    sold(world, 3, CENT)
    assert asked(world, "")["tier"] == "advanced"
    assert [item["tier"] for item in asked(world, "/gap")["tiers"]] == ["premier"]
