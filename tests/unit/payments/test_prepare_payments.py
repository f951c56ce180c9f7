"""Collecting what is due into batches: R-5.4b (45 days), R-5.4c (payee), R-5.5 (holds), one currency to a batch."""

from datetime import timedelta
from decimal import Decimal

import pytest

from partner_program.domain.payments.bank import BankStatus
from partner_program.domain.payments.batch import BatchStatus
from partner_program.domain.payments.payee import BlockCode
from partner_program.domain.payments.payout import PayoutState
from partner_program.domain.payments.people import NotAllowed
from partner_program.use_cases import prepare_payments
from partner_program.values.errors import InvalidValue, VersionConflict
from partner_program.values.periods import Quarter
from tests.fakes.payment_world import ANNA, BORIS, DORA, DUE, IBAN, OTHER_IBAN, Q2, PaymentWorld, paying
from tests.fakes.records import day, site
from tests.fakes.reports import Killed


@pytest.mark.rule("R-5.4b")
@pytest.mark.parametrize(("days", "batches"), [(-1, 0), (0, 1), (1, 1)])
def test_a_payout_is_collected_from_its_earliest_payment_date_on(days: int, batches: int) -> None:
    world = paying("3125.00")
    assert len(world.prepare(ANNA, DUE + timedelta(days=days)).batches) == batches


def test_a_batch_says_what_is_paid_to_whom_and_waits_for_a_second_person() -> None:
    world = paying("3125.00", "100.50")
    batch = world.prepared()
    assert (batch.batch_id, batch.status, batch.total) == ("20240814-EUR-01", BatchStatus.PREPARED, Decimal("3225.50"))
    assert (batch.prepared_by, batch.approvals_needed) == (ANNA, 1)
    first, second = batch.items
    assert (first.account_id, first.site_id, first.because, first.bank_last_four) == (
        "P1-DE", "S1", "headquarters", IBAN[-4:],
    )  # fmt: skip
    assert (second.account_id, second.amount) == ("P2-DE", Decimal("100.50"))
    assert world.of().state is PayoutState.IN_BATCH


def test_the_same_is_not_collected_twice() -> None:
    world = paying("3125.00")
    world.prepared()
    assert world.prepare(BORIS, DUE) == ((), ())


@pytest.mark.catalogue("F36")
def test_an_index_that_lags_behind_puts_nothing_into_two_batches() -> None:
    world = paying("3125.00")
    world.book.freeze_index()
    world.prepared()
    assert world.prepare(BORIS, DUE).batches == ()


@pytest.mark.rule("R-5.5")
def test_what_is_on_hold_is_left_out_until_the_hold_is_lifted() -> None:
    world = paying("3125.00", "10.00")
    world.payouts.hold("P1-DE", Q2, by=DORA, on=DUE, reason="audit of the distributor")
    assert [item.account_id for item in world.prepared().items] == ["P2-DE"]
    world.payouts.lift_hold("P1-DE", Q2, by=DORA, on=DUE, reason="cleared")
    assert [item.account_id for item in world.prepared().items] == ["P1-DE"]


@pytest.mark.rule("R-5.4c")
def test_without_a_valid_payee_the_payment_waits_and_the_others_go_on() -> None:
    world = paying("3125.00", "10.00")
    world.bank_details("S1", OTHER_IBAN, number=2, status=BankStatus.PROPOSED)
    preparation = world.prepare(ANNA, DUE)
    (waiting,) = preparation.waiting
    assert (waiting.account_id, waiting.amount, waiting.code) == (
        "P1-DE", Decimal("3125.00"), BlockCode.BANK_DETAILS_UNCONFIRMED,
    )  # fmt: skip
    assert [item.account_id for item in preparation.batches[0].items] == ["P2-DE"]
    assert world.prepare.waiting(DUE) == (waiting,)


@pytest.mark.rule("R-5.4c")
def test_without_an_account_to_pay_from_everything_waits() -> None:
    world = paying("3125.00")
    world.bank_details("payer.EUR", OTHER_IBAN, number=2, usable_from=DUE + timedelta(days=1))
    preparation = world.prepare(ANNA, DUE)
    assert preparation.batches == ()
    assert [one.code for one in preparation.waiting] == [BlockCode.NO_PAYER_ACCOUNT]
    assert len(world.prepare(ANNA, DUE + timedelta(days=1)).batches) == 1


@pytest.mark.rule("R-5.4c")
@pytest.mark.parametrize(("on", "site_id"), [("2024-08-14", "S1"), ("2024-08-15", "S1b")])
def test_a_site_named_in_writing_is_paid_from_the_day_the_letter_came(on: str, site_id: str) -> None:
    world = paying("3125.00")
    world.accounts.add(site("S1b").model_copy(update={"headquarters": False}))
    world.bank_details("S1b", IBAN)
    world.name("P1-DE", "S1b", received="2024-08-15")
    assert world.prepared(day(on)).items[0].site_id == site_id


@pytest.mark.catalogue("B77")
@pytest.mark.parametrize(("amount", "approvals"), [("99999.99", 1), ("100000.00", 1), ("100000.01", 2)])
def test_a_payment_above_the_limit_needs_two_approvals(amount: str, approvals: int) -> None:
    assert paying("1.00", amount).prepared().approvals_needed == approvals


def test_only_finance_prepares() -> None:
    world = paying("3125.00")
    with pytest.raises(NotAllowed):
        world.prepare(DORA, DUE)
    assert world.of().state is PayoutState.OPEN


def test_more_payouts_than_a_batch_holds_make_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare_payments, "MOST_ITEMS", 2)
    world = paying("1.00", "2.00", "3.00", "4.00", "5.00")
    batches = world.prepare(ANNA, DUE).batches
    assert [(batch.batch_id, len(batch.items)) for batch in batches] == [
        ("20240814-EUR-01", 2), ("20240814-EUR-02", 2), ("20240814-EUR-03", 1),
    ]  # fmt: skip


def test_other_currencies_make_batches_of_their_own() -> None:
    world = paying("3125.00")
    assert world.prepare(ANNA, DUE, "USD").batches == ()
    assert len(world.prepare(ANNA, DUE, "EUR").batches) == 1


@pytest.mark.catalogue("F09")
@pytest.mark.parametrize("before", [True, False])
def test_a_preparation_that_breaks_off_has_written_batch_and_payouts_or_nothing(before: bool) -> None:  # a case
    world = paying("3125.00", "10.00")
    world.writes.break_off(1, before=before)
    with pytest.raises(Killed):
        world.prepare(ANNA, DUE)
    made = [] if before else ["20240814-EUR-01"]
    assert list(world.book.batches(BatchStatus.PREPARED)) == made
    assert {world.of(one).state for one in ("P1-DE", "P2-DE")} == {PayoutState.OPEN if before else PayoutState.IN_BATCH}
    assert len(world.prepare(BORIS, DUE).batches) == int(before)


def test_what_is_held_while_it_is_collected_is_left_out() -> None:
    world = paying("3125.00", "10.00")

    def hold() -> None:
        world.payouts.hold("P2-DE", Q2, by=DORA, on=DUE, reason="stop")

    world.writes.rival = hold
    assert [item.account_id for item in world.prepared().items] == ["P1-DE"]
    assert world.of("P2-DE").state is PayoutState.ON_HOLD


def test_two_who_prepare_at_once_never_share_a_payout() -> None:
    world = paying("3125.00", "10.00")
    rivals: list[object] = []

    def rival() -> None:
        rivals.append(world.prepare(BORIS, DUE))

    world.writes.rival = rival
    world.prepare(ANNA, DUE)
    paid = [item.account_id for one in world.book.batches(BatchStatus.PREPARED) for item in world.batch(one).items]
    assert sorted(paid) == ["P1-DE", "P2-DE"]
    assert [world.batch(one).prepared_by for one in world.book.batches(BatchStatus.PREPARED)] == [BORIS]


def test_where_others_keep_taking_what_is_to_be_paid_the_preparer_is_told() -> None:
    world = paying("3125.00")

    def hold_and_lift() -> None:
        world.payouts.hold("P1-DE", Q2, by=DORA, on=DUE, reason="stop")
        world.payouts.lift_hold("P1-DE", Q2, by=DORA, on=DUE, reason="go")
        world.writes.rival = hold_and_lift

    world.writes.rival = hold_and_lift
    with pytest.raises(VersionConflict, match="prepare again"):
        world.prepare(ANNA, DUE)


@pytest.mark.parametrize("currency", ["eur", "XXX", "", " EUR"])
def test_a_currency_that_the_program_never_had_is_refused(currency: str) -> None:
    with pytest.raises(InvalidValue, match="has no accounts in"):
        paying("3125.00").prepare(ANNA, DUE, currency)


@pytest.mark.catalogue("F57")
@pytest.mark.parametrize("field", ["amount", "currency", "payable_from"])
def test_what_its_final_statement_does_not_say_is_not_paid(field: str) -> None:
    world = paying("3125.00")
    other = {"amount": Decimal("3125.01"), "currency": "USD", "payable_from": DUE - timedelta(days=1)}[field]
    changed = world.of().model_copy(update={field: other, "version": 2})
    assert world.book.put_payout(changed)
    world.bank_details("payer.USD", OTHER_IBAN)
    (waiting,) = world.prepare(ANNA, DUE).waiting
    assert waiting.code is BlockCode.NOT_AS_STATED


@pytest.mark.catalogue("F57")
def test_a_payout_without_a_final_statement_is_not_paid() -> None:
    world = paying("3125.00")
    period = Quarter(2023, 4)
    world.payout("P1-DE", "99999.00", period=period)
    world.accounts._statements.clear()  # as if nobody had ever made them
    assert {one.code for one in world.prepare(ANNA, DUE).waiting} == {BlockCode.NOT_AS_STATED}


@pytest.mark.catalogue("F40")
def test_an_attempt_that_the_ledger_knows_is_not_initiated_again_after_a_restore() -> None:
    world = paying("3125.00")
    before = world.of()
    world.approved()
    world.release.daily(DUE)
    world.book.items["payout", "P1-DE", "2024Q2"] = before
    (waiting,) = world.prepare(ANNA, DUE).waiting
    assert waiting.code is BlockCode.ALREADY_INITIATED
    assert "20240814-EUR-01" in waiting.text


def test_a_payout_that_the_bank_has_refused_is_collected_with_other_bank_details_only() -> None:
    world = PaymentWorld()
    world.partners(1)
    world.payout()
    refused = world.of().model_copy(
        update={"state": PayoutState.REJECTED, "attempt": 2, "refused_bank": "S1#1", "version": 2}
    )
    assert world.book.put_payout(refused)
    world.refused_before()
    (waiting,) = world.prepare(ANNA, DUE).waiting
    assert waiting.code is BlockCode.REFUSED_BY_BANK
    world.bank_details("S1", OTHER_IBAN, number=2)
    (item,) = world.prepared().items
    assert (item.bank, item.attempt) == ("S1#2", 2)
