"""Versions as ETags: `If-Match` says on which version of a thing an act is meant (B70)."""

import re
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Depends, Request, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from partner_program.api.problems import Mistake, RequestRefused, invalid

_VERSION = re.compile(r'("?)([1-9][0-9]{0,8})\1')
_TAG = re.compile(r'("?)([0-9a-f]{1,64})\1')


def etag(version: int | str) -> str:
    """The ETag of a version, or of a tag."""
    return f'"{version}"'


def tag_in(if_match: str) -> str:
    """The tag of a record or a case that `If-Match` names. Raises `RequestRefused` (400) for what is none."""
    return _named(_TAG, if_match)


def meant(if_match: str | None) -> int:
    """The version that an act is meant on. Raises `RequestRefused` without one (428), and for what is none (400)."""
    if if_match is None or if_match.strip() == "*":
        raise RequestRefused(
            HTTPStatus.PRECONDITION_REQUIRED,
            "version_needed",
            "Send If-Match with the ETag of what you have seen: it says what you mean to change.",
        )
    return int(_named(_VERSION, if_match))


def _named(form: re.Pattern[str], if_match: str) -> str:
    """With quotes, as an ETag is written, or without, as bodies tell versions."""
    found = form.fullmatch(if_match.strip())
    if found is None:
        told = 'Send one ETag as you got it, in quotes and without W/: "2".'
        raise invalid([Mistake(where="header", at="if-match", code="wrong_form", detail=told)])
    return found[2]


def versioned(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """A middleware in front of `once`: without a version nothing is begun. The route takes `Seen`."""
    app.context["seen"] = meant(app.current_event.headers.get("if-match"))
    return next_middleware(app)


def _seen(request: Request) -> int:
    seen: int = request.context["seen"]
    return seen


Seen = Annotated[int, Depends(_seen)]
"""The version that the caller has seen."""
