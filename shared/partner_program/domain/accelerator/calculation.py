"""The Revenue Goal Accelerator: one account, one quarter → a statement with its whole derivation (R-5).

Amounts are exact until `earned`, which is rounded half up to the currency's minor unit: the only rounding. From there
on everything is in whole minor units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from partner_program.domain.accelerator.adjustments import adjustments
from partner_program.domain.accelerator.contribution_lines import contribution_lines
from partner_program.domain.accelerator.policies import policies
from partner_program.domain.accelerator.reasons import explain_reason
from partner_program.domain.accelerator.rebate import Rebate, Settlement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.accelerator.steps import explain
from partner_program.domain.facts import AccountFacts
from partner_program.domain.revenue import quarter_revenue
from partner_program.domain.wording import money_text
from partner_program.domain.yearly_revenue import check_currency, previous_year, year_to_date
from partner_program.rulebook import Accelerator, Level, Rulebook
from partner_program.values.money import Money, plain, total, zero
from partner_program.values.periods import Quarter


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which statement to make, and on which day.

    `premier`: whether the account is on the quarter's last day. `known_on`: the day at whose end the facts were known,
    where that is not the day it is made on.
    """

    quarter: Quarter
    status: StatementStatus
    made_on: date
    premier: bool = True
    known_on: date | None = None


def make_statement(
    facts: AccountFacts, assignment: Assignment, earlier: Sequence[Statement], rulebook: Rulebook
) -> Statement:
    """The statement of a quarter; of an account that is not Premier on its last day, one that pays nothing (R-5.1).

    `earlier` are statements of the account made before; only final ones of earlier quarters count. Months after the
    quarter are left out, however much of them is known. The rules are those of the quarter's last day.
    Raises `CountryNotInProgram`, `NotInForce`, `InvalidValue` as `assess` does.
    """
    quarter = assignment.quarter
    rules = rulebook.at(quarter.last_day)
    currency = rules.country(facts.country).currency
    check_currency(facts, currency)
    rebate = rebate_of(facts, quarter, rules.accelerator, currency, premier=assignment.premier)
    settled = settlement(rebate, quarter, earlier)
    lines = contribution_lines(facts.contributions, quarter, rulebook)
    adjusted = adjustments(facts, quarter, lines, [item for item in earlier if item.currency == currency], currency)
    return Statement(
        account_id=facts.account_id,
        partner_id=facts.partner_id,
        country=facts.country,
        year=quarter.year,
        quarter=quarter.number,
        status=assignment.status,
        currency=currency,
        quarter_revenue=quarter_revenue(facts.contributions, quarter),
        ytd_revenue=rebate.ytd.amount,
        prev_year_revenue=rebate.last_year.amount,
        eligible=rebate.eligible,
        rate_pct=rebate.rate_pct,
        rebate_base=rebate.base.amount,
        earned=settled.earned.amount,
        settled_before=settled.before.amount,
        carried_in=settled.carried_in.amount,
        payout=settled.payout.amount,
        carried_out=settled.carried_out.amount,
        payable_from=payable_from(quarter, rules.accelerator),
        reason=explain_reason(rebate, settled),
        steps=explain(facts, rebate, settled, lines, adjusted),
        made_on=assignment.made_on,
        edition=rulebook.edition,
        rulebook_digest=rulebook.digest,
        contributions=lines,
        ladder=rebate.ladder(),
        adjustments=adjusted,
        policies=policies(lines, quarter.last_day, rulebook),
        premier=assignment.premier,
        known_on=assignment.known_on,
    )


def changes_balance(made: Statement, earlier: Sequence[Statement]) -> bool:
    """Whether the statement of an account that is not Premier is needed: another balance than the year carries so far.

    That is so when the year's revenue no longer supports what its final statements settled, or does so again
    (R-5.4e). Where the year has no final statement nothing was settled, and there is nothing to say.
    """
    finals = [item for item in _finals_before(made.period, earlier) if item.currency == made.currency]
    return bool(finals) and finals[-1].year == made.year and finals[-1].carried_out != made.carried_out


def rebate_of(
    facts: AccountFacts, quarter: Quarter, terms: Accelerator, currency: str, *, premier: bool = True
) -> Rebate:
    """What is earned for the year so far at the end of a quarter, before what was settled (R-5.1 to R-5.3b)."""
    ytd = Money(year_to_date(facts, quarter.last_day).amount, currency)
    last = previous_year(facts, quarter.year)
    last_year = Money(last.amount, currency)
    barrier = barrier_of(facts, quarter.year, terms, last_year)
    found = earning(ytd, zero(currency) if barrier else last_year, terms)
    return Rebate(
        quarter=quarter,
        terms=terms,
        ytd=ytd,
        last_year=last_year,
        last_year_source=last.source,
        premier=premier,
        barrier=barrier,
        level=found.level,
        base=found.base,
        earned=found.exact.rounded(),
    )


def barrier_of(facts: AccountFacts, year: int, terms: Accelerator, last_year: Money) -> str | None:
    """Why an account cannot take part in a year, after the Sales Revenue of the one before (R-5.2a); None if it can."""
    since = None if facts.partner is None else facts.partner.trading_since or facts.partner.enrolled_on
    needed = date(year - terms.full_years_required, 1, 1)
    if since is None:
        return f"not known to trade; trading by {needed} is needed (R-5.2a)"
    if since > needed:
        first = since.year + terms.full_years_required + (since > date(since.year, 1, 1))
        return f"trading since {since}; trading by {needed} is needed, so it takes part from {first} on (R-5.2a)"
    if last_year <= zero(last_year.currency):
        return f"no Sales Revenue above zero in {year - 1}, {money_text(last_year)} (R-5.2a)"
    return None


class Earning(NamedTuple):
    """The level that a YTD reaches (None: no level), what its rate applies to, and what that earns; nothing rounded."""

    level: Level | None
    base: Money
    exact: Money


def earning(ytd: Money, last_year: Money, terms: Accelerator) -> Earning:
    """What a YTD earns for the whole year so far (R-5.3 to R-5.3b); nothing after a year without revenue (R-5.2a)."""
    nothing = zero(ytd.currency)
    level = _level(ytd, last_year, terms) if last_year > nothing else None
    base = _base(ytd, last_year, terms) if level else nothing
    return Earning(level, base, base.share(level.rate_pct.scaleb(-2)) if level else nothing)


def _level(ytd: Money, last_year: Money, terms: Accelerator) -> Level | None:
    """The highest level that YTD reaches; reaching it exactly counts. The first one starts at the goal (R-5.3)."""
    reached = [level for level in terms.levels if ytd >= last_year.share(level.growth_pct.scaleb(-2))]
    return reached[-1] if reached else None


def _base(ytd: Money, last_year: Money, terms: Accelerator) -> Money:
    """What the rate applies to: all of YTD, back to the first euro, up to the cap where it applies (R-5.3b)."""
    cap = last_year.share(terms.cap_growth_pct.scaleb(-2))
    return min(ytd, cap) if terms.cap_applies else ytd


def settlement(rebate: Rebate, quarter: Quarter, earlier: Sequence[Statement]) -> Settlement:
    """What earlier final statements leave to pay, or to carry (R-5.4a, R-5.4e).

    Settled before: what those of this year pay, be it paid by now, on hold or cancelled (R-5.5). Carried in: what the
    last one before this year left over. The difference between earned and both is a payout where it is positive and a
    balance to net later where not. An account that is not Premier earns nothing new, so its difference never pays.
    Statements in another currency, of a country that has changed its own, are told and left to a person.
    """
    currency = rebate.earned.currency
    stated = _finals_before(quarter, earlier)
    finals = [item for item in stated if item.currency == currency]
    elsewhere = [item for item in stated if item.currency != currency]
    this_year = tuple(item for item in finals if item.year == quarter.year)
    past = [item for item in finals if item.year < quarter.year]
    earned = rebate.earned if rebate.premier else min(rebate.earned, _most_earned(this_year, currency))
    before = Money(total(item.payout for item in this_year), currency)
    carried_in = Money(past[-1].carried_out, currency) if past else zero(currency)
    balance = earned - before - carried_in
    nothing = zero(currency).rounded()
    return Settlement(
        earned=earned,
        before=before.rounded(),
        paid_by=tuple((item.period, Money(item.payout, currency)) for item in this_year),
        carried_in=carried_in.rounded(),
        carried_from=past[-1].period if past else None,
        payout=max(balance, nothing).rounded(),
        carried_out=max(-balance, nothing).rounded(),
        paid_elsewhere=tuple(
            (item.period, f"{plain(item.payout)} {item.currency}")
            for item in elsewhere
            if item.year == quarter.year and item.payout
        ),
        carried_elsewhere=tuple(
            (item.period, f"{plain(item.carried_out)} {item.currency}")
            for item in {item.currency: item for item in elsewhere}.values()
            if item.carried_out
        ),
    )


def _finals_before(quarter: Quarter, earlier: Sequence[Statement]) -> list[Statement]:
    finals = (item for item in earlier if item.status is StatementStatus.FINAL and item.period < quarter)
    return sorted(finals, key=lambda item: item.period)


def _most_earned(this_year: Sequence[Statement], currency: str) -> Money:
    """The most that the year entitled the account to while it took part: beyond that nothing new is earned (R-5.1)."""
    return Money(max((item.earned for item in this_year if item.eligible), default=Decimal(0)), currency).rounded()


def payable_from(quarter: Quarter, terms: Accelerator) -> date:
    """The first day on which a quarter's rebate may be paid (R-5.4b)."""
    return quarter.last_day + timedelta(days=terms.payout_days)
