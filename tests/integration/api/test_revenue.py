"""Revenue over the API: reports come in, numbers with their lines come out, to those who may see them."""

from decimal import Decimal
from typing import Any

import pytest

from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, PARTNER, partner
from tests.deployed.program import ACCOUNT_ID, pos_line, pos_report, report_key
from tests.deployed.world import World
from tests.integration.api.revenue_stack import (
    OF_OTHERS,
    all_items,
    ask,
    counted,
    credit_of,
    get,
    mended,
    rejected,
    sold,
)

PATHS = ("revenue", "revenue/lines", "revenue/uncounted")
EVERYBODY = (PARTNER, CHANNEL, FINANCE, AUDITOR)


@pytest.fixture
def traded(world: World) -> World:
    return sold(world)


@pytest.mark.rule("R-2.2a")
@pytest.mark.parametrize("by", ["month", "product_class", "distributor"])
def test_every_number_is_the_sum_of_the_lines_behind_it(traded: World, by: str) -> None:
    parameter = {"month": "month", "product_class": "product_class", "distributor": "distributor_id"}[by]
    answer = get(traded, "revenue", by=by)
    assert (answer["sales_revenue"], answer["currency"], answer["by"]) == ("175.250", "EUR", by)
    for item in answer["items"]:
        lines = all_items(traded, "revenue/lines", **{parameter: item["name"]}, limit=1)
        assert (credit_of(lines), len(lines)) == (Decimal(item["credit"]), item["lines"])


@pytest.mark.rule("R-3.4a")
def test_revenue_is_the_accounts_ytd_and_has_the_year_before_as_it_was_recorded(traded: World) -> None:
    state = traded.state(ACCOUNT_ID)
    assert state is not None
    assert get(traded, "revenue")["sales_revenue"] == state["ytd_revenue"]
    before = get(traded, "revenue", year=2023)
    assert (before["opening_revenue"], before["sales_revenue"], before["items"]) == ("100.00", "100.00", [])
    assert get(traded, "revenue", as_of="2024-03-01")["sales_revenue"] == "150.00"


def test_all_roles_see_the_same(traded: World) -> None:
    for path in PATHS:
        assert len({ask(traded, path, by).text for by in EVERYBODY}) == 1


def test_an_amount_is_text_and_never_a_number_with_a_point(traded: World) -> None:
    line = get(traded, "revenue/lines")["items"][1]
    assert {name: line[name] for name in ("billed", "credit", "credited_pct", "list_unit_price")} == {
        "billed": "50.50", "credit": "25.250", "credited_pct": "50", "list_unit_price": "50.50",
    }  # fmt: skip


def test_what_did_not_count_is_listed_with_what_to_do_until_it_counts(traded: World) -> None:
    (line,) = get(traded, "revenue/uncounted")["items"]
    (told,) = (row for row in rejected(traded) if row["partner_site_id"] == "S-0001")
    assert (line["reason_code"], line["what_to_do"]) == (told["reason_code"], told["what_to_do"])
    assert (str(line["line"]), line["outcome"], line["message"]) == (told["line"], "held", told["message"])
    assert {name: cell for name, cell in line["columns"].items() if cell} == {
        name: told[name] for name in line["columns"] if told.get(name)
    }
    mended(traded)
    assert get(traded, "revenue/uncounted")["items"] == []
    assert get(traded, "revenue")["sales_revenue"] == "195.250"


@pytest.mark.catalogue("B59")
def test_nobody_sees_another_partners_lines_and_a_foreign_account_is_as_none(traded: World) -> None:
    for path in PATHS:
        text = ask(traded, path, CHANNEL, limit=100).text
        assert "999" not in text
        assert "998" not in text
        foreign = traded.ask("GET", f"/v1/accounts/P0002-DE/{path}", PARTNER)
        missing = traded.ask("GET", f"/v1/accounts/P0001-AT/{path}", PARTNER)
        assert (foreign.status, foreign.text) == (missing.status, missing.text)
        assert foreign.status == 404
        assert traded.ask("GET", f"/v1/accounts/P0002-DE/{path}", partner("P0002")).status == 200


@pytest.mark.catalogue("B63")
def test_a_cursor_is_for_one_caller_and_one_query(traded: World) -> None:
    cursor = get(traded, "revenue/lines", limit=1)["next_cursor"]
    assert ask(traded, "revenue/lines", limit=1, cursor=cursor).status == 200
    assert ask(traded, "revenue/lines", CHANNEL, limit=1, cursor=cursor).code == "invalid_cursor"
    assert ask(traded, "revenue/lines", limit=1, cursor=cursor, year=2024).code == "invalid_cursor"
    assert ask(traded, "revenue/uncounted", limit=1, cursor=cursor).code == "invalid_cursor"


MEANINGLESS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("revenue", {"year": "1_024"}), ("revenue", {"year": "２０２４"}), ("revenue", {"year": 2025}),
    ("revenue", {"as_of": "2024-03-16"}), ("revenue", {"as_of": "20240315"}), ("revenue", {"by": "site"}),
    ("revenue/lines", {"month": "2024-13"}), ("revenue/lines", {"month": "2024-02", "year": 2024}),
    ("revenue/lines", {"distributor_id": "D#1"}), ("revenue/lines", {"limit": 0}),
    ("revenue/lines", {"limit": 101}), ("revenue/lines", {"product_class": "softwares"}),
    ("revenue/uncounted", {"month": "never"}),
)  # fmt: skip


@pytest.mark.catalogue("B64")
def test_what_a_query_cannot_mean_is_refused(traded: World) -> None:
    for path, query in MEANINGLESS:
        reply = ask(traded, path, **query)
        assert (reply.status, reply.headers["content-type"]) == (400, "application/problem+json"), query


def test_what_has_not_changed_is_not_sent_again(traded: World) -> None:
    for path in PATHS:
        url = f"/v1/accounts/{ACCOUNT_ID}/{path}"
        first = traded.ask("GET", url, PARTNER)
        again = traded.ask("GET", url, PARTNER, headers={"if-none-match": first.headers["etag"]})
        assert (again.status, again.text) == (304, "")


SETTINGS_AND_STATE = 3
"""The rulebook, the sandbox's clock, and the state of the account."""


READS: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("revenue", {}, 2), ("revenue", {"by": "distributor"}, 2), ("revenue", {"as_of": "2024-02-29"}, 2),
    ("revenue", {"as_of": "2024-02-10"}, 5), ("revenue/lines", {"month": "2024-02"}, 2),
    ("revenue/lines", {"month": "2024-02", "distributor_id": "D-NORD"}, 2), ("revenue/lines", {}, 13),
    ("revenue/uncounted", {"month": "2024-02"}, 5), ("revenue/uncounted", {}, 17),
)  # fmt: skip


def test_a_query_takes_the_same_few_reads_however_many_accounts_and_lines_there_are(traded: World) -> None:
    many = [pos_line("more", number, "1.00", **(OF_OTHERS if number % 2 else {})) for number in range(100, 300)]
    odd = [pos_line("more", number, "1.00", sku="SW-NEW") for number in range(300, 360)]
    traded.upload_and_deliver(report_key("more"), pos_report(*many, *odd))
    for path, query, most in READS:
        with counted() as reads:
            get(traded, path, **query)
        assert sum(reads.values()) <= most + SETTINGS_AND_STATE, (path, query, reads)
        assert set(reads) <= {"GetItem", "BatchGetItem", "Query"}
