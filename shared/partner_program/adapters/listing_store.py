"""The lists of the API in their own table: `<list>`/`<order>`, each entry a small document (docs/adr/0024-lists.md)."""

from collections.abc import Iterable, Iterator, Mapping

from partner_program.adapters.table import Table
from partner_program.domain.listings import ListPlace
from partner_program.use_cases.list_ports import ListPage


class DynamoListings:
    """The ports `ListStore` and `WholeLists` on the listings table."""

    def __init__(self, listings: Table) -> None:
        self._table = listings

    def put(self, entries: Mapping[ListPlace, str]) -> None:
        """Up to 25 in one call."""
        self._table.put_many({"pk": place.name, "sk": place.order, "body": body} for place, body in entries.items())

    def delete(self, places: Iterable[ListPlace]) -> None:
        """One call each: a change takes one or two away."""
        for place in places:
            self._table.delete(place.name, place.order)

    def everything(self) -> Iterator[tuple[ListPlace, str]]:
        """Reads the whole table: for operators only, no function may."""
        for item in self._table.having("body"):
            yield ListPlace(str(item["pk"]), str(item["sk"])), str(item["body"])

    def page(
        self, name: str, *, prefix: str | None = None, last: str | None = None, after: str | None = None, limit: int,
        backwards: bool = False,
    ) -> ListPage:  # fmt: skip
        """One read operation."""
        found = self._table.page(name, prefix=prefix, last=last, after=after, limit=limit, backwards=backwards)
        entries = [(ListPlace(name, str(item["sk"])), str(item["body"])) for item in found.items]
        return ListPage(entries, found.after)
