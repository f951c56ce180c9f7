"""Versions as ETags: `If-Match` says on which version of a thing an act is meant (B70)."""

import re
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Depends, Request, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from partner_program.api.problems import RequestRefused
from partner_program.values.errors import StaleVersion

_TAG = re.compile(r'"([1-9][0-9]{0,8})"')


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def meant(if_match: str | None) -> int:
    """The version that an act is meant on. Raises `RequestRefused` (428) without one, `StaleVersion` for no version."""
    if if_match is None or if_match.strip() == "*":
        raise RequestRefused(
            HTTPStatus.PRECONDITION_REQUIRED,
            "version_needed",
            "Send If-Match with the ETag of what you have seen: it says what you mean to change.",
        )
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise StaleVersion("If-Match names no version that this has ever had: read it again.")
    return int(found[1])


def versioned(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """A middleware in front of `once`: without a version nothing is begun. The route takes `Seen`."""
    app.context["seen"] = meant(app.current_event.headers.get("if-match"))
    return next_middleware(app)


def _seen(request: Request) -> int:
    seen: int = request.context["seen"]
    return seen


Seen = Annotated[int, Depends(_seen)]
"""The version that the caller has seen."""
