"""Checks on a rulebook as a whole: what no single value can show. Each yields every mistake that it finds."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from partner_program.values.currencies import minor_digits
from partner_program.values.tiers import Tier

from .answers import Country
from .book import change_dates, values_on
from .entries import DatedValue, Entry
from .errors import Mistake
from .rules import Rules
from .terms import accept_by_mistakes
from .units import Level, Mode, Place, Unit, Value

Entries = Mapping[str, Entry]
Values = Mapping[str, DatedValue]

LADDERS = (
    "tier_discount.",
    "revenue_threshold.",
    "people_required.",
    "training_required.",
    "terms_required.",
    "business_plan_required.",
    "brand_alignment_required.",
    "nfr_licences.",
)
"""Prefixes of entries whose values may not fall from one tier to the next higher one; equal is allowed."""
SECOND_APPROVAL = "payment.second_approval."
ACCRUAL_CLOSE = "accruals.close_days"
LATEST_ACCRUAL_CLOSE = 27


def check_whole(entries: Entries, packaged: Container[str]) -> list[Mistake]:
    """Every mistake of a merged rulebook, on all its days: it can change only on the days named in its values.

    `packaged` are the ids that the edition has by itself; others were added by the owner. A mistake that lasts is
    told once, with its first day.
    """
    mistakes = [mistake for check in _UNDATED for mistake in check(entries)]
    mistakes += _additions(entries, packaged)
    lasting: dict[Mistake, date] = {}
    for day in change_dates(entries):
        values = values_on(entries, day)
        found = [mistake for check in _DATED for mistake in check(values)]
        found += _thresholds_of_countries(Rules(day, "", entries, values), values)
        for mistake in found:
            lasting.setdefault(mistake, day)
    return mistakes + [replace(known, problem=f"{known.problem}, from {day} on") for known, day in lasting.items()]


# -- over all dates


def _no_gaps(entries: Entries) -> Iterator[Mistake]:
    first_day = change_dates(entries)[0]
    for entry in entries.values():
        if entry.optional or not entry.values:
            continue
        if entry.values[0].starts > first_day:
            yield Mistake(entry.id, f"it has no value from {first_day} on", f"let its first value start on {first_day}")
        for dated in entry.values:
            if dated.value is None:
                yield Mistake(entry.id, f"it may not be withdrawn ({dated.starts})", "give it a value from that day on")


def _one_time_zone(entries: Entries) -> Iterator[Mistake]:
    if len(entries["program.time_zone"].values) != 1:
        yield Mistake("program.time_zone", "it may not change with time", "give one value without dates")


def _holidays_in_their_year(entries: Entries) -> Iterator[Mistake]:
    for entry in entries.values():
        if entry.unit is not Unit.DATES:
            continue
        year = int(entry.id.rpartition(".")[2])
        for dated in entry.values:
            for day in dated.value if isinstance(dated.value, tuple) else ():
                if isinstance(day, date) and day.year != year:
                    yield Mistake(entry.id, f"{day} is not a day of {year}", "list the holidays of that year only")


def _additions(entries: Entries, packaged: Container[str]) -> Iterator[Mistake]:
    """An added threshold or limit that no country uses is most likely a slip of the pen."""
    places = [dated.value for entry in entries.values() for dated in entry.values if isinstance(dated.value, Place)]
    used = {f"{place.region}.{place.currency}" for place in places}
    currencies = {place.currency for place in places}
    for entry_id in (entry_id for entry_id in entries if entry_id not in packaged):
        prefix, _, rest = entry_id.partition(".")
        if entry_id.startswith(SECOND_APPROVAL) and entry_id.removeprefix(SECOND_APPROVAL) not in currencies:
            yield Mistake(entry_id, "no country has this currency", "mend the id, or add such a country")
        if prefix != "revenue_threshold":
            continue
        place = rest.rpartition(".")[0]
        if place.startswith("country."):
            if place not in entries:
                yield Mistake(
                    entry_id, "the program does not run in this country", f"add {place} with its region and currency"
                )
        elif place not in used:
            yield Mistake(entry_id, "no country has this region and currency", "mend the id, or add such a country")


# -- on one day


def _ladders(values: Values) -> Iterator[Mistake]:
    for entry_id in values:
        if entry_id.startswith(LADDERS) and entry_id.endswith(f".{Tier.AUTHORIZED}"):
            stem = entry_id.removesuffix(Tier.AUTHORIZED)
            yield from _falling(values, [stem + tier for tier in Tier])


def _falling(values: Values, ids: Iterable[str]) -> Iterator[Mistake]:
    """A mistake for each id, of those with a number (no counts as 0, yes as 1), that has less than the one before."""
    numbers = {entry_id: value for entry_id in ids if isinstance(value := _value(values, entry_id), int | Decimal)}
    rungs = list(numbers)
    for lower, higher in pairwise(rungs):
        if numbers[higher] < numbers[lower]:
            problem = f"{numbers[higher]} is less than {numbers[lower]}, the value of {lower}"
            yield Mistake(higher, problem, "a higher tier needs as much or more")


def _thresholds_of_countries(rules: Rules, values: Values) -> Iterator[Mistake]:
    for country in rules.countries:
        if f"region.{country.region}" not in values:
            known = ", ".join(region.id for region in rules.regions)
            yield Mistake(f"country.{country.code}", f"there is no region {country.region}", f"use one of {known}")
            continue
        found = [rules.revenue_threshold_id(country.code, tier) for tier in Tier]
        for entry_id in found:
            yield from _amount_mistakes(entry_id, _value(values, entry_id), country)
        if any(".country." in entry_id for entry_id in found):  # the others are ladders of their own
            yield from _falling(values, found)


def _amount_mistakes(entry_id: str, amount: Value | None, country: Country) -> Iterator[Mistake]:
    if isinstance(amount, Decimal):
        yield from _too_fine(entry_id, amount, country.currency)
    else:
        problem = f"accounts of {country.code} have no threshold"
        yield Mistake(entry_id, problem, f"give an amount in {country.currency}")


def _second_approvals(values: Values) -> Iterator[Mistake]:
    for entry_id, dated in values.items():
        if entry_id.startswith(SECOND_APPROVAL) and isinstance(dated.value, Decimal):
            yield from _too_fine(entry_id, dated.value, entry_id.removeprefix(SECOND_APPROVAL))


def _too_fine(entry_id: str, amount: Decimal, currency: str) -> Iterator[Mistake]:
    digits = minor_digits(currency)
    if amount != round(amount, digits):
        yield Mistake(entry_id, f"{amount} is no amount in {currency}", f"write at most {digits} decimals")


def _levels(values: Values) -> Iterator[Mistake]:
    levels = [level for level in _items(values, "accelerator.levels") if isinstance(level, Level)]
    for lower, higher in pairwise(levels):
        if higher.growth_pct <= lower.growth_pct:
            yield Mistake(
                "accelerator.levels",
                f"level {higher.growth_pct} does not exceed {lower.growth_pct}",
                "let the levels ascend",
            )
        if higher.rate_pct <= lower.rate_pct:
            yield Mistake(
                "accelerator.levels", f"rate {higher.rate_pct} does not exceed {lower.rate_pct}", "let the rates ascend"
            )
    goal, cap = _value(values, "accelerator.goal"), _value(values, "accelerator.cap")
    if levels and isinstance(goal, Decimal) and goal != levels[0].growth_pct:
        yield Mistake(
            "accelerator.goal",
            f"the goal {goal} is not where the first level starts ({levels[0].growth_pct})",
            "set accelerator.goal and accelerator.levels together",
        )
    if levels and isinstance(cap, Decimal) and cap < levels[-1].growth_pct:
        yield Mistake(
            "accelerator.cap",
            f"the cap {cap} is below the last level ({levels[-1].growth_pct})",
            "let the cap be the last level or more",
        )


def _accruals_in_order(values: Values) -> Iterator[Mistake]:
    """So a month is booked before the next one can be, whatever the days between two changes are."""
    days = _value(values, ACCRUAL_CLOSE)
    if isinstance(days, int) and days > LATEST_ACCRUAL_CLOSE:
        problem = f"{days} days reach beyond the next month's end"
        yield Mistake(ACCRUAL_CLOSE, problem, f"give at most {LATEST_ACCRUAL_CLOSE}")


def _prerequisites(values: Values) -> Iterator[Mistake]:
    prefix = "certification.prerequisite."
    for entry_id, dated in values.items():
        if entry_id.startswith(prefix) and dated.value == entry_id.removeprefix(prefix):
            yield Mistake(
                entry_id, "a certification cannot be its own prerequisite", "name another kind or withdraw it"
            )


def _never_automatic(values: Values) -> Iterator[Mistake]:
    """R-3.4b: the vendor itself decides on an Authorized account's participation."""
    entry_id = "decision.authorized_participation"
    if _value(values, entry_id) == Mode.AUTOMATIC:
        yield Mistake(entry_id, "an Authorized account is never removed automatically", "leave it manual")


def _value(values: Values, entry_id: str) -> Value | None:
    dated = values.get(entry_id)
    return None if dated is None else dated.value


def _items(values: Values, entry_id: str) -> tuple[object, ...]:
    found = _value(values, entry_id)
    return found if isinstance(found, tuple) else ()


_UNDATED: tuple[Callable[[Entries], Iterator[Mistake]], ...] = (
    _no_gaps,
    _one_time_zone,
    _holidays_in_their_year,
    accept_by_mistakes,
)
_DATED: tuple[Callable[[Values], Iterator[Mistake]], ...] = (
    _ladders,
    _levels,
    _prerequisites,
    _never_automatic,
    _second_approvals,
    _accruals_in_order,
)
