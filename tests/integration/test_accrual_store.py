"""Booked accruals on DynamoDB and S3 (moto), held against the fakes; a run on the real adapters, killed anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.accrual_store import DynamoAccrualStore
from partner_program.adapters.job_log import DynamoJobLog
from partner_program.adapters.objects import S3Objects
from partner_program.adapters.table import Table
from partner_program.use_cases.accrual_ports import AccrualStore
from partner_program.use_cases.accruals import BookAccruals
from tests.fakes.accruals import FakeAccruals, Life, World
from tests.fakes.program_table import contribution_item, program_table, record_item
from tests.fakes.records import day
from tests.fakes.reports import Killed, KilledAfter

RESULTS = "results"


@contextmanager
def aws() -> Iterator[tuple[Table, Table, Any]]:
    """The program table, the payments table and S3 with the results bucket."""
    with program_table() as program:
        client: Any = boto3.client("dynamodb", region_name="eu-central-1")
        client.create_table(
            TableName="payments",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        s3: Any = boto3.client("s3", region_name="eu-central-1")
        s3.create_bucket(Bucket=RESULTS, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield program, Table(client, "payments"), s3


def paid_life() -> Life:
    life = Life().sells("2024-04", "125000").sells("2024-07", "25000")
    life.closes("2024Q2")
    return life.pays("2024Q2", "2024-08-20")


@pytest.fixture(params=["fake", "dynamo"])
def store(request: pytest.FixtureRequest) -> Iterator[AccrualStore]:
    if request.param == "fake":
        yield FakeAccruals()
        return
    with aws() as (_, payments, _):
        yield DynamoAccrualStore(payments)


@pytest.mark.catalogue("F45")
def test_a_row_is_put_once_and_read_back_as_it_was(store: AccrualStore) -> None:
    life = paid_life()
    rows = life.months("2024-07", "2024-09")
    for row in rows:
        assert store.put(row) == row
    changed = rows[0].model_copy(update={"closing": rows[0].closing + 1})
    assert store.put(changed) == rows[0]
    assert list(store.month("2024-07")) == [rows[0]]
    assert list(store.month("2024-06")) == []
    assert store.of_account(life.account_id, ["2024-09", "2024-08", "2024-01", "2024-08"]) == rows[1:]


def test_the_rows_of_a_month_come_in_order_of_account(store: AccrualStore) -> None:
    row = paid_life().month("2024-07")
    for account_id in ("P2-DE", "P10-DE", "P1-FR"):
        store.put(row.model_copy(update={"account_id": account_id}))
    assert [one.account_id for one in store.month("2024-07")] == ["P1-FR", "P10-DE", "P2-DE"]


@pytest.mark.catalogue("F09")
def test_a_run_on_the_real_adapters_killed_around_any_of_its_calls_ends_like_one_that_was_not() -> None:
    life = paid_life()

    def run(plan: KilledAfter) -> tuple[list[str], dict[str, bytes], object]:
        with aws() as (program, payments, s3):
            fill(program, life)
            accounts, jobs = DynamoAccountStore(program), DynamoJobLog(program)
            store, files = DynamoAccrualStore(payments), S3Objects(s3, RESULTS)
            book = BookAccruals(
                accounts, life.world.payments, plan.wrap(store), plan.wrap(files), plan.wrap(jobs), life.world.rulebook
            )
            jobs.mark_done("accruals", day("2024-07-31"))
            try:
                book(day("2024-10-10"))
            except Killed:
                BookAccruals(accounts, life.world.payments, store, files, jobs, life.world.rulebook)(day("2024-10-10"))
            rows = [row.model_dump_json() for month in ("2024-08", "2024-09") for row in store.month(month)]
            return rows, objects(s3), jobs.last_done("accruals")

    whole = KilledAfter(0)
    wanted = run(whole)
    assert [len(part) for part in wanted[:2]] == [2, 8]
    for call in range(1, whole.calls + 1):
        assert run(KilledAfter(call, before=call % 2 == 0)) == wanted, f"call {call}"


def test_the_real_adapters_book_what_the_fakes_book() -> None:
    life = paid_life()
    life.world.books("2024-08")
    with aws() as (program, payments, s3):
        fill(program, life)
        book = BookAccruals(
            DynamoAccountStore(program),
            life.world.payments,
            DynamoAccrualStore(payments),
            S3Objects(s3, RESULTS),
            DynamoJobLog(program),
            life.world.rulebook,
        )
        assert [run.complete for run in book(life.world.booking_day("2024-08"))] == [True]
        assert objects(s3) == life.world.results.files
    assert set(life.world.results.files) == {
        f"accruals/2024-08{end}" for end in (".csv", "-totals.csv", "-totals.json", ".json")
    }


def fill(program: Table, life: Life) -> None:
    """The account of a life in memory, in the program table."""
    world: World = life.world
    for partner_id, records in world.accounts.records.items():
        program.put_many(record_item(record, partner_id) for record in records.values())
    program.put_many(contribution_item(item) for item in world.accounts.contributions.values())
    store = DynamoAccountStore(program)
    for stored in world.accounts.states.values():
        assert stored.state is not None
        store.save_state(stored.state, 0)
    for baseline in world.accounts.baselines.values():
        store.put_baseline(baseline)
    for statement in world.accounts.statements(life.account_id):
        store.put_statement(statement)


def objects(s3: Any) -> dict[str, bytes]:
    """What is in the results bucket."""
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=RESULTS).get("Contents", [])]
    return {key: s3.get_object(Bucket=RESULTS, Key=key)["Body"].read() for key in keys}
