"""The audit log holds and speaks of everything that was done, and everything that it speaks of is there."""

from collections.abc import Callable

import pytest

from partner_program.domain.payments.audit import AuditDraft, breaks, entered
from partner_program.domain.payments.bank import payer_site
from partner_program.domain.payments.bank_status import Answer
from partner_program.domain.payments.batch import BatchStatus
from partner_program.domain.payments.payout import PayoutState
from partner_program.domain.payments.people import Action
from partner_program.use_cases.name_payee import NamePayee
from partner_program.use_cases.verify_audit import VerifyAudit
from tests.fakes.audited import (
    PAID_AGAIN_ON,
    PAID_ON,
    Q2,
    Q3,
    bank_says,
    closed_year,
    findings,
    put,
    restate,
    through_the_bank,
    verify,
    whole_life,
    written_anew,
)
from tests.fakes.audited import meanwhile as once_while_it_reads
from tests.fakes.payment_world import ANNA, BORIS, CARLA, DORA, DUE, IBAN, OTHER_IBAN, PaymentWorld
from tests.fakes.records import P1_DE, partner, site
from tests.fakes.reports import Killed
from tests.oracle.rebates_comparison import play
from tests.oracle.rebates_programs import program

SOME = AuditDraft(act_id="hold#1", action=Action.HOLD, by=ANNA, on=DUE, subject="P1-DE 2024Q2")


# -- nothing is found where nobody tampered


def test_a_whole_year_with_every_act_verifies() -> None:
    world = whole_life()
    found = verify(world)
    assert found.findings == ()
    assert {entry.act.action for entry in world.book.entries} == set(Action)
    assert (found.statements, found.before_log) == (4, 0)
    assert found.entries == found.acts == len(world.book.entries)
    head = world.book.entries[-1]
    assert (found.head_number, found.head_digest) == (head.number, head.digest)


def test_a_program_in_which_nobody_has_acted_verifies() -> None:
    world = closed_year()
    world.book.entries, world.book.marked = [], {}
    world.banks.items = {}
    found = verify(world)
    assert (found.findings, found.entries, found.head_number, found.head_digest) == ((), 0, 0, "")


@pytest.mark.catalogue("B52")
def test_reasons_that_are_masked_are_the_same_in_log_and_item() -> None:
    world = closed_year()
    world.payouts.hold(P1_DE, Q3, by=DORA, on=PAID_ON, reason=f"pay to {IBAN} instead")
    batch = world.prepared(PAID_ON)
    world.batches.withdraw(batch.batch_id, by=BORIS, on=PAID_ON, reason=f"pay to {OTHER_IBAN}  instead")
    assert IBAN not in "".join(entry.model_dump_json() for entry in world.book.entries)
    assert findings(world) == ""


@pytest.mark.catalogue("F44")
def test_a_yes_of_the_bank_after_its_no_is_a_hold_like_any_other() -> None:
    world = through_the_bank()
    (batch_id,) = world.book.batches(BatchStatus.RELEASED)
    for answer in (Answer.REJECTED, Answer.PAID):
        bank_says(world, batch_id, Q2, answer)
    assert [step.state for step in world.of(P1_DE, Q2).events][-2:] == [PayoutState.REJECTED, PayoutState.ON_HOLD]
    world.payouts.lift_hold(P1_DE, Q2, by=DORA, on=PAID_ON, reason="a mistake of the bank")
    world.payouts.retry(P1_DE, Q2, by=CARLA, on=PAID_ON, reason="a mistake of the bank")
    world.approved(PAID_AGAIN_ON)
    world.release.daily(PAID_AGAIN_ON)
    assert world.of(P1_DE, Q2).state is PayoutState.IN_PAYMENT
    assert findings(world) == ""


def test_bank_details_and_letters_of_whom_nothing_else_is_known_are_no_findings() -> None:
    """A site without sales, an account in a currency that the program does not know."""
    world = closed_year()
    world.bank_details(payer_site("USD"), OTHER_IBAN)
    world.bank_details("S9", IBAN)
    world.accounts.add(partner("P9"), site("S9", partner_id="P9"), partner_id="P9")
    NamePayee(world.book, world.accounts)("P9-DE", "S9", "letter 1", PAID_ON, DORA, PAID_ON)
    assert "P9-DE" not in world.accounts.all_account_ids()
    found = verify(world)
    assert (found.findings, found.acts) == ((), 9)


@pytest.mark.parametrize("seeds", [range(start, start + 8) for start in range(0, 24, 8)], ids=str)
def test_whatever_life_a_program_has_verifies(seeds: range) -> None:
    """Runs that were killed, holds at any time, refusals and returns of the bank, restatements, lost tier."""
    for seed in seeds:
        played = play(program(seed)).played
        verification = VerifyAudit(played.book, played.banks, played.accounts, played.rulebook)()
        assert (seed, verification.findings) == (seed, ())


@pytest.mark.parametrize("kill", range(1, 9))
def test_an_interrupted_release_verifies_before_and_after_its_repeat(kill: int) -> None:
    world = closed_year()
    world.approved(PAID_ON)
    world.writes.break_off(kill)
    try:
        world.release.daily(PAID_ON)
        assert kill > 7, "initiated, three entries of the ledger, two files, released"
    except Killed:
        world.writes.break_off(0)
    assert findings(world) == ""
    world.release.daily(PAID_AGAIN_ON)
    assert findings(world) == ""


@pytest.mark.parametrize(
    "act",
    [
        lambda world: world.payouts.hold(P1_DE, Q3, by=DORA, on=PAID_ON, reason="disputed"),
        lambda world: world.approved(PAID_ON),
    ],
)
@pytest.mark.parametrize("reads", [1, 2, 3])
def test_what_others_do_while_it_reads_is_no_finding(reads: int, act: Callable[[PaymentWorld], object]) -> None:
    world = closed_year()
    once_while_it_reads(world, reads, lambda: act(world))
    found = verify(world)
    assert found.findings == ()
    assert found.entries == len(world.book.entries) > 4


def test_what_was_tampered_with_is_found_although_others_act_while_it_reads() -> None:
    world = through_the_bank()
    put(world, world.of(P1_DE, Q2).model_copy(update={"country": "FR"}))
    once_while_it_reads(world, 2, lambda: restate(world, "1000", "2025-03-01"))
    assert findings(world) == "P1-DE 2024Q2: country is DE in its final statement, FR in its payout"


# -- the log against marks and notes


def test_a_log_whose_end_was_cut_off_is_seen() -> None:
    world = through_the_bank()
    cut = world.book.entries.pop()
    assert cut.act.action is Action.RELEASE
    told = findings(world)
    assert f"{cut.act.act_id} has no entry in the audit log" in told
    assert f"audit log: {cut.act.act_id} was entered as number {cut.number} and is no longer there" in told


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
    assert "P1-DE 2024Q2: hold#1 (entry 11) shows in nothing that is kept" in told
    assert f"{SOME.act_id} was entered" not in told


def test_an_act_that_has_another_number_than_its_mark_is_seen() -> None:
    world = through_the_bank()
    first = world.book.entries[0].act.act_id
    world.book.marked[first] = 2
    assert findings(world) == (
        f"audit log: {first} was entered as number 2 and is no longer there\n"
        f"audit log: entry 1, {first}, was not entered by the program: no mark"
    )


def test_an_entry_that_was_put_behind_the_others_without_a_mark_is_seen() -> None:
    world = through_the_bank()
    again = world.book.entries[-1].act
    world.book.entries.append(entered(again, world.book.entries[-1], "2025-02-14T05:15:00Z"))
    assert list(breaks(world.book.entries)) == []
    assert f"entry {len(world.book.entries)}, {again.act_id}, was not entered by the program: no mark" in findings(
        world
    )


def test_a_log_written_anew_up_to_a_noted_entry_is_seen_by_the_note() -> None:
    world = through_the_bank()
    heads = [(entry.number, entry.digest) for entry in world.book.entries]
    assert findings(world, *heads) == ""
    acts = [entry.act for entry in world.book.entries]
    approved = next(number for number, act in enumerate(acts) if act.action is Action.APPROVE)
    acts[approved] = acts[approved].model_copy(update={"details": {**acts[approved].details, "more": "text"}})
    written_anew(world, acts)
    assert findings(world) == "", "as many entries, all in order"
    told = findings(world, heads[-1], (99, "0" * 64)).splitlines()
    assert told == [
        f"audit log: entry {heads[-1][0]} is another than noted outside: the log was written anew up to there",
        "audit log: entry 99 was there once, as noted outside, and is no longer there",
    ]


def test_an_act_that_was_taken_out_of_a_log_in_order_is_seen_whatever_act_it_is() -> None:
    world = whole_life()
    acts = [entry.act for entry in world.book.entries]
    for gone in acts:
        written_anew(world, [act for act in acts if act != gone])
        assert f"{gone.act_id} has no entry in the audit log" in findings(world)


@pytest.mark.parametrize("action", Action)
def test_what_an_act_says_is_what_shows(action: Action) -> None:
    """In a log in order, each amount, digest, seal, person and day of which is another."""
    world = whole_life()
    acts = [entry.act for entry in world.book.entries]
    place = next(number for number, act in enumerate(acts) if act.action is action)
    unseen = {
        Action.BOOK_BANK_STATUS: {"reason", "file"},
        Action.APPROVE: {"status"},
        Action.WITHDRAW: {"status"},
        Action.PREPARE: {"rulebook"},
        Action.REJECT_BANK_DETAILS: {"reason"},  # a revision keeps the reason of its proposal
    }.get(action, set())
    names = acts[place].details.keys() - unseen
    changed: list[dict[str, object]] = [{"details": {**acts[place].details, name: "another"}} for name in names]
    changed.append({"by": acts[place].by.model_copy(update={"person": "Eve"})})
    if action is not Action.BOOK_BANK_STATUS:  # the day of the bank is in its details
        changed.append({"on": DUE})
    for change in changed:
        other = acts[place].model_copy(update=change)
        written_anew(world, [*acts[:place], other, *acts[place + 1 :]])
        assert f"{other.act_id}: " in findings(world), change


# -- restatements from before there was a log


@pytest.mark.rule("R-5.4d")
def test_a_restatement_older_than_the_log_is_counted_and_no_finding() -> None:
    world = whole_life()
    _, second = world.accounts.restatements.values()
    acts = [entry.act for entry in world.book.entries if entry.act.action is not Action.RESTATE]
    later = [act.model_copy(update={"on": second.restated_on}) for act in acts]
    written_anew(world, later)
    found = verify(world)
    told = [what for _, what in found.findings]
    assert found.before_log == 1
    assert "restate#P1-DE#2023#2 has no entry in the audit log" in told, "of the day on which the log begins"
    assert not [text for text in told if "restate#P1-DE#2023#1" in text]


def test_a_restatement_that_is_in_the_log_is_none_from_before_it() -> None:
    world = whole_life()
    assert verify(world).before_log == 0
    (first, _) = world.accounts.restatements.values()
    put(world, first.model_copy(update={"restated_on": DUE.replace(year=2020)}))
    assert "restate#P1-DE#2023#1: the audit log says 2025-03-01, here it is 2020-08-14" in findings(world)


def test_a_batch_that_nobody_knows_is_seen() -> None:
    world = through_the_bank()
    (batch_id,) = world.book.batches(BatchStatus.RELEASED)
    put(world, world.batch(batch_id).model_copy(update={"batch_id": "20250301-EUR-01", "released_by": CARLA}))
    told = findings(world)
    assert "20250301-EUR-01: prepare#20250301-EUR-01#Anna Berg has no entry" in told
    assert "20250301-EUR-01: release#20250301-EUR-01#3#Carla Ruiz has no entry" in told
    assert BORIS.person in told
