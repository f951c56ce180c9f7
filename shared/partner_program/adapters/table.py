"""A DynamoDB table of documents: string keys, a JSON `body`, a few top-level attributes. Every read is consistent."""

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from partner_program.values.errors import ProgramError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH_WRITE_LIMIT = 25
BATCH_GET_LIMIT = 100
TRANSACTION_LIMIT = 100
_TRANSACTION_REFUSED = frozenset({"TransactionCanceledException", "TransactionInProgressException"})
BATCH_BYTES_LIMIT = 12 * 1024 * 1024  # of the 16 MB a batch may have; an item is below 400 KB

Attribute = str | int
Item = dict[str, Attribute]
"""Top-level attributes of an item; `pk`, `sk` and `body` are text, counters are whole numbers."""
Key = tuple[str, str]


class Unavailable(ProgramError):
    """DynamoDB kept answering "later" beyond our patience; the queue redelivers."""


@dataclass(frozen=True, slots=True)
class PutRefused:
    """A conditional put found another item: here it is (None where the condition wanted one and there is none)."""

    existing: Item | None


@dataclass(frozen=True, slots=True)
class ConditionalPut:
    """A put of one item on a condition, with the values and names that the condition speaks of."""

    item: Item
    condition: str
    values: Mapping[str, Attribute] | None = None
    names: Mapping[str, str] | None = None

    def request(self) -> dict[str, Any]:
        """As DynamoDB takes it, but for the table's name."""
        request: dict[str, Any] = {"Item": to_wire(self.item), "ConditionExpression": self.condition}
        if self.values:
            request["ExpressionAttributeValues"] = to_wire(self.values)
        if self.names:
            request["ExpressionAttributeNames"] = dict(self.names)
        return request


@dataclass(frozen=True, slots=True)
class TablePage:
    """Some items of a partition; `after` is the sort key to go on behind, None at the end."""

    items: Sequence[Item]
    after: str | None


def to_wire(item: Mapping[str, Attribute]) -> dict[str, Any]:
    """Plain attributes → DynamoDB's typed ones."""
    return {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in item.items()}


def from_wire(item: Mapping[str, Any]) -> Item:
    """DynamoDB's typed attributes (of a read or of a stream image) → plain ones."""
    return {name: value["S"] if "S" in value else int(value["N"]) for name, value in item.items()}


class Table:
    """One table through the low-level client (the resource interface costs 40 ms more of every cold start)."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self.name = name

    @property
    def client(self) -> "DynamoDBClient":
        """For what goes over several tables (`adapters.transaction`)."""
        return self._client

    def get(self, pk: str, sk: str) -> Item | None:
        """One item, or None."""
        answer = self._client.get_item(TableName=self.name, Key=_key(pk, sk), ConsistentRead=True)
        return from_wire(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """The items that exist among the keys; repeats are asked for once."""
        wanted = list(dict.fromkeys(keys))
        found: dict[Key, Item] = {}
        for start in range(0, len(wanted), BATCH_GET_LIMIT):
            pending: Any = {
                self.name: {
                    "Keys": [_key(*key) for key in wanted[start : start + BATCH_GET_LIMIT]],
                    "ConsistentRead": True,
                }
            }
            for pause in retry_pauses_s():
                answer = self._client.batch_get_item(RequestItems=pending)
                for raw in answer["Responses"].get(self.name, []):
                    item = from_wire(raw)
                    found[str(item["pk"]), str(item["sk"])] = item
                pending = answer.get("UnprocessedKeys")
                if not pending:
                    break
                time.sleep(pause)
        return found

    def query(
        self, pk: str, *, first: str | None = None, last: str | None = None, prefix: str | None = None
    ) -> Iterator[Item]:
        """Items of a partition in order of sort key: all, a range (both ends included), or those of a prefix."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self.name,
            **_range(pk, first, last, prefix),
            ConsistentRead=True,
        )
        for page in pages:
            for raw in page["Items"]:
                yield from_wire(raw)

    def page(
        self, pk: str, *, first: str | None = None, last: str | None = None, prefix: str | None = None,
        after: str | None = None, limit: int, backwards: bool = False,
    ) -> TablePage:  # fmt: skip
        """At most `limit` items of what `query` would give: one read operation, however much there is.

        `after` is where the page before has ended, within the same range. `backwards` begins with the highest key.
        """
        request: dict[str, Any] = _range(pk, first, last, prefix)
        if after is not None:
            request["ExclusiveStartKey"] = _key(pk, after)
        answer = self._client.query(
            TableName=self.name, **request, Limit=limit, ScanIndexForward=not backwards, ConsistentRead=True
        )
        goes_on: Any = answer.get("LastEvaluatedKey")
        return TablePage([from_wire(raw) for raw in answer["Items"]], goes_on["sk"]["S"] if goes_on else None)

    def last(self, pk: str) -> Item | None:
        """The item of a partition with the highest sort key, or None."""
        answer = self._client.query(
            TableName=self.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ScanIndexForward=False,
            Limit=1,
            ConsistentRead=True,
        )
        return from_wire(answer["Items"][0]) if answer["Items"] else None

    def having(self, attribute: str) -> Iterator[Item]:
        """Key and attribute of every item that has it: reads the whole table, for nothing that happens often."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self.name,
            ProjectionExpression="pk, sk, #attribute",
            FilterExpression="attribute_exists(#attribute)",
            ExpressionAttributeNames={"#attribute": attribute},
            ConsistentRead=True,
        )
        for page in pages:
            for raw in page["Items"]:
                yield from_wire(raw)

    def query_index(
        self, index: str, attribute: str, value: str, *, up_to: tuple[str, str] | None = None
    ) -> Iterator[Item]:
        """Items of one value of a secondary index, in its order, with the attributes that it projects.

        `up_to`, the index's sort attribute and its highest value (included), makes it a range. Eventually consistent,
        as indexes are: good for finding candidates, not for a decision (F36).
        """
        condition, names, values = "#hash = :value", {"#hash": attribute}, {":value": {"S": value}}
        if up_to is not None:
            condition += " AND #sort <= :last"
            names["#sort"], values[":last"] = up_to[0], {"S": up_to[1]}
        pages: Any = self._client.get_paginator("query").paginate(
            TableName=self.name,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )
        for page in pages:
            for raw in page["Items"]:
                yield from_wire(raw)

    def page_index(
        self, index: str, attribute: str, value: str, sort: str, *, behind: str | None = None, last: str | None = None,
        limit: int,
    ) -> TablePage:  # fmt: skip
        """At most `limit` of what `query_index` would give: one read operation. `after` is a value of `sort`.

        `behind` is the value of `sort` that the page before has ended with, `last` the highest one. No value of `sort`
        is another one with a `!` after it.
        """
        names = {"#hash": attribute}
        condition, values = "#hash = :value", {":value": {"S": value}}
        if behind is not None or last is not None:
            condition += " AND #sort BETWEEN :first AND :last"
            names["#sort"] = sort
            values |= {":first": {"S": f"{behind}!" if behind else " "}, ":last": {"S": last or "~"}}
        answer = self._client.query(
            TableName=self.name,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            Limit=limit,
        )
        items = [from_wire(raw) for raw in answer["Items"]]
        goes_on = "LastEvaluatedKey" in answer and bool(items)
        return TablePage(items, str(items[-1][sort]) if goes_on else None)

    def put(self, item: Item, *, condition: str | None = None, values: Mapping[str, Attribute] | None = None,
            names: Mapping[str, str] | None = None) -> PutRefused | None:  # fmt: skip
        """Put an item; None when it stands. A condition that fails answers with the item that is there."""
        request: dict[str, Any] = {"TableName": self.name, "Item": to_wire(item)}
        if condition:
            request |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        if values:
            request["ExpressionAttributeValues"] = to_wire(values)
        if names:
            request["ExpressionAttributeNames"] = dict(names)
        for pause in retry_pauses_s():
            try:
                self._client.put_item(**request)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "ConditionalCheckFailedException":
                    existing: Any = error.response.get("Item")
                    return PutRefused(from_wire(existing) if existing else None)
                if code != "TransactionConflictException":
                    raise
            else:
                return None
            # A transaction of somebody else is at work on the item: botocore does not wait for its end (F31).
            time.sleep(pause * random.random())  # noqa: S311  # jitter, no secret
        raise Unavailable("another transaction kept working on the item")

    def put_together(self, puts: Sequence[ConditionalPut]) -> bool:
        """Up to 100 conditional puts in one transaction. False: none was written, try them one by one.

        That is so where a condition did not hold, and where another transaction is at work on one of the items (F31,
        F32): each put by itself then tells which.
        """
        if len(puts) > TRANSACTION_LIMIT:
            raise ValueError("too many puts for one transaction")
        requests: Any = [{"Put": {"TableName": self.name, **put.request()}} for put in puts]
        try:
            self._client.transact_write_items(TransactItems=requests)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _TRANSACTION_REFUSED:
                raise
            return False
        return True

    def put_new(self, item: Item) -> Item | None:
        """Put if absent. None: it is ours now. Otherwise the item that was there first."""
        refused = self.put(item, condition="attribute_not_exists(pk)")
        if refused is None:
            return None
        return refused.existing or self.get(str(item["pk"]), str(item["sk"]))

    def put_many(self, items: Iterable[Item]) -> None:
        """Unconditional puts in batches; a key twice in `items` keeps the last. Returns when all are written (F34)."""
        unique = {(str(item["pk"]), str(item["sk"])): item for item in items}
        for batch in _batches(list(unique.values())):
            pending: Any = {self.name: [{"PutRequest": {"Item": to_wire(item)}} for item in batch]}
            for pause in retry_pauses_s():
                pending = self._client.batch_write_item(RequestItems=pending).get("UnprocessedItems")
                if not pending:
                    break
                time.sleep(pause)

    def delete(
        self, pk: str, sk: str, *, condition: str | None = None, values: Mapping[str, Attribute] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> bool:  # fmt: skip
        """Delete an item. False where a condition did not hold and it stays; one that is gone already is gone."""
        request: dict[str, Any] = {"TableName": self.name, "Key": _key(pk, sk)}
        if condition:
            request["ConditionExpression"] = condition
        if values:
            request["ExpressionAttributeValues"] = to_wire(values)
        if names:
            request["ExpressionAttributeNames"] = dict(names)
        try:
            self._client.delete_item(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True


def _range(pk: str, first: str | None, last: str | None, prefix: str | None) -> dict[str, Any]:
    """The key condition of a partition, or of a part of it."""
    condition, values = "pk = :pk", {":pk": {"S": pk}}
    if prefix is not None:
        condition, values[":a"] = "pk = :pk AND begins_with(sk, :a)", {"S": prefix}
    elif first is not None and last is not None:
        condition, values[":a"], values[":b"] = "pk = :pk AND sk BETWEEN :a AND :b", {"S": first}, {"S": last}
    elif first is not None:
        condition, values[":a"] = "pk = :pk AND sk >= :a", {"S": first}
    elif last is not None:
        condition, values[":b"] = "pk = :pk AND sk <= :b", {"S": last}
    return {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    """At most 25 items and 12 MB each (F35)."""
    batch: list[Item] = []
    size = 0
    for item in items:
        weight = weight_of(item)
        if batch and (len(batch) == BATCH_WRITE_LIMIT or size + weight > BATCH_BYTES_LIMIT):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += weight
    if batch:
        yield batch


def retry_pauses_s(reason: str = "DynamoDB left items unprocessed ten times in a row") -> Iterator[float]:
    """Seconds to wait between tries of what DynamoDB did not do; after ten of them `Unavailable`."""
    for attempt in range(10):
        yield min(0.05 * 2**attempt, 5.0)
    raise Unavailable(reason)


def weight_of(item: Item) -> int:
    """Bytes of an item, as DynamoDB counts them or a little more."""
    return sum(len(name) + len(str(value).encode()) for name, value in item.items())
