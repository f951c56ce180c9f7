"""The same request twice at once under one key: one effect, and nobody is told anything else (B67)."""

from collections.abc import Callable

import pytest

from tests.fakes.api import Reply
from tests.fakes.audited import closed_year
from tests.fakes.money_api import ANNA_CLAIMS, BORIS_CLAIMS, CARLA_CLAIMS, Office
from tests.fakes.payment_world import OTHER_IBAN, PaymentWorld, paying
from tests.fakes.records import day, sales, site

pytestmark = pytest.mark.catalogue("B67")

BATCH = "/payments/batches/20240814-EUR-01"
Send = Callable[[Office], Reply]


def prepared() -> PaymentWorld:
    world = paying("3125.00")
    world.prepared()
    return world


def two_sites() -> PaymentWorld:
    world = paying("3125.00")
    world.accounts.add(site("S1b"))
    return world


def late() -> PaymentWorld:
    world = closed_year()
    world.accounts.add(sales("2023-12", "1000", known="2024-08-01", report="LATE"))
    return world


def hold(office: Office) -> Reply:
    return office.act("/accounts/P1-DE/payouts/2024Q2/hold", {"reason": "x"}, key="k", seen=1)


def cancel(office: Office) -> Reply:
    return office.act("/accounts/P1-DE/payouts/2024Q2/cancel", {"reason": "x"}, key="k", seen=1)


def prepare(office: Office) -> Reply:
    return office.act("/payments/preparations", {}, key="k")


def approve(office: Office) -> Reply:
    digest = office.world.batch("20240814-EUR-01").digest
    return office.act(f"{BATCH}/approve", {"digest": digest}, key="k", by=BORIS_CLAIMS)


def withdraw(office: Office) -> Reply:
    return office.act(f"{BATCH}/withdraw", {"reason": "x"}, key="k", by=BORIS_CLAIMS)


def name_payee(office: Office) -> Reply:
    letter = {"site_id": "S1b", "document": "letter 7", "received_on": "2024-08-12"}
    return office.act("/accounts/P1-DE/payee", letter, key="k", by=CARLA_CLAIMS)


def propose(office: Office) -> Reply:
    body = {"number": OTHER_IBAN, "country": "GB", "holder": "Alpha", "reason": "new"}
    return office.act("/sites/S1/bank-details", body, key="k", by=ANNA_CLAIMS)


def restate(office: Office) -> Reply:
    body = {"expected_amount": "101000", "reason": "late report"}
    return office.act("/accounts/P1-DE/restatements/2023", body, key="k")


@pytest.mark.parametrize(
    ("world", "send"),
    [
        (lambda: paying("3125.00"), hold), (lambda: paying("3125.00"), cancel), (lambda: paying("3125.00"), prepare),
        (prepared, approve), (prepared, withdraw), (two_sites, name_payee), (two_sites, propose), (late, restate),
    ],
    ids=lambda given: given.__name__,
)  # fmt: skip
def test_two_at_once_have_one_effect_and_one_answer(
    world: Callable[[], PaymentWorld], send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin runs wholly right before the first write of the other: its look is out of date then."""
    made = world()
    first, twin = Office(made), Office(made)
    on = day("2025-03-01") if send is restate else first.on
    first.on = twin.on = on
    twin.log = first.log
    first.assess()
    first.wire(monkeypatch)
    before = len(made.book.entries)
    replies: list[Reply] = []
    made.writes.rival = lambda: replies.append(send(twin))
    replies.append(send(first))
    assert len(replies) == 2, "they met"
    assert len(made.book.entries) == before + 1
    assert replies[0].status == 200, replies[0].text
    if replies[1].status != 200:
        assert (replies[1].status, replies[1].code) == (409, "version_conflict"), "and then asks again"
        replies[1] = send(first)
    assert replies[1].text == replies[0].text
    assert len(made.book.entries) == before + 1
