"""Payouts: a partner sees what happened, when and why, and not the vendor's people (R-5.5)."""

from datetime import date

import pytest

from partner_program.domain.payments.payout import PayoutState
from partner_program.domain.payments.people import Action, Role
from partner_program.use_cases.queries.payouts import AccountPayouts
from partner_program.values.errors import NotFound
from partner_program.values.periods import Quarter
from tests.fakes.payment_world import PaymentWorld
from tests.fakes.records import P1_DE

Q2 = Quarter(2024, 2)


@pytest.fixture
def paid() -> PaymentWorld:
    """A payout that was collected into a batch, then put on hold by finance with a reason."""
    world = PaymentWorld()
    world.partners(1)
    world.payout()
    batch = world.prepared()
    world.payouts.hold(P1_DE, Q2, by=batch.prepared_by, reason="returns are announced", on=date(2024, 8, 15))
    return world


@pytest.mark.rule("R-5.5")
def test_a_partner_sees_each_step_with_its_day_and_reason_and_nobody_by_name(paid: PaymentWorld) -> None:
    shown = AccountPayouts(paid.book).one(P1_DE, Q2, by_vendor=False)
    assert [(step.on, step.state, step.reason, step.role) for step in shown.steps] == [
        (date(2024, 8, 14), PayoutState.IN_BATCH, "", Role.FINANCE),
        (date(2024, 8, 15), PayoutState.ON_HOLD, "returns are announced", Role.FINANCE),
    ]
    text = shown.model_dump_json()
    people = {event.by.person for event in paid.of().events}
    batches = {event.batch_id for event in paid.of().events if event.batch_id}
    assert people
    assert batches
    assert not [name for name in people | batches if name in text]


def test_a_partner_is_told_that_its_batch_was_voided_and_by_no_step_which(paid: PaymentWorld) -> None:
    payout = paid.of()
    batch_id = next(event.batch_id for event in payout.events if event.batch_id)
    older = payout.events[0].model_copy(update={"reason": f"batch {batch_id} was voided"})
    events = (older, *payout.events[1:])
    assert paid.book.put_payout(payout.model_copy(update={"events": events, "version": payout.version + 1}))
    [told, seen] = (AccountPayouts(paid.book).one(P1_DE, Q2, by_vendor=by_vendor) for by_vendor in (False, True))
    assert (told.steps[0].reason, seen.steps[0].reason) == ("its batch was voided", f"batch {batch_id} was voided")
    assert batch_id not in told.model_dump_json()


def test_the_vendor_sees_who_and_in_which_batch(paid: PaymentWorld) -> None:
    shown = AccountPayouts(paid.book).one(P1_DE, Q2, by_vendor=True)
    events = paid.of().events
    assert [(step.person, step.batch_id) for step in shown.steps] == [(one.by.person, one.batch_id) for one in events]
    assert shown.steps[-1].action is Action.HOLD


def test_a_payout_shows_amount_reference_and_the_version_that_an_act_names(paid: PaymentWorld) -> None:
    payout = paid.of()
    for by_vendor in (False, True):
        shown = AccountPayouts(paid.book).one(P1_DE, Q2, by_vendor=by_vendor)
        assert (shown.amount, shown.currency, shown.state) == (payout.amount, "EUR", PayoutState.ON_HOLD)
        assert (shown.reference, shown.version, shown.attempt) == (payout.end_to_end_id, payout.version, 1)
        assert (shown.period, shown.payable_from) == ("2024Q2", payout.payable_from)


@pytest.mark.rule("R-5.4c")
def test_bank_details_that_failed_are_named_to_the_vendor_only(paid: PaymentWorld) -> None:
    failed = paid.of().model_copy(update={"refused_bank": "S1#1", "version": paid.of().version + 1})
    assert paid.book.put_payout(failed)
    assert AccountPayouts(paid.book).one(P1_DE, Q2, by_vendor=True).refused_bank == "S1#1"
    assert "S1#1" not in AccountPayouts(paid.book).one(P1_DE, Q2, by_vendor=False).model_dump_json()


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_payouts_are_listed_by_quarter_each_once(paid: PaymentWorld, limit: int) -> None:
    for number in (3, 4):
        paid.payout(period=Quarter(2024, number))
    paid.payout("P2-DE", period=Quarter(2024, 1))
    found: list[str] = []
    position: str | None = None
    while True:
        page = AccountPayouts(paid.book).all(P1_DE, by_vendor=False, position=position, limit=limit)
        found += [item.period for item in page.items]
        position = page.next_cursor
        if position is None:
            break
    assert found == ["2024Q2", "2024Q3", "2024Q4"]


def test_there_is_no_payout_where_a_quarter_pays_nothing(paid: PaymentWorld) -> None:
    with pytest.raises(NotFound, match="no such payout"):
        AccountPayouts(paid.book).one(P1_DE, Quarter(2024, 1), by_vendor=True)
