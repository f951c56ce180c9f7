"""A batch against the payouts it pays, the bank details it pays to and the letters it rests on: each says why."""

from decimal import Decimal
from typing import Any

import pytest

from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.payout import PayoutState
from tests.fakes.audited import PAID_AGAIN_ON, Q2, Q3, AuditedWorld, closed_year, findings, put, take, whole_life
from tests.fakes.payment_world import ANNA, BORIS, CARLA, DORA
from tests.fakes.records import P1_DE


def by_letter(world: AuditedWorld) -> Batch:
    """The batch that pays the third quarter to the site that the letter names."""
    return next(
        batch
        for batch_id in world.book.batches(BatchStatus.RELEASED)
        for batch in [world.batch(batch_id)]
        if [item.site_id for item in batch.items] == ["S1b"]
    )


@pytest.mark.catalogue("F57")
@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"amount": Decimal("999999.00")}, "it pays 999999.00 EUR, the payout is 1525.00 EUR"),
        ({"end_to_end_id": "2024Q3-ANOTHER"}, "its end-to-end id is not that of the payout and its attempt"),
        ({"attempt": 3}, "the payout was never in this batch"),
        ({"attempt": 3}, "the payout was never in payment through this batch"),
        ({"bank": "S1b#9"}, "the bank details S1b#9 do not exist"),
        ({"bank_seal": "0" * 64}, "the bank details S1b#1 are sealed otherwise than the batch says"),
        ({"bank": "S1#1"}, "the payee is S1b, the bank details are S1#1"),
        ({"holder": "Other"}, "holder or last characters are not those of S1b#1"),
        ({"bank_last_four": "0000"}, "holder or last characters are not those of S1b#1"),
        ({"named_by": None}, "S1b is paid because of letter 7, and nobody has recorded it"),
        ({"named_by": CARLA}, "Carla Ruiz has recorded no letter letter 7 that names S1b"),
        ({"because": "letter 8"}, "Dora Klein has recorded no letter letter 8 that names S1b"),
        ({"site_id": "S1"}, "Dora Klein has recorded no letter letter 7 that names S1"),
    ],
)
def test_a_payment_that_is_not_what_it_rests_on_is_seen(change: dict[str, Any], text: str) -> None:
    world = whole_life()
    batch = by_letter(world)
    assert [item.named_by for item in batch.items] == [DORA]
    (item,) = batch.items
    put(world, batch.model_copy(update={"items": (item.model_copy(update=change),)}))
    told = findings(world)
    assert f"{batch.batch_id}: P1-DE 2024Q3: {text}" in told.splitlines()
    assert f"{batch.batch_id}: its payees or amounts are not those of its digest" in told


def test_a_batch_that_was_approved_with_another_digest_is_seen() -> None:
    world = whole_life()
    batch = by_letter(world)
    given = batch.approvals[0].model_copy(update={"digest": "0" * 64})
    put(world, batch.model_copy(update={"approvals": (given,)}))
    assert f"{batch.batch_id}: it was approved with other payees or amounts" in findings(world)


def test_a_batch_that_pays_a_payout_that_is_gone_is_seen() -> None:
    world = whole_life()
    batch = by_letter(world)
    take(world, world.of(P1_DE, Q3))
    told = findings(world)
    assert f"{batch.batch_id}: P1-DE 2024Q3 has no payout" in told
    assert "P1-DE 2024Q3: the ledger says initiated of 1525.00 EUR, and there is no payout" in told


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"payer_bank": "payer.EUR#2"}, "it is paid from: the bank details payer.EUR#2 do not exist"),
        ({"payer_seal": "0" * 64}, "it is paid from: the bank details payer.EUR#1 are sealed otherwise"),
        ({"version": 9}, "version is 9, by its approvals and its status it is 4"),
    ],
)
def test_a_batch_that_was_changed_as_a_whole_is_seen(change: dict[str, Any], text: str) -> None:
    world = whole_life()
    batch = by_letter(world)
    put(world, batch.model_copy(update=change))
    assert f"{batch.batch_id}: {text}" in findings(world)


@pytest.mark.parametrize("change", [{"by": BORIS}, {"on": PAID_AGAIN_ON}])
@pytest.mark.parametrize("place", [0, 1], ids=["prepared", "given back"])
def test_a_step_that_its_batch_knows_otherwise_is_seen(place: int, change: dict[str, Any]) -> None:
    world = whole_life()
    payout = world.of(P1_DE, Q2)
    step = payout.events[place]
    assert step.by in (ANNA, BORIS)
    other = step.model_copy(update={"by": CARLA} if step.by == BORIS and "by" in change else change)
    put(world, payout.model_copy(update={"events": (*payout.events[:place], other, *payout.events[place + 1 :])}))
    text = (
        f"P1-DE 2024Q2: step {place + 2}, {step.state} on {other.on} by {other.by.person}, is none of {step.batch_id}"
    )
    assert text in findings(world)


def test_a_step_in_payment_that_its_batch_knows_otherwise_is_seen() -> None:
    world = whole_life()
    payout = world.of(P1_DE, Q2)
    place = [step.state for step in payout.events].index(PayoutState.IN_PAYMENT)
    other = payout.events[place].model_copy(update={"by": CARLA})
    put(world, payout.model_copy(update={"events": (*payout.events[:place], other, *payout.events[place + 1 :])}))
    assert f"step {place + 2}, in_payment on 2025-02-14 by Carla Ruiz, is none of" in findings(world)


def test_a_bank_answer_to_a_batch_that_was_not_released_is_seen() -> None:
    world = whole_life()
    batch_id = world.of(P1_DE, Q2).batch_id or ""
    half = {"status": BatchStatus.RELEASING, "released_on": None, "version": world.batch(batch_id).version - 1}
    put(world, world.batch(batch_id).model_copy(update=half))
    assert f"paid on 2025-02-14 by Boris Lind, is none of {batch_id}" in findings(world)


def test_a_payout_whose_batch_is_gone_is_seen() -> None:
    world = closed_year()
    batch = world.prepared(PAID_AGAIN_ON)
    take(world, batch)
    told = findings(world)
    assert f"P1-DE 2024Q2: its batch {batch.batch_id} does not exist" in told
    assert f"P1-DE 2024Q2: step 2 names {batch.batch_id}, which does not exist" in told


def test_a_payout_that_waits_for_a_batch_already_under_way_is_seen() -> None:
    world = closed_year()
    batch = world.approved(PAID_AGAIN_ON)
    begun = {"status": BatchStatus.RELEASING, "version": 3, "released_by": BORIS, "initiated_on": PAID_AGAIN_ON}
    put(world, batch.model_copy(update=begun))
    assert f"P1-DE 2024Q2: it is in batch, its batch {batch.batch_id} is releasing" in findings(world)


def test_a_step_of_a_payout_that_is_no_act_of_anybody_is_seen() -> None:
    world = whole_life()
    payout = world.of(P1_DE, Q3)
    place = [step.state for step in payout.events].index(PayoutState.ON_HOLD)
    other = payout.events[place].model_copy(update={"action": None})
    put(world, payout.model_copy(update={"events": (*payout.events[:place], other, *payout.events[place + 1 :])}))
    assert f"step {place + 2}, which is no act, has no entry in the audit log" in findings(world)


def test_bank_details_that_were_decided_on_more_often_than_once_are_seen() -> None:
    world = whole_life()
    put(world, world.banks.items["S1", 1].model_copy(update={"version": 3}))
    assert findings(world) == "S1#1: version is 3, one that is confirmed has 2"
