"""Price quotes over the API: products of the records, the tier of the account, known reads, mistakes with places."""

from collections import Counter
from typing import Any

import pytest

from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, PARTNER, Reply, partner
from tests.deployed.program import ACCOUNT_ID, PREMIER, RECORDS, pos_line, pos_report, report_key
from tests.deployed.world import World
from tests.integration.api.revenue_stack import counted, get

PATH = f"/v1/accounts/{ACCOUNT_ID}/quotes"
MORE = {"products": "sku,name,category,family\nFULL-1,Wall,software,full_portfolio\nHOURS,Hours,services,other\n"}


@pytest.fixture
def stocked(world: World) -> World:
    """A Premier account, and four products."""
    world.today("2024-03-16")
    world.take_in(RECORDS | PREMIER)
    world.take_in(MORE, "2024-02")
    return world


def line(sku: str = "SW-1", quantity: int = 1, price: str = "100", **more: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "list_unit_price": price, **more}


def quote(world: World, *lines: dict[str, Any], by: dict[str, str] = PARTNER, **more: Any) -> Reply:
    return world.ask("POST", PATH, by, body={"lines": list(lines)} | more)


@pytest.mark.rule("R-4.2.1")
def test_a_basket_is_priced_line_by_line_and_in_all_as_text(stocked: World) -> None:
    reply = quote(stocked, line("FULL-1", 3, "33.3333", project_discount_pct="5"), line("HOURS"), line("HW-1", 2))
    assert reply.status == 200, reply.text
    answer = reply.json
    assert [(one["tier_discount_pct"], one["amount"], one["credit"]) for one in answer["lines"]] == [
        ("34", "62.70", "62.70"), ("0", "100.00", "0.00"), ("34", "132.00", "66.000"),
    ]  # fmt: skip
    assert answer["lines"][0]["net_unit_price"] == "20.8999791"
    assert answer["totals"] == {
        "list_amount": "400.00", "discount": "105.30", "amount": "294.70", "credit": "128.700",
    }  # fmt: skip
    assert (answer["tier"], answer["currency"], answer["excluded"]) == ("premier", "EUR", [])
    assert answer["held"] == ["MCDE", "MCIE", "MCIT"]


@pytest.mark.rule("R-2.2a")
def test_what_is_quoted_counts_as_quoted_once_it_is_reported(stocked: World) -> None:
    [told] = quote(stocked, line("HW-1", 7, "19.9999", project_discount_pct="2.5")).json["lines"]
    row = pos_line(
        "R-1", 1, told["amount"], sku="HW-1", quantity="7", list_unit_price="19.9999",
        tier_discount_pct=told["tier_discount_pct"], project_discount_pct="2.5",
    )  # fmt: skip
    stocked.upload_and_deliver(report_key("R-1"), pos_report(row))
    [counted_line] = get(stocked, "revenue/lines")["items"]
    assert counted_line["credit"] == told["credit"]
    assert counted_line["flags"] == []


def test_each_answer_takes_a_known_number_of_reads_and_no_write(stocked: World) -> None:
    settings, visible = 2, 1
    basket = [line(sku) for sku in ("SW-1", "HW-1", "FULL-1", "HOURS")] * 25
    for lines in (basket[:1], basket):
        with counted() as calls:
            assert quote(stocked, *lines).status == 200
        assert calls == Counter({"GetItem": settings + visible + 1, "Query": 2, "BatchGetItem": 1})


@pytest.mark.catalogue("B44")
def test_an_unknown_product_is_a_problem_that_points_at_its_line(stocked: World) -> None:
    reply = quote(stocked, line(), line("NONE"), currency="USD")
    assert (reply.status, reply.code) == (400, "invalid_request")
    assert [(item["at"], item["code"]) for item in reply.json["errors"]] == [
        ("/currency", "other_currency"), ("/lines/1/sku", "unknown_sku"),
    ]  # fmt: skip


@pytest.mark.catalogue("B24", "B66")
def test_a_basket_is_read_strictly(stocked: World) -> None:
    bodies: list[dict[str, Any]] = [
        {}, {"lines": []}, {"lines": [line()] * 101}, {"lines": [line(price="1e2")]}, {"lines": [line(quantity=0)]},
        {"lines": [line() | {"list_unit_price": 100}]}, {"lines": [line()], "on": "2024-3-1"},
        {"lines": [line()], "on": "2021-12-31"}, {"lines": [line()], "tier": "premier"},
    ]  # fmt: skip
    for body in bodies:
        reply = stocked.ask("POST", PATH, PARTNER, body=body)
        assert (reply.status, reply.headers["content-type"]) == (400, "application/problem+json"), body


@pytest.mark.catalogue("B59")
def test_a_foreign_account_is_answered_as_a_missing_one(stocked: World) -> None:
    foreign = quote(stocked, line(), by=partner("P0002"))
    missing = stocked.ask("POST", "/v1/accounts/P9999-DE/quotes", PARTNER, body={"lines": [line()]})
    assert (foreign.status, missing.status, foreign.text) == (404, 404, missing.text)
    for by in (CHANNEL, FINANCE, AUDITOR):
        assert quote(stocked, line(), by=by).status == 200
