"""Rows of records files → records, strictly as formats.md writes them, with every mistake of a row collected."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import get_args

from partner_program.domain.facts import (
    PRODUCT_CATEGORIES,
    RECORD_TYPES,
    CaseDecision,
    CertificationKind,
    Product,
    Record,
    ReviewKind,
    TrainingKind,
    Verdict,
)
from partner_program.domain.files.delimited import Columns, Row
from partner_program.domain.files.outcomes import ReasonCode, Rejection
from partner_program.domain.payments.bank import PAYER_PREFIX
from partner_program.domain.records.cells import RecordCells
from partner_program.values.tiers import Tier

_FAMILIES: tuple[str, ...] = get_args(Product.model_fields["family"].annotation)
_OUTCOMES = ("fulfilled", "not_fulfilled")
_DECIDED: tuple[str, ...] = get_args(CaseDecision.model_fields["requirement"].annotation)
_VERDICTS: Mapping[str, tuple[Verdict, ...]] = {
    "terms": tuple(Verdict),
    # An Authorized account has no lower tier (R-3.4b), and nobody's participation ends for a plan or a brand.
    "revenue": (Verdict.EXTEND, Verdict.WAIVE, Verdict.END_PARTICIPATION),
    "business_plan": (Verdict.DEMOTE, Verdict.EXTEND, Verdict.WAIVE),
    "brand_alignment": (Verdict.DEMOTE, Verdict.EXTEND, Verdict.WAIVE),
}
"""Requirement of a case → what the vendor may decide on it (R-4.1.1, R-3.4b, R-4.1.6, R-4.1.7)."""

Values = dict[str, object]
"""Values of a record by the name of its field."""


def _distributor(cells: RecordCells) -> Values:
    return {"distributor_id": cells.id("distributor_id"), "name": cells.text("name")}


def _product(cells: RecordCells) -> Values:
    return {
        "sku": cells.id("sku"),
        "name": cells.text("name"),
        "category": cells.one_of("category", PRODUCT_CATEGORIES),
        "family": cells.one_of("family", _FAMILIES),
    }


def _partner(cells: RecordCells) -> Values:
    return {
        "partner_id": cells.id("partner_id"),
        "name": cells.text("name"),
        "enrolled_on": cells.day("enrolled_on"),
        "trading_since": cells.founded("trading_since"),
        "vat_number": cells.vat_number("vat_number"),
        "contact_email": cells.email("contact_email"),
    }


def _site(cells: RecordCells) -> Values:
    site_id = cells.id("site_id")
    if site_id.startswith(PAYER_PREFIX):
        cells.wrong(ReasonCode.INVALID_ID, "site_id", f"{PAYER_PREFIX}… names an account of the vendor's own")
    return {
        "site_id": site_id,
        "partner_id": cells.id("partner_id"),
        "country": cells.country("country"),
        "name": cells.text("name"),
        "headquarters": cells.truth("headquarters"),
        "opened_on": (opened_on := cells.day("opened_on")),
        "closed_on": cells.end("closed_on", opened_on),
    }


def _terms_acceptance(cells: RecordCells) -> Values:
    return {
        "partner_id": cells.id("partner_id"),
        "version": cells.id("version"),
        "accepted_on": cells.past("accepted_on"),
    }


def _employment(cells: RecordCells) -> Values:
    return {
        "person_id": cells.id("person_id"),
        "site_id": cells.id("site_id"),
        "from_date": (from_date := cells.day("from_date")),
        "until_date": cells.end("until_date", from_date),
    }


def _certification(cells: RecordCells) -> Values:
    return {
        "certification_id": cells.id("certification_id"),
        "person_id": cells.id("person_id"),
        "certification": cells.choice("kind", CertificationKind),
        "certified_on": cells.past("certified_on"),
    }


def _account(cells: RecordCells) -> Values:
    return {"partner_id": cells.id("partner_id"), "country": cells.country("country")}


def _training(cells: RecordCells) -> Values:
    kind = cells.choice("kind", TrainingKind)
    return {**_account(cells), "training": kind, "completed_on": cells.past("completed_on")}


def _business_plan(cells: RecordCells) -> Values:
    return {**_account(cells), "year": cells.year("year"), "submitted_on": cells.past("submitted_on")}


def _brand_review(cells: RecordCells) -> Values:
    account, reviewed_on = _account(cells), cells.past("reviewed_on")
    return {**account, "reviewed_on": reviewed_on, "outcome": cells.one_of("outcome", _OUTCOMES)}


def _business_review(cells: RecordCells) -> Values:
    kind = cells.choice("kind", ReviewKind)
    return {**_account(cells), "review": kind, "reviewed_on": cells.past("reviewed_on")}


def _case_decision(cells: RecordCells) -> Values:
    account, requirement = _account(cells), cells.one_of("requirement", _DECIDED)
    opened_on = cells.day("opened_on")
    decided_on = cells.past("decided_on")
    if date.min < decided_on < opened_on:
        cells.wrong(ReasonCode.OUT_OF_RANGE, "decided_on", "the decision is before the case was opened")
    verdict = cells.one_of("verdict", _VERDICTS.get(requirement, tuple(Verdict)))
    return {
        **account,
        "requirement": requirement,
        "opened_on": opened_on,
        "decided_on": decided_on,
        "verdict": verdict,
        "until": _until(cells, decided_on, verdict),
        "reason": cells.text("reason", lines=True),
        "decided_by": cells.text("decided_by"),
    }


def _until(cells: RecordCells, decided_on: date, verdict: str) -> date | None:
    """An extension has a new last day, every other verdict none."""
    if verdict in set(Verdict) - {Verdict.EXTEND}:
        cells.empty("until", "only an extension has a new last day")
        return None
    return cells.end("until", decided_on, required=verdict == Verdict.EXTEND, after="the day of the decision")


def _placement(cells: RecordCells) -> Values:
    account, tier, placed_on = _account(cells), cells.choice("tier", Tier), cells.day("placed_on")
    return {**account, "tier": tier, "placed_on": placed_on, "reason": cells.text("reason", lines=True)}


def _opening_revenue(cells: RecordCells) -> Values:
    account, year, revenue = _account(cells), cells.year("year"), cells.revenue("sales_revenue")
    return {**account, "year": year, "sales_revenue": revenue, "currency": cells.currency("currency")}


def _locator_profile(cells: RecordCells) -> Values:
    return {
        **_account(cells),
        "display_name": cells.optional_text("display_name"),
        "public_contact": cells.optional_text("public_contact"),
        "marketplace_url": cells.web_address("marketplace_url"),
    }


_READERS: Mapping[str, Callable[[RecordCells], Values]] = {
    "distributors": _distributor,
    "products": _product,
    "partners": _partner,
    "sites": _site,
    "terms_acceptances": _terms_acceptance,
    "people": _employment,
    "certifications": _certification,
    "trainings": _training,
    "business_plans": _business_plan,
    "business_reviews": _business_review,
    "brand_reviews": _brand_review,
    "case_decisions": _case_decision,
    "placements": _placement,
    "opening_revenue": _opening_revenue,
    "locator_profiles": _locator_profile,
}
_FREE_TEXT = frozenset({"name", "reason", "decided_by", "display_name", "public_contact"})


def columns_of(kind: str) -> Columns:
    """The columns of a kind of records; those that its model can do without are optional."""
    model = RECORD_TYPES[kind]
    optional = [name for name, field in model.model_fields.items() if not field.is_required()]
    required = [COLUMN_NAMES.get(name, name) for name in model.model_fields if name not in optional]
    return Columns(tuple(required), tuple(optional), _FREE_TEXT.intersection(model.model_fields))


COLUMN_NAMES = {"certification": "kind", "training": "kind", "review": "kind"}
"""Fields whose column has another name: `kind` is taken in the models."""


class RowParser:
    """Rows of one kind → records."""

    def __init__(self, kind: str, today: date) -> None:
        self._model = RECORD_TYPES[kind]
        self._read = _READERS[kind]
        self._cells = RecordCells(today)

    def parse(self, row: Row) -> Record | tuple[Rejection, ...]:
        """The record, or all mistakes of the row; the first decides its reason code."""
        self._cells.turn_to(row.line, row.cells)
        values = self._read(self._cells)
        if self._cells.mistakes:
            return tuple(self._cells.mistakes)
        return self._model.model_validate(values)


__all__ = ["COLUMN_NAMES", "RowParser", "columns_of"]
