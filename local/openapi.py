"""`docs/openapi.json`, the contract of the API, made from its routes; `--check` says whether it still is.

The library describes parameters, bodies and answers. What the edge does is added here: who may ask, and every refusal.
"""

import inspect
import json
import re
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

from local.emulator_process import REPOSITORY
from partner_program.api import partner_locator, query_api, records_api
from partner_program.api.access import ENDPOINTS, Endpoint
from partner_program.api.edge import resolver
from partner_program.api.problems import PROBLEM_JSON, Problem

OPENAPI = REPOSITORY / "docs" / "openapi.json"
TITLE = "Partner program"
DESCRIPTION = (
    "What partners and the vendor ask of a channel partner program, and the vendor's acts. Amounts travel as text, "
    "beside a currency. Lists are paged by `next_cursor`. Every refusal is a problem document (RFC 9457) with a stable "
    "`code`."
)
READ_REFUSALS = {
    400: "A parameter is not what the route takes.",
    404: "There is nothing like that, or nothing that the caller may see.",
    409: "It is not, or no longer, in a state in which this can be told.",
}
BODY_REFUSALS = {
    413: "The body is too long.",
    415: "The body is not sent as JSON.",
}
ACT_REFUSALS = {
    409: "It is no longer, or not yet, in a state for this; or the Idempotency-Key has named another request.",
    412: "It was changed since the caller has seen it (If-Match).",
    422: "A record that cannot be taken; errors says why.",
    428: "An act on this needs If-Match.",
}
SIGNED_IN_REFUSALS = {
    401: "No access token, or one that is not good.",
    403: "Not for the caller's role; or somebody else must decide on this.",
}
EVERY_REFUSAL = {
    429: "Too many requests: wait a second.",
    500: "Something is wrong on our side.",
    503: "Busy: try again.",
}
HEADERS = {"idempotency-key": "Idempotency-Key", "if-match": "If-Match", "if-none-match": "If-None-Match"}
BY_THE_GATEWAY = frozenset({401, 404, 429, 503})
"""Refusals that the gateway may give before any function is asked, with a body of its own."""


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document. Raises `ValueError` where routes and access table differ."""
    app = resolver((*query_api.ROUTERS, *records_api.ROUTERS, *partner_locator.ROUTERS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = app.get_openapi_json_schema(title=TITLE, version=version("partner-program"), description=DESCRIPTION)
    found: dict[str, Any] = json.loads(text)
    found.pop("servers", None)
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        schemas.pop(unused, None)
    template = "#/components/schemas/{model}"
    problem = Problem.model_json_schema(ref_template=template)
    schemas |= problem.pop("$defs", {}) | {"Problem": problem}
    every = READ_REFUSALS | BODY_REFUSALS | ACT_REFUSALS | SIGNED_IN_REFUSALS | EVERY_REFUSAL
    components["responses"] = {f"Refused{status}": _refusal(status, every[status]) for status in sorted(every)}
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    _check_routes(found)
    routes = {(route.method, route.openapi_path): route.func for route in app._static_routes + app._dynamic_routes}
    for one in ENDPOINTS:
        operation, route = found["paths"][one.path][one.method.lower()], routes[one.method, one.path]
        operation["operationId"] = route.__name__
        operation["description"] = inspect.getdoc(route)
        _completed(operation, one)
    _tidied(found)
    found["paths"] = dict(sorted(found["paths"].items()))
    components["schemas"] = dict(sorted(schemas.items()))
    return found


def _tidied(part: object) -> None:
    """Each name once: the library titles every property by its name. And patterns that every reader knows."""
    if isinstance(part, list):
        for one in part:
            _tidied(one)
    elif isinstance(part, dict):
        if isinstance(part.get("title"), str) and "version" not in part:
            del part["title"]
        if isinstance(pattern := part.get("pattern"), str):
            part["pattern"] = ecma_pattern(pattern)
            if part["pattern"] is None:
                del part["pattern"]
        for one in part.values():
            _tidied(one)


def ecma_pattern(pattern: str) -> str | None:
    r"""As JSON Schema has it, which knows `^…$` alone, and neither `\x{…}` nor, without a flag, `\p{…}`: then None.

    What such a pattern refuses is refused all the same.
    """
    if "\\x{" in pattern or "\\p{" in pattern:
        return None
    return re.sub(r"\A\\A(.*)\\z\Z", r"^\1$", pattern, flags=re.DOTALL)


def _check_routes(found: dict[str, Any]) -> None:
    served = {(method.upper(), path) for path, methods in found["paths"].items() for method in methods}
    listed = {(one.method, one.path) for one in ENDPOINTS}
    if served != listed:
        raise ValueError(
            f"routes without access: {sorted(served - listed)}; rows without route: {sorted(listed - served)}"
        )


def _completed(operation: dict[str, Any], one: Endpoint) -> None:
    answers = {int(status): answer for status, answer in operation["responses"].items() if status != "422"}
    refusals = READ_REFUSALS | EVERY_REFUSAL
    if one.method != "GET":
        refusals |= BODY_REFUSALS | ACT_REFUSALS
    if not one.is_public:
        refusals |= SIGNED_IN_REFUSALS
        operation["security"] = [{"token": []}]
        operation["x-roles"] = sorted(one.roles)
    for parameter in operation.get("parameters", ()):
        parameter["name"] = HEADERS.get(parameter["name"], parameter["name"])
    if one.method == "GET":
        answers[304] = {"description": "The caller has it already (If-None-Match)."}
    answers |= {status: {"$ref": f"#/components/responses/Refused{status}"} for status in refusals}
    operation["responses"] = {str(status): answers[status] for status in sorted(answers)}


def _refusal(status: int, said: str) -> dict[str, Any]:
    content: dict[str, Any] = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if status in BY_THE_GATEWAY:
        message = {"type": "object", "properties": {"message": {"type": "string"}}}
        content["application/json"] = {"schema": message}
    return {"description": said, "content": content}


def main(arguments: list[str], path: Path = OPENAPI) -> int:
    """Write the document, or with `--check` compare."""
    made = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
    if "--check" not in arguments:
        path.write_text(made, encoding="utf-8")
        return 0
    if not path.exists() or path.read_text(encoding="utf-8") != made:
        sys.stderr.write(f"{path.name} is not what the routes say: run `make docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
