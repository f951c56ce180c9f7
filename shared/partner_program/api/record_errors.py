"""A row that is malformed, as a problem that names its columns; the tags of records in headers."""

import re
from collections.abc import Collection
from http import HTTPStatus

from partner_program.api.problems import Mistake, RequestRefused
from partner_program.domain.files.what_to_do import what_to_do
from partner_program.use_cases.record_one import RowRejected
from partner_program.values.errors import StaleVersion

_LONGEST_NAME = 64
_TAG = re.compile(r'"([0-9a-f]{16,64})"')


def row_rejected(
    rejected: RowRejected,
    *,
    where: str = "body",
    in_body: Collection[str] | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> RequestRefused:
    """With the reason codes of rejected rows. `in_body`: the columns that the body has, if the path has the others."""
    mistakes = []
    for one in rejected.mistakes:
        name, detail = one.column or "", f"{one.message}. {what_to_do(one.code)}"
        place = "path" if in_body is not None and name not in in_body else where
        at = pointer(name) if place == "body" else name
        mistakes.append(Mistake(where=place, at=at, code=one.code, detail=detail))
    code = "record_rejected" if status is HTTPStatus.UNPROCESSABLE_ENTITY else "invalid_request"
    return RequestRefused(status, code, str(rejected), errors=mistakes)


def pointer(name: str) -> str:
    """Where in the body a name stands (RFC 6901), cut where it is longer than anybody's."""
    return "/" + name[:_LONGEST_NAME].replace("~", "~0").replace("/", "~1")


def tag_in(if_match: str) -> str:
    """The tag that `If-Match` names. Raises `StaleVersion` for what has never been the tag of anything."""
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise StaleVersion("If-Match names no version that this has ever had: read it again.")
    return found[1]
