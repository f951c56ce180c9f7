"""One contract for what queries about revenue read: the fake and the tables, after the same reports."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from partner_program.adapters import sales_store
from partner_program.adapters.account_store import baseline_item
from partner_program.adapters.revenue_reader import DynamoRevenueReader
from partner_program.adapters.sales_store import DynamoSalesStore
from partner_program.adapters.table import Table
from partner_program.domain.facts import OpeningRevenue
from partner_program.domain.revenue import Baseline
from partner_program.use_cases.queries.revenue_lines import CountedLines, Wanted
from partner_program.use_cases.queries.revenue_ports import RevenueReads, Turn, WindowKey
from partner_program.use_cases.queries.revenue_uncounted import UncountedLines
from partner_program.use_cases.report_ports import part_name
from tests.fakes.accounts import FakeAccounts
from tests.fakes.pos_world import World, line, product
from tests.fakes.program_table import record_item
from tests.fakes.reports import FixedClock
from tests.fakes.revenue import MemoryRevenueReads
from tests.integration.test_sales_store import two_tables

APRIL = "2024-04"
OPENING = OpeningRevenue(partner_id="P1", country="DE", year=2024, sales_revenue=Decimal("17.5"), currency="EUR")
BASELINES = (
    Baseline(account_id="P1-DE", year=2024, currency="EUR", sales_revenue=Decimal(5), frozen_on=date(2025, 1, 30)),
    Baseline(
        account_id="P1-DE", year=2024, currency="EUR", sales_revenue=Decimal(6), frozen_on=date(2025, 1, 30),
        revision=1, restated_on=date(2025, 3, 1), restated_by="Anna", reason="late",
    ),
)  # fmt: skip


class Played:
    """A program into which reports are played, and what reads it."""

    def __init__(self, world: World, reads: RevenueReads) -> None:
        self.world = world
        self.reads = reads

    def report(self, *lines: dict[str, str], distributor: str = "D1", report: str = "R1") -> None:
        sent = [one | {"distributor_id": distributor, "report_id": report} for one in lines]
        self.world.play(sent, f"pos/{distributor}/{report}.csv")

    def mend(self) -> None:
        """On 1 June the product comes that lines wait for."""
        self.world.clock.day = date(2024, 6, 1)
        self.world.lookups.all_products["new-1"] = product("new-1", "software")
        self.world.again()

    def numbers(self, wanted: Wanted, limit: int = 2) -> tuple[list[int], bool]:
        """Line numbers of all pages, and whether anything was lacking."""
        found, position, lacking = [], None, False
        while True:
            page = CountedLines(self.reads).page(wanted, position, limit)
            found += [one.line_number for one in page.lines]
            lacking, position = lacking or page.lacking, page.next
            if position is None:
                return found, lacking


@pytest.fixture(params=["memory", "moto"])
def played(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    """Items of three lines; three windows of four; every third line is held for a product."""
    monkeypatch.setattr(sales_store, "REFERENCES_PER_ITEM", 3)
    monkeypatch.setattr("partner_program.adapters.revenue_reader.REFERENCES_PER_ITEM", 3)
    monkeypatch.setattr(sales_store, "UNCOUNTED_PER_ITEM", 2)
    monkeypatch.setattr("partner_program.adapters.revenue_reader.ITEMS_AT_ONCE", 2)
    world = World(window_rows=6)
    accounts = FakeAccounts()
    accounts.add(OPENING)
    for baseline in BASELINES:
        accounts.put_baseline(baseline)
    with two_tables() as (program, sales):
        reads: RevenueReads = MemoryRevenueReads(world.sales, world.lookups, accounts)
        if request.param == "moto":
            fill(program, world, accounts)
            store: Any = DynamoSalesStore(program, sales)
            world.sales = store
            reads = DynamoRevenueReader(program, sales)
        made = Played(world, reads)
        made.report(*(
            line(line_number=n + 1, product_category="", sku="new-1" if n % 3 == 0 else "software-1")
            for n in range(15)
        ))  # fmt: skip
        made.report(line(invoice_number="INV-2", line_number=99), distributor="D2")
        yield made


def fill(program: Table, world: World, accounts: FakeAccounts) -> None:
    """The same records and baselines as the fakes have."""
    program.put(record_item(OPENING, "P1"))
    for site in world.lookups.all_sites.values():
        program.put(record_item(site, site.partner_id))
    for baseline in BASELINES:
        program.put(baseline_item(baseline))


def test_a_year_has_its_contributions_baselines_and_opening_revenue(played: Played) -> None:
    year = played.reads.year("P1-DE", 2024)
    assert sorted((one.distributor_id, one.part, one.lines) for one in year.contributions) == [
        ("D1", 1, 4), ("D1", 2, 4), ("D1", 3, 2), ("D2", 1, 1),
    ]  # fmt: skip
    assert sorted(year.baselines, key=lambda one: one.revision) == list(BASELINES)
    assert year.opening == OPENING
    empty = played.reads.year("P1-DE", 2023)
    assert (list(empty.contributions), list(empty.baselines), empty.opening) == ([], [], None)


def test_a_year_known_on_a_day_has_what_was_known_by_its_end(played: Played) -> None:
    before = played.reads.year("P1-DE", 2024)
    played.mend()
    known = played.reads.year_known_on("P1-DE", 2024, date(2024, 5, 31))
    by_part = [{part_name(one): one for one in of.contributions} for of in (known, before)]
    assert by_part[0] == by_part[1]
    assert known.baselines == []
    later = played.reads.year_known_on("P1-DE", 2024, date(2025, 2, 1))
    assert sum(one.lines for one in later.contributions) == 16
    assert later.baselines == [BASELINES[0]]


@pytest.mark.parametrize(("day", "amount"), [("2023-06-14", None), ("2024-05-31", "17.5"), ("2024-06-01", "20")])
def test_the_opening_revenue_of_a_year_known_on_a_day_is_that_which_was_recorded_by_its_end(
    day: str, amount: str | None
) -> None:
    """Of each row ever taken there is an entry in the history of its place."""
    with two_tables() as (program, sales):
        first = record_item(OPENING, "P1")
        corrected = OPENING.model_copy(update={"sales_revenue": Decimal(20)})
        second = record_item(corrected, "P1") | {"stamp": "2024-06-01T08:00:00Z#0", "known_on": "2024-06-01"}
        other = record_item(OPENING.model_copy(update={"year": 2023}), "P1")
        for item in (first, second, other):
            program.put(item)
            program.put(item | {"pk": f"HISTORY#{item['pk']}", "sk": f"{item['sk']}#{item['stamp']}"})
        found = DynamoRevenueReader(program, sales).year_known_on("P1-DE", 2024, date.fromisoformat(day)).opening
        assert (found.sales_revenue if found else None) == (Decimal(amount) if amount else None)


def test_lines_are_listed_by_distributor_and_in_pages(played: Played) -> None:
    of_d1 = [2, 3, 5, 6, 8, 9, 11, 12, 14, 15]
    for limit in (1, 3, 100):
        assert played.numbers(Wanted("P1-DE", (APRIL,), None), limit) == ([*of_d1, 99], False)
        assert played.numbers(Wanted("P1-DE", (APRIL,), "D1"), limit) == (of_d1, False)
        assert played.numbers(Wanted("P1-DE", ("2024-03", APRIL, "2024-05"), "D2"), limit) == ([99], False)
        assert played.numbers(Wanted("P1-DE", (APRIL,), "D"), limit) == ([], False)


@pytest.mark.rule("R-5.4d")
def test_the_lines_known_then_are_found_after_their_reports_have_grown(played: Played) -> None:
    known = {(one.month, part_name(one)): one.lines for one in played.reads.year("P1-DE", 2024).contributions}
    before = played.numbers(Wanted("P1-DE", (APRIL,), None, known))
    played.mend()
    assert played.numbers(Wanted("P1-DE", (APRIL,), None, known)) == before
    assert played.numbers(Wanted("P1-DE", (APRIL,), None))[0] == [*range(1, 16), 99]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7])
def test_a_list_that_is_read_while_a_report_grows_repeats_nothing(played: Played, limit: int) -> None:
    wanted = Wanted("P1-DE", (APRIL,), None)
    first = CountedLines(played.reads).page(wanted, None, limit)
    played.mend()
    found = [one.line_number for one in first.lines]
    position = first.next
    while position is not None:
        page = CountedLines(played.reads).page(wanted, position, limit)
        found += [one.line_number for one in page.lines]
        position = page.next
    assert len(found) == len(set(found))
    assert {2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 99} <= set(found)


def test_claims_are_found_by_the_names_of_lines(played: Played) -> None:
    keys = [("D1", "INV-1", 2), ("D1", "INV-1", 1), ("D2", "INV-1", 2), ("D1", "INV-9", 2), ("D2", "INV-2", 99)]
    assert set(played.reads.claims(keys)) == {("D1", "INV-1", 2), ("D2", "INV-2", 99)}


def test_what_did_not_count_is_listed_with_who_has_found_it_so_until_the_report_is_mended(played: Played) -> None:
    def listed(limit: int) -> list[int]:
        found, position = [], None
        while True:
            page = UncountedLines(played.reads, FixedClock(date(2024, 5, 5)))(
                "P1-DE", month=None, year=2024, position=position, limit=limit
            )
            found += [one.line for one in page.items]
            position = page.next_cursor
            if position is None:
                return found

    for limit in (1, 2, 50):
        assert listed(limit) == [2, 5, 8, 11, 14]
    windows = [WindowKey("D1", "R1", number) for number in (1, 2, 3, 4)] + [WindowKey("D9", "R1", 1)]
    turns = played.reads.turns(windows)
    assert turns == {window: Turn(1, 1) for window in windows[:3]}
    played.mend()
    assert listed(2) == []
    assert {turn.run for turn in played.reads.turns(windows).values()} == {2}


def test_an_account_has_the_sites_that_are_recorded_for_it_now(played: Played) -> None:
    assert played.reads.site_ids("P1-DE") == {"S-DE", "S-DE2"}
    assert played.reads.site_ids("P1-AT") == frozenset()
