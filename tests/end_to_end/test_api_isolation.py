"""No partner sees a byte of another's, whatever route, token or cursor they try (B59 to B63)."""

import csv
import hashlib
import json
import uuid
from collections.abc import Iterator
from itertools import permutations, product
from typing import Any

import pytest

from local.openapi import OPENAPI
from local.people import Person
from local.stack import EmbeddedStack
from partner_program.api.access import ENDPOINTS, Endpoint
from partner_program.domain.payments.people import Role
from tests.end_to_end.api_client import Reply, ask
from tests.end_to_end.playing import SAMPLE, Played
from tests.end_to_end.tokens import bad_tokens

pytestmark = pytest.mark.end_to_end

PARTNERS_ROUTES = tuple(one for one in ENDPOINTS if Role.PARTNER in one.roles)
OF_AN_ACCOUNT = tuple(one for one in PARTNERS_ROUTES if "{account_id}" in one.path)
OF_A_SITE = tuple(one for one in PARTNERS_ROUTES if "{site_id}" in one.path)
CONTRACT: dict[str, Any] = json.loads(OPENAPI.read_text(encoding="utf-8"))["paths"]
SIGNED_IN = tuple(one for one in ENDPOINTS if not one.is_public)
BODIES: dict[str, dict[str, Any]] = {
    "/what-if": {"changes": [{"kind": "training", "training": "annual_sales", "completed_on": "2025-02-14"}]},
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
        known = {
            "account_id": account_id, "site_id": site_id, "period": self.periods.get(account_id, "2024Q4"),
            "format": "html", "request_id": "0" * 64, "opened_on": "2024-01-01", "requirement": "business_plan",
        }  # fmt: skip
        return one.path.format_map(dict.fromkeys(_names(one.path), "1") | known)

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
    path = askers.path(one, "P1002-DK", "CPH1")
    for name, token in bad_tokens(askers.stack, askers.token("P1001"), askers.token("P1002")).items():
        reply = askers.ask(one, path, token)
        assert reply.status == 401, f"{name}: {reply.status} {reply.body!r}"
        assert b"P1002" not in reply.body
    assert askers.ask(one, path, None).status == 401


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def paged(one: Endpoint) -> bool:
    """Whether it is a list, by the contract of the API."""
    operation = CONTRACT[one.path][one.method.lower()]
    return "cursor" in [parameter["name"] for parameter in operation["parameters"]]


def list_with_more(askers: Askers, one: Endpoint) -> tuple[str, str, dict[str, str]]:
    """Of some partner with more than one item: who it is, and the path and query that ask for its first page."""
    years: tuple[dict[str, str], ...] = ({},)
    if "/revenue/" in one.path:
        years = tuple({"year": str(year)} for year in range(2022, 2026))
    for year, (partner_id, accounts) in product(years, askers.accounts.items()):
        for path in dict.fromkeys(askers.path(one, account_id) for account_id in accounts):
            reply = askers.ask(one, path, askers.token(partner_id), limit="1", **year)
            if reply.status == 200 and reply.json["next_cursor"]:
                return partner_id, path, {"limit": "1", **year}
    raise AssertionError(f"no partner has a second page of {one.path}: nothing is tried")


@pytest.fixture(scope="module")
def two_requests(askers: Askers) -> None:
    """The sample asks for no benefits: somebody of P1001 does, twice."""
    [one] = [one for one in OF_AN_ACCOUNT if (one.method, one.path.endswith("/benefit-requests")) == ("POST", True)]
    for _ in range(2):
        reply = askers.ask(one, askers.path(one, "P1001-DE"), askers.token("P1001"))
        assert reply.status == 201, reply.body


@pytest.mark.catalogue("B63")
@pytest.mark.usefixtures("two_requests")
@pytest.mark.parametrize("one", [one for one in PARTNERS_ROUTES if paged(one)], ids=lambda one: one.path)
def test_a_cursor_leads_on_whom_it_was_given_to_and_nobody_else(askers: Askers, one: Endpoint) -> None:
    """Not another partner, not the vendor for the same list, and not another person of the same partner."""
    mine, path, query = list_with_more(askers, one)
    cursor = askers.ask(one, path, askers.token(mine), **query).json["next_cursor"]
    assert askers.ask(one, path, askers.token(mine), **query, cursor=cursor).status == 200
    askers.stack.people.make(Person(f"another-of-{mine}", ("partner",), mine))
    for person in (f"another-of-{mine}", "carla", "fiona"):
        token = askers.stack.token(person)
        assert askers.ask(one, path, token, **query).status == 200, "the list itself they may see"
        _refused(askers.ask(one, path, token, **query, cursor=cursor), person)
    theirs = next(partner_id for partner_id in sorted(askers.accounts) if partner_id != mine)
    own_path = askers.path(one, askers.accounts[theirs][0])
    if "{site_id}" in one.path:
        return  # a site is of one partner: there is no such list of another
    _refused(askers.ask(one, own_path, askers.token(theirs), **query, cursor=cursor), theirs)


def _refused(reply: Reply, whom: str) -> None:
    assert (reply.status, reply.json["code"]) == (400, "invalid_cursor"), whom


@pytest.mark.catalogue("B59")
@pytest.mark.parametrize("one", [one for one in OF_AN_ACCOUNT if one.method == "GET"], ids=lambda one: one.path)
def test_no_partner_reads_who_of_the_vendor_has_acted(
    askers: Askers, vendors_people: frozenset[str], one: Endpoint
) -> None:
    """P1019's year was restated, P1016's case decided, P1005's payout held: why is told, and not by whom."""
    for partner_id in ("P1001", "P1003", "P1005", "P1009", "P1016", "P1019"):
        for account_id in askers.accounts[partner_id]:
            reply = askers.ask(one, askers.path(one, account_id), askers.token(partner_id))
            told = reply.body.decode("utf-8")
            assert not [name for name in vendors_people if name in told], account_id


@pytest.fixture(scope="module")
def vendors_people() -> frozenset[str]:
    """Everybody who acts for the vendor in the sample."""
    names: set[str] = set()
    for file, columns in (("acts.csv", ("by", "second")), ("records/case_decisions.csv", ("decided_by",))):
        with (SAMPLE / file).open(encoding="utf-8", newline="") as rows:
            names |= {row[column] for row in csv.DictReader(rows) for column in columns if row[column]}
    assert len(names) > 3
    return frozenset(names)
