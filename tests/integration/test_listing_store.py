"""The store of lists: the adapter on DynamoDB and the one in memory do the same."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from partner_program.adapters.listing_store import DynamoListings
from partner_program.adapters.table import Table
from partner_program.domain.listings import ListPlace
from partner_program.use_cases.list_ports import ListStore
from tests.fakes.listings import MemoryListings

NAMES = [f"{number:03d}" for number in range(60)]


@pytest.fixture(params=["memory", "dynamodb"])
def lists(request: pytest.FixtureRequest) -> Iterator[ListStore]:
    if request.param == "memory":
        yield MemoryListings()
        return
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-central-1")
        client.create_table(
            TableName="listings",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        yield DynamoListings(Table(client, "listings"))


def orders(lists: ListStore, name: str = "A", **part: Any) -> list[str]:
    """All of a list, or of a part of it, page by page."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = lists.page(name, after=after, limit=7, **part)
        assert len(page.entries) <= 7
        found += [place.order for place, _ in page.entries]
        after = page.after
        if after is None:
            return found


def test_entries_come_in_their_order_page_by_page_and_of_their_list_only(lists: ListStore) -> None:
    lists.put({ListPlace("A", name): f"a{name}" for name in reversed(NAMES)})
    lists.put({ListPlace("B", "x"): "b"})
    assert orders(lists) == NAMES
    assert orders(lists, backwards=True) == NAMES[::-1]
    assert orders(lists, prefix="01") == NAMES[10:20]
    assert orders(lists, last="004") == NAMES[:5]
    assert orders(lists, prefix="01", backwards=True) == NAMES[10:20][::-1]
    assert orders(lists, "C") == []
    assert lists.page("B", limit=1).entries == [(ListPlace("B", "x"), "b")]


def test_what_is_put_again_stands_and_what_is_deleted_is_gone(lists: ListStore) -> None:
    lists.put({ListPlace("A", "1"): "first", ListPlace("A", "2"): "other"})
    lists.put({ListPlace("A", "1"): "second"})
    lists.delete([ListPlace("A", "2"), ListPlace("A", "3")])
    assert lists.page("A", limit=9).entries == [(ListPlace("A", "1"), "second")]


def test_nothing_to_put_or_delete_is_nothing(lists: ListStore) -> None:
    lists.put({})
    lists.delete([])
    assert orders(lists) == []
