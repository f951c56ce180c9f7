"""The lines that did not count and why: as it is now, the account's own, each once."""

from datetime import date
from typing import Any

import pytest

from partner_program.domain.files.outcomes import Outcome, ReasonCode
from partner_program.domain.files.what_to_do import what_to_do
from partner_program.use_cases.queries.revenue_uncounted import MOST_READS_MORE
from partner_program.values.errors import InvalidValue
from tests.fakes.pos_world import World, line, product
from tests.fakes.reports import Killed
from tests.fakes.revenue_world import RevenueWorld

APRIL = "2024-04"


def reasons(world: RevenueWorld, **asked: Any) -> list[tuple[int, str]]:
    """Line in the file and reason of what an account is shown."""
    return [(one.line, one.reason_code.value) for one in world.all_uncounted(**asked)]


@pytest.fixture
def world() -> RevenueWorld:
    """A report of ten lines in windows of four: three held, three rejected, one of them undated."""
    made = RevenueWorld()
    odd = {2: {"sku": "new-1"}, 3: {"quantity": "x"}, 5: {"sku": "new-1"}, 6: {"currency": "USD"},
           8: {"invoice_date": "2024-13-01"}, 9: {"final_amount": "1e5", "invoice_date": "2024-02-10"}}  # fmt: skip
    made.play(*(line(line_number=n, product_category="", **odd.get(n, {})) for n in range(1, 11)))
    return made


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_a_year_lists_what_did_not_count_month_by_month_and_the_undated_last(world: RevenueWorld, limit: int) -> None:
    assert reasons(world, limit=limit) == [
        (10, "INVALID_NUMBER"),
        (3, "UNKNOWN_SKU"), (4, "INVALID_NUMBER"), (6, "UNKNOWN_SKU"), (7, "OTHER_CURRENCY"),
        (9, "INVALID_DATE"),
    ]  # fmt: skip
    assert reasons(world, limit=limit, month=APRIL) == [
        (3, "UNKNOWN_SKU"), (4, "INVALID_NUMBER"), (6, "UNKNOWN_SKU"), (7, "OTHER_CURRENCY"),
    ]  # fmt: skip
    assert reasons(world, limit=limit, month="undated") == [(9, "INVALID_DATE")]
    assert reasons(world, limit=limit, year=2023) == [(9, "INVALID_DATE")]
    assert reasons(world, limit=limit, month="2024-03") == []


def test_each_line_says_what_to_do_and_what_was_received(world: RevenueWorld) -> None:
    found = world.uncounted(month=APRIL).items[1]
    assert (found.outcome, found.reason_code) == (Outcome.REJECTED, ReasonCode.INVALID_NUMBER)
    assert (found.distributor_id, found.report_id, found.line, found.month) == ("D1", "R1", 4, APRIL)
    assert found.what_to_do == what_to_do(ReasonCode.INVALID_NUMBER)
    assert found.message == "quantity: a quantity is an integer in ASCII digits"
    assert found.columns["quantity"] == "x"


def test_a_month_and_a_year_together_are_refused(world: RevenueWorld) -> None:
    with pytest.raises(InvalidValue):
        world.uncounted(month=APRIL, year=2024)


@pytest.mark.catalogue("B59")
def test_nobody_sees_the_lines_of_another(world: RevenueWorld) -> None:
    world.play(line(partner_site_id="S-JP", quantity="x"), report="R2")
    assert reasons(world, account_id="P2-JP") == [(2, "INVALID_NUMBER")]  # though P1 has a line of this very name
    assert all(one.columns["partner_site_id"] == "S-DE" for one in world.all_uncounted())


def test_what_a_run_before_has_found_is_not_shown_once_the_report_was_processed_again(world: RevenueWorld) -> None:
    world.pos.lookups.all_products["new-1"] = product("new-1", "software")
    world.pos.again()
    assert reasons(world, month=APRIL) == [(4, "INVALID_NUMBER"), (7, "OTHER_CURRENCY")]


def test_a_new_version_of_the_report_shows_only_what_is_wrong_with_itself(world: RevenueWorld) -> None:
    world.play(line(line_number=1, product_category=""), line(line_number=99, quantity="0"))
    assert reasons(world) == [(3, "ZERO_QUANTITY")]


def test_a_refused_upload_leaves_what_stands(world: RevenueWorld) -> None:
    before = reasons(world)
    world.pos.play(b"not a csv", "pos/D1/R1.csv")
    assert reasons(world) == before


def test_a_line_that_another_report_has_made_count_meanwhile_is_not_shown(world: RevenueWorld) -> None:
    world.pos.lookups.all_products["new-1"] = product("new-1", "software")
    world.play(line(line_number=2, product_category="", sku="new-1"), line(line_number=3), report="R2")
    assert reasons(world, month=APRIL) == [(6, "UNKNOWN_SKU"), (7, "OTHER_CURRENCY")]


def test_a_held_line_that_was_counted_with_other_content_meanwhile_says_so(world: RevenueWorld) -> None:
    world.play(line(line_number=2, final_amount="1.00"), report="R2")
    first = world.uncounted(month=APRIL).items[0]
    assert (first.line, first.outcome, first.reason_code) == (3, Outcome.HELD, ReasonCode.LINE_CHANGED)
    assert first.what_to_do == what_to_do(ReasonCode.LINE_CHANGED)
    world.pos.again()
    again = world.uncounted(month=APRIL).items[0]
    assert again == first


def test_a_line_that_is_rejected_stays_so_though_another_of_its_name_was_counted() -> None:
    """A version that has the line twice, with other amounts: what the report says of it is what the partner reads."""
    world = RevenueWorld()
    world.play(line(line_number=1))
    world.play(line(line_number=1, final_amount="150.00"), line(line_number=1, final_amount="170.00"))
    assert [(one.line, one.outcome, one.reason_code) for one in world.all_uncounted()] == [
        (2, Outcome.REJECTED, ReasonCode.REPEATED_LINE), (3, Outcome.REJECTED, ReasonCode.REPEATED_LINE),
    ]  # fmt: skip
    assert world.pos.receipt()["outcomes"]["rejected"]["lines"] == 2


def test_lines_of_a_site_that_is_no_longer_the_accounts_are_not_shown(world: RevenueWorld) -> None:
    moved = world.pos.lookups.all_sites["S-DE"].model_copy(update={"partner_id": "P9"})
    world.pos.lookups.all_sites["S-DE"] = moved
    assert reasons(world) == []
    assert reasons(world, account_id="P9-DE") == []


def test_what_was_kept_by_a_run_that_was_killed_before_it_saved_the_window_is_not_shown() -> None:
    world = RevenueWorld()
    ref = world.pos.upload([line(line_number=1, sku="new-1"), line(line_number=2, quantity="x")])

    def killed(state: Any, result: Any) -> None:
        raise Killed

    save_window = world.pos.sales.save_window
    world.pos.sales.save_window = killed  # type: ignore[method-assign]  # a timeout at the worst moment
    with pytest.raises(Killed):
        world.pos.ingest()(ref, lambda: 900_000)
    assert world.pos.sales.uncounted
    assert reasons(world) == []
    world.pos.sales.save_window = save_window  # type: ignore[method-assign]  # as it was
    world.pos.ingest()(ref, lambda: 900_000)
    assert reasons(world) == [(2, "UNKNOWN_SKU"), (3, "INVALID_NUMBER")]


def test_what_an_overtaken_attempt_has_left_behind_is_not_shown() -> None:
    """The first attempt has kept more lines, so in more items, than the one that has decided the window."""
    world = RevenueWorld()
    world.reads.lines_per_item = 1
    world.play(*(line(line_number=n, quantity="x") for n in (1, 2, 3)))
    ((key, ((run, attempt), lines)),) = world.pos.sales.uncounted.items()
    world.pos.sales.uncounted[key] = ((run, attempt - 1), lines)
    assert reasons(world) == []
    world.pos.sales.uncounted[key] = ((run, attempt), lines)
    assert len(reasons(world)) == 3


def test_a_list_that_is_read_while_the_report_is_mended_shows_no_line_twice(world: RevenueWorld) -> None:
    page = world.uncounted(month=APRIL, limit=2)
    world.pos.lookups.all_products["new-1"] = product("new-1", "software")
    world.pos.again()
    rest = world.uncounted(page.next_cursor, month=APRIL, limit=2)
    assert [one.line for one in (*page.items, *rest.items)] == [3, 4, 7]


def test_what_was_mended_takes_no_pages_of_the_list() -> None:
    """The usual life of held lines: the product comes, and the report is processed again. Their items stay behind."""
    world = RevenueWorld(pos=World(window_rows=2000))
    world.reads.lines_per_item, world.reads.items_at_once = 50, 100
    held = [line(line_number=n, product_category="", sku="new-1") for n in range(1, 1001)]
    world.play(*held, line(line_number=1001, quantity="x"))
    world.pos.lookups.all_products["new-1"] = product("new-1", "software")
    world.pos.again()
    page = world.uncounted(month=APRIL, limit=50)
    assert ([one.line for one in page.items], page.next_cursor) == ([1002], None)


@pytest.mark.parametrize("kept", [0, 1])
def test_a_page_ends_after_so_many_reads_of_what_is_left_behind_and_the_next_one_goes_on(kept: int) -> None:
    world = RevenueWorld(pos=World(window_rows=2000))
    world.reads.lines_per_item, world.reads.items_at_once = 1, 2
    odd = [line(line_number=31, quantity="x")] * kept
    world.play(*(line(line_number=n, product_category="", sku="new-1") for n in range(1, 31)), *odd)
    world.pos.lookups.all_products["new-1"] = product("new-1", "software")
    world.pos.again()
    world.reads.reads, pages, page = 0, 1, world.uncounted(month=APRIL, limit=1)
    assert world.reads.reads <= 1 + MOST_READS_MORE + 2
    shown = list(page.items)
    while page.next_cursor is not None:
        world.reads.reads, pages, page = 0, pages + 1, world.uncounted(page.next_cursor, month=APRIL, limit=1)
        assert world.reads.reads <= 2 + 1 + MOST_READS_MORE + 2 * 1 + 1 + 1
        shown += page.items
    assert [one.line for one in shown] == [32] * kept
    assert pages <= 4


@pytest.mark.parametrize("done", [0, 1, 2])
def test_while_a_report_is_processed_again_what_was_found_before_stands_for_what_is_yet_to_come(
    world: RevenueWorld, done: int
) -> None:
    """Also where that breaks off, until it is gone on with."""
    before = reasons(world)
    save_window, calls = world.pos.sales.save_window, 0

    def killed(state: Any, result: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > done:
            raise Killed
        save_window(state, result)

    def killed_at_once(state: Any, window: int, found: Any) -> None:
        if calls >= done:
            raise Killed
        keep_uncounted(state, window, found)

    keep_uncounted = world.pos.sales.keep_uncounted
    world.pos.sales.save_window = killed  # type: ignore[method-assign]  # a timeout at the worst moment
    world.pos.sales.keep_uncounted = killed_at_once  # type: ignore[method-assign]  # or right before it
    with pytest.raises(Killed):
        world.pos.again()
    assert reasons(world) == before


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_a_list_goes_on_behind_the_same_line_where_a_new_run_has_moved_the_lines_to_other_items(limit: int) -> None:
    world = RevenueWorld(pos=World(window_rows=50))
    world.play(*(
        line(line_number=n, product_category="", sku="new-1" if n % 3 else "new-2") for n in range(1, 21)
    ))  # fmt: skip
    page = world.uncounted(month=APRIL, limit=limit)
    shown = [one.line for one in page.items]
    world.pos.lookups.all_products["new-2"] = product("new-2", "software")
    world.pos.again()
    while page.next_cursor is not None:
        page = world.uncounted(page.next_cursor, month=APRIL, limit=limit)
        shown += [one.line for one in page.items]
    assert shown == [n + 1 for n in range(1, 21) if n % 3 or n + 1 <= limit + 1]


@pytest.mark.parametrize("limit", [1, 2, 7, 50])
@pytest.mark.parametrize("window_rows", [2, 4, 50])
def test_a_window_full_of_such_lines_is_listed_to_its_end_and_each_line_once(window_rows: int, limit: int) -> None:
    """Twenty lines are four reads of it: a page goes on behind a line, however many reads into the window that is."""
    world = RevenueWorld(pos=World(window_rows=window_rows))
    world.play(*(line(line_number=n, product_category="", sku="new-1") for n in range(1, 21)))
    shown: list[int] = []
    page = world.uncounted(month=APRIL, limit=limit)
    for _ in range(21):
        shown += [one.line for one in page.items]
        if page.next_cursor is None:
            break
        page = world.uncounted(page.next_cursor, month=APRIL, limit=limit)
    assert (shown, page.next_cursor) == (list(range(2, 22)), None)


def test_a_list_goes_on_in_its_year_when_the_next_one_has_begun(world: RevenueWorld) -> None:
    """A cursor is good until the end of the next day: of pages asked for at New Year the year is the first one's."""
    world.pos.clock.day = date(2024, 12, 31)
    expected = reasons(world)
    page = world.uncounted(limit=1)
    found = list(page.items)
    world.pos.clock.day = date(2025, 1, 1)
    while page.next_cursor is not None:
        page = world.uncounted(page.next_cursor, limit=1)
        found += page.items
    assert [(one.line, one.reason_code.value) for one in found] == expected
    assert [one.line for one in world.all_uncounted()] == [9]  # of 2025 there are those without a date


def test_a_page_costs_the_same_few_reads_however_much_there_is() -> None:
    world = RevenueWorld()
    for number in range(30):
        world.play(line(line_number=number, quantity="x"), report=f"R{number}")
    world.reads.reads = 0
    assert len(world.uncounted(month=APRIL, limit=2).items) == 2
    assert world.reads.reads == 2 + 2 + 1 + 1  # two queries of two items, turns, sites, claims
