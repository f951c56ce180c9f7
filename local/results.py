"""What a play has come to, read from the stack when it is quiet.

Every number is the engine's own: states, statements, notices and receipts are read as they stand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from local.anchors import anchors_of
from local.documents import ACCRUALS, read_objects
from local.payment_desk import desk_on
from local.payment_results import PaymentResults, read_payments
from local.stack import EmbeddedStack
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.brand_draw_store import DynamoBrandDraws
from partner_program.adapters.state_history import DynamoStateVersions
from partner_program.adapters.table import Table, from_wire
from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.brand_draw import BrandDraw
from partner_program.domain.facts import RECORD_TYPES, AccountFacts
from partner_program.domain.history import HistoryEntry, history_of
from partner_program.domain.notices.model import AnyNotice, read_notice
from partner_program.domain.sales.receipt import Receipt
from partner_program.domain.tiers.account import AccountState
from partner_program.rulebook import Rulebook

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
    that wait for another one to come. `notices` are by account and day; `draws` those of brand reviews, one a year;
    `accruals` the accrual files by key, one a month.
    """

    through: date
    accounts: tuple[AccountResult, ...]
    receipts: tuple[Receipt, ...]
    objects: Mapping[str, bytes] = field(default_factory=dict)
    waiting: frozenset[tuple[str, ...]] = frozenset()
    notices: tuple[AnyNotice, ...] = ()
    draws: tuple[BrandDraw, ...] = ()
    payments: PaymentResults = field(default_factory=PaymentResults)
    accruals: Mapping[str, bytes] = field(default_factory=dict)


def read_results(stack: EmbeddedStack, start: date, through: date, rulebook: Rulebook) -> Results:
    """Read tables and results bucket of a stack that is quiet after a play from `start` on."""
    program = Table(stack.dynamodb, stack.outputs["ProgramTable"])
    brand_draws, objects = DynamoBrandDraws(program), dict(_objects(stack))
    accounts = sorted(_accounts(program), key=lambda account: account.state.account_id)
    receipts = [
        Receipt.model_validate_json(body)
        for key, body in objects.items()
        if key.startswith("pos/") and key.endswith("/receipt.json")
    ]
    return Results(
        through,
        tuple(accounts),
        tuple(sorted(receipts, key=lambda receipt: (receipt.distributor_id or "", receipt.report_id or ""))),
        objects,
        frozenset(_waiting(stack) if _some_records_were_not_taken(objects) else ()),
        tuple(notice for account in accounts for notice in _notices(program, account.state.account_id)),
        tuple(draw for year in range(start.year, through.year + 1) if (draw := brand_draws.find(year))),
        read_payments(
            desk_on(stack, rulebook),
            [account.state.account_id for account in accounts],
            through,
            list(anchors_of(stack.s3, stack.outputs["ResultsBucket"])),
        ),
        dict(read_objects(stack, ACCRUALS, ".csv")),
    )


def _accounts(program: Table) -> Iterator[AccountResult]:
    store, versions = DynamoAccountStore(program), DynamoStateVersions(program)
    for account, facts, stored in store.load_many(store.all_account_ids(), EARLIEST_YEAR):
        if stored.state is not None:
            history = history_of(list(versions.versions(account)), facts.baselines)
            yield AccountResult(stored.state, facts, tuple(store.statements(account)), history)


def _notices(program: Table, account_id: str) -> Iterator[AnyNotice]:
    for item in program.query(f"NOTICES#{account_id}"):
        yield read_notice(str(item["body"]))


def _some_records_were_not_taken(objects: Mapping[str, bytes]) -> bool:
    """Whether any file of records has rows that were refused or had to wait."""
    rejected = (body for key, body in objects.items() if key.startswith("records/") and key.endswith("/rejected.csv"))
    return any(body.count(b"\n") > 1 for body in rejected)  # more than a header


def _waiting(stack: EmbeddedStack) -> Iterator[tuple[str, ...]]:
    """A scan: who reads a finished play may take the time that the engine never would."""
    pages = stack.dynamodb.get_paginator("scan").paginate(
        TableName=stack.outputs["ProgramTable"],
        FilterExpression="begins_with(pk, :waiting) AND attribute_exists(body)",
        ExpressionAttributeValues={":waiting": {"S": "WAITING#"}},
    )
    for page in pages:
        for raw in page["Items"]:
            item = from_wire(raw)
            kind = str(item["kind"])
            yield kind, *RECORD_TYPES[kind].model_validate_json(str(item["body"])).key


def _objects(stack: EmbeddedStack) -> Iterator[tuple[str, bytes]]:
    return read_objects(stack, "", "/receipt.json", "/rejected.csv")
