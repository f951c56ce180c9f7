"""What if: tier, cases and rebates of an account without and with what is supposed (R-3, R-4.1, R-5)."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from partner_program.api.parameters import AccountPath, Calling
from partner_program.api.visible import visible_account
from partner_program.bootstrap.api.what_if import states, what_if
from partner_program.use_cases.queries.what_if import WhatIfRequest
from partner_program.use_cases.queries.what_if_answer import WhatIfAnswer

router = Router()


@router.post(
    "/v1/accounts/<account_id>/what-if", tags=["Calculations"], summary="Tier and rebate before and after, if …"
)
def ask_what_if(account_id: AccountPath, caller: Calling, asked: Annotated[WhatIfRequest, Body()]) -> WhatIfAnswer:
    """The engine itself, run twice up to the day `on`: by what is known now, and with up to fifty supposed facts.

    `on` is today or up to three years ahead. Days are walked, books close, cases run out; nothing is stored. A very
    large account can be told less far ahead: `errors` says how far.
    """
    visible_account(caller, account_id, states())
    return what_if()(account_id, asked)
