"""Revenue of an account: the numbers, the invoice lines behind them, and the lines that did not count (R-2.2a)."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from partner_program.api.parameters import (
    DEFAULT_LIMIT,
    MONTH_PATTERN,
    AccountPath,
    AsOf,
    Calling,
    Cursor,
    Limit,
    Paging,
)
from partner_program.api.visible import visible_account
from partner_program.bootstrap.api.revenue import revenue_api
from partner_program.domain.facts import ProductCategory
from partner_program.use_cases.queries.revenue import AccountRevenue, Grouping
from partner_program.use_cases.queries.revenue_lines import LinesPage
from partner_program.use_cases.queries.revenue_uncounted import UncountedPage
from partner_program.values.ids import ID_PATTERN

router = Router()

_TAGS = ["Revenue"]
Year = Annotated[
    str | None,
    Query(pattern=r"^(199[0-9]|20[0-9]{2})$", description="A calendar year; without it, the running one."),
]
Month = Annotated[str | None, Query(pattern=rf"^{MONTH_PATTERN}$", description="One month instead of a year.")]
UncountedMonth = Annotated[
    str | None,
    Query(
        pattern=rf"^({MONTH_PATTERN}|undated)$",
        description="One month instead of a year; `undated` are lines whose invoice date cannot be read.",
    ),
]
By = Annotated[Grouping, Query(description="What the year is split by.")]
Distributor = Annotated[str | None, Query(pattern=rf"^{ID_PATTERN}$", description="Lines of one distributor only.")]
ProductClass = Annotated[
    ProductCategory | None, Query(description="Lines of one product class only: pages may be short.")
]


@router.get("/v1/accounts/<account_id>/revenue", tags=_TAGS, summary="Sales Revenue of a year")
def get_account_revenue(
    account_id: AccountPath, caller: Calling, year: Year = None, by: By = Grouping.MONTH, as_of: AsOf = None
) -> AccountRevenue:
    """Up to and including a day, by invoice date, split by month, product class or distributor.

    Each split adds up to the same exact sum. A day inside a month of more than 5000 lines is refused: ask for the last
    day of a month.
    """
    api = revenue_api()
    account = visible_account(caller, account_id, api.accounts)
    return api.revenue(account, by=by, year=_number(year), as_of=as_of)


@router.get("/v1/accounts/<account_id>/revenue/lines", tags=_TAGS, summary="The invoice lines behind revenue")
def list_revenue_lines(
    account_id: AccountPath,
    caller: Calling,
    paging: Paging,
    month: Month = None,
    year: Year = None,
    distributor_id: Distributor = None,
    product_class: ProductClass = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> LinesPage:
    """Every line that counts, once: their `credit` adds up to the number of that month, distributor or class."""
    api = revenue_api()
    visible_account(caller, account_id, api.accounts)
    page = api.lines(
        account_id, month=month, year=_number(year), distributor_id=distributor_id, product_class=product_class,
        position=paging.after(cursor), limit=limit,
    )  # fmt: skip
    return paging.sealed(page)


@router.get("/v1/accounts/<account_id>/revenue/uncounted", tags=_TAGS, summary="The lines that did not count, and why")
def list_uncounted_lines(
    account_id: AccountPath,
    caller: Calling,
    paging: Paging,
    month: UncountedMonth = None,
    year: Year = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> UncountedPage:
    """Held and rejected lines of the account's sites as they stand now, each with its reason and what to do.

    A line that counts by now is not among them, nor is a duplicate, which counts once already. Behind a year come the
    lines that have no readable date. A line of a site that was recorded after its report is among them once the report
    is processed again, as one with lines held for the site is by itself.
    """
    api = revenue_api()
    visible_account(caller, account_id, api.accounts)
    page = api.uncounted(account_id, month=month, year=_number(year), position=paging.after(cursor), limit=limit)
    return paging.sealed(page)


def _number(year: str | None) -> int | None:
    return int(year) if year else None
