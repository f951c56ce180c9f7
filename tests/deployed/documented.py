"""Every answer that a test gets from the API is one of which the OpenAPI document tells at that route."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from local.openapi import document
from partner_program.api.access import endpoint

made = cache(document)


def check_documented(method: str, path: str, status: int, headers: Mapping[str, str]) -> None:
    """Fails the test where the document does not know the status or the form of an answer. Other routes are its own."""
    route = endpoint(method, path)
    if route is None:
        return
    responses = made()["paths"][route.path][method.lower()]["responses"]
    assert str(status) in responses, f"{method} {route.path} answered {status}, of which OpenAPI says nothing"
    answer = _resolved(responses[str(status)])
    kind = {name.lower(): value for name, value in headers.items()}.get("content-type", "").partition(";")[0]
    assert status == 304 or kind in answer["content"], f"{method} {route.path}: {status} as {kind}"


def _resolved(answer: dict[str, Any]) -> dict[str, Any]:
    name = answer.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = made()["components"]["responses"][name] if name else answer
    return found
