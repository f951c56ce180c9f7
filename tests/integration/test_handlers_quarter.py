"""`functions/account_assessment`, `quarter_end` and `rebate_statement` on the real template's resources."""

import json
from typing import Any

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from tests.deployed.program import ACCOUNT_ID, PREMIER, RECORDS, pos_line, pos_report, report_key
from tests.deployed.world import World, deployed, trigger


@pytest.fixture
def premier(world: World) -> World:
    """An account placed as Premier and qualified, with 100.00 EUR of last year and 150.00 EUR of this quarter."""
    world.take_in(RECORDS | PREMIER)
    world.upload_and_deliver(report_key("2024-02"), pos_report(pos_line("2024-02", 1, "150.00")))
    return world


def end_day(world: World, day: str) -> Any:
    world.today(day)
    answer = world.call("quarter_end", {"scheduled_time": f"{day}T21:45:00Z"})
    world.settle()
    return answer


def statements(world: World) -> list[dict[str, Any]]:
    items = world.program.query(f"STATEMENTS#{ACCOUNT_ID}")
    return [json.loads(str(item["body"])) for item in items]


@pytest.mark.rule("R-5.4d")
def test_the_last_day_of_a_quarter_makes_preliminary_statements_and_its_close_final_ones(premier: World) -> None:
    answer = end_day(premier, "2024-03-31")
    assert answer["phases"] == [{"quarter": "2024Q1", "phase": "END", "due_on": "2024-03-31", "tasks": 1}]
    assert [statement["status"] for statement in statements(premier)] == ["preliminary"]
    assert end_day(premier, "2024-04-29")["phases"] == []
    answer = end_day(premier, "2024-04-30")
    assert answer["phases"] == [{"quarter": "2024Q1", "phase": "CLOSE", "due_on": "2024-04-30", "tasks": 1}]
    assert sorted(statement["status"] for statement in statements(premier)) == ["final", "preliminary"]


@pytest.mark.catalogue("F25")
@pytest.mark.catalogue("F45")
def test_a_schedule_that_fires_twice_sends_nothing_the_second_time(premier: World) -> None:
    end_day(premier, "2024-03-31")
    before = statements(premier)
    assert end_day(premier, "2024-03-31")["phases"] == []
    assert statements(premier) == before


@pytest.mark.catalogue("F26")
def test_days_that_the_schedule_missed_are_made_up_for_in_order(premier: World) -> None:
    end_day(premier, "2024-03-30")
    answer = end_day(premier, "2024-05-02")
    assert [(phase["phase"], phase["due_on"]) for phase in answer["phases"]] == [
        ("END", "2024-03-31"),
        ("CLOSE", "2024-04-30"),
    ]


@pytest.mark.catalogue("F45")
def test_a_statement_task_that_comes_twice_makes_one_statement(premier: World) -> None:
    for _ in range(2):
        assert premier.call("rebate_statement", trigger("rebate_statement", "task")) == {"batchItemFailures": []}
    assert [statement["status"] for statement in statements(premier)] == ["preliminary"]


@pytest.mark.catalogue("B57")
@pytest.mark.parametrize(
    "change",
    [{"quarter": "2024Q5"}, {"phase": "LATER"}, {"on": "31.03.2024"}, {"account_id": "P0001"}, {"account_id": None}],
)
def test_a_statement_task_that_makes_no_sense_is_set_aside(premier: World, change: dict[str, Any]) -> None:
    event = trigger("rebate_statement", "task")
    task = json.loads(event["Records"][0]["body"]) | change
    event["Records"][0]["body"] = json.dumps(task)
    assert premier.call("rebate_statement", event) == {"batchItemFailures": []}
    (letter,) = premier.messages_on("statement_dead_letter")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "UNKNOWN_MESSAGE"
    assert statements(premier) == []


@pytest.mark.parametrize(("name", "error"), [("bad_no_time", KeyError), ("bad_no_zone", ValueError)])
def test_a_schedule_without_its_time_is_an_error_and_does_nothing(
    world: World, name: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        world.call("quarter_end", trigger("quarter_end", name))
    assert world.program.get("JOB#quarter_end", "PROGRESS") is None


def test_outside_a_sandbox_the_scheduled_time_decides_and_the_test_clock_is_never_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with deployed(monkeypatch, Stage="production") as world:
        world.today("2024-03-31")
        answer = world.call("quarter_end", {"scheduled_time": "2024-06-29T21:45:00Z"})
        assert answer == {"on": "2024-06-29", "phases": []}
        answer = world.call("quarter_end", {"scheduled_time": "2024-06-30T21:45:00Z"})
        assert [phase["quarter"] for phase in answer["phases"]] == ["2024Q2"]


def test_in_a_sandbox_the_test_clock_decides_not_the_scheduled_time(premier: World) -> None:
    premier.today("2024-03-30")
    assert premier.call("quarter_end", trigger("quarter_end", "daily")) == {"on": "2024-03-30", "phases": []}


def test_the_scheduled_time_is_a_date_of_the_programs_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    with deployed(monkeypatch, Stage="production") as world:
        late = world.call("quarter_end", {"scheduled_time": "2024-06-30T22:30:00Z"})
        assert late["on"] == "2024-07-01"


@pytest.mark.catalogue("F47")
@pytest.mark.catalogue("F57")
def test_one_account_that_cannot_be_assessed_fails_the_batch_after_the_others_are_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = {
        "partners": "partner_id,name,enrolled_on,contact_email\nP0002,Beta,2024-01-02,b@partner.example\n",
        "sites": (
            "site_id,partner_id,country,name,headquarters,opened_on,closed_on\n"
            "S-0002,P0002,DE,Beta Bonn,true,2020-01-01,\n"
        ),
    }
    for files, name in ((RECORDS, "a"), (second, "b")):
        for kind, body in files.items():
            world.send("records", world.upload(f"records/{kind}/{name}.csv", body))
    while world.run_queue("records"):
        pass
    records = [record for record in world.new_stream_records() if world.passes_filter(record)]
    real = DynamoAccountStore.save_state

    def failing(self: DynamoAccountStore, state: Any, version: int) -> None:
        if state.account_id == ACCOUNT_ID:
            raise RuntimeError("the database is away")
        real(self, state, version)

    with monkeypatch.context() as patch:
        patch.setattr(DynamoAccountStore, "save_state", failing)
        with pytest.raises(Exception, match="1 of 2 accounts failed") as raised:
            world.call("account_assessment", {"Records": records})
        assert type(raised.value).__name__ == "AssessmentFailed"
    assert world.state(ACCOUNT_ID) is None
    assert world.state("P0002-DE") is not None
    world.call("account_assessment", {"Records": records})
    assert world.state(ACCOUNT_ID) is not None


@pytest.mark.catalogue("F39")
def test_a_batch_of_the_stream_that_comes_twice_changes_no_state(premier: World) -> None:
    before = premier.program.get(f"ACCOUNT#{ACCOUNT_ID}", "STATE")
    premier.call("account_assessment", trigger("account_assessment", "facts_and_revenue"))
    assert premier.program.get(f"ACCOUNT#{ACCOUNT_ID}", "STATE") == before


@pytest.mark.catalogue("F22")
def test_the_streams_filter_lets_everything_through_that_decides_on_an_account(premier: World) -> None:
    """Every item that the running program wrote: the filter and the rule of what is affected agree on it."""
    from partner_program.use_cases.assess_account import accounts_affected

    end_day(premier, "2024-03-31")
    end_day(premier, "2025-01-30")
    accounts = DynamoAccountStore(premier.program)
    seen = {True: 0, False: 0}
    pages = premier.dynamodb.get_paginator("scan").paginate(TableName=premier.program.name)
    for item in (item for page in pages for item in page["Items"]):
        keys = {"pk": item["pk"], "sk": item["sk"]}
        decides = bool(accounts_affected(accounts, item["pk"]["S"], item["sk"]["S"]))
        assert premier.passes_filter({"dynamodb": {"Keys": keys}}) is decides, keys
        seen[decides] += 1
    assert min(seen.values()) > 5
