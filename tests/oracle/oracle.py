"""A second computation of revenue, rebates and tiers, straight from the CSV files of a program folder.

It shares no code and no method with the engine: exact fractions instead of decimals, one line after the other into a
dictionary of first-received lines, no windows, no claims, no store, no rulebook. a test keeps it so.
"""

import csv
import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

Row = dict[str, str]
LineKey = tuple[str, str, str]

_NUMBER = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,4})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
TIERS = ("authorized", "advanced", "premier")


@dataclass(frozen=True)
class Parameters:
    """The numbers of the program that the oracle needs; percentages as whole or fractional numbers."""

    credit_pct: Mapping[str, int] = field(
        default_factory=lambda: {"software": 100, "care": 100, "hardware": 50, "services": 0, "training": 0}
    )
    levels: Sequence[tuple[Fraction, Fraction]] = (
        (Fraction(120), Fraction(5, 2)),
        (Fraction(150), Fraction(3)),
        (Fraction(180), Fraction(4)),
    )
    """(YTD in percent of last year, rebate in percent of the base), ascending."""
    cap_pct: Fraction | None = Fraction(180)
    close_days: int = 30
    minor_digits: Mapping[str, int] = field(default_factory=lambda: {"JPY": 0, "KWD": 3})
    """Of the currencies that have not two."""
    terms_version: str = "2022-03"
    thresholds: Mapping[tuple[str, str], Fraction] = field(default_factory=dict)
    """(country, tier) → yearly Sales Revenue; absent: none demanded."""
    people: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(tier, kind) → certified people demanded; absent: none."""
    trainings: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: {
            "advanced": ("onboarding", "annual_sales"),
            "premier": ("onboarding", "annual_sales"),
        }
    )
    compliance_days: int = 60
    plan_days: int = 60
    """From becoming Premier, and from 1 January."""
    automatic: Sequence[str] = ()
    """What Premier is lost for without a decision of the vendor: `business_plan`, `brand_alignment`."""


@dataclass(frozen=True)
class Sale:
    """One line that counts, with the day on which the program came to know it."""

    account: str
    currency: str
    day: date
    known_on: date
    credit: Fraction


@dataclass(frozen=True)
class Rebate:
    """One final (or preliminary) calculation."""

    ytd: Fraction
    prev_year: Fraction
    rate_pct: Fraction
    base: Fraction
    earned: Fraction
    settled_before: Fraction
    carried_in: Fraction
    payout: Fraction
    carried_out: Fraction


@dataclass
class Folder:
    """A program folder as rows of text."""

    records: dict[str, list[Row]]
    reports: list[tuple[date, list[Row]]]
    """(received on, rows), in order of receipt."""
    restated: Mapping[tuple[str, int], Sequence[date]] = field(default_factory=dict)
    """(account, year) → the days on which the year's frozen revenue was restated."""

    @property
    def start(self) -> date:
        days = [row["placed_on"] for row in self.records.get("placements", [])]
        days += [row["enrolled_on"] for row in self.records.get("partners", [])]
        return date.fromisoformat(min(days))


# --- reading -------------------------------------------------------------------------------------------------------


def read_folder(folder: Path) -> Folder:
    """Everything under `records/` and `pos/`, reports in the order in which they are received."""
    records = {path.stem: _rows(path) for path in sorted((folder / "records").glob("*.csv"))}
    stated: dict[tuple[str, str], date] = {}
    if (folder / "received.csv").exists():
        for row in _rows(folder / "received.csv"):
            name, received_on = (row["distributor_id"], row["report_id"]), date.fromisoformat(row["received_on"])
            stated[name] = min(received_on, stated.get(name, received_on))
    reports = []
    for path in sorted((folder / "pos").glob("*/*.csv*")):
        rows = _rows(path)
        name = (path.parent.name, path.name.removesuffix(".gz").removesuffix(".csv"))
        received = stated.get(name) or _fifth_of_next_month(rows)
        if received is not None:
            reports.append((received, name, rows))
    reports.sort(key=lambda report: report[:2])
    acts = _rows(folder / "acts.csv") if (folder / "acts.csv").exists() else []
    restated: dict[tuple[str, int], list[date]] = {}
    for row in acts:
        if row["act"] == "restate":
            restated.setdefault((row["account_id"], int(row["year"])), []).append(date.fromisoformat(row["on"]))
    return Folder(records, [(received, rows) for received, _, rows in reports], restated)


def default_receipt(path: Path) -> date | None:
    """When a report without a stated day is received; None for one without a readable date."""
    return _fifth_of_next_month(_rows(path))


def _rows(path: Path) -> list[Row]:
    """Rows of a file that the csv module can read; an unreadable file has none (the engine refuses it whole)."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        reader = csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True), strict=True)
        return [row for row in reader if None not in row and None not in row.values()]
    except (UnicodeDecodeError, csv.Error):
        return []


def _fifth_of_next_month(rows: Sequence[Row]) -> date | None:
    """After the last invoice, if it is not a year off the others."""
    days = sorted(day for row in rows if (day := _day(row.get("invoice_date", ""))) is not None)
    days = [day for day in days if abs((day - days[(len(days) - 1) // 2]).days) <= 366]
    return (days[-1].replace(day=1) + timedelta(days=31)).replace(day=5) if days else None


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# --- revenue -------------------------------------------------------------------------------------------------------


def sales(folder: Folder, parameters: Parameters, currencies: Mapping[str, str]) -> list[Sale]:
    """Every line that counts, once: the first one received of each (distributor, invoice, line number).

    `currencies` maps country → the currency of its accounts.
    """
    sites = {row["site_id"]: row for row in folder.records.get("sites", [])}
    products = {row["sku"]: row["category"] for row in folder.records.get("products", [])}
    distributors = {row["distributor_id"] for row in folder.records.get("distributors", [])}
    site_days, product_days = _first_days(folder, "sites", "site_id"), _first_days(folder, "products", "sku")
    counted: dict[LineKey, Sale] = {}
    for received, rows in folder.reports:
        for row in _without_contradictions(rows):
            key = (row["distributor_id"], row["invoice_number"], row["line_number"])
            site, category = sites.get(row["partner_site_id"]), products.get(row["sku"])
            if key in counted or site is None or category is None or key[0] not in distributors:
                continue
            digits = parameters.minor_digits.get(row["currency"], 2)
            if not _counts(row, site, category, received, currencies, digits):
                continue
            known_on = max(received, site_days[site["site_id"]], product_days[row["sku"]])
            credit = Fraction(row["final_amount"]) * parameters.credit_pct[category] / 100
            account = f"{site['partner_id']}-{site['country']}"
            counted[key] = Sale(account, row["currency"], date.fromisoformat(row["invoice_date"]), known_on, credit)
    return list(counted.values())


def _first_days(folder: Folder, kind: str, key: str) -> dict[str, date]:
    """The day on which each site or product is first recorded: a stated one, else its own date, else the start."""
    days: dict[str, date] = {}
    for row in folder.records.get(kind, []):
        stated = _day(row.get("recorded_on", "")) or _day(row.get("opened_on", "")) or folder.start
        day = max(stated, folder.start)
        days[row[key]] = min(day, days.get(row[key], day))
    return days


def _without_contradictions(rows: Sequence[Row]) -> Iterator[Row]:
    """Of a line number that a file gives twice: nothing where the two differ, else the first."""
    seen: dict[LineKey, list[Row]] = {}
    for row in rows:
        seen.setdefault((row["distributor_id"], row["invoice_number"], row["line_number"]), []).append(row)
    for same in seen.values():
        if all(row == same[0] for row in same):
            yield same[0]


def _counts(
    row: Row, site: Row, category: str, received: date, currencies: Mapping[str, str], digits: int
) -> bool:  # fmt: skip
    """Whether a line is well-formed and agrees with the records."""
    day, quantity, amount = _day(row["invoice_date"]), row["quantity"], row["final_amount"]
    if day is None or day > received or not re.fullmatch(r"-?[0-9]{1,9}", quantity) or not _NUMBER.fullmatch(amount):
        return False
    for column in ("list_unit_price", "tier_discount_pct", "project_discount_pct"):
        if not _NUMBER.fullmatch(row[column]) or row[column].startswith("-"):
            return False
    if max(Fraction(row["tier_discount_pct"]), Fraction(row["project_discount_pct"])) > 100:
        return False
    if int(quantity) == 0 or Fraction(amount) * int(quantity) < 0:
        return False
    if (
        len(amount.partition(".")[2]) > digits
        or row["country"] != site["country"]
        or row["currency"] != currencies.get(row["country"])
    ):
        return False
    if row.get("product_category") and row["product_category"] != category:
        return False
    closed = site.get("closed_on")
    return site["opened_on"] <= row["invoice_date"] and (not closed or row["invoice_date"] < closed)


def revenue(lines: Sequence[Sale], first: date, last: date, known_by: date = date.max) -> Fraction:
    """Credit of the invoice dates from first to last, as known at the end of a day."""
    return sum((s.credit for s in lines if first <= s.day <= last and s.known_on <= known_by), Fraction(0))


def by_account(lines: Sequence[Sale]) -> dict[str, list[Sale]]:
    """Lines of each account."""
    result: dict[str, list[Sale]] = {}
    for sale in lines:
        result.setdefault(sale.account, []).append(sale)
    return result


# --- rebates -------------------------------------------------------------------------------------------------------


def quarter_end(year: int, quarter: int) -> date:
    """The last day of a quarter."""
    return date(year + quarter // 4, quarter * 3 % 12 + 1, 1) - timedelta(days=1)


def baseline(
    lines: Sequence[Sale], year: int, opening: Mapping[int, Fraction], parameters: Parameters,
    restated: Sequence[date] = (), asked_on: date = date.max,
) -> Fraction:  # fmt: skip
    """Revenue of a year as it stood when its books closed, with what the vendor stated for years before the reports.

    Of a year that was restated, as it stood on the last of those days that is not after the one it is asked for.
    """
    close = quarter_end(year, 4) + timedelta(days=parameters.close_days)
    stood_on = max([close, *(day for day in restated if day <= asked_on)])
    return opening.get(year, Fraction(0)) + revenue(lines, date(year, 1, 1), date(year, 12, 31), stood_on)


def rebate(
    ytd: Fraction, prev_year: Fraction, settled: Fraction, carried_in: Fraction, digits: int, full_year: bool,
    parameters: Parameters,
) -> Rebate:  # fmt: skip
    """One quarter's calculation from plain numbers."""
    rate = base = earned = Fraction(0)
    if full_year and prev_year > 0:
        reached = [pct for growth, pct in parameters.levels if ytd * 100 >= growth * prev_year]
        if reached:
            rate, base = reached[-1], ytd
            if parameters.cap_pct is not None:
                base = min(ytd, prev_year * parameters.cap_pct / 100)
            minor = 10**digits
            earned = Fraction((base * rate / 100 * minor + Fraction(1, 2)) // 1, minor)
    open_amount = earned - settled - carried_in
    paid, left = max(Fraction(0), open_amount), max(Fraction(0), -open_amount)
    return Rebate(ytd, prev_year, rate, base, earned, settled, carried_in, paid, left)


def final_rebates(
    lines: Sequence[Sale], opening: Mapping[int, Fraction], trading_since: date, currency: str,
    premier_quarters: Sequence[tuple[int, int]], parameters: Parameters,
    restated: Mapping[int, Sequence[date]] | None = None,
) -> dict[tuple[int, int], Rebate]:  # fmt: skip
    """The final calculation of each quarter on whose last day the account is Premier, in order.

    `restated` maps year → the days on which its frozen revenue was restated.
    """
    done: dict[tuple[int, int], Rebate] = {}
    digits = parameters.minor_digits.get(currency, 2)
    for year, quarter in sorted(premier_quarters):
        earlier = [made.carried_out for (y, _), made in done.items() if y < year]
        settled = sum((made.payout for (y, _), made in done.items() if y == year), Fraction(0))
        last = quarter_end(year, quarter)
        known_by = last + timedelta(days=parameters.close_days)
        ytd = opening.get(year, Fraction(0)) + revenue(lines, date(year, 1, 1), last, known_by)
        before = baseline(lines, year - 1, opening, parameters, (restated or {}).get(year - 1, ()), known_by)
        full_year = trading_since <= date(year - 1, 1, 1)
        carried = earlier[-1] if earlier else Fraction(0)
        done[year, quarter] = rebate(ytd, before, settled, carried, digits, full_year, parameters)
    return done
