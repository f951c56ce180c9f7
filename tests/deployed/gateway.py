"""The HTTP API of the template as data, and the events that it makes of requests (payload 2.0)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self
from urllib.parse import parse_qs, urlencode

from tests.deployed.template import REPOSITORY, Template

PARTNER = {"username": "anna", "cognito:groups": "[partner]", "partner_id": "P0001"}
CHANNEL = {"username": "carla", "cognito:groups": "[channel]"}
FINANCE = {"username": "fiona", "cognito:groups": "[finance]"}
SECOND_OF_FINANCE = {"username": "felix", "cognito:groups": "[finance]"}
AUDITOR = {"username": "arthur", "cognito:groups": "[auditor]"}


def partner(partner_id: str) -> dict[str, str]:
    """Claims of somebody of a partner."""
    return {"username": f"of-{partner_id}", "cognito:groups": "[partner]", "partner_id": partner_id}


@dataclass(frozen=True)
class Route:
    """A route of the gateway: `key` as `GET /v1/{proxy+}`, `function` by the name of its folder."""

    key: str
    function: str
    authorizer: str | None

    @property
    def method(self) -> str:
        return self.key.split(" ")[0]

    @property
    def path(self) -> str:
        return self.key.split(" ")[1]

    @property
    def asks_for_a_token(self) -> bool:
        return self.authorizer is not None

    def takes(self, method: str, path: str) -> bool:
        """Whether it is for such a request; others may be too."""
        return self.method == method and self._pattern.fullmatch(path) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        greedy = re.sub(r"\{[a-z_]+\+\}", ".+", self.path)
        return re.compile(re.sub(r"\{[a-z_]+\}", "[^/]+", greedy))

    @property
    def rank(self) -> tuple[bool, int]:
        """API Gateway takes a full match before a greedy one, and then the one with more of the path spelled out."""
        parts = self.path.strip("/").split("/")
        return "+}" not in self.path, sum(not part.startswith("{") for part in parts)


def routes(template: Template) -> list[Route]:
    """All that the template declares."""
    found = template.of_type("AWS::ApiGatewayV2::Route").values()
    functions = {template.arn(f"{template.function_id(one)}Function"): one for one in template.functions}
    integrations = template.of_type("AWS::ApiGatewayV2::Integration")
    called = {f"integrations/{template.name(name)}": one["IntegrationUri"] for name, one in integrations.items()}
    return [Route(route["RouteKey"], functions[called[route["Target"]]], route.get("AuthorizerId")) for route in found]


def selected(template: Template, method: str, path: str) -> Route:
    """The route that a request takes. Raises `KeyError` for what the gateway answers itself (404)."""
    taking = [route for route in routes(template) if route.takes(method, path)]
    if not taking:
        raise KeyError(f"{method} {path}")
    return max(taking, key=lambda route: route.rank)


def http_event(
    method: str,
    path: str,
    route_key: str,
    claims: Mapping[str, str] | None = None,
    *,
    query: Mapping[str, Any] | str = "",
    headers: Mapping[str, str] | None = None,
    body: Any = None,
) -> dict[str, Any]:
    """The event of a request; without `claims` that of the public route. A body that is no text is sent as JSON."""
    recorded = "query_api" if claims is not None else "partner_locator"
    trigger = REPOSITORY / "events" / "triggers" / recorded / "request.json"
    event: dict[str, Any] = json.loads(trigger.read_text(encoding="utf-8"))
    text = query if isinstance(query, str) else urlencode(query)
    context = event["requestContext"]
    event |= {"routeKey": route_key, "rawPath": path, "rawQueryString": text}
    context |= {"routeKey": route_key, "http": context["http"] | {"method": method, "path": path}}
    event.pop("queryStringParameters", None)
    if text:
        event["queryStringParameters"] = {
            name: ",".join(values) for name, values in parse_qs(text, keep_blank_values=True).items()
        }
    if claims is not None:
        known = context["authorizer"]["jwt"]["claims"]
        own = {"sub": f"sub-of-{claims.get('username', '')}"}
        for name in ("username", "cognito:groups", "partner_id"):
            known.pop(name, None)
        context["authorizer"]["jwt"]["claims"] = known | own | dict(claims)
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
        event["headers"]["content-type"] = "application/json"
    event["headers"] |= {name.lower(): value for name, value in (headers or {}).items()}
    return event


@dataclass(frozen=True)
class Reply:
    """What the API answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        headers = {name.lower(): value for name, value in answer.get("headers", {}).items()}
        return cls(answer["statusCode"], headers, answer.get("body") or "")

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str | None:
        """Of a problem."""
        found: str | None = self.json.get("code")
        return found
