"""What taking in records asks of the world, beside `ports`."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from partner_program.domain.facts import Record
from partner_program.domain.records.places import Fact, Place


class Change(NamedTuple):
    """A fact to be put in its canonical place, if what stands there is still of the stamp seen (None: nothing)."""

    place: Place
    fact: Fact
    seen: str | None


class WaitingRow(NamedTuple):
    """A held row of any file, or by a person (`by`), to be taken once its dependency is on record."""

    dependency: str
    record: Record
    stamp: str
    by: str = ""


class WaitingReport(NamedTuple):
    """A POS report with held lines, to be processed again once the dependency comes or changes.

    `token` is of this very registration: another one, made since, is not settled with it.
    """

    dependency: str
    distributor_id: str
    report_id: str
    token: str


class Turn(StrEnum):
    """Where a file stands among the uploads under its name."""

    FIRST = "first"
    REPEATED = "repeated"
    OVERTAKEN = "overtaken"


class FactStore(Protocol):
    """Records as facts with their history, and what waits for them. Reads are consistent, writes idempotent."""

    def get(self, places: Iterable[Place]) -> dict[Place, Fact]:
        """The facts that stand at some places."""
        ...

    def under(self, partitions: Iterable[str], prefix: str) -> Mapping[str, Sequence[Fact]]:
        """All facts of each partition whose sort key starts like that."""
        ...

    def put(self, changes: Sequence[Change]) -> dict[Place, Fact]:
        """Conditional puts. Answers with what stands at the places where the condition did not hold."""
        ...

    def correct(self, change: Change, row: Fact) -> bool:
        """A change together with the row that makes it in the history of its place, or neither.

        False: what stands is no longer of the stamp seen. The same row again is written already.
        """
        ...

    def copy(self, facts: Mapping[Place, Fact]) -> None:
        """Put unconditionally."""
        ...

    def keep(self, facts: Iterable[tuple[Place, Fact]]) -> None:
        """Append to the history of each place. The same stamp again is the same entry, known since it first came."""
        ...

    def history(self, place: Place) -> Sequence[Fact]:
        """Every row ever taken for a place, by stamp."""
        ...

    def announce(self, dependencies: Iterable[str]) -> None:
        """Note that these are on record, with all their copies."""
        ...

    def announced(self, dependencies: Iterable[str]) -> set[str]:
        """Those of the dependencies that are on record."""
        ...

    def employers(self, people: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """The partners that have ever employed each of these people, as far as there are any."""
        ...

    def add_employers(self, added: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
        """Add partners to people; all employers of each afterwards. Nothing that was added is lost to another run."""
        ...

    def owners(self, places: Iterable[Place]) -> Mapping[Place, frozenset[str]]:
        """The owners that were added to facts in these canonical places, as far as there are any."""
        ...

    def add_owners(self, added: Mapping[Place, Iterable[str]]) -> None:
        """Add owners to facts. Nothing that was added is lost to another run."""
        ...

    def wait(self, rows: Iterable[WaitingRow]) -> None:
        """Keep held rows until their dependency comes."""
        ...

    def wait_for(self, dependency: str, distributor_id: str, report_id: str) -> None:
        """Have a report processed again when the dependency comes or changes."""
        ...

    def waiting(self, dependencies: Iterable[str]) -> tuple[Sequence[WaitingRow], Sequence[WaitingReport]]:
        """All that waits for any of these."""
        ...

    def settle(self, rows: Iterable[WaitingRow], reports: Iterable[WaitingReport]) -> None:
        """Remove from what waits."""
        ...

    def turn(self, name: str, stamp: str) -> Turn:
        """Note that an upload of that name was taken in; a later one stays noted."""
        ...
