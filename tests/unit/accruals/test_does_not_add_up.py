"""Statements, payouts, ledger and booked months are held against each other; a difference is told, never balanced."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from partner_program.domain.accruals.row import DoesNotAddUp, check
from partner_program.domain.payments.ledger import LedgerKind
from partner_program.use_cases.accruals import BookAccruals
from tests.fakes.accruals import Life, entry, moves


def _cancelled_without_a_payout(life: Life) -> None:
    life.world.payments.add_ledger([entry(life.payout("2024Q2"), LedgerKind.CANCELLED, "2024-08-20")])


def _paid_twice(life: Life) -> None:
    life.pays("2024Q2", "2024-08-20")
    life.world.payments.add_ledger([entry(life.payout("2024Q2"), LedgerKind.PAID, "2024-08-21", attempt=2)])


def _paid_another_amount(life: Life) -> None:
    life.pays("2024Q2", "2024-08-20")
    ((place, paid),) = [(place, one) for place, one in life.world.payments.items.items() if place[0] == "ledger"]
    life.world.payments.items[place] = paid.model_copy(update={"amount": Decimal("3125.01")})


def _paid_but_not_in_the_ledger(life: Life) -> None:
    life.pays("2024Q2", "2024-08-20")
    items = life.world.payments.items
    life.world.payments.items = {place: one for place, one in items.items() if place[0] != "ledger"}


def _ledger_without_a_payout(life: Life) -> None:
    life.pays("2024Q2", "2024-08-20")
    items = life.world.payments.items
    life.world.payments.items = {place: one for place, one in items.items() if place[0] != "payout"}


def _payout_of_another_amount(life: Life) -> None:
    ((place, payout),) = [(place, one) for place, one in life.world.payments.items.items() if place[0] == "payout"]
    life.world.payments.items[place] = payout.model_copy(update={"amount": Decimal("3125.01")})


def _booked_row_of_another_closing(life: Life) -> None:
    row = life.row("2024-07")
    life.world.store.rows["2024-07", life.account_id] = row.model_copy(update={"closing": Decimal("3125.01")})


def _final_statement_that_was_changed(life: Life) -> None:
    statements = life.world.accounts._statements
    ((key, final),) = [(key, one) for key, one in statements.items() if key[1:] == ("2024Q2", "final")]
    statements[key] = final.model_copy(update={"earned": Decimal("3200.00")})


def _booked_row_whose_parts_are_more(life: Life) -> None:
    row = life.row("2024-07")
    changed = {"closing": Decimal("3125.001"), "standings": (row.standings[-1],)}
    life.world.store.rows["2024-07", life.account_id] = row.model_copy(update=changed)


def _booked_in_another_currency(life: Life) -> None:
    row = life.row("2024-07")
    life.world.store.rows["2024-07", life.account_id] = row.model_copy(update={"currency": "USD"})


def _final_statement_in_another_currency(life: Life) -> None:
    statements = life.world.accounts._statements
    ((key, final),) = [(key, one) for key, one in statements.items() if key[1:] == ("2024Q2", "final")]
    statements[key] = final.model_copy(update={"currency": "USD"})


def _final_statement_that_is_gone(life: Life) -> None:
    life.world.accounts._statements.clear()


@pytest.mark.catalogue("F57")
@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        (_cancelled_without_a_payout, "is open, but by the ledger 0 is paid and 3125.00 cancelled"),
        (_paid_twice, "is paid, but by the ledger 6250.00 is paid"),
        (_paid_another_amount, "not about one amount"),
        (_paid_but_not_in_the_ledger, "is paid, but by the ledger 0 is paid"),
        (_ledger_without_a_payout, "there is not"),
        (_payout_of_another_amount, "not about one amount"),
        (_booked_row_of_another_closing, "opening 3125.01"),
        (_final_statement_that_was_changed, "do not follow from one another"),
        (_booked_row_whose_parts_are_more, "not in whole minor units"),
        (_booked_in_another_currency, "was booked in USD and is kept in EUR now"),
        (_final_statement_in_another_currency, "has final statements in USD"),
        (_final_statement_that_is_gone, "not about one amount"),
    ],
)
def test_what_does_not_add_up_is_reported_and_never_balanced(breaks: Callable[[Life], None], told: str) -> None:
    life = Life().sells("2024-04", "125000")
    other = Life(world=life.world, account_id="P2-DE")
    life.months("2024-03", "2024-06")
    life.closes("2024Q2")
    life.month("2024-07")
    breaks(life)
    (run,) = life.world.books("2024-08")
    assert [one.account_id for one in run.failures] == [life.account_id]
    assert told in run.failures[0].reason
    assert [row.account_id for row in life.world.store.month("2024-08")] == [other.account_id]


def test_a_row_whose_parts_or_balances_do_not_fit_is_none() -> None:
    row = Life().sells("2024-04", "125000").month("2024-04")
    for changes, told in (
        ({"adjusted": Decimal(1)}, "named parts"),
        ({"accrued": Decimal(1)}, "opening 0.00 + accrued 1"),
        ({"carried": Decimal(1)}, "follow from one another"),
        ({"open": Decimal(-1), "not_stated": Decimal(3126)}, "1 more was settled"),
    ):
        with pytest.raises(DoesNotAddUp, match=re.escape(told)):
            check(row.model_copy(update=changes))


def test_a_payment_that_is_booked_between_two_reads_is_looked_at_once_more() -> None:
    life = Life().sells("2024-04", "125000")
    life.months("2024-03", "2024-06")
    life.closes("2024Q2")
    life.month("2024-07")

    class Payments:
        def ledger(self, account_id: str) -> Any:
            found = life.world.payments.ledger(account_id)
            if not found:
                life.pays("2024Q2", "2024-08-31")
            return found

        def payouts(self, account_id: str) -> Any:
            return life.world.payments.payouts(account_id)

    world = life.world
    book = BookAccruals(world.accounts, Payments(), world.store, world.results, world.jobs, world.rulebook)
    assert [run.complete for run in book(world.booking_day("2024-08"))] == [True]
    assert moves(life.row("2024-08"))[2] == "3125.00"
