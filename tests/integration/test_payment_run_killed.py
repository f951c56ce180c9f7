"""The payment run killed before and after each of its AWS calls, and run again: one payment (F42, F45).

The real handler under its own role on moto. One world serves all: each case is a batch of its own, of two payouts of
another quarter.
"""

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from partner_program.bootstrap import runtime
from partner_program.domain.payments.audit import breaks
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.ledger import LedgerKind
from partner_program.domain.payments.payout import Payout, PayoutState
from partner_program.values.money import total
from partner_program.values.periods import Quarter
from tests.deployed.desk import PARTNERS_IBAN, VENDORS_IBAN, Desk
from tests.deployed.world import World, trigger
from tests.fakes.payment_world import stating
from tests.fakes.program_table import record_item
from tests.fakes.records import day, partner, site

ACCOUNTS = ("P1-DE", "P2-DE")
AMOUNTS = (Decimal("3125.00"), Decimal("0.07"))
TODAY = "2024-08-14"


class Killed(BaseException):
    """The process is gone: nothing of the handler runs on."""


@dataclass
class Reaper:
    """Kills the handler at its n-th AWS call, before it is sent or after it was answered."""

    at: int = 0
    after: bool = False
    calls: list[str] = field(default_factory=list)

    def arm(self, at: int, *, after: bool) -> None:
        self.at, self.after, self.calls = at, after, []

    def before_call(self, model: Any, **_: Any) -> None:
        self.calls.append(model.name)
        if len(self.calls) == self.at and not self.after:
            raise Killed

    def after_call(self, model: Any, **_: Any) -> None:
        if len(self.calls) == self.at and self.after:
            raise Killed


@dataclass
class Stage:
    """A deployed program with two partners whose bank details are confirmed."""

    desk: Desk
    reaper: Reaper
    cases: int = 0

    def new_batch(self) -> Batch:
        """Two payouts of a quarter that no other case has, prepared by one person and approved by another."""
        self.cases += 1
        quarter = Quarter(1990 + self.cases // 4, self.cases % 4 + 1)
        for account, amount in zip(ACCOUNTS, AMOUNTS, strict=True):
            payout = Payout(
                account_id=account, partner_id=account[:2], country="DE", year=quarter.year, quarter=quarter.number,
                currency="EUR", amount=amount, payable_from=day("2024-08-14"),
            )  # fmt: skip
            assert self.desk.book.put_payout(payout)
            self.desk.accounts.put_statement(stating(payout))
        return self.desk.approve(self.desk.prepare())

    def run(self) -> Any:
        return self.desk.world.call("payment_run", trigger("payment_run", "daily"))

    def run_killed(self, at: int, *, after: bool) -> bool:
        """Whether the run was killed; not, where it has fewer calls."""
        self.reaper.arm(at, after=after)
        try:
            self.run()
        except Killed:
            return True
        finally:
            self.reaper.arm(0, after=False)
        return False

    def files(self, batch: Batch) -> list[str]:
        """Every version of every file of a batch."""
        world = self.desk.world
        found = world.s3.list_object_versions(Bucket=world.template.name("ResultsBucket"), Prefix=batch.folder)
        return sorted(version["Key"].removeprefix(f"{batch.folder}/") for version in found.get("Versions", []))

    def paid_by_file(self, batch: Batch) -> list[tuple[str, Decimal]]:
        """Reference and amount of each payment of a batch's file."""
        world = self.desk.world
        key = f"{batch.folder}/pain.001.xml"
        body = world.s3.get_object(Bucket=world.template.name("ResultsBucket"), Key=key)["Body"].read()
        root = ET.fromstring(body)  # noqa: S314  # our own file
        space = root.tag.partition("}")[0] + "}"
        return [
            (_text(one, f"{space}PmtId/{space}EndToEndId"), Decimal(_text(one, f"{space}Amt/{space}InstdAmt")))
            for one in root.iter(f"{space}CdtTrfTxInf")
        ]


def _text(element: ET.Element, path: str) -> str:
    return str(element.findtext(path))


@pytest.fixture
def stage(world: World) -> Stage:
    reaper = Reaper()
    runtime.session().register("before-call", reaper.before_call)
    runtime.session().register("after-call", reaper.after_call)
    world.today("2024-08-01")
    for number in (1, 2):
        world.program.put(record_item(partner(f"P{number}"), f"P{number}"))
        world.program.put(record_item(site(f"S{number}", partner_id=f"P{number}"), f"P{number}"))
    desk = Desk(world)
    for number in (1, 2):
        desk.enter_bank_details(f"S{number}", PARTNERS_IBAN, f"Partner P{number}")
    desk.enter_bank_details("payer.EUR", VENDORS_IBAN, "Vendor")
    world.today(TODAY)
    return Stage(desk, reaper)


def check_paid_once(stage: Stage, batch: Batch) -> None:
    """File, batch and ledger say the same, each payment once."""
    stands = stage.desk.batch(batch.batch_id)
    assert stands.status is BatchStatus.RELEASED
    assert stage.files(batch) == ["pain.001.xml", "payments.csv"], "one version of each"
    paid = stage.paid_by_file(batch)
    assert sorted(paid) == sorted((item.end_to_end_id, item.amount) for item in batch.items)
    entries = [
        entry for account in ACCOUNTS for entry in stage.desk.book.ledger(account) if entry.batch_id == batch.batch_id
    ]
    assert [entry.kind for entry in entries] == [LedgerKind.INITIATED] * 2
    assert total(amount for _, amount in paid) == batch.total == total(entry.amount for entry in entries)
    for item in batch.items:
        payout = stage.desk.book.payout(item.account_id, item.period)
        assert payout is not None
        assert (payout.state, payout.batch_id) == (PayoutState.IN_PAYMENT, batch.batch_id)


@pytest.mark.slow
@pytest.mark.rule("R-5.4")
@pytest.mark.catalogue("F42")
@pytest.mark.catalogue("F45")
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_killed_at_each_of_its_aws_calls_and_run_again_it_pays_once(stage: Stage, after: bool) -> None:  # a case
    whole = stage.new_batch()
    stage.reaper.arm(0, after=False)
    stage.run()
    calls = list(stage.reaper.calls)
    check_paid_once(stage, whole)
    assert {"TransactWriteItems", "PutItem", "PutObject", "Decrypt", "Query", "GetItem"} <= set(calls)
    for at in range(1, len(calls) + 1):
        batch = stage.new_batch()
        assert stage.run_killed(at, after=after), (at, calls)
        stage.run()
        check_paid_once(stage, batch)
    assert stage.run()["batches"] == []
    assert list(breaks(stage.desk.book.audit_log())) == []
