"""Who acts on money in a deployed stack, and the desk at which they do.

Outside a sandbox the person is who AWS says the caller is: an IAM user, or a user of IAM Identity Center, for AWS fixes
their names. In which role they act they say themselves, and whoever has the operator's rights is believed
(docs/operations.md). In a sandbox, where the days are played too, `--by` names them.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import boto3
import typer
from rich.console import Console

from local.operate import Deployed, clock_of, deployed_stack, program_of
from local.payment_desk import PaymentDesk, desk_of
from partner_program.domain.payments.people import Actor, Role
from partner_program.values.errors import InvalidValue

_USER = r"iam::[0-9]{12}:user/(?:[^/]+/)*"
_IDENTITY_CENTER = r"sts::[0-9]{12}:assumed-role/AWSReservedSSO_[^/]+/"
_CALLER = re.compile(rf"arn:aws[a-z-]*:(?:{_USER}|{_IDENTITY_CENTER})([^/]+)")
"""Callers whose last part AWS fixes. The session of any other role is named by whoever assumes it."""

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
        if person is None:
            raise InvalidValue("in a sandbox an act needs --by, the name of who acts")
        try:
            return Actor(person=person, role=role)
        except ValueError:  # not repeated: it may hold what nobody sees
            raise InvalidValue("a name has up to 128 characters, all of them to be seen, no space around it") from None


def office_of(stack: str, console: Console) -> Office:
    """Raises what reading a stack raises; exits where it cannot be reached."""
    deployed = deployed_stack(stack, console)
    program = program_of(deployed)
    clock = clock_of(deployed, program.rulebook)
    desk = desk_of(boto3.client("dynamodb"), boto3.client("kms"), deployed.outputs, program.rulebook, clock.moment)
    return Office(deployed, desk, program.today)


def _caller() -> str:
    """The name of the user, in whichever permission set: one whose name AWS fixes. Raises `InvalidValue`."""
    arn = boto3.client("sts").get_caller_identity()["Arn"]
    found = _CALLER.fullmatch(arn)
    if not found:
        raise InvalidValue(
            f"{arn} names nobody who could be held to an act: sign in with IAM Identity Center, or as an IAM user of "
            "your own; who assumes any other role names the session as they please"
        )
    return found[1]
