"""A year of payments whose every act is in the audit log, and ways to tamper with what is kept."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from partner_program.domain.payments.audit import AuditDraft, AuditEntry, entered
from partner_program.domain.payments.bank import BankRevision, BankStatus
from partner_program.domain.payments.bank_status import Answer, BankStatusReport, StatusRow
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.ledger import LedgerEntry
from partner_program.domain.payments.payout import Payout
from partner_program.domain.revenue import Baseline
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.bank_details import BankDetails
from partner_program.use_cases.book_bank_status import BookBankStatus
from partner_program.use_cases.close_quarter import Phase
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.use_cases.name_payee import NamePayee
from partner_program.use_cases.restate_baseline import RestateBaseline
from partner_program.use_cases.verify_audit import Verification, VerifyAudit
from partner_program.values.periods import Quarter
from tests.fakes.accounts import FixedClock
from tests.fakes.payment_world import (
    ANNA,
    BORIS,
    CARLA,
    CONFIRMED_LONG_AGO,
    DORA,
    IBAN,
    LIMIT,
    OTHER_IBAN,
    PaymentWorld,
)
from tests.fakes.payments import FakeBankAccountCheck, place_of
from tests.fakes.records import P1_DE, accepted, day, kept_tier, opening, partner, placed, rulebook, sales, site

Q1, Q2, Q3, Q4 = (Quarter(2024, number) for number in range(1, 5))
PAID_ON, PAID_AGAIN_ON = day("2025-02-14"), day("2025-03-14")


class AuditedWorld(PaymentWorld):
    """Bank details come in by their use case, so that all of them are in the log."""

    def bank_details(
        self,
        site_id: str,
        iban: str,
        *,
        number: int = 1,
        status: BankStatus = BankStatus.CONFIRMED,
        usable_from: date = CONFIRMED_LONG_AGO,
    ) -> BankRevision:
        acts = BankDetails(self.book, self.banks, self.vault, FakeBankAccountCheck(), self.book_of_rules)
        on = day("2024-01-10") if number == 1 else PAID_ON
        proposed = acts.propose(site_id, "iban", iban, None, iban[:2], f"Holder {site_id}", ANNA, on, "letter")
        if status is BankStatus.REJECTED:
            return acts.reject(site_id, proposed.number, BORIS, on, "not theirs")
        return acts.confirm(site_id, proposed.number, BORIS, on)


def closed_year(owned: str = LIMIT, until: Quarter = Q4) -> AuditedWorld:
    """P1-DE, Premier, with the four quarters of 2024 closed: 2.5 % after the second, 4 % in the end.

    `owned` are the owner's values of the rulebook; `until` is the last quarter that is reported and closed.
    """
    world = AuditedWorld(rulebook(owned))
    world.partners(1)
    world.accounts.add(partner(trading_since="2020-01-01"), accepted(), placed("premier"))
    world.accounts.add(*kept_tier("premier"), opening(2022, "50000"), sales("2023-12", "100000"))
    AssessAccount(world.accounts, world.book_of_rules, FixedClock("2024-01-01"))(P1_DE)
    for number, amount in enumerate(("60000", "65000", "30000", "30000"), start=1):
        quarter = Quarter(2024, number)
        if quarter > until:
            break
        world.accounts.add(sales(f"2024-{3 * number:02d}", amount, known=str(quarter.last_day)))
        close(world, quarter, quarter.closes_on(30))
    return world


def close(world: PaymentWorld, quarter: Quarter, on: date) -> None:
    make = MakeStatement(world.accounts, world.book_of_rules, world.book)
    task = {"account_id": P1_DE, "quarter": str(quarter), "phase": Phase.CLOSE.value, "on": str(on)}
    assert make(task) is not None


def through_the_bank() -> AuditedWorld:
    """Three quarters released, one of them on hold before; one batch withdrawn."""
    world = closed_year()
    first = world.prepared(PAID_ON)
    world.batches.withdraw(first.batch_id, by=BORIS, on=PAID_ON, reason="wrong day")
    world.payouts.hold(P1_DE, Q3, by=DORA, on=PAID_ON, reason="disputed")
    world.payouts.lift_hold(P1_DE, Q3, by=DORA, on=PAID_ON, reason="cleared")
    world.approved(PAID_ON)
    world.release.daily(PAID_ON)
    return world


def whole_life() -> AuditedWorld:
    """Every act there is. Q2 is paid, Q3 rejected and paid to another site by letter, Q4 paid, returned, cancelled."""
    world = through_the_bank()
    (first,) = world.book.batches(BatchStatus.RELEASED)
    for quarter, answer in ((Q2, Answer.PAID), (Q3, Answer.REJECTED), (Q4, Answer.RETURNED)):
        bank_says(world, first, quarter, answer)
    world.payouts.retry(P1_DE, Q3, by=CARLA, on=PAID_ON, reason="their mistake")
    world.payouts.cancel(P1_DE, Q4, by=CARLA, on=PAID_ON, reason="given up")
    world.accounts.add(site("S1b"))
    world.bank_details("S1b", OTHER_IBAN)
    world.bank_details("S1", IBAN, number=2, status=BankStatus.REJECTED)
    NamePayee(world.book, world.accounts)(P1_DE, "S1b", "letter 7", PAID_ON, DORA, PAID_ON)
    batch = world.approved(PAID_AGAIN_ON)
    assert [item.site_id for item in batch.items] == ["S1b"]
    world.release.release(batch.batch_id, by=CARLA, on=PAID_AGAIN_ON)
    for amount, known in (("1000", "2025-03-01"), ("500", "2025-04-01")):
        restate(world, amount, known)
    return world


def bank_says(world: PaymentWorld, batch_id: str, quarter: Quarter, answer: Answer) -> None:
    (item,) = (one for one in world.batch(batch_id).items if one.period == quarter)
    row = StatusRow(position=1, batch_id=batch_id, end_to_end_id=item.end_to_end_id, answer=answer, reason="AC04")
    BookBankStatus(world.book)(BankStatusReport(source="a.csv", rows=(row,)), BORIS, PAID_ON)


def restate(world: PaymentWorld, amount: str, known: str) -> None:
    """Late lines of 2023 change what its baseline says."""
    world.accounts.add(sales("2023-12", amount, known=known, report=f"LATE{known}"))
    act = RestateBaseline(world.accounts, world.book_of_rules, world.book)
    seen = act.preview(P1_DE, 2023, day(known))
    act.apply(P1_DE, 2023, expected_amount=seen.recomputed, by=DORA, reason=f"late {amount}", on=day(known))


def verify(world: PaymentWorld, *anchors: tuple[int, str]) -> Verification:
    return VerifyAudit(world.book, world.banks, world.accounts, world.book_of_rules)(anchors)


def findings(world: PaymentWorld, *anchors: tuple[int, str]) -> str:
    return "\n".join(f"{where}: {what}" for where, what in verify(world, *anchors).findings)


# -- what nobody may do


def kept_items(world: PaymentWorld) -> list[Any]:
    """Everything that an act or a step writes, but the baseline that a year's close has frozen."""
    return [*world.book.items.values(), *world.banks.items.values(), *world.accounts.restatements.values()]


def put(world: PaymentWorld, item: Payout | Batch | BankRevision | LedgerEntry | Baseline | Any) -> None:
    """Write past every rule."""
    if isinstance(item, BankRevision):
        world.banks.items[item.site_id, item.number] = item
    elif isinstance(item, Baseline):
        world.accounts.restatements[item.account_id, item.year, item.revision] = item
    else:
        world.book.items[place_of(item)] = item


def take(world: PaymentWorld, item: Any) -> None:
    """Delete past every rule."""
    if isinstance(item, BankRevision):
        del world.banks.items[item.site_id, item.number]
    elif isinstance(item, Baseline):
        del world.accounts.restatements[item.account_id, item.year, item.revision]
    else:
        del world.book.items[place_of(item)]


def as_it_is(world: PaymentWorld) -> Callable[[], None]:
    """What puts everything back as it is now."""
    book, banks, restated = dict(world.book.items), dict(world.banks.items), dict(world.accounts.restatements)

    def back() -> None:
        world.book.items, world.banks.items, world.accounts.restatements = dict(book), dict(banks), dict(restated)

    return back


def written_anew(world: PaymentWorld, acts: Iterable[AuditDraft]) -> None:
    """A log of other acts, with its chain and its marks in order."""
    entries: list[AuditEntry] = []
    for act in acts:
        entries.append(entered(act, entries[-1] if entries else None, "2024-08-14T05:15:00Z"))
    world.book.entries = entries
    world.book.marked = {entry.act.act_id: entry.number for entry in entries}


def meanwhile(world: PaymentWorld, reads: int, work: Callable[[], object]) -> None:
    """Somebody acts once, right before the log is read for the n-th time: after the first read comes what is kept."""
    read = world.book.audit_log
    waiting = [lambda: None] * (reads - 1) + [work]

    def reading(after: int = 0) -> Any:
        if waiting:
            waiting.pop(0)()
        return read(after)

    world.book.audit_log = reading  # type: ignore[method-assign]
