"""Tiers of a program folder found by trying every day: the oracle's second half (placements and promotions only)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Account:
    """One account with everything that the oracle looks at; `opening` maps year → stated revenue."""

    account_id: str
    folder: Folder
    lines: Sequence[Sale]
    opening: Mapping[int, Fraction]
    parameters: Parameters
    found: dict[str, list[Row]] = field(default_factory=dict, compare=False)

    def rows(self, kind: str) -> list[Row]:
        """Rows of a records kind that name this partner, and this country where the kind has one."""
        partner, country = self.account_id.rsplit("-", 1)
        if kind not in self.found:
            rows = self.folder.records.get(kind, [])
            self.found[kind] = [
                row for row in rows if row["partner_id"] == partner and row.get("country", country) == country
            ]
        return self.found[kind]


def tier_changes(account: Account, through: date) -> list[Change]:
    """Every change of an account's tier from the program's start through a day."""
    changes: list[Change] = []
    day = account.folder.start
    while day <= through:
        held = TIERS.index(changes[-1].tier) if changes else _entry(account, day)
        if held >= 0:
            reached = max((n for n, tier in enumerate(TIERS) if _meets(tier, account, day)), default=-1)
            if reached > held or not changes:
                changes.append(Change(day, TIERS[max(reached, held)]))
        day += timedelta(days=1)
    return changes


def tier_on(changes: Sequence[Change], day: date) -> str | None:
    """The tier held at the end of a day."""
    held = [change.tier for change in changes if change.day <= day]
    return held[-1] if held else None


def _entry(account: Account, day: date) -> int:
    """Where an account starts: its placement if there is one, else authorized once in the program; -1: not yet."""
    for row in account.rows("placements"):
        return TIERS.index(row["tier"]) if row["placed_on"] <= day.isoformat() else -1
    return 0 if _in_program(account, day) else -1


def _in_program(account: Account, day: date) -> bool:
    today = day.isoformat()
    enrolled = any(row["enrolled_on"] <= today for row in account.rows("partners"))
    accepted = any(
        row["version"] == account.parameters.terms_version and row["accepted_on"] <= today
        for row in account.rows("terms_acceptances")
    )
    is_open = any(_runs(row["opened_on"], row.get("closed_on"), day) for row in account.rows("sites"))
    return enrolled and accepted and is_open


def _runs(first: str, end: str | None, day: date) -> bool:
    """From its first day up to, not including, its end."""
    return first <= day.isoformat() and (not end or day.isoformat() < end)


def _meets(tier: str, account: Account, day: date) -> bool:
    if not _in_program(account, day):
        return False
    country = account.account_id[-2:]
    if account.parameters.thresholds.get((country, tier), Fraction(0)) > max(
        _last_year(account, day), _this_year(account, day)
    ):
        return False
    if any(not _trained(kind, account, day) for kind in account.parameters.trainings.get(tier, ())):
        return False
    return all(
        len(_certified(kind, account, day)) >= account.parameters.people.get((tier, kind), 0)
        for kind in ("MCDE", "MCIT", "MCIE")
    )


def _this_year(account: Account, day: date) -> Fraction:
    stated = account.opening.get(day.year, Fraction(0))
    return stated + revenue(account.lines, date(day.year, 1, 1), day, day)


def _last_year(account: Account, day: date) -> Fraction:
    """Once the year's books are closed, what they said then; until then, what is known."""
    year = day.year - 1
    if day > quarter_end(year, 4) + timedelta(days=account.parameters.close_days):
        return baseline(account.lines, year, account.opening, account.parameters)
    known = revenue(account.lines, date(year, 1, 1), date(year, 12, 31), day)
    return account.opening.get(year, Fraction(0)) + known


def _trained(kind: str, account: Account, day: date) -> bool:
    days = [date.fromisoformat(row["completed_on"]) for row in account.rows("trainings") if row["kind"] == kind]
    if kind == "onboarding":
        return any(completed <= day for completed in days)
    return any(completed <= day < one_year_on(completed) for completed in days)


def _certified(kind: str, account: Account, day: date) -> set[str]:
    """People of the account who hold a valid certification; an engineer's without the technician's does not count."""
    sites = {row["site_id"] for row in account.rows("sites") if _runs(row["opened_on"], row.get("closed_on"), day)}
    employed = {
        row["person_id"]
        for row in account.folder.records.get("people", [])
        if row["site_id"] in sites and _runs(row["from_date"], row.get("until_date"), day)
    }
    holders = {
        row["person_id"]
        for row in account.folder.records.get("certifications", [])
        if row["kind"] == kind and _holds(row, day) and (kind != "MCIE" or _had_technician(row, account.folder))
    }
    return employed & holders


def _holds(row: Row, day: date) -> bool:
    certified = date.fromisoformat(row["certified_on"])
    return certified <= day < two_years_on(certified)


def _had_technician(engineer: Row, folder: Folder) -> bool:
    day = date.fromisoformat(engineer["certified_on"])
    return any(
        row["kind"] == "MCIT" and row["person_id"] == engineer["person_id"] and _holds(row, day)
        for row in folder.records["certifications"]
    )
