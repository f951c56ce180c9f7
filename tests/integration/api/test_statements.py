"""Statements and payouts over the API: from the quarter's end to what a partner may see of its money."""

import base64
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.domain.payments.people import Actor, Role
from partner_program.use_cases.decide_payouts import DecidePayouts
from partner_program.use_cases.queries.statements import FORMATS
from partner_program.values.periods import Quarter
from tests.deployed.gateway import CHANNEL, FINANCE, PARTNER
from tests.deployed.program import ACCOUNT_ID
from tests.deployed.world import World
from tests.integration.api.revenue_stack import all_items, ask, counted, credit_of, get, mended, sold

Q1 = Quarter(2024, 1)
DORA = Actor(person="Dora Lang", role=Role.CHANNEL)
PATHS = ("statements", "statements/2024Q1", "statements/2024Q1/lines", "payouts", "payouts/2024Q1")
OF_OTHERS = [f"/v1/accounts/P0002-DE/{path}" for path in (*PATHS, "statements/2024Q1/documents/html")]


@pytest.fixture
def closed(world: World) -> World:
    """The first quarter is over and closed: 100 last year and 175.25 in it pay. Afterwards a held line counts."""
    sold(world)
    for day in ("2024-03-31", "2024-04-30"):
        world.today(day)
        world.call("quarter_end", {"scheduled_time": f"{day}T21:45:00Z"})
        world.settle()
    world.today("2024-05-02")
    mended(world)
    return world


@pytest.mark.rule("R-5.4d")
def test_a_statement_shows_its_derivation_and_the_very_lines_that_it_was_made_from(closed: World) -> None:
    listed = get(closed, "statements")["items"]
    assert [(item["period"], item["status"], item["life"]) for item in listed] == [
        ("2024Q1", "preliminary", "preliminary"), ("2024Q1", "final", "final"),
    ]  # fmt: skip
    shown = get(closed, "statements/2024Q1")
    assert shown["statement"]["status"] == "final"
    assert [step["title"] for step in shown["statement"]["steps"]][-2:] == ["Carried out", "Payable from"]
    assert get(closed, "statements/2024Q1", status="preliminary")["statement"]["status"] == "preliminary"
    page = get(closed, "statements/2024Q1/lines")
    lines = all_items(closed, "statements/2024Q1/lines", limit=1)
    assert (page["complete"], page["lines"], len(lines)) == (True, 2, 2)
    assert credit_of(lines) == Decimal(page["ytd_revenue"]) == Decimal("175.25")
    assert Decimal(get(closed, "revenue")["sales_revenue"]) == Decimal("195.25")


def test_documents_are_handed_out_as_they_lie_in_the_bucket_and_none_before_they_are_made(closed: World) -> None:
    body = {"html": "<!doctype html><p>Grüße".encode(), "pdf": b"%PDF-1.7 \xff\x00"}
    bucket = closed.template.name("ResultsBucket")
    for form in body:
        closed.s3.delete_object(Bucket=bucket, Key=f"statements/{ACCOUNT_ID}/2024Q1.{form}")
        missing = ask(closed, f"statements/2024Q1/documents/{form}")
        assert (missing.status, missing.code) == (404, "not_found")
        closed.s3.put_object(Bucket=bucket, Key=f"statements/{ACCOUNT_ID}/2024Q1.{form}", Body=body[form])
        found = ask(closed, f"statements/2024Q1/documents/{form}")
        assert found.status == 200
        assert base64.b64decode(found.text) == body[form]
        assert "sandbox" in found.headers["content-security-policy"]
        assert found.headers["content-type"] == FORMATS[form]
    assert ask(closed, "statements/2024Q1/documents/exe").status == 404


@pytest.mark.rule("R-5.5")
def test_a_partner_sees_what_happened_to_its_payout_and_the_vendor_also_who_did_it(closed: World) -> None:
    payouts = DecidePayouts(DynamoPaymentBook(closed.payments))
    payouts.hold(ACCOUNT_ID, Q1, by=DORA, reason="returns", on=date(2024, 5, 2))
    mine, theirs = get(closed, "payouts/2024Q1"), get(closed, "payouts/2024Q1", FINANCE)
    assert (mine["state"], mine["steps"][0]["reason"], mine["steps"][0]["role"]) == ("on_hold", "returns", "channel")
    assert theirs["steps"][0]["person"] == "Dora Lang"
    for path in ("payouts", "payouts/2024Q1", "statements", "statements/2024Q1"):
        assert "Dora" not in ask(closed, path).text
    assert get(closed, "statements")["items"][1]["life"] == "on_hold"
    assert get(closed, "payouts")["items"] == [mine]


@pytest.mark.catalogue("B70")
def test_the_etag_of_a_payout_is_the_version_that_an_act_names(closed: World) -> None:
    reply = ask(closed, "payouts/2024Q1")
    assert reply.headers["etag"] == f'"{reply.json["version"]}"'
    url = f"/v1/accounts/{ACCOUNT_ID}/payouts/2024Q1"
    again = closed.ask("GET", url, PARTNER, headers={"if-none-match": reply.headers["etag"]})
    assert (again.status, again.text) == (304, "")


@pytest.mark.catalogue("B59")
def test_a_foreign_account_is_answered_as_a_missing_one(closed: World) -> None:
    for url in OF_OTHERS:
        foreign, missing = closed.ask("GET", url, PARTNER), closed.ask("GET", url.replace("P0002", "P0009"), PARTNER)
        assert (foreign.status, foreign.text) == (404, missing.text), url
    for path in ("statements/2024Q2", "statements/2024Q2/lines", "payouts/2024Q2", "statements/2024Q5"):
        assert ask(closed, path, CHANNEL).status == 404


SETTINGS_AND_STATE = 3
"""The rulebook, the sandbox's clock, and the state of the account."""
READS: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("statements", {}, 2), ("statements/2024Q1", {}, 2), ("statements/2024Q1", {"status": "preliminary"}, 1),
    ("statements/2024Q1/lines", {}, 4 + 3 + 1 + 1), ("payouts", {}, 1), ("payouts/2024Q1", {}, 1),
    ("statements/2024Q1/documents/html", {}, 0),
)  # fmt: skip


def test_each_question_takes_so_many_reads(closed: World) -> None:
    for path, query, most in READS:
        with counted() as reads:
            ask(closed, path, **query)
        assert sum(reads.values()) <= most + SETTINGS_AND_STATE, (path, query, reads)
        assert set(reads) <= {"GetItem", "BatchGetItem", "Query"}
