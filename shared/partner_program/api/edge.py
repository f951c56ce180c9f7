"""What every request passes on its way to a route, and every answer on its way back."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.compat import ModelField
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from partner_program.api.access import Endpoint, at_path, endpoint
from partner_program.api.bodies import JSON, read_body
from partner_program.api.callers import Caller, read_caller
from partner_program.api.cursors import Cursors
from partner_program.api.problems import (
    LONGEST_NAME,
    NOTHING_HERE,
    PROBLEM_JSON,
    Mistake,
    RequestRefused,
    invalid,
    problem,
    refused_by,
    unreadable,
)
from partner_program.api.visible import ForeignSeen
from partner_program.bootstrap.api.edge import ClaimNames, EdgeSettings
from partner_program.domain.files.reject_file import masked
from partner_program.domain.payments.people import SelfApproval
from partner_program.values.errors import ProgramError

logger = Logger()
metrics = Metrics()

SECURITY_METRIC = "ForeignAccount"
"""Alarmed: a partner asked for what belongs to another (B59)."""
ROLE_METRIC = "RoleMissing"
"""Alarmed: somebody asked for a route that is not for their role."""
NOT_IN_QUERY = frozenset({"cursor", "limit"})
"""Parameters that a cursor is not bound to."""
IGNORED = frozenset({"partner_id", "account_id"})
"""What a query may name in vain: whose something is, the token and the path say (B60)."""

Event = Mapping[str, Any]
Answer = dict[str, Any]


class Edge:
    """The handler of a function of the API: `edge(event, context)` for an event of an HTTP API, payload 2.0.

    In this order, and the first that fails is answered (RFC 9457): the route exists (404, 405), the caller is known
    (401, 403) and has a role for it (403), the query names nothing twice and the body is strict JSON (400, 413, 415).
    """

    def __init__(self, function: str, routers: Iterable[Router], settings: Callable[[], EdgeSettings]) -> None:
        self._function = function
        self._settings = settings
        self._app = resolver(routers)

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> Answer:
        """Never raises: whatever goes wrong here is a 500 without a trace, and the log has it."""
        sent, path = _method_and_path(event)
        method = "GET" if sent == "HEAD" else sent
        said: dict[str, object] = {}
        try:
            answer = self._answered(event, context, method, path, said)
        except RequestRefused as refused:
            answer = _refusal(refused)
        except Exception as error:  # noqa: BLE001  # the edge: nobody above it but the gateway
            answer = _refusal(_as_refusal(error))
        status = int(answer["statusCode"])
        metrics.add_metric("Requests", MetricUnit.Count, 1)
        logger.info("answered", extra={"method": sent, "route": self._route(method, path), "status": status, **said})
        return answer | {"body": "", "isBase64Encoded": False} if sent == "HEAD" else answer

    def _answered(
        self, event: dict[str, Any], context: LambdaContext, method: str, path: str, said: dict[str, object]
    ) -> Answer:
        route = self._endpoint(method, path)
        of_request: dict[str, object] = {}
        settings = self._settings()
        if route.is_public:
            subject = "public"
        else:
            caller = _caller(event, settings.claims)
            subject = caller.subject
            of_request["caller"] = caller
            said |= {"caller": subject, "partner_id": caller.partner_id}
            _check_role(caller, route)
        named = _named_in_query(event)
        body = read_body(event) if method != "GET" else {}
        if settings.cursor_key is not None:
            of_request["cursors"] = Cursors(settings.cursor_key, subject, _asked(event, method, path), settings.now)
        has_body = bool(event.get("body"))
        self._app.context.update(of_request, body=body, has_body=has_body, named=named, path=route.path)
        return _tagged(self._app.resolve(_plain(event, method, body), context), event, method)

    def _endpoint(self, method: str, path: str) -> Endpoint:
        here, found = at_path(path), endpoint(method, path)
        if found is None and here:
            taken = {one.method for one in here}
            allowed = ", ".join(sorted(taken | ({"HEAD"} if "GET" in taken else set())))
            raise RequestRefused(
                HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", f"This path takes {allowed}.",
                headers={"Allow": allowed},
            )  # fmt: skip
        if found is None or found.function != self._function:
            raise RequestRefused(HTTPStatus.NOT_FOUND, "no_such_route", "The API has no such route: see its OpenAPI.")
        return found

    def _route(self, method: str, path: str) -> str:
        found = endpoint(method, path)
        return found.path if found else "none"


def resolver(routers: Iterable[Router]) -> APIGatewayHttpResolver:
    """The routes behind validation, with our own answers to what is refused (the library's own are incomplete)."""
    app = APIGatewayHttpResolver(enable_validation=True, serializer=_compact)
    for router in routers:
        app.include_router(router)
    app.use([known_parameters])

    def invalid(error: RequestValidationError) -> Response[str]:
        if error.errors() and error.errors()[0]["loc"][:1] == ("response",):
            return _as_response(_as_refusal(error))
        return _as_response(unreadable(error.errors()))

    def refused(error: ProgramError) -> Response[str]:
        if isinstance(error, ForeignSeen):
            metrics.add_metric(SECURITY_METRIC, MetricUnit.Count, 1)
        if isinstance(error, SelfApproval):
            metrics.add_metric("SelfApproval", MetricUnit.Count, 1)
        return _as_response(_as_refusal(error))

    def nothing(_: NotFoundError) -> Response[str]:  # our path, with characters that the library takes in no path
        return _as_response(RequestRefused(HTTPStatus.NOT_FOUND, "not_found", NOTHING_HERE))

    def failed(error: Exception) -> Response[str]:
        return _as_response(_as_refusal(error))

    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler(ProgramError)(refused)
    app.exception_handler(NotFoundError)(nothing)
    app.exception_handler(Exception)(failed)  # else the library logs it a second time, in lines of its own
    return app


def _as_refusal(error: Exception) -> RequestRefused:
    refused = refused_by(error) if isinstance(error, ProgramError) else None
    if refused is not None:
        return refused
    logger.exception("request failed", exc_info=error)
    metrics.add_metric("RequestsFailed", MetricUnit.Count, 1)
    return RequestRefused(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "Something is wrong on our side. Try again in a minute."
    )


def known_parameters(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """A middleware of every route: a parameter that it does not know is refused, not left out of the answer's question.

    A partner's id is ignored (B60), as it is in headers.
    """
    route = app.context["_route"]
    if app.context["named"] - IGNORED and route.openapi_path == app.context["path"]:
        known = [name for field in route.dependant.query_params for name in _names(field)]
        unknown = app.context["named"] - IGNORED - set(known)
        if unknown:
            taken = f"This route takes {', '.join(known) or 'no parameters'}."
            raise invalid(
                Mistake(where="query", at=masked(name)[:LONGEST_NAME], code="unknown_parameter", detail=taken)
                for name in sorted(unknown)
            )
    return next_middleware(app)


def _names(field: ModelField) -> list[str]:
    """Of a parameter; of a model, which takes several, those of its fields."""
    model = field.field_info.annotation
    return [*model.model_fields] if isinstance(model, type) and issubclass(model, BaseModel) else [field.alias]


def _caller(event: Event, names: ClaimNames) -> Caller:
    claims = event.get("requestContext", {}).get("authorizer", {}).get("jwt", {}).get("claims")
    if not claims:
        raise RequestRefused(HTTPStatus.UNAUTHORIZED, "not_signed_in", "Send an access token.")
    return read_caller(claims, names)


def _check_role(caller: Caller, route: Endpoint) -> None:
    if not caller.roles & route.roles:
        metrics.add_metric(ROLE_METRIC, MetricUnit.Count, 1)
        needed = " or ".join(sorted(route.roles))
        raise RequestRefused(HTTPStatus.FORBIDDEN, "role_missing", f"This route is for {needed}.")


def _method_and_path(event: Event) -> tuple[str, str]:
    http = event.get("requestContext", {}).get("http", {})
    return str(http.get("method", "")).upper(), str(event.get("rawPath", http.get("path", "")))


def _named_in_query(event: Event) -> frozenset[str]:
    """The parameters that are given. One that is given twice is refused (B60)."""
    names = [name for name, _ in parse_qsl(str(event.get("rawQueryString", "")), keep_blank_values=True)]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise RequestRefused(HTTPStatus.BAD_REQUEST, "invalid_request", "The query names a parameter more than once.")
    return frozenset(names)


def _plain(event: Event, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The request as the library is to see it: the body as it was read, and HEAD as GET."""
    asked = event["requestContext"]
    return {
        **event,
        "headers": {**event.get("headers", {}), "content-type": JSON},
        "requestContext": {**asked, "http": {**asked["http"], "method": method}},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


def _asked(event: Event, method: str, path: str) -> str:
    query = event.get("queryStringParameters") or {}
    said = sorted((name, value) for name, value in query.items() if name not in NOT_IN_QUERY)
    return json.dumps([method, path, said])


def _tagged(answer: Answer, event: Event, method: str) -> Answer:
    """An ETag for what was read, and 304 for who has it already. The caches of others must not keep it."""
    headers: dict[str, str] = answer.setdefault("headers", {})
    headers.setdefault("Cache-Control", "private, no-cache")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if method != "GET" or answer["statusCode"] != HTTPStatus.OK:
        return answer
    tag = headers.setdefault("ETag", f'"{hashlib.sha256(str(answer["body"]).encode()).hexdigest()[:32]}"')
    given = str(event.get("headers", {}).get("if-none-match", ""))
    if tag in {one.strip().removeprefix("W/") for one in given.split(",")}:
        kept = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        return {**answer, "statusCode": int(HTTPStatus.NOT_MODIFIED), "body": "", "headers": kept}
    return answer


def _refusal(refused: RequestRefused) -> Answer:
    headers = {"Content-Type": PROBLEM_JSON, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return {
        "statusCode": int(refused.status),
        "headers": headers | refused.headers,
        "body": problem(refused).model_dump_json(),
        "isBase64Encoded": False,
        "cookies": [],
    }


def _as_response(refused: RequestRefused) -> Response[str]:
    return Response(
        status_code=refused.status,
        content_type=PROBLEM_JSON,
        body=problem(refused).model_dump_json(),
        headers={"Cache-Control": "no-store", **refused.headers},
    )


def _compact(answer: object) -> str:
    return json.dumps(answer, separators=(",", ":"), ensure_ascii=False)
