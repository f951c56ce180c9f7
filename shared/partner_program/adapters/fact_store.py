"""Records in the program table: facts in their places, their history, and what waits for them.

Next to what waits for a dependency lies a mark. Marks are never removed, so looking for them, a hundred at a time,
tells safely who has to be asked about at all.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from partner_program.adapters.table import (
    TRANSACTION_LIMIT,
    ConditionalPut,
    Item,
    Table,
    Unavailable,
    retry_pauses_s,
)
from partner_program.domain.facts import RECORD_TYPES, Product, Record, Site
from partner_program.domain.records.places import Fact, Place, distributor_place, product_place, site_place
from partner_program.use_cases.record_ports import Change, Turn, WaitingReport, WaitingRow

WORKERS = 8
"""Requests at a time: single puts and queries wait for the network, not for the processor."""
_TOGETHER = 4
"""From so many conditional puts on a transaction is worth its double price in fewer round trips."""
_MARK = "!"
_EMPLOYERS = "EMPLOYERS"
_OWNERS = "OWNERS"
_ROW = "RECORD#"
_REPORT = "REPORT#"

In = TypeVar("In")
Out = TypeVar("Out")


class DynamoFactStore:
    """The ports `FactStore` and `Lookups` on the program table."""

    def __init__(self, program: Table, workers: int = WORKERS) -> None:
        self._table = program
        self._workers = workers

    # -- facts

    def get(self, places: Iterable[Place]) -> dict[Place, Fact]:
        """A batch read; what does not exist is not in the answer."""
        return {place: fact_of(item) for place, item in self._table.get_many(places).items()}

    def under(self, partitions: Iterable[str], prefix: str) -> Mapping[str, Sequence[Fact]]:
        """One query for each partition."""
        wanted = list(dict.fromkeys(partitions))

        def query(partition: str) -> list[Fact]:
            return [fact_of(item) for item in self._table.query(partition, prefix=prefix)]

        return dict(zip(wanted, self._all(query, wanted), strict=True))

    def put(self, changes: Sequence[Change]) -> dict[Place, Fact]:
        """Conditional puts. One that was written and not answered is found to stand: that is success (F28)."""
        refused = self._put_all([_conditional(change) for change in changes])
        found = {place: fact_of(item) for place, item in refused.items()}
        return {
            change.place: found[change.place]
            for change in changes
            if change.place in found and found[change.place].stamp != change.fact.stamp
        }

    def correct(self, change: Change, row: Fact) -> bool:
        """A transaction. Refused though the condition holds, it met another one at work on the items: once more."""
        pk, sk = change.place
        entry = _item((f"HISTORY#{pk}", f"{sk}#{row.stamp}"), row)
        puts = [_conditional(change), ConditionalPut(entry, "attribute_not_exists(pk)")]
        for pause in retry_pauses_s("other transactions kept working on the record"):
            if self._table.put_together(puts) or self._table.get(*_place(entry)) is not None:
                return True
            standing = self._table.get(pk, sk)
            if (str(standing["stamp"]) if standing else None) != change.seen:
                return False
            time.sleep(pause)
        raise Unavailable("other transactions kept working on the record")

    def copy(self, facts: Mapping[Place, Fact]) -> None:
        """Batches without a condition."""
        self._table.put_many(_item(place, fact) for place, fact in facts.items())

    def keep(self, facts: Iterable[tuple[Place, Fact]]) -> None:
        """Batches without a condition: an entry is named by its stamp, and one that is there is left as it is."""
        entries = {(f"HISTORY#{pk}", f"{sk}#{fact.stamp}"): fact for (pk, sk), fact in facts}
        there = self._table.get_many(entries)
        self._table.put_many(_item(entry, fact) for entry, fact in entries.items() if entry not in there)

    def history(self, place: Place) -> Sequence[Fact]:
        """By stamp, from the partition that holds the history of this one."""
        pk, sk = place
        return [fact_of(item) for item in self._table.query(f"HISTORY#{pk}", prefix=f"{sk}#")]

    # -- what others rest on

    def announce(self, dependencies: Iterable[str]) -> None:
        """Batches without a condition: what is on record stays."""
        self._table.put_many({"pk": _known(name), "sk": _MARK, "kind": "mark"} for name in dependencies)

    def announced(self, dependencies: Iterable[str]) -> set[str]:
        """A batch read."""
        found = self._table.get_many((_known(name), _MARK) for name in dependencies)
        return {pk.partition("#")[2] for pk, _ in found}

    def employers(self, people: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """A batch read of one small item per person."""
        found = self._members((f"PERSON#{person}", _EMPLOYERS) for person in people)
        return {pk.partition("#")[2]: partners for (pk, _), partners in found.items()}

    def add_employers(self, added: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
        """Puts on the condition of what was read; whoever comes second reads again."""
        after = self._add_members({(f"PERSON#{person}", _EMPLOYERS): partners for person, partners in added.items()})
        return {pk.partition("#")[2]: partners for (pk, _), partners in after.items()}

    def owners(self, places: Iterable[Place]) -> Mapping[Place, frozenset[str]]:
        """A batch read; only facts that have changed hands have such an item beside them."""
        by_partition = {pk: (pk, sk) for pk, sk in places}
        found = self._members((pk, _OWNERS) for pk in by_partition)
        return {by_partition[pk]: owners for (pk, _), owners in found.items()}

    def add_owners(self, added: Mapping[Place, Iterable[str]]) -> None:
        """As employers are added."""
        self._add_members({(pk, _OWNERS): owners for (pk, _), owners in added.items()})

    # -- what waits

    def wait(self, rows: Iterable[WaitingRow]) -> None:
        """The rows and the marks of their dependencies."""
        kept = list(rows)
        marks = [_mark(dependency) for dependency in dict.fromkeys(row.dependency for row in kept)]
        self._table.put_many([*marks, *map(_waiting_row, kept)])

    def wait_for(self, dependency: str, distributor_id: str, report_id: str) -> None:
        """Each registration has a token of its own, so that settling an earlier one leaves it."""
        report = WaitingReport(dependency, distributor_id, report_id, uuid.uuid4().hex)
        self._table.put_many([_mark(dependency), _waiting_report(report)])

    def waiting(self, dependencies: Iterable[str]) -> tuple[Sequence[WaitingRow], Sequence[WaitingReport]]:
        """A batch read of the marks, then a query for each that is there."""
        marked = self._table.get_many((_waiting(dependency), _MARK) for dependency in dependencies)
        rows: list[WaitingRow] = []
        reports: list[WaitingReport] = []
        for items in self._all(lambda pk: list(self._table.query(pk)), sorted(pk for pk, _ in marked)):
            for item in items:
                dependency = str(item["pk"]).partition("#")[2]
                if str(item["sk"]).startswith(_ROW):
                    rows.append(WaitingRow(dependency, _record(item), str(item["stamp"]), str(item.get("by", ""))))
                elif str(item["sk"]).startswith(_REPORT):
                    distributor_id, report_id = str(item["sk"]).split("#")[1:]
                    reports.append(WaitingReport(dependency, distributor_id, report_id, str(item["token"])))
        return rows, reports

    def settle(self, rows: Iterable[WaitingRow], reports: Iterable[WaitingReport]) -> None:
        """A row is deleted by name; a report only if it has not been registered again."""

        def settle(waiting: WaitingRow | WaitingReport) -> bool:
            if isinstance(waiting, WaitingRow):
                return self._table.delete(_waiting(waiting.dependency), _row_key(waiting))
            return self._table.delete(
                _waiting(waiting.dependency), _report_key(waiting),
                condition="attribute_not_exists(pk) OR #token = :token", values={":token": waiting.token},
                names={"#token": "token"},
            )  # fmt: skip

        waiting: list[WaitingRow | WaitingReport] = [*rows, *reports]
        self._all(settle, waiting)

    def turn(self, name: str, stamp: str) -> Turn:
        """One conditional put per upload."""
        refused = self._table.put(
            {"pk": f"FILE#records/{name}", "sk": "CURRENT", "kind": "file", "stamp": stamp},
            condition="attribute_not_exists(pk) OR #stamp < :stamp",
            values={":stamp": stamp},
            names={"#stamp": "stamp"},
        )
        if refused is None:
            return Turn.FIRST
        return Turn.REPEATED if refused.existing and refused.existing["stamp"] == stamp else Turn.OVERTAKEN

    # -- lookups of POS lines

    def distributor_exists(self, distributor_id: str) -> bool:
        """Whether the vendor has recorded it (R-8)."""
        return self._table.get(*distributor_place(distributor_id)) is not None

    def sites(self, site_ids: Iterable[str]) -> Mapping[str, Site]:
        """Those that exist, by id."""
        records = (fact.record for fact in self.get(map(site_place, site_ids)).values())
        return {record.site_id: record for record in records if isinstance(record, Site)}

    def products(self, skus: Iterable[str]) -> Mapping[str, Product]:
        """Those that exist, by sku."""
        records = (fact.record for fact in self.get(map(product_place, skus)).values())
        return {record.sku: record for record in records if isinstance(record, Product)}

    def _members(self, places: Iterable[Place]) -> dict[Place, frozenset[str]]:
        found = self._table.get_many(places)
        return {place: frozenset(str(item["body"]).split()) for place, item in found.items()}

    def _add_members(self, added: Mapping[Place, Iterable[str]]) -> dict[Place, frozenset[str]]:
        for pause in retry_pauses_s():
            before = self._members(added)
            after = {place: before.get(place, frozenset()).union(members) for place, members in added.items()}
            puts = [
                _set_of_ids(place, members, before.get(place))
                for place, members in after.items()
                if members != before.get(place)
            ]
            if not self._put_all(puts):
                return after
            time.sleep(pause)
        raise Unavailable("others kept adding to the same employers or owners")

    def _put_all(self, puts: Sequence[ConditionalPut]) -> dict[Place, Item]:
        """Many puts travel together, and one by one where that fails. The items whose condition did not hold."""

        def put_one(put: ConditionalPut) -> Item | None:
            refused = self._table.put(put.item, condition=put.condition, values=put.values, names=put.names)
            return (refused.existing or self._table.get(*_place(put.item))) if refused else None

        def put_chunk(chunk: Sequence[ConditionalPut]) -> Sequence[ConditionalPut]:
            return [] if len(chunk) >= _TOGETHER and self._table.put_together(chunk) else chunk

        chunks = [puts[start : start + TRANSACTION_LIMIT] for start in range(0, len(puts), TRANSACTION_LIMIT)]
        left = [put for chunk in self._all(put_chunk, chunks) for put in chunk]
        standing = zip(left, self._all(put_one, left), strict=True)
        return {_place(put.item): existing for put, existing in standing if existing}

    def _all(self, task: Callable[[In], Out], inputs: Sequence[In]) -> list[Out]:
        if len(inputs) < 2 or self._workers == 1:
            return [task(given) for given in inputs]
        with ThreadPoolExecutor(self._workers) as pool:
            return list(pool.map(task, inputs))


def _item(place: Place, fact: Fact) -> Item:
    pk, sk = place
    record, stamp, known_on, earlier, by = fact
    item: Item = {"pk": pk, "sk": sk, "kind": record.kind, "stamp": stamp, "known_on": known_on}
    if earlier:
        item["earlier"] = " ".join(earlier)
    if by:
        item["by"] = by
    return item | {"body": record.model_dump_json()}


def _place(item: Item) -> Place:
    return str(item["pk"]), str(item["sk"])


def _conditional(change: Change) -> ConditionalPut:
    item = _item(change.place, change.fact)
    if change.seen is None:
        return ConditionalPut(item, "attribute_not_exists(pk)")
    return ConditionalPut(item, "#stamp = :seen", {":seen": change.seen}, {"#stamp": "stamp"})


def _set_of_ids(place: Place, members: frozenset[str], before: frozenset[str] | None) -> ConditionalPut:
    item: Item = {"pk": place[0], "sk": place[1], "kind": place[1].lower(), "body": _words(members)}
    if before is None:
        return ConditionalPut(item, "attribute_not_exists(pk)")
    return ConditionalPut(item, "body = :before", {":before": _words(before)})


def _words(members: frozenset[str]) -> str:
    return " ".join(sorted(members))


def _known(dependency: str) -> str:
    return f"ON_RECORD#{dependency}"


def fact_of(item: Item) -> Fact:
    """A fact from its item, or from an entry of its history."""
    earlier = tuple(str(item.get("earlier", "")).split())
    return Fact(_record(item), str(item["stamp"]), str(item["known_on"]), earlier, str(item.get("by", "")))


def _record(item: Item) -> Record:
    return RECORD_TYPES[str(item["kind"])].model_validate_json(str(item["body"]))


def _waiting(dependency: str) -> str:
    return f"WAITING#{dependency}"


def _mark(dependency: str) -> Item:
    return {"pk": _waiting(dependency), "sk": _MARK, "kind": "mark"}


def _row_key(row: WaitingRow) -> str:
    return f"{_ROW}{'#'.join((row.record.kind, *row.record.key))}#{row.stamp}"


def _waiting_row(row: WaitingRow) -> Item:
    item: Item = {
        "pk": _waiting(row.dependency),
        "sk": _row_key(row),
        "kind": row.record.kind,
        "stamp": row.stamp,
        "body": row.record.model_dump_json(),
    }
    return item | {"by": row.by} if row.by else item


def _report_key(report: WaitingReport) -> str:
    return f"{_REPORT}{report.distributor_id}#{report.report_id}"


def _waiting_report(report: WaitingReport) -> Item:
    return {"pk": _waiting(report.dependency), "sk": _report_key(report), "kind": "report", "token": report.token}
