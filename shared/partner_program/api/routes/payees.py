"""Sites that are paid instead of an account's headquarters (R-5.4c)."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from partner_program.api.once import Began, once
from partner_program.api.parameters import AccountPath, Calling, IdempotencyKey
from partner_program.api.texts import DocumentText
from partner_program.api.visible import visible_account
from partner_program.bootstrap.api.money import money_desk
from partner_program.domain.asked import Day
from partner_program.domain.model import Document
from partner_program.domain.payments.payee import PayeeNaming
from partner_program.domain.payments.people import Action
from partner_program.values.ids import Id

router = Router()


class PayeeLetter(Document):
    """A letter in which a partner names the site that is to be paid. `document` is its reference."""

    site_id: Id
    document: DocumentText
    received_on: Day


class PayeeNamed(Document):
    """The letter as it is on record, with its number among the account's."""

    account_id: str
    number: int
    site_id: str
    document: str
    received_on: date
    recorded_on: date
    recorded_by: str


@router.post(
    "/v1/accounts/<account_id>/payee", middlewares=[once], tags=["Payments"], summary="Record a letter naming a payee"
)
def name_payee(
    account_id: AccountPath, body: Annotated[PayeeLetter, Body()], caller: Calling, began: Began, _key: IdempotencyKey
) -> PayeeNamed:
    """It counts for payments that are initiated after it came. The same letter once more is the same naming."""
    desk, by = money_desk(), caller.actor(Action.NAME_PAYEE)
    visible_account(caller, account_id, desk.accounts)
    return _told(
        desk.payees(account_id, body.site_id, body.document, body.received_on, by, desk.today, request=began.name)
    )


def _told(naming: PayeeNaming) -> PayeeNamed:
    return PayeeNamed(
        account_id=naming.account_id,
        number=naming.number,
        site_id=naming.site_id,
        document=naming.document,
        received_on=naming.received_on,
        recorded_on=naming.recorded_on,
        recorded_by=naming.by.person,
    )
