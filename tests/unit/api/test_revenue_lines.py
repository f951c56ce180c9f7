"""The invoice lines behind a number: all of them, once each, and their credit is the number."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partner_program.domain.files.outcomes import Flag
from partner_program.use_cases.queries import revenue_lines
from partner_program.use_cases.queries.revenue import Grouping
from partner_program.values.errors import InvalidValue
from partner_program.values.money import total
from tests.fakes.pos_world import line, product, site
from tests.fakes.revenue_world import RevenueWorld

APRIL = "2024-04"


@pytest.fixture
def world() -> RevenueWorld:
    """Nine lines of D1 in April, and one a month of D2 from January on, of all classes; another partner's too."""
    made = RevenueWorld()
    classes = ("software", "care", "hardware")
    made.play(*(
        line(line_number=n + 1, final_amount=f"{n + 1}.01", sku=f"{classes[n % 3]}-1", product_category="")
        for n in range(9)
    ))  # fmt: skip
    made.play(
        *(line(invoice_number=f"INV-{n}", invoice_date=f"2024-0{n}-01", final_amount="10.00") for n in range(1, 5)),
        line(invoice_number="INV-JP", partner_site_id="S-JP", country="JP", currency="JPY", final_amount="999"),
        distributor="D2",
    )
    return made


@pytest.mark.rule("R-2.2a")
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_the_lines_behind_a_month_a_distributor_and_a_class_add_up_to_the_number_shown(
    world: RevenueWorld, limit: int
) -> None:
    for item in world.revenue(by=Grouping.MONTH).items:
        found = world.all_lines(limit, month=item.name)
        assert (total(one.credit for one in found), len(found)) == (item.credit, item.lines)
    for item in world.revenue(by=Grouping.DISTRIBUTOR).items:
        found = world.all_lines(limit, distributor_id=item.name)
        assert (total(one.credit for one in found), len(found)) == (item.credit, item.lines)
    for item in world.revenue(by=Grouping.PRODUCT_CLASS).items:
        found = world.all_lines(limit, product_class=item.name, year=2024)
        assert (total(one.credit for one in found), len(found)) == (item.credit, item.lines)


def test_of_one_distributors_month_only_its_lines_are_listed(world: RevenueWorld) -> None:
    assert [one.invoice_number for one in world.all_lines(month=APRIL, distributor_id="D2")] == ["INV-4"]
    assert world.all_lines(month=APRIL, distributor_id="D") == []


def test_a_year_is_listed_month_by_month(world: RevenueWorld) -> None:
    days = [one.invoice_date.month for one in world.all_lines(limit=3)]
    assert days == sorted(days)
    assert len(days) == 13
    assert world.all_lines(year=2023) == []


def test_a_list_goes_on_in_its_year_when_the_next_one_has_begun(world: RevenueWorld) -> None:
    world.pos.clock.day = date(2024, 12, 31)
    expected = world.all_lines()
    page = world.page()
    found = list(page.items)
    world.pos.clock.day = date(2025, 1, 1)
    while page.next_cursor is not None:
        page = world.page(page.next_cursor)
        found += page.items
    assert found == expected
    assert world.all_lines() == []


def test_a_month_and_a_year_together_are_refused(world: RevenueWorld) -> None:
    with pytest.raises(InvalidValue):
        world.page(month=APRIL, year=2024)


@pytest.mark.rule("R-2.2a")
def test_a_line_shows_how_its_credit_comes_about_and_what_is_odd_about_it() -> None:
    world = RevenueWorld()
    hardware = {"sku": "hardware-1", "product_category": "hardware"}
    world.play(line(line_number=4, list_unit_price="125", quantity="2", final_amount="99.99", **hardware))
    (found,) = world.page(month=APRIL).items
    assert (found.billed, found.credited_pct, found.credit) == (Decimal("99.99"), Decimal(50), Decimal("49.995"))
    assert (found.distributor_id, found.report_id, found.invoice_number, found.line_number) == ("D1", "R1", "INV-1", 4)
    assert (found.site_id, found.sku, found.product_class, found.quantity) == ("S-DE", "hardware-1", "hardware", 2)
    assert found.flags == (Flag.PRICE_DEVIATION,)
    assert found.rule == "R-2.2a"


def test_a_line_that_was_credited_otherwise_than_its_class_is_now_shows_no_share(world: RevenueWorld) -> None:
    for place, claims in world.pos.sales.invoices.items():
        odd = {number: claim._replace(credit=claim.credit + 1) for number, claim in claims.items()}
        world.pos.sales.invoices[place] = odd
    assert {one.credited_pct for one in world.all_lines(month=APRIL)} == {None}


@pytest.mark.catalogue("B59")
def test_another_partners_lines_are_never_among_them(world: RevenueWorld) -> None:
    assert {one.site_id for one in world.all_lines()} == {"S-DE"}
    assert [one.site_id for one in world.page(account_id="P2-JP", month=APRIL).items] == ["S-JP"]


def held_and_mended(world: RevenueWorld) -> None:
    """The product comes that some lines of R1 wait for, and the report is processed again."""
    world.pos.lookups.all_products["new-1"] = product("new-1", "software")
    world.pos.again()


def with_held() -> RevenueWorld:
    """Twelve lines in three windows; each third is held for a product."""
    world = RevenueWorld()
    world.play(*(
        line(line_number=n + 1, product_category="", sku="new-1" if n % 3 == 0 else "software-1") for n in range(12)
    ))  # fmt: skip
    return world


@pytest.mark.parametrize("after", range(1, 8))
def test_a_report_that_grows_between_two_pages_repeats_no_line_and_loses_none_that_counted(after: int) -> None:
    world = with_held()
    counted_before = {one.line_number for one in world.all_lines(month=APRIL)}
    page = world.page(limit=after, month=APRIL)
    held_and_mended(world)
    found = [one.line_number for one in page.items]
    while page.next_cursor is not None:
        page = world.page(page.next_cursor, after, month=APRIL)
        found += [one.line_number for one in page.items]
    assert len(found) == len(set(found))
    assert counted_before <= set(found)
    assert {one.line_number for one in world.all_lines(month=APRIL)} == set(range(1, 13))


def test_a_page_takes_so_many_reads_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement's lines may lie far apart among those that came later."""
    world = RevenueWorld()
    for number in range(1, 10):
        world.play(line(line_number=number), report=f"R{number}")
    monkeypatch.setattr(revenue_lines, "MOST_READS_MORE", 1)
    last = sorted(world.pos.sales.references)[-1]
    wanted = revenue_lines.Wanted("P1-DE", (APRIL,), None, {(APRIL, "#".join(last[2:])): 1})
    world.reads.reads = 0
    first = world.lines.page(wanted, None, 50)
    assert (first.lines, world.reads.reads) == ([], 3)
    assert first.next is not None
    second = world.lines.page(wanted, first.next, 50)
    third = world.lines.page(wanted, second.next, 50)
    assert (len(third.lines), third.next) == (1, None)


LINES = st.lists(st.tuples(st.sampled_from(["D1", "D2"]), st.sampled_from(["R1", "R2", "R3"]), st.integers(1, 4)),
                 min_size=1, max_size=20)  # fmt: skip


@given(LINES, st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=60)
def test_however_lines_and_items_fall_every_line_is_listed_once(
    lines: list[tuple[str, str, int]], limit: int, per_item: int, at_once: int
) -> None:
    world = RevenueWorld()
    world.reads.lines_per_item, world.reads.items_at_once = per_item, at_once
    by_report: dict[tuple[str, str], list[dict[str, str]]] = {}
    for number, (distributor, report, month) in enumerate(lines, 1):
        sale = line(invoice_number=f"INV-{number}", invoice_date=f"2024-0{month}-15")
        by_report.setdefault((distributor, report), []).append(sale)
    for (distributor, report), sales in by_report.items():
        world.play(*sales, distributor=distributor, report=report)
    listed = [one.invoice_number for one in world.all_lines(limit)]
    assert sorted(listed) == sorted(f"INV-{number}" for number in range(1, len(lines) + 1))


def test_lines_of_all_sites_of_the_account_are_listed(world: RevenueWorld) -> None:
    world.pos.lookups.all_sites["S-DE3"] = site("S-DE3", "P1", "DE")
    world.play(line(invoice_number="INV-77", partner_site_id="S-DE3"), report="R7")
    assert {one.site_id for one in world.all_lines(month=APRIL)} == {"S-DE", "S-DE3"}
