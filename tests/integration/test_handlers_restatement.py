"""A late report of a closed year, its restatement, and what follows from it, on the real template's resources."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.table import Table
from partner_program.domain.payments.people import Actor, Role
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.restate_baseline import RestateBaseline
from tests.deployed.program import ACCOUNT_ID, RECORDS, pos_line, pos_report, receipt_key, report_key
from tests.deployed.world import World

MAY = date(2025, 5, 2)


@pytest.fixture
def closed(world: World) -> World:
    """The year 2024 frozen at 100.00 EUR; on 5 March 2025 a report with a line of December comes in."""
    world.take_in(RECORDS)
    world.upload_and_deliver(report_key("2024-02"), pos_report(pos_line("2024-02", 1, "100.00")))
    world.today("2025-01-30")
    world.call("quarter_end", {"scheduled_time": "2025-01-30T21:45:00Z"})
    world.settle()
    world.today("2025-03-05")
    late = pos_line("2025-02", 1, "900.00", invoice_number="LATE", invoice_date="2024-12-15")
    world.upload_and_deliver(report_key("2025-02"), pos_report(late))
    world.today(MAY.isoformat())
    return world


def state(world: World) -> dict[str, Any]:
    found = world.state(ACCOUNT_ID)
    assert found is not None
    return found


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("B40")
def test_a_late_line_of_a_closed_year_counts_is_flagged_in_the_receipt_and_leaves_the_baseline(closed: World) -> None:
    receipt = closed.result(receipt_key("2025-02"))
    receipt = receipt if isinstance(receipt, dict) else json.loads(receipt)
    assert receipt["outcomes"]["posted"]["lines"] == 1
    assert receipt["flags"]["closed_year"] == {
        "lines": 1, "lines_by_currency": {"EUR": 1}, "money": {"EUR": "900.00"}, "unreadable": 0,
    }  # fmt: skip
    assert Decimal(state(closed)["prev_year_revenue"]) == 100


@pytest.mark.rule("R-5.4d")
def test_a_restatement_wakes_the_assessment_and_its_year_before_is_the_restated_one(closed: World) -> None:
    program = closed.program
    payments = Table(closed.dynamodb, closed.template.name("PaymentsTable"))
    book = DynamoPaymentBook(payments, program=program)
    restate = RestateBaseline(DynamoAccountStore(program), load_rulebook("guide-2022"), book)
    (due,) = restate.due(2024, MAY)
    assert (due.account_id, due.standing, due.recomputed) == (ACCOUNT_ID, Decimal(100), Decimal(1000))
    restate.apply(
        ACCOUNT_ID,
        2024,
        expected_amount=Decimal(1000),
        by=Actor(person="M. Controller", role=Role.CHANNEL),
        reason="late report",
        on=MAY,
    )
    closed.settle()
    after = state(closed)
    assert (after["assessed_on"], Decimal(after["prev_year_revenue"])) == (MAY.isoformat(), Decimal(1000))
    revenue = next(item for item in after["findings"] if item["requirement"] == "revenue")
    assert "restated on 2025-05-02" in revenue["found"]
    assert "baseline/2024/1" in revenue["facts"]
