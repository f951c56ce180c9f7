"""What `deploy-check` asks of each built function, and what each must answer where nothing is stored yet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ORDINARY_DAY = "2022-05-17T21:45:00+00:00"
"""Neither the last day of a quarter nor the day on which one closes: nothing is to be done."""

BAD_MESSAGE = {
    "messageId": "m1",
    "receiptHandle": "r1",
    "body": "this is no JSON",
    "attributes": {"ApproximateReceiveCount": "1"},
    "messageAttributes": {},
    "eventSource": "aws:sqs",
    "eventSourceARN": "arn:aws:sqs:eu-central-1:111122223333:deploy-check",
    "awsRegion": "eu-central-1",
}


@dataclass(frozen=True)
class Expectation:
    """Events for a function of one kind, and what it must make of them."""

    events: tuple[dict[str, Any], ...]
    answers: tuple[dict[str, Any], ...]
    set_aside: int = 0
    """Messages that must have gone to the dead letters."""
    later: tuple[str, ...] = ()
    """Modules that the function imports only when it needs them, and that must be there too."""


FROM_QUEUE = Expectation(
    events=({"Records": []}, {"Records": [BAD_MESSAGE]}),
    answers=({"returned": {"batchItemFailures": []}}, {"returned": {"batchItemFailures": []}}),
    set_aside=1,
)
FROM_STREAM = Expectation(events=({"Records": []},), answers=({"returned": None},))
AUDITOR = {"sub": "s", "username": "arthur", "cognito:groups": "[auditor]", "token_use": "access"}


def asked(
    method: str, path: str, status: int, code: str | None, claims: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A request as the gateway hands it over, and its answer in short (`in_short`)."""
    context: dict[str, Any] = {"http": {"method": method, "path": path, "sourceIp": "192.0.2.7"}, "stage": "$default"}
    if claims:
        context["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": None}}
    event = {
        "version": "2.0", "routeKey": f"{method} /v1/{{proxy+}}", "rawPath": path, "rawQueryString": "",
        "headers": {"content-type": "application/json"}, "requestContext": context, "isBase64Encoded": False,
    }  # fmt: skip
    if method != "GET":
        event["body"] = "{}"
    return event, {"returned": {"status": status, "code": code}}


def from_gateway(*requests: tuple[dict[str, Any], dict[str, Any]], later: tuple[str, ...] = ()) -> Expectation:
    """What is asked over HTTP, and the answers."""
    return Expectation(
        events=tuple(event for event, _ in requests), answers=tuple(answer for _, answer in requests), later=later
    )


def in_short(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer over HTTP by its status and code alone; any other as it is."""
    returned = answer.get("returned")
    if not isinstance(returned, dict) or "statusCode" not in returned:
        return answer
    return {"returned": {"status": returned["statusCode"], "code": json.loads(returned["body"]).get("code")}}


FROM_GATEWAY = {
    "QueryApiFunction": from_gateway(
        asked("GET", "/v1/accounts", 401, "not_signed_in"),
        asked("GET", "/v1/accounts/P1-DE", 404, "not_found", AUDITOR),
        asked("POST", "/v1/accounts", 405, "method_not_allowed", AUDITOR),
    ),
    "RecordsApiFunction": from_gateway(
        asked("POST", "/v1/payments/preparations", 401, "not_signed_in"),
        asked("POST", "/v1/payments/preparations", 403, "role_missing", AUDITOR),
        later=("partner_program.adapters.bank_accounts",),
    ),
    "PartnerLocatorFunction": from_gateway(asked("GET", "/v1/locator", 200, None)),
}
"""What the functions of the API answer where nothing is stored."""
SIGN_IN = {
    "userName": "anna",
    "request": {
        "groupConfiguration": {"groupsToOverride": ["partner"]},
        "userAttributes": {"custom:partner_id": "P1"},
    },
    "response": {"claimsAndScopeOverrideDetails": None},
}
ADDED = {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": {"claimsToAddOrOverride": {"partner_id": "P1"}}}}
AT_SIGN_IN = Expectation(
    events=(SIGN_IN, {}),
    answers=({"returned": SIGN_IN | {"response": ADDED}}, {"raised": "KeyError", "message": "'request'"}),
)
NOTHING_DUE = {
    "QuarterEndFunction": {"on": ORDINARY_DAY[:10], "phases": []},
    "CertificationExpiryFunction": {
        "on": ORDINARY_DAY[:10],
        "accounts": 0,
        "tasks": 0,
        "last_done": None,
        "rulebook_changed": True,
    },
    "PaymentRunFunction": {"on": ORDINARY_DAY[:10], "tasks": 0, "batches": [], "voided": []},
    "AccrualsFunction": {"on": ORDINARY_DAY[:10], "tasks": 0, "months": []},
}
"""What the functions that a schedule starts answer on an ordinary day of an empty deployment."""


def expectation(name: str, properties: Mapping[str, Any]) -> Expectation:
    """For a function of the template, by its logical id and what feeds it."""
    if name in FROM_GATEWAY:
        return FROM_GATEWAY[name]
    if name == "TokenClaimsFunction":
        return AT_SIGN_IN
    sources = {event["Type"] for event in properties.get("Events", {}).values()}
    if "SQS" in sources:
        return FROM_QUEUE
    if "DynamoDB" in sources:
        return FROM_STREAM
    without_time = {"raised": "KeyError", "message": "'scheduled_time'"}
    return Expectation(
        events=({"scheduled_time": ORDINARY_DAY}, {}),
        answers=({"returned": NOTHING_DUE.get(name)}, without_time),
    )
