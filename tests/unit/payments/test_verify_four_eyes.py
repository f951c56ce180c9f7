"""Four eyes and one payment for each attempt, as the verification finds them afterwards."""

from typing import Any

import pytest

from partner_program.domain.payments.batch import Approval, Batch, BatchStatus
from partner_program.domain.payments.payout import PayoutState, event
from partner_program.domain.payments.people import Action, Actor, Role
from partner_program.use_cases.verify_audit import VerifyAudit
from tests.fakes.audited import (
    PAID_AGAIN_ON,
    PAID_ON,
    Q2,
    Q3,
    Q4,
    closed_year,
    findings,
    put,
    through_the_bank,
    written_anew,
)  # fmt: skip
from tests.fakes.audited import whole_life as every_act
from tests.fakes.payment_world import ANNA, BORIS, CARLA, DORA, PaymentWorld
from tests.fakes.records import P1_DE, rulebook

_SAID = ("rulebook", "approvals_needed")
NEEDS_TWO = '"payment.second_approval.EUR" = 1000\n'


def released(world: PaymentWorld) -> Batch:
    *_, batch_id = world.book.batches(BatchStatus.RELEASED)
    return world.batch(batch_id)


def change(world: PaymentWorld, batch: Batch, **changes: Any) -> str:
    put(world, batch.model_copy(update=changes))
    return findings(world)


def approval(batch: Batch, by: Actor) -> Approval:
    return Approval(by=by, on=PAID_ON, digest=batch.digest)


# -- enough others have said yes


@pytest.mark.parametrize("status", [BatchStatus.APPROVED, BatchStatus.RELEASING, BatchStatus.RELEASED])
def test_a_batch_that_nobody_has_approved_is_seen_from_approved_on(status: BatchStatus) -> None:
    world = closed_year()
    batch = world.prepared(PAID_ON)
    assert f"it is {status} with 0 approvals of others, 1 are needed" in change(world, batch, status=status)


@pytest.mark.parametrize("status", [BatchStatus.PREPARED, BatchStatus.VOID])
def test_one_that_is_not_to_be_paid_needs_none(status: BatchStatus) -> None:
    world = closed_year()
    assert "approvals of others" not in change(world, world.prepared(PAID_ON), status=status)


def test_who_has_prepared_and_approved_is_seen_even_if_it_was_written_past_the_rules() -> None:
    world = through_the_bank()
    told = change(world, released(world), prepared_by=BORIS)
    assert "Boris Lind has prepared and approved it" in told
    assert "it is released with 0 approvals of others, 1 are needed" in told


def test_who_has_named_a_payee_and_approved_is_seen() -> None:
    world = every_act()
    batch = released(world)
    assert [item.named_by for item in batch.items] == [DORA]
    told = change(world, batch, approvals=(approval(batch, DORA),))
    assert "Dora Klein has named a payee of it and approved it" in told


def test_one_person_that_has_approved_twice_is_one() -> None:
    world = through_the_bank()
    batch = released(world)
    boris = BORIS.model_copy(update={"person": "BORIS LIND"})
    told = change(world, batch, approvals=(approval(batch, BORIS), approval(batch, boris)))
    assert "BORIS LIND has approved it twice" in told


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, True),
        ({"rulebook": rulebook(NEEDS_TWO).digest}, True),
        ({"rulebook": "that of then", "approvals_needed": "2"}, True),
        ({"rulebook": "that of then", "approvals_needed": "1"}, False),
    ],
)
def test_as_many_approvals_are_needed_as_on_the_day_of_preparation(said: dict[str, str], found: bool) -> None:
    """By the log, and by the rulebook if nobody says that another one was in force."""
    world = through_the_bank()
    batch = released(world)
    acts = [entry.act for entry in world.book.entries]
    place = max(number for number, act in enumerate(acts) if act.action is Action.PREPARE)
    details = {name: value for name, value in acts[place].details.items() if name not in _SAID} | said
    written_anew(world, [*acts[:place], acts[place].model_copy(update={"details": details}), *acts[place + 1 :]])
    verified = VerifyAudit(world.book, world.banks, world.accounts, rulebook(NEEDS_TWO))()
    told = [what for where, what in verified.findings if where == batch.batch_id]
    assert ("it asks for 1 approvals, 2 are needed" in told) is found
    assert ("it is released with 1 approvals of others, 2 are needed" in told) is found


def test_a_batch_that_needs_two_has_enough_with_two() -> None:
    world = closed_year(NEEDS_TWO)
    batch = world.prepared(PAID_ON)
    assert batch.approvals_needed == 2
    one = world.batches.approve(batch.batch_id, batch.digest, by=BORIS, on=PAID_ON)
    assert findings(world) == ""
    told = change(world, one, approvals_needed=1, status=BatchStatus.APPROVED)
    assert "it asks for 1 approvals, 2 are needed" in told
    assert "it is approved with 1 approvals of others, 2 are needed" in told
    put(world, one)
    world.batches.approve(batch.batch_id, batch.digest, by=CARLA, on=PAID_ON)
    assert findings(world) == ""


def test_bank_details_that_one_person_has_proposed_and_confirmed_are_seen() -> None:
    world = through_the_bank()
    revision = world.banks.items["S1", 1]
    put(world, revision.model_copy(update={"decided_by": ANNA.model_copy(update={"role": Role.CHANNEL})}))
    assert "S1#1: Anna Berg has confirmed it: it takes a second person" in findings(world)


# -- paid as it is, once


def test_a_payout_that_its_batch_has_left_behind_is_seen() -> None:
    world = closed_year()
    batch = world.prepared(PAID_ON)
    put(world, batch.model_copy(update={"status": BatchStatus.VOID, "void_by": BORIS, "void_on": PAID_ON}))
    assert f"P1-DE 2024Q2: it is in batch, its batch {batch.batch_id} is void" in findings(world)


def test_a_payout_in_a_batch_that_does_not_pay_it_is_seen() -> None:
    world = closed_year()
    world.payouts.hold(P1_DE, Q3, by=DORA, on=PAID_ON, reason="disputed")
    batch = world.prepared(PAID_ON)
    held = world.of(P1_DE, Q3)
    back = held.moved(PayoutState.OPEN, event(PAID_ON, PayoutState.OPEN, DORA, "cleared", action=Action.LIFT_HOLD))
    step = event(PAID_ON, PayoutState.IN_BATCH, ANNA, batch_id=batch.batch_id)
    put(world, back.moved(PayoutState.IN_BATCH, step, batch_id=batch.batch_id))
    assert f"P1-DE 2024Q3: step 4 names {batch.batch_id}, which does not pay attempt 1 of it" in findings(world)


@pytest.mark.rule("R-5.5")
def test_a_cancelled_payout_that_was_made_payable_again_is_seen() -> None:
    world = every_act()
    cancelled = world.of(P1_DE, Q4)
    assert cancelled.state is PayoutState.CANCELLED
    fresh = {"state": PayoutState.OPEN, "events": (), "version": 1, "attempt": 1, "refused_bank": None}
    put(world, cancelled.model_copy(update=fresh))
    told = findings(world)
    (entry,) = (entry for entry in world.book.entries if entry.act.action is Action.CANCEL)
    assert f"P1-DE 2024Q4: {entry.act.act_id} (entry {entry.number}) shows in nothing that is kept" in told
    assert "P1-DE 2024Q4: the ledger says cancelled of attempt 2, the payout does not" in told


@pytest.mark.catalogue("F45")
def test_a_payout_that_is_paid_twice_in_one_attempt_is_seen() -> None:
    world = through_the_bank()
    paid = world.of(P1_DE, Q2)
    batch = released(world)
    again = [event(PAID_AGAIN_ON, state, ANNA, batch_id=batch.batch_id) for state in (
        PayoutState.OPEN, PayoutState.IN_BATCH, PayoutState.IN_PAYMENT)]  # fmt: skip
    put(world, paid.model_copy(update={"events": (*paid.events, *again), "version": paid.version + 3}))
    told = findings(world)
    assert "P1-DE 2024Q2: attempt 1 to pay it was initiated twice" in told
    assert "leads from in_payment to open: there is no such step" in told


@pytest.mark.catalogue("F57")
def test_a_payout_of_another_amount_than_its_statement_is_seen_and_one_that_is_missing() -> None:
    world = closed_year()
    more = {"amount": world.of(P1_DE, Q2).amount * 2, "payable_from": PAID_ON}
    put(world, world.of(P1_DE, Q2).model_copy(update=more))
    del world.book.items["payout", "P1-DE", "2024Q4"]
    told = findings(world).splitlines()
    assert told == [
        "P1-DE 2024Q2: amount is 3125.00 in its final statement, 6250.00 in its payout",
        "P1-DE 2024Q2: payable_from is 2024-08-14 in its final statement, 2025-02-14 in its payout",
        "P1-DE 2024Q4: it pays 2550.00 EUR and has no payout: run its close again",
    ]


@pytest.mark.catalogue("F57")
def test_a_payout_without_a_final_statement_is_seen() -> None:
    world = closed_year()
    made_up = world.of(P1_DE, Q2).model_copy(update={"year": 2023})
    put(world, made_up)
    assert findings(world) == "P1-DE 2023Q2: no final statement pays the 3125.00 EUR of its payout"


def test_bank_details_that_were_exchanged_are_seen_by_their_seal() -> None:
    world = every_act()
    mine = world.banks.items["S1b", 1]
    put(world, mine.model_copy(update={"sealed": world.banks.items["S1", 1].sealed}))
    told = findings(world)
    batch = released(world)
    assert f"{batch.batch_id}: P1-DE 2024Q3: the bank details S1b#1 are sealed otherwise than the batch says" in told
    for act in ("propose_bank_details#S1b#1", "confirm_bank_details#S1b#1"):
        assert f"S1b#1: {act}: seal is {mine.seal_digest} in the audit log, here it is" in told


def test_bank_details_that_were_not_cool_when_the_batch_was_prepared_are_seen() -> None:
    world = through_the_bank()
    put(world, world.banks.items["S1", 1].model_copy(update={"usable_from": PAID_AGAIN_ON}))
    assert "the bank details S1#1 were not to be paid to on 2025-02-14" in findings(world)


def test_the_ledger_may_lag_behind_only_while_a_batch_is_being_released() -> None:
    world = through_the_bank()
    batch = released(world)
    place = "ledger", P1_DE, str(Q2), 1, "initiated"
    del world.book.items[place]
    text = "P1-DE 2024Q2: initiated of attempt 1 on 2025-02-14 is not in the ledger"
    assert text in findings(world)
    half = {"status": BatchStatus.RELEASING, "released_on": None, "version": batch.version - 1}
    put(world, batch.model_copy(update=half))
    assert text not in findings(world)
