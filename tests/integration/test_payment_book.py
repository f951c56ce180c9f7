"""The payment book on DynamoDB (moto) does what its in-memory fake does."""

import random
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.bank_accounts import LONGEST_HOLDER
from partner_program.adapters.bank_store import DynamoBankStore
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.table import weight_of
from partner_program.domain.payments.audit import breaks
from partner_program.domain.payments.batch import MOST_ITEMS, Approval, Batch, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry, LedgerKind
from partner_program.domain.payments.payout import Payout, PayoutState, event
from partner_program.domain.payments.people import Actor, Role
from partner_program.domain.revenue import Baseline
from partner_program.use_cases.name_payee import LONGEST_DOCUMENT
from partner_program.use_cases.payment_ports import BankStore, LedgerDiffers, PaymentBook, Write
from partner_program.use_cases.ports import AccountStore
from partner_program.values.errors import VersionConflict
from partner_program.values.periods import Quarter
from tests.fakes.accounts import FakeAccounts
from tests.fakes.payment_documents import DAY, FINANCE, batch, draft, item_of, movement, naming, payout, revision
from tests.fakes.payment_tables import payment_tables
from tests.fakes.payments import FakePaymentBook
from tests.fakes.records import P1_DE, baseline

Q1 = Quarter(2024, 1)
ITEM_LIMIT = 400 * 1024


class World(NamedTuple):
    book: PaymentBook
    banks: BankStore
    accounts: AccountStore


@pytest.fixture(params=["in memory", "on DynamoDB"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "in memory":
        accounts = FakeAccounts()
        fake = FakePaymentBook(accounts=accounts)
        yield World(fake, fake.banks, accounts)
    else:
        with payment_tables() as tables:
            book = DynamoPaymentBook(tables.payments, banks=tables.banks, program=tables.program)
            yield World(book, DynamoBankStore(tables.banks), DynamoAccountStore(tables.program))


@pytest.fixture
def book(world: World) -> PaymentBook:
    return world.book


def held(of: Payout) -> Payout:
    return of.moved(PayoutState.ON_HOLD, event(DAY, PayoutState.ON_HOLD, FINANCE, "asked by legal"))


def restated(amount: str = "90000", revision_number: int = 1) -> Baseline:
    changes = {"revision": revision_number, "restated_on": DAY, "restated_by": "Fia", "reason": "merger"}
    return baseline(2023, amount, "2024-01-30").model_copy(update=changes)


# -- steps that are no acts


def test_what_was_never_written_is_not_there(world: World) -> None:
    book = world.book
    assert book.payout(P1_DE, Q1) is None
    assert book.batch("B1") is None
    assert book.payouts_many([(P1_DE, Q1)]) == {}
    for nothing in (book.payouts(P1_DE), book.namings(P1_DE), book.ledger(P1_DE), world.banks.revisions("S1")):
        assert list(nothing) == []
    for none in (book.queued(PayoutState.OPEN, "EUR"), book.batches(BatchStatus.PREPARED), book.audit_log()):
        assert list(none) == []
    assert world.banks.revisions_many(["S1"]) == {"S1": []}


@pytest.mark.rule("R-5.4a")
@pytest.mark.catalogue("F45")
def test_a_payout_is_put_once_and_comes_back_to_the_last_byte(book: PaymentBook) -> None:
    first = payout(amount="3125.10")
    assert book.put_payout(first) is True
    assert book.put_payout(payout(amount="3125.11")) is False
    stands = book.payout(P1_DE, Q1)
    assert stands is not None
    assert stands.model_dump_json() == first.model_dump_json()


@pytest.mark.catalogue("F58")
def test_a_step_of_a_payout_is_put_only_on_the_version_before(book: PaymentBook) -> None:
    first = payout()
    assert book.put_payout(held(first)) is False
    assert book.payout(P1_DE, Q1) is None
    assert book.put_payout(first) is True
    assert book.put_payout(held(held(first).moved(PayoutState.OPEN, event(DAY, PayoutState.OPEN, FINANCE)))) is False
    assert book.put_payout(held(first)) is True
    other = first.moved(PayoutState.CANCELLED, event(DAY, PayoutState.CANCELLED, FINANCE))
    assert book.put_payout(other) is False
    assert book.payout(P1_DE, Q1) == held(first)


@pytest.mark.catalogue("F28")
def test_a_step_that_finds_exactly_itself_was_written_before(book: PaymentBook) -> None:
    for step in (payout(), held(payout())):
        assert (book.put_payout(step), book.put_payout(step)) == (True, True)


def took(book: PaymentBook, act: str, write: Batch) -> bool:
    """Whether an act could write it."""
    try:
        book.commit(draft(act), [write])
    except VersionConflict:
        return False
    return True


@pytest.mark.catalogue("F58")
def test_a_batch_is_written_only_on_the_version_before(book: PaymentBook) -> None:
    assert took(book, "a1", batch()) is True
    assert took(book, "a2", batch(status=BatchStatus.APPROVED)) is False
    assert took(book, "a3", batch(status=BatchStatus.APPROVED, version=3)) is False
    assert took(book, "a4", batch(status=BatchStatus.APPROVED, version=2)) is True
    assert book.batch("B1") == batch(status=BatchStatus.APPROVED, version=2)


def test_payouts_of_an_account_come_by_quarter_and_of_no_other(book: PaymentBook) -> None:
    for period in ("2024Q2", "2023Q4", "2024Q1"):
        book.put_payout(payout(period=period))
    book.put_payout(payout("P1-FR"))
    assert [str(one.period) for one in book.payouts(P1_DE)] == ["2023Q4", "2024Q1", "2024Q2"]


def test_more_payouts_than_one_request_takes_are_read_at_once(book: PaymentBook) -> None:
    made = [payout(f"P{number}-DE") for number in range(101)]
    for one in made:
        assert book.put_payout(one)
    keys = [(one.account_id, Q1) for one in made]
    found = book.payouts_many([*keys, keys[0], ("P1-FR", Q1), (P1_DE, Quarter(2024, 2))])
    assert found == dict(zip(keys, made, strict=True))


# -- what waits


@pytest.mark.rule("R-5.4")
def test_payouts_wait_by_state_and_currency_those_payable_longest_first(book: PaymentBook) -> None:
    days = {"P1-DE": "2024-05-15", "P2-DE": "2024-02-14", "P3-DE": "2024-05-14", "P4-DE": "2024-05-16"}
    for account, day in days.items():
        book.put_payout(payout(account, payable_from=day))
    book.put_payout(payout("P5-JP", currency="JPY", payable_from="2024-01-01"))
    book.put_payout(payout("P6-DE", payable_from="2024-01-01"))
    book.put_payout(held(payout("P6-DE", payable_from="2024-01-01")))
    waiting = list(book.queued(PayoutState.OPEN, "EUR"))
    assert waiting == [("P2-DE", Q1), ("P3-DE", Q1), ("P1-DE", Q1), ("P4-DE", Q1)]
    assert list(book.queued(PayoutState.OPEN, "JPY")) == [("P5-JP", Q1)]
    assert list(book.queued(PayoutState.ON_HOLD, "EUR")) == [("P6-DE", Q1)]
    assert list(book.queued(PayoutState.IN_BATCH, "EUR")) == []


@pytest.mark.rule("R-5.4")
@pytest.mark.parametrize(("day", "waits"), [("2024-05-14", False), ("2024-05-15", True), ("2024-05-16", True)])
def test_a_payout_waits_from_the_day_on_which_it_is_payable(book: PaymentBook, day: str, waits: bool) -> None:
    book.put_payout(payout("z" * 64 + "-DE", payable_from="2024-05-15"))
    found = list(book.queued(PayoutState.OPEN, "EUR", payable_by=date.fromisoformat(day)))
    assert found == ([("z" * 64 + "-DE", Q1)] if waits else [])


def test_payouts_of_one_day_wait_in_the_order_of_their_names(book: PaymentBook) -> None:
    for account, period in (("P2-DE", "2024Q1"), ("P1-DE", "2024Q2"), ("P1-DE", "2024Q1")):
        book.put_payout(payout(account, period))
    found = [(account, str(period)) for account, period in book.queued(PayoutState.OPEN, "EUR")]
    assert found == [("P1-DE", "2024Q1"), ("P1-DE", "2024Q2"), ("P2-DE", "2024Q1")]


def test_batches_are_found_by_status_the_oldest_first(book: PaymentBook) -> None:
    for batch_id, day in (("B3", "2024-05-21"), ("B2", "2024-05-20"), ("B1", "2024-05-20"), ("B0", "2024-05-22")):
        assert took(book, batch_id, batch(batch_id, prepared_on=date.fromisoformat(day)))
    assert took(book, "a2", batch("B2", status=BatchStatus.APPROVED, version=2))
    assert list(book.batches(BatchStatus.PREPARED)) == ["B1", "B3", "B0"]
    assert list(book.batches(BatchStatus.APPROVED)) == ["B2"]
    assert list(book.batches(BatchStatus.VOID)) == []


# -- acts


def every_write() -> list[Write]:
    return [
        payout(), batch(), revision(), naming(), movement(LedgerKind.CANCELLED), restated(),
    ]  # fmt: skip


def test_an_act_is_entered_with_everything_that_it_changes(world: World) -> None:
    entry = world.book.commit(draft("a1", reason="asked by legal"), every_write())
    assert (entry.number, entry.act) == (1, draft("a1", reason="asked by legal"))
    assert list(world.book.audit_log()) == [entry]
    assert world.book.payout(P1_DE, Q1) == payout()
    assert world.book.batch("B1") == batch()
    assert world.banks.revisions("S1") == [revision()]
    assert world.book.namings(P1_DE) == [naming()]
    assert world.book.ledger(P1_DE) == [movement(LedgerKind.CANCELLED)]
    assert world.accounts.load(P1_DE, 2023)[0].baselines == (restated(),)
    assert list(world.book.queued(PayoutState.OPEN, "EUR")) == [(P1_DE, Q1)]


def test_an_act_that_changes_nothing_is_entered_all_the_same(book: PaymentBook) -> None:
    assert [book.commit(draft(name), []).number for name in ("a1", "a2")] == [1, 2]


def test_acts_follow_each_other_in_a_chain_without_a_gap(book: PaymentBook) -> None:
    entries = [book.commit(draft(f"a{number}"), [naming(number)]) for number in range(1, 13)]
    logged = list(book.audit_log())
    assert logged == entries
    assert [entry.number for entry in logged] == list(range(1, 13))
    assert list(breaks(logged)) == []
    assert list(book.audit_log(after=0)) == logged
    assert list(book.audit_log(after=9)) == logged[9:]
    assert list(book.audit_log(after=12)) == []
    assert sorted(book.marks(), key=lambda mark: mark[1]) == [(f"a{number}", number) for number in range(1, 13)]
    assert [one.number for one in book.namings(P1_DE)] == list(range(1, 13))


@pytest.mark.catalogue("F45")
def test_an_act_that_is_entered_already_changes_nothing_and_answers_with_its_entry(world: World) -> None:
    first = world.book.commit(draft("a1"), [payout()])
    world.book.commit(draft("a2"), [held(payout())])
    for again in ([payout()], [], [batch()], [held(payout())]):
        assert world.book.commit(draft("a1", said="something else"), again) == first
    assert [entry.act.act_id for entry in world.book.audit_log()] == ["a1", "a2"]
    assert world.book.payout(P1_DE, Q1) == held(payout())
    assert world.book.batch("B1") is None


STALE: dict[str, Callable[[], Write]] = {
    "a payout of a version that is there": payout,
    "a payout two versions on": lambda: payout(version=3),
    "a payout that was never there": lambda: payout("P9-DE", version=2),
    "a batch of a version that is there": batch,
    "a batch two versions on": lambda: batch(version=3),
    "bank details of a version that is there": revision,
    "bank details two versions on": lambda: revision(version=3),
    "a naming of a number that is there": lambda: naming(site_id="S3"),
    "a movement that is there": lambda: movement(LedgerKind.CANCELLED),
    "a restatement that is there": lambda: restated("1"),
}


@pytest.mark.catalogue("F32")
@pytest.mark.catalogue("F58")
@pytest.mark.parametrize("stale", STALE.values(), ids=STALE)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_act_whose_conditions_do_not_all_hold_writes_nothing(
    world: World, stale: Callable[[], Write], place: int
) -> None:
    before = world.book.commit(draft("a1"), every_write())
    sound: list[Write] = [payout("P2-DE"), naming(2)]
    with pytest.raises(VersionConflict, match="a2"):
        world.book.commit(draft("a2"), [*sound[:place], stale(), *sound[place:]])
    assert list(world.book.audit_log()) == [before]
    assert world.book.payout("P2-DE", Q1) is None
    assert world.book.namings(P1_DE) == [naming()]
    assert world.book.payout(P1_DE, Q1) == payout()
    assert world.accounts.load(P1_DE, 2023)[0].baselines == (restated(),)


def test_an_act_takes_what_has_a_version_one_version_on(world: World) -> None:
    world.book.commit(draft("a1"), [payout(), batch(), revision()])
    world.book.commit(draft("a2"), [held(payout()), batch(version=2), revision(version=2)])
    assert world.book.payout(P1_DE, Q1) == held(payout())
    assert world.book.batch("B1") == batch(version=2)
    assert world.banks.revisions("S1") == [revision(version=2)]


@pytest.mark.rule("R-5.4d")
def test_a_year_that_is_frozen_is_restated_beside_it(world: World) -> None:
    frozen = baseline(2023, "100000", "2024-01-30")
    world.accounts.put_baseline(frozen)
    world.book.commit(draft("a1"), [restated()])
    world.book.commit(draft("a2"), [restated("80000", 2)])
    found = world.accounts.load(P1_DE, 2023)[0].baselines
    assert sorted(found, key=lambda one: one.revision) == [frozen, restated(), restated("80000", 2)]


@pytest.mark.catalogue("F35")
def test_an_act_writes_ninety_items_and_no_more(book: PaymentBook) -> None:
    writes = [payout(f"P{number}-DE") for number in range(91)]
    with pytest.raises(ValueError, match="at most 90"):
        book.commit(draft("a1"), writes)
    assert list(book.audit_log()) == []
    book.commit(draft("a1"), writes[:90])
    assert book.payout("P89-DE", Q1) == writes[89]


@pytest.mark.catalogue("F35")
def test_an_act_writes_an_item_once(book: PaymentBook) -> None:
    with pytest.raises(ValueError, match="each once"):
        book.commit(draft("a1"), [payout(), naming(), payout(amount="1.00")])


# -- ledger


@pytest.mark.catalogue("F45")
def test_a_movement_that_is_in_the_ledger_stays_as_it_is(book: PaymentBook) -> None:
    book.add_ledger([movement()])
    book.add_ledger([movement(), movement(LedgerKind.PAID)])
    with pytest.raises(LedgerDiffers, match="says something else"):
        book.add_ledger([movement().model_copy(update={"amount": Decimal(1)})])
    assert book.ledger(P1_DE) == [movement(), movement(LedgerKind.PAID)]


def test_a_ledger_is_by_quarter_attempt_and_kind(book: PaymentBook) -> None:
    kinds = (LedgerKind.INITIATED, LedgerKind.PAID, LedgerKind.REJECTED, LedgerKind.RETURNED)
    wanted = [
        movement(kind, attempt, period=period)
        for period in ("2023Q4", "2024Q1")
        for attempt in (1, 2)
        for kind in kinds
    ]
    book.add_ledger([*reversed(wanted), movement(account_id="P1-FR")])
    assert book.ledger(P1_DE) == wanted
    assert book.ledger("P1-FR") == [movement(account_id="P1-FR")]


# -- bank details


def test_revisions_of_bank_details_are_by_number_and_of_one_site(world: World) -> None:
    made = [revision("S1", number) for number in range(1, 12)]
    for one in reversed(made):
        world.book.commit(draft(one.name), [one])
    other = revision("S1-x")
    world.book.commit(draft("other"), [other])
    assert world.banks.revisions("S1") == made
    sites = [f"T{number}" for number in range(10)]
    found = world.banks.revisions_many([*sites, "S1", "S1-x", "S1"])
    assert found == {**{site: [] for site in sites}, "S1": made, "S1-x": [other]}


# -- how large it may be


def longest_batch() -> Batch:
    """As many payments as a batch may have, each with the longest of everything, in letters of four bytes."""
    wide = "\N{CJK UNIFIED IDEOGRAPH-20000}"
    someone = Actor(person=wide * 128, role=Role.FINANCE)
    payouts = [payout(f"{number:04d}{'x' * 60}-DE", amount="123456789012.345") for number in range(MOST_ITEMS)]
    longest = tuple(
        item_of(one, site_id="s" * 64, because=wide * LONGEST_DOCUMENT, holder=wide * LONGEST_HOLDER).model_copy(
            update={"named_by": someone}
        )
        for one in payouts
    )
    approvals = tuple(Approval(by=someone, on=DAY, digest="0" * 64) for _ in range(2))
    return batch("B" * 64).model_copy(update={"items": longest, "approvals": approvals, "prepared_by": someone})


@pytest.mark.catalogue("F35")
def test_the_largest_batch_is_one_item_below_the_limit_of_one() -> None:
    with payment_tables() as tables:
        book = DynamoPaymentBook(tables.payments)
        largest = longest_batch()
        book.commit(draft("a0"), [largest])
        released = largest.model_copy(update={"version": 2, "status": BatchStatus.RELEASED})
        book.commit(draft("a1"), [released])
        assert book.batch("B" * 64) == released
        item = tables.payments.get(f"BATCH#{'B' * 64}", "BATCH")
        assert item is not None
        assert 150_000 < weight_of(item) < 0.95 * ITEM_LIMIT


# -- anything at all


def anything(chance: random.Random) -> Write:
    """Something of a small world, often of a version or number that does not fit."""
    account, period = chance.choice([P1_DE, "P2-DE"]), chance.choice(["2024Q1", "2024Q2"])
    number = chance.randint(1, 4)
    state = chance.choice(list(PayoutState))
    paid = payout(account, period, payable_from=f"2024-05-{number:02d}").model_copy(
        update={"version": number, "state": state}
    )
    choices: list[Write] = [
        paid, paid,
        batch(f"B{chance.randint(1, 2)}", status=chance.choice(list(BatchStatus)), version=number),
        revision(chance.choice(["S1", "S2"]), chance.randint(1, 2), version=number),
        naming(number, account, site_id=chance.choice(["S1", "S2"])),
        movement(chance.choice(list(LedgerKind)), chance.randint(1, 2), account, period),
        restated(str(chance.randint(1, 9)), chance.randint(1, 2)),
    ]  # fmt: skip
    return chance.choice(choices)


def answer_of(world: World, step: int, chance: random.Random) -> object:
    """One call with what it answers, refusals included."""
    writes = [anything(chance) for _ in range(chance.randint(0, 3))]
    match writes:
        case [Payout() as one]:
            return world.book.put_payout(one)
        case [LedgerEntry() as one]:
            world.book.add_ledger([one])
            return None
    try:
        return world.book.commit(draft(f"a{chance.randint(step // 2, step)}"), writes).number
    except (VersionConflict, ValueError) as refused:
        return type(refused)


def all_of(world: World) -> list[object]:
    book = world.book
    accounts = (P1_DE, "P2-DE")
    return [
        [[book.payouts(one), book.namings(one), book.ledger(one)] for one in accounts],
        [list(book.queued(state, "EUR")) for state in PayoutState],
        [list(book.batches(status)) for status in BatchStatus],
        [book.batch("B1"), book.batch("B2"), world.banks.revisions_many(["S1", "S2"])],
        sorted(world.accounts.load(P1_DE, 2023)[0].baselines, key=lambda one: one.revision),
        [(entry.number, entry.act) for entry in book.audit_log()],
        [list(breaks(book.audit_log())), sorted(book.marks())],
    ]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_asked_of_them_both_books_answer_and_stand_alike(seed: int) -> None:
    accounts = FakeAccounts()
    fake = FakePaymentBook(accounts=accounts)
    memory = World(fake, fake.banks, accounts)
    with payment_tables() as tables:
        book = DynamoPaymentBook(tables.payments, banks=tables.banks, program=tables.program)
        real = World(book, DynamoBankStore(tables.banks), DynamoAccountStore(tables.program))
        answers = []
        for step in range(120):
            one, other = (answer_of(world, step, random.Random(seed * 1000 + step)) for world in (memory, real))
            assert one == other, f"step {step}"
            answers.append(one)
        assert all_of(memory) == all_of(real)
    assert {True, False, None, VersionConflict} <= set(answers)
