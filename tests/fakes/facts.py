"""The ports of the records side in memory, as the adapter fulfils them on DynamoDB (one contract test runs on both)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from partner_program.domain.records.places import Fact, Place
from partner_program.use_cases.ports import ReviewTask
from partner_program.use_cases.record_ports import Change, Turn, WaitingReport, WaitingRow


class MemoryFacts:
    """`FactStore` in dicts."""

    def __init__(self) -> None:
        self.facts: dict[Place, Fact] = {}
        self.histories: dict[Place, dict[str, Fact]] = {}
        self.known: set[str] = set()
        self.owned_by: dict[Place, frozenset[str]] = {}
        self.employed_by: dict[str, frozenset[str]] = {}
        self.waiting_rows: dict[tuple[str, str, tuple[str, ...], str], WaitingRow] = {}
        self.waiting_reports: dict[tuple[str, str, str], WaitingReport] = {}
        self.turns: dict[str, str] = {}
        self.puts: list[Place] = []
        self._tokens = count()

    def get(self, places: Iterable[Place]) -> dict[Place, Fact]:
        return {place: self.facts[place] for place in places if place in self.facts}

    def under(self, partitions: Iterable[str], prefix: str) -> Mapping[str, Sequence[Fact]]:
        return {
            partition: [
                fact for (pk, sk), fact in sorted(self.facts.items()) if pk == partition and sk.startswith(prefix)
            ]
            for partition in partitions
        }

    def put(self, changes: Sequence[Change]) -> dict[Place, Fact]:
        refused = {}
        for place, fact, seen in changes:
            standing = self.facts.get(place)
            if (standing.stamp if standing else None) == seen:
                self.facts[place] = fact
                self.puts.append(place)
            elif standing and standing.stamp != fact.stamp:
                refused[place] = standing
        return refused

    def correct(self, change: Change, row: Fact) -> bool:
        history = self.histories.setdefault(change.place, {})
        if row.stamp in history:
            return True
        standing = self.facts.get(change.place)
        if (standing.stamp if standing else None) != change.seen:
            return False
        self.facts[change.place] = change.fact
        history[row.stamp] = row
        self.puts.append(change.place)
        return True

    def copy(self, facts: Mapping[Place, Fact]) -> None:
        self.facts |= facts

    def keep(self, facts: Iterable[tuple[Place, Fact]]) -> None:
        for place, fact in facts:
            self.histories.setdefault(place, {}).setdefault(fact.stamp, fact)

    def history(self, place: Place) -> Sequence[Fact]:
        return [fact for _, fact in sorted(self.histories.get(place, {}).items())]

    def announce(self, dependencies: Iterable[str]) -> None:
        self.known.update(dependencies)

    def announced(self, dependencies: Iterable[str]) -> set[str]:
        return self.known.intersection(dependencies)

    def employers(self, people: Iterable[str]) -> Mapping[str, frozenset[str]]:
        return {person: self.employed_by[person] for person in people if person in self.employed_by}

    def add_employers(self, added: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
        for person, partners in added.items():
            self.employed_by[person] = self.employed_by.get(person, frozenset()).union(partners)
        return self.employers(added)

    def owners(self, places: Iterable[Place]) -> Mapping[Place, frozenset[str]]:
        return {place: self.owned_by[place] for place in places if place in self.owned_by}

    def add_owners(self, added: Mapping[Place, Iterable[str]]) -> None:
        for place, owners in added.items():
            self.owned_by[place] = self.owned_by.get(place, frozenset()).union(owners)

    def wait(self, rows: Iterable[WaitingRow]) -> None:
        for row in rows:
            self.waiting_rows[_row_key(row)] = row

    def wait_for(self, dependency: str, distributor_id: str, report_id: str) -> None:
        report = WaitingReport(dependency, distributor_id, report_id, str(next(self._tokens)))
        self.waiting_reports[dependency, distributor_id, report_id] = report

    def waiting(self, dependencies: Iterable[str]) -> tuple[Sequence[WaitingRow], Sequence[WaitingReport]]:
        names = set(dependencies)
        rows = [row for key, row in sorted(self.waiting_rows.items()) if key[0] in names]
        return rows, [report for key, report in sorted(self.waiting_reports.items()) if key[0] in names]

    def settle(self, rows: Iterable[WaitingRow], reports: Iterable[WaitingReport]) -> None:
        for row in rows:
            self.waiting_rows.pop(_row_key(row), None)
        for report in reports:
            if self.waiting_reports.get(report[:3]) == report:
                del self.waiting_reports[report[:3]]

    def turn(self, name: str, stamp: str) -> Turn:
        before = self.turns.get(name)
        if before is None or before < stamp:
            self.turns[name] = stamp
            return Turn.FIRST
        return Turn.REPEATED if before == stamp else Turn.OVERTAKEN

    # -- what tests look at

    def standing(self) -> dict[Place, str]:
        """Every fact in every place, without the stamp of the row that brought it."""
        return {place: fact.record.model_dump_json() for place, fact in self.facts.items()}

    def of_partner(self, partner_id: str) -> list[str]:
        """Sort keys of what an assessment of this partner reads."""
        return sorted(sk for pk, sk in self.facts if pk == f"PARTNER#{partner_id}")


def _row_key(row: WaitingRow) -> tuple[str, str, tuple[str, ...], str]:
    return row.dependency, row.record.kind, row.record.key, row.stamp


class OneByOne:
    """A store that writes item after item, as DynamoDB does: another worker may come in between."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put(self, changes: Sequence[Change]) -> dict[Place, Fact]:
        refused: dict[Place, Fact] = {}
        for change in changes:
            refused |= self._store.put([change])
        return refused

    def copy(self, facts: Mapping[Place, Fact]) -> None:
        for place, fact in facts.items():
            self._store.copy({place: fact})

    def keep(self, facts: Iterable[tuple[Place, Fact]]) -> None:
        for fact in facts:
            self._store.keep([fact])

    def wait(self, rows: Iterable[WaitingRow]) -> None:
        for row in rows:
            self._store.wait([row])

    def announce(self, dependencies: Iterable[str]) -> None:
        for dependency in sorted(dependencies):
            self._store.announce([dependency])

    def add_employers(self, added: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
        employers: dict[str, frozenset[str]] = {}
        for person, partners in added.items():
            employers |= self._store.add_employers({person: partners})
        return employers

    def add_owners(self, added: Mapping[Place, Iterable[str]]) -> None:
        for place, owners in added.items():
            self._store.add_owners({place: owners})


class ReportRequests:
    """`Messages`, as far as records write any: the reports that are to be processed again."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def send_statement_tasks(self, tasks: Iterable[dict[str, str]]) -> int:
        raise AssertionError("records send no statement tasks")

    def send_review_tasks(self, tasks: Iterable[ReviewTask]) -> int:
        raise AssertionError("records send no review tasks")

    def reprocess_report(self, distributor_id: str, report_id: str) -> None:
        self.asked.append((distributor_id, report_id))


class Interrupted:
    """A port that lets something else happen right before its n-th call (the first is 1)."""

    def __init__(self, port: Any, call: int, meanwhile: Callable[[], object]) -> None:
        self._port = port
        self._left = call
        self._meanwhile = meanwhile

    @property
    def came_to_it(self) -> bool:
        return self._left <= 0

    def __getattr__(self, name: str) -> Any:
        wrapped = getattr(self._port, name)

        def call(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                self._meanwhile()
            return wrapped(*arguments)

        return call
