"""Rows of records files → records, strictly as formats.md writes them, with every mistake of a row collected.

A date that is only known once it has passed (an acceptance, a training, a certification, a review) is rejected when
it lies in the future; one that can be planned (an opening, an enrolment, a leave) is not. Neither is a year of opening
revenue: it says nothing of when it was recorded, and counts from that year on.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar, get_args

from partner_program.domain.facts import (
    PRODUCT_CATEGORIES,
    RECORD_TYPES,
    CertificationKind,
    Product,
    Record,
    TrainingKind,
)
from partner_program.domain.files.delimited import Columns, Row
from partner_program.domain.files.outcomes import ReasonCode, Rejection
from partner_program.domain.sales.pos_cells import CellReader
from partner_program.values.tiers import Tier

LONGEST_TEXT_CHARS = 300
REVENUE_DECIMALS = 8
"""Sales Revenue is a share of billed amounts and never rounded (R-2.2a): it may have more than the currency has."""
FIRST_YEAR, LAST_YEAR = 1990, 2100
OLDEST_COMPANY_YEAR = 1800

_FAMILIES: tuple[str, ...] = get_args(Product.model_fields["family"].annotation)
_OUTCOMES = ("fulfilled", "not_fulfilled")
_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)+[A-Za-z]{{2,63}}")
_LONGEST_EMAIL_CHARS = 254
_VAT_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./-]{0,30}[A-Za-z0-9])?")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NO_DAY = date.min

Choice = TypeVar("Choice", bound=StrEnum)
Values = dict[str, object]
"""Values of a record by the name of its field."""


class RecordCells(CellReader):
    """Reads the cells of records: those that POS lines have, and more. A mistake is noted, and something returned."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def past(self, column: str) -> date:
        """A date of something that has happened."""
        day = self.day(column)
        if day > self._today:
            self.wrong(ReasonCode.FUTURE_DATE, column, "the date is in the future")
        return day

    def end(self, column: str, first: date) -> date | None:
        """An optional end, itself outside, that comes after the beginning."""
        if not self._cells[column]:
            return None
        day = self.day(column)
        if _NO_DAY < day <= first:
            self.wrong(ReasonCode.OUT_OF_RANGE, column, "the end is not after the beginning")
        return day

    def founded(self, column: str) -> date | None:
        """When a company began, or will begin, to trade: perhaps long before any program."""
        text = self._cells[column]
        if not text:
            return None
        if not _DAY.fullmatch(text) or not OLDEST_COMPANY_YEAR <= int(text[:4]) < FIRST_YEAR:
            return self.day(column)
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(ReasonCode.INVALID_DATE, column, "there is no such day in the calendar")
            return None

    def year(self, column: str) -> int:
        text = self._cells[column]
        if not text:
            self._missing(column)
        elif not _YEAR.fullmatch(text):
            self.wrong(ReasonCode.INVALID_NUMBER, column, "a year is four ASCII digits")
        elif not FIRST_YEAR <= int(text) <= LAST_YEAR:
            self.wrong(ReasonCode.OUT_OF_RANGE, column, f"the year must be between {FIRST_YEAR} and {LAST_YEAR}")
        else:
            return int(text)
        return 0

    def truth(self, column: str) -> bool:
        return self.one_of(column, ("true", "false")) == "true"

    def one_of(self, column: str, choices: tuple[str, ...]) -> str:
        text = self._cells[column]
        if text not in choices:
            if not text:
                self._missing(column)
            else:
                self.wrong(ReasonCode.INVALID_CHOICE, column, f"not one of {', '.join(choices)}")
        return text

    def choice(self, column: str, choices: type[Choice]) -> Choice:
        text = self.one_of(column, tuple(choices))
        return choices(text) if text in tuple(choices) else next(iter(choices))

    def text(self, column: str, *, lines: bool = False) -> str:
        """A text that people wrote, in Unicode's composed form (NFC); line breaks only where `lines` allows."""
        text = self._cells[column]
        if not text:
            self._missing(column)
        elif len(text) > LONGEST_TEXT_CHARS:
            self.wrong(ReasonCode.FIELD_TOO_LONG, column, f"more than {LONGEST_TEXT_CHARS} characters")
        elif text != text.strip():
            self.wrong(ReasonCode.INVALID_TEXT, column, "blanks at the beginning or the end")
        elif any(_is_control(character) and not (lines and character in "\n\r\t") for character in text):
            self.wrong(ReasonCode.CONTROL_CHARACTER, column, "control or invisible characters, or a line break")
        return unicodedata.normalize("NFC", text)

    def email(self, column: str) -> str:
        text = self._cells[column]
        if not text:
            self._missing(column)
        elif len(text) > _LONGEST_EMAIL_CHARS or not _EMAIL.fullmatch(text):
            self.wrong(ReasonCode.INVALID_TEXT, column, "not an e-mail address: name@domain in ASCII")
        return text

    def vat_number(self, column: str) -> str | None:
        text = self._cells[column]
        if text and not _VAT_NUMBER.fullmatch(text):
            self.wrong(ReasonCode.INVALID_TEXT, column, "a VAT number is 1 to 32 ASCII letters and digits")
        return text or None

    def revenue(self, column: str) -> Decimal:
        amount = self._number(column, REVENUE_DECIMALS)
        if amount < 0:
            self.wrong(ReasonCode.OUT_OF_RANGE, column, "a year's Sales Revenue is never below 0")
        return amount


def _is_control(character: str) -> bool:
    return not character.isprintable() and unicodedata.category(character) in _FORBIDDEN_CATEGORIES


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
    return {
        "site_id": cells.id("site_id"),
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


def _placement(cells: RecordCells) -> Values:
    account, tier, placed_on = _account(cells), cells.choice("tier", Tier), cells.day("placed_on")
    return {**account, "tier": tier, "placed_on": placed_on, "reason": cells.text("reason", lines=True)}


def _opening_revenue(cells: RecordCells) -> Values:
    account, year, revenue = _account(cells), cells.year("year"), cells.revenue("sales_revenue")
    return {**account, "year": year, "sales_revenue": revenue, "currency": cells.currency("currency")}


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
    "brand_reviews": _brand_review,
    "placements": _placement,
    "opening_revenue": _opening_revenue,
}
_FREE_TEXT = frozenset({"name", "reason"})


def columns_of(kind: str) -> Columns:
    """The columns of a kind of records; those that its model can do without are optional."""
    model = RECORD_TYPES[kind]
    optional = [name for name, field in model.model_fields.items() if not field.is_required()]
    required = [_COLUMNS.get(name, name) for name in model.model_fields if name not in optional]
    return Columns(tuple(required), tuple(optional), _FREE_TEXT.intersection(required))


_COLUMNS = {"certification": "kind", "training": "kind"}
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


__all__ = ["RowParser", "columns_of"]
