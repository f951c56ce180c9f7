"""The commands of operators on the embedded stack: sealed by one, opened by the payment function, settled by a bank."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import boto3
import pytest

from local.bank import RunnersBank
from local.plan import Upload
from local.stack import EmbeddedStack
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.clock import SandboxClock, SystemClock
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.table import Table
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.domain.records.places import site_place
from partner_program.rulebook import load_rulebook
from partner_program.values.periods import Quarter
from tests.fakes.payment_world import stating
from tests.fakes.program_table import record_item
from tests.fakes.records import P1_DE, partner, site
from tests.integration.money_stack import ANNA, BRUNO, IBAN, VENDORS_IBAN, WHY, run

pytestmark = pytest.mark.end_to_end

BATCH = "20240815-EUR-01"
TODAY = date(2024, 8, 15)
NUDGES = 20


def program(stack: EmbeddedStack) -> Table:
    return Table(stack.dynamodb, stack.outputs["ProgramTable"])


def book(stack: EmbeddedStack) -> DynamoPaymentBook:
    return DynamoPaymentBook(Table(stack.dynamodb, stack.outputs["PaymentsTable"]))


def move_to(stack: EmbeddedStack, day: date) -> None:
    SandboxClock(program(stack), SystemClock(load_rulebook().time_zone)).move_to(day)


def send(stack: EmbeddedStack, answer: Upload) -> None:
    """The bank's file, until it has been dealt with."""
    stack.s3.put_object(Bucket=stack.outputs["UploadsBucket"], Key=answer.key, Body=answer.body())
    stack.wait_until_quiet()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """One payout that can be paid since yesterday; no bank details."""
    with EmbeddedStack(tmp_path_factory.mktemp("stack")) as made:
        here = record_item(site(), "P1") | {"known_on": "2023-01-02"}
        pk, sk = site_place("S1")
        for item in (record_item(partner(), "P1") | {"known_on": "2023-01-02"}, here, here | {"pk": pk, "sk": sk}):
            program(made).put(item)
        payout = Payout(
            account_id=P1_DE, partner_id="P1", country="DE", year=2024, quarter=2, currency="EUR",
            amount=Decimal("8250.00"), payable_from=date(2024, 8, 14),
        )  # fmt: skip
        DynamoAccountStore(program(made)).put_statement(stating(payout))
        book(made).put_payout(payout)
        move_to(made, date(2024, 7, 15))
        made.wait_until_quiet()
        yield made


@pytest.fixture
def environment(stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `serve` prints it."""
    for name, value in stack.client_environment.items():
        monkeypatch.setenv(name, value)


def said_by_functions() -> str:
    """All that they have logged."""
    logs = boto3.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    pages = (page for group in groups for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group))
    return "\n".join(event["message"] for page in pages for event in page["events"])


@pytest.mark.rule("R-5.4")
@pytest.mark.catalogue("B52")
@pytest.mark.usefixtures("environment")
def test_operators_pay_with_their_commands_alone(stack: EmbeddedStack) -> None:
    for site_id, number in (("S1", IBAN), ("payer.EUR", VENDORS_IBAN)):
        holder = ("--holder", "Alpha", *WHY, "--role", "finance")
        assert run("bank-details", "propose", site_id, *holder, *ANNA, typed=f"{number}\n")[0] == 0
        assert run("bank-details", "confirm", site_id, "1", *BRUNO, typed="y\n")[0] == 0
    move_to(stack, TODAY)
    assert run("payments", "prepare", *ANNA)[0] == 0
    assert run("payments", "approve", BATCH, *ANNA, typed="y\n")[0] == 2
    assert run("payments", "approve", BATCH, *BRUNO, typed="y\n")[0] == 0
    code, told = run("payments", "release", BATCH, *BRUNO)
    assert code == 0, told
    bank = RunnersBank(stack.s3, stack.outputs["ResultsBucket"])
    bank.look()
    [answer] = bank.answers(TODAY)
    send(stack, answer)
    paid = book(stack).payout(P1_DE, Quarter(2024, 2))
    assert paid is not None
    assert (paid.state, paid.attempt) == (PayoutState.PAID, 1)
    assert stack.dead_letters() == {}

    # What a busy machine logs late, the emulator takes up only when the same function runs the next time.
    said = ('"BatchesReleased":', f'"object_key":"{answer.key}"')
    log = said_by_functions()
    for _ in range(NUDGES):
        if all(line in log for line in said):
            break
        send(stack, answer)
        assert run("payments", "release", BATCH, *BRUNO)[0] == 0
        log = said_by_functions()
    assert [line for line in said if line not in log] == []
    assert [number for number in (IBAN, VENDORS_IBAN) if number in log] == []
