"""Writes the POS reports of the sample program: `python events/sample_program/make_reports.py`.

The story is in the tables below; README.md tells it. Sales are in *units*: one unit is the Sales Revenue of one
controller software (list 1000, in Denmark 7500) at the account's tier discount, so 660, 700 or 800. An invoice mixes
software, CARE (half a unit each) and appliances (two units each: half of their price is credited), so that revenue
stays a whole number of units and can be checked with pencil and paper. No clock, no random number: the same files
every time (a test compares them).
"""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
COLUMNS = (
    "report_id", "distributor_id", "invoice_number", "line_number", "invoice_date", "partner_site_id", "country",
    "currency", "sku", "product_category", "quantity", "list_unit_price", "tier_discount_pct", "project_discount_pct",
    "final_amount",
)  # fmt: skip
CATEGORY = {
    "WALL-SW": "software", "WALL-XR": "software", "IVO-BOX": "hardware", "RX-4K": "hardware", "CARE-1Y": "care",
    "PS-DAY": "services", "CERT-SEAT": "training",
}  # fmt: skip
LIST_PRICE = {"WALL-SW": 1000, "WALL-XR": 1000, "IVO-BOX": 4000, "CARE-1Y": 500, "PS-DAY": 1200, "CERT-SEAT": 900}
PRICE_FACTOR = {"DK": Decimal("7.5")}
CURRENCY = {"DE": "EUR", "DK": "DKK", "GB": "GBP", "US": "USD"}
WITHOUT_TIER_DISCOUNT = ("services", "training")

QUARTERS = ("2022Q3", "2022Q4", "2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1", "2024Q2", "2024Q3", "2024Q4")
UNITS: dict[str, tuple[int, ...]] = {
    # site     2022  Q3   Q4 | 2023 Q1   Q2   Q3   Q4 | 2024 Q1   Q2   Q3   Q4
    "HAM1":         (180, 180,     100, 100, 100, 100,     120, 380, 100, 160),
    "CPH1":         (  5,   5,       9,  15,  18,  12,      12,  15,  12,  15),
    "AAR1":         (  3,   3,       6,  10,  12,   8,       8,  10,   8,  10),
    "FLE1":         (  3,   3,       3,   3,   3,   3,       3,   3,   3,   3),
    "LON1":         ( 20,  25,     120, 160,  40,  50,     100, 100, 100, 100),
    "CGN1":         (170, 170,     100, 100,  90,  90,     120, 360,  50,  40),
    "EDI1":         (  6,   6,      12,  12,  12,  10,      12,  12,  12,  12),
    "INV1":         (  0,   0,       0,   0,  15,   0,       0,   6,   6,   6),
    "ODE1":         (  2,   2,       0,   2,   2,   2,       2,   2,   2,   2),
    "DRS1":         (  0,   0,       0,   2,   3,   3,       4,   4,   4,   4),
    "BRS1":         ( 40,  40,      20,  20,  20,  20,      20,  20,  20,  20),
    "CHI1":         (  6,   7,      15,  18,  18,  15,      25,  25,  27,  24),
    "AUS1":         (  4,   5,      10,  12,  12,  10,      15,  15,  18,  16),
    "LEX1":         (  5,   5,       8,   8,   8,   8,       8,   8,   8,   8),
    "DET1":         (250, 200,     125, 125, 125, 125,     150, 150, 150, 150),
    "RNO1":         (  0,   0,     120, 120, 120, 120,     160, 160, 160, 160),
    "FRA1":         ( 20,  20,      20,  20,  20,  20,      20,  20,  20,  20),
    "TUL1":         (210, 210,     120, 120, 120, 120,     120, 120,  30,  30),
    "LDS1":         ( 20,  20,      20,  20,  20,  20,      20,  20,  20,  20),
    "NUE1":         (190, 190,     100, 100, 100, 100,     100, 100, 100, 100),
    "AAL1":         ( 20,  20,      18,  18,  18,  16,      12,  12,  12,  12),
    "CDF1":         (  1,   1,       1,   1,   1,   1,       1,   1,   1,   1),
    "BUF1":         (230, 230,     115, 115, 115, 115,     145, 145, 145, 145),
}  # fmt: skip
COUNTRY = {
    "HAM1": "DE", "CPH1": "DK", "AAR1": "DK", "FLE1": "DE", "LON1": "GB", "CGN1": "DE", "EDI1": "GB", "INV1": "GB",
    "ODE1": "DK", "DRS1": "DE", "BRS1": "GB", "CHI1": "US", "AUS1": "US", "LEX1": "US", "DET1": "US", "RNO1": "US",
    "FRA1": "DE", "TUL1": "US", "LDS1": "GB", "NUE1": "DE", "AAL1": "DK", "CDF1": "GB", "BUF1": "US",
}  # fmt: skip
AUTHORIZED, ADVANCED, PREMIER = Decimal(20), Decimal(30), Decimal(34)
DISCOUNT: dict[str, tuple[tuple[date, Decimal], ...]] = {
    # from which day on the distributor bills which tier discount
    "HAM1": ((date(2022, 7, 1), PREMIER),),
    "CGN1": ((date(2022, 7, 1), PREMIER),),
    "DET1": ((date(2022, 7, 1), PREMIER),),
    "RNO1": ((date(2022, 7, 1), PREMIER),),
    "BRS1": ((date(2022, 7, 1), ADVANCED),),
    "LON1": ((date(2022, 7, 1), AUTHORIZED), (date(2023, 9, 18), PREMIER)),
    "CPH1": ((date(2022, 7, 1), AUTHORIZED), (date(2023, 10, 5), ADVANCED)),
    "AAR1": ((date(2022, 7, 1), AUTHORIZED), (date(2023, 10, 5), ADVANCED)),
    "CHI1": ((date(2022, 7, 1), AUTHORIZED), (date(2023, 10, 5), ADVANCED)),
    "AUS1": ((date(2022, 7, 1), AUTHORIZED), (date(2023, 10, 5), ADVANCED)),
    "EDI1": ((date(2022, 7, 1), AUTHORIZED), (date(2024, 1, 22), ADVANCED)),
    "INV1": ((date(2022, 7, 1), AUTHORIZED), (date(2024, 1, 22), ADVANCED)),
    "FRA1": ((date(2022, 7, 1), ADVANCED),),
    "TUL1": ((date(2022, 7, 1), PREMIER), (date(2024, 6, 11), AUTHORIZED)),
    "LDS1": ((date(2022, 7, 1), ADVANCED),),
    "NUE1": ((date(2022, 7, 1), PREMIER), (date(2024, 5, 6), ADVANCED), (date(2024, 8, 19), PREMIER)),
    "AAL1": ((date(2022, 7, 1), ADVANCED), (date(2024, 1, 30), AUTHORIZED)),
    "BUF1": ((date(2022, 7, 1), PREMIER),),
}
MONTHLY_FROM = "2024Q1"
"""EURODIS reports by the quarter until 2023 and by the month from 2024 on; AMDIS always by the quarter."""


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice line as it is written into a report."""

    invoice: str
    number: int
    day: date
    site: str
    sku: str
    quantity: int
    list_price: Decimal
    tier_pct: Decimal
    project_pct: Decimal = Decimal(0)
    amount: Decimal | None = None
    other: Mapping[str, str] | None = None

    def cells(self, report_id: str, distributor_id: str) -> dict[str, str]:
        """Column → text; `other` overrides what a messy line has instead."""
        hundred = Decimal(100)
        net = self.list_price * (1 - self.tier_pct / hundred) * (1 - self.project_pct / hundred) * self.quantity
        values = (
            report_id, distributor_id, self.invoice, self.number, self.day, self.site, COUNTRY.get(self.site, "US"),
            CURRENCY[COUNTRY.get(self.site, "US")], self.sku, CATEGORY.get(self.sku, ""), self.quantity,
            f"{self.list_price:.2f}", f"{self.tier_pct:.2f}", f"{self.project_pct:.2f}",
            f"{net if self.amount is None else self.amount:.2f}",
        )  # fmt: skip
        return {**dict(zip(COLUMNS, map(str, values), strict=True)), **(self.other or {})}


def discount_on(site: str, day: date) -> Decimal:
    """The tier discount that the distributor bills a site on a day."""
    billed = [pct for since, pct in DISCOUNT.get(site, ()) if since <= day]
    return billed[-1] if billed else AUTHORIZED


def line(invoice: str, number: int, day: date, site: str, sku: str, quantity: int) -> Line:
    """A line at list price and the discount of the day."""
    price = LIST_PRICE[sku] * PRICE_FACTOR.get(COUNTRY[site], Decimal(1))
    tier_pct = Decimal(0) if CATEGORY[sku] in WITHOUT_TIER_DISCOUNT else discount_on(site, day)
    return Line(invoice, number, day, site, sku, quantity, price, tier_pct)


def invoice(invoice_number: str, day: date, site: str, units: int) -> list[Line]:
    """An invoice worth so many units: of eight units one is an appliance (2), of five one is CARE for two (1)."""
    appliances, care = units // 8, units // 5
    mix = {
        "WALL-SW": units - 2 * appliances - care,
        "IVO-BOX": appliances,
        "CARE-1Y": 2 * care,
        "PS-DAY": 2 if units >= 30 else 0,  # earns no revenue
        "CERT-SEAT": 1 if units >= 100 else 0,  # nor does this
    }
    wanted = [(sku, quantity) for sku, quantity in mix.items() if quantity]
    return [line(invoice_number, number, day, site, sku, quantity) for number, (sku, quantity) in enumerate(wanted, 1)]


def shares(units: int, months: int) -> list[int]:
    """A quarter's units laid on its months: big sums on all of them or the last two, small ones on the middle month."""
    if units < 12:
        return [0, units, 0]
    if months == 3:
        return [units // 3 + (units % 3 > place) for place in range(3)]
    return [0, units - units // 2, units // 2] if units >= 60 else [0, units, 0]


def sales(distributor_id: str) -> dict[str, list[Line]]:
    """Report period (`2023Q1` or `2024-01`) → its lines, invoices numbered through the year."""
    sites = [site for site in UNITS if (COUNTRY[site] == "US") == (distributor_id == "AMDIS")]
    reports: dict[str, list[Line]] = {}
    for quarter in QUARTERS:
        year, number = int(quarter[:4]), int(quarter[5])
        monthly = distributor_id == "EURODIS" and quarter >= MONTHLY_FROM
        for place in range(3):
            month = 3 * number - 2 + place
            period = f"{year}-{month:02d}" if monthly else quarter
            for site in sites:
                units = shares(UNITS[site][QUARTERS.index(quarter)], 3 if monthly else 1)[place]
                day = date(year, month, 8 + 2 * (list(UNITS).index(site) % 9))
                name = f"{distributor_id[0]}{year % 100}{month:02d}-{site}"
                reports.setdefault(period, []).extend(invoice(name, day, site, units) if units else [])
    return {f"{distributor_id}-{period}": lines for period, lines in reports.items()}


def messy_lines() -> list[Line]:
    """What a hurried clerk sends: each line is wrong in one way, except the first and the last."""
    good = Line("A2306-LEX1X", 1, date(2023, 6, 20), "LEX1", "WALL-SW", 1, Decimal(1000), AUTHORIZED)
    wrong: Sequence[Mapping[str, str]] = (
        {"quantity": "0"},
        {"final_amount": "1,600.00"},
        {"final_amount": "800.005"},
        {"invoice_date": "06/20/2023"},
        {"invoice_date": "2023-08-01"},
        {"currency": "usd"},
        {"country": "USA"},
        {"partner_site_id": "LEX 1"},
        {"partner_site_id": "LEX9"},
        {"quantity": "\u0661"},
        {"quantity": "-1"},
        {"sku": ""},
        {"sku": "=HYPERLINK(1)"},
        {"sku": "WALL-8K"},
        {"product_category": "hardware"},
        {"tier_discount_pct": "120.00"},
    )
    lines = [replace(good, number=number, other=other) for number, other in enumerate(wrong, 2)]
    twice = replace(good, number=50)
    different = [replace(good, number=51), replace(good, number=51, other={"final_amount": "801.00"})]
    return [good, *lines, twice, twice, *different, replace(good, number=52)]


def with_the_story(reports: dict[str, list[Line]]) -> dict[str, list[Line]]:
    """The months as sold, and what happens in them besides."""
    wrong_currency = {"currency": "EUR", "final_amount": "800.00", "list_unit_price": "1000.00"}
    danish = line("E2211-CPH1X", 1, date(2022, 11, 24), "CPH1", "WALL-SW", 1)
    reports["EURODIS-2022Q4"] += [
        replace(danish, other=wrong_currency),
        replace(danish, number=2, site="FLE1", other={"country": "DK", "currency": "DKK"}),
    ]
    first_quarter = reports["EURODIS-2023Q1"]
    forgotten = [line("E2303-ODE1", 1, date(2023, 3, 28), "ODE1", "WALL-SW", 2)]
    reports["EURODIS-2023Q1-REPEAT"] = first_quarter[:12] + forgotten
    third_quarter = reports["EURODIS-2023Q3"]
    changed = replace(third_quarter[0], amount=Decimal("25000.00"))
    reports["EURODIS-2023Q3-CORR"] = [changed, *third_quarter[1:3]]
    reports["AMDIS-2023Q2"] += messy_lines()
    wrong_tier = line("A2308-LEX1X", 1, date(2023, 8, 29), "LEX1", "WALL-SW", 1)
    reports["AMDIS-2023Q3"] += [replace(wrong_tier, tier_pct=ADVANCED)]
    underbilled = line("A2402-LEX1X", 1, date(2024, 2, 27), "LEX1", "WALL-SW", 1)
    reports["AMDIS-2024Q1"] += [replace(underbilled, amount=Decimal("700.00")), receivers()]
    reports["AMDIS-2023Q4-LATE"] = invoice("A2312-BUF1X", date(2023, 12, 19), "BUF1", 40)
    reports["AMDIS-2024Q2-EXCEL"] = list(reports["AMDIS-2024Q2"])
    reports["EURODIS-2024-04"] += [line("E2404-ODE1X", 1, date(2024, 4, 23), "ODE1", "WALL-XR", 1)]
    reports["EURODIS-2024-08"] += [
        line("E2408-CGN1R", 1, date(2024, 8, 29), "CGN1", "WALL-SW", -60),
        line("E2408-CGN1R", 2, date(2024, 8, 29), "CGN1", "IVO-BOX", -20),
    ]
    return reports


def receivers() -> Line:
    """Three receivers at an odd price with a project discount: 664.99 billed, 332.495 credited, to the half-cent."""
    price, project = Decimal("333.33"), Decimal(5)
    return Line("A2403-CHI1P", 1, date(2024, 3, 12), "CHI1", "RX-4K", 3, price, ADVANCED, project)


def encoded(report_id: str, lines: Iterable[Line]) -> Iterator[tuple[str, bytes]]:
    """File name and bytes; two reports come packed or spoilt."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(line.cells(report_id, report_id.split("-")[0]) for line in lines)
    content = text.getvalue()
    if report_id == "AMDIS-2023Q2":
        content += f"{report_id},AMDIS,A2306-LEX1X,53,2023-06-20\n"  # a line that breaks off
    if report_id == "AMDIS-2024Q2-EXCEL":
        yield f"{report_id}.csv", content.encode("utf-16")
    elif report_id == "EURODIS-2024-03":
        yield f"{report_id}.csv.gz", gzip.compress(content.encode(), mtime=0)
    else:
        yield f"{report_id}.csv", content.encode()


def files() -> dict[str, bytes]:
    """Every report of the sample: path below `pos/` → bytes."""
    reports = with_the_story({**sales("EURODIS"), **sales("AMDIS")})
    return {
        f"{report_id.split('-')[0]}/{name}": body
        for report_id, lines in reports.items()
        for name, body in encoded(report_id, lines)
    }


def main() -> None:
    """Write them all."""
    for name, body in files().items():
        path = HERE / "pos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


if __name__ == "__main__":
    main()
