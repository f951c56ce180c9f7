"""Batches of payments: prepared by one, approved by another, withdrawn or released (R-5.4)."""

from collections import Counter
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import StringConstraints

from partner_program.api.once import Began, once
from partner_program.api.parameters import Calling, IdempotencyKey
from partner_program.api.texts import ReasonText
from partner_program.bootstrap.api.money import money_desk
from partner_program.domain.model import Document
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.payee import BlockCode
from partner_program.domain.payments.people import Action
from partner_program.use_cases.prepare_payments import Preparation
from partner_program.values.money import ExactNumber

router = Router()

_TAGS = ["Payments"]
_BATCH = "/v1/payments/batches/<batch_id>"
BatchPath = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9-]{1,30}$", description="A batch of payments.", examples=["20240814-EUR-01"])
]


class PreparationAsked(Document):
    """Which currency to collect; without one, all."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None


class ApprovalGiven(Document):
    """The digest of the payees and amounts that were looked at: the yes is to exactly these."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class WithdrawalAsked(Document):
    """Why a batch is given up."""

    reason: ReasonText


class BatchStanding(Document):
    """A batch as it stands. `total` in `currency`; `approved_by` in the order of their approvals."""

    batch_id: str
    currency: str
    status: BatchStatus
    payments: int
    total: ExactNumber
    digest: str
    prepared_by: str
    approvals_needed: int
    approved_by: tuple[str, ...]


class WaitingFor(Document):
    """How many payouts are due and wait for the same thing; `GET /v1/payments/waiting` lists them."""

    code: BlockCode
    payouts: int


class PreparationDone(Document):
    """The batches that now wait for a second person, and what the other payouts that are due wait for."""

    batches: tuple[BatchStanding, ...]
    waiting: tuple[WaitingFor, ...]


@router.post("/v1/payments/preparations", middlewares=[once], tags=_TAGS, summary="Collect what is due into batches")
def prepare_payments(
    body: Annotated[PreparationAsked, Body()], caller: Calling, began: Began, _key: IdempotencyKey
) -> PreparationDone:
    """One batch or more for each currency, of at most 80 payments. Somebody else has to approve them."""
    by = caller.actor(Action.PREPARE)
    return _prepared(money_desk().preparation(by, began.begun_on, body.currency, began.name))


@router.post(f"{_BATCH}/approve", middlewares=[once], tags=_TAGS, summary="Approve a batch that somebody else prepared")
def approve_batch(
    batch_id: BatchPath, body: Annotated[ApprovalGiven, Body()], caller: Calling, began: Began, _key: IdempotencyKey
) -> BatchStanding:
    """Exactly the payees and amounts behind the digest. Never by who has prepared it or named one of its payees."""
    desk, by = money_desk(), caller.actor(Action.APPROVE)
    return _standing(desk.batches.approve(batch_id, body.digest, by=by, on=desk.today, request=began.name))


@router.post(f"{_BATCH}/withdraw", middlewares=[once], tags=_TAGS, summary="Give up a batch that is not released")
def withdraw_batch(
    batch_id: BatchPath, body: Annotated[WithdrawalAsked, Body()], caller: Calling, began: Began, _key: IdempotencyKey
) -> BatchStanding:
    """Its payouts can be collected again."""
    desk, by = money_desk(), caller.actor(Action.WITHDRAW)
    return _standing(desk.batches.withdraw(batch_id, by=by, on=desk.today, reason=body.reason, request=began.name))


@router.post(f"{_BATCH}/release", middlewares=[once], tags=_TAGS, summary="Have an approved batch paid now")
def release_batch(batch_id: BatchPath, caller: Calling, _key: IdempotencyKey) -> BatchStanding:
    """Instead of by tomorrow's schedule. What is no longer what was approved is voided, and answered with 409."""
    return _standing(money_desk().release(batch_id, caller.actor(Action.RELEASE)))


def _prepared(done: Preparation) -> PreparationDone:
    waiting = Counter(one.code for one in done.waiting)
    return PreparationDone(
        batches=tuple(map(_standing, done.batches)),
        waiting=tuple(WaitingFor(code=code, payouts=count) for code, count in sorted(waiting.items())),
    )


def _standing(batch: Batch) -> BatchStanding:
    return BatchStanding(
        batch_id=batch.batch_id,
        currency=batch.currency,
        status=batch.status,
        payments=len(batch.items),
        total=batch.total,
        digest=batch.digest,
        prepared_by=batch.prepared_by.person,
        approvals_needed=batch.approvals_needed,
        approved_by=tuple(given.by.person for given in batch.approvals),
    )
