"""The audit log holds, speaks of everything that was done, and every statement can be computed again."""

from decimal import Decimal

import pytest

from partner_program.domain.payments.audit import AuditDraft, AuditEntry, breaks, entered
from partner_program.domain.payments.batch import BatchStatus
from partner_program.domain.payments.people import Action
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.close_quarter import Phase
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.use_cases.verify_audit import Verification, VerifyAudit
from partner_program.values.periods import Quarter
from tests.fakes.accounts import FixedClock
from tests.fakes.payment_world import ANNA, BORIS, DORA, DUE, PaymentWorld
from tests.fakes.records import P1_DE, accepted, day, kept_tier, opening, partner, placed, sales
from tests.fakes.reports import Killed

SOME = AuditDraft(act_id="hold#1", action=Action.HOLD, by=ANNA, on=DUE, subject="P1-DE 2024Q2")


def verify(world: PaymentWorld) -> Verification:
    return VerifyAudit(world.book, world.banks, world.accounts, world.book_of_rules)(DUE)


def chain(length: int) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for number in range(1, length + 1):
        draft = SOME.model_copy(update={"act_id": f"hold#{number}"})
        entries.append(entered(draft, entries[-1] if entries else None, "2024-08-14T05:15:00Z"))
    return entries


def test_a_chain_that_nobody_touched_holds() -> None:
    assert list(breaks(chain(4))) == []
    assert list(breaks([])) == []


@pytest.mark.parametrize("place", [0, 1, 3])
@pytest.mark.parametrize("field", ["at", "act", "previous", "digest", "number"])
def test_whatever_is_changed_in_an_entry_is_seen(field: str, place: int) -> None:
    entries = chain(4)
    other: object = {
        "at": "2024-08-15T05:15:00Z",
        "act": SOME.model_copy(update={"subject": "P9-DE 2024Q2"}),
        "previous": "1" * 64,
        "digest": "2" * 64,
        "number": 9,
    }[field]
    entries[place] = entries[place].model_copy(update={field: other})
    assert list(breaks(entries))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_entry_taken_out_is_seen(place: int) -> None:
    entries = chain(4)
    del entries[place]
    assert any("missing" in text for text in breaks(entries))


def test_entries_that_changed_places_are_seen() -> None:
    first, second, third = chain(3)
    assert list(breaks([first, third, second]))


def closed_year() -> PaymentWorld:
    """P1-DE, Premier, with the four quarters of 2024 closed: 2.5 % after the second, 4 % in the end."""
    world = PaymentWorld()
    world.partners(1)
    world.accounts.add(partner(trading_since="2020-01-01"), accepted(), placed("premier"))
    world.accounts.add(*kept_tier("premier"), opening(2022, "50000"), sales("2023-12", "100000"))
    AssessAccount(world.accounts, world.book_of_rules, FixedClock("2024-01-01"))(P1_DE)
    make = MakeStatement(world.accounts, world.book_of_rules, world.book)
    for number, amount in enumerate(("60000", "65000", "30000", "30000"), start=1):
        quarter = Quarter(2024, number)
        closes = quarter.closes_on(30)
        world.accounts.add(sales(f"2024-{3 * number:02d}", amount, known=str(quarter.last_day)))
        task = {"account_id": P1_DE, "quarter": str(quarter), "phase": Phase.CLOSE.value, "on": str(closes)}
        assert make(task) is not None
    return world


def through_the_bank() -> PaymentWorld:
    """Three quarters paid, one of them on hold before, one batch withdrawn."""
    world = closed_year()
    first = world.prepared(day("2025-02-14"))
    world.batches.withdraw(first.batch_id, by=BORIS, on=day("2025-02-14"), reason="wrong day")
    world.payouts.hold(P1_DE, Quarter(2024, 3), by=DORA, on=day("2025-02-14"), reason="disputed")
    world.payouts.lift_hold(P1_DE, Quarter(2024, 3), by=DORA, on=day("2025-02-14"), reason="cleared")
    world.approved(day("2025-02-14"))
    world.release.daily(day("2025-02-14"))
    return world


def test_a_whole_year_with_payments_verifies() -> None:
    world = through_the_bank()
    world.banks.items = {key: one for key, one in world.banks.items.items() if key[0] != "nowhere"}
    found = verify(world)
    about_banks = [finding for finding in found.findings if "bank_details" in finding.what]
    assert [finding for finding in found.findings if finding not in about_banks] == []
    assert (found.statements, found.entries) == (4, len(world.book.entries))
    assert found.acts > 7
    assert {finding.where for finding in about_banks} == {"S1#1", "payer.EUR#1"}, "put there behind the log's back"


def findings(world: PaymentWorld) -> str:
    return "\n".join(f"{where}: {what}" for where, what in verify(world).findings if "bank_details" not in what)


def test_a_log_whose_end_was_cut_off_is_seen() -> None:
    world = through_the_bank()
    cut = world.book.entries.pop()
    assert cut.act.action is Action.RELEASE
    assert f"{cut.act.act_id} has no entry in the audit log" in findings(world)


def test_a_log_that_was_cut_off_and_has_grown_anew_is_seen_by_the_marks_of_its_acts() -> None:
    world = through_the_bank()
    marked = len(world.book.entries)
    cut, again = (world.book.entries.pop() for _ in range(2))
    world.book.commit(SOME, [])
    world.book.commit(again.act.model_copy(update={"act_id": "another"}), [])
    assert list(breaks(world.book.entries)) == []
    told = findings(world)
    assert f"audit log: {cut.act.act_id} was entered as number {marked} and is no longer there" in told
    assert f"audit log: {again.act.act_id} was entered as number {marked - 1} and is no longer there" in told
    assert SOME.act_id not in told


def test_an_act_that_has_another_number_than_its_mark_is_seen() -> None:
    world = through_the_bank()
    world.book.marked[world.book.entries[0].act.act_id] = 2
    assert "was entered as number 2 and is no longer there" in findings(world)


def test_an_act_behind_the_back_of_the_log_is_seen() -> None:
    world = through_the_bank()
    world.payout("P1-DE", "1.00", period=Quarter(2023, 4))
    world.payouts.cancel("P1-DE", Quarter(2023, 4), by=ANNA, on=DUE, reason="test")
    world.book.entries.pop()
    assert "P1-DE 2023Q4: cancel#P1-DE#2023Q4#2#Anna Berg has no entry" in findings(world)


def test_a_batch_whose_amounts_were_changed_is_seen() -> None:
    world = through_the_bank()
    (batch_id,) = world.book.batches(BatchStatus.RELEASED)
    batch = world.batch(batch_id)
    richer = batch.items[0].model_copy(update={"amount": Decimal("999999.00")})
    world.book.items["batch", batch_id] = batch.model_copy(update={"items": (richer, *batch.items[1:])})
    told = findings(world)
    assert f"{batch_id}: its payees or amounts are not those of its digest" in told
    assert "the file pays 999999.00, the ledger says 3125.00" in told


def test_who_has_prepared_and_approved_is_seen_even_if_it_was_written_past_the_rules() -> None:
    world = through_the_bank()
    (batch_id,) = world.book.batches(BatchStatus.RELEASED)
    world.book.items["batch", batch_id] = world.batch(batch_id).model_copy(update={"prepared_by": BORIS})
    assert f"{batch_id}: Boris Lind has prepared and approved it" in findings(world)


@pytest.mark.rule("R-5.4d")
def test_a_statement_that_says_other_numbers_than_its_facts_is_seen() -> None:
    world = through_the_bank()
    statements = world.accounts.statements(P1_DE)
    q3 = next(one for one in statements if one.quarter == 3)
    world.accounts._statements = {  # what nobody may do
        key: one.model_copy(update={"earned": Decimal("9999.00")}) if one == q3 else one
        for key, one in world.accounts._statements.items()
    }
    assert f"P1-DE 2024Q3: earned is 9999.00, computed again it is {q3.earned}" in findings(world)


@pytest.mark.rule("R-5.4d")
def test_lines_that_came_after_its_close_do_not_make_a_statement_wrong() -> None:
    world = through_the_bank()
    world.accounts.add(sales("2024-03", "500000", known="2025-03-01", report="LATE"))
    assert findings(world) == ""


def test_a_payout_of_another_amount_than_its_statement_is_seen_and_one_that_is_missing() -> None:
    world = closed_year()
    payout = world.of(period=Quarter(2024, 2))
    world.book.items["payout", "P1-DE", "2024Q2"] = payout.model_copy(update={"amount": Decimal("3125.01")})
    del world.book.items["payout", "P1-DE", "2024Q4"]
    told = findings(world)
    assert "P1-DE 2024Q2: it pays 3125.00 EUR, its payout says 3125.01" in told
    assert "P1-DE 2024Q4: it pays" in told
    assert "has no payout" in told


def test_an_interrupted_release_verifies_before_and_after_its_repeat() -> None:
    world = closed_year()
    world.approved(day("2025-02-14"))
    world.writes.break_off(3)
    with pytest.raises(Killed):
        world.release.daily(day("2025-02-14"))
    assert findings(world) == ""
    world.release.daily(day("2025-02-15"))
    assert findings(world) == ""
