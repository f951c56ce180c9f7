"""Parameters that routes share, typed and documented once."""

import re
from decimal import Decimal
from typing import Annotated

from aws_lambda_powertools.event_handler import Depends, Request
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from pydantic import BeforeValidator, Field, WithJsonSchema

from partner_program.api.callers import Caller
from partner_program.api.cursors import LONGEST, Cursors
from partner_program.domain.asked import Day
from partner_program.values.ids import ID_PATTERN

DEFAULT_LIMIT, HIGHEST_LIMIT = 50, 100


def _caller(request: Request) -> Caller:
    caller: Caller = request.context["caller"]
    return caller


def _cursors(request: Request) -> Cursors:
    cursors: Cursors = request.context["cursors"]
    return cursors


Calling = Annotated[Caller, Depends(_caller)]
"""Who asks."""
Paging = Annotated[Cursors, Depends(_cursors)]
"""Reads and makes the cursors of the request."""

AccountPath = Annotated[
    str, Path(pattern=rf"^{ID_PATTERN}-[A-Z]{{2}}$", description="A partner in a country.", examples=["P1001-DE"])
]
IdPath = Annotated[str, Path(pattern=rf"^{ID_PATTERN}$", description="An id.")]
PeriodPath = Annotated[str, Path(pattern=r"^[0-9]{4}Q[1-4]$", description="A quarter.", examples=["2024Q3"])]
MONTH_PATTERN = r"(199[0-9]|20[0-9]{2})-(0[1-9]|1[0-2])"
MonthPath = Annotated[str, Path(pattern=f"^{MONTH_PATTERN}$", description="A month.", examples=["2024-08"])]
FirstMonth = Annotated[str | None, Query(alias="from", pattern=f"^{MONTH_PATTERN}$", description="The first month.")]
LastMonth = Annotated[str | None, Query(alias="to", pattern=f"^{MONTH_PATTERN}$", description="The last month.")]


def _whole(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch("[0-9]+", value):
        raise ValueError("a whole number is needed, in digits")
    return value


def _flag(value: object) -> object:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("Choose true or false.")
    return value


Flag = Annotated[bool, BeforeValidator(_flag)]
"""As the contract has it, and not `yes`, `1` or `TRUE` as well."""
Number = Annotated[int, Field(ge=0, le=10**12), BeforeValidator(_whole)]
"""A whole number, in digits."""
Limit = Annotated[
    int,
    # The bounds before the validator: behind it pydantic would tell them in words that JSON Schema does not know.
    Field(ge=1, le=HIGHEST_LIMIT),
    BeforeValidator(_whole),
    Query(description="The most items of a page."),
]
Cursor = Annotated[
    str | None, Query(max_length=LONGEST, description="`next_cursor` of the page before; for the same query only.")
]


AsOf = Annotated[Day | None, Query(description="As of the end of this day; without it, today.")]


_NUMBER = r"-?[0-9]{1,18}(\.[0-9]{1,12})?"


def _number(value: object) -> Decimal:
    if not isinstance(value, str) or not re.fullmatch(_NUMBER, value):
        raise ValueError('a number travels as text, so that it stays exact: digits, at most one "-" before and one "."')
    return Decimal(value)


AmountText = Annotated[
    Decimal, BeforeValidator(_number), WithJsonSchema({"type": "string", "pattern": f"^{_NUMBER}$", "maxLength": 40})
]
"""An exact number in a body: text, never a JSON number."""

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Names this request for ever: sent again, it changes nothing and is answered alike.",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=80, description="The ETag of what you mean to change."),
]
