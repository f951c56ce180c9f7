"""What each route of the API may answer besides its own answers, and the headers that come with them.

A route says what it is: by its method, the names in its path, its middlewares, the headers that it takes. What a route
of that kind can be refused with follows; the few that differ are listed.
"""

import inspect
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Route

from partner_program.api.access import Endpoint
from partner_program.api.once import once
from partner_program.api.problems import PROBLEM_JSON
from partner_program.api.versions import versioned

JSON = "application/json"
REFUSALS: Mapping[int, str] = {
    400: "Parameters or body are not what the route takes.",
    401: "No access token, or one that is not good: it has ended after a quarter of an hour.",
    403: "Not for the caller's role; or somebody else must decide on this.",
    404: "There is nothing like that, or nothing that the caller may see.",
    405: "The path is there for other methods: `Allow` names them.",
    409: "It is not, or no longer, in a state for this; or the Idempotency-Key has named another request.",
    412: "It was changed since the caller has seen it (If-Match), or is there already (If-None-Match).",
    413: "The body is too long.",
    415: "The body is not sent as JSON.",
    422: "A record that cannot be taken; errors says why.",
    428: "An act on this needs If-Match.",
    429: "Too many requests: wait a second.",
    500: "Something is wrong on our side.",
    503: "Busy: try again.",
}
FROM_THE_GATEWAY: Mapping[int, tuple[str, ...]] = {
    401: (JSON, PROBLEM_JSON),
    403: (PROBLEM_JSON, JSON),
    413: (PROBLEM_JSON, JSON),
    429: (JSON,),
    500: (PROBLEM_JSON, JSON),
    503: (PROBLEM_JSON, JSON),
}
"""Refusals that the gateway may give by itself, in JSON of its own; the more usual body first: some read no other."""
CONFLICTS_OF_QUERIES = frozenset({"get_restatement", "list_report_lines"})
"""Queries that can be refused for the state of what they are about: a year that is not closed, a file written anew."""
RECORDED = frozenset({"put_record", "decide_case"})
"""Acts that are taken as a row of a file is."""
WITH_ETAG = frozenset({"put_record", "ask_for_benefit"})
"""Acts without a version that answer with one all the same."""
HEADERS: Mapping[str, Mapping[str, str]] = {
    "ETag": {
        "description": "The version of what is answered: for `If-None-Match`, and for `If-Match` where acts take it."
    },
    "Allow": {"description": "The methods that the path takes."},
    "Cache-Control": {"description": "How long the answer may be kept, and by whom."},
    "Content-Disposition": {"description": "A name for the file."},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an answer that the caller has: where it is still the same, the answer is 304.",
    "schema": {"type": "string"},
}


def refusals(one: Endpoint, route: Route) -> list[int]:
    """The statuses of a route's refusals."""
    name, is_act = route.func.__name__, once in route.middlewares
    found = {400, 429, 500, 503}
    if not one.is_public:
        found |= {401, 403}
    if "{" in one.path:
        found.add(404)
    if one.method != "GET":
        found |= {413, 415}
    if is_act or name in CONFLICTS_OF_QUERIES:
        found.add(409)
    if versioned in route.middlewares:
        found |= {412, 428}
    if takes_version(route):
        found.add(412)
    if name in RECORDED:
        found.add(422)
    return sorted(found)


def takes_version(route: Route) -> bool:
    """Whether `If-Match` or `If-None-Match` means something to it."""
    return any("if_match" in name or "if_none_match" in name for name in inspect.signature(route.func).parameters)


def answer_headers(one: Endpoint, route: Route, status: int) -> dict[str, Any]:
    """Those of an answer that is no refusal, by reference."""
    name = route.func.__name__
    names = []
    if status == HTTPStatus.NOT_MODIFIED or one.method == "GET" or versioned in route.middlewares or name in WITH_ETAG:
        names.append("ETag")
    if one.method == "GET":
        names.append("Cache-Control")
    if name == "get_statement_document" and status == HTTPStatus.OK:
        names.append("Content-Disposition")
    return {header: {"$ref": f"#/components/headers/{header}"} for header in names}


def components() -> dict[str, Any]:
    """The responses and headers that routes name."""
    return {
        "responses": {f"Refused{status}": _response(status, said) for status, said in REFUSALS.items()},
        "headers": {name: {**said, "schema": {"type": "string"}} for name, said in HEADERS.items()},
    }


def gateway_refusal() -> dict[str, Any]:
    """The schema of what the gateway says by itself."""
    return {
        "type": "object",
        "description": "What the gateway refuses by itself, before anything of ours is asked.",
        "properties": {"message": {"type": "string"}},
        "examples": [{"message": "Unauthorized"}],
    }


def _response(status: int, said: str) -> dict[str, Any]:
    schemas = {PROBLEM_JSON: "Problem", JSON: "GatewayRefusal"}
    content = {
        kind: {"schema": {"$ref": f"#/components/schemas/{schemas[kind]}"}}
        for kind in FROM_THE_GATEWAY.get(status, (PROBLEM_JSON,))
    }
    found: dict[str, Any] = {"description": said, "content": content}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        found["headers"] = {"Allow": {"$ref": "#/components/headers/Allow"}}
    return found
