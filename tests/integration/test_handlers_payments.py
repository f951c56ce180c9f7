"""`functions/payment_run` and `bank_status` on the real template's resources: from a final statement to money paid."""

import csv
import io
import json
import logging
from typing import Any

import pytest

from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.ledger import LedgerKind
from partner_program.domain.payments.payout import PayoutState
from tests.deployed.desk import ANNA, BRUNO, PARTNERS_IBAN, VENDORS_IBAN, Desk
from tests.deployed.paying import PAYABLE_FROM, PAYOUT, PERIOD, make_payable, put_payable
from tests.deployed.program import ACCOUNT_ID
from tests.deployed.world import World, deployed, trigger

BY_BRUNO = {"person": BRUNO.person, "role": "finance"}


@pytest.fixture
def desk(world: World) -> Desk:
    """The day on which the payout of the first quarter can be paid."""
    return put_payable(world)


def approved(desk: Desk) -> Batch:
    return desk.approve(desk.prepare())


def run(desk: Desk) -> Any:
    return desk.world.call("payment_run", trigger("payment_run", "daily"))


def release(desk: Desk, batch_id: str, by: dict[str, str] = BY_BRUNO) -> Any:
    return desk.world.call("payment_run", {"release": batch_id, "by": by})


def status_csv(batch: Batch, status: str, booked_on: str = "2024-05-17", reason: str = "") -> str:
    rows = [[batch.batch_id, item.end_to_end_id, status, booked_on, reason, f"{item.amount}", batch.currency]
            for item in batch.items]  # fmt: skip
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [["batch_id", "end_to_end_id", "status", "booked_on", "reason_code", "amount", "currency"], *rows]
    )
    return text.getvalue()


def listen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that is logged from now on, as it is written; a logger that an earlier test has made writes elsewhere."""
    said: list[str] = []
    monkeypatch.setattr(logging.StreamHandler, "emit", lambda self, record: said.append(self.format(record)))
    return said


def metric(output: str, name: str) -> list[float]:
    """What CloudWatch makes of what a function has printed."""
    lines = [json.loads(line) for line in output.splitlines() if line.startswith('{"_aws"')]
    return [value for line in lines for value in line.get(name, [])]


@pytest.mark.rule("R-5.4")
@pytest.mark.catalogue("F45")
def test_a_final_statement_is_paid_by_two_people_the_daily_run_and_the_bank(world: World) -> None:
    desk = make_payable(world)
    payout = desk.payout(ACCOUNT_ID, PERIOD)
    assert (payout.state, str(payout.payable_from)) == (PayoutState.OPEN, PAYABLE_FROM)
    batch = approved(desk)
    answer = run(desk)
    folder = f"payments/{batch.batch_id}"
    told = {"batch_id": batch.batch_id, "status": "released", "folder": folder, "total": PAYOUT, "currency": "EUR"}
    assert answer == {"on": PAYABLE_FROM, "tasks": 1, "batches": [told], "voided": []}
    assert f"{folder}/pain.001.xml" in world.results()
    assert f"{folder}/payments.csv" in world.results()
    assert desk.payout(ACCOUNT_ID, PERIOD).state is PayoutState.IN_PAYMENT
    assert run(desk) == {"on": PAYABLE_FROM, "tasks": 0, "batches": [], "voided": []}
    world.today("2024-05-17")
    world.upload_and_deliver("bank-status/2024-05-17.csv", status_csv(batch, "paid"))
    receipt = world.result("bank-status/2024-05-17/receipt.json")
    assert (receipt["status"], receipt["booked"]) == ("posted", {"paid": 1})
    assert desk.payout(ACCOUNT_ID, PERIOD).state is PayoutState.PAID
    kinds = [entry.kind for entry in desk.book.ledger(ACCOUNT_ID)]
    assert sorted(kinds) == [LedgerKind.INITIATED, LedgerKind.PAID]


@pytest.mark.catalogue("B52")
@pytest.mark.catalogue("B71")
def test_a_bank_account_in_the_clear_stands_in_the_payment_file_and_nowhere_else(
    world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logged = listen(monkeypatch)
    desk = make_payable(world)
    batch = approved(desk)
    answer = run(desk)
    world.upload_and_deliver("bank-status/a.csv", status_csv(batch, "rejected", "2024-05-15", "AC01"))
    bucket = world.template.name("ResultsBucket")
    texts = {key: world.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("latin-1")
             for key in world.results()}  # fmt: skip
    for table in (world.program, world.payments, world.bank_details):
        pages = world.dynamodb.get_paginator("scan").paginate(TableName=table.name)
        texts[table.name] = "".join(json.dumps(page["Items"]) for page in pages)
    texts["answer"] = json.dumps(answer)
    texts["log"] = "".join((*logged, *capfd.readouterr()))
    assert all(said in texts["log"] for said in ("schedule done", "bank status"))
    for number in (PARTNERS_IBAN, VENDORS_IBAN):
        found = [name for name, text in texts.items() if number in text.replace(" ", "")]
        assert found == [f"payments/{batch.batch_id}/pain.001.xml"]


def test_the_moment_of_a_payment_in_a_sandbox_is_noon_of_the_test_clocks_day(desk: Desk) -> None:
    batch = approved(desk)
    run(desk)
    assert desk.batch(batch.batch_id).initiated_at == "2024-05-15T12:00:00+00:00"
    assert {entry.at for entry in desk.book.audit_log() if entry.act.subject == batch.batch_id} == {
        "2024-05-15T12:00:00.000Z"
    }


def test_a_batch_that_is_not_approved_is_left_alone(desk: Desk) -> None:
    batch = desk.prepare()
    assert run(desk)["tasks"] == 0
    assert release(desk, batch.batch_id)["refused"] == "wrong_state"
    assert desk.batch(batch.batch_id).status is BatchStatus.PREPARED
    assert not [key for key in desk.world.results() if key.startswith("payments/")]


def test_a_person_of_finance_releases_one_batch_and_again_with_the_same_answer(desk: Desk) -> None:
    batch = approved(desk)
    answers = [release(desk, batch.batch_id) for _ in range(2)]
    assert [answer["status"] for answer in answers] == ["released", "released"]
    assert desk.batch(batch.batch_id).released_by == BRUNO
    bucket = desk.world.template.name("ResultsBucket")
    versions = desk.world.s3.list_object_versions(Bucket=bucket, Prefix=batch.folder)["Versions"]
    assert len(versions) == 2, "one version of either file"


@pytest.mark.catalogue("B57")
@pytest.mark.parametrize(
    ("event", "refused"),
    [
        ({"release": "20240515-EUR-01"}, "bad_message"),
        ({"release": "20240515-EUR-01", "by": {"person": "Bruno Keil"}}, "bad_message"),
        ({"release": "20240515-EUR-01", "by": {"person": "Bruno Keil", "role": "owner"}}, "bad_message"),
        ({"release": "20240515-EUR-01", "by": BY_BRUNO, "on": "2024-05-15"}, "bad_message"),
        ({"release": "../20240515", "by": BY_BRUNO}, "bad_message"),
        ({"release": ["20240515-EUR-01"], "by": BY_BRUNO}, "bad_message"),
        ({"release": "20240515-EUR-01", "by": {"person": "partner program", "role": "finance"}}, "not_allowed"),
        ({"release": "20240515-EUR-01", "by": {"person": "Carla Roth", "role": "channel"}}, "not_allowed"),
        ({"release": "20240515-EUR-99", "by": BY_BRUNO}, "not_found"),
        (trigger("payment_run", "bad_as_engine"), "bad_message"),
        (trigger("payment_run", "release"), "not_found"),
    ],
)
def test_a_release_that_cannot_be_is_answered_with_a_code_and_changes_nothing(
    world: World, event: dict[str, Any], refused: str
) -> None:
    answer = world.call("payment_run", event)
    assert answer["refused"] == refused
    assert answer["message"]
    assert list(Desk(world).book.audit_log()) == []


@pytest.mark.parametrize(
    ("event", "error"), [({}, KeyError), (trigger("payment_run", "bad_no_zone"), ValueError)], ids=["empty", "no zone"]
)
def test_an_event_that_is_neither_schedule_nor_release_is_an_error(
    world: World, event: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        world.call("payment_run", event)


@pytest.mark.rule("R-5.5")
def test_a_payout_held_after_the_approval_voids_its_batch_and_is_told(desk: Desk) -> None:
    batch = approved(desk)
    desk.payouts.hold(ACCOUNT_ID, desk.payout(ACCOUNT_ID, PERIOD).period, by=ANNA, on=desk.today, reason="dispute")
    answer = run(desk)
    assert [one["batch_id"] for one in answer["voided"]] == [batch.batch_id]
    assert desk.batch(batch.batch_id).status is BatchStatus.VOID
    assert desk.payout(ACCOUNT_ID, PERIOD).state is PayoutState.ON_HOLD
    assert not [key for key in desk.world.results() if key.startswith("payments/")]


def test_a_run_that_is_stuck_fails_after_the_others_are_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from partner_program.adapters.payment_files_store import S3PaymentFiles
    from partner_program.use_cases.payment_ports import OtherFileStands

    batch = approved(desk)

    def other(*_: object) -> None:
        raise OtherFileStands("another file stands there")

    with monkeypatch.context() as patch:
        patch.setattr(S3PaymentFiles, "write_once", other)
        with pytest.raises(Exception, match=batch.batch_id) as raised:
            run(desk)
        assert type(raised.value).__name__ == "BatchesStuck"
    assert desk.batch(batch.batch_id).status is BatchStatus.RELEASING
    assert run(desk)["tasks"] == 1
    assert desk.batch(batch.batch_id).status is BatchStatus.RELEASED


@pytest.mark.catalogue("F01")
def test_a_status_file_that_comes_twice_books_nothing_the_second_time(desk: Desk) -> None:
    batch = approved(desk)
    run(desk)
    for name in ("a", "b"):
        desk.world.upload_and_deliver(f"bank-status/{name}.csv", status_csv(batch, "paid", "2024-05-15"))
    assert desk.world.result("bank-status/b/receipt.json")["booked"] == {}
    assert len(desk.book.ledger(ACCOUNT_ID)) == 2


@pytest.mark.catalogue("F16")
@pytest.mark.catalogue("F44")
@pytest.mark.parametrize("answers", [("rejected",), ("paid", "returned")], ids=["rejected", "returned"])
def test_a_run_that_broke_off_before_its_receipt_is_made_up_for_and_what_the_bank_refused_is_alarmed(
    desk: Desk, answers: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from partner_program.adapters.objects import S3Objects

    batch = approved(desk)
    run(desk)
    head, *_ = status_csv(batch, "paid").splitlines()
    rows = [status_csv(batch, answer, PAYABLE_FROM).splitlines()[1] for answer in answers]
    uploaded = desk.world.upload("bank-status/a.csv", "\n".join((head, *rows)))
    desk.world.send("bank_status", uploaded)

    def away(*_: object) -> None:
        raise RuntimeError("away")

    with monkeypatch.context() as patch:
        patch.setattr(S3Objects, "put_result", away)
        desk.world.run_queue("bank_status")
    entries = len(list(desk.book.audit_log()))
    assert "bank-status/a/receipt.json" not in desk.world.results()
    capfd.readouterr()
    desk.world.send("bank_status", uploaded)
    desk.world.settle()
    assert metric(capfd.readouterr().out, "PaymentsRefused") == [1]
    receipt = desk.world.result("bank-status/a/receipt.json")
    assert (receipt["booked"], receipt["outcomes"]["refused"]) == ({}, 0)
    assert [row["answer"] for row in receipt["results"]] == list(answers)
    assert len(list(desk.book.audit_log())) == entries


@pytest.mark.catalogue("B57")
@pytest.mark.parametrize(("name", "reason"), [("bad_not_json", "UNREADABLE_MESSAGE"),
                                              ("bad_foreign_account", "FOREIGN_SOURCE")])  # fmt: skip
def test_a_status_message_that_makes_no_sense_is_set_aside(world: World, name: str, reason: str) -> None:
    assert world.call("bank_status", trigger("bank_status", name)) == {"batchItemFailures": []}
    (letter,) = world.messages_on("bank_status_dead_letter")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == reason


@pytest.mark.catalogue("F05")
def test_a_status_file_that_is_gone_is_refused_with_a_receipt(world: World) -> None:
    assert world.call("bank_status", trigger("bank_status", "status_file")) == {"batchItemFailures": []}
    assert world.result("bank-status/2024-05-17/receipt.json")["refusal"] == "MISSING"


def test_a_key_that_names_no_status_file_is_refused_with_a_receipt_among_the_refused(world: World) -> None:
    world.upload_and_deliver("bank-status/a/b.csv", "x")
    (key,) = world.results()
    assert world.result(key)["refusal"] == "KEY_NOT_ALLOWED"
    assert key.startswith("refused/")


def test_outside_a_sandbox_the_scheduled_time_decides_on_which_day_a_batch_is_released(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with deployed(monkeypatch, Stage="production") as world:
        world.today("2024-05-15")
        assert world.call("payment_run", {"scheduled_time": "2024-06-29T05:15:00Z"})["on"] == "2024-06-29"
