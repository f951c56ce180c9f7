"""`functions/certification_expiry` and `account_review` on the real template's resources, and what a run costs."""

import json
from collections import Counter
from datetime import date
from inspect import signature
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table as MotoTable
from pydantic import ValidationError

from partner_program import handler_support
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.table import Item, to_wire
from partner_program.bootstrap import runtime
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.assessment import assess
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.assess_account import AssessAccount
from tests.deployed.program import ACCOUNT_ID, RECORDS
from tests.deployed.template import ACCOUNT, REGION
from tests.deployed.world import Context, World, deployed, trigger
from tests.fakes.accounts import FixedClock
from tests.fakes.program_table import program_table, record_item
from tests.fakes.records import accepted, day, facts, partner, site

BOOK = load_rulebook()
SECOND = {
    "partners": "partner_id,name,enrolled_on,contact_email\nP0002,Beta,2024-01-02,b@partner.example\n",
    "sites": (
        "site_id,partner_id,country,name,headquarters,opened_on,closed_on\nS-0002,P0002,DE,Beta Bonn,true,2020-01-01,\n"
    ),
}


def stored_state(partner_id: str, next_review_on: str | None) -> AccountState:
    account_id = f"{partner_id}-DE"
    known = facts(
        partner(partner_id), site(partner_id=partner_id), accepted(partner_id=partner_id), account_id=account_id
    )
    state = assess(known, None, BOOK, day("2024-03-15"))
    return state.model_copy(update={"next_review_on": day(next_review_on) if next_review_on else None})


def morning(world: World, today: str, run_of: str | None = None) -> Any:
    """The daily run of a day, and everything that follows from it."""
    world.today(today)
    answer = world.call("certification_expiry", {"scheduled_time": f"{run_of or today}T02:15:00Z"})
    world.settle()
    return answer


def due(world: World, on: str) -> list[str]:
    return list(DynamoAccountStore(world.program).due_for_review(day(on)))


def review_day(world: World) -> str:
    state = world.state(ACCOUNT_ID)
    assert state is not None
    return str(state["next_review_on"])


def task_event(**changes: Any) -> dict[str, Any]:
    event = trigger("account_review", "task")
    task = json.loads(event["Records"][0]["body"]) | changes
    event["Records"][0]["body"] = json.dumps(task)
    return event


# -- the store


@pytest.mark.rule("R-3.2")
def test_accounts_are_due_from_their_review_day_on_and_the_longest_overdue_comes_first() -> None:
    with program_table() as table:
        store = DynamoAccountStore(table)
        for partner_id, on in (("P1", "2024-03-15"), ("P2", "2023-12-31"), ("P3", "2024-03-16"), ("P4", None)):
            store.save_state(stored_state(partner_id, on), 0)
        assert list(store.due_for_review(day("2024-03-15"))) == ["P2-DE", "P1-DE"]
        assert list(store.due_for_review(date.max)) == ["P2-DE", "P1-DE", "P3-DE"]


# -- the handlers


@pytest.mark.rule("R-3.2")
def test_the_morning_of_a_review_day_brings_the_account_up_to_it(world: World) -> None:
    world.take_in(RECORDS)
    first_review = review_day(world)
    eve = date.fromordinal(day(first_review).toordinal() - 1).isoformat()
    first = morning(world, eve)
    assert (first["accounts"], first["rulebook_changed"]) == (1, True), "the first run takes every account"
    assert review_day(world) == first_review
    assert morning(world, first_review) == {
        "on": first_review, "accounts": 1, "tasks": 1, "last_done": eve, "rulebook_changed": False,
    }  # fmt: skip
    assert review_day(world) > first_review
    assert due(world, first_review) == []


@pytest.mark.catalogue("F25")
def test_a_daily_run_that_fires_twice_sends_nothing_the_second_time(world: World) -> None:
    world.take_in(RECORDS)
    morning(world, "2025-01-01")
    before = world.program.get(f"ACCOUNT#{ACCOUNT_ID}", "STATE")
    assert morning(world, "2025-01-01")["accounts"] == 0
    assert world.program.get(f"ACCOUNT#{ACCOUNT_ID}", "STATE") == before


@pytest.mark.catalogue("F25")
def test_a_task_that_comes_twice_changes_nothing_the_second_time(world: World) -> None:
    world.take_in(RECORDS)
    world.today("2025-01-01")
    stood = []
    for _ in range(2):
        assert world.call("account_review", trigger("account_review", "task")) == {"batchItemFailures": []}
        stood.append(world.program.get(f"ACCOUNT#{ACCOUNT_ID}", "STATE"))
    assert stood[0] == stood[1]
    assert due(world, "2025-01-01") == []


@pytest.mark.catalogue("F26")
def test_days_that_the_run_missed_need_no_making_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = []
    for mornings in (["2024-06-01", "2024-09-01", "2025-01-01", "2025-03-01"], ["2025-03-01"]):
        with deployed(monkeypatch) as world:
            world.today("2024-03-15")
            world.take_in(RECORDS)
            for on in mornings:
                morning(world, on)
            state = world.state(ACCOUNT_ID)
            assert state is not None
            ends.append(state)
    late, daily = ends[1], ends[0]
    assert late | {"assessed_on": ""} == daily | {"assessed_on": ""}


def test_the_daily_trigger_runs_the_day_of_the_test_clock_in_a_sandbox(world: World) -> None:
    answer = world.call("certification_expiry", trigger("certification_expiry", "daily"))
    assert (answer["on"], answer["last_done"]) == ("2024-03-15", None)


def test_outside_a_sandbox_the_scheduled_time_decides_in_the_programs_time_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with deployed(monkeypatch, Stage="production") as world:
        world.today("2024-03-15")
        assert world.call("certification_expiry", trigger("certification_expiry", "daily"))["on"] == "2024-03-31"
        late = world.call("certification_expiry", {"scheduled_time": "2024-06-30T22:30:00Z"})
        assert (late["on"], late["last_done"]) == ("2024-07-01", "2024-03-31")


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (trigger("certification_expiry", "bad_no_time"), KeyError),
        ({"scheduled_time": "2024-03-31T02:15:00"}, ValueError),
        ({"scheduled_time": "today"}, ValueError),
    ],
)
def test_a_daily_run_without_its_time_is_an_error_and_does_nothing(
    world: World, event: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        world.call("certification_expiry", event)
    assert world.program.get("JOB#certification_expiry", "PROGRESS") is None


@pytest.mark.catalogue("B57")
@pytest.mark.parametrize(
    "change",
    [
        {"account_ids": []},
        {"account_ids": None},
        {"account_ids": {"P0001-DE": 1}},
        {"account_ids": ["P0001-DE", "P0001"]},
        {"account_ids": [["P0001-DE"]]},
        {"on": "31.03.2024"},
        {"on": "2024-02-30"},
        {"on": 20240331},
        {"on": None},
    ],
)
def test_a_review_task_that_makes_no_sense_is_set_aside_and_assesses_nobody(
    world: World, change: dict[str, Any]
) -> None:
    world.take_in(RECORDS)
    before = world.program.get(f"ACCOUNT#{ACCOUNT_ID}", "STATE")
    world.today("2025-01-01")
    assert world.call("account_review", task_event(**change)) == {"batchItemFailures": []}
    (letter,) = world.messages_on("review_dead_letter")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "UNKNOWN_MESSAGE"
    assert world.program.get(f"ACCOUNT#{ACCOUNT_ID}", "STATE") == before


@pytest.mark.catalogue("B57")
def test_a_text_in_place_of_accounts_is_no_list_of_letters(world: World) -> None:
    assert world.call("account_review", trigger("account_review", "bad_task")) == {"batchItemFailures": []}
    assert len(world.messages_on("review_dead_letter")) == 1


@pytest.mark.catalogue("F47")
@pytest.mark.catalogue("F57")
def test_one_account_that_fails_lets_its_task_come_back_after_the_others_are_saved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.take_in(RECORDS)
    world.take_in(SECOND, "2024-02")
    world.today("2025-01-01")
    real = DynamoAccountStore.save_state

    def failing(self: DynamoAccountStore, state: Any, version: int) -> None:
        if state.account_id == ACCOUNT_ID:
            raise RuntimeError("the database is away")
        real(self, state, version)

    assert world.call("certification_expiry", trigger("certification_expiry", "daily"))["accounts"] == 2
    with monkeypatch.context() as patch:
        patch.setattr(DynamoAccountStore, "save_state", failing)
        patch.setattr(handler_support, "FIRST_RETRY_S", 0)
        assert world.run_queue("review")
    assert due(world, "2025-01-01") == [ACCOUNT_ID]
    assert world.run_queue("review")
    assert due(world, "2025-01-01") == []
    assert world.run_queue("review") == []


@pytest.mark.catalogue("F47")
@pytest.mark.parametrize("broken", [("ACCOUNT#P2-DE", "STATE"), ("PARTNER#P2", "FACT#sites#S1")])
def test_one_account_that_cannot_be_read_is_named_and_its_task_mates_are_assessed(broken: tuple[str, str]) -> None:
    """As after a rollback: a later version has written a field that this one does not know."""
    with program_table() as table:
        store = DynamoAccountStore(table)
        for partner_id in ("P1", "P2", "P3"):
            store.save_state(stored_state(partner_id, "2024-03-16"), 0)
            table.put(record_item(partner(partner_id), partner_id))
            table.put(record_item(site(partner_id=partner_id), partner_id))
        item = table.get(*broken)
        assert item is not None
        table.put(item | {"body": str(item["body"]).replace("{", '{"later": 1, ', 1)})
        result = AssessAccount(store, BOOK, FixedClock("2024-03-16")).batch(["P1-DE", "P2-DE", "P3-DE"])
        assert list(result.failures) == ["P2-DE"]
        assert isinstance(result.failures["P2-DE"], ValidationError)
        assert sorted(result.states) == ["P1-DE", "P3-DE"]
        assert list(store.due_for_review(day("2024-03-16"))) == ["P2-DE"]


def test_a_task_for_which_no_time_is_left_comes_back_untouched(world: World) -> None:
    world.take_in(RECORDS)
    world.take_in(SECOND, "2024-02")
    world.today("2025-01-01")
    for account_id in (ACCOUNT_ID, "P0002-DE"):
        world.send("review", {"account_ids": [account_id], "on": "2025-01-01"})
    world.run_queue("review", Context(remaining_ms=19_000))
    assert len(due(world, "2025-01-01")) == 1
    world.settle()
    assert due(world, "2025-01-01") == []


# -- what it costs

DUE_ON = "2025-01-01"


@pytest.fixture
def requests(world: World) -> Counter[str]:
    """Requests that the functions make, and items that DynamoDB reads for them, as they come."""
    counted: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        counted[model.name] += 1

    def count_items(parsed: dict[str, Any], **_: Any) -> None:
        counted["items read"] += parsed.get("ScannedCount", 0)

    runtime.session().register("before-call", count)
    runtime.session().register("after-call.dynamodb", count_items)
    return counted


def put_directly(world: World, items: list[Item]) -> None:
    """Past the API: a hundred thousand puts through it would take minutes."""
    table = dynamodb_backends[ACCOUNT][REGION].get_table(world.program.name)
    for item in items:
        table.put_item(to_wire(item))


def look_into_one_partition(patch: pytest.MonkeyPatch) -> None:
    """A query of a partition takes moto as long as the whole table is large; it gets to see the partition only."""
    query = MotoTable.query

    def of_partition(self: Any, *given: Any, **named: Any) -> Any:
        asked = signature(query).bind(self, *given, **named).arguments
        whole, key = self.items, asked["hash_key"]
        if asked["index_name"] is None:
            self.items = {key: whole[key]} if key in whole else {}
        try:
            return query(self, *given, **named)
        finally:
            self.items = whole

    patch.setattr(MotoTable, "query", of_partition)


def populate(world: World, accounts: int, due: int) -> None:
    """So many accounts, of which the first ones are due on `DUE_ON`."""
    items: list[Item] = []
    for number in range(accounts):
        partner_id = f"P{number:06d}"
        state: Item = {
            "pk": f"ACCOUNT#{partner_id}-DE", "sk": "STATE", "directory": "ACCOUNT",
            "next_review_on": DUE_ON if number < due else "2025-01-02",
        }  # fmt: skip
        if number < due:
            own = [partner(partner_id), site(f"S{number}", partner_id=partner_id), accepted(partner_id=partner_id)]
            items += [record_item(record, partner_id) for record in own]
            state["version"] = 1
            state["body"] = stored_state(partner_id, DUE_ON).model_dump_json()
        items.append(state)
    put_directly(world, items)


@pytest.mark.slow
@pytest.mark.rule("R-3.2")
def test_a_run_over_100_000_accounts_of_which_200_are_due_costs_what_200_cost(
    world: World, requests: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    look_into_one_partition(monkeypatch)
    morning(world, "2024-12-31")  # the first run ever writes down, once, which rulebook it saw
    seen = []
    for accounts in (1_000, 100_000):
        populate(world, accounts, due=200)
        requests.clear()
        world.today(DUE_ON)
        answer = world.call("certification_expiry", {"scheduled_time": f"{DUE_ON}T02:15:00Z"})
        assert (answer["accounts"], answer["tasks"]) == (200, 8)
        while world.run_queue("review"):
            pass
        seen.append(dict(requests))
    small, large = seen
    assert large == small
    # one answer of the index names them all, 8 tasks go in one request; then each account is read and written once
    assert large["SendMessageBatch"] == 1
    assert large["PutItem"] == 200 + 1
    assert large["GetItem"] <= 20
    assert large["BatchGetItem"] <= 200
    assert large["Query"] <= 4 * 200 + 1
    assert large["items read"] <= 8 * 200
