"""Money through the API from bank details to the payment file, by people of both sides: the real handlers (R-5.4).

Each call is held to the role of its function, and the bank details are sealed, opened and checked as deployed.
"""

import itertools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.clock import SandboxClock, SystemClock
from partner_program.domain.payments.payout import Payout
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.values.periods import parse_date
from tests.deployed.desk import PARTNERS_IBAN, VENDORS_IBAN, Desk
from tests.deployed.gateway import AUDITOR, CHANNEL, FINANCE, SECOND_OF_FINANCE, Reply, partner
from tests.deployed.paying import ELIGIBLE, PAYABLE_FROM, put_payable
from tests.deployed.program import ACCOUNT_ID
from tests.deployed.world import World
from tests.fakes.payment_world import stating

pytestmark = pytest.mark.rule("R-5.4")

SITE, PAYER = "/v1/sites/S-0001/bank-details", "/v1/sites/payer.EUR/bank-details"
PAYOUT = f"/v1/accounts/{ACCOUNT_ID}/payouts/2024Q1"
P0001, P0002 = partner("P0001"), partner("P0002")
OTHER_IBAN = "NL91ABNA0417164300"
BAD_CHECK_DIGITS = "DE88370400440532013000"


@pytest.fixture
def desk(world: World) -> Desk:
    """A payout that is due, of an account that can be seen."""
    made = put_payable(world)
    rules = load_rulebook()
    clock = SandboxClock(world.program, SystemClock(rules.time_zone))
    AssessAccount(DynamoAccountStore(world.program), rules, clock)(ACCOUNT_ID)
    return made


KEYS = itertools.count(1)


def act(
    world: World, path: str, body: object = None, *, by: Mapping[str, str] = FINANCE, key: str = "", seen: str = ""
) -> Reply:
    headers = {"Idempotency-Key": key or f"key-{next(KEYS)}"} | ({"If-Match": seen} if seen else {})
    return world.ask("POST", path, by, headers=headers, body=body)


def proposal(number: str, holder: str = "Alpha Berlin") -> dict[str, str]:
    return {"number": number, "holder": holder, "reason": "letter of 2 May"}


def everything(world: World) -> dict[str, list[Any]]:
    """Every item of every table of the program."""
    names = world.template.of_type("AWS::DynamoDB::Table")
    tables = {name: world.dynamodb.scan(TableName=world.template.name(name))["Items"] for name in names}
    return {name: sorted(items, key=str) for name, items in tables.items() if name != "RequestsTable"}


def test_from_bank_details_to_the_payment_file(world: World) -> None:
    world.take_in({kind: ELIGIBLE[kind] for kind in ("partners", "sites")})
    world.today("2024-04-02")
    for path, number, by in ((SITE, PARTNERS_IBAN, P0001), (PAYER, VENDORS_IBAN, SECOND_OF_FINANCE)):
        proposed = act(world, path, proposal(number), by=by)
        assert (proposed.status, proposed.json["status"]) == (200, "proposed"), proposed.text
        assert act(world, f"{path}/1/confirm").json["status"] == "confirmed"
    world.today("2024-04-30")
    put_due(world)
    (batch,) = act(world, "/v1/payments/preparations", {}).json["batches"]
    one = f"/v1/payments/batches/{batch['batch_id']}"
    assert act(world, f"{one}/approve", {"digest": batch["digest"]}).code == "self_approval"
    approved = act(world, f"{one}/approve", {"digest": batch["digest"]}, by=SECOND_OF_FINANCE)
    assert approved.json["status"] == "approved"
    released = act(world, f"{one}/release")
    assert (released.status, released.json["status"]) == (200, "released"), released.text
    assert len([key for key in world.results() if key.endswith("pain.001.xml")]) == 1
    log = list(Desk(world).book.audit_log())
    people = [(entry.act.action.value, entry.act.by.person) for entry in log]
    assert people[-4:] == [("prepare", "fiona"), ("approve", "felix"), ("release", "fiona"), ("release", "fiona")]


def put_due(world: World) -> None:
    """The payout alone: bank details came through the API."""
    desk = Desk(world)
    payout = Payout(
        account_id=ACCOUNT_ID, partner_id="P0001", country="DE", year=2024, quarter=1, currency="EUR",
        amount=Decimal("4.50"), payable_from=parse_date(PAYABLE_FROM),
    )  # fmt: skip
    desk.accounts.put_statement(stating(payout))
    assert desk.book.put_payout(payout)
    world.today(PAYABLE_FROM)


@pytest.mark.rule("R-5.5")
def test_a_payout_is_held_let_go_and_cancelled_each_on_the_version_of_before(desk: Desk) -> None:
    world, why = desk.world, {"reason": "disputed"}
    held = act(world, f"{PAYOUT}/hold", why, by=CHANNEL, seen='"1"')
    assert (held.status, held.headers["etag"]) == (200, '"2"')
    assert act(world, f"{PAYOUT}/hold", why, by=CHANNEL, seen='"1"').code == "stale_version"
    freed = act(world, f"{PAYOUT}/lift-hold", why, by=CHANNEL, seen=held.headers["etag"])
    assert act(world, f"{PAYOUT}/cancel", why, by=CHANNEL, seen=freed.headers["etag"]).code == "role_missing"
    cancelled = act(world, f"{PAYOUT}/cancel", why, seen=freed.headers["etag"])
    assert cancelled.json["after"] == "cancelled"
    assert desk.payout(ACCOUNT_ID, "2024Q1").version == 4


@pytest.mark.catalogue("B71")
@pytest.mark.catalogue("B72")
@pytest.mark.parametrize(
    "number", [BAD_CHECK_DIGITS, PARTNERS_IBAN[:-1], PARTNERS_IBAN + "0", "DE89 3704 0044 0532 0130 0O", "0532013000"]
)
def test_an_invalid_iban_is_refused_without_a_trace(
    desk: Desk, number: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    before = everything(desk.world)
    refused = act(desk.world, SITE, proposal(number), by=P0001)
    assert (refused.status, refused.code) == (400, "invalid_value")
    assert everything(desk.world) == before
    said = refused.text + capsys.readouterr().out + caplog.text + str(before)
    assert "".join(number.split())[4:] not in "".join(said.split())


@pytest.mark.catalogue("B71")
@pytest.mark.catalogue("B72")
def test_a_number_is_normalised_sealed_and_nowhere_in_the_clear(
    desk: Desk, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    world = desk.world
    proposed = act(world, SITE, proposal(" nl91 abna 0417 1643 00 "), by=P0001, key="k")
    assert (proposed.json["last_four"], proposed.json["bic"], proposed.json["country"]) == ("4300", "ABNANL2A", "NL")
    requests = world.dynamodb.scan(TableName=world.template.name("RequestsTable"))["Items"]
    said = proposed.text + capsys.readouterr().out + caplog.text + str(everything(world)) + str(requests)
    assert requests
    assert "04171643" not in "".join(said.split())


@pytest.mark.catalogue("B59")
def test_bank_details_of_a_foreign_site_are_those_of_none(desk: Desk) -> None:
    world, before = desk.world, everything(desk.world)
    asked = [world.ask("GET", path, P0002) for path in (SITE, SITE.replace("0001", "9999"), PAYER)]
    sent = [act(world, path, proposal(OTHER_IBAN), by=P0002) for path in (SITE, SITE.replace("0001", "9999"), PAYER)]
    for answers in (asked, sent):
        assert {(one.status, one.text) for one in answers} == {(404, answers[0].text)}
    assert everything(world) == before
    assert world.ask("GET", SITE, P0001).json["items"][0]["last_four"] == PARTNERS_IBAN[-4:]
    assert world.ask("GET", PAYER, AUDITOR).json["items"][0]["last_four"] == VENDORS_IBAN[-4:]


@pytest.mark.catalogue("B73")
def test_bank_details_changed_shortly_before_a_payout_hold_it_for_four_eyes(desk: Desk) -> None:
    world = desk.world
    act(world, SITE, proposal(OTHER_IBAN), by=P0001)
    done = act(world, "/v1/payments/preparations", {}).json
    assert (done["batches"], [one["payouts"] for one in done["waiting"]]) == ([], [1])
    act(world, f"{SITE}/2/confirm")
    assert act(world, "/v1/payments/preparations", {}).json["batches"] == [], "confirmed, it has to cool"


def test_a_letter_names_the_payee(desk: Desk) -> None:
    letter = {"site_id": "S-0001", "document": "letter 7", "received_on": "2024-05-14"}
    named = act(desk.world, f"/v1/accounts/{ACCOUNT_ID}/payee", letter, by=CHANNEL)
    assert (named.status, named.json["number"], named.json["recorded_by"]) == (200, 1, "carla")


def test_a_year_whose_books_are_open_is_not_restated(desk: Desk) -> None:
    path = f"/v1/accounts/{ACCOUNT_ID}/restatements/2024"
    assert desk.world.ask("GET", path, AUDITOR).code == "year_not_closed"
    assert act(desk.world, path, {"expected_amount": "1", "reason": "x"}).code == "year_not_closed"


@pytest.mark.catalogue("B67")
def test_an_answer_is_kept_for_ever_and_only_for_its_caller(desk: Desk) -> None:
    world, why = desk.world, {"reason": "disputed"}
    held = act(world, f"{PAYOUT}/hold", why, key="k", seen='"1"')
    world.today("2031-01-01")
    assert act(world, f"{PAYOUT}/hold", why, key="k", seen='"1"').text == held.text
    assert act(world, f"{PAYOUT}/hold", {"reason": "else"}, key="k", seen='"1"').code == "idempotency_key_reused"
    assert act(world, f"{PAYOUT}/lift-hold", why, by=SECOND_OF_FINANCE, key="k", seen='"2"').status == 200
