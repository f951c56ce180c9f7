"""Requests for benefits as they are shown: to the vendor wholly, to the partner without who of the vendor acted."""

from datetime import date, datetime
from typing import Literal

from partner_program.domain.benefit_requests import Allowance, BenefitKind, BenefitRequest, RequestEvent, RequestState
from partner_program.domain.model import Document
from partner_program.domain.payments.people import Role
from partner_program.rulebook import Access
from partner_program.values.tiers import Tier


class BenefitRequestStep(Document):
    """One step of a request: on which program date and when (UTC) by whom it came to a state, with which words.

    `person` is None where a partner reads what somebody of the vendor did; `role` is told to everybody.
    """

    state: RequestState
    on: date
    at: datetime
    role: Role
    person: str | None
    note: str


class BenefitRequestSeen(Document):
    """A request for not-for-resale licences (R-4.2.2) or for the Global Bid Desk (R-4.2.8), and what became of it.

    `tier` and `access` are the account's of the day on which it was made; they give it its place in the queue.
    `licences` is how many are asked for, `granted` how many were granted. `version` is named by `If-Match` in what is
    done to it next. `history` begins with its being made.
    """

    request_id: str
    kind: BenefitKind
    rule: Literal["R-4.2.2", "R-4.2.8"]
    account_id: str
    tier: Tier
    access: Access
    purpose: str
    licences: int | None
    needed_by: date | None
    state: RequestState
    granted: int | None
    version: int
    history: tuple[BenefitRequestStep, ...]


class BenefitRequestPage(Document):
    """Some requests in the order in which they are dealt with."""

    items: tuple[BenefitRequestSeen, ...]
    next_cursor: str | None


class AccountBenefitRequests(BenefitRequestPage):
    """The requests of an account, the latest first; `allowance` says how many licences are left to it today."""

    allowance: Allowance


def request_seen(request: BenefitRequest, *, by_partner: bool) -> BenefitRequestSeen:
    """The request as a partner or the vendor sees it."""
    return BenefitRequestSeen(
        request_id=request.request_id,
        kind=request.kind,
        rule="R-4.2.2" if request.kind is BenefitKind.NFR_LICENCES else "R-4.2.8",
        account_id=request.account_id,
        tier=request.tier,
        access=request.access,
        purpose=request.purpose,
        licences=request.licences,
        needed_by=request.needed_by,
        state=request.state,
        granted=request.granted,
        version=request.version,
        history=tuple(_step(event, by_partner=by_partner) for event in request.events),
    )


def _step(event: RequestEvent, *, by_partner: bool) -> BenefitRequestStep:
    hidden = by_partner and event.by.role is not Role.PARTNER
    return BenefitRequestStep(
        state=event.state,
        on=event.on,
        at=event.at,
        role=event.by.role,
        person=None if hidden else event.by.person,
        note=event.note,
    )
