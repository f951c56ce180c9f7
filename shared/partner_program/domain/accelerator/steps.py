"""A statement in words: every step of the calculation, with its rule (R-5)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from partner_program.domain.accelerator.rebate import Rebate, Settlement
from partner_program.domain.accelerator.statement import Adjustment, ContributionLine, Step
from partner_program.domain.facts import AccountFacts
from partner_program.domain.wording import amount_text, money_text, percent_text
from partner_program.values.money import total
from partner_program.values.periods import Quarter, month_of


def explain(
    facts: AccountFacts,
    rebate: Rebate,
    settled: Settlement,
    lines: Sequence[ContributionLine],
    adjusted: Sequence[Adjustment],
) -> tuple[Step, ...]:
    """The derivation from contributions to the payout, in the order in which it is computed."""
    return (
        *_months(lines, rebate.ytd.currency),
        _ytd(facts, rebate),
        _last_year(rebate),
        *_adjustments(adjusted, rebate.ytd.currency),
        _eligibility(rebate),
        _goal(rebate),
        _level(rebate),
        _base(rebate),
        _earned(rebate, settled),
        _settled(settled),
        _carried_in(settled),
        _payout(settled),
        _carried_out(settled),
        _payable(rebate),
    )


def _months(lines: Sequence[ContributionLine], currency: str) -> Iterator[Step]:
    for month, of_month in groupby(lines, key=lambda line: line.month):
        classes = list(of_month)
        yield Step(
            title=f"Sales Revenue {month}",
            rule="R-2.2a",
            working="; ".join(_class_text(line, currency) for line in classes),
            result=amount_text(total(line.credit for line in classes), currency),
        )


def _class_text(line: ContributionLine, currency: str) -> str:
    count = "1 line" if line.lines == 1 else f"{line.lines} lines"
    at = "" if line.weight_pct is None else f" x {percent_text(line.weight_pct)}"
    billed, credit = amount_text(line.billed, currency), amount_text(line.credit, currency)
    return f"{line.product_class}: {count}, {billed} billed{at} = {credit}"


def _adjustments(adjusted: Sequence[Adjustment], currency: str) -> Iterator[Step]:
    """What the sums above contain, or leave out, that an earlier statement had otherwise (R-5.4d)."""
    for item in adjusted:
        yield Step(
            title=f"Adjustment: {item.name}",
            rule=item.rule,
            working=item.explanation,
            result=amount_text(item.amount, currency),
        )


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
    last_day = rebate.quarter.last_day
    if rebate.premier:
        working = f"Premier on {last_day}, whatever the tier later; a full calendar year of Sales Revenue before"
    else:
        working = f"not Premier on {last_day}: nothing new is earned (R-5.1)"
    return Step(
        title="Eligibility",
        rule="R-5.2a" if rebate.premier else "R-5.1",
        working=rebate.barrier if rebate.premier and rebate.barrier else working,
        result="eligible" if rebate.eligible else "not eligible",
    )


def _goal(rebate: Rebate) -> Step:
    return Step(
        title="Minimum Revenue Goal",
        rule="R-5.3",
        working=f"{percent_text(rebate.terms.goal_pct)} of {money_text(rebate.last_year)}",
        result=money_text(rebate.goal),
    )


def _level(rebate: Rebate) -> Step:
    ladder = ", ".join(
        f"{percent_text(level.rate_pct)} from {money_text(rebate.needed_for(level))}" for level in rebate.terms.levels
    )
    return Step(
        title="Level",
        rule="R-5.3",
        working=f"YTD {money_text(rebate.ytd)} against {ladder}"
        if rebate.barrier is None
        else "not eligible, no level",
        result=percent_text(rebate.rate_pct) if rebate.level else "none",
    )


def _base(rebate: Rebate) -> Step:
    if rebate.level is None:
        working = "no level, no base"
    elif rebate.terms.cap_applies:
        stop = f"{percent_text(rebate.terms.cap_growth_pct)} of last year, {money_text(rebate.cap)}"
        working = f"the smaller of YTD {money_text(rebate.ytd)} and {stop}"
    else:
        working = f"all of YTD {money_text(rebate.ytd)}; the rulebook lifts the cap"
    return Step(title="Rebate base", rule="R-5.3b", working=working, result=money_text(rebate.base))


def _earned(rebate: Rebate, settled: Settlement) -> Step:
    exact = rebate.base.share(rebate.rate_pct.scaleb(-2))
    working = f"{percent_text(rebate.rate_pct)} of {money_text(rebate.base)} = {money_text(exact)}, rounded half up"
    if not rebate.premier:
        working += ", but no more than final statements of the year earned: not Premier"
    return Step(title="Earned for the year so far", rule="R-5.3", working=working, result=money_text(settled.earned))


def _settled(settled: Settlement) -> Step:
    """Whatever became of the payouts: one that is on hold is payable later, one that was cancelled never (R-5.5)."""
    quarters = " + ".join(f"{quarter}: {money_text(paid)}" for quarter, paid in settled.paid_by)
    listed = f"{quarters}; also what is on hold or cancelled counts as settled (R-5.5)"
    working = [listed if quarters else "no final statement of this year yet"]
    if settled.paid_elsewhere:
        working = [listed if quarters else f"nothing in {settled.before.currency}"]
        working += [_left(*paid, "paid by", "deducted") for paid in settled.paid_elsewhere]
    return Step(
        title="Settled before",
        rule="R-5.4a",
        working="; ".join(working),
        result=money_text(settled.before),
    )


def _carried_in(settled: Settlement) -> Step:
    left = f"left by {settled.carried_from}"
    working = [left if settled.carried_from else "no statement of an earlier year"]
    if settled.carried_elsewhere:
        working = [left if settled.carried_from else f"nothing in {settled.carried_in.currency}"]
        working += [_left(*carried, "carried by", "netted") for carried in settled.carried_elsewhere]
    return Step(
        title="Carried in",
        rule="R-5.4e",
        working="; ".join(working),
        result=money_text(settled.carried_in),
    )


def _left(quarter: Quarter, amount: str, how: str, done: str) -> str:
    """What amounts of one currency never do to those of another."""
    return f"{amount} {how} {quarter} is in another currency and not {done}: a person has to settle it"


def _payout(settled: Settlement) -> Step:
    difference = " - ".join(map(money_text, (settled.earned, settled.before, settled.carried_in)))
    return Step(
        title="Payout",
        rule="R-5.4a",
        working=f"{difference}, never below zero",
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
