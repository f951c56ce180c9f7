"""Everything that can be asked and done through the API, once, in a world in which everything else has happened."""

from collections.abc import Mapping
from typing import Any

from partner_program.api.access import ENDPOINTS
from partner_program.bootstrap.api.edge import cursor_key
from tests.deployed.desk import PARTNERS_IBAN
from tests.deployed.gateway import (
    AUDITOR,
    CHANNEL,
    FINANCE,
    PARTNER,
    SECOND_OF_FINANCE,
    Reply,
)
from tests.deployed.program import ACCOUNT_ID, pos_line, pos_report, report_key
from tests.deployed.world import World

KEYS: dict[str, dict[str, str]] = {
    "distributors": {"distributor_id": "D-NORD"},
    "products": {"sku": "SW-1"},
    "sites": {"site_id": "S-0001"},
    "partners": {"partner_id": "P0001"},
    "people": {"person_id": "H1", "site_id": "S-0001", "from_date": "2024-01-02"},
    "certifications": {"certification_id": "H1-MCDE"},
}
"""A record of each place that records are kept in."""


class Asking:
    """Requests with keys of their own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._keys = 0

    def act(
        self, path: str, by: Mapping[str, str], body: Any = None, *, method: str = "POST", seen: str | None = None
    ) -> Reply:
        """An act that must be taken."""
        reply = self._asked(path, by, body, method, seen)
        assert reply.status < 300, f"{method} {path}: {reply.status} {reply.text}"
        return reply

    def refused(self, path: str, by: Mapping[str, str], body: Any = None) -> Reply:
        """An act that must be refused; its key is free again."""
        reply = self._asked(path, by, body, "POST", None)
        assert 400 <= reply.status < 500, f"{path}: {reply.status} {reply.text}"
        return reply

    def _asked(self, path: str, by: Mapping[str, str], body: Any, method: str, seen: str | None) -> Reply:
        self._keys += 1
        headers = {"Idempotency-Key": f"key-{self._keys}"} | ({"If-Match": seen} if seen else {})
        return self.world.ask(method, path, by, headers=headers, body={} if body is None else body)

    def see(self, path: str, by: Mapping[str, str] = AUDITOR, **query: str) -> Reply:
        """A question that must be answered."""
        reply = self.world.ask("GET", path, by, query=query)
        assert reply.status == 200, f"{path}: {reply.status} {reply.text}"
        return reply


def ask_everything(world: World) -> None:
    """After `run_everything` of the test of roles: on 10 March 2025, with a payout of 2024Q1 that the bank rejected."""
    asking = Asking(world)
    record_everything(asking)
    request_benefits(asking)
    decide_on_money(asking)
    ask_every_question(asking)


def record_everything(asking: Asking) -> None:
    """New records, one that waits and what it waits for, a site that goes to another partner; a report once more."""
    act = asking.act
    waiting = {"certification_id": "W1-MCDE", "person_id": "W1", "kind": "MCDE", "certified_on": "2025-02-01"}
    assert act("/v1/records/certifications", CHANNEL, waiting, method="PUT").status == 202
    for kind, columns in {
        "distributors": {"distributor_id": "D-WEST", "name": "West"},
        # lets go a line that was held when the year's statements were made: what they knew is history
        "products": {"sku": "NEW-2", "name": "Newer", "category": "software", "family": "other"},
        "partners": {"partner_id": "P0002", "name": "Beta", "enrolled_on": "2025-01-02",
            "contact_email": "beta@partner.example",
        },
        "sites": {
            "site_id": "S-0002", "partner_id": "P0002", "country": "DE", "name": "Beta Bonn", "headquarters": "true",
            "opened_on": "2020-01-01",
        },
        "people": {"person_id": "W1", "site_id": "S-0002", "from_date": "2025-01-02"},
    }.items():  # fmt: skip
        act(f"/v1/records/{kind}", CHANNEL, columns, method="PUT")
    asking.world.settle()
    moved = KEYS["sites"] | {
        "site_id": "S-0002", "partner_id": "P0001", "country": "DE", "name": "Beta Bonn", "headquarters": "false",
        "opened_on": "2020-01-01",
    }  # fmt: skip
    act("/v1/records/sites", CHANNEL, moved, method="PUT")
    seen = asking.see("/v1/records/distributors", CHANNEL, distributor_id="D-WEST").headers["etag"]
    west = {"distributor_id": "D-WEST", "name": "Westward"}
    act("/v1/records/distributors", CHANNEL, west, method="PUT", seen=seen)
    act("/v1/reports/D-NORD/2024-02/reprocess", CHANNEL)
    asking.world.settle()


def request_benefits(asking: Asking) -> None:
    """Asked for by the partner; granted, declined, withdrawn."""
    asked = {"kind": "nfr_licences", "licences": 1, "internal_use": True, "purpose": "the demonstration room"}
    replies = [asking.act(f"/v1/accounts/{ACCOUNT_ID}/benefit-requests", PARTNER, asked) for _ in range(2)]
    first, second = (reply.json["request_id"] for reply in replies)
    asking.act(f"/v1/benefit-requests/{first}/decision", CHANNEL, {"decision": "granted", "licences": 1}, seen='"1"')
    asking.act(f"/v1/benefit-requests/{second}/withdraw", PARTNER, {"reason": "not needed"}, seen='"1"')
    asking.see(f"/v1/benefit-requests/{first}", PARTNER)
    asking.see(f"/v1/accounts/{ACCOUNT_ID}/benefit-requests", PARTNER)
    asking.see("/v1/benefit-requests", CHANNEL, kind="nfr_licences", state="granted")


def decide_on_money(asking: Asking) -> None:
    """Bank details, a payee, a hold; a batch from its preparation to its release, which the bank refuses again; then
    the payout is given up. A closed year is restated with lines that came late."""
    act, payout = asking.act, f"/v1/accounts/{ACCOUNT_ID}/payouts/2024Q1"
    details = "/v1/sites/S-0001/bank-details"
    proposal = {"scheme": "iban", "number": PARTNERS_IBAN, "holder": "Alpha Berlin", "reason": "letter of today"}
    number = act(details, PARTNER, proposal).json["number"]
    act(f"{details}/{number}/confirm", FINANCE)
    letter = {"site_id": "S-0001", "document": "letter 7", "received_on": "2025-03-03"}
    act(f"/v1/accounts/{ACCOUNT_ID}/payee", CHANNEL, letter)
    for step in ("hold", "lift-hold", "retry"):
        tag = asking.see(payout).headers["etag"]
        act(f"{payout}/{step}", FINANCE, {"reason": "as the bank asks"}, seen=tag)
    asking.world.today("2025-04-01")
    asking.see("/v1/payments/waiting")
    (batch,) = act("/v1/payments/preparations", FINANCE, {"currency": "EUR"}).json["batches"]
    path = f"/v1/payments/batches/{batch['batch_id']}"
    asking.refused(f"{path}/approve", FINANCE, {"digest": batch["digest"]})
    act(f"{path}/approve", SECOND_OF_FINANCE, {"digest": batch["digest"]})
    act(f"{path}/release", FINANCE)
    refused_by_the_bank(asking.world, batch["batch_id"], asking.see(path).json["items"][0])
    act(f"{payout}/cancel", FINANCE, {"reason": "settled otherwise"}, seen=asking.see(payout).headers["etag"])
    late = [pos_line("late-2024", 50, invoice_date="2024-02-20"), pos_line("late-2024", 51, sku="UNKNOWN-1")]
    asking.world.upload_and_deliver(report_key("late-2024"), pos_report(*late))
    restatement = f"/v1/accounts/{ACCOUNT_ID}/restatements/2024"
    recomputed = asking.see(restatement, FINANCE).json["recomputed"]
    act(restatement, CHANNEL, {"expected_amount": recomputed, "reason": "lines that came late"})


def refused_by_the_bank(world: World, batch_id: str, payment: Mapping[str, str]) -> None:
    """The one payment of a batch comes back as rejected."""
    columns = "batch_id,end_to_end_id,status,booked_on,reason_code,amount,currency"
    row = f"{batch_id},{payment['end_to_end_id']},rejected,2025-04-01,AC04,{payment['amount']},EUR"
    world.upload_and_deliver("bank-status/of-the-api.csv", f"{columns}\n{row}\n")
    assert world.result("bank-status/of-the-api/receipt.json")["outcomes"].get("booked") == 1


def ask_every_question(asking: Asking) -> None:
    """Every route that reads, of what there is."""
    batches = asking.see("/v1/payments/batches").json["items"]
    parts = {
        "account_id": ACCOUNT_ID, "period": "2024Q1", "year": "2024", "month": "2025-02", "site_id": "S-0001",
        "distributor_id": "D-NORD", "report_id": "2024-02", "batch_id": batches[0]["batch_id"],
    }  # fmt: skip
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET" and not {"{kind}", "{request_id}", "{format}"} & set(endpoint.path.split("/")):
            query = {"kind": "nfr_licences"} if endpoint.path == "/v1/benefit-requests" else {}
            query |= {"distributor_id": "D-NORD"} if endpoint.path == "/v1/reports" else {}
            asking.see(endpoint.path.format(**parts), AUDITOR, **query)
    for kind, key in KEYS.items():
        asking.see(f"/v1/records/{kind}", AUDITOR, **key)
    of_account = f"/v1/accounts/{ACCOUNT_ID}"
    asking.see(of_account, PARTNER, as_of="2024-06-30")
    asking.see(f"{of_account}/history", PARTNER, known_on="2024-06-30")
    asking.see(f"{of_account}/revenue", PARTNER, as_of="2024-06-15")
    asking.see(f"{of_account}/statements/2024Q1/documents/html", PARTNER)
    asking.see("/v1/accounts", PARTNER)
    asking.see("/v1/promotions", month="2024-01")
    lines = {"lines": [{"sku": "SW-1", "quantity": 1, "list_unit_price": "1000.00"}]}
    training = {"kind": "training", "training": "annual_sales", "completed_on": "2024-02-29"}
    incident = {"incident_id": "I1", "account_id": ACCOUNT_ID, "severity": "high", "opened_at": "2024-02-01T09:00:00Z"}
    for route, who, body in (
        (f"{of_account}/what-if", PARTNER, {"changes": [training]}),
        (f"{of_account}/quotes", PARTNER, lines),
        ("/v1/support/order", CHANNEL, {"incidents": [incident]}),
    ):
        assert asking.world.ask("POST", route, who, body=body).status == 200, route
    asking.see(f"{of_account}/revenue/uncounted", PARTNER, month="2024-02")
    asking.see(f"{of_account}/statements/2024Q1/lines", PARTNER)
    totals = f"accruals/{parts['month']}-totals.json"
    assert totals in asking.world.results()
    asking.world.s3.delete_object(Bucket=asking.world.template.name("ResultsBucket"), Key=totals)
    asking.see(f"/v1/accruals/{parts['month']}")  # as of a month that was booked before there was such a file
    for path, by in (("/v1/locator", None), (f"{of_account}/notices", PARTNER)):
        cursor_key.cache_clear()  # a function has a process of its own
        assert asking.world.ask("GET", path, by, query={"cursor": "Zm9yZ2Vk"}).status == 400  # forged, in base64
