"""Booked accruals in the payments table: `ACCRUALS#<YYYY-MM>`/`<account>`, put once."""

from collections.abc import Iterable, Iterator, Sequence

from partner_program.adapters.table import Item, Table
from partner_program.domain.accruals.row import AccrualRow


class DynamoAccrualStore:
    """The `AccrualStore` port on the payments table."""

    def __init__(self, payments: Table) -> None:
        self._table = payments

    def put(self, row: AccrualRow) -> AccrualRow:
        """A month is booked once; whoever comes later gets what stands."""
        item: Item = {
            "pk": _month_key(row.month),
            "sk": row.account_id,
            "kind": "accrual",
            "body": row.model_dump_json(),
        }
        existing = self._table.put_new(item)
        return row if existing is None else _row(existing)

    def month(self, month: str) -> Iterator[AccrualRow]:
        """One query, page by page as it is asked for."""
        return map(_row, self._table.query(_month_key(month)))

    def page(self, month: str, after: str | None, limit: int) -> tuple[Sequence[AccrualRow], str | None]:
        """One query."""
        page = self._table.page(_month_key(month), after=after, limit=limit)
        return [_row(item) for item in page.items], page.after

    def of_account(self, account_id: str, months: Iterable[str]) -> Sequence[AccrualRow]:
        """One batch of reads per 100 months."""
        found = self._table.get_many((_month_key(month), account_id) for month in months)
        return [_row(item) for _, item in sorted(found.items())]


def _month_key(month: str) -> str:
    return f"ACCRUALS#{month}"


def _row(item: Item) -> AccrualRow:
    return AccrualRow.model_validate_json(str(item["body"]))
