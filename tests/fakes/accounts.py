"""In-memory ports of accounts and quarter ends; tests/integration holds them against the real ones."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.account_facts import facts_of
from partner_program.domain.facts import AccountFacts, Record, Site
from partner_program.domain.records.history import known_on as row_known_on
from partner_program.domain.records.places import Fact
from partner_program.domain.revenue import Baseline, Contribution, baselines_known_on, contributions_known_on
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.ports import ReviewTask, StoredState
from partner_program.values.errors import VersionConflict
from partner_program.values.ids import split_account_id
from partner_program.values.periods import Quarter


class FakeAccounts:
    """Everything in dictionaries by the keys of the table. `before_save` runs before each save: a rival's chance."""

    def __init__(self) -> None:
        self.records: dict[str, dict[tuple[str, ...], Record]] = {}
        self.histories: dict[tuple[str, tuple[str, ...]], list[Fact]] = {}
        self.contributions: dict[tuple[object, ...], Contribution] = {}
        self.replaced: list[Contribution] = []
        self.baselines: dict[tuple[str, int], Baseline] = {}
        self.restatements: dict[tuple[str, int, int], Baseline] = {}
        self.states: dict[str, StoredState] = {}
        self.saves: list[AccountState] = []
        self.partner_reads: list[str] = []
        self.before_save: Callable[[], None] | None = None
        self._statements: dict[tuple[str, str, str], Statement] = {}
        self._finals: dict[str, int] = {}

    def add(
        self, *items: Record | Contribution, partner_id: str = "P1", known_on: str = "0001-01-01", stamp: str = "",
    ) -> None:  # fmt: skip
        """Record facts: the same key again corrects the earlier one, unless it comes with an earlier `stamp`.

        `known_on` is the day on which records are taken; without it they have always been known. Contributions say it
        themselves.
        """
        for item in items:
            if isinstance(item, Contribution):
                self.replaced += [self.contributions[item.key]] if item.key in self.contributions else []
                self.contributions[item.key] = item
            else:
                key = (item.kind, *item.key)
                rows = self.histories.setdefault((partner_id, key), [])
                rows.append(Fact(item, stamp or f"{len(rows):09d}", known_on))
                self.records.setdefault(partner_id, {})[key] = max(rows, key=lambda row: row.stamp).record

    def facts_known_on(self, account_id: str, since_year: int, day: date) -> AccountFacts:
        partner_id, _ = split_account_id(account_id)
        histories = [rows for (owner, _), rows in self.histories.items() if owner == partner_id]
        standing = [fact for rows in histories if (fact := row_known_on(rows, day))]
        known = [fact.record for fact in standing]
        rows = [*_rows(histories, day), *self._smaller(account_id, since_year)]
        facts = self._facts(account_id, since_year, known)
        replaced = [i for i in self.replaced if i.account_id == account_id and i.month >= f"{since_year:04d}-01"]
        return facts_of(
            account_id,
            known,
            contributions_known_on(facts.contributions, replaced, day),
            baselines_known_on(facts.baselines, day),
            [row for row in rows if row[0] <= day],
            self._seen_since(account_id),
        )

    def standing(self, account_id: str) -> StoredState:
        return self.states.get(account_id, StoredState(None, 0))

    def state(self, account_id: str) -> AccountState | None:
        return self.states.get(account_id, StoredState(None, 0)).state

    def load(self, account_id: str, since_year: int) -> tuple[AccountFacts, StoredState]:
        stored = self.states.get(account_id, StoredState(None, 0))
        partner_id, _ = split_account_id(account_id)
        return self._facts(account_id, since_year, self._read(partner_id)), stored

    def load_many(self, account_ids: Iterable[str], since_year: int) -> Iterator[tuple[str, AccountFacts, StoredState]]:
        read: dict[str, list[Record]] = {}
        for account_id in sorted(set(account_ids)):
            stored = self.states.get(account_id, StoredState(None, 0))
            partner_id, _ = split_account_id(account_id)
            if partner_id not in read:
                read[partner_id] = self._read(partner_id)
            yield account_id, self._facts(account_id, since_year, read[partner_id]), stored

    def save_state(self, state: AccountState, expected_version: int) -> None:
        rival, self.before_save = self.before_save, None
        if rival is not None:
            rival()
        if self.states.get(state.account_id, StoredState(None, 0)).version != expected_version:
            raise VersionConflict(state.account_id)
        self.states[state.account_id] = StoredState(state, expected_version + 1)
        self.saves.append(state)

    def account_ids_of(self, partner_id: str) -> Sequence[str]:
        records = self.records.get(partner_id, {}).values()
        sites = (record for record in records if isinstance(record, Site))
        return sorted({site.account_id for site in sites if site.partner_id == partner_id})

    def sites_of(self, account_ids: Iterable[str]) -> Mapping[str, Sequence[Site]]:
        return {name: list(self._facts(name, 0, self._of_partner(name)).sites) for name in sorted(set(account_ids))}

    def all_account_ids(self) -> Iterator[str]:
        yield from sorted(self.states)

    def due_for_review(self, on: date) -> Iterator[str]:
        days = {name: stored.state.next_review_on for name, stored in self.states.items() if stored.state}
        due = [(day, name) for name, day in days.items() if day is not None and day <= on]
        yield from [name for _, name in sorted(due)]

    def put_baseline(self, baseline: Baseline) -> Baseline:
        if baseline.revision:
            key = (baseline.account_id, baseline.year, baseline.revision)
            return self.restatements.setdefault(key, baseline)
        return self.baselines.setdefault((baseline.account_id, baseline.year), baseline)

    def put_statement(self, statement: Statement, finals: int | None = None) -> Statement:
        account_id = statement.account_id
        key = (account_id, str(statement.period), str(statement.status))
        if finals is not None and statement.status is StatementStatus.FINAL and key not in self._statements:
            if self.finals_version(account_id) != finals:
                raise VersionConflict(account_id)
            self._finals[account_id] = finals + 1
        return self._statements.setdefault(key, statement)

    def finals_version(self, account_id: str) -> int:
        return self._finals.get(account_id, 0)

    def statements(self, account_id: str, since: Quarter | None = None) -> Sequence[Statement]:
        found = [item for key, item in self._statements.items() if key[0] == account_id]
        wanted = [item for item in found if since is None or item.period >= since]
        return sorted(wanted, key=lambda item: (item.period, item.status == "final"))

    def finals_of(self, keys: Iterable[tuple[str, Quarter]]) -> Mapping[tuple[str, Quarter], Statement]:
        places = {(account, period): (account, str(period), "final") for account, period in keys}
        return {key: self._statements[place] for key, place in places.items() if place in self._statements}

    def _of_partner(self, account_id: str) -> list[Record]:
        return list(self.records.get(split_account_id(account_id)[0], {}).values())

    def _read(self, partner_id: str) -> list[Record]:
        self.partner_reads.append(partner_id)
        return list(self.records.get(partner_id, {}).values())

    def _facts(self, account_id: str, since_year: int, records: Sequence[Record]) -> AccountFacts:
        first = f"{since_year:04d}-01"
        contributions = [
            item for item in self.contributions.values() if item.account_id == account_id and item.month >= first
        ]
        baselines = [
            item
            for item in (*self.baselines.values(), *self.restatements.values())
            if item.account_id == account_id and item.year >= since_year
        ]
        partner_id, _ = split_account_id(account_id)
        histories = [kept for (owner, _), kept in self.histories.items() if owner == partner_id]
        rows = [*_rows(histories), *self._smaller(account_id, since_year)]
        return facts_of(account_id, records, contributions, baselines, rows, self._seen_since(account_id))

    def _seen_since(self, account_id: str) -> date | None:
        days = [
            date.fromisoformat(row.known_on)
            for rows in self.histories.values()
            for row in rows
            if isinstance(row.record, Site) and row.record.account_id == account_id and row.known_on > "0001-01-01"
        ]
        return min(days, default=None)

    def _smaller(self, account_id: str, since_year: int) -> list[tuple[date, str]]:
        """Days on which contributions became known that larger ones replaced."""
        mine = (item for item in self.replaced if item.account_id == account_id and item.month >= f"{since_year:04d}")
        return [(item.known_on, "contribution replaced") for item in mine]


def _rows(histories: Iterable[Sequence[Fact]], day: date = date.max) -> Iterator[tuple[date, str]]:
    """What stands on a day, and what stood before it, by the day on which it became known."""
    for rows in histories:
        standing = row_known_on(rows, day)
        for row in rows:
            said = row.record.model_dump_json() if row is standing else "replaced"
            yield date.fromisoformat(row.known_on), f"{row.record.kind} {row.record.key} {said}"


class FakeJobLog:
    """Days done by job."""

    def __init__(self) -> None:
        self.days: dict[str, date] = {}
        self.rulebooks: dict[str, str] = {}

    def last_done(self, job: str) -> date | None:
        return self.days.get(job)

    def mark_done(self, job: str, day: date) -> None:
        self.days[job] = max(day, self.days.get(job, day))

    def rulebook_seen(self, job: str) -> str | None:
        return self.rulebooks.get(job)

    def note_rulebook(self, job: str, digest: str) -> None:
        self.rulebooks[job] = digest


class FakeTasks:
    """A `Messages` that keeps what is sent; `fails_after` makes it break off after so many tasks."""

    def __init__(self) -> None:
        self.tasks: list[dict[str, str]] = []
        self.reviews: list[ReviewTask] = []
        self.fails_after: int | None = None

    def send_statement_tasks(self, tasks: Iterable[dict[str, str]]) -> int:
        count = 0
        for task in tasks:
            if self.fails_after is not None and count >= self.fails_after:
                raise ConnectionError("the queue is gone")
            self.tasks.append(task)
            count += 1
        return count

    def send_review_tasks(self, tasks: Iterable[ReviewTask]) -> int:
        count = 0
        for task in tasks:
            if self.fails_after is not None and count >= self.fails_after:
                raise ConnectionError("the queue is gone")
            self.reviews.append(task)
            count += 1
        return count

    def reprocess_report(self, distributor_id: str, report_id: str) -> None:
        raise AssertionError("nothing here reprocesses a report")


class FixedClock:
    """A clock that stands where it is put."""

    def __init__(self, today: str) -> None:
        self.day = date.fromisoformat(today)

    def today(self) -> date:
        return self.day
