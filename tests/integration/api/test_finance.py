"""What finance asks, on the template's tables and roles: batches, what waits, the audit log, accruals."""

from typing import Any

import pytest

from partner_program.rulebook import load_rulebook
from tests.deployed.desk import PARTNERS_IBAN, VENDORS_IBAN
from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, PARTNER, Reply
from tests.deployed.paying import PAYABLE_FROM, make_payable, put_payable
from tests.deployed.program import ACCOUNT_ID
from tests.deployed.world import World
from tests.integration.api.revenue_stack import counted

PATHS = ["payments/batches", "payments/batches/20240515-EUR-01", "payments/waiting", "accruals/2024-03",
         f"accounts/{ACCOUNT_ID}/accruals", "audit"]  # fmt: skip
SETTING = 2
"""Reads of the rulebook and of a sandbox's clock."""


def ask(world: World, path: str, who: dict[str, str] | None = None, /, **query: Any) -> Reply:
    return world.ask("GET", f"/v1/{path}", who or FINANCE, query=query)


def get(world: World, path: str, /, **query: Any) -> Any:
    reply = ask(world, path, **query)
    assert reply.status == 200, reply.text
    return reply.json


def reads(world: World, path: str, /, **query: Any) -> dict[str, int]:
    """DynamoDB requests of an answer."""
    with counted() as found:
        get(world, path, **query)
    return dict(found)


@pytest.fixture
def prepared(world: World) -> World:
    """One payout, in a batch that waits for a second person."""
    put_payable(world).prepare()
    return world


def test_a_batch_tells_its_payments_its_digest_and_who_has_made_it(prepared: World) -> None:
    (head,) = get(prepared, "payments/batches")["items"]
    batch = get(prepared, f"payments/batches/{head['batch_id']}")
    assert (batch["total"], batch["currency"], batch["payments"], batch["status"]) == ("4.50", "EUR", 1, "prepared")
    assert (batch["approvals_missing"], len(batch["digest"]), len(batch["made_by"])) == (1, 64, 1)
    (payment,) = batch["items"]
    assert (payment["account_id"], payment["amount"], payment["account_last_four"]) == (
        ACCOUNT_ID, "4.50", PARTNERS_IBAN[-4:],
    )  # fmt: skip
    assert {name: value for name, value in batch.items() if name != "items"} == head


@pytest.mark.parametrize("status", ["prepared", "approved", "releasing", "released", "void"])
def test_batches_are_listed_by_status(prepared: World, status: str) -> None:
    found = get(prepared, "payments/batches", status=status)
    assert [one["status"] for one in found["items"]] == (["prepared"] if status == "prepared" else [])
    assert found["next_cursor"] is None


def test_a_full_page_of_batches_goes_on_to_its_end(prepared: World) -> None:
    page = get(prepared, "payments/batches", limit=1)
    assert len(page["items"]) == 1
    rest = get(prepared, "payments/batches", limit=1, cursor=page["next_cursor"])
    assert (rest["items"], rest["next_cursor"]) == ([], None)


@pytest.mark.catalogue("B52", "B71")
def test_no_answer_has_an_account_number(prepared: World) -> None:
    batch_id = get(prepared, "payments/batches")["items"][0]["batch_id"]
    for path in ("payments/batches", f"payments/batches/{batch_id}", "audit"):
        for iban in (PARTNERS_IBAN, VENDORS_IBAN):
            assert iban[-5:] not in ask(prepared, path).text
            assert iban not in ask(prepared, path).text


@pytest.mark.rule("R-5.4c")
def test_a_payout_without_bank_details_that_can_be_paid_to_waits_and_says_for_what(world: World) -> None:
    desk = put_payable(world)
    assert get(world, "payments/waiting")["items"] == []
    world.today("2024-05-14")
    desk.enter_bank_details("S-0001", VENDORS_IBAN, "Alpha Berlin")
    world.today(PAYABLE_FROM)
    (waiting,) = get(world, "payments/waiting")["items"]
    assert (waiting["account_id"], waiting["code"], waiting["amount"], waiting["currency"]) == (
        ACCOUNT_ID, "bank_details_cooling", "4.50", "EUR",
    )  # fmt: skip
    assert VENDORS_IBAN[-5:] not in ask(world, "payments/waiting").text


def test_the_audit_log_comes_by_number_each_entry_with_the_hash_of_the_one_before(prepared: World) -> None:
    whole = get(prepared, "audit")
    entries = whole["items"]
    assert [one["number"] for one in entries] == list(range(1, len(entries) + 1))
    assert [one["previous"] for one in entries[1:]] == [one["digest"] for one in entries[:-1]]
    assert (whole["last_number"], whole["last_digest"]) == (entries[-1]["number"], entries[-1]["digest"])
    page = get(prepared, "audit", after=1, limit=2)
    following = get(prepared, "audit", after=1, limit=2, cursor=page["next_cursor"])
    assert [one["number"] for one in (*page["items"], *following["items"])] == [2, 3, 4, 5][: len(entries) - 1]


@pytest.mark.rule("R-5.4")
def test_a_booked_month_has_totals_and_accounts_and_an_account_its_months(world: World) -> None:
    make_payable(world)
    world.today("2024-04-10")
    world.call("accruals", {"scheduled_time": "2024-04-10T03:30:00Z"})
    month = get(world, "accruals/2024-03")
    assert [(one["currency"], one["accounts"], one["closing"]) for one in month["totals"]] == [("EUR", 1, "4.50")]
    assert [(one["region"], one["currency"]) for one in month["by_region"]] == [("EMEA", "EUR")]
    assert [row["account_id"] for row in month["items"]] == [ACCOUNT_ID]
    account = get(world, f"accounts/{ACCOUNT_ID}/accruals")
    assert [row["month"] for row in account["items"]] == ["2024-03"]
    assert account["items"] == month["items"]
    assert reads(world, "accruals/2024-03") == {"GetItem": SETTING, "Query": 1}
    assert reads(world, f"accounts/{ACCOUNT_ID}/accruals") == {"GetItem": SETTING + 1, "BatchGetItem": 1}


def test_what_is_not_there_is_not_found(prepared: World) -> None:
    for path in ("payments/batches/none", "accruals/2020-01", "accounts/P9-DE/accruals", "payments/batches/a_b"):
        assert (path, ask(prepared, path).status) == (path, 404)


@pytest.mark.catalogue("B64")
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("payments/batches", {"status": "paid"}),
        ("payments/batches", {"limit": "1000000000"}),
        ("payments/waiting", {"limit": "0"}),
        ("payments/waiting", {"currency": "euro"}),
        ("payments/waiting", {"currency": "XXX"}),
        ("audit", {"after": "-1"}),
        ("audit", {"after": "x"}),
        ("audit", {"after": "10000000000000"}),
        ("audit", {"after": "-0"}),
        ("audit", {"after": "+5"}),
        ("audit", {"after": " 5"}),
        ("audit", {"after": "1_0"}),
        ("audit", {"newest_first": "1"}),
        ("audit", {"newest_first": "TRUE"}),
        ("audit", {"subject": ""}),
        ("accounts", {"open_case": "yes"}),
        ("accounts", {"open_case": "1"}),
        ("cases", {"decision_due": "on"}),
        (f"accounts/{ACCOUNT_ID}/accruals", {"from": "2024-00"}),
        (f"accounts/{ACCOUNT_ID}/accruals", {"from": "2024-02", "to": "2024-01"}),
        ("payments/batches", {"cursor": "x"}),
    ],
)
def test_what_is_asked_wrongly_is_refused(prepared: World, path: str, query: dict[str, str]) -> None:
    assert ask(prepared, path, **query).status == 400


@pytest.mark.parametrize("path", PATHS)
def test_finance_is_asked_by_the_vendor_alone_and_the_log_by_finance_and_auditors(prepared: World, path: str) -> None:
    assert ask(prepared, path, PARTNER).status == 403
    allowed = (CHANNEL, FINANCE, AUDITOR) if path != "audit" else (FINANCE, AUDITOR)
    assert {ask(prepared, path, who).status for who in allowed} <= {200, 404}
    assert ask(prepared, path, CHANNEL).status == 403 or path != "audit"


def test_each_answer_takes_a_bounded_number_of_reads(prepared: World) -> None:
    batch_id = get(prepared, "payments/batches")["items"][0]["batch_id"]
    assert reads(prepared, f"payments/batches/{batch_id}") == {"GetItem": 1}
    assert reads(prepared, "payments/batches") == {"Query": 5, "BatchGetItem": 1}
    assert reads(prepared, "payments/batches", status="prepared") == {"Query": 1, "BatchGetItem": 1}
    assert reads(prepared, "audit") == {"Query": 2}
    assert reads(prepared, "audit", subject=ACCOUNT_ID, newest_first="true") == {"Query": 2}
    currencies = len(load_rulebook().currencies)
    assert reads(prepared, "payments/waiting") == {"GetItem": SETTING, "Query": 4 * currencies}
    assert reads(prepared, "payments/waiting", currency="EUR") == {"GetItem": SETTING, "Query": 4}


def test_a_payout_that_waits_is_looked_at_with_four_reads(world: World) -> None:
    put_payable(world)
    found = reads(world, "payments/waiting", currency="EUR")
    of_the_page = 3  # the payouts themselves, their final statements, the vendor's own account
    assert sum(found.values()) - SETTING - 4 - of_the_page == 4
