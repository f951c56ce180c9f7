"""Sales Revenue of an account by calendar year: YTD, the year before, and since when it has reached an amount.

A year's revenue is what was recorded for it before the first POS report (`opening_revenue`) plus all contributions of
its months. Once a year's books are closed its frozen baseline stands in place of both (R-5.4d), and of that the latest
revision. Contributions carry a month, so a date inside a month stands for the whole month; lines dated in the future
are refused at the door.
"""

from collections import deque
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from partner_program.domain.facts import AccountFacts
from partner_program.domain.revenue import Contribution, latest_baseline, revenue_between
from partner_program.domain.tiers.spans import Span, merged
from partner_program.values.errors import InvalidValue
from partner_program.values.money import EXACT
from partner_program.values.periods import month_of


@dataclass(frozen=True, slots=True)
class YearRevenue:
    """Sales Revenue of a calendar year, unrounded; `source` says where it comes from, `facts` name it."""

    year: int
    amount: Decimal
    source: str
    facts: tuple[str, ...]


def year_to_date(facts: AccountFacts, on: date) -> YearRevenue:
    """YTD: from 1 January of the year of `on` up to and including its month, by invoice date (R-3.4a)."""
    return _recorded(facts, on.year, month_of(on))


def whole_year(facts: AccountFacts, year: int) -> YearRevenue:
    """Sales Revenue of a year as it is known now, frozen or not: what the year's close freezes."""
    return _recorded(facts, year, f"{year:04d}-12")


def previous_year(facts: AccountFacts, year: int) -> YearRevenue:
    """Sales Revenue of the year before `year`: the frozen baseline if there is one, else what is recorded."""
    baseline = latest_baseline(facts.baselines, year - 1)
    if baseline is None:
        return whole_year(facts, year - 1)
    source, name = f"baseline frozen on {baseline.frozen_on}", f"baseline/{year - 1}"
    if baseline.revision:
        source += f", restated on {baseline.restated_on}"
        name += f"/{baseline.revision}"
    return YearRevenue(year - 1, baseline.sales_revenue, source, (name,))


def check_currency(facts: AccountFacts, currency: str) -> None:
    """Refuse to add amounts of different currencies. Raises `InvalidValue`: such an account needs a person."""
    found = {item.currency for item in facts.contributions} | {item.currency for item in facts.opening_revenue}
    found |= {item.currency for item in facts.baselines}
    others = sorted(found - {currency})
    if others:
        raise InvalidValue(f"{facts.account_id} is kept in {currency} but has revenue in {', '.join(others)}")


def days_reaching(facts: AccountFacts, threshold: Decimal, on: date) -> tuple[Span, ...]:
    """Days up to `on` on which the revenue that counts was known to reach a threshold, as merged spans.

    On a day that is YTD or Sales Revenue of the year before, whichever is more, by the reports known by then. Looks
    back to 1 January of last year; the last span is open-ended when it includes `on`.
    """
    levels = _levels(facts, on)
    ends: list[date | None] = [day for day, _ in levels[1:]]
    spans = zip(levels, [*ends, None], strict=True)
    return merged(Span(day, end) for (day, amount), end in spans if amount >= threshold)


def _levels(facts: AccountFacts, on: date) -> list[tuple[date, Decimal]]:
    """The revenue that counts, from each day on which it changed."""
    known = deque(_known(facts, on))
    totals = {year: _opening(facts, year) for year in range(on.year - 2, on.year + 1)}
    turns = {date(on.year - 1, 1, 1), date(on.year, 1, 1)}
    days = turns | {day for day, _ in known} | {item.counts_from for item in facts.baselines}
    levels = []
    for day in sorted(day for day in days if min(turns) <= day <= on):
        while known and known[0][0] <= day:
            _, item = known.popleft()
            year = int(item.month[:4])
            totals[year] = EXACT.add(totals.get(year, Decimal(0)), item.credit)
        before = latest_baseline((item for item in facts.baselines if item.counts_from <= day), day.year - 1)
        last = before.sales_revenue if before else totals[day.year - 1]
        levels.append((day, max(last, totals[day.year])))
    return levels


def _known(facts: AccountFacts, on: date) -> list[tuple[date, Contribution]]:
    """Contributions by the day they became known; one that is here has become known by `on`, whatever it says."""
    items = [item for item in facts.contributions if item.month <= month_of(on)]
    return sorted(((min(item.known_on, on), item) for item in items), key=lambda known: known[0])


def _recorded(facts: AccountFacts, year: int, last_month: str) -> YearRevenue:
    """Opening revenue plus contributions, with their names in an order of their own."""
    first_month = f"{year:04d}-01"
    counted = [item for item in facts.contributions if first_month <= item.month <= last_month]
    opening = _opening(facts, year)
    has_opening = any(item.year == year for item in facts.opening_revenue)
    names = [f"opening_revenue/{year}"] if has_opening else []
    sources = ["opening revenue"] if has_opening else []
    if counted:
        months = sorted({item.month for item in counted})
        reports = {(item.distributor_id, item.report_id) for item in counted}
        names.append(f"contributions/{months[0]}..{months[-1]} of {len(reports)} reports")
        sources.append("POS reports")
    amount = EXACT.add(opening, revenue_between(counted, first_month, last_month))
    return YearRevenue(year, amount, " and ".join(sources) or "no revenue recorded", tuple(names))


def _opening(facts: AccountFacts, year: int) -> Decimal:
    return next((item.sales_revenue for item in facts.opening_revenue if item.year == year), Decimal(0))
