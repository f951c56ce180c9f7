"""Statements and the payouts that they start on DynamoDB (moto), of an account that loses Premier and sees returns."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.adapters.table import Table
from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.revenue import Contribution
from partner_program.domain.tiers.account import ChangeReason, TierChange
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.make_statement import MakeStatement
from partner_program.use_cases.verify_statements import VerifyStatements
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FixedClock
from tests.fakes.payment_tables import payment_tables
from tests.fakes.program_table import contribution_item, record_item
from tests.fakes.records import P1_DE, opening, sales
from tests.fakes.statements import CAPPED, premier, statement_task


@dataclass
class World:
    """P1-DE, Premier, with 100 000 sold in 2023; each quarter's close when its day has come."""

    program: Table
    store: DynamoAccountStore
    book: DynamoPaymentBook

    def sold(self, *items: Contribution) -> None:
        self.program.put_many([contribution_item(item) for item in items])

    def close(self, quarter: str, on: str) -> Statement | None:
        return MakeStatement(self.store, CAPPED, self.book)(statement_task(quarter, "CLOSE", on))

    def lose_premier(self, day: str) -> None:
        stored = self.store.load(P1_DE, 2023)[1]
        assert stored.state is not None
        change = TierChange(
            changed_on=date.fromisoformat(day), from_tier=Tier.PREMIER, to_tier=Tier.ADVANCED,
            reason=ChangeReason.DEMOTED, rule="R-3.3", edition="guide-2022",
        )  # fmt: skip
        changes = (*stored.state.tier_changes, change)
        self.store.save_state(stored.state.model_copy(update={"tier_changes": changes}), stored.version)

    def payouts(self) -> list[tuple[str, str, str]]:
        return [(str(item.period), str(item.amount), item.state.value) for item in self.book.payouts(P1_DE)]


@pytest.fixture
def world() -> Iterator[World]:
    with payment_tables() as tables:
        store = DynamoAccountStore(tables.program)
        book = DynamoPaymentBook(tables.payments, banks=tables.banks, program=tables.program)
        found = World(tables.program, store, book)
        records = [*premier(), opening(2022, "50000")]
        tables.program.put_many([record_item(record, "P1") for record in records])
        found.sold(sales("2023-12", "100000"), sales("2024-03", "40000"), sales("2024-06", "90000"))
        AssessAccount(store, CAPPED, FixedClock("2024-01-01"))(P1_DE)
        yield found


@pytest.mark.rule("R-5.1", "R-5.4a", "R-5.4e")
@pytest.mark.catalogue("F45")
def test_a_payout_is_started_once_and_what_returns_take_back_is_carried(world: World) -> None:
    for _ in range(2):
        world.close("2024Q1", "2024-04-30")
        world.close("2024Q2", "2024-07-30")
    world.lose_premier("2024-08-01")
    world.sold(sales("2024-09", "-40000"))
    made = world.close("2024Q3", "2024-10-30")
    assert made is not None
    assert (made.eligible, str(made.payout), str(made.carried_out)) == (False, "0.00", "3250.00")
    assert (made.premier, str(made.known_on)) == (False, "2024-10-30")
    assert world.close("2024Q3", "2024-11-30") == made == world.store.statements(P1_DE)[-1]
    assert world.payouts() == [("2024Q2", "3250.00", "open")]


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F46")
def test_later_returns_leave_a_closed_quarter_without_a_statement_and_every_statement_verifies(world: World) -> None:
    world.close("2024Q2", "2024-07-30")
    world.lose_premier("2024-08-01")
    assert world.close("2024Q3", "2024-10-30") is None
    world.sold(sales("2024-05", "-40000", known="2024-11-01"))
    assert world.close("2024Q3", "2024-11-15") is None
    made = world.close("2024Q4", "2025-01-30")
    assert made is not None
    assert [(item.name, str(item.amount)) for item in made.adjustments] == [("Late returns of 2024Q2", "-40000")]
    assert str(made.carried_out) == "3250.00"
    assert list(VerifyStatements(world.store, CAPPED)()) == []
