"""A second person's yes, bound to payees and amounts: nobody approves what they prepared, by any route."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from partner_program.domain.payments.batch import Approval, Batch, BatchStatus
from partner_program.domain.payments.life import Life, life_of
from partner_program.domain.payments.payout import PayoutState, WrongState
from partner_program.domain.payments.people import ENGINE, Actor, NotAllowed, Role, SelfApproval
from partner_program.use_cases.decide_batches import DigestDiffers
from partner_program.values.errors import InvalidValue, NotFound, VersionConflict
from tests.fakes.payment_world import ANNA, BORIS, CARLA, DORA, DUE, IBAN, OTHER_IBAN, Q2, PaymentWorld, paying
from tests.fakes.records import site
from tests.fakes.reports import Killed
from tests.fakes.statements import year_of


def approve(world: PaymentWorld, by: Actor = BORIS) -> None:
    (batch_id,) = world.book.batches(BatchStatus.PREPARED)
    world.batches.approve(batch_id, world.batch(batch_id).digest, by=by, on=DUE)


def test_a_second_person_approves_exactly_what_was_prepared() -> None:
    world = paying("3125.00")
    batch = world.approved()
    assert batch.status is BatchStatus.APPROVED
    assert [(given.by, given.digest) for given in batch.approvals] == [(BORIS, batch.digest)]


@pytest.mark.catalogue("B74")
@pytest.mark.parametrize(
    "same",
    [
        ANNA,
        Actor(person="ANNA BERG", role=Role.FINANCE),
        Actor(person="anna  berg", role=Role.FINANCE),
        Actor(person="Ａnna Berg", role=Role.FINANCE),
    ],
)
def test_who_prepared_it_cannot_approve_it_however_the_name_is_written(same: Actor) -> None:
    world = paying("3125.00")
    world.prepared()
    with pytest.raises(SelfApproval, match="somebody else must decide"):
        approve(world, same)
    assert list(world.book.batches(BatchStatus.APPROVED)) == []


@pytest.mark.catalogue("B74")
@pytest.mark.parametrize("role", [Role.CHANNEL, Role.PARTNER, Role.AUDITOR, Role.SYSTEM])
def test_no_other_role_than_finance_approves(role: Role) -> None:
    world = paying("3125.00")
    world.prepared()
    with pytest.raises(NotAllowed):
        approve(world, Actor(person="Boris Lind", role=role))


@pytest.mark.catalogue("B74")
@pytest.mark.rule("R-5.4c")
def test_who_named_a_payee_does_not_approve_its_payment() -> None:
    world = paying("3125.00")
    world.accounts.add(site("S1b").model_copy(update={"headquarters": False}))
    world.bank_details("S1b", IBAN)
    world.name("P1-DE", "S1b", received="2024-07-01", by=BORIS)
    world.prepared()
    with pytest.raises(SelfApproval, match="S1b the payee of P1-DE"):
        approve(world, BORIS)
    approve(world, CARLA)


@pytest.mark.catalogue("B77")
def test_above_the_limit_two_others_must_approve() -> None:
    world = paying("100000.01")
    world.prepared()
    approve(world, BORIS)
    (batch_id,) = world.book.batches(BatchStatus.PREPARED)
    approve(world, BORIS)
    assert world.batch(batch_id).status is BatchStatus.PREPARED, "one person's yes counts once"
    approve(world, CARLA)
    assert world.batch(batch_id).status is BatchStatus.APPROVED


@pytest.mark.catalogue("F02")
def test_of_two_approvals_at_once_the_slower_is_told_instead_of_lost() -> None:
    world = paying("100000.01")
    world.prepared()
    world.writes.rival = lambda: approve(world, CARLA)
    with pytest.raises(VersionConflict):
        approve(world, BORIS)
    (batch_id,) = world.book.batches(BatchStatus.PREPARED)
    assert [given.by for given in world.batch(batch_id).approvals] == [CARLA]


@pytest.mark.catalogue("B76")
def test_the_same_yes_twice_is_one_and_a_yes_after_a_withdrawal_is_refused() -> None:
    world = paying("3125.00")
    approved = world.approved()
    entries = len(world.book.entries)
    assert world.batches.approve(approved.batch_id, approved.digest, by=BORIS, on=DUE) == approved
    assert len(world.book.entries) == entries
    world.batches.withdraw(approved.batch_id, by=CARLA, on=DUE, reason="wrong quarter")
    with pytest.raises(WrongState, match="is void"):
        world.batches.approve(approved.batch_id, approved.digest, by=CARLA, on=DUE)


@pytest.mark.catalogue("B75")
def test_another_digest_than_the_one_looked_at_is_refused() -> None:
    world = paying("3125.00")
    batch = world.prepared()
    with pytest.raises(DigestDiffers, match="look at it again"):
        world.batches.approve(batch.batch_id, "0" * 64, by=BORIS, on=DUE)
    assert world.batch(batch.batch_id).status is BatchStatus.PREPARED


def hold(world: PaymentWorld) -> None:
    world.payouts.hold("P1-DE", Q2, by=DORA, on=DUE, reason="stop")


def cancel(world: PaymentWorld) -> None:
    world.payouts.cancel("P1-DE", Q2, by=CARLA, on=DUE, reason="disputed")


def new_bank_details(world: PaymentWorld) -> None:
    world.bank_details("S1", OTHER_IBAN, number=2)


def details_swapped_behind_the_log(world: PaymentWorld) -> None:
    world.bank_details("S1", OTHER_IBAN)


def payer_changed(world: PaymentWorld) -> None:
    world.bank_details("payer.EUR", IBAN, number=2)


def amount_changed(world: PaymentWorld) -> None:
    payout = world.of()
    assert world.book.put_payout(payout.model_copy(update={"amount": Decimal("3125.01"), "version": 3}))


def headquarters_moved(world: PaymentWorld) -> None:
    world.accounts.add(site("S1", closed="2024-08-10"), site("S9", opened="2024-08-10"))


CHANGES = [hold, cancel, new_bank_details, details_swapped_behind_the_log, payer_changed, amount_changed,
           headquarters_moved]  # fmt: skip


@pytest.mark.catalogue("B75")
@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_since_it_was_prepared_cannot_be_approved(change: object) -> None:
    world = paying("3125.00", "10.00")
    batch = world.prepared()
    assert callable(change)
    change(world)
    with pytest.raises(DigestDiffers, match="Withdraw it"):
        approve(world)
    assert world.batch(batch.batch_id).status is BatchStatus.PREPARED


@pytest.mark.catalogue("B75")
@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_after_the_approval_voids_it(change: object) -> None:
    world = paying("3125.00", "10.00")
    batch = world.approved()
    assert callable(change)
    change(world)
    run = world.release.daily(DUE)
    assert (run.released, run.stuck, [one.batch_id for one in run.voided]) == ((), (), [batch.batch_id])
    assert world.batch(batch.batch_id).status is BatchStatus.VOID
    assert world.files.files == {}
    assert world.of("P2-DE").state is PayoutState.OPEN
    again = world.prepare(ANNA, DUE)
    assert "P2-DE" in [item.account_id for one in again.batches for item in one.items] or again.waiting


def test_a_withdrawn_batch_gives_its_payouts_back() -> None:
    world = paying("3125.00", "10.00")
    batch = world.approved()
    world.batches.withdraw(batch.batch_id, by=ANNA, on=DUE, reason="wrong quarter")
    assert [world.of(one).state for one in ("P1-DE", "P2-DE")] == [PayoutState.OPEN] * 2
    assert world.prepared().batch_id == "20240814-EUR-02"
    assert world.release.daily(DUE).released == ()


@pytest.mark.catalogue("F09")
@pytest.mark.parametrize("before", [True, False])
def test_a_withdrawal_that_breaks_off_has_given_all_back_or_nothing(before: bool) -> None:  # a case
    world = paying("3125.00", "10.00")
    batch = world.prepared()
    world.writes.break_off(1, before=before)
    with pytest.raises(Killed):
        world.batches.withdraw(batch.batch_id, by=ANNA, on=DUE, reason="wrong quarter")
    states = {world.of(one).state for one in ("P1-DE", "P2-DE")}
    assert states == {PayoutState.IN_BATCH if before else PayoutState.OPEN}
    assert world.batches.withdraw(batch.batch_id, by=ANNA, on=DUE, reason="wrong quarter").status is BatchStatus.VOID
    assert {world.of(one).state for one in ("P1-DE", "P2-DE")} == {PayoutState.OPEN}


@pytest.mark.catalogue("F09")
@pytest.mark.parametrize("before", [True, False])
def test_a_voiding_that_breaks_off_is_done_by_the_next_run(before: bool) -> None:  # a case
    world = paying("3125.00", "10.00", "20.00")
    world.approved()
    hold(world)
    world.writes.break_off(1, before=before)
    with pytest.raises(Killed):
        world.release.daily(DUE)
    world.release.daily(DUE)
    assert [item.account_id for item in world.prepared().items] == ["P2-DE", "P3-DE"]


@pytest.mark.catalogue("B52")
def test_an_account_number_in_the_reason_of_a_withdrawal_is_masked() -> None:
    world = paying("3125.00")
    batch = world.prepared()
    world.batches.withdraw(batch.batch_id, by=ANNA, on=DUE, reason="should go to DE89370400440532013000")
    kept = [*world.book.items.values(), *world.book.entries]
    assert not [item for item in kept if "370400440532" in item.model_dump_json()]


def test_a_hold_between_look_and_withdrawal_is_left_standing() -> None:
    world = paying("3125.00", "10.00")
    batch = world.prepared()
    world.writes.rival = lambda: hold(world)
    world.batches.withdraw(batch.batch_id, by=ANNA, on=DUE, reason="wrong quarter")
    assert [world.of(one).state for one in ("P1-DE", "P2-DE")] == [PayoutState.ON_HOLD, PayoutState.OPEN]


def test_a_payout_is_not_told_what_befell_another_in_its_batch() -> None:
    world = paying("3125.00", "10.00", "20.00", "30.00", "40.00")
    batch = world.approved()
    for number in (1, 2, 3, 4):
        world.payouts.hold(f"P{number}-DE", Q2, by=DORA, on=DUE, reason="stop")
    world.release.daily(DUE)
    assert world.of("P5-DE").events[-1].reason == "its batch was voided", "by no name of it"
    assert world.batch(batch.batch_id).void_reason.endswith("no longer in the batch; and 1 more")


def forged_status(world: PaymentWorld, batch: Batch) -> Batch:
    return batch.model_copy(update={"status": BatchStatus.APPROVED})


def forged_approval(world: PaymentWorld, batch: Batch) -> Batch:
    given = Approval(by=BORIS, on=DUE, digest=batch.digest)
    return batch.model_copy(update={"status": BatchStatus.APPROVED, "approvals": (given,)})


def forged_by_the_preparer(world: PaymentWorld, batch: Batch) -> Batch:
    approved = world.batches.approve(batch.batch_id, batch.digest, by=BORIS, on=DUE)
    return approved.model_copy(update={"prepared_by": BORIS})


def forged_bank_details(world: PaymentWorld, batch: Batch) -> Batch:
    """Other details under the confirmed number, and a batch that was prepared and approved with them."""
    world.book.entries[:] = [one for one in world.book.entries if one.act.subject != "S1#1"]
    return world.batches.approve(batch.batch_id, batch.digest, by=BORIS, on=DUE)


@pytest.mark.catalogue("B74")
@pytest.mark.parametrize("forge", [forged_status, forged_approval, forged_by_the_preparer, forged_bank_details])
def test_release_believes_the_log_and_not_the_word_approved(forge: Callable[[PaymentWorld, Batch], Batch]) -> None:
    world = paying("3125.00")
    batch = world.prepared()
    world.book.items["batch", batch.batch_id] = forge(world, batch)
    (void,) = world.release.daily(DUE).voided
    assert "audit log does not say" in void.reason or "approvals of others" in void.reason
    assert world.files.files == {}


def forged_after_a_withdrawal(world: PaymentWorld, batch: Batch) -> Batch:
    approved = world.batches.approve(batch.batch_id, batch.digest, by=BORIS, on=DUE)
    payout = world.of()
    world.batches.withdraw(batch.batch_id, by=ANNA, on=DUE, reason="wrong quarter")
    world.book.items["payout", "P1-DE", "2024Q2"] = payout
    return approved


def forged_namer(world: PaymentWorld, batch: Batch) -> Batch:
    """Whoever named the payee is taken off the batch, so that he may approve it."""
    item = batch.items[0].model_copy(update={"named_by": BORIS})
    bare = batch.model_copy(update={"items": (item,)})
    return world.batches.approve(batch.batch_id, batch.digest, by=BORIS, on=DUE).model_copy(
        update={"items": bare.items}
    )


@pytest.mark.catalogue("B74")
@pytest.mark.parametrize("forge", [forged_after_a_withdrawal, forged_namer])
def test_what_was_withdrawn_or_made_over_is_not_released(forge: Callable[[PaymentWorld, Batch], Batch]) -> None:
    world = paying("3125.00")
    batch = world.prepared()
    world.book.items["batch", batch.batch_id] = forge(world, batch)
    run = world.release.daily(DUE)
    assert run.released == ()
    assert world.files.files == {}


@pytest.mark.catalogue("B74")
def test_a_batch_put_in_as_releasing_is_not_released() -> None:
    world = paying("3125.00")
    batch = world.prepared()
    world.book.items["batch", batch.batch_id] = batch.model_copy(
        update={
            "status": BatchStatus.RELEASING, "released_by": ENGINE, "initiated_on": DUE,
            "initiated_at": "2024-08-14T05:15:00Z", "file_digest": "0" * 64,
        }
    )  # fmt: skip
    (stuck,) = world.release.daily(DUE).stuck
    assert "audit log does not say" in stuck.reason
    assert (world.files.files, world.book.ledger("P1-DE")) == ({}, [])


@pytest.mark.catalogue("B77")
def test_a_limit_lowered_on_the_batch_is_not_believed() -> None:
    world = paying("100000.01")
    batch = world.prepared()
    world.book.items["batch", batch.batch_id] = batch.model_copy(update={"approvals_needed": 1})
    approve(world)
    (void,) = world.release.daily(DUE).voided
    assert "it needs 2 approvals" in void.reason


def test_a_released_batch_cannot_be_withdrawn_nor_one_that_does_not_exist() -> None:
    world = paying("3125.00")
    batch = world.approved()
    world.release.daily(DUE)
    with pytest.raises(WrongState, match="was initiated"):
        world.batches.withdraw(batch.batch_id, by=CARLA, on=DUE, reason="late")
    with pytest.raises(NotFound):
        world.batches.withdraw("20240814-EUR-99", by=CARLA, on=DUE, reason="late")
    with pytest.raises(InvalidValue, match="needs a reason"):
        world.batches.withdraw(batch.batch_id, by=CARLA, on=DUE, reason=" ")


@pytest.mark.catalogue("B73")
def test_bank_details_that_cool_again_on_the_day_of_the_release_void_the_approval() -> None:
    world = paying("3125.00")
    world.approved()
    world.bank_details("S1", OTHER_IBAN, number=2, usable_from=DUE + timedelta(days=5))
    (void,) = world.release.daily(DUE).voided
    assert "not paid to before 2024-08-19" in void.reason


def test_a_statement_shows_how_far_its_payment_has_come() -> None:
    statement = year_of("100000", ["60000", "65000"])[-1]
    world = paying("3125.00")
    seen = [life_of(statement, world.of(), None)]
    batch = world.prepared()
    seen.append(life_of(statement, world.of(), world.batch(batch.batch_id)))
    approve(world)
    seen.append(life_of(statement, world.of(), world.batch(batch.batch_id)))
    world.release.daily(DUE)
    seen.append(life_of(statement, world.of(), world.batch(batch.batch_id)))
    assert seen == [Life.FINAL, Life.PREPARED, Life.APPROVED, Life.IN_PAYMENT]
    assert life_of(statement, None, None) is Life.FINAL
