"""Single payouts held, let go, cancelled, tried again (R-5.5): each on exactly the version that was seen."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from partner_program.api.callers import Caller
from partner_program.api.once import JSON, Began, once
from partner_program.api.parameters import AccountPath, Calling, IdempotencyKey, IfMatch, PeriodPath
from partner_program.api.texts import ReasonText
from partner_program.api.versions import Seen, etag, versioned
from partner_program.api.visible import visible_account
from partner_program.bootstrap.api.money import money_desk
from partner_program.domain.model import Document
from partner_program.domain.payments.people import Action
from partner_program.use_cases.decide_payouts import PayoutDecision
from partner_program.use_cases.idempotency import Begun
from partner_program.values.periods import Quarter

router = Router()

_TAGS = ["Statements and payouts"]
_PAYOUT = "/v1/accounts/<account_id>/payouts/<period>"


class WithReason(Document):
    """Why."""

    reason: ReasonText


Why = Annotated[WithReason, Body()]


@router.post(f"{_PAYOUT}/hold", middlewares=[versioned, once], tags=_TAGS, summary="Keep a payout from being paid")
def hold_payout(
    account_id: AccountPath, period: PeriodPath, body: Why, caller: Calling, began: Began, seen: Seen,
    _key: IdempotencyKey, _if_match: IfMatch = None,
) -> Response[PayoutDecision]:  # fmt: skip
    """It stays payable later. An approval of the batch that it is in is void by that."""
    return _decide(Action.HOLD, account_id, period, body.reason, caller, began, seen)


@router.post(f"{_PAYOUT}/lift-hold", middlewares=[versioned, once], tags=_TAGS, summary="Let go a payout on hold")
def lift_payout_hold(
    account_id: AccountPath, period: PeriodPath, body: Why, caller: Calling, began: Began, seen: Seen,
    _key: IdempotencyKey, _if_match: IfMatch = None,
) -> Response[PayoutDecision]:  # fmt: skip
    """Payable again, from the next preparation on."""
    return _decide(Action.LIFT_HOLD, account_id, period, body.reason, caller, began, seen)


@router.post(f"{_PAYOUT}/cancel", middlewares=[versioned, once], tags=_TAGS, summary="Never pay a payout")
def cancel_payout(
    account_id: AccountPath, period: PeriodPath, body: Why, caller: Calling, began: Began, seen: Seen,
    _key: IdempotencyKey, _if_match: IfMatch = None,
) -> Response[PayoutDecision]:  # fmt: skip
    """It counts as settled: no later quarter pays it after all, and there is no way back."""
    return _decide(Action.CANCEL, account_id, period, body.reason, caller, began, seen)


@router.post(f"{_PAYOUT}/retry", middlewares=[versioned, once], tags=_TAGS, summary="Pay again what the bank refused")
def retry_payout(
    account_id: AccountPath, period: PeriodPath, body: Why, caller: Calling, began: Began, seen: Seen,
    _key: IdempotencyKey, _if_match: IfMatch = None,
) -> Response[PayoutDecision]:  # fmt: skip
    """To the bank details of before: what the bank has rejected, or returned after it was paid."""
    return _decide(Action.RETRY, account_id, period, body.reason, caller, began, seen)


def _decide(
    action: Action, account_id: str, period: str, reason: str, caller: Caller, began: Begun, seen: int
) -> Response[PayoutDecision]:
    desk = money_desk()
    visible_account(caller, account_id, desk.accounts)
    by = caller.actor(action)
    decided = desk.payouts.decide(
        action, account_id, Quarter.parse(period), seen, by=by, on=desk.today, reason=reason, request=began.name
    )
    return Response(status_code=200, content_type=JSON, body=decided, headers={"ETag": etag(decided.version)})
