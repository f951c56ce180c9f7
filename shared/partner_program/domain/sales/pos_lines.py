"""A row of a distributor's report → a typed sales line, or everything that is wrong with it (formats.md).

What stands between a well-formed line and the records, and what it is worth, is in `pos_worth`.
"""

import hashlib
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from partner_program.domain.files.delimited import Columns, Row
from partner_program.domain.files.outcomes import ReasonCode, Rejection
from partner_program.domain.sales.pos_cells import CellReader
from partner_program.values.money import EXACT

POS_COLUMNS = Columns(
    required=(
        "report_id", "distributor_id", "invoice_number", "line_number", "invoice_date", "partner_site_id", "country",
        "currency", "sku", "quantity", "list_unit_price", "tier_discount_pct", "project_discount_pct", "final_amount",
    ),
    optional=("product_category",),
)  # fmt: skip

_ZERO = Decimal(0)


class SalesLine(NamedTuple):
    """One well-formed invoice line. Amounts in `currency`, discounts in percent. `line` is where the row starts.

    `content_hash` covers everything but the line's name, its report and the optional category: two reports of the
    same sale have the same hash, however they write their zeros.
    """

    line: int
    invoice_number: str
    line_number: int
    invoice_date: date
    site_id: str
    country: str
    currency: str
    sku: str
    category: str
    quantity: int
    list_unit_price: Decimal
    tier_discount_pct: Decimal
    project_discount_pct: Decimal
    final_amount: Decimal
    content_hash: str


class LineParser:
    """Rows → sales lines. A line dated after `today` is rejected: nobody has sold in the future."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._cells = CellReader()

    def parse(self, row: Row) -> SalesLine | tuple[Rejection, ...]:
        """The line, or all its mistakes in the order of the columns; the first decides its reason code."""
        cells = self._cells
        cells.turn_to(row.line, row.cells)
        invoice_number = cells.id("invoice_number")
        line_number = cells.line_number("line_number")
        invoice_date = cells.day("invoice_date")
        if invoice_date > self._today:
            cells.wrong(ReasonCode.FUTURE_DATE, "invoice_date", "the invoice date is in the future")
        site_id = cells.id("partner_site_id")
        country = cells.country("country")
        currency = cells.currency("currency")
        sku = cells.id("sku")
        category = cells.category("product_category")
        quantity = cells.quantity("quantity")
        list_unit_price = cells.price("list_unit_price")
        tier_discount_pct = cells.percent("tier_discount_pct")
        project_discount_pct = cells.percent("project_discount_pct")
        final_amount = cells.amount("final_amount", currency)
        if quantity and final_amount and (quantity < 0) != (final_amount < _ZERO):
            cells.wrong(ReasonCode.SIGN_MISMATCH, "final_amount", "amount and quantity differ in sign")
        if cells.mistakes:
            return tuple(cells.mistakes)
        content = (
            f"{invoice_date}|{site_id}|{country}|{currency}|{sku}|{quantity}|{_canonical(list_unit_price)}"
            f"|{_canonical(tier_discount_pct)}|{_canonical(project_discount_pct)}|{_canonical(final_amount)}"
        )
        return SalesLine(
            row.line, invoice_number, line_number, invoice_date, site_id, country, currency, sku, category, quantity,
            list_unit_price, tier_discount_pct, project_discount_pct, final_amount,
            hashlib.blake2b(content.encode(), digest_size=16).hexdigest(),
        )  # fmt: skip


def _canonical(number: Decimal) -> str:
    """One text for one number: `10.50` and `10.5` are the same money."""
    return f"{number.normalize(EXACT):f}"
