"""A closed year looked at and restated over HTTP (R-5.4d)."""

from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.api import Reply, claims, partner
from tests.fakes.audited import closed_year
from tests.fakes.money_api import ANNA_CLAIMS, CARLA_CLAIMS, Office
from tests.fakes.records import day, sales

pytestmark = pytest.mark.rule("R-5.4d")

YEAR = "/accounts/P1-DE/restatements/2023"
SEEN = {"expected_amount": "101000.005", "reason": "late report"}


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    made = Office(closed_year(), day("2025-03-01"))
    made.world.accounts.add(sales("2023-12", "1000.005", known="2025-03-01", report="LATE"))
    made.wire(monkeypatch)
    return made


def test_a_look_tells_what_would_change_and_changes_nothing(office: Office) -> None:
    before = office.snapshot()
    answer = office.get(YEAR, by=claims("odo", "auditor"))
    assert answer.status == 200
    told = answer.json
    assert (told["standing"], told["recomputed"], told["difference"]) == ("100000", "101000.005", "1000.005")
    assert (told["account_id"], told["year"], told["currency"], told["revision"]) == ("P1-DE", 2023, "EUR", 0)
    assert [one["tier"] for one in told["thresholds"]] == ["authorized", "advanced", "premier"]
    assert [one["period"] for one in told["statements"]] == ["2024Q1", "2024Q2", "2024Q3", "2024Q4"]
    assert Decimal(told["levels"][0]["needed_after"]) > Decimal(told["levels"][0]["needed_before"])
    assert office.snapshot() == before


@pytest.mark.parametrize("by", [CARLA_CLAIMS, ANNA_CLAIMS], ids=["channel", "finance"])
def test_what_was_seen_is_applied_once_with_who_and_why(office: Office, by: dict[str, Any]) -> None:
    answer = office.act(YEAR, SEEN, by=by, key="k")
    assert answer.status == 200
    assert answer.json == {
        "account_id": "P1-DE", "year": 2023, "currency": "EUR", "amount": "101000.005", "revision": 1,
        "restated_on": "2025-03-01", "restated_by": by["username"], "reason": "late report",
    }  # fmt: skip
    entry = office.world.book.entries[-1].act
    assert entry.details["request"] in {begun.name for begun in office.log.begun.values()}
    before = office.snapshot()
    assert office.act(YEAR, SEEN, by=by, key="k").text == answer.text
    office.forget_answers()
    office.on = day("2025-03-09")
    assert office.act(YEAR, SEEN, by=by, key="k").text == answer.text
    assert office.snapshot() == before


@pytest.mark.catalogue("B67")
def test_a_restatement_whose_answer_was_lost_is_told_even_after_the_next_one(office: Office) -> None:
    first = office.act(YEAR, SEEN, key="k")
    office.world.accounts.add(sales("2023-12", "1", known="2025-03-01", report="LATER"))
    assert office.act(YEAR, SEEN | {"expected_amount": "101001.005"}).json["revision"] == 2
    office.forget_answers()
    before = office.snapshot()
    again = office.act(YEAR, SEEN, key="k")
    assert (again.status, again.text, office.snapshot()) == (200, first.text, before)
    assert office.act(YEAR, SEEN).code == "nothing_to_restate"


@pytest.mark.catalogue("B70")
@pytest.mark.parametrize("reason", ["late report", "another report"])
def test_of_two_persons_who_restate_at_once_only_one_is_told_that_it_was_them(office: Office, reason: str) -> None:
    replies: list[Reply] = []
    said = SEEN | {"reason": reason}
    office.world.writes.rival = lambda: replies.append(office.act(YEAR, said, by=claims("boris", "finance")))
    replies.append(office.act(YEAR, SEEN, key="k"))
    assert [one.status for one in replies] == [200, 409]
    assert (replies[0].json["restated_by"], replies[1].code) == ("boris", "version_conflict")
    (entry,) = [one.act for one in office.world.book.entries if one.act.action == "restate"]
    assert (entry.by.person, entry.details["reason"]) == ("boris", reason)
    mended = SEEN | {"reason": "mended"}
    assert office.act(YEAR, mended, key="k").code == "idempotency_key_reused", "it may have been done by its own twin"


@pytest.mark.catalogue("B75")
@pytest.mark.parametrize("amount", ["101000.00", "101000.0051", "-101000.005"])
def test_another_amount_than_the_year_comes_to_is_refused(office: Office, amount: str) -> None:
    before = office.snapshot()
    answer = office.act(YEAR, SEEN | {"expected_amount": amount})
    assert (answer.status, answer.code, office.snapshot()) == (409, "amount_has_changed", before)


def test_the_same_amount_written_with_more_zeros_is_the_same(office: Office) -> None:
    assert office.act(YEAR, SEEN | {"expected_amount": "101000.005000"}).status == 200


def test_where_nothing_differs_there_is_nothing_to_restate(office: Office) -> None:
    office.act(YEAR, SEEN)
    before = office.snapshot()
    answer = office.act(YEAR, SEEN | {"reason": "again"})
    assert (answer.status, answer.code, office.snapshot()) == (409, "nothing_to_restate", before)


@pytest.mark.parametrize(("year", "status", "code"), [
    ("2025", 409, "year_not_closed"), ("2099", 409, "year_not_closed"), ("2022", 404, "not_found"),
    ("1999", 409, "year_not_closed"), ("1899", 404, "not_found"), ("20２3", 404, "not_found"),
    ("2O23", 404, "not_found"),
])  # fmt: skip
def test_a_year_that_is_open_or_was_never_frozen_is_refused(office: Office, year: str, status: int, code: str) -> None:
    before = office.snapshot()
    for answer in (
        office.get(f"/accounts/P1-DE/restatements/{year}"), office.act(f"/accounts/P1-DE/restatements/{year}", SEEN)
    ):  # fmt: skip
        assert (answer.status, answer.code) == (status, code)
    assert office.snapshot() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"expected_amount": 101000.005}, {"expected_amount": "1e5"}, {"expected_amount": "NaN"},
        {"expected_amount": "1_000"}, {"expected_amount": "１"}, {"expected_amount": ""}, {"expected_amount": " 1"},
        {"reason": ""}, {"revision": 3},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_restatement_is_refused(office: Office, changed: dict[str, Any]) -> None:
    before = office.snapshot()
    assert office.act(YEAR, SEEN | changed).code == "invalid_request"
    assert (office.snapshot(), office.log.begun) == (before, {})


def test_an_account_that_does_not_exist_has_nothing_to_restate(office: Office) -> None:
    before = office.snapshot()
    assert office.get("/accounts/P9-DE/restatements/2023").code == "not_found"
    assert office.act("/accounts/P9-DE/restatements/2023", SEEN).code == "not_found"
    assert office.snapshot() == before


def test_partners_neither_look_nor_restate_and_auditors_only_look(office: Office) -> None:
    assert office.get(YEAR, by=partner("P1")).code == "role_missing"
    for by in (partner("P1"), claims("odo", "auditor")):
        assert office.act(YEAR, SEEN, by=by).code == "role_missing"
