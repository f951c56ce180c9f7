"""Where an account stands, and what is recorded of it: its sites and people (R-2.2b, R-3.1b, R-3.3, R-4.2.1, R-5.3)."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from partner_program.api.parameters import AccountPath, AsOf, Calling, Cursor, Limit, Paging
from partner_program.api.visible import visible_account
from partner_program.bootstrap.api.standing import standing
from partner_program.domain.asked import Day
from partner_program.use_cases.queries.benefits import AccountBenefits
from partner_program.use_cases.queries.gap import AccountGap
from partner_program.use_cases.queries.people import PeoplePage
from partner_program.use_cases.queries.sites import SitesPage
from partner_program.use_cases.queries.standing import AccountCases, AccountExpiries, AccountStatus
from partner_program.use_cases.queries.standing_history import HistoryPage
from partner_program.use_cases.queries.standing_notices import NoticesPage

router = Router()

_TAGS = ["Accounts"]
_ACCOUNT = "/v1/accounts/<account_id>"
KnownOn = Annotated[Day | None, Query(description="As it was known at the end of this day; without it, as known now.")]
AlsoAhead = Annotated[Day | None, Query(description="As of this day, also one to come; without it, today.")]


@router.get(_ACCOUNT, tags=_TAGS, summary="Tier, grounds, revenue and benefits of an account")
def get_account(account_id: AccountPath, caller: Calling, as_of: AsOf = None) -> AccountStatus:
    """As it stands, or as of an earlier day by what is known today. Revenue is Sales Revenue, unrounded."""
    api = standing()
    visible_account(caller, account_id, api.accounts)
    return api.standing.status(account_id, as_of)


@router.get(f"{_ACCOUNT}/gap", tags=_TAGS, summary="What is missing for each higher tier and the next rebate level")
def get_account_gap(account_id: AccountPath, caller: Calling) -> AccountGap:
    """In people, money and trainings, and until when exactly that is enough. Whoever has it is promoted."""
    api = standing()
    visible_account(caller, account_id, api.accounts)
    return api.gap(account_id)


@router.get(f"{_ACCOUNT}/expiries", tags=_TAGS, summary="What counts for the tier and runs out")
def get_account_expiries(account_id: AccountPath, caller: Calling) -> AccountExpiries:
    """Certifications and trainings with their last day, and the requirements that will not be met by then."""
    api = standing()
    return api.standing.expiries(visible_account(caller, account_id, api.accounts))


@router.get(f"{_ACCOUNT}/cases", tags=_TAGS, summary="Cases, open ones first, with their last day and what mends them")
def get_account_cases(account_id: AccountPath, caller: Calling) -> AccountCases:
    """A case is a requirement of the tier that is short. The vendor's decisions are shown to partners without names."""
    api = standing()
    state = visible_account(caller, account_id, api.accounts)
    return api.standing.cases(state, for_partner=caller.is_partner)


@router.get(f"{_ACCOUNT}/history", tags=_TAGS, summary="Everything that happened to the account")
def list_account_history(
    account_id: AccountPath, caller: Calling, paging: Paging, known_on: KnownOn = None, limit: Limit = 50,
    cursor: Cursor = None,
) -> HistoryPage:  # fmt: skip
    """The oldest first. `on` is the day on which something holds, `known_on` the day since which it is known."""
    api = standing()
    visible_account(caller, account_id, api.accounts)
    after = paging.after(cursor)
    page = api.history(account_id, known_on=known_on, after=after, limit=limit, for_partner=caller.is_partner)
    return paging.sealed(page)


@router.get(f"{_ACCOUNT}/benefits", tags=_TAGS, summary="The ten benefits of the account on a date")
def get_account_benefits(account_id: AccountPath, caller: Calling, as_of: AlsoAhead = None) -> AccountBenefits:
    """Of section 4.2, by the rulebook of that day and the certifications held on it."""
    api = standing()
    visible_account(caller, account_id, api.accounts)
    return api.benefits(account_id, as_of)


@router.get(f"{_ACCOUNT}/notices", tags=_TAGS, summary="The notices of the account, the newest first")
def list_account_notices(
    account_id: AccountPath, caller: Calling, paging: Paging, limit: Limit = 50, cursor: Cursor = None
) -> NoticesPage:
    """As they went out by mail and on the bus; a page may have fewer than asked for."""
    api = standing()
    visible_account(caller, account_id, api.accounts)
    page = api.notices(account_id, after=paging.after(cursor), limit=limit, for_partner=caller.is_partner)
    return paging.sealed(page)


@router.get(f"{_ACCOUNT}/sites", tags=_TAGS, summary="The sites of the account, open and closed, by id")
def list_account_sites(
    account_id: AccountPath, caller: Calling, paging: Paging, as_of: AsOf = None, limit: Limit = 50,
    cursor: Cursor = None,
) -> SitesPage:  # fmt: skip
    """By what is known today: a site that was recorded as another's belongs to whom it is recorded for now."""
    api = standing()
    visible_account(caller, account_id, api.accounts)
    page = api.sites(account_id, as_of=as_of, after=paging.after(cursor), limit=limit)
    return paging.sealed(page)


@router.get(f"{_ACCOUNT}/people", tags=_TAGS, summary="People with employments and certifications; trainings")
def list_account_people(
    account_id: AccountPath, caller: Calling, paging: Paging, as_of: AsOf = None, limit: Limit = 50,
    cursor: Cursor = None,
) -> PeoplePage:  # fmt: skip
    """Everybody who is, was or will be employed at a site of the account, by id, with what counts on the day.

    By what is known today. A record is corrected under its key: who leaves, by the row of `people` with the same
    `person_id`, `site_id` and `from_date` as here, and `until_date` (`PUT /v1/records/people`). A partner reads the
    employments and certifications that have a day in common with its open sites.
    """
    api = standing()
    visible_account(caller, account_id, api.accounts)
    after = paging.after(cursor)
    page = api.people(account_id, as_of=as_of, after=after, limit=limit, for_partner=caller.is_partner)
    return paging.sealed(page)
