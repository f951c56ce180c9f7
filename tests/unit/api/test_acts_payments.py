"""Batches over HTTP: prepared by one, approved by another, withdrawn, released (R-5.4)."""

from datetime import timedelta
from typing import Any

import pytest

from partner_program.adapters.payment_file_writer import PaymentFileWriter
from partner_program.domain.payments.batch import MOST_ITEMS, BatchStatus
from partner_program.domain.payments.payout import PayoutState
from partner_program.use_cases.ask_release import ReleaseNotFinished
from partner_program.use_cases.payment_ports import PaymentFileWrong
from tests.fakes.api import Reply, claims, partner
from tests.fakes.audited import PAID_ON, closed_year, findings
from tests.fakes.money_api import ANNA_CLAIMS, BORIS_CLAIMS, CARLA_CLAIMS, Office
from tests.fakes.payment_world import BORIS, DORA, OTHER_IBAN, paying
from tests.fakes.reports import Killed

pytestmark = pytest.mark.rule("R-5.4")

BATCH = "/payments/batches/20240814-EUR-01"
WHY = {"reason": "wrong day"}


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    made = Office(paying("3125.00", "10.00"))
    made.wire(monkeypatch)
    return made


def prepare(office: Office, key: str = "") -> Reply:
    return office.act("/payments/preparations", {}, key=key)


def approve(office: Office, digest: str = "", *, key: str = "", by: dict[str, object] = BORIS_CLAIMS) -> Reply:
    wanted = digest or office.world.batch("20240814-EUR-01").digest
    return office.act(f"{BATCH}/approve", {"digest": wanted}, key=key, by=by)


# -- preparation


def test_what_is_due_is_collected_into_batches_that_somebody_else_approves(office: Office) -> None:
    office.world.payouts.hold("P2-DE", office.world.of().period, by=DORA, on=office.on, reason="x")
    answer = prepare(office)
    assert answer.status == 200
    (batch,) = answer.json["batches"]
    digest = batch.pop("digest")
    assert len(digest) == 64
    assert batch == {
        "batch_id": "20240814-EUR-01", "currency": "EUR", "status": "prepared", "payments": 1, "total": "3125.00",
        "prepared_by": "anna", "approvals_needed": 1, "approved_by": [],
    }  # fmt: skip
    assert answer.json["waiting"] == []
    assert office.world.of().state is PayoutState.IN_BATCH


def test_a_preparation_tells_how_many_payouts_wait_for_what(office: Office) -> None:
    office.world.banks.items.clear()
    answer = prepare(office)
    assert answer.json == {"batches": [], "waiting": [{"code": "no_bank_details", "payouts": 2}]}


def test_one_currency_is_prepared_when_asked(office: Office) -> None:
    assert office.act("/payments/preparations", {"currency": "USD"}).json["batches"] == []
    assert len(office.act("/payments/preparations", {"currency": "EUR"}).json["batches"]) == 1


def test_nothing_sent_does_not_mean_all_currencies(office: Office) -> None:
    before = office.snapshot()
    answer = office.act("/payments/preparations")
    assert (answer.status, answer.code, answer.json["errors"][0]["code"]) == (400, "invalid_request", "missing")
    assert (office.snapshot(), office.log.begun) == (before, {})


@pytest.mark.parametrize("body", [{"currency": "eur"}, {"currency": "ＥＵＲ"}, {"currency": ""}, {"on": "2024-08-20"}])
def test_what_is_no_preparation_is_refused(office: Office, body: object) -> None:
    answer = office.act("/payments/preparations", body)
    assert (answer.status, answer.code, office.log.begun) == (400, "invalid_request", {})


def test_a_currency_that_the_program_has_never_had_is_refused(office: Office) -> None:
    before = office.snapshot()
    answer = office.act("/payments/preparations", {"currency": "XTS"})
    assert (answer.status, answer.code, office.snapshot()) == (400, "invalid_value", before)


@pytest.mark.catalogue("B67")
def test_a_preparation_whose_answer_was_lost_is_told_its_batches_even_on_another_day(office: Office) -> None:
    first = prepare(office, key="k")
    office.forget_answers()
    office.on = office.on.replace(day=20)
    before = office.snapshot()
    again = prepare(office, key="k")
    assert (again.status, again.text, office.snapshot()) == (200, first.text, before)


@pytest.mark.catalogue("B67")
def test_a_preparation_under_another_key_does_not_claim_the_batches_of_the_first(office: Office) -> None:
    prepare(office)
    assert prepare(office).json == {"batches": [], "waiting": []}


@pytest.mark.catalogue("B67")
@pytest.mark.parametrize("days", [0, 7])
def test_a_preparation_whose_answer_was_lost_does_not_collect_again_what_was_withdrawn(
    office: Office, days: int
) -> None:
    prepare(office, key="k")
    assert office.act(f"{BATCH}/withdraw", WHY, by=BORIS_CLAIMS).status == 200
    office.forget_answers()
    office.on += timedelta(days=days)
    before = office.snapshot()
    again = prepare(office, key="k")
    assert [(one["batch_id"], one["status"]) for one in again.json["batches"]] == [("20240814-EUR-01", "void")]
    assert office.snapshot() == before


@pytest.mark.catalogue("B67")
def test_a_preparation_whose_answer_was_lost_does_not_collect_what_was_freed_since(office: Office) -> None:
    period = office.world.of().period
    office.world.payouts.hold("P2-DE", period, by=DORA, on=office.on, reason="x")
    first = prepare(office, key="k")
    office.world.payouts.lift_hold("P2-DE", period, by=DORA, on=office.on, reason="y")
    office.forget_answers()
    before = office.snapshot()
    assert (prepare(office, key="k").text, office.snapshot()) == (first.text, before)
    assert prepare(office).json["batches"][0]["batch_id"] == "20240814-EUR-02"


@pytest.mark.slow
@pytest.mark.catalogue("B67")
@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_preparation_that_broke_off_goes_on_unless_what_it_made_was_withdrawn(
    monkeypatch: pytest.MonkeyPatch, withdrawn: bool
) -> None:
    office = Office(paying(*["1.00"] * (MOST_ITEMS + 1)))
    office.wire(monkeypatch)
    office.world.writes.break_off(2, before=True)
    with pytest.raises(Killed):
        prepare(office, key="k")
    office.world.writes.break_off(0)
    if withdrawn:
        office.act(f"{BATCH}/withdraw", WHY, by=BORIS_CLAIMS)
    told = [one["batch_id"] for one in prepare(office, key="k").json["batches"]]
    assert told == (["20240814-EUR-01"] if withdrawn else ["20240814-EUR-01", "20240814-EUR-02"])


@pytest.mark.slow
@pytest.mark.catalogue("B67")
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("write", [1, 2])
def test_a_preparation_killed_between_its_batches_goes_on_and_tells_them_all(
    monkeypatch: pytest.MonkeyPatch, write: int, before: bool
) -> None:
    office = Office(paying(*["1.00"] * (MOST_ITEMS + 1)))
    office.wire(monkeypatch)
    office.world.writes.break_off(write, before=before)
    with pytest.raises(Killed):
        prepare(office, key="k")
    office.world.writes.break_off(0)
    office.on = office.on.replace(day=20)
    done = prepare(office, key="k")
    assert [(one["batch_id"], one["payments"]) for one in done.json["batches"]] == [
        ("20240814-EUR-01", MOST_ITEMS), ("20240814-EUR-02", 1),
    ]  # fmt: skip
    entries = [entry.act for entry in office.world.book.entries if entry.act.action == "prepare"]
    assert len(entries) == 2
    assert len({entry.details["request"] for entry in entries}) == 1


@pytest.mark.catalogue("B67")
def test_a_preparation_tells_its_own_batches_and_not_those_of_others(office: Office) -> None:
    office.world.writes.rival = lambda: office.world.prepare(BORIS, office.on)
    done = prepare(office)
    assert done.json == {"batches": [], "waiting": []}
    assert office.world.batch("20240814-EUR-01").prepared_by == BORIS


# -- approval


def test_a_second_person_approves_what_was_looked_at(office: Office) -> None:
    prepare(office)
    answer = approve(office)
    assert (answer.status, answer.json["status"], answer.json["approved_by"]) == (200, "approved", ["boris"])
    entry = office.world.book.entries[-1].act
    assert (entry.action, entry.by.person, entry.by.role) == ("approve", "boris", "finance")
    assert entry.details["request"] in {begun.name for begun in office.log.begun.values()}


@pytest.mark.catalogue("B74")
@pytest.mark.parametrize(
    "by", [ANNA_CLAIMS, claims("anna", "channel", "finance"), claims("ANNA", "finance"), claims("ａｎｎａ", "finance")],
    ids=["the same person", "with another role", "in capitals", "in wide letters"],
)  # fmt: skip
def test_who_prepared_a_batch_cannot_approve_it(office: Office, by: dict[str, object]) -> None:
    prepare(office)
    before = office.snapshot()
    answer = approve(office, by=by)
    assert (answer.status, answer.code) == (403, "self_approval")
    assert office.snapshot() == before


@pytest.mark.catalogue("B75")
def test_an_approval_of_another_digest_is_refused(office: Office) -> None:
    prepare(office)
    before = office.snapshot()
    answer = approve(office, "0" * 64)
    assert (answer.status, answer.code) == (409, "digest_differs")
    assert office.world.batch("20240814-EUR-01").digest not in answer.text
    assert office.snapshot() == before


@pytest.mark.catalogue("B75")
def test_a_batch_that_changed_after_the_look_is_not_approved(office: Office) -> None:
    prepare(office)
    office.world.payouts.hold("P2-DE", office.world.of().period, by=DORA, on=office.on, reason="x")
    before = office.snapshot()
    answer = approve(office)
    assert (answer.status, answer.code) == (409, "digest_differs")
    assert office.snapshot() == before


@pytest.mark.catalogue("B75")
@pytest.mark.parametrize("digest", ["", "x" * 64, "A" * 64, "0" * 63, "0" * 65, None, 7])
def test_what_is_no_digest_is_refused(office: Office, digest: object) -> None:
    prepare(office)
    before = office.snapshot()
    assert office.act(f"{BATCH}/approve", {"digest": digest}, by=BORIS_CLAIMS).code == "invalid_request"
    assert office.act(f"{BATCH}/approve", {}, by=BORIS_CLAIMS).code == "invalid_request"
    assert office.snapshot() == before


@pytest.mark.catalogue("B76")
def test_approved_twice_the_answer_is_the_same(office: Office) -> None:
    prepare(office)
    first = approve(office, key="k")
    before = office.snapshot()
    assert approve(office, key="k").text == first.text
    assert approve(office, key="another").text == first.text
    assert office.snapshot() == before


@pytest.mark.catalogue("B76")
def test_a_batch_that_was_withdrawn_cannot_be_approved(office: Office) -> None:
    prepare(office)
    office.act(f"{BATCH}/withdraw", WHY)
    before = office.snapshot()
    answer = approve(office)
    assert (answer.status, answer.code) == (409, "wrong_state")
    assert office.snapshot() == before


@pytest.mark.catalogue("B76")
def test_nor_by_somebody_who_had_approved_it_before(office: Office) -> None:
    prepare(office)
    approve(office)
    office.act(f"{BATCH}/withdraw", WHY)
    before = office.snapshot()
    assert approve(office).code == "wrong_state"
    assert office.snapshot() == before


# -- withdrawal


def test_a_batch_is_given_up_before_its_release_and_its_payouts_are_free(office: Office) -> None:
    prepare(office)
    answer = office.act(f"{BATCH}/withdraw", WHY)
    assert (answer.status, answer.json["status"]) == (200, "void")
    assert office.world.of().state is PayoutState.OPEN
    before = office.snapshot()
    assert office.act(f"{BATCH}/withdraw", WHY, by=BORIS_CLAIMS).text == answer.text, "once withdrawn, it is"
    assert office.snapshot() == before


def test_a_released_batch_is_not_withdrawn(office: Office) -> None:
    office.world.approved()
    office.world.release.daily(office.on)
    before = office.snapshot()
    answer = office.act(f"{BATCH}/withdraw", WHY)
    assert (answer.status, answer.code, office.snapshot()) == (409, "wrong_state", before)


# -- release


def test_an_approved_batch_is_released_by_the_payment_function(office: Office) -> None:
    office.world.approved()
    answer = office.act(f"{BATCH}/release", key="k")
    assert (answer.status, answer.json["status"]) == (200, "released")
    assert office.world.batch("20240814-EUR-01").released_by is not None
    before = office.snapshot()
    assert office.act(f"{BATCH}/release", key="k").text == answer.text
    assert office.act(f"{BATCH}/release").text == answer.text
    assert (office.run.asked, office.snapshot()) == (1, before)


@pytest.mark.parametrize("status", [BatchStatus.PREPARED, BatchStatus.VOID])
def test_only_an_approved_batch_is_released(office: Office, status: BatchStatus) -> None:
    prepare(office)
    if status is BatchStatus.VOID:
        office.act(f"{BATCH}/withdraw", WHY)
    before = office.snapshot()
    answer = office.act(f"{BATCH}/release")
    assert (answer.status, answer.code) == (409, "wrong_state")
    assert (office.snapshot(), office.run.asked) == (before, 0)


@pytest.mark.catalogue("B66")
@pytest.mark.parametrize("body", [{"digest": "0" * 64}, {"status": "released"}, {"partner_id": "P9"}])
def test_a_release_has_no_body_that_could_be_believed_to_count(office: Office, body: object) -> None:
    office.world.approved()
    before = office.snapshot()
    answer = office.act(f"{BATCH}/release", body)
    assert (answer.status, answer.code, answer.json["errors"][0]["code"]) == (400, "invalid_request", "unknown_field")
    assert (office.snapshot(), office.run.asked, office.log.begun) == (before, 0, {})
    assert office.act(f"{BATCH}/release", {}).status == 200


@pytest.mark.catalogue("B75")
def test_a_batch_that_is_no_longer_what_was_approved_is_voided_and_not_paid(office: Office) -> None:
    office.world.approved()
    office.world.payouts.hold("P2-DE", office.world.of().period, by=DORA, on=office.on, reason="x")
    answer = office.act(f"{BATCH}/release")
    assert (answer.status, answer.code) == (409, "digest_differs")
    assert office.world.batch("20240814-EUR-01").status is BatchStatus.VOID
    assert office.world.files.files == {}


def test_a_file_that_cannot_be_written_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> bytes:
        raise PaymentFileWrong("amounts do not agree")

    office.world.approved()
    monkeypatch.setattr(PaymentFileWriter, "pain001", wrong)
    assert (answer := office.act(f"{BATCH}/release")).status == 409
    assert answer.code == "payment_file_wrong"


def test_a_release_that_broke_off_is_asked_again_under_its_key(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object) -> None:
        raise ReleaseNotFinished("ask again")

    office.world.approved()
    with monkeypatch.context() as patch:
        patch.setattr(office.run, "release", late)
        answer = office.act(f"{BATCH}/release", key="k")
    assert (answer.status, answer.code) == (503, "release_not_finished")
    assert office.act(f"{BATCH}/release", key="k").json["status"] == "released"


# -- all


@pytest.mark.parametrize(
    ("act", "body"), [("approve", {"digest": "0" * 64}), ("withdraw", WHY), ("release", None)]
)  # fmt: skip
def test_a_batch_that_does_not_exist_is_not_found(office: Office, act: str, body: object) -> None:
    answer = office.act(f"/payments/batches/20240814-EUR-99/{act}", body, by=BORIS_CLAIMS)
    assert (answer.status, answer.code) == (404, "not_found")
    assert office.act(f"/payments/batches/%23/{act}", body, by=BORIS_CLAIMS).status == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/payments/preparations", {}), (f"{BATCH}/approve", {"digest": "0" * 64}), (f"{BATCH}/withdraw", WHY),
        (f"{BATCH}/release", None),
    ],
)  # fmt: skip
def test_batches_are_for_finance_alone(office: Office, path: str, body: object) -> None:
    prepare(office)
    before = office.snapshot()
    for by in (CARLA_CLAIMS, partner("P1"), claims("odo", "auditor")):
        assert office.act(path, body, by=by).code == "role_missing"
    assert office.snapshot() == before


def test_what_was_done_through_the_api_is_found_in_order_by_who_verifies_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = Office(closed_year(), PAID_ON)
    office.wire(monkeypatch)
    payout, letter = "/accounts/P1-DE/payouts/2024Q2", {"number": OTHER_IBAN, "country": "GB", "holder": "Alpha"}
    acts: list[tuple[str, object, dict[str, Any], int | None]] = [
        (f"{payout}/hold", WHY, CARLA_CLAIMS, 1),
        (f"{payout}/lift-hold", WHY, CARLA_CLAIMS, 2),
        ("/payments/preparations", {}, ANNA_CLAIMS, None),
        ("/payments/batches/20250214-EUR-01/withdraw", WHY, ANNA_CLAIMS, None),
        (f"{payout}/cancel", WHY, ANNA_CLAIMS, 5),
    ]
    for path, body, by, seen in acts:
        answer = office.act(path, body, by=by, seen=seen)
        assert answer.status == 200, answer.text
    (batch,) = prepare(office).json["batches"]
    for path, body, by in (
        (f"/payments/batches/{batch['batch_id']}/approve", {"digest": batch["digest"]}, BORIS_CLAIMS),
        (f"/payments/batches/{batch['batch_id']}/release", None, ANNA_CLAIMS),
        (
            "/sites/S1/bank-details",
            letter | WHY,
            partner("P1"),
        ),
        ("/sites/S1/bank-details/2/confirm", None, ANNA_CLAIMS),
    ):
        answer = office.act(path, body, by=by)
        assert answer.status == 200, answer.text
    assert findings(office.world) == ""
