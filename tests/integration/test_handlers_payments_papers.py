"""`functions/statement_document` and `accruals` on the real template's resources: what finance and partners read."""

import json
from typing import Any

import pytest

from tests.deployed.paying import PERIOD, close, take_in
from tests.deployed.program import ACCOUNT_ID
from tests.deployed.world import World, deployed, trigger

DOCUMENTS = [f"statements/{ACCOUNT_ID}/{PERIOD}.html", f"statements/{ACCOUNT_ID}/{PERIOD}.pdf"]


def body(world: World, key: str) -> bytes:
    found: bytes = world.s3.get_object(Bucket=world.template.name("ResultsBucket"), Key=key)["Body"].read()
    return found


def documents(world: World) -> list[str]:
    return [key for key in world.results() if key.startswith("statements/")]


@pytest.mark.rule("R-5.4d")
def test_a_final_statement_has_its_documents_and_a_preliminary_one_has_none(world: World) -> None:
    take_in(world)
    world.today("2024-03-31")
    world.call("quarter_end", {"scheduled_time": "2024-03-31T21:45:00Z"})
    world.settle()
    assert documents(world) == []
    close(world)
    assert documents(world) == DOCUMENTS
    assert b"4.50" in body(world, DOCUMENTS[0])
    assert body(world, DOCUMENTS[1]).startswith(b"%PDF-")


@pytest.mark.catalogue("F01")
def test_a_notice_that_comes_twice_writes_the_same_documents(world: World) -> None:
    take_in(world)
    close(world)
    before = [body(world, key) for key in DOCUMENTS]
    event = trigger("statement_document", "statement_ready")
    assert world.call("statement_document", event) == {"batchItemFailures": []}
    assert [body(world, key) for key in DOCUMENTS] == before


@pytest.mark.catalogue("B57")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bad_other_notice", "UNKNOWN_MESSAGE"),
        ("bad_quarter", "UNKNOWN_MESSAGE"),
        ("statement_ready", "UNKNOWN_STATEMENT"),
    ],
)
def test_a_notice_of_no_final_statement_is_set_aside(world: World, name: str, reason: str) -> None:
    assert world.call("statement_document", trigger("statement_document", name)) == {"batchItemFailures": []}
    (letter,) = world.messages_on("statement_document_dead_letter")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == reason
    assert documents(world) == []


def book(world: World, day: str) -> Any:
    world.today(day)
    return world.call("accruals", {"scheduled_time": f"{day}T03:30:00Z"})


@pytest.mark.catalogue("F26")
def test_ten_days_after_a_month_its_accruals_are_booked_once_by_the_date_of_the_morning(world: World) -> None:
    take_in(world)
    assert book(world, "2024-04-09") == {"on": "2024-04-09", "tasks": 0, "months": []}
    answer = book(world, "2024-04-10")
    assert answer["months"] == [{"month": "2024-03", "accounts": 1, "complete": True}]
    keys = [key for key in world.results() if key.startswith("accruals/")]
    assert {"accruals/2024-03.csv", "accruals/2024-03.json"} <= set(keys)
    assert json.loads(body(world, "accruals/2024-03.json"))["month"] == "2024-03"
    assert book(world, "2024-04-10") == {"on": "2024-04-10", "tasks": 0, "months": []}


@pytest.mark.catalogue("F47")
def test_an_account_without_accruals_fails_the_run_after_the_files_are_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from partner_program.use_cases.accruals import BookAccruals
    from partner_program.values.errors import NotFound

    take_in(world)
    book(world, "2024-03-15")

    def lost(*_: object) -> None:
        raise NotFound("there is no baseline")

    with monkeypatch.context() as patch:
        patch.setattr(BookAccruals, "_accrued", lost)
        with pytest.raises(Exception, match="2024-03") as raised:
            book(world, "2024-04-10")
        assert type(raised.value).__name__ == "AccrualsFailed"
    assert json.loads(body(world, "accruals/2024-03.json"))["complete"] is False
    assert book(world, "2024-04-10")["months"] == [{"month": "2024-03", "accounts": 1, "complete": True}]


def test_accruals_without_a_scheduled_time_are_an_error(world: World) -> None:
    with pytest.raises(KeyError):
        world.call("accruals", trigger("accruals", "bad_no_time"))


def test_outside_a_sandbox_the_scheduled_time_decides_the_day_of_accruals(monkeypatch: pytest.MonkeyPatch) -> None:
    with deployed(monkeypatch, Stage="production") as world:
        assert world.call("accruals", trigger("accruals", "daily"))["on"] == "2024-04-10"
