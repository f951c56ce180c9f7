"""Why a statement pays what it pays, or nothing: as explicit for a zero as for a payment (R-5.4a, R-5.4e)."""

from partner_program.domain.accelerator.rebate import Rebate, Settlement
from partner_program.domain.wording import money_text, percent_text
from partner_program.rulebook import Level
from partner_program.values.money import zero
from partner_program.values.periods import Quarter

_YEARS_LAST = 4


def explain_reason(rebate: Rebate, settled: Settlement) -> str:
    """Sentences: what was reached, what follows from it, what the next level takes and is worth, what is carried."""
    if not rebate.premier:
        sentences = [f"Not Premier on {rebate.quarter.last_day}: nothing new is earned (R-5.1)."]
        sentences += [_support(rebate, settled), _carried(settled) or "Nothing is carried any more."]
    elif rebate.barrier:
        sentences = [f"Not eligible: {rebate.barrier}.", _nothing_for(rebate), _carried(settled)]
    else:
        sentences = [_standing(rebate), _outcome(rebate, settled), _ahead(rebate, settled), _carried(settled)]
    return " ".join(filter(None, [*sentences, _elsewhere(settled)]))


def _nothing_for(rebate: Rebate) -> str:
    return f"YTD {money_text(rebate.ytd)} earns nothing."


def _support(rebate: Rebate, settled: Settlement) -> str:
    """What the year's revenue is held against where it earns nothing new."""
    against = f"{money_text(settled.before)} settled for the year"
    if settled.carried_in.amount:
        against += f" and {money_text(settled.carried_in)} carried in"
    return f"YTD {money_text(rebate.ytd)} supports {money_text(settled.earned)} of {against}."


def _standing(rebate: Rebate) -> str:
    ytd, last = money_text(rebate.ytd), money_text(rebate.last_year)
    if rebate.level is None:
        goal, goal_pct = money_text(rebate.goal), percent_text(rebate.terms.goal_pct)
        return f"YTD {ytd} is below the goal of {goal}, {goal_pct} of last year's {last}: nothing earned."
    reached = f"{percent_text(rebate.level.growth_pct)} of last year's {last}"
    return f"YTD {ytd} reaches {reached}: {percent_text(rebate.rate_pct)}, {money_text(rebate.earned)} earned."


def _outcome(rebate: Rebate, settled: Settlement) -> str:
    """What there is to pay, or what a rebate that was earned is covered by."""
    if rebate.level is None:
        return ""
    taken = _taken(settled)
    if settled.payout.amount:
        after = f" after {taken}" if taken else ""
        return f"{money_text(settled.payout)} to pay{after}."
    return f"Nothing to pay: covered by {taken}." if taken else "Nothing to pay: it rounds to nothing."


def _taken(settled: Settlement) -> str:
    """What is deducted, in words; empty where nothing is."""
    parts = [(settled.before, "settled before"), (settled.carried_in, "carried in")]
    return " and ".join(f"{money_text(amount)} {what}" for amount, what in parts if amount.amount)


def _carried(settled: Settlement) -> str:
    if not settled.carried_out.amount:
        return ""
    return f"{money_text(settled.carried_out)} is carried and netted against later payouts."


def _elsewhere(settled: Settlement) -> str:
    """What was settled or carried before the country changed its currency: no rate of ours brings it over."""
    told = [f"{amount} paid by {quarter}" for quarter, amount in settled.paid_elsewhere]
    told += [f"{amount} carried by {quarter}" for quarter, amount in settled.carried_elsewhere]
    return f"Not taken into account, for a person to settle: {', '.join(told)}." if told else ""


def _ahead(rebate: Rebate, settled: Settlement) -> str:
    """The gap to the next level, what that earns in all, and what of it is not settled yet (R-5.3)."""
    level = rebate.next_level
    if level is None:
        return _at_the_top(rebate)
    gap, rate = money_text(rebate.needed_for(level) - rebate.ytd), percent_text(level.rate_pct)
    reaches = "would have reached" if rebate.quarter.number == _YEARS_LAST else "reaches"
    worth = f"worth {money_text(rebate.worth_of(level))} for the year{_more(rebate, level, settled)}"
    return f"{gap} more by {_years_end(rebate.quarter)} {reaches} {rate}, {worth}."


def _more(rebate: Rebate, level: Level, settled: Settlement) -> str:
    more = rebate.worth_of(level) - settled.covered
    if not settled.covered.amount:
        return ", none of it settled yet"
    if more <= zero(more.currency):
        return ", all of it settled already"
    return f", {money_text(more)} more than is settled with this statement"


def _at_the_top(rebate: Rebate) -> str:
    if not rebate.terms.cap_applies:
        return "The highest level is reached; its rate applies to all of YTD."
    cap = f"{money_text(rebate.cap)}, {percent_text(rebate.terms.cap_growth_pct)} of last year"
    return f"The highest level is reached; the base stops at {cap}."


def _years_end(quarter: Quarter) -> str:
    return f"31 December {quarter.year}"
