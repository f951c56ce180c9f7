"""A row that is malformed, as a problem that names its columns."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Literal

from partner_program.api.problems import Mistake, RequestRefused, invalid, pointer
from partner_program.domain.files.outcomes import Rejection
from partner_program.domain.files.what_to_do import what_to_do
from partner_program.use_cases.record_one import RowRejected


def row_rejected(rejected: RowRejected, *, in_body: Collection[str] | None = None) -> RequestRefused:
    """With the reason codes of rejected rows. `in_body`: the columns that the body has, if the path has the others."""
    mistakes = []
    for one in rejected.mistakes:
        name = one.column or ""
        if in_body is not None and name not in in_body:
            mistakes.append(_mistake(one, "path", name))
        else:
            mistakes.append(_mistake(one, "body", pointer(name)))
    return RequestRefused(HTTPStatus.UNPROCESSABLE_ENTITY, "record_rejected", str(rejected), errors=mistakes)


def key_refused(rejected: RowRejected) -> RequestRefused:
    """A key, asked for in the query, that can be that of no record of its kind."""
    return invalid(_mistake(one, "query", one.column or "") for one in rejected.mistakes)


def _mistake(one: Rejection, where: Literal["path", "query", "body"], at: str) -> Mistake:
    return Mistake(where=where, at=at, code=one.code, detail=f"{one.message}. {what_to_do(one.code)}")
