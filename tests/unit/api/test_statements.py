"""Statements: the list, the whole derivation of one, the very lines that it was made from, its documents."""

from datetime import date
from decimal import Decimal

import pytest

from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.account_facts import facts_of
from partner_program.domain.facts import Record
from partner_program.domain.payments.life import Life
from partner_program.domain.payments.payout import PayoutState
from partner_program.use_cases.queries.statements import StatementLines, Statements
from partner_program.values.errors import NotFound
from partner_program.values.money import total
from partner_program.values.periods import Quarter
from tests.fakes.payment_world import BORIS, DUE, PaymentWorld
from tests.fakes.payments import FakePaymentBook, FakePaymentFiles
from tests.fakes.pos_world import line, product
from tests.fakes.records import P1_DE
from tests.fakes.revenue_world import RevenueWorld
from tests.fakes.statements import TRADING, year_of

Q1, Q2, Q3 = (Quarter(2024, number) for number in (1, 2, 3))
BOTH = (StatementStatus.PRELIMINARY, StatementStatus.FINAL)


def asked(
    world: RevenueWorld, book: FakePaymentBook | None = None, files: FakePaymentFiles | None = None
) -> Statements:
    return Statements(
        world.accounts, book or FakePaymentBook(), files or FakePaymentFiles(), world.reads, world.lines,
        world.pos.rulebook,
    )  # fmt: skip


@pytest.fixture
def world() -> RevenueWorld:
    """Preliminary and final statements of the first three quarters of 2024, and a final one of 2023."""
    made = RevenueWorld()
    for year in (2023, 2024):
        for statement in year_of("100000", ["60000", "65000", "10000"] if year == 2024 else ["60000"], year=year):
            for status in BOTH:
                made.accounts.put_statement(statement.model_copy(update={"status": status}))
    return made


# -- the list


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_the_list_has_every_statement_once_by_quarter_the_preliminary_one_before_the_final_one(
    world: RevenueWorld, limit: int
) -> None:
    found, position = [], None
    while True:
        page = asked(world).all(P1_DE, position=position, limit=limit)
        assert len(page.items) <= limit
        found += [(item.period, item.status) for item in page.items]
        position = page.next_cursor
        if position is None:
            break
    periods = ["2023Q1", "2024Q1", "2024Q2", "2024Q3"]
    assert found == [(period, status) for period in periods for status in BOTH]


def test_an_account_without_statements_has_an_empty_list(world: RevenueWorld) -> None:
    page = asked(world).all("P9-DE", position=None, limit=50)
    assert (page.items, page.next_cursor) == ((), None)


def test_each_statement_says_where_it_stands_on_its_way_to_being_paid() -> None:
    paid = PaymentWorld()
    paid.partners(1)
    paid.payout("P1-DE")
    world = RevenueWorld(accounts=paid.accounts)
    (statement,) = paid.accounts.statements(P1_DE)
    paid.accounts.put_statement(statement.model_copy(update={"status": StatementStatus.PRELIMINARY}))

    def lives() -> list[Life]:
        listed = [item.life for item in asked(world, paid.book).all(P1_DE, position=None, limit=50).items]
        alone = [asked(world, paid.book).one(P1_DE, Q2, status).life for status in BOTH]
        assert listed == alone
        return listed

    assert lives() == [Life.PRELIMINARY, Life.FINAL]
    batch = paid.prepared()
    assert lives() == [Life.PRELIMINARY, Life.PREPARED]
    paid.batches.approve(batch.batch_id, batch.digest, by=BORIS, on=DUE)
    assert lives() == [Life.PRELIMINARY, Life.APPROVED]


# -- one statement


def test_a_statement_comes_with_its_whole_derivation(world: RevenueWorld) -> None:
    found = asked(world).one(P1_DE, Q2)
    (final,) = (item for item in world.accounts.statements(P1_DE) if (item.period, item.status) == (Q2, "final"))
    assert found.statement == final
    assert found.statement.steps
    assert (found.life, found.documents) == (Life.FINAL, ("html", "pdf"))


def test_the_final_statement_is_meant_unless_there_is_none_yet_or_the_preliminary_one_is_asked_for(
    world: RevenueWorld,
) -> None:
    assert asked(world).one(P1_DE, Q2).statement.status is StatementStatus.FINAL
    early = asked(world).one(P1_DE, Q2, StatementStatus.PRELIMINARY)
    assert (early.statement.status, early.documents) == (StatementStatus.PRELIMINARY, ())
    only = year_of("100000", ["60000"], year=2022)[0].model_copy(update={"status": StatementStatus.PRELIMINARY})
    world.accounts.put_statement(only)
    assert asked(world).one(P1_DE, Quarter(2022, 1)).statement.status is StatementStatus.PRELIMINARY
    with pytest.raises(NotFound):
        asked(world).one(P1_DE, Quarter(2022, 1), StatementStatus.FINAL)


@pytest.mark.parametrize("account", ["P1-DE", "P2-DE"])
def test_there_is_no_statement_of_a_quarter_or_account_without_one(world: RevenueWorld, account: str) -> None:
    period = Quarter(2024, 4) if account == P1_DE else Q2
    with pytest.raises(NotFound, match="no such statement"):
        asked(world).one(account, period)
    with pytest.raises(NotFound, match="no such statement"):
        asked(world).lines(account, period, None, position=None, limit=5)


# -- its lines


def sold(world: RevenueWorld) -> None:
    """A first quarter of five lines, one of them held for a product, known by 5 May."""
    world.play(*(
        line(line_number=n, invoice_date=f"2024-0{1 + n % 2}-11", final_amount=f"{n}.01", product_category="",
             sku="new-1" if n == 3 else "hardware-1")
        for n in range(1, 6)
    ))  # fmt: skip


def stated(
    world: RevenueWorld, on: date = date(2024, 5, 5), status: StatementStatus = StatementStatus.FINAL
) -> Statement:
    """A statement of the first quarter, made from what is known, on a day."""
    records = [known for known in TRADING if isinstance(known, Record)]
    opening = world.accounts.load(P1_DE, 2020)[0].opening_revenue
    facts = facts_of(P1_DE, [*records, *opening], world.known())
    made = make_statement(facts, Assignment(Q1, status, on), (), world.pos.rulebook)
    return world.accounts.put_statement(made)


def lines_of(world: RevenueWorld, limit: int = 2) -> tuple[list[tuple[int, Decimal]], StatementLines]:
    page = asked(world).lines(P1_DE, Q1, None, position=None, limit=limit)
    found = [(item.line_number, item.credit) for item in page.items]
    while page.next_cursor is not None:
        assert len(page.items) <= limit
        page = asked(world).lines(P1_DE, Q1, None, position=page.next_cursor, limit=limit)
        found += [(item.line_number, item.credit) for item in page.items]
    return found, page


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_the_lines_behind_a_statement_add_up_to_its_ytd(limit: int) -> None:
    world = RevenueWorld()
    world.opening("1000")
    sold(world)
    statement = stated(world)
    found, page = lines_of(world, limit)
    assert sorted(number for number, _ in found) == [1, 2, 4, 5]
    assert (page.lines, page.credit, page.opening_revenue) == (4, Decimal("6.02"), Decimal(1000))
    assert total(credit for _, credit in found) == page.credit
    assert statement.ytd_revenue == page.ytd_revenue == Decimal("1006.02")
    assert page.complete


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F46")
def test_what_counts_after_the_statement_is_not_among_its_lines_though_it_came_in_the_same_report() -> None:
    world = RevenueWorld()
    sold(world)
    stated(world)
    before = lines_of(world)
    world.pos.clock.day = date(2024, 6, 1)
    world.pos.lookups.all_products["new-1"] = product("new-1", "software")
    world.pos.again()
    world.play(line(line_number=1, invoice_number="INV-9", invoice_date="2024-02-20"), report="R2")
    world.play(line(line_number=1, invoice_number="INV-8", invoice_date="2024-04-20"), report="R3")
    assert world.revenue().credit == Decimal("6.02") + Decimal("3.01") + Decimal("200.00")
    assert lines_of(world) == before


@pytest.mark.rule("R-5.4d")
@pytest.mark.parametrize(("known_on", "shown", "complete"), [("2024-05-05", 1500, False), ("2024-05-06", 1000, True)])
def test_the_opening_revenue_is_that_which_was_known_when_the_statement_was_made(
    known_on: str, shown: int, complete: bool
) -> None:
    """One that was corrected on the statement's own day, after it, is the only one that is known of that day."""
    world = RevenueWorld()
    world.opening("1000")
    sold(world)
    stated(world)
    world.opening("1500", known_on=known_on)
    page = lines_of(world, 50)[1]
    assert (page.opening_revenue, page.complete) == (Decimal(shown), complete)
    assert page.ytd_revenue == Decimal("1006.02")


@pytest.mark.rule("R-5.4d")
def test_where_it_was_not_kept_which_lines_were_known_the_list_says_that_it_is_not_complete() -> None:
    world = RevenueWorld()
    sold(world)
    stated(world)
    world.pos.clock.day = date(2024, 6, 1)
    world.pos.lookups.all_products["new-1"] = product("new-1", "software")
    world.pos.again()
    assert lines_of(world, 50)[1].complete
    world.pos.sales.replaced_references.clear()
    found, page = lines_of(world, 50)
    assert not page.complete
    assert (page.lines, page.credit) == (4, Decimal("6.02"))
    assert 3 not in {number for number, _ in found}


def test_lines_that_came_later_on_the_statements_own_day_make_its_list_say_that_it_is_not_complete() -> None:
    world = RevenueWorld()
    sold(world)
    stated(world)
    world.play(line(line_number=1, invoice_number="INV-9", invoice_date="2024-02-20"), report="R2")
    assert not lines_of(world)[1].complete


def test_a_list_ends_as_that_of_the_statement_it_began_with_though_the_final_one_was_made_meanwhile() -> None:
    world = RevenueWorld()
    sold(world)
    stated(world, status=StatementStatus.PRELIMINARY)
    expected, whole = lines_of(world, 50)
    page = asked(world).lines(P1_DE, Q1, None, position=None, limit=2)
    found = [(item.line_number, item.credit) for item in page.items]
    world.pos.clock.day = date(2024, 5, 10)
    world.play(line(line_number=9, invoice_number="A-1", invoice_date="2024-01-20"), report="A0")
    stated(world, date(2024, 5, 10))
    while page.next_cursor is not None:
        page = asked(world).lines(P1_DE, Q1, None, position=page.next_cursor, limit=2)
        found += [(item.line_number, item.credit) for item in page.items]
        assert (page.status, page.lines, page.complete) == (StatementStatus.PRELIMINARY, whole.lines, True)
    assert found == expected
    assert lines_of(world)[1].status is StatementStatus.FINAL


# -- its documents


def test_a_document_is_what_lies_in_the_results_bucket(world: RevenueWorld) -> None:
    files = FakePaymentFiles()
    files.write_once("statements/P1-DE/2024Q2.pdf", b"%PDF", "application/pdf")
    files.write_once("statements/P1-DE/2024Q2.html", b"<html>", "text/html")
    assert asked(world, files=files).document(P1_DE, Q2, "pdf") == (b"%PDF", "application/pdf")
    assert asked(world, files=files).document(P1_DE, Q2, "html") == (b"<html>", "text/html; charset=utf-8")


@pytest.mark.parametrize("form", ["pdf", "html", "exe", "../2024Q2.pdf"])
def test_a_document_that_is_not_made_yet_or_is_none_is_not_found(world: RevenueWorld, form: str) -> None:
    files = FakePaymentFiles()
    files.write_once("statements/P1-DE/2024Q1.exe", b"x", "x")
    with pytest.raises(NotFound):
        asked(world, files=files).document(P1_DE, Q1, form)


def test_every_state_of_a_payout_is_a_life_of_its_statement() -> None:
    assert {state.value for state in PayoutState} - {"open", "in_batch"} <= {life.value for life in Life}
