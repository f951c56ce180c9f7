"""A letter that names another site to be paid, over HTTP (R-5.4c)."""

from typing import Any

import pytest

from tests.fakes.api import claims, partner
from tests.fakes.money_api import CARLA_CLAIMS, Office
from tests.fakes.payment_world import OTHER_IBAN, paying
from tests.fakes.records import site

pytestmark = pytest.mark.rule("R-5.4c")

PATH = "/accounts/P1-DE/payee"
LETTER = {"site_id": "S1b", "document": "letter 7", "received_on": "2024-08-12"}


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    made = Office(paying("3125.00", "10.00"))
    made.world.accounts.add(site("S1b"))
    made.world.bank_details("S1b", OTHER_IBAN)
    made.assess()
    made.wire(monkeypatch)
    return made


def test_a_letter_is_recorded_with_its_reference(office: Office) -> None:
    answer = office.act(PATH, LETTER, by=CARLA_CLAIMS)
    assert answer.status == 200
    assert answer.json == {
        "account_id": "P1-DE", "number": 1, "site_id": "S1b", "document": "letter 7", "received_on": "2024-08-12",
        "recorded_on": "2024-08-14", "recorded_by": "carla",
    }  # fmt: skip
    assert office.world.prepared().items[0].site_id == "S1b"
    entry = next(entry.act for entry in office.world.book.entries if entry.act.action == "name_payee")
    assert (entry.by.person, entry.details["document"]) == ("carla", "letter 7")
    assert entry.details["request"] in {begun.name for begun in office.log.begun.values()}


@pytest.mark.catalogue("B67")
def test_the_same_letter_once_more_is_the_same_naming(office: Office) -> None:
    first = office.act(PATH, LETTER, by=CARLA_CLAIMS, key="k")
    before = office.snapshot()
    assert office.act(PATH, LETTER, by=CARLA_CLAIMS, key="k").text == first.text
    office.forget_answers()
    assert office.act(PATH, LETTER, by=CARLA_CLAIMS, key="k").text == first.text
    assert office.act(PATH, LETTER, by=CARLA_CLAIMS).text == first.text
    assert office.snapshot() == before


@pytest.mark.catalogue("B67")
def test_a_letter_sent_again_after_a_lost_answer_takes_nothing_back_from_the_next_letter(office: Office) -> None:
    """Who has lost the answer says nothing anew: the letter that was recorded since goes on counting."""
    office.world.accounts.add(site("S1c"))
    first = office.act(PATH, LETTER, by=CARLA_CLAIMS, key="k")
    office.act(PATH, LETTER | {"site_id": "S1c", "document": "letter 8"}, by=CARLA_CLAIMS)
    before = office.snapshot()
    office.forget_answers()
    again = office.act(PATH, LETTER, by=CARLA_CLAIMS, key="k")
    assert (again.status, again.text, office.snapshot()) == (200, first.text, before)
    anew = office.act(PATH, LETTER, by=CARLA_CLAIMS, key="another")
    assert (anew.json["number"], anew.json["site_id"]) == (3, "S1b")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"site_id": "S2"}, "invalid_value"),
        ({"site_id": "S9"}, "invalid_value"),
        ({"received_on": "2024-08-15"}, "invalid_value"),
        ({"document": "DE89370400440532013000"}, "invalid_value"),
        ({"document": " "}, "invalid_request"),
        ({"document": "x" * 201}, "invalid_request"),
        ({"site_id": "S#1"}, "invalid_request"),
        ({"site_id": ""}, "invalid_request"),
        ({"received_on": "2024-02-30"}, "invalid_request"),
        ({"received_on": 1735689600}, "invalid_request"),
        ({"account_id": "P2-DE"}, "invalid_request"),
        ({"tier": "premier"}, "invalid_request"),
    ],
    ids=str,
)
def test_what_is_no_such_letter_is_refused_without_effect(office: Office, changed: dict[str, Any], code: str) -> None:
    before = office.snapshot()
    answer = office.act(PATH, LETTER | changed, by=CARLA_CLAIMS)
    assert (answer.status, answer.code) == (400, code)
    assert "DE89370400440532013000" not in answer.text
    assert office.snapshot() == before


def test_an_account_that_does_not_exist_has_no_payee(office: Office) -> None:
    before = office.snapshot()
    for account in ("P9-DE", "P1-FR", "nobody"):
        assert office.act(f"/accounts/{account}/payee", LETTER, by=CARLA_CLAIMS).code == "not_found"
    assert office.snapshot() == before


def test_neither_a_partner_nor_an_auditor_names_payees(office: Office) -> None:
    for by in (partner("P1"), claims("odo", "auditor")):
        assert office.act(PATH, LETTER, by=by).code == "role_missing"
