"""Benefits granted case by case: not-for-resale licences (R-4.2.2) and the Global Bid Desk (R-4.2.8)."""

from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field

from partner_program.api.callers import Caller
from partner_program.api.once import JSON, Began, once
from partner_program.api.parameters import (
    AccountPath,
    Calling,
    Cursor,
    IdempotencyKey,
    IdPath,
    IfMatch,
    Limit,
    Paging,
)
from partner_program.api.texts import ReasonText
from partner_program.api.versions import Seen, etag, versioned
from partner_program.api.visible import ForeignSeen, visible_account
from partner_program.bootstrap.api.records import records_desk, records_seen
from partner_program.domain.asked import Day
from partner_program.domain.benefit_requests import BenefitKind, BenefitRequest, RequestState
from partner_program.domain.model import Document
from partner_program.domain.payments.people import Actor, Role
from partner_program.use_cases.benefit_requests import Act, Asked, may_have
from partner_program.use_cases.idempotency import Begun
from partner_program.use_cases.queries.benefit_requests import (
    AccountBenefitRequests,
    BenefitRequestPage,
    BenefitRequestSeen,
    request_seen,
)
from partner_program.values.errors import InvalidValue, NotFound

queries, acts = Router(), Router()

_TAGS = ["Benefit requests"]
_OF_ACCOUNT = "/v1/accounts/<account_id>/benefit-requests"
_REQUESTS = "/v1/benefit-requests"
_REQUEST = f"{_REQUESTS}/<request_id>"
_NONE = "There is no such request."
Licences = Annotated[int, Field(strict=True, ge=1, le=10_000)]


class BenefitAsked(Document):
    """What is asked for, and what for.

    `licences` and `internal_use` (true: they are never resold) go with licences; `needed_by`, the day by which a bid
    has to be handed in, with the bid desk.
    """

    kind: BenefitKind
    purpose: ReasonText
    licences: Licences | None = None
    internal_use: Annotated[bool, Field(strict=True)] = False
    needed_by: Day | None = None


class BenefitDecision(Document):
    """Granted, of licences how many; or declined, with a reason for the partner to read, and no licences."""

    decision: Literal["granted", "declined"]
    licences: Licences | None = None
    reason: ReasonText | None = None


class Withdrawal(Document):
    """Why, if it is to be said."""

    reason: ReasonText | None = None


@queries.get(_OF_ACCOUNT, tags=_TAGS, summary="Requests for benefits of an account")
def list_account_benefit_requests(
    account_id: AccountPath, caller: Calling, paging: Paging, limit: Limit = 50, cursor: Cursor = None
) -> AccountBenefitRequests:
    """The latest first, each with its outcome and history, and how many licences are left to the account today."""
    seen = records_seen()
    state = visible_account(caller, account_id, seen.accounts)
    page = seen.requests.of_account(account_id, paging.after(cursor), limit)
    return AccountBenefitRequests(
        items=tuple(request_seen(one, by_partner=caller.is_partner) for one in page.requests),
        next_cursor=paging.next(page.after),
        allowance=may_have(seen.requests.grants(account_id), state, seen.rulebook, seen.today),
    )


@queries.get(_REQUESTS, tags=_TAGS, summary="The queue of requests for a benefit")
def list_benefit_requests(
    kind: Annotated[BenefitKind, Query(description="Licences or bid desk.")],
    _caller: Calling, paging: Paging,
    state: Annotated[RequestState, Query(description="Only those in this state.")] = RequestState.OPEN,
    limit: Limit = 50, cursor: Cursor = None,
) -> BenefitRequestPage:  # fmt: skip
    """In the order in which they are dealt with: the bid desk's by priority, then by time; licences by time."""
    page = records_seen().requests.queue(kind, state, paging.after(cursor), limit)
    items = tuple(request_seen(one, by_partner=False) for one in page.requests)
    return BenefitRequestPage(items=items, next_cursor=paging.next(page.after))


@queries.get(_REQUEST, tags=_TAGS, summary="A request for a benefit")
def get_benefit_request(request_id: IdPath, caller: Calling) -> Response[BenefitRequestSeen]:
    """What was asked for, where it stands, and who did what when. Its ETag is its version."""
    found = records_seen().requests.find(request_id)
    if found is None:
        raise NotFound(_NONE)
    _check_own(found, caller)
    return _answer(found, caller)


@acts.post(_OF_ACCOUNT, middlewares=[once], tags=_TAGS, summary="Ask for a benefit", status_code=201)
def ask_for_benefit(
    account_id: AccountPath, body: Annotated[BenefitAsked, Body()], caller: Calling, began: Began, _key: IdempotencyKey
) -> Response[BenefitRequestSeen]:
    """By the partner, or by the vendor for it. Who may ask for how much, and who comes first, depends on the tier."""
    desk = records_desk()
    visible_account(caller, account_id, desk.accounts)
    asked = Asked(body.kind, body.purpose, body.licences, body.internal_use, body.needed_by)
    return _answer(desk.benefits.ask(account_id, asked, _act(caller, began)), caller, HTTPStatus.CREATED)


@acts.post(f"{_REQUEST}/decision", middlewares=[versioned, once], tags=_TAGS, summary="Grant or decline a request")
def decide_on_benefit_request(
    request_id: IdPath, body: Annotated[BenefitDecision, Body()], caller: Calling, began: Began, seen: Seen,
    _key: IdempotencyKey, _if_match: IfMatch = None,
) -> Response[BenefitRequestSeen]:  # fmt: skip
    """By anybody of the channel but who has made the request. Never more licences in all than the tier may have."""
    desk, act = records_desk(), _act(caller, began)
    if body.decision == "granted":
        decided = desk.benefits.grant(request_id, seen, act, body.licences, body.reason or "")
    elif body.licences is not None:  # one of the two is a slip, and a decline is final
        raise InvalidValue("Licences go with a grant: leave them out to decline.", "/licences")
    else:
        decided = desk.benefits.decline(request_id, seen, act, body.reason or "")
    return _answer(decided, caller)


@acts.post(f"{_REQUEST}/withdraw", middlewares=[versioned, once], tags=_TAGS, summary="Withdraw a request")
def withdraw_benefit_request(
    request_id: IdPath, body: Annotated[Withdrawal, Body()], caller: Calling, began: Began, seen: Seen,
    _key: IdempotencyKey, _if_match: IfMatch = None,
) -> Response[BenefitRequestSeen]:  # fmt: skip
    """By the partner that it is for, or by the person of the vendor who has made it."""
    desk = records_desk()
    _check_own(desk.benefits.find(request_id), caller)
    return _answer(desk.benefits.withdraw(request_id, seen, _act(caller, began), body.reason or ""), caller)


def _check_own(request: BenefitRequest, caller: Caller) -> None:
    if caller.is_partner and caller.partner_id != request.partner_id:
        raise ForeignSeen(_NONE)


def _act(caller: Caller, began: Begun) -> Act:
    by = Actor(person=caller.person, role=Role.PARTNER if caller.is_partner else Role.CHANNEL)
    return Act(began.name, by, began.begun_at, began.begun_on)


def _answer(
    request: BenefitRequest, caller: Caller, status: HTTPStatus = HTTPStatus.OK
) -> Response[BenefitRequestSeen]:
    seen = request_seen(request, by_partner=caller.is_partner)
    return Response(status, JSON, seen, headers={"ETag": etag(request.version)})
