"""`partner-program api`: the address of a stack's API, a token to try it with, and who may use it."""

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import boto3
import typer
from rich.console import Console

from local.operate import Deployed, StackName, deployed_stack
from local.people import SAMPLE, Listed, People, Person, everybody, sign_in
from local.saying import refuse, refusing, say_all
from local.stack import STACK_NAME, emulated_api_url
from partner_program.domain.payments.people import Role

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

api_app = typer.Typer(no_args_is_help=True, help="The HTTP API: its address, tokens, who may use it.")

LOOPBACK = ("127.0.0.1", "localhost")


@api_app.command("url")
def url_command(stack: StackName = STACK_NAME) -> None:
    """Print where the API is, for the front of a path: `curl "$(partner-program api url)/v1/locator"`."""
    with refusing() as console:
        say_all(console, [_url(deployed_stack(stack, console))])


@api_app.command("token")
def token_command(
    person: Annotated[str, typer.Argument(help="Name in the user pool, e.g. anna.")],
    stack: StackName = STACK_NAME,
) -> None:
    """Print an access token, good for a quarter of an hour.

    On the embedded stack nobody is asked for a password: whoever runs it is its administrator. In another sandbox the
    person types it. Elsewhere the user pool takes no passwords from here: docs/operations.md says how people sign in.
    """
    with refusing() as console:
        deployed = deployed_stack(stack, console)
        pool_id, client_id = _pool(deployed, console)
        cognito = boto3.client("cognito-idp")
        if _endpoint(cognito):
            people = People(cognito, pool_id, client_id)
            for sample in SAMPLE:
                if sample.name == person:
                    people.make(sample)
            token = people.sign_in(person).access
        elif deployed.parameters["Stage"] != "sandbox":
            refuse(console, "outside a sandbox people sign in with their own client (docs/operations.md, The API)")
        else:
            password = typer.prompt("Password", hide_input=True, err=True)
            token = sign_in(cognito, client_id, person, password, _typed).access
        typer.echo(token)


@api_app.command("person")
def person_command(
    name: Annotated[str, typer.Argument(help="Name in the user pool: one person's, for ever.")],
    roles: Annotated[list[Role], typer.Option("--role", help="partner, channel, finance or auditor; repeatable.")],
    partner: Annotated[str | None, typer.Option(help="Whose accounts they see; only with the role partner.")] = None,
    email: Annotated[str | None, typer.Option(help="Where AWS mails a first password. Not on this machine.")] = None,
    stack: StackName = STACK_NAME,
) -> None:
    """Make somebody who may use the API, or give somebody another role."""
    with refusing() as console:
        pool_id, client_id = _pool(deployed_stack(stack, console), console)
        cognito = boto3.client("cognito-idp")
        if Role.SYSTEM in roles:
            refuse(console, "nobody is the engine: choose partner, channel, finance or auditor")
        if _endpoint(cognito) is None and email is None:
            refuse(console, "say where a first password is to be mailed: --email")
        person = Person(name, tuple(role.value for role in roles), partner)
        person.check()
        People(cognito, pool_id, client_id).make(person, None if _endpoint(cognito) else email)
        say_all(console, [_line(one) for one in everybody(cognito, pool_id) if one.person.name == name])


@api_app.command("users")
def users_command(stack: StackName = STACK_NAME) -> None:
    """List who may use the API: name, roles, partner, and whether they have ever signed in (CONFIRMED)."""
    with refusing() as console:
        pool_id, _ = _pool(deployed_stack(stack, console), console)
        found = list(everybody(boto3.client("cognito-idp"), pool_id))
        say_all(console, [_line(one) for one in found] or ["nobody yet"])


def _line(listed: Listed) -> str:
    person = listed.person
    return f"{person.name}  {', '.join(person.roles) or 'no role'}  {person.partner_id or '-'}  {listed.status}"


def _typed(asked: str) -> str:
    answer: str = typer.prompt(f"The user pool asks for {asked}", hide_input="password" in asked, err=True)
    return answer


def _pool(deployed: Deployed, console: Console) -> tuple[str, str]:
    outputs = deployed.outputs
    if "UserPool" not in outputs:
        refuse(console, f"people are known to {deployed.parameters.get('OidcIssuer')}, not to this stack: ask there")
    return outputs["UserPool"], outputs["UserPoolClient"]


def _url(deployed: Deployed) -> str:
    endpoint = _endpoint(boto3.client("cognito-idp"))
    return emulated_api_url(endpoint, deployed.outputs) if endpoint else deployed.outputs["ApiUrl"]


def _endpoint(cognito: "CognitoIdentityProviderClient") -> str | None:
    """Where AWS is emulated, if it is on this machine."""
    endpoint = cognito.meta.endpoint_url
    return endpoint if urlsplit(endpoint).hostname in LOOPBACK else None
