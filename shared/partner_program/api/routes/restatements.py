"""A closed year's frozen revenue restated (R-5.4d): look first, then apply what was seen."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from partner_program.api.once import Began, once
from partner_program.api.parameters import AccountPath, AmountText, Calling, IdempotencyKey
from partner_program.api.texts import ReasonText
from partner_program.api.visible import visible_account
from partner_program.bootstrap.api.money import money_desk, money_seen
from partner_program.domain.model import Document
from partner_program.domain.payments.people import Action
from partner_program.domain.restatement import Restatement
from partner_program.domain.revenue import Baseline
from partner_program.values.money import ExactNumber
from partner_program.values.tiers import Tier

queries, acts = Router(), Router()

_TAGS = ["Revenue"]
_OF_YEAR = "/v1/accounts/<account_id>/restatements/<year>"
YearPath = Annotated[str, Path(pattern=r"^(19|20)[0-9]{2}$", description="A closed year.", examples=["2023"])]


class ThresholdSeen(Document):
    """A tier's threshold, and whether the year's revenue reaches it before and after."""

    tier: Tier
    threshold: ExactNumber
    reached_before: bool
    reached_after: bool


class LevelSeen(Document):
    """A level of the next year's accelerator, and the revenue up to the day that it asks for before and after."""

    rate_pct: ExactNumber
    growth_pct: ExactNumber
    needed_before: ExactNumber
    needed_after: ExactNumber


class StatementSeen(Document):
    """A final statement of the next year that was made on the old amount. It stands; the next one settles."""

    period: str
    made_on: date
    prev_year_revenue: ExactNumber
    rate_pct: ExactNumber
    payout: ExactNumber


class RestatementSeen(Document):
    """What a restatement would change. Amounts in `currency`, unrounded; `standing` is what counts now.

    `difference` is zero where there is nothing to restate. Send `recomputed` as `expected_amount` to apply it.
    """

    account_id: str
    year: int
    currency: str
    standing: ExactNumber
    revision: int
    recomputed: ExactNumber
    difference: ExactNumber
    rules_on: date
    thresholds: tuple[ThresholdSeen, ...]
    levels: tuple[LevelSeen, ...]
    statements: tuple[StatementSeen, ...]


class RestatementAsked(Document):
    """`expected_amount` is what the year comes to as it was seen: only that is applied."""

    expected_amount: AmountText
    reason: ReasonText


class BaselineRestated(Document):
    """The year's revenue as it counts from now on, with its revision."""

    account_id: str
    year: int
    currency: str
    amount: ExactNumber
    revision: int
    restated_on: date | None
    restated_by: str | None
    reason: str | None


@queries.get(_OF_YEAR, tags=_TAGS, summary="What restating a closed year would change")
def get_restatement(account_id: AccountPath, year: YearPath, caller: Calling) -> RestatementSeen:
    """The frozen amount, what the year comes to with the lines that came later, and what rests on it."""
    seen = money_seen()
    visible_account(caller, account_id, seen.accounts)
    return _seen(seen.restatements.preview(account_id, int(year), seen.today))


@acts.post(_OF_YEAR, middlewares=[once], tags=_TAGS, summary="Restate a closed year")
def restate_year(
    account_id: AccountPath,
    year: YearPath,
    body: Annotated[RestatementAsked, Body()],
    caller: Calling,
    began: Began,
    _key: IdempotencyKey,
) -> BaselineRestated:
    """A revision beside the frozen amount, with who and why. Statements that were made stay; the next one settles."""
    desk, by = money_desk(), caller.actor(Action.RESTATE)
    visible_account(caller, account_id, desk.accounts)
    restated = desk.restatements.apply(
        account_id, int(year), expected_amount=body.expected_amount, by=by, reason=body.reason, on=desk.today,
        request=began.name,
    )  # fmt: skip
    return _restated(restated)


def _seen(found: Restatement) -> RestatementSeen:
    return RestatementSeen(
        account_id=found.account_id,
        year=found.year,
        currency=found.currency,
        standing=found.standing.sales_revenue,
        revision=found.standing.revision,
        recomputed=found.recomputed,
        difference=found.difference,
        rules_on=found.rules_on,
        thresholds=tuple(ThresholdSeen(**one.model_dump()) for one in found.thresholds),
        levels=tuple(LevelSeen(**one.model_dump()) for one in found.levels),
        statements=tuple(
            StatementSeen(period=str(one.quarter), **one.model_dump(exclude={"quarter"})) for one in found.statements
        ),
    )


def _restated(baseline: Baseline) -> BaselineRestated:
    return BaselineRestated(
        account_id=baseline.account_id,
        year=baseline.year,
        currency=baseline.currency,
        amount=baseline.sales_revenue,
        revision=baseline.revision,
        restated_on=baseline.restated_on,
        restated_by=baseline.restated_by,
        reason=baseline.reason,
    )
