"""`partner-program serve`: the stack stays up, empty or after playing a folder, until Ctrl-C."""

import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from local.folder import PlayRefused
from local.people import SAMPLE
from local.plan import read_plan
from local.play_command import FAILED, REFUSED, Edition, RulebookFile, Through, play_on, read_owner_text, this_command
from local.player import PlayFailed, checked_rulebook, failure_lines
from local.stack import EmbeddedStack, StackError
from partner_program.adapters.rulebook_source import RulebookSource
from partner_program.adapters.table import Table
from partner_program.rulebook import DEFAULT_EDITION
from partner_program.use_cases.operate import set_rulebook


def serve_command(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Played first, if given.")] = None,
    through: Through = None,
    rulebook: RulebookFile = None,
    edition: Edition = DEFAULT_EDITION,
    port: Annotated[int | None, typer.Option(help="Where to listen on loopback; a free port if not given.")] = None,
) -> None:
    """Keep the embedded stack running and say how to reach it; Ctrl-C stops it."""
    console = Console()
    try:
        owner_text = read_owner_text(rulebook)
        book = checked_rulebook(edition, owner_text)
        plan = read_plan(folder, through.date() if through else None) if folder else None
        with (
            tempfile.TemporaryDirectory(prefix="partner-program-", ignore_cleanup_errors=True) as state,
            EmbeddedStack(Path(state), {"ProgramEdition": edition}, port=port) as stack,
        ):
            if plan is not None:
                player = play_on(stack, plan, book, owner_text, console)
                for left in failure_lines(player.failures):
                    console.print(f"left undone: {left}", style="red", highlight=False, markup=False, soft_wrap=True)
            elif owner_text is not None:
                program = Table(stack.dynamodb, stack.outputs["ProgramTable"])
                set_rulebook(RulebookSource(program), edition, owner_text)
            stack.people.make_sample()
            with _until_asked_to_stop() as stopped:
                console.print(how_to_reach(stack), highlight=False, markup=False, soft_wrap=True)
                stopped.wait()
            console.print("stopping the stack …")
    except PlayRefused as refused:
        console.print(f"refused: {refused}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(REFUSED) from refused
    except (PlayFailed, StackError) as failed:
        console.print(f"failed: {failed}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(FAILED) from failed


@contextmanager
def _until_asked_to_stop() -> Iterator[threading.Event]:
    """An event that Ctrl-C or a termination sets, so that the stack is stopped in order."""
    asked = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def how_to_reach(stack: EmbeddedStack) -> str:
    """Endpoint, names and commands to try, as text to copy from."""
    outputs = stack.outputs
    exports = "\n".join(f"  export {name}={value}" for name, value in stack.client_environment.items())
    uploads, results, program = outputs["UploadsBucket"], outputs["ResultsBucket"], outputs["ProgramTable"]
    command = this_command()
    keys = '{":pk":{"S":"ACCOUNT#P1001-DE"}}'
    people = ", ".join(f"{one.name} ({one.partner_id or ' and '.join(one.roles)})" for one in SAMPLE)
    return f"""
The stack is up. Any AWS SDK or command line reaches it with:

{exports}

  uploads bucket   {uploads}    pos/<distributor_id>/<report_id>.csv[.gz], records/<kind>/<any name>.csv,
                   bank-status/<any name>.xml|.csv
  results bucket   {results}    receipts and rejected lines under the same names; payments/, statements/, accruals/
  program table    {program}    facts, accounts (ACCOUNT#<account_id>), statements (STATEMENTS#<account_id>)
  sales table      {outputs["SalesTable"]}    invoices and counted lines
  payments table   {outputs["PaymentsTable"]}    payouts, batches, ledger, audit log, accruals

The HTTP API (docs/api.md), as one of {people}:

  export API={stack.api_url}
  curl "$API/v1/locator?country=DE"
  curl -H "Authorization: Bearer $({command} api token anna)" "$API/v1/accounts"
  {command} api person NAME --role partner --partner PARTNER_ID    (somebody of your own partners)

Try, with the AWS command line:

  aws s3 cp REPORT.csv s3://{uploads}/pos/EURODIS/REPORT.csv
  aws s3 cp s3://{results}/pos/EURODIS/REPORT/receipt.json -
  aws dynamodb query --table-name {program} --key-condition-expression "pk = :pk" \\
      --expression-attribute-values '{keys}'

with the commands of operators (an act needs --by, the name of who acts):

  {command} payments waiting
  {command} payout show P1001-DE
  {command} audit verify

or with boto3, in the same environment:

  import boto3
  boto3.client("s3").upload_file("REPORT.csv", "{uploads}", "pos/EURODIS/REPORT.csv")

Log: {stack.log}
Ctrl-C stops the stack; what is in it goes with it.
"""
