"""People who use the API: the sample ones of the embedded stack, and how anybody signs in to a stack's user pool."""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from partner_program.domain.payments.people import Role
from partner_program.values.errors import ProgramError

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import RespondToAuthChallengeRequestTypeDef

KEPT_SECONDS_BEFORE_THE_END = 60


class SignInRefused(ProgramError):
    """The user pool asks for something that this machine cannot answer; the message says what."""


class PersonRefused(ProgramError):
    """Nobody can be made like that; the message says why."""


@dataclass(frozen=True)
class Person:
    """Somebody in the user pool. `partner_id` only in the role (group) `partner`, which goes with no other."""

    name: str
    roles: tuple[str, ...]
    partner_id: str | None = None

    def check(self) -> None:
        """Raises `PersonRefused` for whom the API would turn away."""
        if (Role.PARTNER in self.roles) != (self.partner_id is not None):
            raise PersonRefused("the role partner goes with --partner, the id of the partner, and no other role does")
        if Role.PARTNER in self.roles and len(self.roles) > 1:
            raise PersonRefused("who is of a partner has no role of the vendor")


SAMPLE = (
    Person("anna", ("partner",), "P1001"),
    Person("paul", ("partner",), "P1002"),
    Person("carla", ("channel",)),
    Person("fiona", ("finance",)),
    Person("felix", ("finance",)),
    Person("arthur", ("auditor",)),
)
"""Two partners that must not see each other, and the vendor's roles; two of finance, since payments take two."""


@dataclass(frozen=True)
class Tokens:
    """What a sign-in gives. Only the access token is for the API."""

    access: str = field(repr=False)
    identity: str = field(repr=False)
    refresh: str = field(repr=False)
    ends_at: float
    """Seconds since 1970."""


@dataclass
class People:
    """The people of a user pool whose administrator we are: a sandbox on this machine."""

    cognito: "CognitoIdentityProviderClient"
    pool_id: str
    client_id: str
    _tokens: dict[str, Tokens] = field(default_factory=dict, init=False, repr=False)

    def make(self, person: Person, email: str | None = None) -> None:
        """Make somebody; who is there already gets these roles besides.

        With an `email` the pool mails a first password; without one nobody has any. Raises `PersonRefused` for who
        is there for another partner: a name is one person's, for ever. Whether the API takes them is for `check`.
        """
        self._create(person, email)
        for role in person.roles:
            self.cognito.admin_add_user_to_group(UserPoolId=self.pool_id, Username=person.name, GroupName=role)

    def _create(self, person: Person, email: str | None) -> None:
        told = {"custom:partner_id": person.partner_id, "email": email, "email_verified": "true" if email else None}
        attributes: list[Any] = [{"Name": name, "Value": value} for name, value in told.items() if value]
        if email:
            first: dict[str, Any] = {"DesiredDeliveryMediums": ["EMAIL"]}
        else:
            first = {"MessageAction": "SUPPRESS", "TemporaryPassword": new_password()}
        try:
            self.cognito.admin_create_user(
                UserPoolId=self.pool_id, Username=person.name, UserAttributes=attributes, **first
            )
        except self.cognito.exceptions.UsernameExistsException:
            there = self.cognito.admin_get_user(UserPoolId=self.pool_id, Username=person.name)
            kept = {one["Name"]: one.get("Value") for one in there["UserAttributes"]}.get("custom:partner_id")
            if (kept or None) != person.partner_id:
                raise PersonRefused(
                    f"{person.name} is there already, for {kept or 'the vendor'}: choose another name"
                ) from None

    def make_sample(self) -> None:
        """Make everybody of `SAMPLE`."""
        for person in SAMPLE:
            self.make(person)

    def token(self, name: str) -> str:
        """An access token of somebody, good for a minute at least. Raises `ClientError` for nobody."""
        tokens = self._tokens.get(name)
        if tokens is None or time.time() > tokens.ends_at - KEPT_SECONDS_BEFORE_THE_END:
            tokens = self._tokens[name] = self.sign_in(name)
        return tokens.access

    def sign_in(self, name: str) -> Tokens:
        """Give somebody a new password that nobody ever sees, and sign in with it. Raises `ClientError` for nobody."""
        password = new_password()
        self.cognito.admin_set_user_password(UserPoolId=self.pool_id, Username=name, Password=password, Permanent=True)
        return sign_in(self.cognito, self.client_id, name, password)


def new_password() -> str:
    """At random, of every kind of character that the pool's policy asks for."""
    return f"{secrets.token_urlsafe(24)}aA1!"


def _cannot(asked: str) -> str:
    raise SignInRefused(f"the user pool asks for {asked}")


def sign_in(
    cognito: "CognitoIdentityProviderClient",
    client_id: str,
    name: str,
    password: str,
    ask: Callable[[str], str] = _cannot,
) -> Tokens:
    """Sign in with the password, which a pool takes in a sandbox only; `ask` is asked for what else it may want.

    Raises:
        ClientError: the pool refuses.
        SignInRefused: it wants what is not known here.
    """
    given = {"USERNAME": name, "PASSWORD": password}
    answered: Any = cognito.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
    while challenge := answered.get("ChallengeName"):
        if challenge == "NEW_PASSWORD_REQUIRED":
            responses = {"USERNAME": name, "NEW_PASSWORD": ask("a new password")}
        elif challenge == "SOFTWARE_TOKEN_MFA":
            responses = {"USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": ask("the code of your authenticator")}
        else:
            raise SignInRefused(f"the user pool asks for {challenge}, which this command cannot answer")
        request: RespondToAuthChallengeRequestTypeDef = {
            "ClientId": client_id, "ChallengeName": challenge, "ChallengeResponses": responses
        }  # fmt: skip
        if answered.get("Session"):
            request["Session"] = answered["Session"]
        answered = cognito.respond_to_auth_challenge(**request)
    result = answered["AuthenticationResult"]
    return Tokens(result["AccessToken"], result["IdToken"], result["RefreshToken"], time.time() + result["ExpiresIn"])


@dataclass(frozen=True)
class Listed:
    """A person as the pool has it."""

    person: Person
    status: str


def everybody(cognito: "CognitoIdentityProviderClient", pool_id: str) -> Iterator[Listed]:
    """The people of a pool with their roles, by name; one call for each besides those of the list."""
    pages = cognito.get_paginator("list_users").paginate(UserPoolId=pool_id)
    users = sorted((user for page in pages for user in page["Users"]), key=lambda user: user["Username"])
    for user in users:
        attributes = {one["Name"]: one.get("Value", "") for one in user.get("Attributes", [])}
        groups = cognito.admin_list_groups_for_user(UserPoolId=pool_id, Username=user["Username"])["Groups"]
        roles = tuple(sorted(group["GroupName"] for group in groups))
        status = user["UserStatus"] if user["Enabled"] else "DISABLED"
        yield Listed(Person(user["Username"], roles, attributes.get("custom:partner_id") or None), status)
