"""The verification and the daily note on the real template's resources: all acts by the functions and the desk."""

import json

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.anchor_log import read_anchor
from partner_program.use_cases.release_payments import ReleasePayments
from partner_program.use_cases.verify_audit import Verification, VerifyAudit
from partner_program.values.periods import Quarter
from tests.deployed.desk import ANNA, Desk
from tests.deployed.paying import PAYABLE_FROM, PERIOD, make_payable
from tests.deployed.program import ACCOUNT_ID
from tests.deployed.world import World, trigger

QUARTER = Quarter.parse(PERIOD)
KEY = f"audit/{PAYABLE_FROM}.json"


def verified(desk: Desk, *anchors: tuple[int, str]) -> Verification:
    accounts = DynamoAccountStore(desk.world.program)
    return VerifyAudit(desk.book, desk.banks, accounts, load_rulebook())(anchors)


def run(desk: Desk) -> None:
    desk.world.call("payment_run", trigger("payment_run", "daily"))


def noted(desk: Desk) -> tuple[int, str]:
    return read_anchor(json.dumps(desk.world.result(KEY)).encode())


@pytest.mark.rule("R-5.4c", "R-5.4d")
def test_a_program_that_paid_verifies_and_its_log_is_noted_on_the_day_of_the_run(world: World) -> None:
    desk = make_payable(world)
    desk.approve(desk.prepare())
    run(desk)
    found = verified(desk, noted(desk))
    assert found.findings == ()
    assert (found.entries, found.statements) == (8, 1)
    assert noted(desk) == (found.head_number, found.head_digest)


@pytest.mark.catalogue("F45")
def test_a_second_run_of_a_day_leaves_its_note(world: World) -> None:
    desk = make_payable(world)
    run(desk)
    before = noted(desk)
    desk.payouts.hold(ACCOUNT_ID, QUARTER, by=ANNA, on=desk.today, reason="disputed")
    run(desk)
    assert noted(desk) == before
    assert verified(desk, before).findings == ()


def test_a_run_that_is_stuck_has_noted_the_log_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = make_payable(world)
    desk.approve(desk.prepare())

    def away(*_: object, **__: object) -> None:
        raise ValueError("away")

    with monkeypatch.context() as patch:
        patch.setattr(ReleasePayments, "release", away)
        with pytest.raises(Exception, match="20240515"):
            run(desk)
    assert noted(desk)[0] == 6


def test_an_item_that_was_changed_in_the_table_is_found(world: World) -> None:
    desk = make_payable(world)
    payout = desk.book.payout(ACCOUNT_ID, QUARTER)
    assert payout is not None
    item = world.payments.get(f"PAYOUT#{ACCOUNT_ID}", str(QUARTER))
    assert item is not None
    richer = payout.model_copy(update={"amount": payout.amount * 2})
    world.payments.put(item | {"body": richer.model_dump_json()})
    (found,) = verified(desk).findings
    assert found.where == f"{ACCOUNT_ID} {QUARTER}"
    assert found.what.startswith("amount is ")
