"""Price quotes: what a basket costs an account on a day, and what of it is excluded (R-4.2)."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from partner_program.api.parameters import AccountPath, Calling
from partner_program.api.visible import visible_account
from partner_program.bootstrap.api.what_if import quotes, states
from partner_program.use_cases.queries.quote import Quote, QuoteRequest

router = Router()


@router.post("/v1/accounts/<account_id>/quotes", tags=["Calculations"], summary="Prices of a basket on a day")
def quote_prices(account_id: AccountPath, caller: Calling, asked: Annotated[QuoteRequest, Body()]) -> Quote:
    """Line by line: whether the account may sell it, tier and project discount, amount and credit. Nothing is stored.

    An amount is list price × quantity less the tier discount, and less the project discount of what that leaves,
    rounded once, half up to the currency's minor unit. Services and trainings have no tier discount and earn no credit,
    are open to every tier, and a project discount comes off their list price.
    """
    visible_account(caller, account_id, states())
    return quotes()(account_id, asked)
