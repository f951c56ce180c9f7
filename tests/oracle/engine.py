"""The engine played in memory over a program folder, its use cases on the fakes, day by day as the player does it."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.facts import Certification, Distributor, Employment, Product, Record, Site
from partner_program.domain.files.delimited import Row as CsvRow
from partner_program.domain.payments.people import Actor, Role
from partner_program.domain.records.rows import RowParser, columns_of
from partner_program.domain.revenue import revenue_between
from partner_program.domain.tiers.cases import Case
from partner_program.rulebook import Rulebook
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.close_quarter import CloseQuarter, due_phases
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.use_cases.restate_baseline import RestateBaseline
from partner_program.use_cases.review_accounts import DailyRun, ReviewAccounts
from partner_program.values.money import total
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FakeJobLog, FakeTasks
from tests.fakes.payments import FakePaymentBook
from tests.fakes.pos_world import World
from tests.oracle.oracle import Row

OWN_DATE = {
    "distributors": None, "products": None, "partners": "enrolled_on", "sites": "opened_on",
    "terms_acceptances": "accepted_on", "people": "from_date", "certifications": "certified_on",
    "trainings": "completed_on", "business_plans": "submitted_on", "brand_reviews": "reviewed_on",
    "business_reviews": "reviewed_on", "opening_revenue": None, "placements": "placed_on",
    "case_decisions": "decided_on",
}  # fmt: skip
ALWAYS_MS = 900_000


@dataclass(frozen=True)
class Upload:
    """A report as it is handed in on a day."""

    received_on: date
    distributor_id: str
    report_id: str
    content: bytes


@dataclass
class Engine:
    """Everything the engine holds after a play."""

    rulebook: Rulebook
    window_rows: int = 20_000
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    jobs: FakeJobLog = field(default_factory=FakeJobLog)
    tasks: FakeTasks = field(default_factory=FakeTasks)
    payouts: FakePaymentBook = field(default_factory=FakePaymentBook)
    partners: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    certifications: dict[str, list[Certification]] = field(default_factory=lambda: defaultdict(list))
    touched: set[str] = field(default_factory=set)
    restated: Mapping[tuple[str, int], Sequence[date]] = field(default_factory=dict)
    """(account, year) → the days on which the year's baseline is restated (R-5.4d)."""

    def __post_init__(self) -> None:
        self.world = World(rulebook=self.rulebook, window_rows=self.window_rows)
        for known in (self.world.lookups.distributors, self.world.lookups.all_sites, self.world.lookups.all_products):
            known.clear()

    def play(self, records: Mapping[str, Sequence[Row]], reports: Iterable[Upload], through: date) -> None:
        """Every day from the first placement or enrolment."""
        start = min(
            date.fromisoformat(row[column])
            for kind, column in (("placements", "placed_on"), ("partners", "enrolled_on"))
            for row in records.get(kind, ())
        )
        rows_of_day, reports_of_day = _by_day(records, start), defaultdict(list)
        for upload in reports:
            reports_of_day[max(upload.received_on, start)].append(upload)
        assess = AssessAccount(self.accounts, self.rulebook, self.world.clock)
        make = MakeStatement(self.accounts, self.rulebook, self.payouts)
        close = CloseQuarter(self.accounts, self.jobs, self.tasks, self.rulebook)
        morning = DailyRun(self.accounts, self.jobs, self.tasks, self.rulebook)
        review = ReviewAccounts(assess, self.world.clock)
        due = {start} | {phase.due_on for phase in due_phases(start, through, self.rulebook)}
        day = start
        while day <= through:
            self.world.clock.day = day
            self.tasks.reviews.clear()
            morning(day)
            for task in self.tasks.reviews:
                failures = review(task["account_ids"], day).failures
                assert failures == {}, failures
            self._record(rows_of_day.get(day, ()))
            for upload in reports_of_day.get(day, ()):
                self._ingest(upload)
            self._assess(assess)
            self._restate(day)
            self.tasks.tasks.clear()
            if day in due:  # on any other day the schedule fires for nothing
                close(day)
            for statement in self.tasks.tasks:
                make(statement)
                self.touched.add(statement["account_id"])
            self._assess(assess)
            day += timedelta(days=1)

    def revenue(self, account: str, first_month: str, last_month: str) -> Fraction:
        """Credit of an account's months."""
        mine = [item for item in self.accounts.contributions.values() if item.account_id == account]
        return Fraction(revenue_between(mine, first_month, last_month))

    def credit(self) -> Fraction:
        """All credit of all accounts."""
        return Fraction(total(item.credit for item in self.accounts.contributions.values()))

    def statements(self, account: str) -> list[Statement]:
        return list(self.accounts.statements(account))

    def tiers(self, account: str) -> list[tuple[date, Tier | None]]:
        """The tier at the end of each day on which it changed; None: no longer in the program."""
        state = self.accounts.states[account].state
        return list({change.changed_on: change.to_tier for change in state.tier_changes}.items()) if state else []

    def cases(self, account: str) -> Sequence[Case]:
        """Open and closed."""
        state = self.accounts.states[account].state
        return state.cases if state else ()

    def _record(self, rows: Iterable[tuple[str, Row]]) -> None:
        dependencies = set()
        for kind, row in rows:
            record = _parsed(kind, row, self.world.clock.day)
            dependencies.add(f"{_WAITED_FOR.get(kind, kind)}#{record.key[0]}")
            for partner in self._keep(record):
                self.accounts.add(record, partner_id=partner, known_on=self.world.clock.day.isoformat())
                self.touched.update(self.accounts.account_ids_of(partner))
        for dependency, distributor, report in sorted(self.world.lookups.waiting):
            if dependency in dependencies:
                self.world.again(distributor, report)
                self._copy_contributions()

    def _keep(self, record: Record) -> Iterable[str]:
        """Put a record where lookups find it; the partners that it concerns."""
        if isinstance(record, Distributor):
            self.world.lookups.distributors.add(record.distributor_id)
        elif isinstance(record, Product):
            self.world.lookups.all_products[record.sku] = record
        elif isinstance(record, Certification):
            self.certifications[record.person_id].append(record)
            return self.partners[record.person_id]
        elif isinstance(record, Employment):
            partner = self.world.lookups.all_sites[record.site_id].partner_id
            self.partners[record.person_id].add(partner)
            held, today = self.certifications[record.person_id], self.world.clock.day.isoformat()
            self.accounts.add(*held, partner_id=partner, known_on=today)
            return [partner]
        else:
            if isinstance(record, Site):
                self.world.lookups.all_sites[record.site_id] = record
            return [str(getattr(record, "partner_id"))]  # noqa: B009  # every other kind has one, the base class not
        return []

    def _ingest(self, upload: Upload) -> None:
        self.world.play(upload.content, f"pos/{upload.distributor_id}/{upload.report_id}.csv", ALWAYS_MS)
        self._copy_contributions()

    def _copy_contributions(self) -> None:
        """As the table's stream sees it: only what is new or changed wakes an account."""
        before = dict(self.accounts.contributions)
        self.accounts.add(*self.world.sales.contributions.values())
        for key, contribution in self.accounts.contributions.items():
            if before.get(key) is not contribution:
                self.touched.add(contribution.account_id)

    def _restate(self, day: date) -> None:
        restate = RestateBaseline(self.accounts, self.rulebook, FakePaymentBook(accounts=self.accounts))
        for (account, year), days in self.restated.items():
            if day in days:
                amount = restate.preview(account, year, day).recomputed
                restate.apply(
                    account,
                    year,
                    expected_amount=amount,
                    by=Actor(person="oracle", role=Role.CHANNEL),
                    reason="late reports",
                    on=day,
                )
                self.touched.add(account)

    def _assess(self, assess: AssessAccount) -> None:
        if self.touched:
            failures = assess.batch(self.touched).failures
            assert failures == {}, failures
            self.touched.clear()


_WAITED_FOR = {"sites": "SITE", "products": "PRODUCT", "distributors": "DISTRIBUTOR"}


def _by_day(records: Mapping[str, Sequence[Row]], start: date) -> dict[date, list[tuple[str, Row]]]:
    days: dict[date, list[tuple[str, Row]]] = defaultdict(list)
    for kind, column in OWN_DATE.items():
        for row in records.get(kind, ()):
            text = row.get("recorded_on") or (row[column] if column else "")
            days[max(date.fromisoformat(text), start) if text else start].append((kind, row))
    return days


def _parsed(kind: str, row: Row, today: date) -> Record:
    columns = columns_of(kind)
    cells = {name: row.get(name) or "" for name in (*columns.required, *columns.optional)}
    record = RowParser(kind, today).parse(CsvRow(2, cells, tuple(cells.values())))
    assert isinstance(record, Record), (kind, row, record)
    return record


def csv_bytes(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """Rows as a file."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
