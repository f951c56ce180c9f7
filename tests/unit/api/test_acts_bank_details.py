"""Bank details over HTTP: whose, by whom, and that a number goes nowhere but under its seal (R-5.4c)."""

from datetime import date
from typing import Any

import pytest

from partner_program.domain.facts import Site
from partner_program.domain.payments.bank import BankStatus
from tests.fakes.api import Reply, claims, partner
from tests.fakes.money_api import ANNA_CLAIMS, BORIS_CLAIMS, CARLA_CLAIMS, Office
from tests.fakes.payment_world import DUE, IBAN, OTHER_IBAN, paying

pytestmark = pytest.mark.rule("R-5.4c")

S1, P1 = "/sites/S1/bank-details", partner("P1")
PROPOSAL = {"number": OTHER_IBAN, "holder": "Alpha", "reason": "new bank", "country": "GB"}
BAD_CHECK_DIGITS = "GB83WEST12345698765432"
WHY = {"reason": "not theirs"}


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    made = Office(paying("3125.00", "10.00"))
    made.wire(monkeypatch)
    return made


def propose(office: Office, *, site: str = S1, by: dict[str, Any] = P1, key: str = "", **changed: object) -> Reply:
    return office.act(site, PROPOSAL | changed, by=by, key=key)


def everything(office: Office) -> str:
    """All that is kept, but for what is under a seal."""
    return str(office.snapshot()) + "".join(begun.model_dump_json() for begun in office.log.begun.values())


# -- proposing


def test_a_partner_proposes_bank_details_of_its_own_site(office: Office) -> None:
    answer = propose(office)
    assert answer.status == 200
    assert answer.json == {
        "site_id": "S1", "number": 2, "status": "proposed", "scheme": "iban", "country": "GB", "bic": None,
        "last_four": "5432", "holder": "Alpha", "reason": "new bank", "proposed_by": "user-of-P1",
        "proposed_on": "2024-08-14", "decided_by": None, "decided_on": None, "usable_from": None,
    }  # fmt: skip
    entry = office.world.book.entries[-1].act
    assert (entry.by.person, entry.by.role) == ("user-of-P1", "partner")
    assert entry.details["request"] in {begun.name for begun in office.log.begun.values()}


@pytest.mark.parametrize("by", [CARLA_CLAIMS, ANNA_CLAIMS], ids=["channel", "finance"])
def test_so_does_the_vendor_for_any_site(office: Office, by: dict[str, Any]) -> None:
    assert propose(office, by=by).json["proposed_by"] == by["username"]


@pytest.mark.catalogue("B59")
@pytest.mark.parametrize("body", [PROPOSAL, PROPOSAL | {"number": BAD_CHECK_DIGITS}, PROPOSAL | {"holder": ""}])
def test_a_foreign_site_is_answered_exactly_as_one_that_does_not_exist(office: Office, body: object) -> None:
    before = office.snapshot()
    foreign, missing, payer = (
        office.act(f"/sites/{site}/bank-details", body, by=P1) for site in ("S2", "S9", "payer.EUR")
    )
    assert (foreign.status, foreign.text) == (missing.status, missing.text) == (payer.status, payer.text)
    assert office.snapshot() == before
    if body is PROPOSAL:
        assert (foreign.status, foreign.code) == (404, "not_found")


@pytest.mark.catalogue("B66")
def test_a_body_cannot_say_whose_site_it_is(office: Office) -> None:
    for extra in ({"partner_id": "P2"}, {"site_id": "S2"}, {"status": "confirmed"}, {"usable_from": "2024-01-01"}):
        assert office.act(S1, PROPOSAL | extra, by=P1).code == "invalid_request"


def test_the_vendors_own_account_is_proposed_by_finance_alone(office: Office) -> None:
    payer = "/sites/payer.EUR/bank-details"
    assert propose(office, site=payer, by=CARLA_CLAIMS).code == "not_allowed"
    assert propose(office, site=payer, by=ANNA_CLAIMS).status == 200
    assert propose(office, site="/sites/payer.XXX/bank-details", by=ANNA_CLAIMS).code == "invalid_value"


@pytest.mark.catalogue("B72")
@pytest.mark.parametrize(
    "number", ["gb82west12345698765432", "GB82 WEST 1234 5698 7654 32", " Gb82 west12345698765432 "]
)
def test_spaces_and_small_letters_of_an_iban_do_not_matter(office: Office, number: str) -> None:
    assert propose(office, number=number).json["last_four"] == "5432"


@pytest.mark.catalogue("B71")
@pytest.mark.catalogue("B72")
@pytest.mark.parametrize(
    "number",
    [
        BAD_CHECK_DIGITS, "GB82WEST1234569876543", "GB82WEST123456987654321", "DE89370400440532013001",
        "XX82WEST12345698765432", "82WEST12345698765432", "ＧＢ82WEST12345698765432", "GB82WEST12345698765432" * 3,
    ],
)  # fmt: skip
def test_an_invalid_iban_is_refused_and_appears_nowhere(
    office: Office, number: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    before = office.snapshot()
    answer = propose(office, number=number, key="k")
    assert answer.status == 400
    said = answer.text + str(answer.headers) + capsys.readouterr().out + caplog.text + everything(office)
    assert number not in said
    assert number[4:] not in said
    assert office.snapshot() == before


@pytest.mark.catalogue("B71")
@pytest.mark.parametrize(
    "body",
    [
        {"number": IBAN}, PROPOSAL | {"number": [IBAN]}, PROPOSAL | {"number": {"iban": IBAN}},
        PROPOSAL | {"iban": IBAN}, PROPOSAL | {IBAN: "number"}, PROPOSAL | {"number": int(IBAN[2:])},
        PROPOSAL | {"scheme": IBAN},
        PROPOSAL | {"country": IBAN}, PROPOSAL | {"bic": IBAN}, PROPOSAL | {"number": IBAN * 9},
        PROPOSAL | {"number": IBAN, "country": "FR"}, PROPOSAL | {"number": IBAN, "holder": " "},
        PROPOSAL | {"number": IBAN, "country": "DE", "reason": f"instead of {IBAN}"},
    ],
    ids=str,
)  # fmt: skip
def test_a_number_in_a_body_that_is_not_understood_appears_nowhere(
    office: Office, body: dict[str, Any], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    answer = office.act(S1, body, by=P1)
    assert answer.status == 400
    said = answer.text + str(answer.headers) + capsys.readouterr().out + caplog.text + everything(office)
    assert IBAN not in said
    assert IBAN[2:] not in said


@pytest.mark.catalogue("B71")
def test_a_number_that_is_taken_is_under_its_seal_and_nowhere_else(
    office: Office, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    answer = propose(office, key="k")
    said = answer.text + str(answer.headers) + capsys.readouterr().out + caplog.text + everything(office)
    assert OTHER_IBAN not in said
    assert OTHER_IBAN[4:18] not in said


def test_one_proposal_waits_at_a_time(office: Office) -> None:
    propose(office)
    before = office.snapshot()
    answer = propose(office)
    assert (answer.status, answer.code, office.snapshot()) == (409, "wrong_state", before)


@pytest.mark.catalogue("B67")
def test_a_proposal_whose_answer_was_lost_is_no_second_one(office: Office) -> None:
    first = propose(office, key="k")
    office.forget_answers()
    before = office.snapshot()
    assert propose(office, key="k").text == first.text
    assert propose(office, key="k", number=IBAN, country="DE").code == "idempotency_key_reused"
    assert office.snapshot() == before


# -- deciding


def test_finance_confirms_and_it_is_paid_to_after_the_cooling_time(office: Office) -> None:
    propose(office)
    answer = office.act(f"{S1}/2/confirm")
    assert (answer.status, answer.json["status"], answer.json["decided_by"]) == (200, "confirmed", "anna")
    days = office.world.book_of_rules.at(DUE).bank_cooling_days
    assert date.fromisoformat(answer.json["usable_from"]).toordinal() == DUE.toordinal() + days
    assert office.world.book.entries[-1].act.details["request"] in {begun.name for begun in office.log.begun.values()}
    before = office.snapshot()
    assert office.act(f"{S1}/2/confirm", by=BORIS_CLAIMS).text == answer.text, "confirmed once, it is"
    assert office.snapshot() == before


@pytest.mark.catalogue("B74")
def test_who_proposed_bank_details_cannot_confirm_them(office: Office) -> None:
    propose(office, by=claims("anna", "channel"))
    before = office.snapshot()
    answer = office.act(f"{S1}/2/confirm", by=claims("Anna", "finance"))
    assert (answer.status, answer.code, office.snapshot()) == (403, "self_approval", before)


@pytest.mark.catalogue("B76")
def test_a_rejected_proposal_cannot_be_confirmed_nor_the_other_way_round(office: Office) -> None:
    propose(office)
    answer = office.act(f"{S1}/2/reject", WHY)
    assert (answer.status, answer.json["status"]) == (200, "rejected")
    before = office.snapshot()
    assert office.act(f"{S1}/2/confirm", by=BORIS_CLAIMS).code == "wrong_state"
    assert office.act(f"{S1}/1/reject", WHY).code == "wrong_state"
    assert office.snapshot() == before
    assert office.act(f"{S1}/2/reject", WHY, by=BORIS_CLAIMS).text == answer.text


@pytest.mark.catalogue("B73")
def test_details_changed_shortly_before_a_payout_hold_it(office: Office) -> None:
    propose(office)
    waiting = {one["code"]: one["payouts"] for one in office.act("/payments/preparations", {}).json["waiting"]}
    assert sum(waiting.values()) == 1, "the proposal waits for four eyes"
    office.act("/payments/batches/20240814-EUR-01/withdraw", WHY)
    office.act(f"{S1}/2/confirm")
    waiting = {one["code"]: one["payouts"] for one in office.act("/payments/preparations", {}).json["waiting"]}
    assert sum(waiting.values()) == 1, "and then for the cooling time"


@pytest.mark.parametrize("number", ["3", "999999"])
def test_a_proposal_that_does_not_exist_is_not_found(office: Office, number: str) -> None:
    assert office.act(f"{S1}/{number}/confirm").code == "not_found"
    assert office.act(f"/sites/S9/bank-details/{number}/reject", WHY).code == "not_found"


@pytest.mark.parametrize("number", ["0", "-1", "01", "1.0", "1e0", "one", "1000000", "١"])
def test_what_is_no_number_of_a_proposal_names_nothing(office: Office, number: str) -> None:
    assert office.act(f"{S1}/{number}/confirm").status == 404


def test_only_finance_decides(office: Office) -> None:
    propose(office)
    before = office.snapshot()
    for by in (P1, CARLA_CLAIMS, claims("odo", "auditor")):
        assert office.act(f"{S1}/2/confirm", by=by).code == "role_missing"
        assert office.act(f"{S1}/2/reject", WHY, by=by).code == "role_missing"
    assert propose(office, by=claims("odo", "auditor")).code == "role_missing"
    assert office.snapshot() == before


# -- seeing


def test_bank_details_are_seen_masked_the_newest_first(office: Office) -> None:
    propose(office)
    office.act(f"{S1}/2/reject", WHY)
    items = office.get(S1, by=claims("odo", "auditor")).json["items"]
    assert [(one["number"], one["status"], one["last_four"]) for one in items] == [
        (2, "rejected", "5432"), (1, "confirmed", "3000"),
    ]  # fmt: skip
    assert "sealed" not in str(items)
    assert IBAN not in str(items)


def test_a_partner_is_not_told_who_of_the_vendor_acted_and_why(office: Office) -> None:
    propose(office, by=CARLA_CLAIMS)
    answer = office.get(S1, by=P1)
    assert [(one["proposed_by"], one["reason"]) for one in answer.json["items"]] == [("the vendor", "")] * 2
    assert answer.json["items"][1]["decided_by"] == "the vendor"
    assert "carla" not in answer.text


@pytest.mark.catalogue("B59")
def test_bank_details_of_a_foreign_site_are_answered_as_of_none(office: Office) -> None:
    answers = [office.get(f"/sites/{site}/bank-details", by=P1) for site in ("S2", "S9", "payer.EUR")]
    assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}


@pytest.mark.catalogue("B59")
def test_a_site_that_is_recorded_by_the_name_of_the_vendors_account_shows_a_partner_nothing_of_it(
    office: Office,
) -> None:
    missing = office.get("/sites/S9/bank-details", by=P1)
    propose(office, site="/sites/payer.EUR/bank-details", by=ANNA_CLAIMS)
    site = next(one for one in office.world.accounts.records["P1"].values() if isinstance(one, Site))
    office.world.accounts.records["P1"]["payer.EUR",] = site.model_copy(update={"site_id": "payer.EUR"})
    answer = office.get("/sites/payer.EUR/bank-details", by=P1)
    assert (answer.status, answer.text) == (404, missing.text)


def test_a_site_without_bank_details_has_an_empty_list(office: Office) -> None:
    office.world.banks.items.clear()
    assert office.get(S1).json == {"items": [], "next_cursor": None}
    assert office.get("/sites/payer.EUR/bank-details").json["items"] == []


def test_the_list_goes_on_where_the_page_before_ended(office: Office) -> None:
    for number in range(2, 6):
        office.world.bank_details("S1", IBAN, number=number, status=BankStatus.REJECTED)
    seen: list[int] = []
    cursors: list[str | None] = [None]
    for _ in range(3):
        asked: dict[str, Any] = {"limit": 2} | ({"cursor": cursors[-1]} if cursors[-1] else {})
        page = office.get(S1, **asked).json
        seen += [one["number"] for one in page["items"]]
        cursors.append(page["next_cursor"])
    assert (seen, cursors[-1]) == ([5, 4, 3, 2, 1], None)
