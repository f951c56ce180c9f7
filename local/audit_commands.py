"""`partner-program audit` and `accruals`: what an auditor and finance ask."""

from pathlib import Path
from typing import Annotated

import boto3
import typer

from local.acting import office_of
from local.anchors import anchors_in, anchors_of
from local.operate import StackName
from local.payment_lines import accrual_line, accrual_lines, entry_lines, verification_lines
from local.saying import FAILED, refusing, say_all
from local.stack import STACK_NAME
from partner_program.adapters.accrual_store import DynamoAccrualStore
from partner_program.adapters.job_log import DynamoJobLog
from partner_program.adapters.table import Table
from partner_program.use_cases.accruals import AccrualReport
from partner_program.use_cases.verify_audit import VerifyAudit
from partner_program.values.ids import split_account_id

audit_app = typer.Typer(no_args_is_help=True, help="The log of every act on money.")
accruals_app = typer.Typer(no_args_is_help=True, help="Accruals for finance, by month.")


@audit_app.command("verify")
def verify_command(
    anchors: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Copies of audit/ kept elsewhere; else the results bucket's."),
    ] = None,
    stack: StackName = STACK_NAME,
) -> None:
    """Verify the chain of the log and recompute every statement from its facts; exits with 1 where anything differs."""
    with refusing() as console:
        office = office_of(stack, console)
        desk, bucket = office.desk, office.deployed.outputs["ResultsBucket"]
        noted = list(anchors_in(anchors) if anchors else anchors_of(boto3.client("s3"), bucket))
        found = VerifyAudit(desk.book, desk.banks, desk.accounts, desk.rulebook)(noted)
    say_all(console, verification_lines(found))
    if found.findings:
        raise typer.Exit(FAILED)


@audit_app.command("log")
def log_command(
    after: Annotated[int, typer.Option(min=0, help="Only entries after this number.")] = 0,
    stack: StackName = STACK_NAME,
) -> None:
    """Tell every act: when, what, to what, by whom, with its reasons and amounts."""
    with refusing() as console:
        for entry in office_of(stack, console).desk.book.audit_log(after):
            say_all(console, entry_lines(entry))


@accruals_app.command("show")
def show_command(
    month: Annotated[str, typer.Argument(help="The month, as in 2024-06.")],
    account: Annotated[str | None, typer.Option(help="Only this account, from this month on.")] = None,
    through: Annotated[str | None, typer.Option(help="With --account: to this month; else this one alone.")] = None,
    stack: StackName = STACK_NAME,
) -> None:
    """Tell what is accrued at a month's end, by account and in total; or one account over months."""
    with refusing() as console:
        if account is not None:
            split_account_id(account)
        outputs = office_of(stack, console).deployed.outputs
        client = boto3.client("dynamodb")
        store = DynamoAccrualStore(Table(client, outputs["PaymentsTable"]))
        report = AccrualReport(store, DynamoJobLog(Table(client, outputs["ProgramTable"])))
        if account is None:
            say_all(console, accrual_lines(report.month(month)))
        else:
            say_all(console, map(accrual_line, report.account(account, month, through or month)))
