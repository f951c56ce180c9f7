"""The daily run on stores in memory: who is due, second runs, missed days, late tasks, failures (R-3.2, R-3.3)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.facts import Record
from partner_program.domain.tiers.account import AccountState
from partner_program.rulebook import Rulebook
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.review_accounts import (
    JOB,
    TASK_ACCOUNTS,
    DailyRun,
    DailyRunResult,
    ReviewAccounts,
    found_by,
)
from partner_program.values.periods import days_between
from tests.fakes.accounts import FakeAccounts, FakeJobLog, FakeTasks, FixedClock
from tests.fakes.records import P1_DE, accepted, day, partner, qualified_records, rulebook, sales, site

BOOK = rulebook()


def state(account_id: str, next_review_on: str | None) -> AccountState:
    partner_id, country = account_id.rsplit("-", 1)
    return AccountState(
        account_id=account_id, partner_id=partner_id, country=country, currency="EUR", assessed_on=date(2024, 1, 1),
        edition="guide-2022", rulebook_digest="", ytd_revenue=Decimal(0), prev_year_revenue=Decimal(0),
        next_review_on=None if next_review_on is None else day(next_review_on),
    )  # fmt: skip


class Program:
    """Accounts, the job's log, the queue, and what of the queue is worked off."""

    def __init__(self, **due: str | None) -> None:
        self.accounts, self.jobs, self.queue = FakeAccounts(), FakeJobLog(), FakeTasks()
        self.jobs.note_rulebook(JOB, found_by(BOOK))
        for name, next_review_on in due.items():
            self.accounts.save_state(state(name.replace("_", "-"), next_review_on), 0)

    def run(self, on: str, book: Rulebook = BOOK) -> DailyRunResult:
        return DailyRun(self.accounts, self.jobs, self.queue, book)(day(on))

    def work_off(self, today: str) -> None:
        clock = FixedClock(today)
        review = ReviewAccounts(AssessAccount(self.accounts, BOOK, clock), clock)
        while self.queue.reviews:
            task = self.queue.reviews.pop(0)
            assert not review(task["account_ids"], day(task["on"])).failures

    def sent(self) -> list[str]:
        return [account_id for task in self.queue.reviews for account_id in task["account_ids"]]


@pytest.mark.rule("R-3.2")
def test_an_account_is_due_from_the_day_of_its_next_review_on() -> None:
    program = Program(P1_DE="2024-03-14", P2_DE="2024-03-15", P3_DE="2024-03-16", P4_DE=None)
    assert program.run("2024-03-15") == DailyRunResult(day("2024-03-15"), 2, 1, None)
    assert program.queue.reviews == [{"account_ids": ["P1-DE", "P2-DE"], "on": "2024-03-15"}]


@given(st.integers(0, 3 * TASK_ACCOUNTS + 1))
def test_every_account_that_is_due_is_in_exactly_one_task_of_at_most_25(count: int) -> None:
    names = [f"P{number:04d}_DE" for number in range(count)]
    program = Program(**dict.fromkeys(names, "2024-01-01"))
    result = program.run("2024-01-01")
    assert program.sent() == [name.replace("_", "-") for name in names]
    assert [len(task["account_ids"]) for task in program.queue.reviews[:-1]] == [25] * (result.tasks - 1)
    assert (result.accounts, result.tasks) == (count, -(-count // 25))


def test_accounts_of_one_partner_share_a_task_however_far_apart_their_days_are() -> None:
    days = {f"P{number:02d}_{country}": "2024-03-01" for number in range(20) for country in ("DE", "FR")}
    program = Program(**days | {"P07_FR": "2024-01-05"})
    program.run("2024-03-15")
    first, second = ({name.split("-")[0] for name in task["account_ids"]} for task in program.queue.reviews)
    assert len(first & second) == 1


@pytest.mark.catalogue("B80")
def test_after_a_change_of_the_rulebook_every_account_is_due_once() -> None:
    """The days in the accounts were found by the old one: a new version of the Terms may open cases tomorrow."""
    program = Program(P1_DE="2024-03-14", P2_DE="2024-12-24", P3_DE=None)
    program.run("2024-03-14")
    program.queue.reviews.clear()
    changed = rulebook('"compliance.days" = 90\n')
    result = program.run("2024-03-15", changed)
    assert (result.rulebook_changed, program.sent()) == (True, ["P1-DE", "P2-DE", "P3-DE"])
    program.queue.reviews.clear()
    assert not program.run("2024-03-16", changed).rulebook_changed
    assert program.sent() == ["P1-DE"]


@pytest.mark.catalogue("F54")
@pytest.mark.parametrize("seen", [None, BOOK.digest, f"{BOOK.digest}#1"])
def test_after_an_upgrade_whose_days_of_review_are_others_every_account_is_due_once(seen: str | None) -> None:
    """0.1.0 knew no cases: what it wrote into an account as the next day may be long after its case is due."""
    program = Program(P1_DE="2024-03-14", P2_DE="2024-12-24", P3_DE=None)
    program.jobs = FakeJobLog()
    if seen is not None:
        program.jobs.note_rulebook(JOB, seen)
    assert program.run("2024-03-15").rulebook_changed
    assert program.sent() == ["P1-DE", "P2-DE", "P3-DE"]
    program.queue.reviews.clear()
    assert not program.run("2024-03-16").rulebook_changed
    assert program.sent() == ["P1-DE"]


@pytest.mark.catalogue("B80")
def test_a_run_that_breaks_off_after_a_change_of_the_rulebook_is_repeated_for_every_account() -> None:
    program = Program(P1_DE=None, P2_DE=None)
    program.run("2024-03-14")
    changed = rulebook('"compliance.days" = 90\n')
    program.queue.fails_after = 0
    with pytest.raises(ConnectionError):
        program.run("2024-03-15", changed)
    program.queue.fails_after = None
    assert program.run("2024-03-15", changed).accounts == 2


@pytest.mark.catalogue("F25")
def test_a_second_run_of_a_day_sends_only_what_is_still_due() -> None:
    program = Program(P2_DE="2024-03-15", P3_DE="2024-03-15")
    program.accounts.add(partner("P2"), site(partner_id="P2"), partner_id="P2")
    program.accounts.add(partner("P3"), site(partner_id="P3"), partner_id="P3")
    program.run("2024-03-15")
    program.queue.reviews[0]["account_ids"].remove("P3-DE")
    program.work_off("2024-03-15")
    assert program.run("2024-03-15").accounts == 1
    assert program.sent() == ["P3-DE"]
    program.work_off("2024-03-15")
    assert program.run("2024-03-15") == DailyRunResult(day("2024-03-15"), 0, 0, day("2024-03-15"))


@pytest.mark.catalogue("F26")
def test_what_fell_due_on_missed_days_is_due_at_the_next_run() -> None:
    program = Program(P1_DE="2024-03-15", P2_DE="2024-03-17", P3_DE="2024-03-20", P4_DE="2024-03-21")
    program.jobs.mark_done(JOB, day("2024-03-14"))
    assert program.run("2024-03-20") == DailyRunResult(day("2024-03-20"), 3, 1, day("2024-03-14"))
    assert program.sent() == ["P1-DE", "P2-DE", "P3-DE"]


@pytest.mark.catalogue("F25")
def test_the_run_of_an_earlier_day_that_fires_late_moves_nothing_back() -> None:
    program = Program(P1_DE="2024-03-14")
    program.run("2024-03-15")
    assert program.run("2024-03-14").accounts == 1
    assert program.jobs.last_done(JOB) == day("2024-03-15")


@pytest.mark.catalogue("F25")
def test_a_run_that_breaks_off_is_not_marked_and_is_repeated_whole() -> None:
    program = Program(**{f"P{number:02d}_DE": "2024-03-15" for number in range(30)})
    program.queue.fails_after = 1
    with pytest.raises(ConnectionError):
        program.run("2024-03-15")
    assert program.jobs.last_done(JOB) is None
    program.queue.fails_after = None
    program.queue.reviews.clear()
    assert program.run("2024-03-15").accounts == 30
    assert program.jobs.last_done(JOB) == day("2024-03-15")


@pytest.mark.rule("R-3.4b")
def test_on_the_first_of_january_every_account_is_due() -> None:
    program = Program()
    program.accounts.add(partner(), site(), site("S2", country="FR"), accepted(), *qualified_records())
    AssessAccount(program.accounts, BOOK, FixedClock("2023-12-31")).batch(["P1-DE", "P1-FR"])
    assert program.run("2024-01-01").accounts == 2
    program.work_off("2024-01-01")
    assert program.run("2024-01-01").accounts == 0


@pytest.mark.catalogue("F25")
@pytest.mark.parametrize(
    ("today", "assessed_on"), [("2024-03-14", "2024-03-15"), ("2024-03-15", "2024-03-15"), ("2024-03-16", "2024-03-16")]
)
def test_a_task_is_assessed_as_of_today_but_never_before_its_own_day(today: str, assessed_on: str) -> None:
    program = Program()
    program.accounts.add(partner(), site())
    clock = FixedClock(today)
    found = ReviewAccounts(AssessAccount(program.accounts, BOOK, clock), clock)([P1_DE], day("2024-03-15"))
    assessed = found.states[P1_DE]
    assert assessed is not None
    assert assessed.assessed_on == day(assessed_on)


@pytest.mark.catalogue("F47")
def test_one_account_that_fails_is_named_and_stays_due_while_the_others_are_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = Program()
    program.accounts.add(partner(), site(), site("S2", country="FR"))
    AssessAccount(program.accounts, BOOK, FixedClock("2023-12-31")).batch(["P1-DE", "P1-FR"])
    real = program.accounts.save_state

    def failing(saved: AccountState, version: int) -> None:
        if saved.account_id == "P1-DE":
            raise ConnectionError("the table is away")
        real(saved, version)

    clock = FixedClock("2024-01-01")
    with monkeypatch.context() as patch:
        patch.setattr(program.accounts, "save_state", failing)
        review = ReviewAccounts(AssessAccount(program.accounts, BOOK, clock), clock)
        assert list(review(["P1-DE", "P1-FR"], clock.today()).failures) == ["P1-DE"]
    assert list(program.accounts.due_for_review(clock.today())) == ["P1-DE"]


STORY: list[tuple[str, Record]] = [
    ("2023-01-02", partner()),
    ("2023-01-02", site()),
    ("2023-01-02", accepted()),
    *(("2023-02-01", record) for record in qualified_records("2023-02-01")),
]


def lived_through(run_on: Sequence[date]) -> AccountState:
    """The account's state at the end when the daily run happened on these days only."""
    program = Program()
    for on in sorted({known_on for known_on, _ in STORY}):
        program.accounts.add(*(record for known_on, record in STORY if known_on == on))
        if on == "2023-02-01":
            program.accounts.add(sales("2023-01", "60000", known=on))
        AssessAccount(program.accounts, BOOK, FixedClock(on))(P1_DE)
    for today in run_on:
        program.run(today.isoformat())
        program.work_off(today.isoformat())
    state = program.accounts.state(P1_DE)
    assert state is not None
    return state


@pytest.mark.rule("R-3.2", "R-3.3")
@pytest.mark.catalogue("F26")
@pytest.mark.parametrize("every", [2, 7, 61, 500])
def test_an_account_ends_the_same_whether_the_runs_were_daily_or_missed_days_at_a_stretch(every: int) -> None:
    """Trainings and certifications of two people lapse on the way, and a year ends."""
    last = day("2025-04-30")
    every_day = list(days_between(day("2023-02-02"), last))
    daily = lived_through(every_day)
    late = lived_through([on for on in every_day if (last - on).days % every == 0])
    assert daily.tier_changes[-1].changed_on > day("2023-02-01")
    # how far an account had been looked at is the only thing that may differ
    assert late.model_copy(update={"assessed_on": daily.assessed_on}) == daily
