"""`partner-program payments`: collect what is due, look at it, approve, withdraw and release it."""

import json
from collections.abc import Mapping
from typing import Annotated

import boto3
import typer
from rich.console import Console

from local.acting import By, InRole, Reason, office_of
from local.operate import StackName
from local.payment_lines import batch_lines, preparation_lines, unsettled_line, waiting_lines
from local.saying import fail, refuse, refusing, say_all
from local.stack import STACK_NAME
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.people import Role
from partner_program.use_cases.payment_ports import PaymentBook
from partner_program.values.errors import NotFound

payments_app = typer.Typer(no_args_is_help=True, help="Batches of payments: prepared by one, approved by another.")

BatchId = Annotated[str, typer.Argument(help="The batch, as in 20240814-EUR-01.")]
Currency = Annotated[str | None, typer.Option(help="Only this currency.")]


@payments_app.command("waiting")
def waiting_command(stack: StackName = STACK_NAME) -> None:
    """Tell what is under way, on hold or returned, and what is due and cannot be paid yet, each with what to do."""
    with refusing() as console:
        office = office_of(stack, console)
        for status in (BatchStatus.PREPARED, BatchStatus.APPROVED, BatchStatus.RELEASING):
            for batch_id in office.desk.book.batches(status):
                say_all(console, batch_lines(_batch(office.desk.book, batch_id)))
        say_all(console, (unsettled_line(payout, office.today) for payout in office.desk.unsettled(office.today)))
        waiting = office.desk.preparation.waiting(office.today)
        say_all(console, waiting_lines(waiting) if waiting else ["Nothing that is due waits for a repair."])


@payments_app.command("prepare")
def prepare_command(
    currency: Currency = None, by: By = None, role: InRole = Role.FINANCE, stack: StackName = STACK_NAME
) -> None:
    """Collect what is due into batches, one a currency. Somebody else has to approve them."""
    with refusing() as console:
        office = office_of(stack, console)
        done = office.desk.preparation(office.actor(by, role), office.today, currency)
        say_all(console, preparation_lines(done))


@payments_app.command("show")
def show_command(batch_id: BatchId, stack: StackName = STACK_NAME) -> None:
    """Tell who is paid how much by a batch, and what has become of it."""
    with refusing() as console:
        say_all(console, batch_lines(_batch(office_of(stack, console).desk.book, batch_id)))


@payments_app.command("approve")
def approve_command(
    batch_id: BatchId,
    digest: Annotated[
        str | None, typer.Option(help="The digest that you saw; without it you are shown and asked.")
    ] = None,
    by: By = None,
    role: InRole = Role.FINANCE,
    stack: StackName = STACK_NAME,
) -> None:
    """Show a batch and, after a yes, approve exactly what was shown. Never by who prepared it."""
    with refusing() as console:
        office = office_of(stack, console)
        actor = office.actor(by, role)
        batch = _batch(office.desk.book, batch_id)
        say_all(console, batch_lines(batch))
        if digest is None:
            typer.confirm(f"Approve these payments as {actor.person}?", abort=True)
        approved = office.desk.batches.approve(batch_id, digest or batch.digest, by=actor, on=office.today)
        missing = approved.approvals_needed - len(approved.approvals)
        say_all(
            console, [f"{batch_id} is {approved.status}" + (f"; {missing} more must approve it" if missing > 0 else "")]
        )


@payments_app.command("withdraw")
def withdraw_command(
    batch_id: BatchId, reason: Reason, by: By = None, role: InRole = Role.FINANCE, stack: StackName = STACK_NAME
) -> None:
    """Give up a batch that is not released; its payouts can be collected again."""
    with refusing() as console:
        office = office_of(stack, console)
        batch = office.desk.batches.withdraw(batch_id, by=office.actor(by, role), on=office.today, reason=reason)
        say_all(console, batch_lines(batch))


@payments_app.command("release")
def release_command(
    batch_id: BatchId, by: By = None, role: InRole = Role.FINANCE, stack: StackName = STACK_NAME
) -> None:
    """Have the payment file of an approved batch written now, instead of by tomorrow's schedule."""
    with refusing() as console:
        office = office_of(stack, console)
        actor = office.actor(by, role)
        _batch(office.desk.book, batch_id)
        event = {"release": batch_id, "by": actor.model_dump(mode="json")}
        answer = _invoke(office.deployed.outputs["PaymentRunFunction"], event, console)
        if "refused" in answer:
            refuse(console, answer["message"])
        say_all(console, batch_lines(_batch(office.desk.book, batch_id)))


def _batch(book: PaymentBook, batch_id: str) -> Batch:
    batch = book.batch(batch_id)
    if batch is None:
        raise NotFound(f"there is no batch {batch_id}")
    return batch


def _invoke(function: str, event: Mapping[str, object], console: Console) -> dict[str, str]:
    """The answer of the payment function, the only one that may open bank details."""
    called = boto3.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    answer: dict[str, str] = json.loads(called["Payload"].read())
    if called.get("FunctionError"):
        fail(console, f"{answer.get('errorMessage', answer)}; ask again, or see its log")
    return answer
