"""What operators ask of a deployed stack, on AWS or on this machine: reached through the usual AWS environment."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from local.saying import fail, refusing, say_all
from local.stack import STACK_NAME
from partner_program.adapters.clock import SandboxClock, SystemClock
from partner_program.adapters.messages import SqsMessages
from partner_program.adapters.rulebook_source import RulebookSource
from partner_program.adapters.table import Table
from partner_program.rulebook import Rulebook, load_rulebook
from partner_program.use_cases.operate import clear_rulebook, set_rulebook
from partner_program.values.errors import InvalidValue
from partner_program.values.ids import is_id

StackName = Annotated[str, typer.Option("--stack", help="Name of the CloudFormation stack.")]


@dataclass(frozen=True)
class Deployed:
    """A deployed stack, as CloudFormation describes it."""

    outputs: dict[str, str]
    parameters: dict[str, str]


@dataclass(frozen=True)
class DeployedProgram:
    """The program of a stack: its table, the rulebook that decides in it, and its today (a sandbox's test clock)."""

    table: Table
    rulebook: Rulebook
    today: date


def reprocess_command(distributor_id: str, report_id: str, stack: StackName = STACK_NAME) -> None:
    """Queue a POS report again, for instance after the cause of held lines was mended; asking twice does no harm."""
    with refusing() as console:
        for name, value in (("distributor_id", distributor_id), ("report_id", report_id)):
            if not is_id(value):
                raise InvalidValue(f"{name} {value!r} is no id")
        queue_url = deployed_stack(stack, console).outputs["SalesQueueUrl"]
        SqsMessages(boto3.client("sqs"), sales_queue_url=queue_url).reprocess_report(distributor_id, report_id)
        queued = f"{distributor_id}/{report_id} is queued; its receipt in the results bucket tells the outcome"
        say_all(console, [queued])


def rulebook_set_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The owner's values (TOML).")],
    stack: StackName = STACK_NAME,
) -> None:
    """Validate an owner's file as a whole and make it decide in a deployed stack from the next event on."""
    with refusing() as console:
        try:
            values = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as broken:
            raise InvalidValue(f"{file} is no text in UTF-8: {broken}") from broken
        deployed = deployed_stack(stack, console)
        set_rulebook(_source(deployed), deployed.parameters["ProgramEdition"], values)
        say_all(console, [f"{file} decides in {stack} from the next event on"])


def rulebook_clear_command(stack: StackName = STACK_NAME) -> None:
    """Take the owner's values away: the edition as it stands decides in a deployed stack from the next event on."""
    with refusing() as console:
        deployed = deployed_stack(stack, console)
        edition = clear_rulebook(_source(deployed), deployed.parameters["ProgramEdition"]).edition
        say_all(console, [f"{edition} decides in {stack} from the next event on, without an owner's values"])


def program_of(deployed: Deployed) -> DeployedProgram:
    """The program as it decides now. Raises `RulebookInvalid`, `UnknownEdition`."""
    table = Table(boto3.client("dynamodb"), deployed.outputs["ProgramTable"])
    book = load_rulebook(deployed.parameters["ProgramEdition"], RulebookSource(table).override())
    return DeployedProgram(table, book, clock_of(deployed, book).today())


def clock_of(deployed: Deployed, rulebook: Rulebook) -> SystemClock | SandboxClock:
    """Real time; in a sandbox, and nowhere else, the test clock."""
    system = SystemClock(rulebook.time_zone)
    if deployed.parameters["Stage"] != "sandbox":
        return system
    return SandboxClock(Table(boto3.client("dynamodb"), deployed.outputs["ProgramTable"]), system)


def _source(deployed: Deployed) -> RulebookSource:
    return RulebookSource(Table(boto3.client("dynamodb"), deployed.outputs["ProgramTable"]))


def deployed_stack(stack: str, console: Console) -> Deployed:
    """What CloudFormation says of a stack; where it cannot be read, says so and exits with `FAILED`."""
    try:
        described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except (BotoCoreError, ClientError) as unreachable:
        fail(console, f"stack {stack} cannot be read: {unreachable}")
    return Deployed(
        outputs={output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])},
        parameters={given["ParameterKey"]: given["ParameterValue"] for given in described.get("Parameters", [])},
    )
