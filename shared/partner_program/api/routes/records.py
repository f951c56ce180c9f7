"""Records of the program one at a time, and reports processed again."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

from partner_program.api.once import JSON, Began, once
from partner_program.api.parameters import Calling, IdempotencyKey, IdPath, IfMatch
from partner_program.api.problems import Mistake, RequestRefused, pointer
from partner_program.api.record_errors import key_refused, row_rejected
from partner_program.api.versions import etag, tag_in
from partner_program.bootstrap.api.records import records_desk, records_seen
from partner_program.domain.facts import RECORD_TYPES
from partner_program.domain.files.outcomes import Outcome
from partner_program.domain.model import Document
from partner_program.domain.records.rows import columns_of
from partner_program.use_cases.queries.records import RecordView
from partner_program.use_cases.record_one import RecordTaken, RowRejected, Seen, Sent, read_sent
from partner_program.use_cases.reprocess import ReprocessingAsked

queries, acts = Router(), Router()

_TAGS = ["Records"]
_RECORD = "/v1/records/<kind>"
KindPath = Annotated[
    str, Path(pattern=rf"^({'|'.join(RECORD_TYPES)})$", description="A kind of record.", examples=["partners"])
]
IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", max_length=80, description="`*`: only if there is none yet, or this very one."),
]
Columns = Annotated[
    dict[str, str],
    Body(
        description="The columns of the kind as in its files, each a text; optional ones may be left out.",
        examples=[{"distributor_id": "D1", "name": "Distributor one"}],
    ),
]
_TAKEN: dict[int, OpenAPIResponse] = {
    200: {"description": "Taken: it corrects what stood, or says the same (`duplicate`)."},
    201: {"description": "Taken: there was no such record before."},
    202: {"description": "Held: it waits for what it rests on, and is taken by itself when that comes."},
}


class RecordKey(Document):
    """The key columns of all kinds: give those of the kind that is asked for."""

    partner_id: str | None = None
    country: str | None = None
    distributor_id: str | None = None
    sku: str | None = None
    site_id: str | None = None
    version: str | None = None
    person_id: str | None = None
    from_date: str | None = None
    certification_id: str | None = None
    kind: str | None = None
    completed_on: str | None = None
    year: str | None = None
    reviewed_on: str | None = None
    requirement: str | None = None
    opened_on: str | None = None
    decided_on: str | None = None


@queries.get(_RECORD, tags=_TAGS, summary="A record, its ETag and its history")
def get_record(kind: KindPath, _caller: Calling, key: Annotated[RecordKey, Query()]) -> Response[RecordView]:
    """The record that the key columns of the kind name, and every row that it was ever told by, with who and when.

    Rows without a person came in a file. Correct the record with its ETag in `If-Match`. Two reads.
    """
    given = {name: text for name, text in key.model_dump().items() if text is not None}
    try:
        found = records_seen().records(kind, given)
    except RowRejected as rejected:
        raise key_refused(rejected) from None
    return Response(200, JSON, found, headers={"ETag": etag(found.tag)})


@acts.put(_RECORD, middlewares=[once], tags=_TAGS, summary="Record or correct one record", responses=_TAKEN)
def put_record(
    kind: KindPath, body: Columns, caller: Calling, began: Began, _key: IdempotencyKey,
    if_match: IfMatch = None, if_none_match: IfNoneMatch = None,
) -> Response[RecordTaken]:  # fmt: skip
    """The record is read and taken as a row of a file of its kind is, with the same rules, reasons and effects.

    A malformed one is refused with a reason code for each column that is wrong (422).

    `If-Match` with its ETag: only if it is still the one that you have seen; `If-None-Match: *`: only if there is none;
    neither: whatever stands, the later one counts. A decision on a case is that of who sends it: leave out
    `decided_by`.

    A row under another key is another record (201, `created`): that somebody leaves is recorded with the `from_date`
    that the account's `/people` shows.
    """
    _check_columns(kind, body)
    seen = _seen(if_match, if_none_match)
    desk = records_desk()
    sent = Sent(began.name, caller.person, began.begun_at, began.begun_on, desk.today)
    try:
        taken = desk.record(read_sent(kind, body, sent), sent, seen)
    except RowRejected as rejected:
        raise row_rejected(rejected) from None
    status = HTTPStatus.ACCEPTED if taken.outcome is Outcome.HELD else HTTPStatus.OK
    headers = {"ETag": etag(taken.tag)} if taken.tag else {}
    return Response(HTTPStatus.CREATED if taken.created else status, JSON, taken, headers=headers)


@acts.post(
    "/v1/reports/<distributor_id>/<report_id>/reprocess", middlewares=[once], tags=["Reports"],
    summary="Process a report again", status_code=202,
)  # fmt: skip
def reprocess_report(
    distributor_id: IdPath, report_id: IdPath, _caller: Calling, _began: Began, _key: IdempotencyKey
) -> Response[ReprocessingAsked]:
    """For instance after the cause of held lines was mended. What counts already stays counted, once."""
    asked = records_desk().reprocess(distributor_id, report_id)
    return Response(HTTPStatus.ACCEPTED, JSON, asked)


def _check_columns(kind: str, given: Iterable[str]) -> None:
    """Nothing but columns of the kind (B66)."""
    columns = columns_of(kind)
    unknown = sorted(set(given) - {*columns.required, *columns.optional})
    if unknown:
        raise RequestRefused(
            HTTPStatus.BAD_REQUEST,
            "invalid_request",
            f"{kind} has the columns {', '.join((*columns.required, *columns.optional))}, and no others.",
            errors=[
                Mistake(where="body", at=pointer(name), code="unknown_field", detail="There is no such column.")
                for name in unknown
            ],
        )


def _seen(if_match: str | None, if_none_match: str | None) -> Seen | None:
    if if_none_match is None:
        return None if if_match is None else Seen(tag_in(if_match))
    if if_none_match.strip() != "*" or if_match is not None:
        raise RequestRefused(
            HTTPStatus.BAD_REQUEST,
            "invalid_request",
            "Send If-Match with an ETag, or If-None-Match with *, or neither.",
        )
    return Seen(None)
