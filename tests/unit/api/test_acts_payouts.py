"""Payouts held, let go, cancelled and tried again over HTTP: on the version that was seen, once, by whom it may."""

import pytest

from partner_program.domain.payments.payout import PayoutState, event
from tests.fakes.api import claims, partner
from tests.fakes.money_api import ANNA_CLAIMS, BORIS_CLAIMS, CARLA_CLAIMS, Office
from tests.fakes.payment_world import BORIS, DUE, Q2, paying

pytestmark = pytest.mark.rule("R-5.5")

PAYOUT = "/accounts/P1-DE/payouts/2024Q2"
WHY = {"reason": "disputed"}


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    made = Office(paying("3125.00"))
    made.assess()
    made.wire(monkeypatch)
    return made


def rejected(office: Office) -> None:
    """What the bank says is written as its file would."""
    office.world.approved()
    office.world.release.daily(DUE)
    payout = office.world.of()
    step = event(DUE, PayoutState.REJECTED, BORIS, batch_id=payout.batch_id)
    assert office.world.book.put_payout(payout.moved(PayoutState.REJECTED, step))


def test_a_payout_is_held_on_the_version_that_was_seen(office: Office) -> None:
    answer = office.act(f"{PAYOUT}/hold", WHY, by=CARLA_CLAIMS, seen=1)
    assert answer.status == 200
    assert answer.headers["etag"] == '"2"'
    assert answer.json == {
        "account_id": "P1-DE", "period": "2024Q2", "act": "hold", "before": "open", "after": "on_hold", "version": 2,
        "amount": "3125.00", "currency": "EUR", "by": "carla", "on": "2024-08-14", "reason": "disputed",
        "entry": len(office.world.book.entries),
    }  # fmt: skip
    assert office.world.of().state is PayoutState.ON_HOLD


def test_each_act_is_one_entry_of_the_log_that_names_person_role_and_request(office: Office) -> None:
    before = len(office.world.book.entries)
    office.act(f"{PAYOUT}/hold", WHY, by=CARLA_CLAIMS, seen=1)
    office.act(f"{PAYOUT}/lift-hold", WHY, by=CARLA_CLAIMS, seen=2)
    office.act(f"{PAYOUT}/cancel", WHY, seen=3)
    entries = office.world.book.entries[before:]
    assert [(entry.act.action, entry.act.by.person, entry.act.by.role) for entry in entries] == [
        ("hold", "carla", "channel"), ("lift_hold", "carla", "channel"), ("cancel", "anna", "finance"),
    ]  # fmt: skip
    named = {begun.name for begun in office.log.begun.values()}
    assert {entry.act.details["request"] for entry in entries} == named


def test_what_the_bank_has_rejected_is_tried_again(office: Office) -> None:
    rejected(office)
    answer = office.act(f"{PAYOUT}/retry", WHY, seen=office.world.of().version)
    assert (answer.status, answer.json["before"], answer.json["after"]) == (200, "rejected", "open")


@pytest.mark.catalogue("B70")
@pytest.mark.parametrize("seen", [1, 3, 999_999_999])
@pytest.mark.parametrize("act", ["hold", "lift-hold", "cancel", "retry"])
def test_a_stale_version_is_refused_and_nothing_is_changed(office: Office, act: str, seen: int) -> None:
    office.act(f"{PAYOUT}/hold", WHY, seen=1)
    before = office.snapshot()
    answer = office.act(f"{PAYOUT}/{act}", WHY, seen=seen)
    assert (answer.status, answer.code) == (412, "stale_version")
    assert office.snapshot() == before


@pytest.mark.catalogue("B70")
def test_the_same_act_under_another_key_on_the_version_of_before_is_stale(office: Office) -> None:
    assert office.act(f"{PAYOUT}/hold", WHY, key="one", seen=1).status == 200
    assert office.act(f"{PAYOUT}/hold", WHY, key="other", seen=1).status == 412


@pytest.mark.catalogue("B70")
@pytest.mark.parametrize("if_match", ["*", None])
def test_without_a_version_nothing_is_begun(office: Office, if_match: str | None) -> None:
    before = office.snapshot()
    headers = {"Idempotency-Key": "k"} | ({} if if_match is None else {"If-Match": if_match})
    answer = office.send(f"{PAYOUT}/hold", WHY, headers)
    assert (answer.status, answer.code) == (428, "version_needed")
    assert (office.snapshot(), office.log.begun) == (before, {})


@pytest.mark.catalogue("B70")
@pytest.mark.parametrize("if_match", ['"1"', "1", ' "1" '])
def test_a_version_is_named_as_its_etag_or_as_the_body_tells_it(office: Office, if_match: str) -> None:
    headers = {"Idempotency-Key": "k", "If-Match": if_match}
    assert office.send(f"{PAYOUT}/hold", WHY, headers).status == 200
    other = {"Idempotency-Key": "other", "If-Match": if_match}
    assert office.send(f"{PAYOUT}/hold", WHY, other).code == "stale_version"


@pytest.mark.catalogue("B70")
@pytest.mark.parametrize(
    "if_match",
    ['W/"1"', "W/1", '"1', '1"', '"1", "2"', '"one"', '""', '"0000000001"', '"01"', '"0"', "0", "-1", "1.0", '"١"'],
)
def test_what_is_no_version_is_refused_with_the_form_of_one(office: Office, if_match: str) -> None:
    answer = office.send(f"{PAYOUT}/hold", WHY, {"Idempotency-Key": "k", "If-Match": if_match})
    assert (answer.status, answer.code, office.log.begun) == (400, "invalid_request", {})
    assert answer.json["errors"] == [
        {
            "where": "header", "at": "if-match", "code": "wrong_form",
            "detail": 'Send one ETag as you got it, in quotes and without W/: "2".',
        }
    ]  # fmt: skip


@pytest.mark.catalogue("B67")
def test_repeated_under_its_key_an_act_is_answered_alike_whatever_happened_since(office: Office) -> None:
    first = office.act(f"{PAYOUT}/hold", WHY, key="k", seen=1)
    office.act(f"{PAYOUT}/lift-hold", WHY, by=BORIS_CLAIMS, seen=2)
    before = office.snapshot()
    again = office.act(f"{PAYOUT}/hold", WHY, key="k", seen=1)
    assert (again.status, again.text, again.headers["etag"]) == (200, first.text, '"2"')
    assert office.snapshot() == before


@pytest.mark.catalogue("B67")
def test_an_act_whose_answer_was_lost_finds_itself_in_the_log(office: Office) -> None:
    first = office.act(f"{PAYOUT}/hold", WHY, key="k", seen=1)
    office.forget_answers()
    office.act(f"{PAYOUT}/lift-hold", WHY, by=BORIS_CLAIMS, seen=2)
    before = office.snapshot()
    again = office.act(f"{PAYOUT}/hold", WHY, key="k", seen=1)
    assert (again.status, again.text) == (200, first.text)
    assert office.snapshot() == before


@pytest.mark.catalogue("B67")
@pytest.mark.parametrize(("reason", "seen"), [("another", 1), ("disputed", 2)])
def test_the_same_key_with_another_body_or_version_is_refused(office: Office, reason: str, seen: int) -> None:
    office.act(f"{PAYOUT}/hold", WHY, key="k", seen=1)
    before = office.snapshot()
    answer = office.act(f"{PAYOUT}/hold", {"reason": reason}, key="k", seen=seen)
    assert (answer.status, answer.code) == (409, "idempotency_key_reused")
    assert office.snapshot() == before


@pytest.mark.catalogue("B67")
def test_the_same_key_of_another_person_is_another_key(office: Office) -> None:
    office.act(f"{PAYOUT}/hold", WHY, key="k", seen=1)
    answer = office.act(f"{PAYOUT}/lift-hold", WHY, by=BORIS_CLAIMS, key="k", seen=2)
    assert answer.status == 200


@pytest.mark.catalogue("B67")
@pytest.mark.parametrize("key", [None, "k" * 256, "with space", "schlüssel", "line\nbreak"])
def test_a_missing_or_malformed_key_is_refused(office: Office, key: str | None) -> None:
    before = office.snapshot()
    headers = {"If-Match": '"1"'} | ({} if key is None else {"Idempotency-Key": key})
    answer = office.send(f"{PAYOUT}/hold", WHY, headers)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert (office.snapshot(), office.log.begun) == (before, {})


@pytest.mark.catalogue("B67")
def test_a_key_of_255_characters_is_taken(office: Office) -> None:
    assert office.act(f"{PAYOUT}/hold", WHY, key="~" * 255, seen=1).status == 200


def test_a_refused_act_may_be_asked_again_under_its_key_once_it_is_possible(office: Office) -> None:
    assert office.act(f"{PAYOUT}/lift-hold", WHY, key="k", seen=1).code == "wrong_state"
    payout = office.world.of()
    assert office.world.payouts.hold("P1-DE", Q2, by=BORIS, on=DUE, reason="x").version == payout.version + 1
    assert office.act(f"{PAYOUT}/lift-hold", WHY, key="k", seen=1).code == "stale_version"
    assert office.act(f"{PAYOUT}/lift-hold", WHY, seen=2).status == 200


@pytest.mark.parametrize("act", ["lift-hold", "retry"])
def test_an_act_that_the_state_does_not_allow_is_refused(office: Office, act: str) -> None:
    before = office.snapshot()
    answer = office.act(f"{PAYOUT}/{act}", WHY, seen=1)
    assert (answer.status, answer.code) == (409, "wrong_state")
    assert office.snapshot() == before


def test_a_payment_that_was_initiated_can_no_longer_be_held(office: Office) -> None:
    office.world.approved()
    office.world.release.daily(DUE)
    before = office.snapshot()
    assert office.act(f"{PAYOUT}/hold", WHY, seen=office.world.of().version).code == "wrong_state"
    assert office.snapshot() == before


@pytest.mark.parametrize(
    "path",
    ["/accounts/P1-DE/payouts/2024Q1", "/accounts/P9-DE/payouts/2024Q2", "/accounts/P1-FR/payouts/2024Q2"],
)
def test_a_payout_that_does_not_exist_is_not_found(office: Office, path: str) -> None:
    before = office.snapshot()
    answer = office.act(f"{path}/hold", WHY, seen=1)
    assert (answer.status, answer.code) == (404, "not_found")
    assert office.snapshot() == before


@pytest.mark.catalogue("B66")
@pytest.mark.parametrize(
    "body",
    [
        {}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 501}, {"reason": 7}, {"reason": "a\nb"},
        {"reason": "a\x1b[31mb"}, {"reason": "x", "state": "open"}, {"reason": "x", "partner_id": "P2"},
    ],
)  # fmt: skip
def test_a_body_that_is_not_just_a_reason_is_refused(office: Office, body: object) -> None:
    before = office.snapshot()
    answer = office.act(f"{PAYOUT}/hold", body, seen=1)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert (office.snapshot(), office.log.begun) == (before, {})


def test_a_reason_of_500_characters_is_taken(office: Office) -> None:
    assert office.act(f"{PAYOUT}/hold", {"reason": "ü" * 500}, seen=1).status == 200


@pytest.mark.parametrize("act", ["hold", "lift-hold", "cancel", "retry"])
def test_no_partner_and_no_auditor_acts_on_payouts(office: Office, act: str) -> None:
    before = office.snapshot()
    for by in (partner("P1"), claims("odo", "auditor")):
        assert office.act(f"{PAYOUT}/{act}", WHY, by=by, seen=1).code == "role_missing"
    assert (office.snapshot(), office.log.begun) == (before, {})


@pytest.mark.parametrize("act", ["cancel", "retry"])
def test_cancelling_and_retrying_are_for_finance_alone(office: Office, act: str) -> None:
    assert office.act(f"{PAYOUT}/{act}", WHY, by=CARLA_CLAIMS, seen=1).code == "role_missing"
    both = claims("dora", "channel", "finance")
    assert office.act(f"{PAYOUT}/{act}", WHY, by=both, seen=1).status == (200 if act == "cancel" else 409)


@pytest.mark.catalogue("B52")
def test_a_bank_number_in_a_reason_goes_nowhere(office: Office) -> None:
    iban = "DE89370400440532013000"
    answer = office.act(f"{PAYOUT}/hold", {"reason": f"wrong account {iban}"}, key="k", seen=1)
    assert answer.status == 200
    kept = str(office.snapshot()) + "".join(begun.model_dump_json() for begun in office.log.begun.values())
    assert iban not in answer.text + kept
    assert office.act(f"{PAYOUT}/hold", {"reason": f"wrong account {iban}"}, key="k", seen=1).text == answer.text


def test_two_at_once_on_one_version_one_wins(office: Office) -> None:
    office.world.writes.rival = lambda: office.world.payouts.hold("P1-DE", Q2, by=BORIS, on=DUE, reason="first")
    answer = office.act(f"{PAYOUT}/hold", WHY, by=ANNA_CLAIMS, seen=1)
    assert (answer.status, answer.code) == (412, "stale_version")
    assert office.world.of().events[-1].by == BORIS
