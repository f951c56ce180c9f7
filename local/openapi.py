"""`docs/openapi.json`, the contract of the API, made from its routes; `--check` says whether it still is.

The library describes parameters, bodies and answers. What the edge does is added here: who may ask, every refusal
(`local.openapi_refusals`); and what only data says: columns of records, severities, true answers of the sample.
"""

import inspect
import json
import re
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Route

from local.emulator_process import REPOSITORY
from local.openapi_examples import QUESTIONS, kept
from local.openapi_refusals import IF_NONE_MATCH, answer_headers, components, gateway_refusal, refusals
from partner_program.api import partner_locator, query_api, records_api
from partner_program.api.access import ENDPOINTS, Endpoint
from partner_program.api.edge import resolver
from partner_program.api.problems import Problem
from partner_program.api.versions import versioned
from partner_program.domain.facts import RECORD_TYPES, CaseDecision
from partner_program.domain.records.rows import columns_of
from partner_program.rulebook import load_rulebook

OPENAPI = REPOSITORY / "docs" / "openapi.json"
TITLE = "Partner program"
DESCRIPTION = (
    "What partners and the vendor ask of a channel partner program, and the vendor's acts. Amounts travel as text, "
    "beside a currency. Lists are paged by `next_cursor`. Every refusal is a problem document (RFC 9457) with a stable "
    "`code`; what the gateway refuses by itself has a `message` alone. A method that a path does not take is answered "
    "with 405 and `Allow`; HEAD is answered as GET is, without a body."
)
SERVERS = [
    {
        "url": "{address}",
        "description": "The API of one stack.",
        "variables": {
            "address": {
                "default": "https://api.partner-program.example",
                "description": "The stack's output `ApiUrl`; `partner-program api url` prints it.",
            }
        },
    }
]
TAGS = {
    "Accounts": "A partner in a country: tier, gap, expiries, cases, sites, people, history, benefits, notices.",
    "Revenue": "Sales Revenue down to the invoice line, lines that did not count, and a closed year's restatement.",
    "Statements and payouts": "A quarter's rebate with its derivation, and what became of paying it.",
    "Calculations": "Questions with a body: nothing of them is stored.",
    "Benefit requests": "Demonstration licences and the bid desk, granted case by case.",
    "Cases": "The vendor's decisions on requirements that are short.",
    "Vendor": "What channel asks over all accounts.",
    "Reports": "Distributors' reports: what became of them and of their lines.",
    "Payments": "Accruals, batches, payees, bank details and the audit log.",
    "Records": "Partners, sites, people and all other facts, one at a time.",
    "Locator": "What anybody may see.",
}
HEADERS = {"idempotency-key": "Idempotency-Key", "if-match": "If-Match", "if-none-match": "If-None-Match"}
_IN_JSON = {"None": "null", "True": "true", "False": "false"}
_PYTHON = re.compile(r"\b(None|True|False)\b")
_CATALOGUE = re.compile(r" ?\(B[0-9]{2}\)")
"""Rows of the catalogue of bad input, which readers of the code know."""


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document. Raises `ValueError` where routes and access table differ."""
    app = resolver((*query_api.ROUTERS, *records_api.ROUTERS, *partner_locator.ROUTERS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = app.get_openapi_json_schema(title=TITLE, version=version("partner-program"), description=DESCRIPTION)
    found: dict[str, Any] = json.loads(text)
    found |= {"servers": SERVERS, "tags": [{"name": name, "description": said} for name, said in TAGS.items()]}
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {}) | {"Problem": problem, "GatewayRefusal": gateway_refusal(), **_records()}
    schemas["Incident"]["properties"]["severity"] = {"type": "string", "enum": _severities()}
    found["components"] |= components()
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    _check_routes(found)
    routes = {(route.method, route.openapi_path): route for route in app._static_routes + app._dynamic_routes}
    for one in ENDPOINTS:
        _completed(found["paths"][one.path][one.method.lower()], one, routes[one.method, one.path])
    _tidied(found)
    _exemplified(found)
    found["paths"] = dict(sorted(found["paths"].items()))
    found["components"]["schemas"] = dict(sorted(schemas.items()))
    return found


def _records() -> dict[str, Any]:
    """A schema for each kind of record: its columns, each a text."""
    kinds: dict[str, Any] = {}
    for kind in RECORD_TYPES:
        columns = columns_of(kind)
        required = [name for name in columns.required if (kind, name) != (CaseDecision.kind, "decided_by")]
        kinds[_name_of(kind)] = {
            "type": "object",
            "description": f"A record of the kind `{kind}`; its columns are those of its files (docs/records.md).",
            "properties": {name: {"type": "string"} for name in (*columns.required, *columns.optional)},
            "required": required,
            "additionalProperties": False,
        }
    return kinds


def _name_of(kind: str) -> str:
    return "Columns" + "".join(word.capitalize() for word in kind.split("_"))


def _severities() -> list[str]:
    book = load_rulebook("guide-2022")
    return list(book.at(book.in_force_from).severities)


def _exemplified(found: dict[str, Any]) -> None:
    """The sample's answers, and what was asked where it was asked with a body."""
    operations = {one["operationId"]: one for methods in found["paths"].values() for one in methods.values()}
    answers = kept()
    for question in QUESTIONS:
        operation = operations[question.operation]
        operation["responses"]["200"]["content"]["application/json"]["example"] = answers[question.operation]
        if question.body is not None:
            operation["requestBody"]["content"]["application/json"]["example"] = question.body


def _tidied(part: object) -> None:
    """Said as readers of JSON Schema have it; and each name once: the library titles every property by its name."""
    if isinstance(part, list):
        for one in part:
            _tidied(one)
    elif isinstance(part, dict):
        if isinstance(part.get("title"), str) and "version" not in part:
            del part["title"]
        _reworded(part)
        for one in part.values():
            _tidied(one)


def _reworded(part: dict[str, Any]) -> None:
    if isinstance(said := part.get("description"), str):
        part["description"] = _CATALOGUE.sub("", _PYTHON.sub(lambda word: _IN_JSON[word[0]], said))
    for bound in ("minimum", "maximum"):
        if isinstance(part.get(bound), float):
            part[bound] = int(part[bound])
    if isinstance(pattern := part.get("pattern"), str):
        part["pattern"] = ecma_pattern(pattern)
        if part["pattern"] is None:
            del part["pattern"]


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


def _completed(operation: dict[str, Any], one: Endpoint, route: Route) -> None:
    operation["operationId"] = route.func.__name__
    operation["description"] = inspect.getdoc(route.func)
    if not one.is_public:
        operation["security"] = [{"token": []}]
        operation["x-roles"] = sorted(one.roles)
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        parameter["name"] = HEADERS.get(parameter["name"], parameter["name"])
        if parameter["name"] == "If-Match" and versioned in route.middlewares:
            parameter |= {"required": True, "schema": {"type": "string"}}
    if one.path == "/v1/records/{kind}" and one.method == "PUT":
        kinds = [{"$ref": f"#/components/schemas/{_name_of(kind)}"} for kind in RECORD_TYPES]
        operation["requestBody"]["content"]["application/json"]["schema"] = {"oneOf": kinds}
    answers = {int(status): answer for status, answer in operation["responses"].items() if status != "422"}
    if one.method == "GET":
        parameters.append(IF_NONE_MATCH)
        answers[304] = {"description": "The caller has it already (If-None-Match)."}
    for status, answer in answers.items():
        if answer["description"] == "Successful Response":
            answer["description"] = operation["summary"]
        if headers := answer_headers(one, route, status):
            answer["headers"] = headers
    answers |= {status: {"$ref": f"#/components/responses/Refused{status}"} for status in refusals(one, route)}
    operation["responses"] = {str(status): answers[status] for status in sorted(answers)}


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
