"""A world to upload records files into: everything in memory, the Guide's rulebook, 5 May 2024."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from partner_program.domain.account_facts import facts_of
from partner_program.domain.facts import AccountFacts, Site
from partner_program.domain.files.delimited import Limits
from partner_program.domain.records.places import canonical_place
from partner_program.rulebook import Rulebook, load_rulebook
from partner_program.use_cases.ingest_records import RECORD_LIMITS, IngestRecords, RecordsResult
from partner_program.use_cases.ports import ObjectRef
from tests.fakes.csv_files import csv_of
from tests.fakes.facts import MemoryFacts, ReportRequests
from tests.fakes.reports import UPLOADS, FixedClock, MemoryObjects

TODAY = date(2024, 5, 5)
SOUND: dict[str, dict[str, str]] = {
    "distributors": {"distributor_id": "D1", "name": "Distributor one"},
    "products": {"sku": "SW-1", "name": "Editor", "category": "software", "family": "express_plus"},
    "partners": {
        "partner_id": "P1", "name": "Partner one", "enrolled_on": "2023-01-02", "trading_since": "2021-05-01",
        "vat_number": "DE123456789", "contact_email": "sales@partner.example",
    },
    "sites": {
        "site_id": "S1", "partner_id": "P1", "country": "DE", "name": "Berlin", "headquarters": "true",
        "opened_on": "2023-01-02", "closed_on": "",
    },
    "terms_acceptances": {"partner_id": "P1", "version": "2022-03", "accepted_on": "2023-01-02"},
    "people": {"person_id": "A", "site_id": "S1", "from_date": "2023-01-02", "until_date": ""},
    "certifications": {"certification_id": "C1", "person_id": "A", "kind": "MCDE", "certified_on": "2023-02-01"},
    "trainings": {"partner_id": "P1", "country": "DE", "kind": "onboarding", "completed_on": "2023-03-01"},
    "business_plans": {"partner_id": "P1", "country": "DE", "year": "2024", "submitted_on": "2024-01-15"},
    "brand_reviews": {"partner_id": "P1", "country": "DE", "reviewed_on": "2024-02-01", "outcome": "fulfilled"},
    "business_reviews": {"partner_id": "P1", "country": "DE", "kind": "quarterly", "reviewed_on": "2024-03-20"},
    "case_decisions": {
        "partner_id": "P1", "country": "DE", "requirement": "business_plan", "opened_on": "2024-01-01",
        "decided_on": "2024-03-04", "verdict": "extend", "until": "2024-06-30", "reason": "the buyer was on leave",
        "decided_by": "A. Manager",
    },
    "placements": {
        "partner_id": "P1", "country": "DE", "tier": "premier", "placed_on": "2023-01-02", "reason": "taken over",
    },
    "opening_revenue": {
        "partner_id": "P1", "country": "DE", "year": "2022", "sales_revenue": "120000.50", "currency": "EUR",
    },
    "locator_profiles": {
        "partner_id": "P1", "country": "DE", "display_name": "Partner One GmbH", "public_contact": "+49 30 901820",
        "marketplace_url": "https://shop.partner.example/one",
    },
}  # fmt: skip
"""A sound row of each kind; they rest on each other."""

Cells = Mapping[str, str]


def row(kind: str, /, **changes: str) -> dict[str, str]:
    """A sound row of a kind, with changes."""
    return SOUND[kind] | changes


@dataclass
class RecordsWorld:
    """Uploads, facts, results and messages, with the ingestion of records wired to them."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    facts: Any = field(default_factory=MemoryFacts)
    messages: ReportRequests = field(default_factory=ReportRequests)
    clock: FixedClock = field(default_factory=lambda: FixedClock(TODAY))
    rulebook: Rulebook = field(default_factory=load_rulebook)
    limits: Limits = RECORD_LIMITS
    batch_rows: int = 1000

    def ingest(self, **ports: Any) -> IngestRecords:
        wired: dict[str, Any] = {
            "objects": self.objects, "facts": self.facts, "messages": self.messages, "rulebook": self.rulebook,
            "clock": self.clock, "limits": self.limits, "uploads_bucket": UPLOADS, "batch_rows": self.batch_rows,
        }  # fmt: skip
        return IngestRecords(**(wired | ports))

    def upload(self, kind: str, *rows: Cells, name: str | None = None) -> ObjectRef:
        """Puts a file of a kind without processing it; each has a name of its own unless one is given."""
        number = len(self.objects.versions) + 1
        return self.objects.upload(f"records/{kind}/{name or f'file-{number}'}.csv", csv_of(rows, SOUND[kind]))

    def take(self, kind: str, *rows: Cells, name: str | None = None) -> RecordsResult:
        """Uploads and processes a file of a kind."""
        return self.ingest()(self.upload(kind, *rows, name=name))

    def take_bytes(self, body: bytes, key: str = "records/partners/p.csv") -> RecordsResult:
        return self.ingest()(self.objects.upload(key, body))

    def take_all(self) -> None:
        """One sound row of every kind, in an order in which nothing has to wait."""
        for kind, sound in SOUND.items():
            self.take(kind, sound)

    def receipt(self, result: RecordsResult) -> dict[str, Any]:
        stored: dict[str, Any] = json.loads(self.objects.results[f"records/{result.kind}/{result.name}/receipt.json"])
        return stored

    def rejected(self, result: RecordsResult) -> list[dict[str, str]]:
        """Rows of the rejected file; of two columns with one name the first: ours stand before those received."""
        body = self.objects.results[f"records/{result.kind}/{result.name}/rejected.csv"]
        head, *rows = csv.reader(io.StringIO(body.decode(), newline=""))
        return [dict(reversed(list(zip(head, cells, strict=False)))) for cells in rows]


def account_facts(world: RecordsWorld) -> dict[str, AccountFacts]:
    """What an assessment reads, for every account that any row of a site has ever named; every copy is in line."""
    facts = world.facts.facts
    stale = [place for place, fact in facts.items() if fact.stamp != facts[canonical_place(fact.record)].stamp]
    assert stale == []
    rows = [fact.record for history in world.facts.histories.values() for fact in history.values()]
    partitions: dict[str, list[Any]] = {}
    for (pk, _), fact in facts.items():
        partitions.setdefault(pk, []).append(fact.record)
    return {
        site.account_id: facts_of(site.account_id, partitions[f"PARTNER#{site.partner_id}"])
        for site in rows
        if isinstance(site, Site)
    }


def outcomes(result: RecordsResult) -> dict[str, int]:
    """Rows per outcome, those without rows left out."""
    return {outcome.value: counted.lines for outcome, counted in result.receipt.outcomes.items() if counted.lines}


def reasons(result: RecordsResult) -> dict[str, int]:
    """Rows per reason code."""
    return {code.value: counted.lines for code, counted in result.receipt.reasons.items()}


def refusal(result: RecordsResult) -> str | None:
    """The code for which the file was refused."""
    return result.receipt.refusal.code.value if result.receipt.refusal else None
