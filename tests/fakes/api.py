"""Requests as API Gateway hands them to a function (HTTP API, payload 2.0), and answers read back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from partner_program.api.edge import Edge

ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_test"


class Context:
    """As much of Lambda's context as the edge hands on."""

    function_name = "api"
    memory_limit_in_mb = 512
    aws_request_id = "00000000-0000-4000-8000-000000000000"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:111122223333:function:api"

    def get_remaining_time_in_millis(self) -> int:
        """Plenty."""
        return 25_000


@dataclass(frozen=True)
class Reply:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The code of a problem."""
        return str(self.json["code"])


def claims(person: str = "anna", *roles: str, partner: str | None = None, **others: Any) -> dict[str, Any]:
    """The claims of an access token as the gateway gives them: texts, lists in brackets."""
    given = {
        "sub": f"sub-of-{person}",
        "iss": ISSUER,
        "username": person,
        "token_use": "access",
        "client_id": "client",
        "cognito:groups": f"[{' '.join(roles or ('channel',))}]",
    }
    if partner is not None:
        given |= {"partner_id": partner}
    return given | others


CHANNEL = claims("carla", "channel")
FINANCE = claims("anna", "finance")
AUDITOR = claims("odo", "auditor")


def partner(partner_id: str) -> dict[str, Any]:
    """The claims of somebody of a partner."""
    return claims(f"user-of-{partner_id}", "partner", partner=partner_id)


def event(
    method: str,
    path: str,
    *,
    by: Mapping[str, Any] | None,
    query: Mapping[str, object] | None = None,
    raw_query: str | None = None,
    body: object = None,
    raw_body: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A request; `by` None: without a token (only the public route reaches a function so)."""
    asked = {name: str(value) for name, value in (query or {}).items()}
    text = raw_body if raw_body is not None else None if body is None else json.dumps(body)
    given = {name.lower(): value for name, value in (headers or {}).items()}
    if text is not None:
        given.setdefault("content-type", "application/json")
    context: dict[str, Any] = {
        "http": {
            "method": method,
            "path": path,
            "sourceIp": "203.0.113.9",
            "protocol": "HTTP/1.1",
            "userAgent": "test",
        },
        "requestId": "request",
        "stage": "$default",
    }
    if by is not None:
        context["authorizer"] = {"jwt": {"claims": dict(by), "scopes": None}}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(asked) if raw_query is None else raw_query,
        "queryStringParameters": asked,
        "headers": given,
        "requestContext": context,
        "isBase64Encoded": False,
        **({} if text is None else {"body": text}),
    }


def ask(
    edge: Edge,
    method: str,
    path: str,
    *,
    by: Mapping[str, Any] | None,
    query: Mapping[str, object] | None = None,
    raw_query: str | None = None,
    body: object = None,
    raw_body: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send a request through a whole function of the API."""
    given = event(
        method, path, by=by, query=query, raw_query=raw_query, body=body, raw_body=raw_body, headers=headers
    )  # fmt: skip
    answer = edge(given, Context())  # type: ignore[arg-type]  # as much of a context as is looked at
    found = {name.lower(): value for name, value in answer["headers"].items()}
    return Reply(int(answer["statusCode"]), found, str(answer["body"]))
