"""Supposed Sales Revenue: as a contribution of a report, and which no report could bring: its lines would be held."""

from datetime import date, timedelta

from partner_program.domain.asked import AskedCode
from partner_program.domain.facts import AccountFacts
from partner_program.domain.revenue import ClassTotal, Contribution
from partner_program.domain.what_if.changes import Sales
from partner_program.rulebook import CountryNotInProgram, NotInForce, Rulebook
from partner_program.values.periods import last_day_of_month, month_of

SOURCE = "what-if"
"""The distributor and the reports that supposed revenue is named after, and supposed certifications."""
_CLASS = "software"
"""What is supposed is credited revenue already; of software all that is billed is credited (R-2.2a)."""
Held = tuple[AskedCode, str]
"""Why, by code and in words."""


def days_of(change: Sales) -> tuple[date, date]:
    """The first and the last invoice date."""
    if change.invoice_date is not None:
        return change.invoice_date, change.invoice_date
    year, month = map(int, (change.month or "").split("-"))
    return date(year, month, 1), last_day_of_month(year, month)


def supposed_sales(change: Sales, account_id: str, report_id: str, known_on: date) -> Contribution:
    """What a report of them would add to the account."""
    return Contribution(
        account_id=account_id,
        currency=change.currency,
        month=month_of(days_of(change)[0]),
        distributor_id=SOURCE,
        report_id=report_id,
        digest="0" * 16,
        part=0,
        lines=1,
        by_class={_CLASS: ClassTotal(lines=1, billed=change.amount, credit=change.amount)},
        known_on=known_on,
    )


def why_held(first: date, last: date, facts: AccountFacts, currency: str, rulebook: Rulebook) -> Held | None:
    """Why lines with invoice dates from `first` to `last` would all be held, as on the last of these days.

    None where there is a day among them whose lines could be credited, in `currency`.
    """
    found: Held | None = None
    for days in range((last - first).days + 1):
        found = _on(first + timedelta(days=days), facts, currency, rulebook)
        if found is None:
            return None
    return found


def _on(day: date, facts: AccountFacts, currency: str, rulebook: Rulebook) -> Held | None:
    try:
        kept_in = rulebook.at(day).country(facts.country).currency
    except NotInForce:
        return "too_early", "the rulebook has no rules for that time: a line of it would be held"
    except CountryNotInProgram as outside:
        return "country_not_in_program", f"{outside}: a line of it would be held"
    if not any(site.is_open_on(day) for site in facts.sites):
        return "site_not_open", "no site of the account is open then: a line of it would be held"
    if kept_in != currency:
        return "other_currency", f"accounts there are kept in {kept_in} then: a line in {currency} would be held"
    return None
