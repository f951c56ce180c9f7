"""Bank details of a site (R-5.4c): proposed, confirmed or rejected by somebody else, and seen by their last four.

A number in the clear is in the body of a proposal and in memory: no answer, error or log repeats it (B71).
"""

from datetime import date
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import Field, StringConstraints

from partner_program.api.callers import Caller
from partner_program.api.once import Began, once
from partner_program.api.parameters import Calling, Cursor, IdempotencyKey, IdPath, Limit, Paging
from partner_program.api.texts import ReasonText
from partner_program.api.visible import visible_site
from partner_program.bootstrap.api.money import MoneySeen, money_desk, money_seen
from partner_program.domain.model import Document
from partner_program.domain.payments.bank import PAYER_PREFIX, BankRevision, BankStatus
from partner_program.domain.payments.people import Action, Actor, Role
from partner_program.use_cases.bank_details import AlreadyProposed
from partner_program.values.errors import NotFound

queries, acts = Router(), Router()

_TAGS = ["Payments"]
_OF_SITE = "/v1/sites/<site_id>/bank-details"
_VENDOR = "the vendor"
NumberPath = Annotated[str, Path(pattern=r"^[1-9][0-9]{0,5}$", description="The number of the proposal.")]


class BankDetailsProposed(Document):
    """A bank account. Spaces and small letters in `number` do not matter; `country` is that of the bank.

    `scheme` is `other` for an account in a country without IBANs, which needs `bic` and `country`.
    """

    scheme: Literal["iban", "other"] = "iban"
    number: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(repr=False)
    bic: Annotated[str, StringConstraints(max_length=16)] | None = None
    country: Annotated[str, StringConstraints(max_length=2)] = ""
    holder: Annotated[str, StringConstraints(min_length=1, max_length=140)]
    reason: ReasonText


class RejectionAsked(Document):
    """Why a proposal is rejected."""

    reason: ReasonText


class BankDetailsSeen(Document):
    """One state of a site's bank details, masked. It is paid to from `usable_from` on, if nothing newer waits.

    A partner is not told who of the vendor has acted, and why.
    """

    site_id: str
    number: int
    status: BankStatus
    scheme: Literal["iban", "other"]
    country: str
    bic: str | None
    last_four: str
    holder: str
    reason: str
    proposed_by: str
    proposed_on: date
    decided_by: str | None
    decided_on: date | None
    usable_from: date | None


class BankDetailsPage(Document):
    """All bank details that a site has had, the newest first."""

    items: tuple[BankDetailsSeen, ...]
    next_cursor: str | None


@queries.get(_OF_SITE, tags=_TAGS, summary="Bank details of a site, masked")
def list_bank_details(
    site_id: IdPath, caller: Calling, paging: Paging, limit: Limit = 50, cursor: Cursor = None
) -> BankDetailsPage:
    """Every proposal and what became of it, by its last four characters. The vendor's own are those of `payer.EUR`."""
    seen = money_seen()
    _check_site(seen, caller, site_id)
    before = paging.after(cursor)
    own = (one for one in seen.banks.revisions(site_id) if caller.partner_id is None or one.is_of(caller.partner_id))
    found = sorted(own, key=lambda one: -one.number)
    rest = [one for one in found if before is None or one.number < int(before)]
    page = rest[:limit]
    last = str(page[-1].number) if len(rest) > limit else None
    return BankDetailsPage(items=tuple(_seen(one, caller) for one in page), next_cursor=paging.next(last))


@acts.post(_OF_SITE, middlewares=[once], tags=_TAGS, summary="Propose bank details for a site")
def propose_bank_details(
    site_id: IdPath,
    body: Annotated[BankDetailsProposed, Body()],
    caller: Calling,
    began: Began,
    _key: IdempotencyKey,
) -> BankDetailsSeen:
    """Nobody is paid there before somebody of finance has confirmed it and the cooling time is over.

    Nor is anybody paid to the details of before while the proposal waits.
    """
    desk, by = money_desk(), caller.actor(Action.PROPOSE_BANK_DETAILS)
    _check_site(desk, caller, site_id)
    try:
        revision = desk.bank_details.propose(
            site_id, body.scheme, body.number, body.bic, body.country, body.holder, by, desk.today, body.reason,
            request=began.name,
        )  # fmt: skip
    except AlreadyProposed as before:  # by this very request, whose answer was lost
        revision = before.revision
    return _seen(revision, caller)


@acts.post(f"{_OF_SITE}/<number>/confirm", middlewares=[once], tags=_TAGS, summary="Confirm proposed bank details")
def confirm_bank_details(
    site_id: IdPath, number: NumberPath, caller: Calling, began: Began, _key: IdempotencyKey
) -> BankDetailsSeen:
    """By anybody of finance but who has proposed them. They are paid to after the cooling time of the rulebook."""
    desk, by = money_desk(), caller.actor(Action.CONFIRM_BANK_DETAILS)
    return _seen(desk.bank_details.confirm(site_id, int(number), by, desk.today, request=began.name), caller)


@acts.post(f"{_OF_SITE}/<number>/reject", middlewares=[once], tags=_TAGS, summary="Reject proposed bank details")
def reject_bank_details(
    site_id: IdPath,
    number: NumberPath,
    body: Annotated[RejectionAsked, Body()],
    caller: Calling,
    began: Began,
    _key: IdempotencyKey,
) -> BankDetailsSeen:
    """The bank details of before count again."""
    desk, by = money_desk(), caller.actor(Action.REJECT_BANK_DETAILS)
    rejected = desk.bank_details.reject(site_id, int(number), by, desk.today, body.reason, request=began.name)
    return _seen(rejected, caller)


def _check_site(seen: MoneySeen, caller: Caller, site_id: str) -> None:
    """The vendor's own accounts are no sites; a partner is answered about them as about any that does not exist."""
    if not site_id.startswith(PAYER_PREFIX):
        visible_site(caller, site_id, seen.sites)
    elif caller.is_partner:  # even if a site was ever recorded by such a name
        raise NotFound("There is no such site.")


def _seen(revision: BankRevision, caller: Caller) -> BankDetailsSeen:
    own = not caller.is_partner or revision.proposed_by.role is Role.PARTNER
    return BankDetailsSeen(
        site_id=revision.site_id,
        number=revision.number,
        status=revision.status,
        scheme=revision.scheme,
        country=revision.country,
        bic=revision.bic,
        last_four=revision.last_four,
        holder=revision.holder,
        reason=revision.reason if own else "",
        proposed_by=_named(revision.proposed_by, caller),
        proposed_on=revision.proposed_on,
        decided_by=_named(revision.decided_by, caller) if revision.decided_by else None,
        decided_on=revision.decided_on,
        usable_from=revision.usable_from,
    )


def _named(actor: Actor, caller: Caller) -> str:
    return _VENDOR if caller.is_partner and actor.role is not Role.PARTNER else actor.person
