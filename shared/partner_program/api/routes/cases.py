"""Decisions of the vendor on cases that wait for one."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import StringConstraints

from partner_program.api.once import Began, once
from partner_program.api.parameters import AccountPath, Calling, IdempotencyKey, IfMatch
from partner_program.api.record_errors import row_rejected
from partner_program.api.texts import ReasonText
from partner_program.api.versions import tag_in
from partner_program.api.visible import visible_account
from partner_program.bootstrap.api.records import records_desk
from partner_program.domain.asked import Day
from partner_program.domain.facts import Verdict
from partner_program.domain.model import Document
from partner_program.domain.records.cells import LONGEST_TEXT_CHARS
from partner_program.use_cases.decide_case import Decision, DecisionTaken
from partner_program.use_cases.record_one import RowRejected, Sent

router = Router()

RequirementPath = Annotated[str, Path(pattern=r"^[A-Za-z_]{1,40}$", description="The case's requirement.")]
OpenedOnPath = Annotated[Day, Path(description="The day on which the case was opened.")]


class DecisionAsked(Document):
    """A verdict on a case and why. `until` is the new last day of an extension, and goes with no other verdict."""

    verdict: Verdict
    until: Day | None = None
    reason: Annotated[ReasonText, StringConstraints(max_length=LONGEST_TEXT_CHARS)]


@router.post(
    "/v1/accounts/<account_id>/cases/<requirement>/<opened_on>/decision",
    middlewares=[once], tags=["Cases"], summary="Decide on a case",
)  # fmt: skip
def decide_case(
    account_id: AccountPath, requirement: RequirementPath, opened_on: OpenedOnPath,
    body: Annotated[DecisionAsked, Body()], caller: Calling, began: Began, _key: IdempotencyKey,
    if_match: IfMatch = None,
) -> DecisionTaken:  # fmt: skip
    """Demote, extend, waive or end the participation, as the case's requirement allows; answered with what it leads to.

    Only a decision that has an effect is recorded; one that is taken in a day's last moments is of the next day, on
    which an extension to that very day has none. `If-Match` with the case's `version`: only if it has taken no step
    since you have seen it. A decision of today is corrected through the `case_decisions` records.
    """
    desk = records_desk()
    visible_account(caller, account_id, desk.accounts)
    asked = Decision(
        account_id=account_id,
        requirement=requirement,
        opened_on=opened_on,
        verdict=body.verdict,
        reason=body.reason,
        until=body.until.isoformat() if body.until else "",
        version=tag_in(if_match) if if_match else None,
    )
    try:
        return desk.decide(asked, Sent(began.name, caller.person, began.begun_at, began.begun_on, desk.today))
    except RowRejected as rejected:
        raise row_rejected(rejected, in_body=DecisionAsked.model_fields) from None
