"""Statements of an account with all that is behind them, and the payouts that they start (R-5)."""

import base64
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponseContentSchema

from partner_program.api.parameters import DEFAULT_LIMIT, AccountPath, Calling, Cursor, Limit, Paging, PeriodPath
from partner_program.api.versions import etag
from partner_program.api.visible import visible_account
from partner_program.bootstrap.api.revenue import revenue_api
from partner_program.domain.accelerator.statement import StatementStatus
from partner_program.use_cases.queries.payouts import PayoutShown, PayoutsPage
from partner_program.use_cases.queries.statements import FORMATS, StatementLines, StatementShown, StatementsPage
from partner_program.values.periods import Quarter

router = Router()

_TAGS = ["Statements and payouts"]
_ACCOUNT = "/v1/accounts/<account_id>"
_DOCUMENT: OpenAPIResponseContentSchema = {"schema": {"type": "string", "format": "binary"}}
_NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A document is looked at: nothing in it runs, and it fetches nothing."""

Status = Annotated[
    StatementStatus | None,
    Query(
        description="Which of a quarter's statements; without it the final one, or before the close the preliminary."
    ),
]
Format = Annotated[str, Path(pattern=rf"^({'|'.join(FORMATS)})$", description="A form of document.")]


@router.get(f"{_ACCOUNT}/statements", tags=_TAGS, summary="The statements of an account")
def list_account_statements(
    account_id: AccountPath, caller: Calling, paging: Paging, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> StatementsPage:
    """By quarter, the preliminary one before the final one, each with where it stands on its way to being paid."""
    api = revenue_api()
    visible_account(caller, account_id, api.accounts)
    page = api.statements.all(account_id, position=paging.after(cursor), limit=limit)
    return paging.sealed(page)


@router.get(f"{_ACCOUNT}/statements/<period>", tags=_TAGS, summary="A statement with its whole derivation")
def get_account_statement(
    account_id: AccountPath, period: PeriodPath, caller: Calling, status: Status = None
) -> StatementShown:
    """Every step from the months' revenue to the payout, with the rule and the numbers of each."""
    api = revenue_api()
    visible_account(caller, account_id, api.accounts)
    return api.statements.one(account_id, Quarter.parse(period), status)


@router.get(f"{_ACCOUNT}/statements/<period>/lines", tags=_TAGS, summary="The invoice lines behind a statement's YTD")
def list_statement_lines(
    account_id: AccountPath,
    period: PeriodPath,
    caller: Calling,
    paging: Paging,
    status: Status = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> StatementLines:
    """The lines that were known when the statement was made: what counted later is not among them."""
    api = revenue_api()
    visible_account(caller, account_id, api.accounts)
    page = api.statements.lines(
        account_id, Quarter.parse(period), status, position=paging.after(cursor), limit=limit
    )  # fmt: skip
    return paging.sealed(page)


@router.get(
    f"{_ACCOUNT}/statements/<period>/documents/<format>",
    tags=_TAGS,
    summary="A final statement as a document",
    responses={200: {"description": "The document", "content": {"text/html": _DOCUMENT, "application/pdf": _DOCUMENT}}},
)
def get_statement_document(
    account_id: AccountPath, period: PeriodPath, format: Format, caller: Calling
) -> Response[str]:
    """HTML or PDF. There is none of a preliminary statement, nor in the first minutes after a final one."""
    api = revenue_api()
    visible_account(caller, account_id, api.accounts)
    quarter = Quarter.parse(period)
    body, content_type = api.statements.document(account_id, quarter, format)
    name = f"{account_id}-{quarter}.{format}"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Content-Security-Policy": _NO_SCRIPTS}
    encoded = base64.b64encode(body).decode()
    answer = Response(status_code=HTTPStatus.OK, content_type=content_type, body=encoded, headers=headers)
    answer.base64_encoded = True  # bytes would be taken for text on their way through the validation
    return answer


@router.get(f"{_ACCOUNT}/payouts", tags=_TAGS, summary="The payouts of an account")
def list_account_payouts(
    account_id: AccountPath, caller: Calling, paging: Paging, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> PayoutsPage:
    """By quarter, each with every step that it took. Who took it, only the vendor sees."""
    api = revenue_api()
    visible_account(caller, account_id, api.accounts)
    page = api.payouts.all(
        account_id, by_vendor=not caller.is_partner, position=paging.after(cursor), limit=limit
    )  # fmt: skip
    return paging.sealed(page)


@router.get(f"{_ACCOUNT}/payouts/<period>", tags=_TAGS, summary="A payout with every step that it took")
def get_account_payout(account_id: AccountPath, period: PeriodPath, caller: Calling) -> Response[PayoutShown]:
    """Its ETag is the version that a hold, a cancellation or another act on it has to name (`If-Match`)."""
    api = revenue_api()
    visible_account(caller, account_id, api.accounts)
    payout = api.payouts.one(account_id, Quarter.parse(period), by_vendor=not caller.is_partner)
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        body=payout,
        headers={"ETag": etag(payout.version)},
    )
