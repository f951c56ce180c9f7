"""One account of a program folder: what was known of it on a day, and whether that meets a requirement (R-4.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from tests.oracle.oracle import Folder, Parameters, Row, Sale, baseline, quarter_end, revenue

OWN_DATE = {
    "partners": "enrolled_on", "sites": "opened_on", "terms_acceptances": "accepted_on", "people": "from_date",
    "certifications": "certified_on", "trainings": "completed_on", "business_plans": "submitted_on",
    "brand_reviews": "reviewed_on", "case_decisions": "decided_on", "placements": "placed_on",
}  # fmt: skip
"""A row is recorded on the day of this column unless it says otherwise, and never before the program starts."""
KEYS = {
    "partners": ("partner_id",), "sites": ("site_id",), "terms_acceptances": ("partner_id", "version"),
    "people": ("person_id", "site_id", "from_date"), "certifications": ("certification_id",),
    "trainings": ("partner_id", "country", "kind", "completed_on"),
    "business_plans": ("partner_id", "country", "year"), "brand_reviews": ("partner_id", "country", "reviewed_on"),
    "case_decisions": ("partner_id", "country", "requirement", "opened_on", "decided_on"),
    "placements": ("partner_id", "country"),
}  # fmt: skip
"""A row with the same values in these columns corrects an earlier one."""
TRAININGS = {"onboarding_training": "onboarding", "annual_sales_training": "annual_sales"}
PEOPLE = ("MCDE", "MCIT", "MCIE")
COMPLIANCE = (*TRAININGS, *PEOPLE)
"""The requirements with a clock of sixty days (R-3.2, R-3.3)."""


def two_years_on(day: date) -> date:
    """The same date two years later; 29 February becomes the 28th."""
    return date(day.year + 2, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 2)


def one_year_on(day: date) -> date:
    """The same date a year later; 29 February becomes the 28th."""
    return date(day.year + 1, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def civil(text: str) -> date:
    return date.fromisoformat(text)


@dataclass(frozen=True)
class Account:
    """One account with everything that the oracle looks at; `opening` maps year → stated revenue."""

    account_id: str
    folder: Folder
    lines: Sequence[Sale]
    opening: Mapping[int, Fraction]
    parameters: Parameters
    found: dict[tuple[str, int], list[Row]] = field(default_factory=dict, compare=False)
    in_order: dict[str, list[tuple[date, Row]]] = field(default_factory=dict, compare=False)

    @property
    def country(self) -> str:
        return self.account_id[-2:]

    def rows(self, kind: str, known_by: date) -> list[Row]:
        """Rows that name this partner, and this country where the kind has one, as known at the end of a day."""
        if kind not in self.in_order:
            self.in_order[kind] = self._in_order(kind)
        known = [row for day, row in self.in_order[kind] if day <= known_by]
        if (kind, len(known)) not in self.found:
            corrected = {tuple(row[column] for column in KEYS[kind]): row for row in known}
            self.found[kind, len(known)] = list(corrected.values())
        return self.found[kind, len(known)]

    def _in_order(self, kind: str) -> list[tuple[date, Row]]:
        """With the day on which each is recorded; a later row of a file is recorded after an earlier one."""
        partner, start = self.account_id[:-3], self.folder.start
        dated = [
            (max(start, civil(row.get("recorded_on") or row[OWN_DATE[kind]])), row)
            for row in self.folder.records.get(kind, [])
            if row.get("partner_id", partner) == partner and row.get("country", self.country) == self.country
        ]
        return sorted(dated, key=lambda item: item[0])


def runs(first: str, end: str | None, day: date) -> bool:
    """From its first day up to, not including, its end."""
    return first <= day.isoformat() and (not end or day.isoformat() < end)


def in_program(account: Account, day: date, known_by: date) -> bool:
    """Enrolled, the Terms accepted, a site open (R-4.1.1)."""
    today, version = day.isoformat(), account.parameters.terms_version
    enrolled = any(row["enrolled_on"] <= today for row in account.rows("partners", known_by))
    accepted = any(
        row["version"] == version and row["accepted_on"] <= today for row in account.rows("terms_acceptances", known_by)
    )
    is_open = any(runs(row["opened_on"], row.get("closed_on"), day) for row in account.rows("sites", known_by))
    return enrolled and accepted and is_open


def asked(requirement: str, tier: str, parameters: Parameters) -> bool:
    """Whether a tier asks for a training or for certified people at all."""
    if requirement in TRAININGS:
        return TRAININGS[requirement] in parameters.trainings.get(tier, ())
    return parameters.people.get((tier, requirement), 0) > 0


def holds(requirement: str, tier: str, account: Account, day: date, known_by: date) -> bool:
    """Whether a training or certification requirement of a tier is met on a day, by what is known on another."""
    if requirement in TRAININGS:
        kind = TRAININGS[requirement]
        return kind not in account.parameters.trainings.get(tier, ()) or _trained(kind, account, day, known_by)
    needed = account.parameters.people.get((tier, requirement), 0)
    return len(_certified(requirement, account, day, known_by)) >= needed


def earns(tier: str, account: Account, day: date) -> bool:
    """Whether the revenue of a tier is there: last year's or this year's (R-3.4a, R-3.4b)."""
    threshold = account.parameters.thresholds.get((account.country, tier), Fraction(0))
    return threshold <= max(_last_year(account, day), _this_year(account, day))


def books_are_open(account: Account, day: date) -> bool:
    """Whether the year before may still get reports in time."""
    return day < close_of(day.year - 1, account.parameters)


def close_of(year: int, parameters: Parameters) -> date:
    """The day on which the books of a year close (R-5.4d)."""
    return quarter_end(year, 4) + timedelta(days=parameters.close_days)


def _this_year(account: Account, day: date) -> Fraction:
    stated = account.opening.get(day.year, Fraction(0))
    return stated + revenue(account.lines, date(day.year, 1, 1), day, day)


def _last_year(account: Account, day: date) -> Fraction:
    """Once the year's books are closed, what they said then; until then, what is known."""
    year = day.year - 1
    if day > close_of(year, account.parameters):
        restated = account.folder.restated.get((account.account_id, year), ())
        return baseline(account.lines, year, account.opening, account.parameters, restated, day)
    known = revenue(account.lines, date(year, 1, 1), date(year, 12, 31), day)
    return account.opening.get(year, Fraction(0)) + known


def _trained(kind: str, account: Account, day: date, known_by: date) -> bool:
    rows = account.rows("trainings", known_by)
    days = [civil(row["completed_on"]) for row in rows if row["kind"] == kind]
    if kind == "onboarding":
        return any(completed <= day for completed in days)
    return any(completed <= day < one_year_on(completed) for completed in days)


def _certified(kind: str, account: Account, day: date, known_by: date) -> set[str]:
    """People of the account who hold a valid certification; an engineer's without the technician's does not count."""
    certifications = account.rows("certifications", known_by)
    sites = {
        row["site_id"] for row in account.rows("sites", known_by) if runs(row["opened_on"], row.get("closed_on"), day)
    }
    employed = {
        row["person_id"]
        for row in account.rows("people", known_by)
        if row["site_id"] in sites and runs(row["from_date"], row.get("until_date"), day)
    }
    return {
        row["person_id"]
        for row in certifications
        if row["kind"] == kind
        and row["person_id"] in employed
        and _valid(row, day)
        and (kind != "MCIE" or _had_technician(row, certifications))
    }


def _valid(row: Row, day: date) -> bool:
    certified = civil(row["certified_on"])
    return certified <= day < two_years_on(certified)


def _had_technician(engineer: Row, certifications: Sequence[Row]) -> bool:
    day = civil(engineer["certified_on"])
    return any(
        row["kind"] == "MCIT" and row["person_id"] == engineer["person_id"] and _valid(row, day)
        for row in certifications
    )
