"""Acts on money killed before and after each AWS call that does something, and sent again under the same key (B67).

A process that dies around a read leaves what it leaves dying after the call before it. The real handlers run under
their own roles on moto; one world serves all cases of an act, each case acts on something of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.bank_accounts import SchwiftyCheck
from partner_program.adapters.bank_vault import KmsBankSealer
from partner_program.adapters.clock import SandboxClock, SystemClock
from partner_program.bootstrap import runtime
from partner_program.domain.payments.audit import breaks
from partner_program.domain.payments.batch import BatchStatus
from partner_program.domain.payments.payout import Payout
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.bank_details import BankDetails
from partner_program.values.periods import Quarter
from tests.deployed.desk import ANNA, BRUNO, PARTNERS_IBAN, VENDORS_IBAN, Desk
from tests.deployed.gateway import FINANCE, Reply
from tests.deployed.world import World
from tests.fakes.payment_world import stating
from tests.fakes.program_table import contribution_item, record_item
from tests.fakes.records import baseline, day, partner, sales, site

TODAY = "2024-08-14"
PAYEES = ("P1-DE", "P2-DE")
"""Accounts that batches pay; the bank details and the payee of P3-DE are acted on."""
OTHER_IBAN = "NL91ABNA0417164300"


DOES_SOMETHING = frozenset({"PutItem", "TransactWriteItems", "Encrypt", "Invoke"})


class Killed(BaseException):
    """The process is gone: nothing of the handler runs on."""


@dataclass
class Reaper:
    """Kills `records_api` at its n-th AWS call, before it is sent or after it was answered.

    What the payment function does meanwhile is its own: `test_payment_run_killed` sees to that.
    """

    world: World
    at: int = 0
    after: bool = False
    calls: list[str] = field(default_factory=list)

    def arm(self, at: int, *, after: bool = False) -> None:
        self.at, self.after, self.calls = at, after, []

    def before_call(self, model: Any, **_: Any) -> None:
        if self._is_own:
            self.calls.append(model.name)
            if len(self.calls) == self.at and not self.after:
                raise Killed

    def after_call(self, **_: Any) -> None:
        if self._is_own and len(self.calls) == self.at and self.after:
            raise Killed

    @property
    def _is_own(self) -> bool:
        return self.world._role == "records_api"


@dataclass(frozen=True)
class Case:
    """A request to send. `entries`: how many entries of the log its act is."""

    path: str
    body: object = None
    seen: int | None = None
    entries: int = 1


@dataclass
class Stage:
    """A deployed program with three partners."""

    desk: Desk
    reaper: Reaper
    cases: int = 0

    @property
    def world(self) -> World:
        return self.desk.world

    def send(self, case: Case, key: str) -> Reply:
        headers = {"Idempotency-Key": key} | ({} if case.seen is None else {"If-Match": f'"{case.seen}"'})
        return self.world.ask("POST", f"/v1{case.path}", FINANCE, headers=headers, body=case.body)

    def send_killed(self, case: Case, key: str, at: int, *, after: bool) -> None:
        self.reaper.arm(at, after=after)
        with pytest.raises(Killed):
            self.send(case, key)
        self.reaper.arm(0)

    def entries(self) -> int:
        head = self.desk.book.head()
        return 0 if head is None else head.number

    def everything(self) -> dict[str, list[Any]]:
        """Every item of every table."""
        tables = ("ProgramTable", "PaymentsTable", "BankDetailsTable", "RequestsTable")
        names = [self.world.template.name(table) for table in tables]
        found = {name: self.world.dynamodb.scan(TableName=name)["Items"] for name in names}
        return {name: sorted(items, key=str) for name, items in found.items()}

    def payouts(self) -> Quarter:
        """One of each account that is paid, of a quarter that no other case has."""
        self.cases += 1
        quarter = Quarter(1950 + self.cases // 4, self.cases % 4 + 1)
        for account in PAYEES:
            payout = Payout(
                account_id=account, partner_id=account[:2], country="DE", year=quarter.year, quarter=quarter.number,
                currency="EUR", amount=Decimal("3125.00"), payable_from=day(TODAY),
            )  # fmt: skip
            assert self.desk.book.put_payout(payout)
            self.desk.accounts.put_statement(stating(payout))
        return quarter

    def bank_details(self) -> BankDetails:
        sealer = KmsBankSealer(self.world.kms, self.world.template.arn("BankDetailsKey"))
        return BankDetails(self.desk.book, self.desk.banks, sealer, SchwiftyCheck(), load_rulebook())


# -- the acts


def hold(stage: Stage) -> Case:
    return Case(f"/accounts/P1-DE/payouts/{stage.payouts()}/hold", {"reason": "disputed"}, seen=1)


def cancel(stage: Stage) -> Case:
    return Case(f"/accounts/P2-DE/payouts/{stage.payouts()}/cancel", {"reason": "given up"}, seen=1)


def prepare(stage: Stage) -> Case:
    stage.payouts()
    return Case("/payments/preparations", {"currency": "EUR"})


def approve(stage: Stage) -> Case:
    stage.payouts()
    batch = stage.desk.prepare()
    return Case(f"/payments/batches/{batch.batch_id}/approve", {"digest": batch.digest})


def withdraw(stage: Stage) -> Case:
    stage.payouts()
    return Case(f"/payments/batches/{stage.desk.prepare().batch_id}/withdraw", {"reason": "wrong day"})


def release(stage: Stage) -> Case:
    stage.payouts()
    return Case(f"/payments/batches/{stage.desk.approve(stage.desk.prepare()).batch_id}/release", entries=2)


def propose(stage: Stage) -> Case:
    for one in stage.desk.banks.revisions("S3"):
        if one.status == "proposed":
            stage.bank_details().reject("S3", one.number, BRUNO, stage.desk.today, "the next case")
    return Case("/sites/S3/bank-details", {"number": OTHER_IBAN, "holder": "Partner P3", "reason": "letter"})


def confirm(stage: Stage) -> Case:
    propose(stage)
    made = stage.bank_details().propose(
        "S3", "iban", OTHER_IBAN, None, "NL", "Partner P3", ANNA, stage.desk.today, "letter"
    )
    return Case(f"/sites/S3/bank-details/{made.number}/confirm")


def name_payee(stage: Stage) -> Case:
    stage.cases += 1
    letter = {"site_id": "S3", "document": f"letter {stage.cases}", "received_on": TODAY}
    return Case("/accounts/P3-DE/payee", letter)


def restate(stage: Stage) -> Case:
    stage.cases += 1
    late = sales("2023-12", "10", known="2024-03-05", report=f"LATE{stage.cases}")
    stage.world.program.put(contribution_item(late))
    seen = stage.world.ask("GET", "/v1/accounts/P1-DE/restatements/2023", FINANCE).json
    assert Decimal(seen["difference"]) == 10
    body = {"expected_amount": seen["recomputed"], "reason": "late report"}
    return Case("/accounts/P1-DE/restatements/2023", body)


ACTS: tuple[Callable[[Stage], Case], ...] = (
    hold, cancel, prepare, approve, withdraw, release, propose, confirm, name_payee, restate,
)  # fmt: skip


@pytest.fixture
def stage(world: World) -> Stage:
    reaper = Reaper(world)
    runtime.session().register("before-call", reaper.before_call)
    runtime.session().register("after-call", reaper.after_call)
    world.today("2024-08-01")
    accounts, rules = DynamoAccountStore(world.program), load_rulebook()
    for number in (1, 2, 3):
        record = site(f"S{number}", partner_id=f"P{number}")
        world.program.put(record_item(partner(f"P{number}"), f"P{number}"))
        world.program.put(record_item(record, f"P{number}"))
        world.program.put(record_item(record, f"P{number}") | {"pk": f"SITE#S{number}", "sk": "FACT#sites"})
    accounts.put_baseline(baseline(2023, "0", "2024-01-30"))
    desk = Desk(world)
    for number in (1, 2):
        desk.enter_bank_details(f"S{number}", PARTNERS_IBAN, f"Partner P{number}")
    desk.enter_bank_details("payer.EUR", VENDORS_IBAN, "Vendor")
    world.today(TODAY)
    clock = SandboxClock(world.program, SystemClock(rules.time_zone))
    for number in (1, 2, 3):
        AssessAccount(accounts, rules, clock)(f"P{number}-DE")
    return Stage(desk, reaper)


def told(reply: Reply) -> dict[str, Any]:
    """The answer, but for what names the case."""
    own = {"entry", "period", "batch_id", "digest", "number", "document", "amount", "revision", "batches"}
    own |= {"payments", "total"}  # what was withdrawn is collected again with the next case
    return {name: value for name, value in reply.json.items() if name not in own}


def done_once(stage: Stage, case: Case, key: str, before: int) -> Reply:
    """Sends the request again: one effect and one answer, and from then on nothing but the same answer."""
    reply = stage.send(case, key)
    assert reply.status == 200, reply.text
    again = stage.send(case, key)
    assert (again.status, again.text) == (200, reply.text)
    assert stage.entries() == before + case.entries
    return reply


@pytest.mark.slow
@pytest.mark.catalogue("B67")
@pytest.mark.catalogue("F42")
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_killed_at_each_call_that_does_something_and_sent_again_an_act_is_done_once(
    stage: Stage, act: Callable[[Stage], Case]
) -> None:  # a case
    whole = act(stage)
    before = stage.entries()
    stage.reaper.arm(0)
    first = stage.send(whole, "whole")
    calls = list(stage.reaper.calls)
    assert first.status == 200, first.text
    assert "PutItem" in calls, "the request is on record"
    assert {"TransactWriteItems", "Invoke"}.intersection(calls), "and so is the act"
    assert stage.entries() == before + whole.entries
    standing = stage.everything()
    assert stage.send(whole, "whole").text == first.text
    assert stage.everything() == standing, "sent again it writes nothing at all"
    for at in (number for number, name in enumerate(calls, start=1) if name in DOES_SOMETHING):
        for after in (False, True):
            case, key = act(stage), f"{at}-{after}"
            before = stage.entries()
            stage.send_killed(case, key, at, after=after)
            assert told(done_once(stage, case, key, before)) == told(first), (at, after, calls)
    assert list(breaks(stage.desk.book.audit_log())) == []
    assert list(stage.desk.book.batches(BatchStatus.RELEASING)) == []
