"""The Partner Locator: the one route without a token (R-4.2.9)."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from partner_program.api.bodies import JSON
from partner_program.api.parameters import DEFAULT_LIMIT, Cursor, Limit, Paging
from partner_program.api.routes.lists import CountryQuery
from partner_program.bootstrap.api.lists import locator
from partner_program.domain.facts import CertificationKind
from partner_program.use_cases.queries.locator import LocatorPage
from partner_program.values.tiers import Tier

router = Router()

FRESH_FOR = timedelta(minutes=5)
"""How long anybody may keep an answer: a change is seen by all after this and the few seconds that lists need."""

TierQuery = Annotated[Tier | None, Query(description="The partner's status. Tiers without a listing find nobody.")]
QualificationQuery = Annotated[
    CertificationKind | None, Query(description="A technical qualification that somebody there holds.")
]


@router.get("/v1/locator", tags=["Locator"], summary="Find a partner")
def list_locator_partners(
    paging: Paging, country: CountryQuery = None, qualification: QualificationQuery = None, tier: TierQuery = None,
    limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None,
) -> Response[LocatorPage]:  # fmt: skip
    """R-4.2.9: Advanced and Premier partners, by country and tier, with what they say of themselves to the public.

    Needs no token, and may be cached. A page may have fewer partners than asked for, even none: the list ends where
    `next_cursor` is null.
    """
    page = locator().find(
        country=country, tier=tier, qualification=qualification, after=paging.after(cursor), limit=limit
    )
    return Response(
        status_code=HTTPStatus.OK,
        content_type=JSON,
        body=paging.sealed(page),
        headers={"Cache-Control": f"public, max-age={FRESH_FOR.seconds}"},
    )
