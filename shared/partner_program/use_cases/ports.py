"""What the use cases ask of the world. `adapters` fulfils it on AWS, `tests/fakes` in memory, both tested alike.

Each store raises `VersionConflict` where a condition on a version fails; everything else that goes wrong in the
infrastructure flies.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Protocol, TypedDict

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.facts import AccountFacts, Record
from partner_program.domain.revenue import Baseline
from partner_program.domain.tiers.account import AccountState
from partner_program.values.periods import Quarter


class Clock(Protocol):
    """The program's today; in a sandbox, the test clock (the only place where one is read)."""

    def today(self) -> date:
        """The civil date in the program's time zone."""
        ...


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """One version of one uploaded object, as its event named it. `stamp` orders events of all keys by time."""

    bucket: str
    key: str
    version_id: str
    stamp: str


class ObjectStore(Protocol):
    """The uploads and results buckets."""

    def size(self, ref: ObjectRef) -> int | None:
        """Bytes of that version, or None when it is gone."""
        ...

    def open(self, ref: ObjectRef) -> BinaryIO:
        """The bytes of exactly that version, as a stream that resumes after a broken connection."""
        ...

    def put_result(self, key: str, body: bytes | BinaryIO, content_type: str) -> None:
        """Write to the results bucket, replacing what was there (older versions stay)."""
        ...


@dataclass(frozen=True, slots=True)
class StoredState:
    """A state with the version its next write is conditional on (0: none yet)."""

    state: AccountState | None
    version: int


class ReviewTask(TypedDict):
    """Some accounts to be brought up to a day (ISO) on which time may have changed something for them."""

    account_ids: list[str]
    on: str


class AccountStore(Protocol):
    """Facts, state, baselines and statements of accounts. All reads are strongly consistent."""

    def load(self, account_id: str, since_year: int) -> tuple[AccountFacts, StoredState]:
        """All facts of an account, contributions from 1 January of `since_year` on, and its state.

        The state is read before the facts: who saves on condition of its version then knows that no decision was
        taken meanwhile on facts newer than theirs.
        """
        ...

    def facts_known_on(self, account_id: str, since_year: int, day: date) -> AccountFacts:
        """All facts of an account as they were known at the end of a day; contributions from `since_year` on.

        A row counts from the day on which it was taken; of several under one key the one that stood that evening. What
        was held then, waiting for another record, was not known yet.
        """
        ...

    def state(self, account_id: str) -> AccountState | None:
        """The state alone: one small read where that is enough."""
        ...

    def load_many(self, account_ids: Iterable[str], since_year: int) -> Iterator[tuple[str, AccountFacts, StoredState]]:
        """`load` of several accounts, ordered by id, each once; the facts of a partner are read once for all of its."""
        ...

    def save_state(self, state: AccountState, expected_version: int) -> None:
        """Put the one state item, conditional on its version. Raises `VersionConflict`."""
        ...

    def account_ids_of(self, partner_id: str) -> Sequence[str]:
        """The accounts of a partner: one per country in which it has a site."""
        ...

    def all_account_ids(self) -> Iterator[str]:
        """Every account that has a state, ordered by id (eventually consistent: candidates only)."""
        ...

    def due_for_review(self, on: date) -> Iterator[str]:
        """Accounts whose `next_review_on` has come, the longest overdue first (eventually consistent: candidates)."""
        ...

    def put_baseline(self, baseline: Baseline) -> Baseline:
        """Put if absent, each revision of a year by itself; the one that stands afterwards."""
        ...

    def put_statement(self, statement: Statement, finals: int | None = None) -> Statement:
        """Put if absent; the one that stands afterwards.

        `finals`: the `finals_version` of the account that a final statement was made from. Where it is another by now,
        so that the statement rests on too little, and none of its quarter stands: `VersionConflict`, nothing is put.
        """
        ...

    def finals_version(self, account_id: str) -> int:
        """How many final statements were put on condition of it (0: none); to be read before the statements are."""
        ...

    def statements(self, account_id: str, since: Quarter | None = None) -> Sequence[Statement]:
        """Statements of an account from a quarter on, in order of quarter, preliminary before final."""
        ...


class Messages(Protocol):
    """Queues the engine itself writes to."""

    def send_statement_tasks(self, tasks: Iterable[dict[str, str]]) -> int:
        """Fan out the statement tasks; how many were sent. All are sent or it raises."""
        ...

    def send_review_tasks(self, tasks: Iterable[ReviewTask]) -> int:
        """Fan out the review tasks; how many were sent. All are sent or it raises."""
        ...

    def reprocess_report(self, distributor_id: str, report_id: str) -> None:
        """Ask for a report to be processed again."""
        ...


class JobLog(Protocol):
    """How far scheduled jobs have come, by business date."""

    def last_done(self, job: str) -> date | None:
        """The last business date done; None before the first run."""
        ...

    def mark_done(self, job: str, day: date) -> None:
        """Never moves backwards."""
        ...

    def rulebook_seen(self, job: str) -> str | None:
        """The digest of the rulebook that the job ran by last; None before the first run."""
        ...

    def note_rulebook(self, job: str, digest: str) -> None:
        """The digest of the rulebook that the job has run by."""
        ...


__all__ = [
    "AccountStore",
    "Clock",
    "JobLog",
    "Messages",
    "ObjectRef",
    "ObjectStore",
    "Record",
    "ReviewTask",
    "StoredState",
]
