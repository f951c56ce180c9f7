"""Tiers of a program folder found by trying every day: the oracle's second half (placements and promotions only)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tests.oracle.oracle import TIERS, Folder, Parameters, Row, Sale, baseline, quarter_end, revenue


@dataclass(frozen=True)
class Change:
    """A tier from a day on."""

    day: date
    tier: str


def two_years_on(day: date) -> date:
    """The same date two years later; 29 February becomes the 28th."""
    return date(day.year + 2, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 2)


def one_year_on(day: date) -> date:
    """The same date a year later; 29 February becomes the 28th."""
    return date(day.year + 1, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def tier_changes(
    account: str, folder: Folder, lines: Sequence[Sale], opening: Mapping[int, Fraction], parameters: Parameters, through: date
) -> list[Change]:
    """Every change of an account's tier from the program's start through a day."""
    partner, country = account.rsplit("-", 1)
    changes: list[Change] = []
    day = folder.start
    while day <= through:
        held = TIERS.index(changes[-1].tier) if changes else -1
        reached = max(
            (n for n, tier in enumerate(TIERS) if _meets(tier, partner, country, folder, lines, opening, parameters, day)),
            default=-1,
        )
        if not changes:
            reached = max(reached, _entry(partner, country, folder, parameters, day))
        if reached > held:
            changes.append(Change(day, TIERS[reached]))
        day += timedelta(days=1)
    return changes


def tier_on(changes: Sequence[Change], day: date) -> str | None:
    """The tier held at the end of a day."""
    held = [change.tier for change in changes if change.day <= day]
    return held[-1] if held else None


def _entry(partner: str, country: str, folder: Folder, parameters: Parameters, day: date) -> int:
    """Where an account starts: its placement, else authorized once it is in the program; -1: not yet."""
    for row in folder.records.get("placements", []):
        if (row["partner_id"], row["country"]) == (partner, country) and row["placed_on"] <= day.isoformat():
            return TIERS.index(row["tier"])
    return 0 if _in_program(partner, country, folder, parameters, day) else -1


def _in_program(partner: str, country: str, folder: Folder, parameters: Parameters, day: date) -> bool:
    today = day.isoformat()
    enrolled = any(r["partner_id"] == partner and r["enrolled_on"] <= today for r in folder.records["partners"])
    accepted = any(
        r["partner_id"] == partner and r["version"] == parameters.terms_version and r["accepted_on"] <= today
        for r in folder.records.get("terms_acceptances", [])
    )
    return enrolled and accepted and bool(_open_sites(partner, country, folder, day))


def _open_sites(partner: str, country: str, folder: Folder, day: date) -> set[str]:
    return {
        row["site_id"]
        for row in folder.records["sites"]
        if (row["partner_id"], row["country"]) == (partner, country) and _runs(row["opened_on"], row.get("closed_on"), day)
    }


def _runs(first: str, end: str | None, day: date) -> bool:
    """From its first day up to, not including, its end."""
    return first <= day.isoformat() and (not end or day.isoformat() < end)


def _meets(
    tier: str, partner: str, country: str, folder: Folder, lines: Sequence[Sale], opening: Mapping[int, Fraction],
    parameters: Parameters, day: date,
) -> bool:  # fmt: skip
    if not _in_program(partner, country, folder, parameters, day):
        return False
    wanted = parameters.thresholds.get((country, tier), Fraction(0))
    if wanted > max(_last_year(lines, opening, parameters, day), _this_year(lines, opening, day)):
        return False
    done = [r for r in folder.records.get("trainings", []) if (r["partner_id"], r["country"]) == (partner, country)]
    if any(not _trained(kind, done, day) for kind in parameters.trainings.get(tier, ())):
        return False
    return all(
        len(_certified(kind, partner, country, folder, day)) >= parameters.people.get((tier, kind), 0)
        for kind in ("MCDE", "MCIT", "MCIE")
    )


def _this_year(lines: Sequence[Sale], opening: Mapping[int, Fraction], day: date) -> Fraction:
    return opening.get(day.year, Fraction(0)) + revenue(lines, date(day.year, 1, 1), day, day)


def _last_year(lines: Sequence[Sale], opening: Mapping[int, Fraction], parameters: Parameters, day: date) -> Fraction:
    """Once the year's books are closed, what they said then; until then, what is known."""
    if day >= quarter_end(day.year - 1, 4) + timedelta(days=parameters.close_days):
        return baseline(lines, day.year - 1, opening, parameters)
    known = revenue(lines, date(day.year - 1, 1, 1), date(day.year - 1, 12, 31), day)
    return opening.get(day.year - 1, Fraction(0)) + known


def _trained(kind: str, done: Sequence[Row], day: date) -> bool:
    days = [date.fromisoformat(row["completed_on"]) for row in done if row["kind"] == kind]
    if kind == "onboarding":
        return any(completed <= day for completed in days)
    return any(completed <= day < one_year_on(completed) for completed in days)


def _certified(kind: str, partner: str, country: str, folder: Folder, day: date) -> set[str]:
    """People of the account who hold a valid certification of a kind; an engineer without the technician's does not."""
    sites = {r["site_id"] for r in folder.records["sites"] if (r["partner_id"], r["country"]) == (partner, country)}
    employed = {
        row["person_id"]
        for row in folder.records.get("people", [])
        if row["site_id"] in sites and _runs(row["from_date"], row.get("until_date"), day)
    }
    return {
        row["person_id"]
        for row in folder.records.get("certifications", [])
        if row["kind"] == kind and row["person_id"] in employed and _holds(row, day)
        and (kind != "MCIE" or _had_technician(row, folder))
    }  # fmt: skip


def _holds(row: Row, day: date) -> bool:
    certified = date.fromisoformat(row["certified_on"])
    return certified <= day < two_years_on(certified)


def _had_technician(engineer: Row, folder: Folder) -> bool:
    day = date.fromisoformat(engineer["certified_on"])
    return any(
        row["kind"] == "MCIT" and row["person_id"] == engineer["person_id"] and _holds(row, day)
        for row in folder.records["certifications"]
    )
