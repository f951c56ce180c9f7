"""No partner sees a byte of another's, whatever route, token or cursor they try (B59 to B63)."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from local.people import Person
from local.stack import EmbeddedStack
from partner_program.api.access import ENDPOINTS, Endpoint
from partner_program.domain.payments.people import Role
from tests.end_to_end.api_client import Reply, ask
from tests.end_to_end.playing import Played
from tests.end_to_end.tokens import bad_tokens

pytestmark = pytest.mark.end_to_end

PARTNERS_ROUTES = tuple(one for one in ENDPOINTS if Role.PARTNER in one.roles)
OF_AN_ACCOUNT = tuple(one for one in PARTNERS_ROUTES if "{account_id}" in one.path)
OF_A_SITE = tuple(one for one in PARTNERS_ROUTES if "{site_id}" in one.path)
SIGNED_IN = tuple(one for one in ENDPOINTS if not one.is_public)
BODIES: dict[str, dict[str, Any]] = {
    "/what-if": {"changes": []},
    "/quotes": {"lines": [{"sku": "WALL-SW", "quantity": 1, "list_unit_price": "1000.00"}]},
    "/benefit-requests": {"kind": "nfr_licences", "licences": 1, "internal_use": True, "purpose": "demonstration room"},
    "/bank-details": {
        "scheme": "iban", "number": "DE89370400440532013000", "holder": "Someone GmbH", "reason": "form of today",
    },
    "/withdraw": {"reason": "no longer needed"},
}  # fmt: skip
"""A body that each route with one takes, by how its path ends."""


class Askers:
    """Somebody of each partner of the played sample, and what there is of each partner."""

    def __init__(self, stack: EmbeddedStack, sample: Played) -> None:
        self.stack = stack
        self.accounts: dict[str, list[str]] = {}
        for row in sample.rows("accounts.csv"):
            self.accounts.setdefault(row["partner_id"], []).append(row["account_id"])
        for partner_id in self.accounts:
            stack.people.make(Person(f"user-of-{partner_id}", ("partner",), partner_id))
        self.periods = {row["account_id"]: f"{row['year']}Q{row['quarter']}" for row in sample.rows("statements.csv")}

    def token(self, partner_id: str) -> str:
        return self.stack.token(f"user-of-{partner_id}")

    def path(self, one: Endpoint, account_id: str, site_id: str = "HAM1") -> str:
        return one.path.format(
            account_id=account_id, site_id=site_id, period=self.periods.get(account_id, "2024Q4"), format="html",
            request_id="0" * 64,
        )  # fmt: skip

    def ask(self, one: Endpoint, path: str, token: str | None, **query: str) -> Reply:
        body = next((body for end, body in BODIES.items() if path.endswith(end)), {}) if one.method != "GET" else None
        headers = {} if one.method == "GET" else {"Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1"'}
        return ask(self.stack, one.method, path, token, query=query, body=body, headers=headers)


@pytest.fixture(scope="module")
def askers(sample_stack: EmbeddedStack, sample: Played) -> Askers:
    return Askers(sample_stack, sample)


def contents(stack: EmbeddedStack) -> dict[str, str]:
    """Every table, as one digest each; but for the callers' own idempotency keys, which also a refusal uses up."""
    tables = [name for output, name in stack.outputs.items() if output.endswith("Table")]
    return {name: _digest(stack, name) for name in sorted(tables)}


def _digest(stack: EmbeddedStack, name: str) -> str:
    pages = stack.dynamodb.get_paginator("scan").paginate(TableName=name)
    found = (item for page in pages for item in page["Items"] if not item["pk"]["S"].startswith("IDEMPOTENCY#"))
    items = sorted(json.dumps(item, sort_keys=True) for item in found)
    return hashlib.sha256("\n".join(items).encode()).hexdigest()


@pytest.fixture
def nothing_changes(sample_stack: EmbeddedStack) -> Iterator[None]:
    sample_stack.wait_until_quiet()
    before = contents(sample_stack)
    yield
    assert contents(sample_stack) == before


@pytest.mark.catalogue("B59")
@pytest.mark.parametrize("one", [one for one in OF_AN_ACCOUNT if one.method == "GET"], ids=lambda one: one.path)
def test_a_partner_reads_its_own_account(askers: Askers, one: Endpoint) -> None:
    reply = askers.ask(one, askers.path(one, "P1001-DE"), askers.token("P1001"))
    assert reply.status == 200, reply.body


@pytest.mark.catalogue("B59")
@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("one", OF_AN_ACCOUNT, ids=lambda one: f"{one.method} {one.path}")
def test_anothers_account_is_answered_to_the_byte_like_one_that_does_not_exist(askers: Askers, one: Endpoint) -> None:
    for mine, theirs in permutations(sorted(askers.accounts), 2):
        token = askers.token(mine)
        missing = askers.ask(one, askers.path(one, f"{mine}-XX"), token)
        for account_id in askers.accounts[theirs][:1]:
            foreign = askers.ask(one, askers.path(one, account_id), token)
            assert (foreign.status, foreign.body) == (404, missing.body), f"{mine} asked for {account_id}"
            assert foreign.headers.get("etag") is None
            assert theirs.encode() not in foreign.body


@pytest.mark.catalogue("B59")
@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("one", OF_A_SITE, ids=lambda one: f"{one.method} {one.path}")
def test_anothers_site_is_answered_to_the_byte_like_one_that_does_not_exist(askers: Askers, one: Endpoint) -> None:
    token = askers.token("P1002")
    missing = askers.ask(one, askers.path(one, "P1002-DE", "NOWHERE"), token)
    foreign = askers.ask(one, askers.path(one, "P1002-DE", "HAM1"), token)
    assert (foreign.status, foreign.body) == (404, missing.body)


@pytest.mark.catalogue("B60")
def test_the_list_of_accounts_is_that_of_the_token_whatever_else_is_said(askers: Askers) -> None:
    for mine, accounts in askers.accounts.items():
        said = {"partner_id": "P1001", "account_id": "P1001-DE"}
        reply = ask(
            askers.stack, "GET", "/v1/accounts", askers.token(mine), query=said, headers={"X-Partner-Id": "P1001"}
        )
        assert sorted(item["account_id"] for item in reply.json["items"]) == sorted(accounts)


@pytest.mark.catalogue("B61")
@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("one", SIGNED_IN, ids=lambda one: f"{one.method} {one.path}")
def test_no_route_takes_a_token_that_the_pool_did_not_give_for_this(askers: Askers, one: Endpoint) -> None:
    path = askers.path(one, "P1002-DK", "CPH1") if "{account_id}" in one.path or "{site_id}" in one.path else one.path
    path = path.format(**dict.fromkeys(_names(path), "2024"))
    for name, token in bad_tokens(askers.stack, askers.token("P1001"), askers.token("P1002")).items():
        reply = askers.ask(one, path, token)
        assert reply.status == 401, f"{name}: {reply.status} {reply.body!r}"
        assert b"P1002" not in reply.body
    assert askers.ask(one, path, None).status == 401


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


@pytest.mark.catalogue("B63")
@pytest.mark.parametrize("topic", ["history", "notices"])
def test_anothers_cursor_leads_nowhere(askers: Askers, topic: str) -> None:
    one = next(one for one in OF_AN_ACCOUNT if one.path.endswith(f"/{topic}"))
    first = askers.ask(one, askers.path(one, "P1001-DE"), askers.token("P1001"), limit="1")
    cursor = first.json["next_cursor"]
    assert cursor
    own = askers.ask(one, askers.path(one, "P1001-DE"), askers.token("P1001"), limit="1", cursor=cursor)
    assert own.status == 200
    for theirs in ("P1002", "P1005"):
        account_id = askers.accounts[theirs][0]
        reply = askers.ask(one, askers.path(one, account_id), askers.token(theirs), cursor=cursor)
        assert (reply.status, reply.json["code"]) == (400, "invalid_cursor")
