"""What each query costs with ten thousand accounts loaded: a stated number of DynamoDB reads, and never a scan."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from partner_program.adapters.sales_store import DynamoSalesStore, invoice_key
from partner_program.adapters.table import Item, Table, to_wire
from partner_program.api.access import ENDPOINTS, LOCATOR, QUERY
from partner_program.bootstrap import runtime
from partner_program.domain.listings import listings_of
from partner_program.domain.revenue import ClassTotal, Contribution
from partner_program.domain.sales.claims import Claim, bucket_of, dump_claims
from partner_program.domain.tiers.account import AccountState, ChangeReason, Listing, TierChange
from partner_program.use_cases.queries.revenue import MOST_LINES
from partner_program.use_cases.report_ports import LineReference, Offer
from partner_program.values.money import EXACT
from partner_program.values.tiers import Tier
from tests.conftest import TEST_ENVIRONMENT
from tests.deployed.desk import Desk
from tests.deployed.gateway import AUDITOR, PARTNER, Reply
from tests.deployed.paying import close, take_in
from tests.deployed.program import ACCOUNT_ID, pos_line, pos_report, report_key
from tests.deployed.template import ACCOUNT, REGION
from tests.deployed.world import World, deployed

ACCOUNTS = 10_000
WITH_MONEY, REPORTS = 500, 500
"""Far more payouts that are due, booked months, requests that are open, and reports, than any page has."""
READS = frozenset({"GetItem", "BatchGetItem", "Query", "TransactGetItems", "Scan"})
TIERS = (Tier.PREMIER, Tier.ADVANCED, Tier.AUTHORIZED, None)
COUNTRIES = ("DE", "FR", "US", "JP", "GB")
OF = "/v1/accounts/{account_id}"
WHAT_IF = {
    "on": "2024-07-31",
    "changes": [{"kind": "sales", "month": "2024-06", "amount": "50000.00", "currency": "EUR"}],
}
BASKET = {"lines": [{"sku": "SW-1", "quantity": 1, "list_unit_price": "1000.00"}]}
INCIDENTS = {
    "incidents": [
        {
            "incident_id": f"I{n}",
            "account_id": f"L{n:05d}-DE",
            "severity": "critical",
            "opened_at": "2024-05-15T08:00:00Z",
        }
        for n in range(0, 2000, 20)
    ]
}

Query = dict[str, str]


@dataclass(frozen=True)
class Cost:
    """Of a route: the most read operations of one request and the most items; `asked` are queries that cost the most.

    The rulebook and, in a sandbox, the clock are two of the reads. The account that is asked about has one quarter of
    sales: a month more of its own may be a read more, a page more of its own history too; other accounts never are.
    """

    reads: int
    asked: tuple[Query, ...] = ({},)
    body: Any = None
    items: int = 250


LIST, LOOKED_AT = 2 + 8, 2 + 8 * 400
MONTH = {"from": "2024-01", "to": "2024-12"}
COSTS: dict[tuple[str, str], Cost] = {
    ("GET", "/v1/locator"): Cost(
        LIST,
        (
            {"limit": "100"}, {"country": "DE", "tier": "premier"}, {"qualification": "MCIE", "country": "JP"},
            {"tier": "authorized"},
        ),
        items=LOOKED_AT,
    ),
    ("GET", "/v1/accounts"): Cost(
        LIST,
        (
            {}, {"limit": "100"}, {"region": "APAC"}, {"open_case": "true"}, {"requirement": "MCIE"},
            {"tier": "none", "open_case": "true"}, {"country": "JP", "region": "EMEA"},
        ),
        items=LOOKED_AT,
    ),
    ("GET", "/v1/cases"): Cost(
        LIST, ({}, {"due_by": "2024-12-31"}, {"tier": "advanced", "region": "APAC"}, {"requirement": "terms"}),
        items=LOOKED_AT,
    ),
    ("GET", "/v1/promotions"): Cost(
        LIST, ({"month": "2024-03"}, {"month": "2024-03", "region": "APAC"}), items=LOOKED_AT
    ),
    ("GET", OF): Cost(10, ({}, {"as_of": "2024-03-31"})),
    ("GET", f"{OF}/gap"): Cost(6),
    ("GET", f"{OF}/expiries"): Cost(3),
    ("GET", f"{OF}/cases"): Cost(3),
    ("GET", f"{OF}/history"): Cost(8, ({}, {"known_on": "2024-03-31"}, {"limit": "100"})),
    ("GET", f"{OF}/benefits"): Cost(6, ({}, {"as_of": "2024-04-01"})),
    ("GET", f"{OF}/notices"): Cost(3),
    ("GET", f"{OF}/sites"): Cost(4, ({}, {"as_of": "2024-03-31", "limit": "100"})),
    ("GET", f"{OF}/people"): Cost(6, ({}, {"as_of": "2024-03-31", "limit": "100"})),
    ("GET", f"{OF}/benefit-requests"): Cost(5),
    ("GET", f"{OF}/revenue"): Cost(7, ({}, {"by": "distributor"}, {"as_of": "2024-02-15"}, {"year": "2023"})),
    ("GET", f"{OF}/revenue/lines"): Cost(16, ({}, {"month": "2024-02"}, {"year": "2024", "limit": "100"})),
    ("GET", f"{OF}/revenue/uncounted"): Cost(20, ({}, {"month": "2024-02"})),
    ("GET", f"{OF}/statements"): Cost(5),
    ("GET", f"{OF}/statements/{{period}}"): Cost(5, ({}, {"status": "preliminary"})),
    ("GET", f"{OF}/statements/{{period}}/lines"): Cost(20),
    ("GET", f"{OF}/statements/{{period}}/documents/{{format}}"): Cost(2),
    ("GET", f"{OF}/payouts"): Cost(3),
    ("GET", f"{OF}/payouts/{{period}}"): Cost(3),
    ("GET", f"{OF}/accruals"): Cost(4, ({}, MONTH)),
    ("GET", f"{OF}/restatements/{{year}}"): Cost(7),
    ("POST", f"{OF}/what-if"): Cost(7, body=WHAT_IF),
    ("POST", f"{OF}/quotes"): Cost(7, body=BASKET),
    ("POST", "/v1/support/order"): Cost(3, body=INCIDENTS),
    ("GET", "/v1/sites/{site_id}/bank-details"): Cost(4),
    ("GET", "/v1/records/{kind}"): Cost(4, ({"partner_id": "P0001"},)),
    ("GET", "/v1/benefit-requests"): Cost(3, ({"kind": "nfr_licences", "limit": "100"},)),
    ("GET", "/v1/benefit-requests/{request_id}"): Cost(4),
    ("GET", "/v1/reports"): Cost(1, ({"distributor_id": "D-NORD"}, {"distributor_id": "D-NORD", "limit": "100"})),
    ("GET", "/v1/reports/{distributor_id}/{report_id}"): Cost(3),
    ("GET", "/v1/reports/{distributor_id}/{report_id}/lines"): Cost(1, ({}, {"outcome": "held", "limit": "100"})),
    ("GET", "/v1/held-lines"): Cost(4, ({"limit": "100"}, {"distributor_id": "D-NORD"}), items=1_101),
    ("GET", "/v1/distributors/{distributor_id}/scorecard"): Cost(5, ({}, MONTH), items=REPORTS + 10),
    ("GET", "/v1/accruals/{month}"): Cost(3),
    ("GET", "/v1/payments/batches"): Cost(6, ({}, {"status": "prepared"}, {"limit": "100"})),
    ("GET", "/v1/payments/batches/{batch_id}"): Cost(1),
    # A page that one currency fills. Up to 200 queries more where few wait: unit/api/test_finance_payments.py.
    ("GET", "/v1/payments/waiting"): Cost(111, ({}, {"limit": "100"})),
    ("GET", "/v1/audit"): Cost(2, ({}, {"after": "1", "limit": "100"})),
}  # fmt: skip


@dataclass
class Program:
    """The world, what is read in it, and what the paths name."""

    world: World
    reads: Counter[str] = field(default_factory=Counter)
    items: int = 0
    parts: dict[str, str] = field(default_factory=dict)
    due: Item = field(default_factory=dict)

    def count(self, model: Any, **_: Any) -> None:
        """Called by botocore before each request to DynamoDB that a function makes."""
        if model.name in READS:
            self.reads[model.name] += 1

    def weigh(self, parsed: Any, **_: Any) -> None:
        """Called by botocore with each answer: how many items were read, of whatever was asked."""
        found = sum(map(len, parsed.get("Responses", {}).values())) if "Responses" in parsed else 0
        self.items += parsed.get("ScannedCount", 0) + found + ("Item" in parsed)

    def ask(self, method: str, path: str, query: Query, body: Any = None) -> tuple[Reply, int]:
        """The answer, and the reads that it took."""
        self.reads.clear()
        self.items = 0
        by = None if path == "/v1/locator" else AUDITOR
        reply = self.world.ask(method, path.format(**self.parts), by, query=query, **({"body": body} if body else {}))
        return reply, self.reads.total()


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    """One account with all that can be asked for, and ten thousand others."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in TEST_ENVIRONMENT.items():
            patch.setenv(name, value)
        with deployed(patch) as world:
            made = Program(world)
            small_program(made)
            load(made)
            for table in dynamodb_backends[ACCOUNT][REGION].tables.values():
                spare_sorting(patch, table)
            hooks = runtime.dynamodb().meta.events
            hooks.register("before-parameter-build.dynamodb", made.count)
            hooks.register("after-call.dynamodb", made.weigh)
            yield made


def small_program(made: Program) -> None:
    """A quarter closed, its payout in a batch, a month booked; a report with lines of every outcome; a request."""
    world = made.world
    world.today("2024-03-15")
    take_in(world)
    world.take_in({"locator_profiles": "partner_id,country,public_contact\nP0001,DE,+49 30 901820\n"})
    lines = (pos_line("2024-03", 1), pos_line("2024-03", 2, sku="UNKNOWN"), pos_line("2024-03", 3, quantity="x"))
    world.upload_and_deliver(report_key("2024-03"), pos_report(*lines))
    desk = Desk(world)
    desk.enter_all_bank_details()
    close(world)
    world.today("2024-05-10")
    world.call("accruals", {"scheduled_time": "2024-05-10T03:30:00Z"})
    world.today("2024-05-15")
    made.due = the(world.payments, f"PAYOUT#{ACCOUNT_ID}", "2024Q1")
    made.parts = {
        "account_id": ACCOUNT_ID, "period": "2024Q1", "format": "pdf", "batch_id": desk.prepare().batch_id,
        "distributor_id": "D-NORD", "report_id": "2024-03", "month": "2024-04", "year": "2023", "site_id": "S-0001",
        "kind": "partners",
    }  # fmt: skip
    path, key = f"/v1/accounts/{ACCOUNT_ID}/benefit-requests", {"Idempotency-Key": "1"}
    asked = {"kind": "nfr_licences", "licences": 1, "internal_use": True, "purpose": "the demonstration room"}
    made.parts["request_id"] = world.ask("POST", path, PARTNER, headers=key, body=asked).json["request_id"]


def the(table: Table, pk: str, sk: str) -> Item:
    found = table.get(pk, sk)
    assert found is not None
    return found


def load(made: Program) -> None:
    """Ten thousand accounts and many reports, straight into moto: the functions would take an hour."""
    world = made.world
    state = AccountState.model_validate_json(json.dumps(world.state(ACCOUNT_ID)))
    standing = the(world.program, f"ACCOUNT#{ACCOUNT_ID}", "STATE")
    booked = the(world.payments, "ACCRUALS#2024-04", ACCOUNT_ID)
    (request,) = Table(world.dynamodb, world.template.name("RequestsTable")).query(
        f"ACCOUNT#{ACCOUNT_ID}", prefix="BENEFIT#"
    )
    for number in range(ACCOUNTS):
        other = another(state, number)
        put(world, "ProgramTable", standing | {"pk": f"ACCOUNT#{other.account_id}", "body": other.model_dump_json()})
        for place, body in listings_of(other).items():
            put(world, "ListingsTable", {"pk": place.name, "sk": place.order, "body": body})
        if number % (ACCOUNTS // WITH_MONEY) == 0:
            for table, item in (("PaymentsTable", made.due), ("PaymentsTable", booked), ("RequestsTable", request)):
                put(world, table, of(other, item, made.parts["request_id"], f"BR-{number:024d}"))
    lists = Table(world.dynamodb, world.template.name("ListingsTable"))
    report, held = list(lists.query("REPORTS#D-NORD"))[-1], the(lists, "HELD", "D-NORD#2024-03")
    for number in range(REPORTS):
        for item in (report, held):
            put(world, "ListingsTable", replaced(item, "2024-03", f"R{number:05d}", but=("2024-03-15",)))


def of(other: AccountState, item: Item, request_id: str, another_request: str) -> Item:
    """The same of another account, under a name of its own."""
    mine = replaced(replaced(item, ACCOUNT_ID, other.account_id), request_id, another_request)
    return replaced(mine, '"P0001"', f'"{other.partner_id}"')


def replaced(item: Item, old: str, new: str, but: tuple[str, ...] = ()) -> Item:
    """Wherever it stands in the item, but for what begins with it and means another thing."""
    kept = {text: f"<{number}>" for number, text in enumerate(but)}
    found: Item = {}
    for name, value in item.items():
        if isinstance(value, str):
            for text, mark in kept.items():
                value = value.replace(text, mark)
            value = value.replace(old, new)
            for text, mark in kept.items():
                value = value.replace(mark, text)
        found[name] = value
    return found


def another(state: AccountState, number: int) -> AccountState:
    """An account of its own partner; one in twenty has open cases, one in ten was promoted in March."""
    cases = state.memory if number % 21 == 0 else state.memory.model_copy(update={"cases": ()})
    country, tier = COUNTRIES[number % len(COUNTRIES)], TIERS[number // len(COUNTRIES) % len(TIERS)]
    held = ("MCDE", "MCIT") if number % 50 else ("MCDE", "MCIE", "MCIT")
    changes: tuple[TierChange, ...] = (
        change(state, tier, ChangeReason.PLACED, state.assessed_on.replace(month=1, day=2)),
    )
    if tier in (Tier.PREMIER, Tier.ADVANCED) and number % 7 == 0:
        changes += (
            change(state, tier, ChangeReason.PROMOTED, state.assessed_on.replace(month=3, day=number % 20 + 1)),
        )
    return state.model_copy(update={
        "account_id": f"L{number:05d}-{country}", "partner_id": f"L{number:05d}", "country": country, "tier": tier,
        "tier_changes": changes, "memory": cases,
        "findings": (), "advice": (), "morning": None,
        "listing": Listing(partner_name=f"Partner {number}", held=held, located=tier in (Tier.PREMIER, Tier.ADVANCED)),
    })  # fmt: skip


def change(state: AccountState, tier: Tier | None, reason: ChangeReason, day: date) -> TierChange:
    return TierChange(
        changed_on=day, from_tier=None, to_tier=tier, reason=reason, rule="R-3.1a", edition=state.edition,
        reached_on=day, business_days=0,
    )  # fmt: skip


def spare_sorting(patch: pytest.MonkeyPatch, table: Any) -> None:
    """Moto sorts the whole table for each query. Nothing is written here, so once is enough, of a partition none."""
    everything, query = table.all_items(), table.query

    def quick(hash_key: Any, *rest: Any, **named: Any) -> Any:
        in_partition = named.get("index_name", rest[6] if len(rest) > 6 else None) is None
        found = list(table.items[hash_key].values()) if in_partition and hash_key in table.items else everything
        patch.setattr(table, "all_items", lambda: found)
        return query(hash_key, *rest, **named)

    patch.setattr(table, "query", quick)


def put(world: World, table: str, item: Item) -> None:
    dynamodb_backends[ACCOUNT][REGION].tables[world.template.name(table)].put_item(to_wire(item))


ASKED = sorted((one.method, one.path) for one in ENDPOINTS if one.function in (QUERY, LOCATOR))


def test_the_cost_of_every_query_is_stated() -> None:
    assert sorted(COSTS) == ASKED


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_a_query_takes_no_more_reads_than_are_stated_however_many_accounts_there_are(
    program: Program, method: str, path: str
) -> None:
    cost = COSTS[method, path]
    for query in cost.asked:
        reply, reads = program.ask(method, path, query, cost.body)
        assert reply.status == 200, reply.text
        assert (reads <= cost.reads, program.items <= cost.items) == (True, True), (query, reads, program.items)
        assert "Scan" not in program.reads


FULL_MONTH = Cost(7 + MOST_LINES // 100, items=MOST_LINES + 10)
"""The routes' costs above are of an account with few lines. On a day inside a month each line is looked at, a hundred
invoices at a time; more lines than `MOST_LINES` are refused."""


def test_a_day_inside_a_month_of_as_many_lines_as_may_be_takes_so_many_reads(program: Program) -> None:
    fill_a_month(program.world, "L00000-DE", "2023-03", MOST_LINES)
    reply, reads = program.ask("GET", "/v1/accounts/L00000-DE/revenue", {"as_of": "2023-03-30"})
    assert (reply.status, [item["lines"] for item in reply.json["items"]]) == (200, [MOST_LINES]), reply.text
    assert (reads <= FULL_MONTH.reads, program.items <= FULL_MONTH.items) == (True, True), (reads, program.items)


@pytest.mark.parametrize("missing", [("-totals.json",), ("-totals.json", ".json")])
def test_a_month_without_files_yet_takes_no_more_reads_than_one_with_them(
    program: Program, missing: tuple[str, ...]
) -> None:
    """While it is being booked, or where it was booked before there was a file of totals alone."""
    cost = COSTS["GET", "/v1/accruals/{month}"]
    world, bucket = program.world, program.world.template.name("ResultsBucket")
    names = [f"accruals/2024-04{end}" for end in missing]
    kept = {name: world.s3.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names}
    for name in names:
        world.s3.delete_object(Bucket=bucket, Key=name)
    reply, reads = program.ask("GET", "/v1/accruals/{month}", {"limit": "100"})
    for name, body in kept.items():
        world.s3.put_object(Bucket=bucket, Key=name, Body=body)
    assert (reply.status, len(reply.json["items"]), reply.json["complete"]) == (200, 100, len(missing) == 1)
    assert (reads <= cost.reads, program.items <= cost.items) == (True, True), (reads, program.items)


def fill_a_month(world: World, account_id: str, month: str, lines: int) -> None:
    """So many lines of as many invoices, with what is stored of them."""
    ten, nothing = Decimal(10), Decimal(0)
    claim = Claim(
        owner="FULL@d", content_hash="h", account_id=account_id, month=month, product_class="software", currency="EUR",
        billed=ten, credit=ten, invoice_date=date.fromisoformat(f"{month}-01"), site_id="S-1", sku="SW-1", quantity=1,
        list_unit_price=ten, tier_discount_pct=nothing, project_discount_pct=nothing, flags=(),
    )  # fmt: skip
    names = [f"I{number:05d}" for number in range(lines)]
    for name in names:
        pk, sk = invoice_key("D-NORD", Offer(name, bucket_of(1), {}))
        put(world, "SalesTable", {"pk": pk, "sk": sk, "kind": "invoice", "version": 1, "body": dump_claims({1: claim})})
    every = EXACT.multiply(ten, lines)
    part = Contribution(
        account_id=account_id, currency="EUR", month=month, distributor_id="D-NORD", report_id="FULL", digest="d",
        part=1, lines=lines, by_class={"software": ClassTotal(lines=lines, billed=every, credit=every)},
        known_on=claim.invoice_date,
    )  # fmt: skip
    tables = [Table(world.dynamodb, world.template.name(name)) for name in ("ProgramTable", "SalesTable")]
    DynamoSalesStore(*tables).contribute([(part, [LineReference(name, 1) for name in names])])


def test_every_page_of_a_list_takes_no_more_reads_than_the_first_may(program: Program) -> None:
    """To the end of the lists, with a filter that passes most entries over."""
    for path, query in (
        ("/v1/accounts", {"tier": "premier", "open_case": "true", "region": "APAC", "limit": "100"}),
        ("/v1/cases", {"region": "APAC", "limit": "100"}),
        ("/v1/locator", {"qualification": "MCIE", "limit": "100"}),
    ):
        items, cursor = 0, None
        while True:
            reply, reads = program.ask("GET", path, query | ({"cursor": cursor} if cursor else {}))
            assert reads <= LIST
            items, cursor = items + len(reply.json["items"]), reply.json["next_cursor"]
            if cursor is None:
                break
        assert items > 0, path
