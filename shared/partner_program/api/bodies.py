"""JSON bodies, read strictly: one object, no name twice, no number that is none, not too deep, not too long (B65)."""

import base64
import binascii
import json
from http import HTTPStatus
from typing import Any, NoReturn

from partner_program.api.problems import RequestRefused

LONGEST_BODY = 256 * 1024
"""Bytes; the longest body that is of use, a basket or a list of incidents, has a tenth of it."""
DEEPEST = 16
JSON = "application/json"
LOST = "\ufffd"
"""What the gateway puts in the place of bytes that are no UTF-8."""


def read_body(event: dict[str, Any]) -> dict[str, Any]:
    """The object that a request carries; without a body an empty one. Raises `RequestRefused` (400, 413, 415)."""
    raw = _raw(event)
    if not raw:
        return {}
    _check_content_type(event)
    if len(raw) > LONGEST_BODY:
        raise RequestRefused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", f"The body is longer than {LONGEST_BODY} bytes."
        )
    try:
        text = raw.decode()
        if LOST in text:
            raise ValueError("bytes were lost on the way here")
        body = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_number)
    except (UnicodeDecodeError, RecursionError, ValueError) as wrong:
        place = f" (line {wrong.lineno}, column {wrong.colno})" if isinstance(wrong, json.JSONDecodeError) else ""
        raise _not_json(f"The body is not JSON in UTF-8{place}.") from None
    if not isinstance(body, dict):
        raise _not_json("The body must be one JSON object.")
    _check_depth(body)
    _check_characters(body)
    return body


def _raw(event: dict[str, Any]) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _not_json("The body cannot be read.") from None


def _check_content_type(event: dict[str, Any]) -> None:
    given = str(event.get("headers", {}).get("content-type", "")).partition(";")[0].strip().lower()
    if given != JSON:
        raise RequestRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "json_needed", f"Send the body as {JSON}.")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _not_json("The body names something twice in one object.")
    return found


def _no_number(_text: str) -> NoReturn:
    raise _not_json("The body holds NaN or Infinity, which are not JSON.")


def _check_depth(body: object) -> None:
    level: list[object] = [body]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise _not_json(f"The body is nested deeper than {DEEPEST} levels.")


def _check_characters(body: object) -> None:
    """Half of a surrogate pair, which JSON can write as an escape, is no character: it could not be answered with."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _not_json("The body holds half of a surrogate pair, which is no character.") from None


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _not_json(detail: str) -> RequestRefused:
    return RequestRefused(HTTPStatus.BAD_REQUEST, "invalid_body", detail)
