"""A deployed stack with a payout to pay, for the tests of the commands about money: it is 15 August 2024."""

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from local.cli import app
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.domain.facts import Site
from partner_program.domain.payments.payout import Payout
from partner_program.domain.records.places import site_place
from partner_program.values.periods import Quarter
from tests.deployed.world import World
from tests.fakes.payment_world import stating
from tests.fakes.program_table import record_item
from tests.fakes.records import P1_DE, partner, site
from tests.integration.test_operate_commands import Stacks

TODAY = "2024-08-15"
Q2 = Quarter(2024, 2)
IBAN, VENDORS_IBAN = "DE89370400440532013000", "NL91ABNA0417164300"
"""Well-known published examples."""
ANNA, BRUNO = ("--by", "Anna Vogt"), ("--by", "Bruno Keil")
WHY = ("--reason", "form of 12 July")


class Caller:
    """STS, as far as it is asked."""

    def __init__(self, arn: str) -> None:
        self.arn = arn

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": self.arn}


class Functions:
    """Lambda, whose payment function runs in the world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # the API's own names
        assert FunctionName == self.world.template.name("PaymentRunFunction")
        answer = self.world.call("payment_run", json.loads(Payload))
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


def reach(world: World, monkeypatch: pytest.MonkeyPatch, stage: str = "sandbox", arn: str = "") -> None:
    """Commands find the world as the stack, in a stage, called by `arn`."""
    clients = {
        "cloudformation": Stacks(world, stage), "dynamodb": world.dynamodb, "kms": world.kms, "sqs": world.sqs,
        "s3": world.s3, "sts": Caller(arn), "lambda": Functions(world),
    }  # fmt: skip

    def client(service: str, **of_the_world: str) -> Any:
        return make(service, **of_the_world) if of_the_world else clients[service]

    make: Any = boto3.client
    monkeypatch.setattr("local.operate.boto3.client", client)


def with_payout(world: World) -> None:
    """P1-DE with its headquarters S1 and 8 250 EUR of the second quarter, payable since yesterday."""
    world.today(TODAY)
    world.program.put(record_item(partner(), "P1") | {"known_on": "2023-01-02"})
    put_site(world, site())
    payout = Payout(
        account_id=P1_DE, partner_id="P1", country="DE", year=2024, quarter=2, currency="EUR",
        amount=Decimal("8250.00"), payable_from=date(2024, 8, 14),
    )  # fmt: skip
    DynamoAccountStore(world.program).put_statement(stating(payout))
    assert DynamoPaymentBook(world.payments).put_payout(payout)


def put_site(world: World, one: Site) -> None:
    """Where an account's facts are, and where a site is looked up by its id."""
    item = record_item(one, "P1") | {"known_on": "2023-01-02"}
    pk, sk = site_place(one.site_id)
    world.program.put(item)
    world.program.put(item | {"pk": pk, "sk": sk})


def run(*arguments: str, typed: str | None = None) -> tuple[int, str]:
    """A command's exit code and what it said."""
    answer = CliRunner().invoke(app, list(arguments), input=typed)
    return answer.exit_code, answer.output


def enter_bank_details(world: World) -> None:
    """Of the site and of the vendor, long enough ago to be paid to."""
    world.today("2024-07-15")
    for site_id, iban in (("S1", IBAN), ("payer.EUR", VENDORS_IBAN)):
        proposed = run(
            "bank-details", "propose", site_id, "--holder", "Alpha", *WHY, *ANNA, "--role", "finance", typed=f"{iban}\n"
        )
        assert proposed[0] == 0, proposed
        confirmed = run("bank-details", "confirm", site_id, "1", *BRUNO, typed="y\n")
        assert confirmed[0] == 0, confirmed
    world.today(TODAY)
