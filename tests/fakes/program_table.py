"""The program table on moto, with the keys and the index that the template gives it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws

from partner_program.adapters.table import Item, Table
from partner_program.domain.facts import Record
from partner_program.domain.revenue import Contribution

NAME = "program"
KEYS = ("pk", "sk", "directory", "next_review_on")


@contextmanager
def program_table() -> Iterator[Table]:
    """An empty table, gone afterwards."""
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-central-1")
        client.create_table(
            TableName=NAME,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in KEYS],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "directory",
                    "KeySchema": [
                        {"AttributeName": "directory", "KeyType": "HASH"},
                        {"AttributeName": "pk", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["tier"]},
                },
                {
                    "IndexName": "reviews",
                    "KeySchema": [
                        {"AttributeName": "directory", "KeyType": "HASH"},
                        {"AttributeName": "next_review_on", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                },
            ],
        )
        yield Table(client, NAME)


def record_item(record: Record, partner_id: str) -> Item:
    """A fact of a partner as the records side writes it."""
    return {
        "pk": f"PARTNER#{partner_id}",
        "sk": "#".join(("FACT", record.kind, *record.key)),
        "kind": record.kind,
        "stamp": "2023-06-15T12:00:00Z#0",
        "known_on": "2023-06-15",
        "body": record.model_dump_json(),
    }


def contribution_item(item: Contribution) -> Item:
    """A contribution as the sales side writes it."""
    sk = f"REVENUE#{item.month}#{item.distributor_id}#{item.report_id}#{item.digest}#{item.part:04d}"
    return {
        "pk": f"ACCOUNT#{item.account_id}",
        "sk": sk,
        "kind": "contribution",
        "lines": item.lines,
        "body": item.model_dump_json(),
    }
