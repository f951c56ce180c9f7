"""What finance asks of payments: batches, payouts that wait, the log; of an account never more than four digits."""

import re
from datetime import timedelta
from typing import Any

import pytest

from partner_program.domain.payments.audit import AuditEntry, breaks
from partner_program.domain.payments.bank import BankStatus
from partner_program.domain.payments.batch import BatchStatus
from partner_program.domain.payments.payout import PayoutState, event
from partner_program.domain.payments.people import Action
from partner_program.use_cases.queries import finance_audit, finance_waiting
from partner_program.use_cases.queries.finance_audit import FinanceAudit
from partner_program.use_cases.queries.finance_batches import BatchHead, FinanceBatches
from partner_program.use_cases.queries.finance_waiting import FinanceWaiting, PaymentsWaiting
from partner_program.values.errors import InvalidValue, NotFound
from tests.fakes.payment_queue import FakePaymentQueue
from tests.fakes.payment_world import ANNA, BORIS, CARLA, DORA, DUE, IBAN, OTHER_IBAN, PaymentWorld, paying


def batches(world: PaymentWorld) -> FinanceBatches:
    return FinanceBatches(world.book, FakePaymentQueue(world.book))


def audited(world: PaymentWorld) -> FinanceAudit:
    return FinanceAudit(world.book, FakePaymentQueue(world.book))


def listed(world: PaymentWorld, limit: int = 10, status: BatchStatus | None = None) -> list[BatchHead]:
    """All pages."""
    found: list[BatchHead] = []
    after: str | None = None
    while True:
        page = batches(world).of_status(status=status, after=after, limit=limit)
        assert len(page.items) <= limit
        found += page.items
        after = page.next_cursor
        if after is None:
            return found


# -- batches


def test_a_batch_tells_what_it_pays_to_whom_its_digest_and_who_has_made_it() -> None:
    world = paying("100.00", "250.00")
    batch = world.prepared()
    told = batches(world).one(batch.batch_id)
    assert (told.total, told.payments, told.digest, told.currency) == (batch.total, 2, batch.digest, "EUR")
    assert [(one.account_id, one.site_id, one.amount, one.account_last_four) for one in told.items] == [
        ("P1-DE", "S1", batch.items[0].amount, IBAN[-4:]), ("P2-DE", "S2", batch.items[1].amount, IBAN[-4:]),
    ]  # fmt: skip
    assert (told.made_by, told.approvals, told.approvals_missing, told.version) == ((ANNA,), (), 1, 1)


@pytest.mark.catalogue("B74")
def test_who_has_named_a_payee_is_among_those_who_made_the_batch_each_once() -> None:
    world = paying("100.00", "250.00")
    for number in (1, 2):
        world.name(f"P{number}-DE", f"S{number}", received="2024-08-01", by=DORA if number == 1 else ANNA)
    told = batches(world).one(world.prepared().batch_id)
    assert told.made_by == (ANNA, DORA)


def test_approvals_are_told_with_how_many_are_missing() -> None:
    world = paying("100001.00")
    batch = world.prepared()
    assert batches(world).one(batch.batch_id).approvals_missing == 2
    world.batches.approve(batch.batch_id, batch.digest, by=BORIS, on=DUE)
    told = batches(world).one(batch.batch_id)
    assert (told.status, told.approvals_missing, [one.by for one in told.approvals]) == ("prepared", 1, [BORIS])
    world.batches.approve(batch.batch_id, batch.digest, by=CARLA, on=DUE)
    assert (batches(world).one(batch.batch_id).status, batches(world).one(batch.batch_id).approvals_missing) == (
        "approved", 0,
    )  # fmt: skip


@pytest.mark.catalogue("B52", "B71")
def test_no_answer_has_more_of_an_account_than_its_last_four_characters_and_no_seal() -> None:
    world = paying("100.00")
    batch = world.prepared()
    answers = [
        batches(world).one(batch.batch_id).model_dump_json(),
        batches(world).of_status(after=None, limit=10).model_dump_json(),
        audited(world)(after=None, limit=100).model_dump_json(),
    ]
    sealed = [batch.items[0].bank_seal, batch.payer_seal, *(one.sealed for one in world.banks.items.values())]
    for answer in answers[:2]:
        assert not [seal for seal in sealed if seal in answer]
    for answer in answers:
        for iban in (IBAN, OTHER_IBAN):
            assert not [iban[start : start + 5] for start in range(len(iban) - 4) if iban[start : start + 5] in answer]


def test_what_looks_like_an_account_in_a_letters_name_or_a_holder_is_masked() -> None:
    world = paying("100.00")
    batch = world.prepared()
    items = tuple(one.model_copy(update={"because": f"letter of {IBAN}", "holder": OTHER_IBAN, "bank_last_four": IBAN})
                  for one in batch.items)  # fmt: skip
    world.book.items["batch", batch.batch_id] = batch.model_copy(update={"items": items})
    (told,) = batches(world).one(batch.batch_id).items
    assert (told.because, told.holder, told.account_last_four) == ("letter of ***", "***", IBAN[-4:])


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_batches_of_every_status_come_each_once_in_the_order_of_their_life(limit: int) -> None:
    world = lives()
    found = listed(world, limit)
    order = [*BatchStatus]
    assert sorted(found, key=lambda one: order.index(one.status)) == found
    assert sorted(one.batch_id for one in found) == sorted(one.batch_id for one in listed(world, 100))
    assert {one.status for one in found} == {BatchStatus.PREPARED, BatchStatus.APPROVED, BatchStatus.VOID}


def lives() -> PaymentWorld:
    """Two batches that wait, one approved, two withdrawn."""
    world = PaymentWorld()
    world.partners(5)
    for number in range(1, 6):
        world.payout(f"P{number}-DE", "10.00")
        batch = world.prepared(DUE + timedelta(days=number))
        if number == 1:
            world.batches.approve(batch.batch_id, batch.digest, by=BORIS, on=DUE + timedelta(days=9))
        if number in (2, 3):
            world.batches.withdraw(batch.batch_id, by=BORIS, on=DUE + timedelta(days=9), reason="look at it")
    return world


@pytest.mark.parametrize("status", list(BatchStatus))
def test_batches_of_one_status_are_asked_for_by_it(status: BatchStatus) -> None:
    world = lives()
    assert listed(world, 1, status) == [one for one in listed(world) if one.status is status]


def test_a_batch_whose_status_the_index_has_not_caught_up_with_is_left_out() -> None:
    world = paying("100.00")
    batch = world.prepared()
    world.book.freeze_index()
    world.batches.approve(batch.batch_id, batch.digest, by=BORIS, on=DUE)
    assert listed(world, 10, BatchStatus.PREPARED) == []


def test_a_batch_that_is_none_is_not_found() -> None:
    with pytest.raises(NotFound):
        batches(paying("1.00")).one("20240814-EUR-01")


@pytest.mark.parametrize("place", ["", "x|y", "prepared2|"])
def test_what_is_no_place_in_the_list_is_refused(place: str) -> None:
    with pytest.raises(InvalidValue):
        batches(paying("1.00")).of_status(after=place, limit=1)


# -- what waits


def waiting(world: PaymentWorld, **asked: Any) -> PaymentsWaiting:
    wanted: dict[str, Any] = {"on": DUE, "after": None, "limit": 100} | asked
    queue = FakePaymentQueue(world.book)
    return FinanceWaiting(world.book, queue, world.banks, world.accounts, world.book_of_rules)(**wanted)


def everything(world: PaymentWorld, limit: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    page = waiting(world, limit=limit)
    while True:
        found += [(one.account_id, one.code.value) for one in page.items]
        if page.next_cursor is None:
            return found
        page = waiting(world, limit=limit, after=page.next_cursor)


def blocked() -> PaymentWorld:
    """Five payouts that are due: of P2 the details wait for a second person, of P4 they cool."""
    world = paying(*["100.00"] * 5)
    world.bank_details("S2", OTHER_IBAN, number=2, status=BankStatus.PROPOSED)
    world.bank_details("S4", OTHER_IBAN, number=2, usable_from=DUE + timedelta(days=1))
    return world


@pytest.mark.rule("R-5.4c")
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6, 100])
def test_what_is_due_and_waits_is_what_preparation_leaves_however_it_is_cut_into_pages(limit: int) -> None:
    world = blocked()
    assert everything(world, limit) == [(one.account_id, one.code.value) for one in world.prepare.waiting(DUE)]
    assert [code for _, code in everything(world, limit)] == ["bank_details_unconfirmed", "bank_details_cooling"]


@pytest.mark.rule("R-5.4b")
@pytest.mark.parametrize(("days", "count"), [(-1, 0), (0, 2), (1, 1)])
def test_only_what_is_payable_by_the_day_waits(days: int, count: int) -> None:
    assert len(waiting(blocked(), on=DUE + timedelta(days=days)).items) == count


def test_without_an_account_to_pay_from_everything_waits() -> None:
    world = paying("100.00", "5.00")
    world.banks.items = {key: one for key, one in world.banks.items.items() if key[0] != "payer.EUR"}
    assert [one.code.value for one in waiting(world).items] == ["no_payer_account"] * 2


def test_a_rejected_payout_waits_too_and_says_its_state() -> None:
    world = paying("100.00")
    payout = world.of()
    refused = payout.model_copy(update={"state": PayoutState.REJECTED, "attempt": 2, "refused_bank": "S1#1"})
    world.book.items["payout", "P1-DE", str(payout.period)] = refused
    world.refused_before()
    (told,) = waiting(world).items
    assert (told.state, told.code.value) == (PayoutState.REJECTED, "refused_by_bank")


@pytest.mark.rule("R-5.5")
@pytest.mark.parametrize("limit", [1, 2, 5, 6, 100])
def test_a_payout_on_hold_waits_for_who_lifts_it_and_says_since_when_by_whom_and_why(limit: int) -> None:
    world = blocked()
    world.payouts.hold("P1-DE", world.of("P1-DE").period, by=DORA, on=DUE, reason="look at it")
    assert everything(world, limit) == [
        ("P2-DE", "bank_details_unconfirmed"), ("P4-DE", "bank_details_cooling"), ("P1-DE", "on_hold"),
    ]  # fmt: skip
    told = waiting(world, on=DUE + timedelta(days=3)).items[-1]
    assert (told.state, told.text) == (
        PayoutState.ON_HOLD,
        "on hold since 2024-08-14 by Dora Klein (look at it): it is payable again after lift-hold",
    )
    world.payouts.lift_hold("P1-DE", world.of("P1-DE").period, by=DORA, on=DUE, reason="all right")
    assert "P1-DE" not in dict(everything(world, limit))


@pytest.mark.rule("R-5.5")
@pytest.mark.parametrize(("days", "count"), [(-1, 0), (0, 1)])
def test_a_payout_on_hold_waits_from_the_day_on_which_it_could_be_paid(days: int, count: int) -> None:
    world = paying("100.00")
    world.payouts.hold("P1-DE", world.of().period, by=DORA, on=DUE - timedelta(days=9), reason="look at it")
    assert len(waiting(world, on=DUE + timedelta(days=days)).items) == count


def test_a_returned_payout_waits_for_a_person() -> None:
    world = paying("100.00")
    payout = world.of()
    step = event(DUE, PayoutState.RETURNED, BORIS, "AC04")
    back = payout.model_copy(update={"state": PayoutState.RETURNED, "attempt": 2, "events": (step,)})
    world.book.items["payout", "P1-DE", str(payout.period)] = back
    (told,) = waiting(world, on=DUE + timedelta(days=1)).items
    assert (told.code.value, told.text) == (
        "returned", "returned since 2024-08-14 by Boris Lind (AC04): a person decides, with retry, hold or cancel",
    )  # fmt: skip


def test_a_payout_that_is_held_before_the_index_knows_it_is_told_as_on_hold() -> None:
    world = blocked()
    world.book.freeze_index()
    world.payouts.hold("P2-DE", world.of("P2-DE").period, by=DORA, on=DUE, reason="look at it")
    assert everything(world, 100) == [("P4-DE", "bank_details_cooling"), ("P2-DE", "on_hold")]


def test_a_payout_that_the_index_still_has_but_is_in_payment_does_not_wait() -> None:
    world = blocked()
    world.book.freeze_index()
    place = ("payout", "P2-DE", str(world.of("P2-DE").period))
    world.book.items[place] = world.of("P2-DE").model_copy(update={"state": PayoutState.IN_PAYMENT})
    assert [one.account_id for one in waiting(world).items] == ["P4-DE"]


def test_of_one_currency_only_its_payouts_wait_and_only_its_queues_are_asked() -> None:
    world = blocked()
    assert [one.account_id for one in waiting(world, currency="EUR").items] == ["P2-DE", "P4-DE"]
    queue = FakePaymentQueue(world.book)
    ask = FinanceWaiting(world.book, queue, world.banks, world.accounts, world.book_of_rules)
    assert ask(on=DUE, currency="JPY", after=None, limit=10).items == ()
    assert queue.pages == 4


def test_where_nothing_waits_each_queue_of_each_currency_is_asked_once_and_that_is_the_most() -> None:
    world = blocked()
    queue = FakePaymentQueue(world.book)
    ask = FinanceWaiting(world.book, queue, world.banks, world.accounts, world.book_of_rules)
    assert ask(on=DUE - timedelta(days=400), currency=None, after=None, limit=10).items == ()
    assert queue.pages == 4 * len(world.book_of_rules.currencies) <= 200


@pytest.mark.parametrize("currency", ["XXX", "eur", ""])
def test_a_currency_that_the_program_never_had_is_refused(currency: str) -> None:
    with pytest.raises(InvalidValue):
        waiting(blocked(), currency=currency)


def test_no_page_looks_at_more_payouts_than_its_reads_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finance_waiting, "MOST_LOOKED_AT", 3)
    page = waiting(blocked(), limit=100)
    assert [one.account_id for one in page.items] == ["P2-DE"]
    assert page.next_cursor is not None


@pytest.mark.parametrize("place", ["", "EUR", "XXX|open|", "EUR|paid|"])
def test_a_place_of_a_currency_or_state_that_is_not_asked_is_refused(place: str) -> None:
    with pytest.raises(InvalidValue):
        waiting(blocked(), after=place)


# -- the audit log


def test_the_log_comes_by_number_with_hashes_that_hold() -> None:
    world = lives()
    found: list[AuditEntry] = []
    after: str | None = None
    while True:
        page = audited(world)(after=after, limit=3)
        found += page.items
        after = page.next_cursor
        if after is None:
            break
    assert [one.number for one in found] == list(range(1, len(world.book.entries) + 1))
    assert list(breaks(found)) == []
    assert (page.last_number, page.last_digest) == (found[-1].number, found[-1].digest)


@pytest.mark.parametrize(("number", "first"), [(0, 1), (1, 2), (4, 5)])
def test_the_log_is_read_behind_a_number(number: int, first: int) -> None:
    assert audited(lives())(number=number, after=None, limit=1).items[0].number == first


def test_behind_the_last_entry_and_in_an_empty_log_there_is_nothing() -> None:
    world = lives()
    last = len(world.book.entries)
    page = audited(world)(number=last, after=None, limit=5)
    assert (page.items, page.next_cursor, page.last_number) == ((), None, last)
    world.book.entries.clear()
    assert audited(world)(after=None, limit=5).last_number is None


@pytest.mark.parametrize("place", ["", "-1", "x", "\u0661"])
def test_what_is_no_place_in_the_log_is_refused(place: str) -> None:
    with pytest.raises(InvalidValue):
        audited(lives())(after=place, limit=5)


def numbers(world: PaymentWorld, limit: int, **asked: Any) -> list[int]:
    """Of all pages."""
    found: list[int] = []
    after: str | None = None
    while True:
        page = audited(world)(after=after, limit=limit, **asked)
        assert len(page.items) <= limit
        found += [one.number for one in page.items]
        after = page.next_cursor
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize("number", [0, 4, 99])
def test_the_newest_entries_come_first_when_asked(limit: int, number: int) -> None:
    world = lives()
    last = len(world.book.entries)
    assert numbers(world, limit, newest_first=True, number=number) == list(range(last, number, -1))


@pytest.mark.parametrize("most", [1, 2, 500])
@pytest.mark.parametrize("limit", [1, 2, 100])
@pytest.mark.parametrize("newest_first", [False, True])
def test_of_one_subject_all_entries_come_once_however_few_are_looked_at_for_a_page(
    monkeypatch: pytest.MonkeyPatch, newest_first: bool, limit: int, most: int
) -> None:
    monkeypatch.setattr(finance_audit, "MOST_LOOKED_AT", most)
    world = lives()
    batch_id = next(one.act.subject for one in world.book.entries if one.act.action is Action.APPROVE)
    about = [one.number for one in world.book.entries if one.act.subject == batch_id]
    assert len(about) == 2
    expected = about[::-1] if newest_first else about
    assert numbers(world, limit, subject=batch_id, newest_first=newest_first) == expected
    assert numbers(world, limit, subject=batch_id[:-1], newest_first=newest_first) == []


def test_what_was_done_to_an_account_is_found_by_it_and_by_its_quarter() -> None:
    world = paying("100.00", "5.00")
    period = world.of().period
    for account in ("P1-DE", "P2-DE"):
        world.payouts.hold(account, period, by=DORA, on=DUE, reason="look at it")
    held = {one.act.subject: one.number for one in world.book.entries}
    for subject, found in (("P1-DE", ["P1-DE 2024Q2"]), ("P2-DE 2024Q2", ["P2-DE 2024Q2"]), ("P1", []), ("2024Q2", [])):
        assert numbers(world, 10, subject=subject) == [held[name] for name in found]


def test_no_entry_has_a_number_that_could_be_an_account() -> None:
    page = audited(lives())(after=None, limit=100)
    said = " ".join(value for one in page.items for name, value in one.act.details.items() if name not in _HASHES)
    assert not re.search(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11}", said)


_HASHES = {"digest", "seal", "rulebook"}
