"""A statement in words: every step of the calculation, with its rule, and the reason for its outcome (R-5)."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from partner_program.domain.accelerator.rebate import Rebate, Settlement
from partner_program.domain.accelerator.statement import Step
from partner_program.domain.facts import AccountFacts
from partner_program.domain.revenue import ClassTotal
from partner_program.domain.wording import amount_text, money_text, percent_text
from partner_program.rulebook import NotInForce, Rulebook
from partner_program.values.errors import NotFound
from partner_program.values.money import Money, total
from partner_program.values.periods import last_day_of_month, month_of


def explain(facts: AccountFacts, rebate: Rebate, settled: Settlement, rulebook: Rulebook) -> tuple[Step, ...]:
    """The derivation from contributions to the payout, in the order in which it is computed."""
    return (
        *_months(facts, rebate, rulebook),
        _ytd(facts, rebate),
        _last_year(rebate),
        _eligibility(rebate),
        _goal(rebate),
        _level(rebate),
        _base(rebate),
        _earned(rebate),
        _settled(settled),
        _carried_in(settled),
        _payout(rebate, settled),
        _carried_out(settled),
        _payable(rebate),
    )


def explain_reason(rebate: Rebate, settled: Settlement) -> str:
    """Why this is paid, or why nothing is, with the gap to the next level in money."""
    if rebate.barrier:
        return f"Not eligible: {rebate.barrier}.{_carried(settled)}"
    return f"{_standing(rebate)}{_outcome(rebate, settled)}{_ahead(rebate)}{_carried(settled)}"


def _standing(rebate: Rebate) -> str:
    ytd, last = money_text(rebate.ytd), money_text(rebate.last_year)
    if rebate.level is None:
        goal = money_text(rebate.last_year.share(rebate.terms.goal_pct.scaleb(-2)))
        return (
            f"YTD {ytd} is below the goal of {goal}, {percent_text(rebate.terms.goal_pct)} of {last}: nothing earned."
        )
    reached = f"{percent_text(rebate.level.growth_pct)} of last year's {last}"
    return f"YTD {ytd} reaches {reached}: {percent_text(rebate.rate_pct)}, {money_text(rebate.earned)} earned."


def _outcome(rebate: Rebate, settled: Settlement) -> str:
    if rebate.level is None:
        return ""
    if settled.payout.amount:
        return f" {money_text(settled.payout)} to pay."
    return " Nothing to pay: what was settled before covers it."


def _carried(settled: Settlement) -> str:
    if not settled.carried_out.amount:
        return ""
    return f" {money_text(settled.carried_out)} is carried and netted against later payouts."


def _ahead(rebate: Rebate) -> str:
    """The gap to the next level, and what that level would have earned in all (R-5.3)."""
    level = rebate.next_level
    if level is None:
        return " The highest level is reached."
    needed = rebate.needed_for(level)
    worth = needed.share(level.rate_pct.scaleb(-2)).rounded()
    gap, rate = money_text(needed - rebate.ytd), percent_text(level.rate_pct)
    if rebate.quarter.number == 4:
        return f" {gap} more would have reached {rate}, worth {money_text(worth)} for the year."
    return f" {gap} more by {rebate.quarter.year}-12-31 reaches {rate}, worth {money_text(worth)} for the year."


def _months(facts: AccountFacts, rebate: Rebate, rulebook: Rulebook) -> Iterator[Step]:
    first, last = f"{rebate.quarter.year:04d}-01", month_of(rebate.quarter.last_day)
    by_month: dict[str, dict[str, list[ClassTotal]]] = {}
    for item in facts.contributions:
        if first <= item.month <= last:
            classes = by_month.setdefault(item.month, {})
            for product_class, sums in item.by_class.items():
                classes.setdefault(product_class, []).append(sums)
    for month, classes in sorted(by_month.items()):
        working = [_class_text(month, name, sums, rebate, rulebook) for name, sums in sorted(classes.items())]
        credit = total(item.credit for sums in classes.values() for item in sums)
        yield Step(
            title=f"Sales Revenue {month}",
            rule="R-2.2a",
            working="; ".join(working),
            result=amount_text(credit, rebate.ytd.currency),
        )


def _class_text(month: str, product_class: str, sums: list[ClassTotal], rebate: Rebate, rulebook: Rulebook) -> str:
    currency = rebate.ytd.currency
    billed, credit = total(item.billed for item in sums), total(item.credit for item in sums)
    count = sum(item.lines for item in sums)
    lines = "1 line" if count == 1 else f"{count} lines"
    share = _share(month, product_class, rulebook)
    at = "" if share is None or Money(billed, currency).share(share).amount != credit else _times(share)
    return f"{product_class}: {lines}, {amount_text(billed, currency)} billed{at} = {amount_text(credit, currency)}"


def _times(share: Decimal) -> str:
    return f" x {percent_text(share.scaleb(2))}"


def _share(month: str, product_class: str, rulebook: Rulebook) -> Decimal | None:
    """The credit share of a class at a month's end; the lines themselves were credited by their own dates."""
    try:
        day = last_day_of_month(int(month[:4]), int(month[5:]))
        return rulebook.at(day).credit_share(product_class)
    except (NotInForce, NotFound):
        return None


def _ytd(facts: AccountFacts, rebate: Rebate) -> Step:
    year = rebate.quarter.year
    opening = [item.sales_revenue for item in facts.opening_revenue if item.year == year]
    before = f"opening revenue {amount_text(total(opening), rebate.ytd.currency)} + " if opening else ""
    return Step(
        title=f"YTD {rebate.quarter}",
        rule="R-3.4a",
        working=f"{before}the months from {year}-01 to {month_of(rebate.quarter.last_day)}",
        result=money_text(rebate.ytd),
    )


def _last_year(rebate: Rebate) -> Step:
    return Step(
        title=f"Sales Revenue {rebate.quarter.year - 1}",
        rule="R-5.4d",
        working=rebate.last_year_source,
        result=money_text(rebate.last_year),
    )


def _eligibility(rebate: Rebate) -> Step:
    return Step(
        title="Eligibility",
        rule="R-5.2a",
        working=rebate.barrier or f"Premier on {rebate.quarter.last_day}, a full calendar year of Sales Revenue before",
        result="eligible" if rebate.eligible else "not eligible",
    )


def _goal(rebate: Rebate) -> Step:
    goal_pct = rebate.terms.goal_pct
    return Step(
        title="Minimum Revenue Goal",
        rule="R-5.3",
        working=f"{percent_text(goal_pct)} of {money_text(rebate.last_year)}",
        result=money_text(rebate.last_year.share(goal_pct.scaleb(-2))),
    )


def _level(rebate: Rebate) -> Step:
    ladder = ", ".join(
        f"{percent_text(level.rate_pct)} from {money_text(rebate.needed_for(level))}" for level in rebate.terms.levels
    )
    return Step(
        title="Level",
        rule="R-5.3",
        working=f"YTD {money_text(rebate.ytd)} against {ladder}" if rebate.eligible else "not eligible, no level",
        result=percent_text(rebate.rate_pct) if rebate.level else "none",
    )


def _base(rebate: Rebate) -> Step:
    cap = rebate.last_year.share(rebate.terms.cap_growth_pct.scaleb(-2))
    if rebate.level is None:
        working = "no level, no base"
    elif rebate.terms.cap_applies:
        stop = f"{percent_text(rebate.terms.cap_growth_pct)} of last year, {money_text(cap)}"
        working = f"the smaller of YTD {money_text(rebate.ytd)} and {stop}"
    else:
        working = f"all of YTD {money_text(rebate.ytd)}; the rulebook lifts the cap"
    return Step(title="Rebate base", rule="R-5.3b", working=working, result=money_text(rebate.base))


def _earned(rebate: Rebate) -> Step:
    exact = rebate.base.share(rebate.rate_pct.scaleb(-2))
    return Step(
        title="Earned for the year so far",
        rule="R-5.3",
        working=f"{percent_text(rebate.rate_pct)} of {money_text(rebate.base)} = {money_text(exact)}, rounded half up",
        result=money_text(rebate.earned),
    )


def _settled(settled: Settlement) -> Step:
    quarters = " + ".join(f"{quarter}: {money_text(paid)}" for quarter, paid in settled.paid_by)
    return Step(
        title="Settled before",
        rule="R-5.4a",
        working=quarters or "no final statement of this year yet",
        result=money_text(settled.before),
    )


def _carried_in(settled: Settlement) -> Step:
    return Step(
        title="Carried in",
        rule="R-5.4e",
        working=f"left by {settled.carried_from}" if settled.carried_from else "no statement of an earlier year",
        result=money_text(settled.carried_in),
    )


def _difference(rebate: Rebate, settled: Settlement) -> str:
    return f"{money_text(rebate.earned)} - {money_text(settled.before)} - {money_text(settled.carried_in)}"


def _payout(rebate: Rebate, settled: Settlement) -> Step:
    return Step(
        title="Payout",
        rule="R-5.4a",
        working=f"{_difference(rebate, settled)}, never below zero",
        result=money_text(settled.payout),
    )


def _carried_out(settled: Settlement) -> Step:
    return Step(
        title="Carried out",
        rule="R-5.4e",
        working="what was settled and carried in beyond what is earned; netted against later payouts",
        result=money_text(settled.carried_out),
    )


def _payable(rebate: Rebate) -> Step:
    days = rebate.terms.payout_days
    return Step(
        title="Payable from",
        rule="R-5.4b",
        working=f"{days} days after {rebate.quarter.last_day}",
        result=str(rebate.quarter.last_day + timedelta(days=days)),
    )
