"""Who calls: read from the claims of a token that the gateway has verified, and from nothing else (B60 to B62)."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter, ValidationError

from partner_program.api.problems import RequestRefused
from partner_program.bootstrap.api.edge import ClaimNames
from partner_program.domain.payments.people import MAY, Action, Actor, Name, Role
from partner_program.values.ids import is_id

NULL = "null"
"""What the gateway makes of a claim that is null: every claim arrives as text."""
VENDOR = "vendor"
_NAMES: TypeAdapter[str] = TypeAdapter(Name)
_ROLES = {role.value: role for role in (Role.PARTNER, Role.CHANNEL, Role.FINANCE, Role.AUDITOR)}


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person. `subject` names the person for ever and uniquely: issuer and subject of the token, and whose.

    Who moves to another partner, or to the vendor, is another subject: cursors and idempotency keys of before are gone.
    `partner_id` is there for a partner's people and for nobody else.
    """

    subject: str
    person: str
    roles: frozenset[Role]
    partner_id: str | None = None

    @property
    def is_partner(self) -> bool:
        """Of a partner: sees its own accounts and sites only."""
        return self.partner_id is not None

    def actor(self, action: Action) -> Actor:
        """The person in the role that allows an act; in any of theirs where none does, to be refused by the act."""
        able = self.roles & MAY.get(action, frozenset()) or self.roles
        return Actor(person=self.person, role=min(able, key=_widest_first))


def read_caller(claims: Mapping[str, Any], names: ClaimNames) -> Caller:
    """Raises `RequestRefused`: 401 for what is no access token, 403 where it does not say who somebody is to us.

    Nothing is guessed: a claim that is missing, empty or of another shape refuses (fail closed).
    """
    if str(claims.get("token_use", "access")) != "access":
        raise RequestRefused(HTTPStatus.UNAUTHORIZED, "access_token_needed", "Send an access token, not an ID token.")
    subject = str(claims.get("sub") or NULL)
    roles = frozenset(_ROLES[name] for name in _listed(claims.get(names.roles)) if name in _ROLES)
    if subject == NULL or not roles:
        raise _unknown("The token names no role of the program: ask your administrator for one.")
    partner_id = _partner(claims.get(names.partner), roles)
    try:
        said = claims.get(names.person)
        person = _NAMES.validate_python(None if said == NULL else said)
    except ValidationError:
        raise _unknown("The token does not say who you are.") from None
    return Caller(f"{claims.get('iss', '')}|{subject}|{partner_id or VENDOR}", person, roles, partner_id)


def _partner(claim: object, roles: frozenset[Role]) -> str | None:
    if Role.PARTNER not in roles:
        return None
    if roles != {Role.PARTNER}:
        raise _unknown("The token names a partner's role and a role of the vendor: it can be only one of them.")
    if not isinstance(claim, str) or not is_id(claim) or claim == NULL:
        raise _unknown("The token does not say for which partner you act.")
    return claim


def _listed(claim: object) -> list[str]:
    """A claim of several values: the gateway hands a list on as text, `[finance auditor]`."""
    if isinstance(claim, list):
        return [str(one) for one in claim]
    text = str(claim or "").strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    return text.split()


def _widest_first(role: Role) -> tuple[bool, Role]:
    """Finance may all that channel may with money, and more."""
    return role is not Role.FINANCE, role


def _unknown(detail: str) -> RequestRefused:
    return RequestRefused(HTTPStatus.FORBIDDEN, "caller_unknown", detail)
