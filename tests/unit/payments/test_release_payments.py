"""One payment file for an approved batch, whatever is repeated or breaks off (R-5.4, F42, F45)."""

import hashlib
import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest

from partner_program.adapters.payment_file_writer import PaymentFileWriter
from partner_program.domain.payments.audit import breaks
from partner_program.domain.payments.bank import BankAccount
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payee import BlockCode
from partner_program.domain.payments.payout import PayoutState, WrongState
from partner_program.domain.payments.people import ENGINE, Actor, NotAllowed, Role
from partner_program.use_cases.payment_ports import PaymentFileWrong
from partner_program.use_cases.release_payments import BankDetailsUnusable, BankSide, ReleasePayments, Unpaid
from partner_program.values.errors import NotFound
from partner_program.values.money import total
from tests.fakes.payment_world import ANNA, BORIS, DORA, DUE, IBAN, Q2, PaymentWorld, paying
from tests.fakes.payments import FakeBankAccountCheck
from tests.fakes.records import day
from tests.fakes.reports import Killed

NS = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def file_totals(world: PaymentWorld) -> list[Decimal]:
    """The control sum of every payment file there is."""
    found = []
    for key, body in world.files.files.items():
        if key.endswith("pain.001.xml"):
            header = ET.fromstring(body).find(f"{NS}CstmrCdtTrfInitn/{NS}GrpHdr/{NS}CtrlSum")  # noqa: S314  # our own file
            assert header is not None
            assert header.text is not None
            found.append(Decimal(header.text))
    return found


def ledger_total(world: PaymentWorld, *accounts: str) -> Decimal:
    entries = [entry for account in accounts for entry in world.book.ledger(account)]
    return total(entry.amount for entry in entries if entry.kind is LedgerKind.INITIATED)


def test_an_approved_batch_becomes_one_file_and_its_payouts_are_in_payment() -> None:
    world = paying("3125.00", "100.50")
    batch = world.approved()
    (released,) = world.release.daily(DUE).released
    assert (released.batch_id, released.status, released.released_by) == (batch.batch_id, BatchStatus.RELEASED, ENGINE)
    assert set(world.files.files) == {f"payments/{batch.batch_id}/{name}" for name in ("pain.001.xml", "payments.csv")}
    assert [world.of(one).state for one in ("P1-DE", "P2-DE")] == [PayoutState.IN_PAYMENT] * 2
    assert file_totals(world) == [batch.total] == [ledger_total(world, "P1-DE", "P2-DE")]
    body = world.files.files[f"payments/{batch.batch_id}/pain.001.xml"]
    assert released.file_digest == hashlib.sha256(body).hexdigest()


@pytest.mark.catalogue("B52")
def test_the_number_of_an_account_is_in_the_payment_file_and_nowhere_else() -> None:
    world = paying("3125.00")
    batch = world.approved()
    world.release.daily(DUE)
    assert IBAN in world.files.files[f"payments/{batch.batch_id}/pain.001.xml"].decode()
    listing = world.files.files[f"payments/{batch.batch_id}/payments.csv"].decode()
    assert IBAN not in listing
    assert IBAN[-4:] in listing
    everything = [*world.book.items.values(), *world.book.entries]
    assert not [item for item in everything if IBAN in item.model_dump_json()]


@pytest.mark.catalogue("F42")
@pytest.mark.catalogue("F10")
@pytest.mark.parametrize("before", [True, False])
def test_a_release_that_is_killed_anywhere_ends_in_one_payment(before: bool) -> None:  # a case
    whole = paying("3125.00", "100.50", "7.07")
    expected = whole.approved()
    calls = len(whole.writes.log)
    whole.release.daily(DUE)
    steps = len(whole.writes.log) - calls
    assert steps == 1 + 3 + 2 + 1, "initiated, three ledger entries, two files, released"
    for call in range(1, steps + 1):
        world = paying("3125.00", "100.50", "7.07")
        batch = world.approved()
        world.writes.break_off(call, before=before)
        with pytest.raises(Killed):
            world.release.daily(DUE)
        for _repeat in range(2):
            world.release.daily(day("2024-08-16"))
        assert world.batch(batch.batch_id).status is BatchStatus.RELEASED
        assert file_totals(world) == [expected.total], (call, world.writes.log)
        assert ledger_total(world, "P1-DE", "P2-DE", "P3-DE") == expected.total
        assert {world.of(f"P{number}-DE").state for number in (1, 2, 3)} == {PayoutState.IN_PAYMENT}
        assert not list(breaks(world.book.audit_log()))


@pytest.mark.catalogue("F42")
def test_the_file_of_a_release_that_is_repeated_later_is_the_same_to_the_byte() -> None:
    world = paying("3125.00")
    batch = world.approved()
    world.writes.break_off(4)  # both files stand, the batch is not released yet
    with pytest.raises(Killed):
        world.release.daily(DUE)
    key = f"payments/{batch.batch_id}/pain.001.xml"
    body = world.files.files[key]
    (released,) = world.release.daily(day("2024-08-20")).released
    assert world.files.files[key] == body
    assert (released.initiated_on, released.released_on) == (DUE, day("2024-08-20"))


@pytest.mark.catalogue("F02")
@pytest.mark.catalogue("F45")
def test_two_releases_at_once_pay_once() -> None:
    steps = 1 + 2 + 2 + 1
    for moment in range(1, steps + 1):
        world = paying("3125.00", "100.50")
        batch = world.approved()
        left = [moment]

        def rival(world: PaymentWorld = world, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                world.release.daily(DUE)
            elif left[0] > 0:
                world.writes.rival = rival

        world.writes.rival = rival
        run = world.release.daily(DUE)
        assert [one.status for one in run.released] == [BatchStatus.RELEASED], (moment, run)
        assert file_totals(world) == [batch.total]
        assert ledger_total(world, "P1-DE", "P2-DE") == batch.total


@pytest.mark.rule("R-5.5")
def test_a_hold_that_comes_before_its_payment_is_initiated_stops_the_batch_one_after_is_refused() -> None:
    outcomes = set()
    for moment in range(1, 7):
        world = paying("3125.00", "100.50")
        batch = world.approved()
        left = [moment]

        def hold(world: PaymentWorld = world, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] > 0:
                world.writes.rival = hold
                return
            try:
                world.payouts.hold("P2-DE", Q2, by=DORA, on=DUE, reason="stop")
            except WrongState:
                left.append(0)

        world.writes.rival = hold
        world.release.daily(DUE)
        if left[0] > 0:
            continue  # the run had fewer writes
        refused = len(left) == 2
        paid = bool(world.files.files)
        assert paid == refused, "never both held and paid, never neither"
        assert world.of("P2-DE").state is (PayoutState.IN_PAYMENT if paid else PayoutState.ON_HOLD)
        assert world.of("P1-DE").state is (PayoutState.IN_PAYMENT if paid else PayoutState.OPEN)
        assert world.batch(batch.batch_id).status is (BatchStatus.RELEASED if paid else BatchStatus.VOID)
        outcomes.add(paid)
    assert outcomes == {True, False}


@pytest.mark.rule("R-5.4c")
def test_a_payee_named_after_the_payment_was_initiated_does_not_count_for_it() -> None:
    world = paying("3125.00")
    batch = world.approved()
    world.writes.break_off(1)
    with pytest.raises(Killed):
        world.release.daily(DUE)
    world.name("P1-DE", "S1", received="2024-08-14")
    world.bank_details("S1", "GB82WEST12345698765432", number=2)
    world.release.daily(DUE)
    assert IBAN in world.files.files[f"payments/{batch.batch_id}/pain.001.xml"].decode()


@pytest.mark.catalogue("F56")
def test_where_the_key_is_denied_payments_pause_and_nothing_is_lost() -> None:
    world = paying("3125.00")
    batch = world.approved()
    world.vault.failure = ConnectionError("key disabled")
    with pytest.raises(ConnectionError):
        world.release.daily(DUE)
    assert (world.batch(batch.batch_id).status, world.files.files) == (BatchStatus.APPROVED, {})
    world.vault.failure = None
    assert len(world.release.daily(DUE).released) == 1


def test_a_broken_seal_voids_the_batch_before_anything_is_initiated() -> None:
    world = paying("3125.00", "10.00")
    revision = world.banks.revisions("S1")[0]
    other = world.banks.revisions("S2")[0]
    broken = revision.model_copy(update={"number": 2, "sealed": other.sealed})
    world.banks.put(broken)
    world.enter_confirmation(broken)
    batch = world.approved()
    with pytest.raises(BankDetailsUnusable, match="S1#2 cannot be paid to") as told:
        world.release.release(batch.batch_id, by=BORIS, on=DUE)
    assert IBAN not in str(told.value)
    assert told.value.__cause__ is None
    assert (world.batch(batch.batch_id).status, world.files.files) == (BatchStatus.VOID, {})


def test_once_its_payment_is_initiated_a_batch_is_never_voided() -> None:
    world = paying("3125.00")
    batch = world.approved()
    world.writes.break_off(2)
    with pytest.raises(Killed):
        world.release.daily(DUE)
    revision = world.banks.revisions("S1")[0]
    world.banks.put(revision.model_copy(update={"sealed": world.banks.revisions("payer.EUR")[0].sealed}))
    run = world.release.daily(DUE)
    assert [one.batch_id for one in run.stuck] == [batch.batch_id]
    assert world.batch(batch.batch_id).status is BatchStatus.RELEASING
    assert world.of().state is PayoutState.IN_PAYMENT


@pytest.mark.catalogue("F54")
def test_a_file_that_stands_is_the_one_even_where_a_later_version_would_write_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = paying("3125.00")
    batch = world.approved()
    world.writes.break_off(3)
    with pytest.raises(Killed):
        world.release.daily(DUE)
    body = world.files.files[f"payments/{batch.batch_id}/pain.001.xml"]
    monkeypatch.setattr(PaymentFileWriter, "pain001", lambda *_: b"<other/>")
    (released,) = world.release.daily(DUE).released
    assert world.files.files[f"payments/{batch.batch_id}/pain.001.xml"] == body
    assert released.file_digest == hashlib.sha256(body).hexdigest()


def test_a_late_event_of_an_earlier_day_pays_on_the_day_of_the_approval() -> None:
    world = paying("3125.00")
    world.approved(DUE)
    (released,) = world.release.daily(day("2024-08-05")).released
    assert (released.initiated_on, released.released_on) == (DUE, DUE)


@pytest.mark.catalogue("F57")
def test_one_batch_that_is_stuck_does_not_stop_the_others() -> None:
    world = paying("3125.00")
    first = world.approved()
    world.writes.break_off(1)
    with pytest.raises(Killed):
        world.release.daily(DUE)
    sealed = world.banks.revisions("payer.EUR")[0].sealed
    world.banks.put(world.banks.revisions("S1")[0].model_copy(update={"sealed": sealed}))
    world.accounts.add(*paying("1.00", "2.00").accounts.records["P2"].values(), partner_id="P2")
    world.bank_details("S2", IBAN)
    world.payout("P2-DE", "10.00")
    second = world.approved()
    run = world.release.daily(DUE)
    assert ([one.batch_id for one in run.stuck], [one.batch_id for one in run.released]) == (
        [first.batch_id], [second.batch_id],
    )  # fmt: skip


def test_only_what_is_approved_is_released_and_only_by_finance_or_the_schedule() -> None:
    world = paying("3125.00")
    batch = world.prepared()
    assert world.release.daily(DUE).released == ()
    with pytest.raises(WrongState, match="only an approved batch"):
        world.release.release(batch.batch_id, by=BORIS, on=DUE)
    with pytest.raises(NotFound):
        world.release.release("20240814-EUR-09", by=BORIS, on=DUE)
    for nobody in (DORA, Actor(person="partner program", role=Role.FINANCE), Actor(person="A", role=Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            world.release.release(batch.batch_id, by=nobody, on=DUE)
    world.batches.approve(batch.batch_id, batch.digest, by=BORIS, on=DUE)
    assert world.release.release(batch.batch_id, by=ANNA, on=DUE).released_by == ANNA


@pytest.mark.catalogue("F48")
def test_a_batch_whose_file_cannot_be_written_is_voided_before_anything_is_initiated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = paying("3125.00")
    batch = world.approved()

    def wrong(*_: object) -> bytes:
        raise PaymentFileWrong("the sum differs")

    monkeypatch.setattr(PaymentFileWriter, "pain001", wrong)
    (void,) = world.release.daily(DUE).voided
    assert void.reason == "the sum differs"
    assert (world.batch(batch.batch_id).status, world.of().state) == (BatchStatus.VOID, PayoutState.OPEN)
    assert world.book.ledger("P1-DE") == []


def test_what_a_later_library_adds_to_an_account_does_not_change_the_file() -> None:
    world = paying("3125.00")
    batch = world.approved()
    plain = FakeBankAccountCheck()

    class Knowing(FakeBankAccountCheck):
        """Knows the bank behind the IBAN by now."""

        def read(self, scheme: str, number: str, bic: str | None, country: str, holder: str) -> BankAccount:
            found = plain.read(scheme, number, bic, country, holder)
            return found.model_copy(update={"bic": "COBADEFFXXX"})

    side = BankSide(world.banks, world.vault, Knowing())
    release = ReleasePayments(
        world.book, side, world.accounts, world.files, PaymentFileWriter(), world.book_of_rules,
        lambda: "2024-08-14T05:15:00Z",
    )  # fmt: skip
    assert [one.batch_id for one in release.daily(DUE).released] == [batch.batch_id]


@pytest.mark.catalogue("F47")
def test_a_batch_that_cannot_be_read_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    world = paying("3125.00", "10.00")
    monkeypatch.setattr("partner_program.use_cases.prepare_payments.MOST_ITEMS", 1)
    first, second = world.prepare(ANNA, DUE).batches
    for batch in (first, second):
        world.batches.approve(batch.batch_id, batch.digest, by=BORIS, on=DUE)
    read = world.book.batch

    def unreadable(batch_id: str) -> Batch | None:
        if batch_id == first.batch_id:
            Batch.model_validate({"batch_id": "DE89370400440532013000"})
        return read(batch_id)

    monkeypatch.setattr(world.book, "batch", unreadable)
    run = world.release.daily(DUE)
    assert [one.batch_id for one in run.released] == [second.batch_id]
    assert run.stuck == (Unpaid(first.batch_id, "it cannot be read: ValidationError"),)


@pytest.mark.catalogue("F40")
@pytest.mark.parametrize("kind", [LedgerKind.INITIATED, LedgerKind.PAID, LedgerKind.CANCELLED])
def test_a_payout_that_the_ledger_has_seen_go_is_not_paid_because_its_state_says_open(kind: LedgerKind) -> None:
    world = paying("3125.00")
    entry = LedgerEntry(
        account_id="P1-DE", year=2024, quarter=2, attempt=1, kind=kind, on=DUE, currency="EUR",
        amount=Decimal("3125.00"),
    )  # fmt: skip
    world.book.add_ledger([entry])
    (waiting,) = world.prepare(ANNA, DUE).waiting
    assert waiting.code is BlockCode.ALREADY_INITIATED


@pytest.mark.catalogue("F40")
def test_a_second_attempt_needs_a_first_one_that_came_back() -> None:
    world = paying("3125.00")
    assert world.book.put_payout(world.of().model_copy(update={"attempt": 2, "version": 2}))
    (waiting,) = world.prepare(ANNA, DUE).waiting
    assert waiting.code is BlockCode.ALREADY_INITIATED
    assert "knows nothing of its last attempt" in waiting.text
