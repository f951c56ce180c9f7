"""A small program to upload POS reports into: two distributors, three sites, five products, the Guide's rulebook."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from partner_program.domain.facts import Product, Site
from partner_program.domain.files.delimited import Limits
from partner_program.domain.sales.receipt import Receipt
from partner_program.rulebook import Rulebook, load_rulebook
from partner_program.use_cases.ingest_report import IngestReport, ReportResult
from partner_program.use_cases.ports import ObjectRef
from partner_program.use_cases.report_listing import ListReport
from partner_program.values.money import total
from tests.fakes import csv_files
from tests.fakes.report_lists import MemoryReportListing
from tests.fakes.reports import UPLOADS, FixedClock, MemoryLookups, MemoryMessages, MemoryObjects, MemorySales

COLUMNS = (
    "report_id,distributor_id,invoice_number,line_number,invoice_date,partner_site_id,country,currency,sku,"
    "product_category,quantity,list_unit_price,tier_discount_pct,project_discount_pct,final_amount"
).split(",")
TODAY = date(2024, 5, 5)
CATEGORIES = ("software", "care", "hardware", "services", "training")


def site(site_id: str, partner_id: str, country: str, **changes: Any) -> Site:
    fields: dict[str, Any] = {"name": site_id, "headquarters": True, "opened_on": date(2020, 1, 1)} | changes
    return Site(site_id=site_id, partner_id=partner_id, country=country, **fields)


def product(sku: str, category: Any) -> Product:
    return Product(sku=sku, name=sku, category=category, family="other")


def line(**changes: Any) -> dict[str, str]:
    """A sound line of 100.00 EUR of software to site S-DE, sold as it should be; with changes."""
    sound = {
        "report_id": "R1", "distributor_id": "D1", "invoice_number": "INV-1", "line_number": "1",
        "invoice_date": "2024-04-10", "partner_site_id": "S-DE", "country": "DE", "currency": "EUR",
        "sku": "software-1", "product_category": "software", "quantity": "1", "list_unit_price": "125.00",
        "tier_discount_pct": "20.00", "project_discount_pct": "0", "final_amount": "100.00",
    }  # fmt: skip
    return sound | {name: str(value) for name, value in changes.items()}


def csv_of(lines: Iterable[Mapping[str, str]], columns: Iterable[str] = COLUMNS) -> bytes:
    return csv_files.csv_of(lines, columns)


@dataclass
class World:
    """Everything in memory, and the ingestion wired to it."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    sales: MemorySales = field(default_factory=MemorySales)
    lookups: MemoryLookups = field(default_factory=MemoryLookups)
    messages: MemoryMessages = field(default_factory=MemoryMessages)
    lists: MemoryReportListing = field(default_factory=MemoryReportListing)
    clock: FixedClock = field(default_factory=lambda: FixedClock(TODAY))
    rulebook: Rulebook = field(default_factory=load_rulebook)
    limits: Limits = field(default_factory=Limits)
    window_rows: int = 20_000

    def __post_init__(self) -> None:
        self.lookups.distributors |= {"D1", "D2"}
        for known in (site("S-DE", "P1", "DE"), site("S-DE2", "P1", "DE"), site("S-JP", "P2", "JP")):
            self.lookups.all_sites[known.site_id] = known
        for category in CATEGORIES:
            self.lookups.all_products[f"{category}-1"] = product(f"{category}-1", category)

    def ingest(self, **ports: Any) -> IngestReport:
        wired: dict[str, Any] = {
            "objects": self.objects, "sales": self.sales, "lookups": self.lookups, "messages": self.messages,
            "rulebook": self.rulebook, "clock": self.clock, "limits": self.limits, "uploads_bucket": UPLOADS,
            "window_rows": self.window_rows,
            "list_report": self.list_report(),
        }  # fmt: skip
        return IngestReport(**(wired | ports))

    def list_report(self) -> ListReport:
        """Days as in a sandbox: an upload comes on the clock's day."""
        return ListReport(self.sales, self.lists, lambda _, seen_on: seen_on)

    def upload(self, body: bytes | Iterable[Mapping[str, str]], key: str = "pos/D1/R1.csv") -> ObjectRef:
        """Puts a report without processing it."""
        content = body if isinstance(body, bytes) else csv_of(body)
        return self.objects.upload(key, gzip.compress(content) if key.endswith(".gz") else content)

    def play(
        self, body: bytes | Iterable[Mapping[str, str]], key: str = "pos/D1/R1.csv", left_ms: int = 900_000
    ) -> ReportResult:
        """Uploads and processes a report."""
        return self.ingest()(self.upload(body, key), lambda: left_ms)

    def again(self, distributor_id: str = "D1", report_id: str = "R1") -> ReportResult:
        return self.ingest().reprocess(distributor_id, report_id, lambda: 900_000)

    def receipt(self, key: str = "pos/D1/R1/receipt.json") -> dict[str, Any]:
        stored: dict[str, Any] = json.loads(self.objects.results[key])
        return stored

    def rejected(self, key: str = "pos/D1/R1/rejected.csv") -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.objects.results[key].decode(), newline="")))

    def revenue(self) -> dict[tuple[str, str], Decimal]:
        """Credit per account and month over all contributions."""
        sums: dict[tuple[str, str], list[Decimal]] = {}
        for contribution in self.sales.contributions.values():
            sums.setdefault((contribution.account_id, contribution.month), []).append(contribution.credit)
        return {key: total(amounts) for key, amounts in sums.items()}


def outcomes(result: ReportResult) -> dict[str, int]:
    """Lines per outcome, those without lines left out."""
    receipt = standing(result)
    return {outcome.value: amounts.lines for outcome, amounts in receipt.outcomes.items() if amounts.lines}


def reasons(result: ReportResult) -> dict[str, int]:
    """Lines per reason code."""
    return {code.value: reason.lines for code, reason in standing(result).reasons.items()}


def refusal(result: ReportResult) -> str | None:
    """The code for which the file was refused."""
    receipt = standing(result)
    return receipt.refusal.code.value if receipt.refusal else None


def standing(result: ReportResult) -> Receipt:
    assert result.receipt is not None
    return result.receipt


Left = Callable[[], int]
