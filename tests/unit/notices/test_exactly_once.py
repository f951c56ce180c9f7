"""No notice twice and none lost, whatever comes twice, late, out of order, or breaks off in the middle."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.adapters.mail_texts import MailTemplates
from partner_program.domain.tiers.account import AccountState
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.announce import Announce, Image, NotPublished
from partner_program.use_cases.mail_notice import LEASE_S, MailNotice
from partner_program.use_cases.notice_ports import MailInHand
from tests.fakes.notices import Crash, MemoryNotices, a_statement, mailed_for, told_by, versions

ACCOUNTS = ("P0001-DE", "P0001-US")
TIMES = 3
TEMPLATES = MailTemplates()
BOOK = load_rulebook()
Change = tuple[str, str, Image | None, Image]


def saved(account: str) -> list[AccountState]:
    """One of them announces a reminder of a case that has ended by the next."""
    return [*versions(account)[::3], versions(account)[-1]]


def changes() -> list[Change]:
    """What the stream carries: each saved version of the accounts over the one before, and their statements."""
    found: list[Change] = []
    for account in ACCOUNTS:
        images = [Image(state.model_dump_json(), number) for number, state in enumerate(saved(account), start=1)]
        pairs = zip([None, *images[:-1]], images, strict=True)
        found += [(f"ACCOUNT#{account}", "STATE", old, new) for old, new in pairs]
        statement = Image(a_statement(account=account).model_dump_json(), 0)
        found.append((f"STATEMENTS#{account}", "2024Q1#final", None, statement))
    return found


CHANGES = changes()
EXPECTED = {
    (account, name) for account in ACCOUNTS for name in told_by(saved(account)) | {"2024-04-30#statement_ready#2024Q1"}
}


MANAGER = "manager@vendor.example"
EXPECTED_MAILS = {
    (account, reference)
    for account in ACCOUNTS
    for reference in mailed_for([name for owner, name in EXPECTED if owner == account], manager=True)
}


@dataclass
class Run:
    """Stream and mail queue with their habits: everything three times, in any order; what fails comes again."""

    random: Random
    crash_at: frozenset[int] = frozenset()
    store: MemoryNotices = field(default_factory=MemoryNotices)
    crashed: list[str] = field(default_factory=list)
    clock: int = 0
    writes: int = 0
    forwarded: int = 0

    def __post_init__(self) -> None:
        self.store.before_write = self._count
        self.announce = Announce(self.store, self.store, self.store)
        self.mail = MailNotice(
            self.store, self.store, self.store, TEMPLATES, self.store, BOOK, lambda: self.clock, MANAGER
        )

    def _count(self, what: str) -> None:
        self.writes += 1
        if self.writes in self.crash_at:
            self.crashed.append(what)
            raise Crash(what)

    def play(self) -> None:
        tasks: list[tuple[Any, ...]] = [("item", *change) for change in CHANGES for _ in range(TIMES)]
        while tasks:
            task = tasks.pop(self.random.randrange(len(tasks)))
            try:
                self._work(task)
            except (Crash, NotPublished, MailInHand):
                self.clock += LEASE_S // 2 + 1  # it comes again later; after two times, a lease is over
                tasks.append(task)
            new = self.store.published[self.forwarded :]
            self.forwarded += len(new)
            tasks += [("mail", notice.account_id, notice.id) for notice in new for _ in range(TIMES)]

    def _work(self, task: tuple[Any, ...]) -> None:
        kind, *rest = task
        if kind == "item":
            self.announce.item_changed(*rest)
        else:
            self.mail(*rest)

    @property
    def mailed(self) -> Counter[tuple[str, str]]:
        return Counter((mail.account_id, mail.reference) for mail in self.store.mails)

    @property
    def published(self) -> Counter[tuple[str, str]]:
        return Counter((notice.account_id, notice.id) for notice in self.store.published)


@pytest.mark.catalogue("F39")
@given(random=st.randoms(use_true_random=False))
def test_every_event_three_times_in_any_order_publishes_and_mails_each_notice_once(random: Random) -> None:
    run = Run(random)
    run.play()
    assert run.published == dict.fromkeys(EXPECTED, 1)
    assert run.mailed == dict.fromkeys(EXPECTED_MAILS, 1)


@pytest.mark.catalogue("F09")
@given(
    random=st.randoms(use_true_random=False),
    crash_at=st.frozensets(st.integers(min_value=1, max_value=300), max_size=12),
    takes=st.integers(min_value=1, max_value=10),
)
def test_no_notice_is_lost_however_often_the_work_breaks_off_and_only_after_it_went_out_is_one_repeated(
    random: Random, crash_at: frozenset[int], takes: int
) -> None:
    """Only a break between going out and the mark repeats a notice: nobody can know that it went out."""
    run = Run(random, crash_at)
    run.store.takes = takes
    run.play()
    assert (set(run.published), set(run.mailed)) == (EXPECTED, EXPECTED_MAILS)
    assert sum(run.mailed.values()) - len(EXPECTED_MAILS) == run.crashed.count("mail sent")
    lost_marks = run.crashed.count("mark")
    assert sum(run.published.values()) - len(EXPECTED) <= lost_marks * takes
    assert lost_marks or run.published == dict.fromkeys(EXPECTED, 1)


@pytest.mark.catalogue("F09")
def test_a_break_before_each_write_in_turn_loses_nothing() -> None:
    whole = Run(Random(7))
    whole.play()
    for number in range(1, whole.writes + 1, 3):
        run = Run(Random(7), frozenset({number}))
        run.play()
        assert set(run.mailed) == EXPECTED_MAILS, number


def test_every_version_of_a_state_is_in_the_history_once_whatever_comes_twice() -> None:
    run = Run(Random(1))
    run.play()
    saved = {(pk.partition("#")[2], new.version) for pk, sk, _, new in CHANGES if sk == "STATE"}
    assert set(run.store.states) == saved


@pytest.mark.parametrize(("pk", "sk"), [("ACCOUNT#P0001-DE", "REVENUE#2024-01#x"), ("PARTNER#P0001", "STATE")])
def test_items_that_are_neither_a_state_nor_a_statement_announce_nothing(pk: str, sk: str) -> None:
    store = MemoryNotices()
    assert Announce(store, store, store).item_changed(pk, sk, None, Image("{}", 1)) == 0
    assert store.notices == {}
