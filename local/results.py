"""What a play has come to, read from the stack when it is quiet.

Every number is the engine's own: states, statements, notices and receipts are read as they stand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from local.stack import EmbeddedStack
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.brand_draw_store import DynamoBrandDraws
from partner_program.adapters.state_history import DynamoStateVersions
from partner_program.adapters.table import Item, Table, from_wire
from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.brand_draw import BrandDraw
from partner_program.domain.facts import RECORD_TYPES, AccountFacts
from partner_program.domain.history import HistoryEntry, history_of
from partner_program.domain.notices.model import AnyNotice, read_notice
from partner_program.domain.sales.receipt import Receipt
from partner_program.domain.tiers.account import AccountState

EARLIEST_YEAR = 1990


@dataclass(frozen=True, slots=True)
class AccountResult:
    """All that the stack holds of one account."""

    state: AccountState
    facts: AccountFacts
    statements: tuple[Statement, ...]
    history: tuple[HistoryEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """All that a play has come to on its last day.

    `objects` are the results bucket's receipts and rejected lines by key; `waiting` names records (kind, then key)
    that wait for another one to come. `notices` are by account and day; `draws` those of brand reviews, one a year.
    """

    through: date
    accounts: tuple[AccountResult, ...]
    receipts: tuple[Receipt, ...]
    objects: Mapping[str, bytes] = field(default_factory=dict)
    waiting: frozenset[tuple[str, ...]] = frozenset()
    notices: tuple[AnyNotice, ...] = ()
    draws: tuple[BrandDraw, ...] = ()


def read_results(stack: EmbeddedStack, start: date, through: date) -> Results:
    """Read tables and results bucket of a stack that is quiet after a play from `start` on."""
    program = Table(stack.dynamodb, stack.outputs["ProgramTable"])
    store, versions, brand_draws = DynamoAccountStore(program), DynamoStateVersions(program), DynamoBrandDraws(program)
    accounts = []
    for account, facts, stored in store.load_many(store.all_account_ids(), EARLIEST_YEAR):
        if stored.state is not None:
            history = history_of(list(versions.versions(account)), facts.baselines)
            accounts.append(AccountResult(stored.state, facts, tuple(store.statements(account)), history))
    objects = dict(_objects(stack))
    receipts = [
        Receipt.model_validate_json(body)
        for key, body in objects.items()
        if key.startswith("pos/") and key.endswith("/receipt.json")
    ]
    return Results(
        through,
        tuple(sorted(accounts, key=lambda account: account.state.account_id)),
        tuple(sorted(receipts, key=lambda receipt: (receipt.distributor_id or "", receipt.report_id or ""))),
        objects,
        frozenset(_waiting(stack)),
        _notices(stack),
        tuple(draw for year in range(start.year, through.year + 1) if (draw := brand_draws.find(year))),
    )


def _waiting(stack: EmbeddedStack) -> Iterator[tuple[str, ...]]:
    for item in _documents(stack, "WAITING#"):
        kind = str(item["kind"])
        yield kind, *RECORD_TYPES[kind].model_validate_json(str(item["body"])).key


def _notices(stack: EmbeddedStack) -> tuple[AnyNotice, ...]:
    found = (read_notice(str(item["body"])) for item in _documents(stack, "NOTICES#"))
    return tuple(sorted(found, key=lambda notice: (notice.account_id, notice.id)))


def _documents(stack: EmbeddedStack, prefix: str) -> Iterator[Item]:
    """Items of all partitions of a prefix, by a scan: who reads a finished play may take the time for it."""
    pages = stack.dynamodb.get_paginator("scan").paginate(
        TableName=stack.outputs["ProgramTable"],
        FilterExpression="begins_with(pk, :prefix) AND attribute_exists(body)",
        ExpressionAttributeValues={":prefix": {"S": prefix}},
    )
    for page in pages:
        yield from map(from_wire, page["Items"])


def _objects(stack: EmbeddedStack) -> Iterator[tuple[str, bytes]]:
    bucket = stack.outputs["ResultsBucket"]
    for page in stack.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            key = found["Key"]
            # They become paths below the output folder: never one that leads out of it.
            if key.endswith(("/receipt.json", "/rejected.csv")) and ".." not in key.split("/"):
                yield key, stack.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
