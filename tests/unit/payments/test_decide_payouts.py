"""Hold, lift, cancel and retry: who, why, and what it does to the payout (R-5.5)."""

from collections.abc import Callable
from typing import cast

import pytest

from partner_program.domain.payments.ledger import LedgerKind
from partner_program.domain.payments.payout import STEPS, Payout, PayoutState, WrongState, event, payout_of
from partner_program.domain.payments.people import Actor, NotAllowed, Role
from partner_program.values.errors import InvalidValue, NotFound, VersionConflict
from partner_program.values.periods import Quarter
from tests.fakes.payment_world import ANNA, BORIS, DORA, DUE, Q2, PaymentWorld, paying
from tests.fakes.statements import year_of

pytestmark = pytest.mark.rule("R-5.5")


def act(world: PaymentWorld, name: str, by: Actor = ANNA, reason: str = "disputed", account: str = "P1-DE") -> Payout:
    method = cast("Callable[..., Payout]", getattr(world.payouts, name))
    return method(account, Q2, by=by, on=DUE, reason=reason)


def in_state(state: PayoutState) -> PaymentWorld:
    """P1-DE's payout by the shortest way there; what the bank says is written as its file would."""
    world = paying("3125.00")
    if state is PayoutState.ON_HOLD:
        act(world, "hold")
    elif state is PayoutState.CANCELLED:
        act(world, "cancel")
    elif state is PayoutState.IN_BATCH:
        world.prepared()
    elif state is not PayoutState.OPEN:
        world.approved()
        world.release.daily(DUE)
        for step in {PayoutState.RETURNED: (PayoutState.PAID, state)}.get(state, (state,)):
            if step is not PayoutState.IN_PAYMENT:
                payout = world.of()
                assert world.book.put_payout(payout.moved(step, event(DUE, step, BORIS, batch_id=payout.batch_id)))
    assert world.of().state is state
    return world


POSSIBLE = {
    "hold": {PayoutState.OPEN, PayoutState.IN_BATCH, PayoutState.REJECTED, PayoutState.RETURNED},
    "lift_hold": {PayoutState.ON_HOLD},
    "cancel": {PayoutState.OPEN, PayoutState.IN_BATCH, PayoutState.ON_HOLD, PayoutState.REJECTED, PayoutState.RETURNED},
    "retry": {PayoutState.REJECTED, PayoutState.RETURNED},
}
LEADS_TO = {
    "hold": PayoutState.ON_HOLD,
    "lift_hold": PayoutState.OPEN,
    "cancel": PayoutState.CANCELLED,
    "retry": PayoutState.OPEN,
}


@pytest.mark.parametrize("state", PayoutState)
@pytest.mark.parametrize("name", POSSIBLE)
def test_each_act_is_possible_in_these_states_and_no_other(name: str, state: PayoutState) -> None:
    world = in_state(state)
    before, entries = world.of(), len(world.book.entries)
    if state in POSSIBLE[name]:
        after = act(world, name)
        assert (after.state, after.batch_id) == (LEADS_TO[name], None)
        assert world.of() == after
        assert len(world.book.entries) == entries + 1
    elif state is LEADS_TO[name] and before.events and before.events[-1].by == ANNA:
        assert act(world, name) == before, "the same act once more"
        assert len(world.book.entries) == entries
    else:
        with pytest.raises(WrongState):
            act(world, name)
        assert (world.of(), len(world.book.entries)) == (before, entries)


def test_a_held_payout_stays_payable_and_a_cancelled_one_never_is() -> None:
    world = paying("3125.00", "10.00")
    act(world, "hold")
    act(world, "cancel", account="P2-DE")
    assert world.prepare(ANNA, DUE) == ((), ())
    act(world, "lift_hold", reason="cleared")
    assert [item.account_id for item in world.prepared().items] == ["P1-DE"]
    assert [(entry.kind, str(entry.amount)) for entry in world.book.ledger("P2-DE")] == [
        (LedgerKind.CANCELLED, "10.00")
    ]


def test_a_hold_on_what_the_bank_has_refused_leaves_it_refused() -> None:
    world = in_state(PayoutState.REJECTED)
    refused = world.of().model_copy(update={"refused_bank": "S1#1", "attempt": 2, "version": world.of().version + 1})
    assert world.book.put_payout(refused)
    world.refused_before()
    act(world, "hold")
    assert act(world, "lift_hold", reason="cleared").state is PayoutState.REJECTED
    assert len(world.prepare(ANNA, DUE).waiting) == 1
    act(world, "retry", reason="the bank's mistake")
    assert world.prepared().items[0].attempt == 2


def test_the_reason_and_the_person_are_on_record() -> None:
    world = paying("3125.00")
    act(world, "hold", DORA, "invoice 4711 disputed")
    entry = world.book.entries[-1]
    assert (entry.act.by, entry.act.subject) == (DORA, "P1-DE 2024Q2")
    assert entry.act.details == {
        "amount": "3125.00 EUR", "before": "open", "after": "on_hold", "reason": "invoice 4711 disputed",
    }  # fmt: skip
    assert world.of().events[-1].reason == "invoice 4711 disputed"


@pytest.mark.parametrize("reason", ["", " ", "\t"])
def test_no_act_without_a_reason(reason: str) -> None:
    world = paying("3125.00")
    with pytest.raises(InvalidValue, match="needs a reason"):
        act(world, "hold", reason=reason)


@pytest.mark.catalogue("B52")
@pytest.mark.parametrize("name", ["hold", "cancel"])
def test_an_account_number_in_a_reason_is_masked_everywhere(name: str) -> None:
    world = paying("3125.00")
    act(world, name, reason="pay to DE89370400440532013000 instead")
    act(world, name, reason="pay to DE89370400440532013000 instead")
    kept = [*world.book.items.values(), *world.book.entries]
    assert not [item for item in kept if "370400440532" in item.model_dump_json()]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PARTNER, Role.SYSTEM])
@pytest.mark.parametrize("name", POSSIBLE)
def test_nobody_without_the_role_touches_a_payout(name: str, role: Role) -> None:
    with pytest.raises(NotAllowed):
        act(paying("3125.00"), name, Actor(person="Somebody", role=role))


@pytest.mark.parametrize("name", ["cancel", "retry"])
def test_a_channel_manager_holds_but_neither_cancels_nor_retries(name: str) -> None:
    act(paying("3125.00"), "hold", DORA)
    with pytest.raises(NotAllowed):
        act(paying("3125.00"), name, DORA)


def test_what_pays_nothing_has_nothing_to_hold() -> None:
    with pytest.raises(NotFound, match="P1-DE 2024Q3 has no payout"):
        paying("3125.00").payouts.hold("P1-DE", Quarter(2024, 3), by=ANNA, on=DUE, reason="x")


@pytest.mark.catalogue("F58")
def test_of_two_acts_at_once_the_slower_is_told() -> None:
    world = paying("3125.00")
    world.writes.rival = lambda: act(world, "cancel")
    with pytest.raises(VersionConflict):
        act(world, "hold", DORA)
    assert world.of().state is PayoutState.CANCELLED


def test_two_persons_who_hold_at_once_are_not_one_act() -> None:
    world = paying("3125.00")
    world.writes.rival = lambda: act(world, "hold", BORIS)
    with pytest.raises(VersionConflict):
        act(world, "hold", DORA)
    assert world.of().events[-1].by == BORIS


@pytest.mark.catalogue("B77")
@pytest.mark.rule("R-5.4e")
def test_a_statement_that_pays_nothing_starts_no_payout() -> None:
    q1, q2 = year_of("100000", ["60000", "65000"])
    assert payout_of(q1) is None
    started = payout_of(q2)
    assert started is not None
    assert (started.name, str(started.amount), started.state) == ("P1-DE 2024Q2", "3125.00", PayoutState.OPEN)
    assert payout_of(q2.model_copy(update={"status": "preliminary"})) is None


def test_no_step_leads_out_of_cancelled_and_none_back_from_paid_but_a_return() -> None:
    assert STEPS[PayoutState.CANCELLED] == frozenset()
    assert STEPS[PayoutState.PAID] == {PayoutState.RETURNED}
    assert set(STEPS) == set(PayoutState)


def test_every_attempt_has_a_reference_of_its_own_that_a_bank_takes() -> None:
    payout = paying("3125.00").of()
    again = payout.model_copy(update={"attempt": 2})
    longest = payout.model_copy(update={"account_id": f"{'x' * 64}-DE"})
    names = {one.end_to_end_id for one in (payout, again, longest)}
    assert len(names) == 3
    assert all(len(name) <= 35 and name.replace("-", "").isalnum() for name in names)
    assert payout.end_to_end_id == payout.model_copy(update={"version": 9}).end_to_end_id
