"""Who acts on money in a deployed stack, and the desk at which they do.

Outside a sandbox the person is who AWS says the caller is; in which role they act they say themselves, and whoever has
the operator's rights is believed (docs/operations.md). In a sandbox, where the days are played too, `--by` names them.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from local.operate import Deployed, clock_of, deployed_stack, program_of
from local.payment_desk import PaymentDesk, desk_of
from partner_program.domain.payments.people import Actor, Role
from partner_program.values.errors import InvalidValue

_CALLER = re.compile(r"arn:aws[a-z-]*:(?:iam::[0-9]{12}:user|sts::[0-9]{12}:assumed-role)/(?:[^/]+/)*([^/]+)")
_PERSON = re.compile(r"\S(?:[^\x00-\x1f\x7f]{0,126}\S)?")

By = Annotated[str | None, typer.Option(help="Who acts; only in a sandbox, elsewhere AWS says who you are.")]
InRole = Annotated[Role, typer.Option("--role", help="In which role: finance, channel or partner.")]
Reason = Annotated[str, typer.Option(help="Why; goes on record.")]


@dataclass(frozen=True)
class Office:
    """A desk of a deployed stack on the program's today."""

    deployed: Deployed
    desk: PaymentDesk
    today: date

    def actor(self, by: str | None, role: Role) -> Actor:
        """Who acts. Raises `InvalidValue`."""
        if role is Role.SYSTEM:
            raise InvalidValue("a person acts as finance, channel, partner or auditor; the engine acts by itself")
        sandbox = self.deployed.parameters["Stage"] == "sandbox"
        if not sandbox and by is not None:
            raise InvalidValue("outside a sandbox nobody says who they are: AWS does; leave --by out")
        person = by if sandbox else _caller()
        if person is None or not _PERSON.fullmatch(person):
            raise InvalidValue("in a sandbox an act needs --by, the name of who acts (up to 128 characters)")
        return Actor(person=person, role=role)


def office_of(stack: str, console: Console) -> Office:
    """Raises what reading a stack raises; exits where it cannot be reached."""
    deployed = deployed_stack(stack, console)
    program = program_of(deployed)
    clock = clock_of(deployed, program.rulebook)
    desk = desk_of(boto3.client("dynamodb"), boto3.client("kms"), deployed.outputs, program.rulebook, clock.moment)
    return Office(deployed, desk, program.today)


def _caller() -> str:
    """The user, or the session of an assumed role: the same person in whichever role. Raises `InvalidValue`."""
    try:
        arn = boto3.client("sts").get_caller_identity()["Arn"]
    except (BotoCoreError, ClientError) as unknown:
        raise InvalidValue(f"AWS does not say who you are: {unknown}") from unknown
    found = _CALLER.fullmatch(arn)
    if not found:
        raise InvalidValue(f"{arn} is neither a user nor a person's session of a role: nobody could be held to it")
    return found[1]
