"""A final statement that pays starts its payout, once, whatever breaks off or is repeated (R-5.4)."""

from collections.abc import Callable, Sequence
from itertools import permutations

import pytest

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.payments.payout import PayoutState, event
from partner_program.domain.payments.people import Actor, Role
from partner_program.use_cases.make_statement import TRIES, MakeStatement
from partner_program.use_cases.ports import StoredState
from partner_program.values.errors import VersionConflict
from partner_program.values.periods import Quarter
from tests.fakes.accounts import FakeAccounts
from tests.fakes.payments import FakePaymentBook
from tests.fakes.records import P1_DE, day, sales
from tests.fakes.reports import Killed
from tests.fakes.statements import CAPPED, statement_task, year_2024

Q2_CLOSE = statement_task("2024Q2", "CLOSE", "2024-07-30")


def world() -> tuple[FakeAccounts, FakePaymentBook, MakeStatement]:
    accounts, book = year_2024(), FakePaymentBook()
    return accounts, book, MakeStatement(accounts, CAPPED, book)


def payouts(book: FakePaymentBook) -> list[tuple[str, str, str]]:
    return [(str(item.period), str(item.amount), item.state.value) for item in book.payouts(P1_DE)]


@pytest.mark.rule("R-5.4a", "R-5.4b")
def test_a_final_statement_that_pays_starts_its_payout() -> None:
    _, book, make = world()
    made = make(Q2_CLOSE)
    (payout,) = book.payouts(P1_DE)
    assert made is not None
    assert (payout.account_id, payout.period, payout.amount) == (P1_DE, made.period, made.payout)
    assert (payout.currency, str(payout.payable_from), payout.state) == ("EUR", "2024-08-14", PayoutState.OPEN)
    assert (payout.attempt, payout.events, payout.version) == (1, (), 1)


@pytest.mark.rule("R-5.4a")
def test_neither_a_preliminary_statement_nor_one_that_pays_nothing_starts_a_payout() -> None:
    _, book, make = world()
    make(statement_task("2024Q1", "CLOSE", "2024-04-30"))
    preliminary = make(statement_task("2024Q2", "END", "2024-06-30"))
    assert preliminary is not None
    assert (str(preliminary.payout), payouts(book)) == ("3250.00", [])


@pytest.mark.rule("R-5.4a")
def test_each_final_statement_that_is_made_up_for_starts_its_own_payout() -> None:
    _, book, make = world()
    make(statement_task("2024Q4", "CLOSE", "2025-01-30"))
    assert payouts(book) == [
        ("2024Q2", "3250.00", "open"), ("2024Q3", "1400.00", "open"), ("2024Q4", "2550.00", "open"),
    ]  # fmt: skip


@pytest.mark.catalogue("F45")
def test_the_same_task_again_writes_nothing() -> None:
    accounts, book, make = world()
    make(Q2_CLOSE)
    accounts.add(sales("2024-05", "50000", part=1))
    make(Q2_CLOSE | {"on": "2024-08-15"})
    assert book.writes.log == ["put_payout P1-DE 2024Q2 open"]


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F45")
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    "next_task",
    [Q2_CLOSE, statement_task("2024Q3", "END", "2024-09-30"), statement_task("2025Q1", "END", "2025-03-31")],
    ids=["the same task", "the next quarter's", "the next year's"],
)
def test_killed_between_statement_and_payout_any_later_task_heals_it(next_task: dict[str, str], before: bool) -> None:
    accounts, book, make = world()
    book.writes.break_off(1, before=before)
    with pytest.raises(Killed):
        make(Q2_CLOSE)
    assert [s.status for s in accounts.statements(P1_DE) if str(s.period) == "2024Q2"] == ["final"]
    assert len(payouts(book)) == (0 if before else 1)
    make(next_task)
    assert payouts(book)[0] == ("2024Q2", "3250.00", "open")
    assert len(book.writes.log) == len(set(book.writes.log)) == len(payouts(book))


@pytest.mark.catalogue("F45")
def test_killed_at_each_payout_of_a_task_and_run_again_there_is_one_payout_for_each_final_statement() -> None:
    last = statement_task("2024Q4", "CLOSE", "2025-01-30")
    _, whole, make_whole = world()
    make_whole(last)
    for write in (1, 2, 3):
        for before in (True, False):
            accounts, book, make = world()
            book.writes.break_off(write, before=before)
            with pytest.raises(Killed):
                make(last)
            make(last)
            assert payouts(book) == payouts(whole)
            assert sum(s.payout for s in accounts.statements(P1_DE)) == sum(p.amount for p in book.payouts(P1_DE))


class Overtaken(FakeAccounts):
    """An account of which other tasks are worked off just after one has read its statements."""

    def __init__(self) -> None:
        super().__init__()
        self.rivals: list[Callable[[], object]] = []

    def statements(self, account_id: str, since: Quarter | None = None) -> Sequence[Statement]:
        read = list(super().statements(account_id, since))
        if self.rivals:
            self.rivals.pop()()
        return read


def overtaken() -> tuple[Overtaken, FakePaymentBook, MakeStatement]:
    accounts, book = Overtaken(), FakePaymentBook()
    accounts.__dict__ |= {name: value for name, value in year_2024().__dict__.items() if name != "rivals"}
    return accounts, book, MakeStatement(accounts, CAPPED, book)


def as_premier_since(accounts: FakeAccounts, since: str) -> None:
    """As if the account had become Premier on a day: a placement that somebody corrects later."""
    stored = accounts.states[P1_DE]
    assert stored.state is not None
    changes = [change.model_copy(update={"changed_on": day(since)}) for change in stored.state.tier_changes]
    state = stored.state.model_copy(update={"tier_changes": tuple(changes)})
    accounts.states[P1_DE] = StoredState(state, stored.version)


@pytest.mark.rule("R-5.4a")
@pytest.mark.catalogue("F45")
@pytest.mark.catalogue("F58")
def test_two_tasks_of_an_account_at_once_do_not_both_pay_the_year() -> None:
    """While the second quarter's task is at work the third's pays for all of the year: Premier since July, it reads.

    Then the tier is corrected: Premier since January. The second quarter's task finds the year paid up to September.
    """
    accounts, book, make = overtaken()
    as_premier = accounts.states[P1_DE]

    def third() -> None:
        as_premier_since(accounts, "2024-07-01")
        make(statement_task("2024Q3", "CLOSE", "2024-10-30"))
        accounts.states[P1_DE] = as_premier

    accounts.rivals.append(third)
    assert make(Q2_CLOSE | {"on": "2024-10-30"}) is None
    assert payouts(book) == [("2024Q3", "4650.00", "open")]
    assert [str(one.period) for one in accounts.statements(P1_DE)] == ["2024Q3"]


@pytest.mark.catalogue("F45")
@pytest.mark.catalogue("F58")
def test_twins_of_a_task_at_once_end_as_one() -> None:
    accounts, book, make = overtaken()
    accounts.rivals.append(lambda: make(statement_task("2024Q4", "CLOSE", "2025-01-30")))
    last = make(statement_task("2024Q4", "CLOSE", "2025-01-30"))
    assert last is not None
    assert str(last.payout) == "2550.00"
    assert payouts(book) == [
        ("2024Q2", "3250.00", "open"), ("2024Q3", "1400.00", "open"), ("2024Q4", "2550.00", "open"),
    ]  # fmt: skip


@pytest.mark.catalogue("F58")
@pytest.mark.parametrize("conflicts", [TRIES - 1, TRIES])
def test_a_task_that_is_overtaken_time_after_time_goes_back_to_the_queue(conflicts: int) -> None:
    accounts, book, make = overtaken()

    def another() -> None:
        accounts._finals[P1_DE] = accounts.finals_version(P1_DE) + 1

    accounts.rivals += [another] * conflicts
    if conflicts < TRIES:
        make(Q2_CLOSE)
        assert payouts(book) == [("2024Q2", "3250.00", "open")]
    else:
        with pytest.raises(VersionConflict, match=P1_DE):
            make(Q2_CLOSE)
        assert (accounts.rivals, payouts(book)) == ([], [])


@pytest.mark.rule("R-5.5")
def test_a_payout_that_has_gone_on_is_left_as_it_is() -> None:
    _, book, make = world()
    make(Q2_CLOSE)
    (payout,) = book.payouts(P1_DE)
    on = day("2024-08-01")
    by = Actor(person="finance", role=Role.FINANCE)
    book.put_payout(payout.moved(PayoutState.CANCELLED, event(on, PayoutState.CANCELLED, by, "agreed")))
    make(Q2_CLOSE | {"on": "2024-08-15"})
    assert payouts(book) == [("2024Q2", "3250.00", "cancelled")]


@pytest.mark.rule("R-5.5", "R-5.4a")
@pytest.mark.parametrize("state", [PayoutState.CANCELLED, PayoutState.ON_HOLD])
def test_what_was_cancelled_or_is_on_hold_counts_as_settled(state: PayoutState) -> None:
    _, book, make = world()
    make(Q2_CLOSE)
    (payout,) = book.payouts(P1_DE)
    by = Actor(person="finance", role=Role.FINANCE)
    book.put_payout(payout.moved(state, event(day("2024-08-01"), state, by, "agreed")))
    third = make(statement_task("2024Q3", "CLOSE", "2024-10-30"))
    assert third is not None
    assert (str(third.earned), str(third.settled_before), str(third.payout)) == ("4650.00", "3250.00", "1400.00")


@pytest.mark.catalogue("F45")
def test_tasks_in_any_order_and_twice_start_the_same_payouts() -> None:
    tasks = [
        statement_task("2024Q1", "CLOSE", "2024-04-30"), Q2_CLOSE, statement_task("2024Q3", "END", "2024-09-30"),
        statement_task("2024Q3", "CLOSE", "2024-10-30"),
    ]  # fmt: skip
    results = set()
    for order in permutations(tasks):
        _, book, make = world()
        for each in (*order, *order):
            make(each)
        results.add(tuple(payouts(book)))
    assert results == {(("2024Q2", "3250.00", "open"), ("2024Q3", "1400.00", "open"))}
