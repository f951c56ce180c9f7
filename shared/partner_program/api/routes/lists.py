"""Lists of accounts, open cases and promotions."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from partner_program.api.parameters import DEFAULT_LIMIT, MONTH_PATTERN, Calling, Cursor, Flag, Limit, Paging
from partner_program.bootstrap.api.lists import program_lists
from partner_program.domain.asked import Day
from partner_program.domain.tiers.findings import Requirement
from partner_program.use_cases.queries.lists import AccountsPage, CasesPage, PromotionsPage, Which
from partner_program.values.tiers import Tier

router = Router()

_ACCOUNTS, _VENDOR = ["Accounts"], ["Vendor"]

TierOrNone = Annotated[
    Literal["authorized", "advanced", "premier", "none"] | None,
    Query(description="The tier held; `none`: not in the program."),
]
TierQuery = Annotated[Tier | None, Query(description="The tier held.")]
ReachedTier = Annotated[Tier | None, Query(description="The tier that was reached.")]
RegionQuery = Annotated[
    str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="A region of the rulebook.", examples=["EMEA"])
]
CountryQuery = Annotated[str | None, Query(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.", examples=["DE"])]
RequirementQuery = Annotated[Requirement | None, Query(description="With an open case for this requirement.")]
OpenCaseQuery = Annotated[Flag | None, Query(description="With an open case, or without any.")]
DecisionDueQuery = Annotated[Flag | None, Query(description="Waiting for the vendor's decision, or not.")]
DueByQuery = Annotated[Day | None, Query(description="Due up to and including this day.")]
MonthQuery = Annotated[
    str | None,
    Query(pattern=f"^{MONTH_PATTERN}$", description="A month; without it, the running one.", examples=["2024-08"]),
]


@router.get("/v1/accounts", tags=_ACCOUNTS, summary="Accounts")
def list_accounts(
    caller: Calling, paging: Paging, tier: TierOrNone = None, region: RegionQuery = None, country: CountryQuery = None,
    open_case: OpenCaseQuery = None, requirement: RequirementQuery = None, limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> AccountsPage:  # fmt: skip
    """A partner's own accounts; for the vendor all of them, from the highest tier down, within a tier by country.

    A page may have fewer accounts than asked for, even none: the list ends where `next_cursor` is null. An account
    whose tier changes between two pages may be missing or come twice; within one tier each comes once.
    """
    which = Which(tier=tier, country=country, region=region, requirement=requirement, open_case=open_case)
    page = program_lists().accounts(which, of_partner=caller.partner_id, after=paging.after(cursor), limit=limit)
    return paging.sealed(page)


@router.get("/v1/cases", tags=_VENDOR, summary="Open cases, by the day on which they are due")
def list_cases(
    paging: Paging, due_by: DueByQuery = None, tier: TierQuery = None, region: RegionQuery = None,
    country: CountryQuery = None, requirement: RequirementQuery = None, decision_due: DecisionDueQuery = None,
    limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None,
) -> CasesPage:  # fmt: skip
    """R-3.2, R-3.3. Those overdue come first; one that only waits for the vendor is due from its first day on.

    A page may have fewer cases than asked for, even none: the list ends where `next_cursor` is null. A case whose
    last day moves between two pages may be missing or come twice.
    """
    which = Which(tier=tier, country=country, region=region, requirement=requirement, decision_due=decision_due)
    page = program_lists().cases(which, due_by=due_by, after=paging.after(cursor), limit=limit)
    return paging.sealed(page)


@router.get("/v1/promotions", tags=_VENDOR, summary="Promotions of a month, and how long they took")
def list_promotions(
    paging: Paging, month: MonthQuery = None, tier: ReachedTier = None, region: RegionQuery = None,
    country: CountryQuery = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None,
) -> PromotionsPage:  # fmt: skip
    """R-3.1a. In business days from the day on which every requirement was met; `in_time` by the rulebook of the day.

    A page may have fewer promotions than asked for, even none: the list ends where `next_cursor` is null.
    """
    which = Which(tier=tier, country=country, region=region)
    page = program_lists().promotions(which, month=month, after=paging.after(cursor), limit=limit)
    return paging.sealed(page)
