"""A Premier account with sales, for the tests of what is asked about revenue; and how many reads an answer took."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from partner_program.bootstrap import runtime
from tests.deployed.gateway import PARTNER, Reply
from tests.deployed.program import ACCOUNT_ID, PREMIER, RECORDS, pos_line, pos_report, report_key
from tests.deployed.world import World

OTHERS = {
    "partners": "partner_id,name,enrolled_on,contact_email\nP0002,Beta,2024-01-02,beta@partner.example\n",
    "sites": "site_id,partner_id,country,name,headquarters,opened_on\nS2,P0002,DE,Beta Bremen,true,2024-01-02\n",
    "terms_acceptances": "partner_id,version,accepted_on\nP0002,2022-03,2024-01-02\n",
}
OF_OTHERS = {"partner_site_id": "S2"}
REPORT = "2024-02"


def sold(world: World) -> World:
    """150.00 of software in February, 50.50 of hardware in March and one line held for a product; one of another's."""
    world.take_in(
        RECORDS | PREMIER | {"partners": RECORDS["partners"].replace("2024-01-02,,", "2024-01-02,2020-01-01,")}
    )
    world.take_in(OTHERS, "2024-02")
    lines = (
        pos_line(REPORT, 1, "150.00"),
        pos_line(REPORT, 2, "50.50", sku="HW-1", invoice_date="2024-03-02"),
        pos_line(REPORT, 3, "20.00", sku="SW-NEW"),
        pos_line(REPORT, 4, "999.00", **OF_OTHERS),
        pos_line(REPORT, 5, "998.00", **OF_OTHERS, quantity="x"),
    )
    world.upload_and_deliver(report_key(REPORT), pos_report(*lines))
    return world


def mended(world: World) -> None:
    """The product comes that a line waits for; the report is processed again."""
    world.take_in({"products": "sku,name,category,family\nSW-NEW,New,software,essential_plus\n"}, "2024-03")


def get(world: World, path: str, who: dict[str, str] | None = None, /, **query: Any) -> Any:
    """What an account's people are answered."""
    reply = ask(world, path, who, **query)
    assert reply.status == 200, reply.text
    return reply.json


def ask(world: World, path: str, who: dict[str, str] | None = None, /, **query: Any) -> Reply:
    return world.ask("GET", f"/v1/accounts/{ACCOUNT_ID}/{path}", who or PARTNER, query=query)


def all_items(world: World, path: str, **query: Any) -> list[dict[str, Any]]:
    """The items of all pages."""
    page = get(world, path, **query)
    found: list[dict[str, Any]] = page["items"]
    while page["next_cursor"] is not None:
        page = get(world, path, cursor=page["next_cursor"], **query)
        found += page["items"]
    return found


def credit_of(lines: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(line["credit"]) for line in lines), Decimal(0))


def rejected(world: World) -> list[dict[str, str]]:
    """The file of lines not counted."""
    body = world.s3.get_object(Bucket=world.template.name("ResultsBucket"), Key=f"pos/D-NORD/{REPORT}/rejected.csv")
    return list(csv.DictReader(io.StringIO(body["Body"].read().decode(), newline="")))


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """The requests to DynamoDB, by operation, while the block lasts."""
    found: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        found[model.name] += 1

    events = runtime.dynamodb().meta.events  # of the client: one that is there hears no more of its session
    events.register("before-parameter-build.dynamodb", count)
    try:
        yield found
    finally:
        events.unregister("before-parameter-build.dynamodb", count)
