"""The tables of payments on moto, with the keys and the index that the template gives them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from partner_program.adapters.table import Table
from tests.fakes.program_table import program_table


class PaymentTables(NamedTuple):
    payments: Table
    banks: Table
    program: Table

    def through(self, client: Any) -> "PaymentTables":
        """The same tables, seen through another client: a spy, or one that breaks."""
        return PaymentTables(*(Table(client, table.name) for table in self))


@contextmanager
def payment_tables() -> Iterator[PaymentTables]:
    """Empty tables, gone afterwards."""
    with program_table() as program:
        client: Any = program.client
        client.create_table(
            TableName="payments",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "queue", "queued_on")
            ],
            KeySchema=_keys("pk", "sk"),
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "queue",
                    "KeySchema": _keys("queue", "queued_on"),
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
        client.create_table(
            TableName="bank-details",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=_keys("pk", "sk"),
        )
        yield PaymentTables(Table(client, "payments"), Table(client, "bank-details"), program)


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
