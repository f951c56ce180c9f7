"""Reports by distributor, one report, and held lines by cause: what the vendor reads of what was ingested."""

from decimal import Decimal

import pytest

from partner_program.domain.files.outcomes import Outcome
from partner_program.use_cases.queries import reports as queries
from partner_program.use_cases.queries.reports import HeldLines, ReportQueries
from partner_program.values.errors import InvalidValue, NotFound
from tests.fakes.pos_world import World, line, product


def asked(world: World) -> ReportQueries:
    return ReportQueries(world.lists, world.sales, world.lookups)


def sent(*reports: str, world: World | None = None) -> World:
    """Some reports of D1, one after another, each with one line of its own."""
    world = world or World()
    for number, report_id in enumerate(reports, start=len(world.sales.states)):
        world.play([line(report_id=report_id, invoice_number=f"INV-{number}")], f"pos/D1/{report_id}.csv")
    return world


def held_in(world: World, report_id: str, *lines: dict[str, str], distributor_id: str = "D1") -> None:
    names = {"report_id": report_id, "distributor_id": distributor_id}
    world.play([one | names for one in lines], f"pos/{distributor_id}/{report_id}.csv")


# -- by distributor


def test_the_report_received_last_comes_first() -> None:
    page = asked(sent("B", "A", "C")).received("D1", after=None, limit=10)
    assert ([one.report_id for one in page.items], page.next_cursor) == (["C", "A", "B"], None)


def test_pages_hold_every_report_once_and_another_distributor_has_none_of_them() -> None:
    world = sent("A", "B", "C", "D", "E")
    found: list[str] = []
    after: str | None = None
    while True:
        page = asked(world).received("D1", after=after, limit=2)
        found += [one.report_id for one in page.items]
        after = page.next_cursor
        if after is None:
            break
    assert found == ["E", "D", "C", "B", "A"]
    assert asked(world).received("D2", after=None, limit=2).items == ()


def test_without_a_distributor_the_reports_of_all_are_listed_each_once() -> None:
    world = sent("A", "B")
    held_in(world, "C", line(invoice_number="I9"), distributor_id="D2")
    world.again("D1", "A")
    found = asked(world).received(None, after=None, limit=10).items
    assert [(one.distributor_id, one.report_id) for one in found] == [("D2", "C"), ("D1", "B"), ("D1", "A")]


def test_a_report_that_was_only_ever_refused_is_listed_with_its_reason() -> None:
    world = World()
    world.play(b"not,a,report\n")
    (listed,) = asked(world).received("D1", after=None, limit=2).items
    assert (listed.status, listed.refused_uploads, listed.lines) == ("refused", 1, 0)
    assert listed.last_refusal is not None
    assert listed.last_refusal.code == "MISSING_COLUMN"


# -- one


def test_a_report_tells_its_receipt_what_is_held_what_else_did_not_count_and_what_to_do() -> None:
    world = World()
    world.play([line(), line(line_number=2, sku="none"), line(line_number=3, country="UK"), line()])
    told = asked(world).one("D1", "R1")
    assert told.receipt is not None
    assert told.receipt.model_dump(mode="json") == world.receipt()
    assert [(one.code, one.lines, one.waits_for) for one in told.held] == [("UNKNOWN_SKU", 1, ("PRODUCT#none",))]
    assert {(one.code.value, one.outcome) for one in told.not_counted} == {
        ("INVALID_COUNTRY", Outcome.REJECTED), ("REPEATED_IN_FILE", Outcome.DUPLICATE),
    }  # fmt: skip
    assert all(one.what_to_do for one in (*told.held, *told.not_counted))
    assert (told.status, told.at_work, told.refused_uploads) == ("posted", False, 0)


def test_versions_are_in_order_and_one_of_them_stands() -> None:
    world = World()
    for count in (1, 2, 3):
        world.play([line(line_number=n) for n in range(1, count + 1)])
    told = asked(world).one("D1", "R1")
    assert [one.stands for one in told.versions] == [False, False, True]
    assert told.versions[-1].digest == told.receipt.digest  # type: ignore[union-attr]


def test_of_many_refusals_the_latest_are_told_and_all_are_counted() -> None:
    world = World()
    for number in range(queries.MOST_REFUSALS + 1):
        world.play(f"not a report {number}\n".encode())
    told = asked(world).one("D1", "R1")
    assert (told.status, told.receipt, told.refused_uploads) == ("refused", None, queries.MOST_REFUSALS + 1)
    assert len(told.refusals) == queries.MOST_REFUSALS


def test_while_it_is_processed_again_the_receipt_that_stood_is_told() -> None:
    world = sent("R1")
    state = world.sales.states["D1", "R1"]
    world.sales.states["D1", "R1"] = state.model_copy(update={"status": "processing"})
    told = asked(world).one("D1", "R1")
    assert (told.status, told.at_work, told.receipt) == ("posted", True, state.receipt)


def test_a_report_that_never_came_is_not_found() -> None:
    with pytest.raises(NotFound):
        asked(sent("R1")).one("D1", "R2")


# -- held lines


def held(
    world: World, distributor_id: str | None = None, *, after: str | None = None, limit: int = 50
) -> HeldLines:  # fmt: skip
    return asked(world).held(distributor_id, after=after, limit=limit)


def test_held_lines_are_added_up_by_cause_over_all_reports_and_distributors() -> None:
    world = World()
    held_in(world, "R1", line(sku="N-1"), line(line_number=2, sku="N-2", final_amount="7.50"), line(line_number=3))
    held_in(world, "R2", line(invoice_number="I2", sku="N-1"), distributor_id="D2")
    held_in(world, "R3", line(invoice_number="I3", currency="USD", final_amount="3.00"), distributor_id="D2")
    found = held(world)
    assert [(one.code, one.reports, one.lines, one.money, one.waits_for) for one in found.causes] == [
        ("OTHER_CURRENCY", 1, 1, {"USD": Decimal("3.00")}, ()),
        ("UNKNOWN_SKU", 2, 3, {"EUR": Decimal("207.50")}, ("PRODUCT#N-1", "PRODUCT#N-2")),
    ]
    assert (found.counted_reports, found.counted_all) == (3, True)
    assert [(one.distributor_id, one.report_id) for one in found.items] == [("D1", "R1"), ("D2", "R2"), ("D2", "R3")]


def test_of_one_distributor_its_own_held_lines_are_added_up() -> None:
    world = World()
    world.lookups.distributors.add("D22")
    held_in(world, "R1", line(sku="N-1"))
    for number in range(3):
        cells = line(invoice_number=f"I{number}", sku="N-1", final_amount="3.00")
        held_in(world, f"R{number}", cells, distributor_id="D2")
    first = held(world, "D2", limit=2)
    second = held(world, "D2", after=first.next_cursor, limit=2)
    assert [(one.distributor_id, one.report_id) for one in (*first.items, *second.items)] == [
        ("D2", "R0"), ("D2", "R1"), ("D2", "R2"),
    ]  # fmt: skip
    assert [(one.reports, one.lines, one.money) for one in first.causes] == [(3, 3, {"EUR": Decimal("9.00")})]
    assert (first.causes, first.counted_reports) == (second.causes, 3)
    assert held(world, "D22").items == ()


def test_a_distributor_that_there_is_not_is_refused_and_one_that_has_sent_nothing_has_nothing() -> None:
    world = sent("A")
    for ask in (asked(world).received, asked(world).held):
        assert ask("D2", after=None, limit=2).items == ()
        with pytest.raises(InvalidValue, match="no such distributor") as refused:
            ask("NOPE", after=None, limit=2)
        assert refused.value.at == ("distributor_id",)


def test_a_distributor_that_is_not_recorded_is_known_by_its_reports() -> None:
    world = World()
    world.play(b"not,a,report\n", "pos/D9/R1.csv")
    assert [one.report_id for one in asked(world).received("D9", after=None, limit=2).items] == ["R1"]
    assert held(world, "D9").items == ()


def test_what_is_mended_leaves_the_held_lines() -> None:
    world = World()
    held_in(world, "R1", line(sku="N-1"))
    assert held(world).counted_reports == 1
    world.lookups.all_products["N-1"] = product("N-1", "software")
    world.again()
    assert (held(world).causes, held(world).items) == ((), ())


def test_the_causes_are_those_of_all_reports_on_every_page() -> None:
    world = World()
    for number in range(3):
        held_in(world, f"R{number}", line(invoice_number=f"I{number}", sku="N-1"))
    first = held(world, limit=2)
    second = held(world, after=first.next_cursor, limit=2)
    assert ([one.report_id for one in first.items], [one.report_id for one in second.items]) == (["R0", "R1"], ["R2"])
    assert first.causes == second.causes
    assert second.next_cursor is None


@pytest.mark.parametrize(("most", "complete"), [(2, False), (3, True), (4, True)])
def test_beyond_a_number_of_reports_the_causes_say_that_they_are_not_of_all(
    monkeypatch: pytest.MonkeyPatch, most: int, complete: bool
) -> None:
    monkeypatch.setattr(queries, "MOST_HELD_REPORTS", most)
    world = World()
    for number in range(3):
        held_in(world, f"R{number}", line(invoice_number=f"I{number}", sku="N-1"))
    found = held(world)
    assert (found.counted_all, found.counted_reports) == (complete, min(most, 3))
