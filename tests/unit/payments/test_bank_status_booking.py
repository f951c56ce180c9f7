"""What the bank says is booked once, in whatever order and however often it comes (R-5.4, F43, F44)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.payments.audit import breaks
from partner_program.domain.payments.bank_status import (
    Answer,
    BadStatusRow,
    BankStatusReport,
    StatusCode,
    StatusRow,
)
from partner_program.domain.payments.bank_status_receipt import BankStatusReceipt, RowOutcome
from partner_program.domain.payments.batch import BatchStatus
from partner_program.domain.payments.ledger import LedgerKind
from partner_program.domain.payments.payout import Payout, PayoutState, event
from partner_program.domain.payments.people import ENGINE, Action, Actor, NotAllowed, Role
from partner_program.use_cases.book_bank_status import TRIES, BookBankStatus, ReleaseUnfinished
from partner_program.use_cases.decide_payouts import DecidePayouts
from partner_program.use_cases.verify_acts import findings, payout_acts
from partner_program.values.errors import VersionConflict
from tests.fakes.payment_batches import DUTCH, INITIATED_ON, PREPARER, account, in_payment, paying, payout
from tests.fakes.payments import FakePaymentBook, place_of
from tests.fakes.reports import Killed

TODAY = date(2024, 11, 18)
BATCH = "20241114-EUR-01"
Row = tuple[str, str]


class World:
    """A released batch of some payments of one currency, all of them initiated."""

    def __init__(self, amounts: Sequence[str] = ("3125.00",), status: BatchStatus = BatchStatus.RELEASED) -> None:
        self.book = FakePaymentBook()
        self.payouts = [payout(f"P{n}-DE", amount) for n, amount in enumerate(amounts, start=1)]
        self.batch, _ = paying(*((of, account(DUTCH)) for of in self.payouts), status=status)
        initiated = [in_payment(of, BATCH) for of in self.payouts]
        self.book.items |= {place_of(self.batch): self.batch, **{place_of(of): of for of in initiated}}

    def row(self, answer: str, of: int = 1, **changes: Any) -> StatusRow:
        values = {"position": 1, "batch_id": BATCH, "answer": answer,
                  "end_to_end_id": self.payouts[of - 1].end_to_end_id}  # fmt: skip
        return StatusRow.model_validate(values | changes)

    def read(self, *rows: StatusRow, by: Actor = ENGINE, on: date = TODAY) -> BankStatusReceipt:
        return BookBankStatus(self.book)(BankStatusReport(source="bank-status/a.xml v1", rows=rows), by, on)

    def told(self, *answers: str) -> list[str]:
        """Answers for the first payment, a file each; what became of each."""
        return [str(self.read(self.row(answer)).results[0].outcome) for answer in answers]

    def payout(self, of: int = 1) -> Payout:
        found = self.book.payout(f"P{of}-DE", self.payouts[of - 1].period)
        assert found
        return found

    def ledger(self, of: int = 1) -> list[tuple[int, str, date]]:
        return [(one.attempt, str(one.kind), one.on) for one in self.book.ledger(f"P{of}-DE")]

    def end(self) -> Any:
        """Everything that a run leaves behind, but for the order of acts and who found it done already."""
        return dict(self.book.items), sorted(entry.act.act_id for entry in self.book.entries)


@pytest.mark.rule("R-5.4")
def test_a_settled_payment_is_paid_with_ledger_and_audit() -> None:
    world = World()
    receipt = world.read(world.row("paid", booked_on=date(2024, 11, 16)))
    of = world.payout()
    assert (of.state, of.attempt, of.batch_id, of.refused_bank) == (PayoutState.PAID, 1, BATCH, None)
    assert of.events[-1] == event(date(2024, 11, 16), PayoutState.PAID, ENGINE, "the bank: paid", BATCH)
    (entry,) = world.book.ledger("P1-DE")
    assert (entry.kind, entry.attempt, entry.amount, entry.currency, entry.batch_id, entry.on) == (
        "paid", 1, Decimal("3125.00"), "EUR", BATCH, date(2024, 11, 16),
    )  # fmt: skip
    (act,) = [entry.act for entry in world.book.entries]
    assert (act.action, act.by, act.on, act.subject) == ("book_bank_status", ENGINE, TODAY, "P1-DE 2024Q3")
    assert act.details == {
        "amount": "3125.00 EUR", "before": "in_payment", "after": "paid", "batch": BATCH, "reason": "",
        "payment": of.end_to_end_id, "booked_on": "2024-11-16", "file": "bank-status/a.xml v1",
    }  # fmt: skip
    assert (receipt.outcomes[RowOutcome.BOOKED], receipt.booked) == (1, {Answer.PAID: 1})


def test_a_rejected_payment_is_payable_again_under_a_new_reference_and_not_to_the_same_details() -> None:
    world = World()
    before = world.payout().end_to_end_id
    world.read(world.row("rejected", reason="AC04"))
    of = world.payout()
    assert (of.state, of.attempt, of.batch_id, of.refused_bank) == (PayoutState.REJECTED, 2, None, "S-P1-DE#1")
    assert of.end_to_end_id != before
    assert (of.events[-1].reason, of.events[-1].batch_id) == ("the bank: rejected, AC04", BATCH)
    assert world.ledger() == [(1, "rejected", TODAY)]


@pytest.mark.catalogue("F44")
@pytest.mark.parametrize("answer", ["returned", "rejected"])
def test_what_was_paid_and_comes_back_is_returned_and_waits_for_a_person(answer: str) -> None:
    world = World()
    assert world.told("paid", answer) == ["booked", "booked"]
    of = world.payout()
    assert (of.state, of.attempt, of.batch_id, of.refused_bank) == (PayoutState.RETURNED, 2, None, "S-P1-DE#1")
    assert world.ledger() == [(1, "paid", TODAY), (1, "returned", TODAY)]


def test_a_pending_payment_stays_in_payment() -> None:
    world = World()
    before = world.end()
    assert (world.told("pending", "pending"), world.end()) == (["pending", "pending"], before)


@pytest.mark.catalogue("F43")
@pytest.mark.parametrize("late", ["pending", "paid"])
def test_a_late_or_repeated_answer_never_undoes_what_was_settled(late: str) -> None:
    world = World()
    world.told("paid")
    before = world.end()
    assert (world.told(late), world.end()) == (["repeated"], before)


@pytest.mark.catalogue("F43")
@pytest.mark.parametrize("answers", list(permutations(["pending", "paid", "returned"])))
def test_acceptance_payment_and_return_end_the_same_in_every_order(answers: Any) -> None:
    """A return that comes first is booked as payment and return; the payment that is told later is known."""
    world = World()
    world.told(*answers, *answers)
    assert world.payout().state is PayoutState.RETURNED
    assert world.ledger() == [(1, "paid", TODAY), (1, "returned", TODAY)]
    assert len(world.book.entries) == 2


@pytest.mark.catalogue("F43")
def test_a_return_after_a_rejection_is_for_a_person() -> None:
    world = World()
    world.told("rejected")
    before = world.end()
    (result,) = world.read(world.row("returned")).results
    assert (result.outcome, result.code, world.end()) == (RowOutcome.REFUSED, StatusCode.CONTRADICTS_LEDGER, before)
    assert world.told("rejected", "pending") == ["repeated", "repeated"]


WAS_PAID = f"the bank says that {{}} of batch {BATCH} was paid: find out before it is paid again"


@pytest.mark.rule("R-5.5")
@pytest.mark.catalogue("F43")
def test_a_payment_told_after_its_rejection_holds_the_payout_until_a_person_has_looked() -> None:
    world = World()
    row = world.row("paid")
    world.told("rejected")
    ledger = world.ledger()
    (result,) = world.read(row).results
    assert (result.outcome, result.code) == (RowOutcome.REFUSED, StatusCode.CONTRADICTS_LEDGER)
    assert result.message == "P1-DE 2024Q3 was booked as rejected by the bank before; it is on hold"
    of, reason = world.payout(), WAS_PAID.format(row.end_to_end_id)
    assert (of.state, of.batch_id, of.attempt, of.refused_bank) == (PayoutState.ON_HOLD, None, 2, "S-P1-DE#1")
    assert of.events[-1] == event(TODAY, PayoutState.ON_HOLD, ENGINE, reason, action=Action.HOLD)
    act = world.book.entries[-1].act
    assert (act.act_id, act.action, act.by) == (f"hold#P1-DE#2024Q3#{of.version}#partner program", "hold", ENGINE)
    assert act.details == {
        "amount": "3125.00 EUR", "before": "rejected", "after": "on_hold", "reason": reason, "batch": BATCH,
        "payment": row.end_to_end_id, "file": "bank-status/a.xml v1",
    }  # fmt: skip
    assert world.ledger() == ledger
    shown = list(payout_acts(of))[-2:]
    assert [one.act_id for one in shown][-1] == act.act_id
    assert list(findings(shown, world.book.entries)) == []


def held() -> World:
    world = World()
    world.told("rejected", "paid")
    return world


def test_the_same_answer_again_is_told_alike_and_holds_nothing_twice() -> None:
    world = held()
    before = world.end()
    (result,) = world.read(world.row("paid")).results
    assert result.message == "P1-DE 2024Q3 was booked as rejected by the bank before; it is on hold"
    assert world.end() == before


def test_who_has_lifted_such_a_hold_has_looked_the_same_answer_does_not_hold_it_again() -> None:
    world, finance = held(), Actor(person="Fiona", role=Role.FINANCE)
    before = WAS_PAID.format(world.payouts[0].end_to_end_id)
    assert world.payout().events[-1].reason == before
    DecidePayouts(world.book).lift_hold("P1-DE", world.payout().period, by=finance, on=TODAY, reason="a mistake")
    assert world.payout().state is PayoutState.REJECTED
    assert world.told("paid", "paid") == ["refused", "refused"]
    assert world.payout().state is PayoutState.REJECTED


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (PayoutState.OPEN, PayoutState.ON_HOLD), (PayoutState.IN_BATCH, PayoutState.ON_HOLD),
        (PayoutState.REJECTED, PayoutState.ON_HOLD), (PayoutState.RETURNED, PayoutState.ON_HOLD),
        (PayoutState.ON_HOLD, PayoutState.ON_HOLD), (PayoutState.IN_PAYMENT, PayoutState.IN_PAYMENT),
        (PayoutState.PAID, PayoutState.PAID), (PayoutState.CANCELLED, PayoutState.CANCELLED),
    ],
)  # fmt: skip
def test_wherever_it_is_by_then_what_can_be_held_is_held(state: PayoutState, after: PayoutState) -> None:
    world = World()
    world.told("rejected")
    of = world.payout()
    world.book.items[place_of(of)] = of.model_copy(update={"state": state, "attempt": 2})
    ledger = world.ledger()
    assert world.told("paid") == ["refused"]
    assert (world.payout().state, world.ledger()) == (after, ledger)


@pytest.mark.catalogue("F58")
def test_who_is_faster_than_such_a_hold_is_built_upon() -> None:
    """Somebody retries the payout in the very moment: it is held after that."""
    world, finance = World(), Actor(person="Fiona", role=Role.FINANCE)
    world.told("rejected")
    period = world.payout().period
    world.book.writes.rival = lambda: DecidePayouts(world.book).retry(
        "P1-DE", period, by=finance, on=TODAY, reason="again"
    )
    assert world.told("paid") == ["refused"]
    assert [str(one.state) for one in world.payout().events[-2:]] == ["open", "on_hold"]
    assert list(breaks(world.book.entries)) == []


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.catalogue("F42")
def test_killed_at_such_a_hold_and_run_again_it_is_one_act(before: bool) -> None:
    world = World()
    world.told("rejected")
    world.book.writes.break_off(1, before=before)
    with pytest.raises(Killed):
        world.told("paid")
    world.told("paid")
    assert world.end() == held().end()


def test_an_answer_for_an_older_attempt_does_not_touch_the_newer_one() -> None:
    """The bank rejects, the payout is repaired and paid again; then the first file comes once more."""
    world = World()
    old = world.row("rejected")
    world.read(old)
    again = world.payout()
    second, _ = paying((again, account(DUTCH)), status=BatchStatus.RELEASED, batch_id="20241201-EUR-01")
    step = event(TODAY, PayoutState.IN_BATCH, PREPARER)
    claimed = again.moved(PayoutState.IN_BATCH, step, batch_id=second.batch_id)
    moved = claimed.moved(PayoutState.IN_PAYMENT, event(TODAY, PayoutState.IN_PAYMENT, ENGINE))
    for one in (second, moved):
        world.book.items[place_of(one)] = one
    assert world.read(old).results[0].outcome is RowOutcome.REPEATED
    assert world.payout().state is PayoutState.IN_PAYMENT
    paid = world.row("paid", batch_id=second.batch_id, end_to_end_id=again.end_to_end_id)
    assert world.read(paid).results[0].outcome is RowOutcome.BOOKED
    assert world.ledger() == [(1, "rejected", TODAY), (2, "paid", TODAY)]


def test_a_rejection_of_another_quarter_says_nothing_of_this_one() -> None:
    world = World()
    world.told("paid", "returned")
    other = world.book.ledger("P1-DE")[0].model_copy(update={"quarter": 2, "kind": LedgerKind.REJECTED})
    world.book.add_ledger([other])
    assert world.told("paid") == ["repeated"]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown batch": ({"batch_id": "20240101-EUR-01"}, "UNKNOWN_BATCH"),
    "a payment of another batch": ({"end_to_end_id": "2024Q3-X"}, "NOT_IN_BATCH"),
    "another amount": ({"amount": Decimal("3125.01")}, "OTHER_AMOUNT"),
    "another currency": ({"amount": Decimal("3125.00"), "currency": "USD"}, "OTHER_AMOUNT"),
    "another currency alone": ({"currency": "USD"}, "OTHER_AMOUNT"),
}
OUT_OF_RANGE: dict[str, tuple[dict[str, Any], str]] = {
    "booked two days before the release": ({"booked_on": date(2024, 11, 13)}, "DATE_OUT_OF_RANGE"),
    "booked in two days": ({"booked_on": date(2024, 11, 20)}, "DATE_OUT_OF_RANGE"),
}
MISFITS = REFUSED | OUT_OF_RANGE


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [(wrong, answer) for wrong in REFUSED for answer in Answer]
    + [(wrong, answer) for wrong in OUT_OF_RANGE for answer in Answer if answer is not Answer.PENDING],
)
def test_a_row_that_does_not_fit_is_refused_and_the_others_are_booked(wrong: str, answer: Answer) -> None:
    changes, code = MISFITS[wrong]
    world = World(["3125.00", "1.00"])
    receipt = world.read(world.row(answer, **changes), world.row("paid", of=2, position=2))
    first, second = receipt.results
    assert (first.outcome, first.code, second.outcome) == (RowOutcome.REFUSED, code, RowOutcome.BOOKED)
    assert (world.payout().state, world.ledger()) == (PayoutState.IN_PAYMENT, [])
    assert first.what_to_do


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Decimal("3125")}, {"amount": Decimal("3125.00000"), "currency": "EUR"}, {"currency": "EUR"},
        {"booked_on": INITIATED_ON}, {"booked_on": TODAY},
    ],
    ids=["fewer decimals", "more decimals", "currency alone", "on the day of the release", "today"],
)  # fmt: skip
def test_what_fits_is_booked_at_its_bounds(changes: Any) -> None:
    world = World()
    assert world.read(world.row("paid", **changes)).results[0].outcome is RowOutcome.BOOKED


@pytest.mark.parametrize(
    ("told", "booked"),
    [
        (date(2024, 11, 14), INITIATED_ON), (INITIATED_ON, INITIATED_ON), (date(2024, 11, 16), date(2024, 11, 16)),
        (TODAY, TODAY), (date(2024, 11, 19), TODAY), (None, TODAY),
    ],
)  # fmt: skip
@pytest.mark.parametrize("answer", ["paid", "rejected"])
def test_a_day_that_is_off_by_a_time_zone_is_booked_on_the_nearest_that_can_be(
    told: date | None, booked: date, answer: str
) -> None:
    world = World()
    (result,) = world.read(world.row(answer, booked_on=told)).results
    assert (result.outcome, result.booked_on) == (RowOutcome.BOOKED, booked)
    assert [(day, world.payout().events[-1].on) for _, _, day in world.ledger()] == [(booked, booked)]


@pytest.mark.parametrize("told", [date(2024, 1, 1), date(2024, 12, 24)])
def test_a_payment_that_is_only_under_way_may_name_any_day(told: date) -> None:
    (result,) = World().read(World().row("pending", booked_on=told)).results
    assert result.outcome is RowOutcome.PENDING


@pytest.mark.catalogue("F42")
def test_an_answer_to_a_release_that_broke_off_comes_back_until_that_is_finished() -> None:
    """The other batches of the file are booked; the file is read again."""
    world = World(["1.00", "2.00"], status=BatchStatus.RELEASING)
    other, _ = paying((payout("P9-DE", "9.00"), account(DUTCH)), status=BatchStatus.RELEASED, batch_id="B-9")
    of = in_payment(payout("P9-DE", "9.00"), "B-9")
    world.book.items |= {place_of(other): other, place_of(of): of}
    rows = world.row("paid"), world.row("paid", position=2, batch_id="B-9", end_to_end_id=of.end_to_end_id)
    with pytest.raises(ReleaseUnfinished, match=BATCH):
        world.read(*rows)
    assert (world.payout().state, [one.kind for one in world.book.ledger("P9-DE")]) == ("in_payment", ["paid"])
    world.book.items[place_of(world.batch)] = world.batch.model_copy(update={"status": BatchStatus.RELEASED})
    assert [str(one.outcome) for one in world.read(*rows).results] == ["booked", "repeated"]


@pytest.mark.parametrize(
    "status", [status for status in BatchStatus if status not in (BatchStatus.RELEASED, BatchStatus.RELEASING)]
)
def test_an_answer_to_a_batch_that_was_not_released_is_refused(status: BatchStatus) -> None:
    world = World(status=status)
    (result,) = world.read(world.row("paid")).results
    assert (result.code, world.payout().state) == (StatusCode.NOT_RELEASED, PayoutState.IN_PAYMENT)


@pytest.mark.parametrize("attempt", [1, 0])
def test_a_payout_that_fell_back_behind_its_payment_is_held(attempt: int) -> None:
    """As after a restored table: it would be paid again, and the bank says that it was."""
    world = World()
    of = world.payout()
    world.book.items[place_of(of)] = of.model_copy(update={"state": PayoutState.OPEN, "attempt": attempt})
    (result,) = world.read(world.row("paid")).results
    assert (result.code, world.payout().state) == (StatusCode.CONTRADICTS_LEDGER, PayoutState.ON_HOLD)
    assert world.told("rejected", "returned", "pending") == ["refused"] * 3
    assert world.ledger() == []


def test_an_answer_for_a_payout_that_is_not_there_is_for_a_person() -> None:
    world = World()
    del world.book.items[place_of(world.payout())]
    before = world.end()
    (result,) = world.read(world.row("paid")).results
    assert (result.code, world.end()) == (StatusCode.CONTRADICTS_LEDGER, before)


@pytest.mark.catalogue("B52")
def test_what_a_file_says_is_shown_only_where_it_is_known_for_one_of_our_ids() -> None:
    world = World()
    rows = world.row("paid", batch_id=DUTCH), world.row("paid", end_to_end_id=DUTCH, position=2)
    receipt = world.read(*rows)
    assert DUTCH not in receipt.model_dump_json()
    assert [(one.batch_id, one.end_to_end_id) for one in receipt.results] == [(None, None), (BATCH, None)]


@pytest.mark.parametrize("part", [None, f"{BATCH}-ALL"])
@pytest.mark.parametrize("counted", [{}, {"payments": 3, "amount": Decimal("6.00")}])
def test_a_status_of_the_whole_file_is_one_of_each_payment(part: str | None, counted: Any) -> None:
    world = World(["1.00", "2.00", "3.00"])
    receipt = world.read(world.row("rejected", end_to_end_id=None, part=part, reason="AM04", **counted))
    assert (receipt.rows, receipt.booked) == (3, {Answer.REJECTED: 3})
    assert {world.payout(n).state for n in (1, 2, 3)} == {PayoutState.REJECTED}
    assert {one.reason for one in receipt.results} == {"AM04"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"part": f"{BATCH}-SEPA"}, "PART_UNCLEAR"), ({"part": f"{BATCH}-OTHER"}, "PART_UNCLEAR"),
        ({"part": "20240101-EUR-01-ALL"}, "NOT_IN_BATCH"), ({"payments": 2}, "OTHER_AMOUNT"),
        ({"amount": Decimal("6.01")}, "OTHER_AMOUNT"),
    ],
)  # fmt: skip
def test_a_status_of_many_that_does_not_fit_books_none_of_them(changes: Any, code: str) -> None:
    world = World(["1.00", "2.00", "3.00"])
    (result,) = world.read(world.row("paid", end_to_end_id=None, **changes)).results
    assert (result.code, world.book.entries) == (code, [])


def test_a_part_that_is_only_under_way_needs_no_names() -> None:
    world = World(["1.00", "2.00", "3.00"])
    (result,) = world.read(world.row("pending", end_to_end_id=None, part=f"{BATCH}-SEPA")).results
    assert (result.outcome, result.batch_id, world.book.entries) == (RowOutcome.PENDING, BATCH, [])


def test_the_receipt_has_every_row_once_in_the_order_of_the_file() -> None:
    world = World(["1.00", "2.00", "3.00"])
    rows = (world.row("pending", 1, position=4), world.row("paid", 2, position=1), world.row("paid", 2, position=3))
    bad = BadStatusRow(position=2, code=StatusCode.INVALID_DATE, message="no day")
    receipt = BookBankStatus(world.book)(BankStatusReport(rows=rows, bad_rows=(bad,)), ENGINE, TODAY)
    assert [(one.position, str(one.outcome)) for one in receipt.results] == [
        (1, "booked"), (2, "refused"), (3, "repeated"), (4, "pending"),
    ]  # fmt: skip
    assert (receipt.rows, sum(receipt.outcomes.values())) == (4, 4)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.CHANNEL, Role.AUDITOR])
def test_only_finance_and_the_engine_may_book(role: Role) -> None:
    world = World()
    with pytest.raises(NotAllowed):
        world.read(world.row("paid"), by=Actor(person="N. Obody", role=role))
    assert world.book.entries == []


ANSWERS = ["paid", "rejected", "returned", "pending"]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("write", range(1, 6))
@pytest.mark.catalogue("F42")
def test_killed_before_or_after_any_write_and_run_again_the_end_is_the_same(write: int, before: bool) -> None:
    """Five writes: paid, rejected, paid and returned, and a payment by the whole of another file."""
    whole, broken = World(["1.00", "2.00", "3.00", "4.00"]), World(["1.00", "2.00", "3.00", "4.00"])
    for world in (whole, broken):
        rows = [world.row(answer, n, position=n) for n, answer in enumerate(ANSWERS, start=1)]
        rows.append(world.row("paid", 4, position=5))
        if world is broken:
            world.book.writes.break_off(write, before=before)
            with pytest.raises(Killed):
                world.read(*rows)
        world.read(*rows)
    assert len(whole.book.entries) == 5
    assert broken.end() == whole.end()
    assert list(breaks(broken.book.entries)) == []


@pytest.mark.catalogue("F58")
def test_somebody_who_was_faster_is_looked_at_and_not_overwritten() -> None:
    """The same file is booked twice at once: one of both books, the other finds it done."""
    world, row = World(), World().row("paid")
    world.book.writes.rival = lambda: world.read(row)
    assert world.read(row).results[0].outcome in (RowOutcome.BOOKED, RowOutcome.REPEATED)
    assert (world.payout().version, len(world.book.entries), world.ledger()) == (4, 1, [(1, "paid", TODAY)])


@pytest.mark.catalogue("F58")
def test_another_answer_that_was_faster_is_built_upon() -> None:
    world = World()
    world.book.writes.rival = lambda: world.read(world.row("paid"))
    assert world.read(world.row("rejected")).booked == {Answer.RETURNED: 1}
    assert world.ledger() == [(1, "paid", TODAY), (1, "returned", TODAY)]


def test_after_so_many_conflicts_the_file_is_given_back_to_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    tries: list[object] = []

    def conflict(*act: object) -> None:
        tries.append(act)
        raise VersionConflict

    monkeypatch.setattr(world.book, "commit", conflict)
    with pytest.raises(VersionConflict, match="P1-DE 2024Q3"):
        world.read(world.row("paid"))
    assert len(tries) == TRIES


@given(st.lists(st.tuples(st.sampled_from(ANSWERS), st.integers(1, 2)), max_size=12))
def test_whatever_comes_in_whatever_order_the_ledger_never_says_more_than_one_payment(told: list[Row]) -> None:
    """Per attempt at most one payment and one return of it, or one rejection; the log holds; repeats change nothing."""
    world = World(["1.00", "2.00"])
    rows = [world.row(answer, of, position=n) for n, (answer, of) in enumerate(told, start=1)]  # type: ignore[arg-type]  # drawn so
    for row in rows:
        world.read(row)
    for of in (1, 2):
        kinds = [kind for _, kind, _ in world.ledger(of)]
        state = str(world.payout(of).state)
        assert (kinds, state) in (
            ([], "in_payment"), (["paid"], "paid"), (["paid", "returned"], "returned"), (["rejected"], "rejected"),
            (["rejected"], "on_hold"),
        )  # fmt: skip
        assert {attempt for attempt, _, _ in world.ledger(of)} <= {1}
    before = world.end()
    world.read(*rows)
    assert world.end() == before
    assert list(breaks(world.book.entries)) == []
