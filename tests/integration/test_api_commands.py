"""`partner-program api` on a stack in AWS: who is there, where the API is, and that a password is asked for."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from local.cli import app
from local.operate import Deployed
from local.people import new_password

URL = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"


class Stack:
    """What CloudFormation says of one whose user pool moto has."""

    def __init__(self) -> None:
        self.cognito: Any = boto3.client("cognito-idp")
        self.pool = self.cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
        client = self.cognito.create_user_pool_client(
            UserPoolId=self.pool, ClientName="api", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )
        self.deployed = Deployed(
            outputs={
                "ApiUrl": URL,
                "UserPool": self.pool,
                "UserPoolClient": client["UserPoolClient"]["ClientId"],
            },
            parameters={"Stage": "sandbox", "OidcIssuer": ""},
        )

    def make(self, name: str, password: str, *, permanent: bool) -> None:
        self.cognito.admin_create_user(UserPoolId=self.pool, Username=name, TemporaryPassword=password)
        if permanent:
            self.cognito.admin_set_user_password(UserPoolId=self.pool, Username=name, Password=password, Permanent=True)


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    with mock_aws():
        made = Stack()
        monkeypatch.setattr("local.api_commands.deployed_stack", lambda _stack, _console: made.deployed)
        yield made


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["api", *arguments], input=typed)


def test_the_address_is_that_of_the_gateway(stack: Stack) -> None:
    assert run("url").stdout.strip() == stack.deployed.outputs["ApiUrl"]


def test_in_a_sandbox_on_aws_a_person_is_asked_for_the_password_and_nothing_is_reset(stack: Stack) -> None:
    password = new_password()
    stack.make("anna", password, permanent=True)
    result = run("token", "anna", typed=f"{password}\n")
    assert (result.exit_code, result.stdout.strip().count(".")) == (0, 2)
    assert password not in result.output
    assert run("token", "anna", typed=f"{password}\n").exit_code == 0


def test_a_wrong_password_is_refused(stack: Stack) -> None:
    stack.make("anna", new_password(), permanent=True)
    result = run("token", "anna", typed="wrong\n")
    assert (result.exit_code, "NotAuthorized" in result.output) == (1, True)


def test_who_is_new_is_asked_for_a_password_of_their_own(stack: Stack) -> None:
    first, own = new_password(), new_password()
    stack.make("ines", first, permanent=False)
    result = run("token", "ines", typed=f"{first}\n{own}\n")
    assert (result.exit_code, result.stdout.strip().count(".")) == (0, 2)
    assert run("token", "ines", typed=f"{own}\n").exit_code == 0


@pytest.mark.parametrize("stage", ["test", "production"])
def test_outside_a_sandbox_no_password_is_even_asked_for(stage: str, stack: Stack) -> None:
    stack.deployed.parameters["Stage"] = stage
    result = run("token", "anna")
    assert (result.exit_code, "sign in with their own client" in result.output) == (2, True)
    assert "Password" not in result.output


def test_people_are_listed_with_their_roles_and_whether_they_have_signed_in(stack: Stack) -> None:
    assert run("users").stdout.strip() == "nobody yet"
    stack.make("fiona", new_password(), permanent=True)
    stack.make("ines", new_password(), permanent=False)
    for role in ("finance", "channel"):
        stack.cognito.create_group(UserPoolId=stack.pool, GroupName=role)
        stack.cognito.admin_add_user_to_group(UserPoolId=stack.pool, Username="fiona", GroupName=role)
    stack.cognito.admin_disable_user(UserPoolId=stack.pool, Username="ines")
    assert run("users").stdout.splitlines() == [
        "fiona  channel, finance  -  CONFIRMED",
        "ines  no role  -  DISABLED",
    ]


def test_a_person_is_made_with_roles_and_partner_and_a_first_password_is_mailed(stack: Stack) -> None:
    for role in ("partner", "finance", "channel"):
        stack.cognito.create_group(UserPoolId=stack.pool, GroupName=role)
    result = run("person", "karl", "--role", "partner", "--partner", "K100", "--email", "karl@partner.example")
    assert (result.exit_code, result.stdout.strip()) == (0, "karl  partner  K100  FORCE_CHANGE_PASSWORD")
    result = run("person", "fiona", "--role", "finance", "--email", "fiona@vendor.example")
    assert result.exit_code == 0
    again = run("person", "fiona", "--role", "channel", "--email", "fiona@vendor.example")
    assert again.stdout.strip() == "fiona  channel, finance  -  FORCE_CHANGE_PASSWORD"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("karl", "--role", "partner"), "goes with --partner"),
        (("karl", "--role", "finance", "--partner", "K100"), "goes with --partner"),
        (("karl", "--role", "partner", "--role", "finance", "--partner", "K100"), "no role of the vendor"),
        (("karl", "--role", "system"), "nobody is the engine"),
        (("there", "--role", "partner", "--partner", "K100"), "there already, for the vendor"),
    ],
)
def test_nobody_is_made_whom_the_api_would_turn_away_or_who_is_somebody_else(
    asked: tuple[str, ...], said: str, stack: Stack
) -> None:
    stack.make("there", new_password(), permanent=True)
    result = run("person", *asked, "--email", "karl@partner.example")
    assert (result.exit_code, said in result.output) == (2, True), result.output
    assert [line.split()[0] for line in run("users").stdout.splitlines()] == ["there"]


def test_on_aws_somebody_has_to_be_mailed_a_first_password(stack: Stack) -> None:
    result = run("person", "karl", "--role", "partner", "--partner", "K100")
    assert (result.exit_code, "--email" in result.output) == (2, True)
    assert run("users").stdout.strip() == "nobody yet"


def test_with_another_issuer_the_stack_says_whom_to_ask(stack: Stack) -> None:
    del stack.deployed.outputs["UserPool"]
    stack.deployed.parameters["OidcIssuer"] = "https://login.example"
    for command in (("token", "anna"), ("users",), ("person", "karl", "--role", "finance")):
        result = run(*command)
        assert (result.exit_code, "https://login.example" in result.output) == (2, True)
