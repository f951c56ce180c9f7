"""One contract for what waits in the payments table, page by page: the fake and the real index behave alike."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest
from moto import mock_aws

from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.payment_queue import DynamoPaymentQueue
from partner_program.adapters.table import Table
from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.domain.payments.people import ENGINE, Action, Actor, Role
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.use_cases.queries.finance_ports import PaymentQueue
from tests.fakes.payment_queue import FakePaymentQueue
from tests.fakes.payments import FakePaymentBook

DUE = date(2024, 8, 14)
ANNA = Actor(person="anna", role=Role.FINANCE)
Both = tuple[PaymentBook, PaymentQueue]


@pytest.fixture(params=["fake", "real"])
def both(request: pytest.FixtureRequest) -> Iterator[Both]:
    if request.param == "fake":
        book = FakePaymentBook()
        yield book, FakePaymentQueue(book)
        return
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-central-1")
        keys = ("pk", "sk", "queue", "queued_on")
        client.create_table(
            TableName="payments",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "queue",
                    "KeySchema": [
                        {"AttributeName": "queue", "KeyType": "HASH"},
                        {"AttributeName": "queued_on", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
        table = Table(client, "payments")
        yield DynamoPaymentBook(table), DynamoPaymentQueue(table)


def put_payout(book: PaymentBook, partner_id: str, *, days: int = 0, currency: str = "EUR") -> None:
    payout = Payout(
        account_id=f"{partner_id}-DE", partner_id=partner_id, country="DE", year=2024, quarter=2, currency=currency,
        amount=Decimal("10.00"), payable_from=DUE + timedelta(days=days),
    )  # fmt: skip
    assert book.put_payout(payout)


def put_batch(book: PaymentBook, number: int, status: BatchStatus = BatchStatus.PREPARED, days: int = 0) -> None:
    batch = Batch(
        batch_id=f"20240814-EUR-{number:02d}", currency="EUR", status=status, prepared_by=ANNA,
        prepared_on=DUE + timedelta(days=days), items=(), digest="",
    )  # fmt: skip
    draft = AuditDraft(act_id=f"prepare#{number}", action=Action.PREPARE, by=ENGINE, on=DUE, subject=batch.batch_id)
    book.commit(draft, [batch])


def due(queue: PaymentQueue, limit: int, by: date = DUE) -> list[str]:
    found: list[str] = []
    after: str | None = None
    while True:
        keys, after = queue.due(PayoutState.OPEN, "EUR", by, after, limit)
        assert len(keys) <= limit
        found += [account for account, _ in keys]
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_payouts_come_each_once_those_payable_longest_first_then_by_account(both: Both, limit: int) -> None:
    book, queue = both
    for partner_id, days in (("P1", 0), ("P10", -1), ("P1-X", 0), ("P2", -2), ("P1.a", 0)):
        put_payout(book, partner_id, days=days)
    put_payout(book, "P0", currency="USD")
    assert due(queue, limit) == ["P2-DE", "P10-DE", "P1-DE", "P1-X-DE", "P1.a-DE"]


@pytest.mark.rule("R-5.4b")
@pytest.mark.parametrize(
    ("days", "found"), [(-1, ["P1-DE"]), (0, ["P1-DE", "P2-DE"]), (1, ["P1-DE", "P2-DE", "P3-DE"])]
)
@pytest.mark.parametrize("limit", [1, 10])
def test_only_what_is_payable_by_a_day_is_due_on_every_page(
    both: Both, days: int, found: list[str], limit: int
) -> None:
    book, queue = both
    for number in (1, 2, 3):
        put_payout(book, f"P{number}", days=number - 2)
    assert due(queue, limit, DUE + timedelta(days=days)) == found


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_batches_of_a_status_come_each_once_oldest_first(both: Both, limit: int) -> None:
    book, queue = both
    for number, days in ((1, 1), (2, 0), (3, 0)):
        put_batch(book, number, days=days)
    put_batch(book, 4, BatchStatus.APPROVED)
    found: list[str] = []
    after: str | None = None
    while True:
        batches, after = queue.batches(BatchStatus.PREPARED, after, limit)
        found += [one.batch_id for one in batches]
        if after is None:
            break
    assert found == ["20240814-EUR-02", "20240814-EUR-03", "20240814-EUR-01"]


@pytest.mark.parametrize(
    ("after", "limit", "numbers"), [(0, 2, [1, 2]), (1, 2, [2, 3]), (2, 9, [3]), (3, 9, []), (0, 3, [1, 2, 3])]
)
def test_the_log_is_read_behind_a_number(both: Both, after: int, limit: int, numbers: list[int]) -> None:
    book, queue = both
    for number in (1, 2, 3):
        put_batch(book, number)
    assert [one.number for one in queue.entries(after, limit)] == numbers


@pytest.mark.parametrize(
    ("after", "before", "limit", "numbers"),
    [(0, 10**12, 2, [3, 2]), (0, 2, 9, [1]), (1, 3, 9, [2]), (1, 2, 9, []), (2, 1, 9, []), (3, 10**12, 9, []),
     (10**12, 10**12, 9, []), (0, 10**12, 3, [3, 2, 1])],
)  # fmt: skip
def test_the_log_is_read_backwards_between_two_numbers(
    both: Both, after: int, before: int, limit: int, numbers: list[int]
) -> None:
    book, queue = both
    for number in (1, 2, 3):
        put_batch(book, number)
    assert [one.number for one in queue.latest_entries(after, before, limit)] == numbers


def test_where_nothing_waits_there_is_one_empty_page(both: Both) -> None:
    _, queue = both
    assert (due(queue, 5), queue.batches(BatchStatus.VOID, None, 5)) == ([], ([], None))
