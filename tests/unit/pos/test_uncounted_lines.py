"""What did not count is kept for the account whose site it names, with the reason, and nothing else of anybody."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.files.outcomes import Outcome, ReasonCode
from partner_program.domain.sales.uncounted import (
    UNCOUNTED_COLUMNS,
    UncountedLine,
    dump_uncounted,
    load_uncounted,
)
from tests.fakes.pos_world import COLUMNS, World, csv_of, line, site
from tests.fakes.reports import Killed, KilledAfter

IBAN = "DE89370400440532013000"  # the published example


def kept(world: World) -> dict[tuple[str, str], list[tuple[int, str, str]]]:
    """Account and month → line in the file, outcome, reason."""
    found: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
    for key, (_, lines) in sorted(world.sales.uncounted.items()):
        told = [(one.line, one.outcome.value, one.code.value) for one in lines]
        found.setdefault((key[0], key[1]), []).extend(told)
    return found


def one(world: World) -> UncountedLine:
    ((_, (only,)),) = world.sales.uncounted.values()
    return only


def test_held_and_rejected_lines_are_kept_by_account_of_their_site_and_month_of_their_invoice() -> None:
    world = World()
    world.play([
        line(line_number=1),
        line(line_number=2, sku="none"),
        line(line_number=3, quantity="x", invoice_date="2024-03-31"),
        line(line_number=4, partner_site_id="S-DE2", currency="USD"),
        line(line_number=5, partner_site_id="S-JP", country="JP", currency="JPY", final_amount="1e5"),
    ])  # fmt: skip
    assert kept(world) == {
        ("P1-DE", "2024-04"): [(3, "held", "UNKNOWN_SKU"), (5, "held", "OTHER_CURRENCY")],
        ("P1-DE", "2024-03"): [(4, "rejected", "INVALID_NUMBER")],
        ("P2-JP", "2024-04"): [(6, "rejected", "INVALID_NUMBER")],
    }


def test_a_line_whose_date_cannot_be_read_is_kept_undated() -> None:
    world = World()
    world.play([line(line_number=1, invoice_date="2024-02-30"), line(line_number=2, invoice_date="")])
    assert kept(world) == {
        ("P1-DE", "undated"): [(2, "rejected", "INVALID_DATE"), (3, "rejected", "MISSING_VALUE")],
    }


def test_a_line_of_the_future_is_kept_under_its_own_month() -> None:
    world = World()
    world.play([line(invoice_date="2024-07-01")])
    assert kept(world) == {("P1-DE", "2024-07"): [(2, "rejected", "FUTURE_DATE")]}


def test_lines_of_unknown_sites_and_rows_of_the_wrong_width_are_kept_for_nobody() -> None:
    world = World()
    body = csv_of([line(line_number=1, partner_site_id="S-NEW"), line(line_number=2, partner_site_id="")])
    world.play(body + b"R1,D1,INV-1,3,2024-04-10,S-DE\n")
    assert world.receipt()["outcomes"]["rejected"]["lines"] == 2
    assert kept(world) == {}


def test_duplicates_count_once_already_and_are_not_kept() -> None:
    world = World()
    world.play([line(line_number=1), line(line_number=1), line(line_number=2, quantity="0")])
    world.play([line(line_number=1, report_id="R2")], "pos/D1/R2.csv")
    assert kept(world) == {("P1-DE", "2024-04"): [(4, "rejected", "ZERO_QUANTITY")]}


def test_a_changed_line_is_kept_without_a_word_of_the_report_that_has_counted_it() -> None:
    world = World()
    world.play([line(report_id="SECRET", partner_site_id="S-JP", country="JP", currency="JPY", final_amount="100")],
               "pos/D1/SECRET.csv")  # fmt: skip
    world.play([line()])
    found = one(world)
    assert (found.outcome, found.code) == (Outcome.HELD, ReasonCode.LINE_CHANGED)
    assert "SECRET" in world.rejected()[0]["message"]
    assert "SECRET" not in dump_uncounted([found])


def test_every_mistake_of_a_line_is_told_with_its_column_as_in_rejected_csv() -> None:
    world = World()
    world.play([line(quantity="3.5", list_unit_price="500,00", project_discount_pct="", sku="")])
    assert one(world).message == world.rejected()[0]["message"]
    assert [told.partition(":")[0] for told in one(world).message.split("; ")] == [
        "sku", "quantity", "list_unit_price", "project_discount_pct",
    ]  # fmt: skip


def test_of_a_line_with_every_column_wrong_nothing_is_left_out() -> None:
    world = World()
    wrong = dict.fromkeys(COLUMNS, "x y") | {"partner_site_id": "S-DE", "report_id": "R1", "distributor_id": "D1"}
    world.play([wrong])
    assert one(world).message == world.rejected()[0]["message"]
    assert one(world).message.count("; ") == len(COLUMNS) - len(("report_id", "distributor_id", "partner_site_id")) - 1


@pytest.mark.catalogue("B52")
def test_the_name_of_a_column_that_is_told_is_masked() -> None:
    world = World()
    world.play(csv_of([line() | {IBAN: "\0"}], [*COLUMNS, IBAN]))
    assert one(world).code is ReasonCode.CONTROL_CHARACTER
    assert "***: " in one(world).message
    assert IBAN not in dump_uncounted([one(world)])


def test_the_columns_of_the_format_are_kept_as_received_and_no_others() -> None:
    world = World()
    sent = line(sku="none", line_number="007") | {"remark": "call Mrs Smith"}
    world.play(csv_of([sent], [*COLUMNS, "remark"]))
    found = one(world)
    assert found.columns == {name: sent[name] for name in UNCOUNTED_COLUMNS}
    assert found.name == ("INV-1", 7)
    assert found.content_hash
    assert "Smith" not in dump_uncounted([found])


def test_an_optional_column_that_was_not_sent_is_empty() -> None:
    world = World()
    world.play(csv_of([line(sku="none")], [name for name in COLUMNS if name != "product_category"]))
    assert one(world).columns["product_category"] == ""


@pytest.mark.catalogue("B52")
@pytest.mark.parametrize("column", ["country", "currency", "quantity", "final_amount", "invoice_date", "line_number"])
def test_what_looks_like_a_bank_number_in_a_cell_that_is_not_sound_is_masked(column: str) -> None:
    world = World()
    world.play([line(**{column: IBAN})])
    assert one(world).columns[column] == "***"
    assert IBAN not in dump_uncounted([one(world)])


@pytest.mark.catalogue("B52")
def test_sound_ids_and_amounts_stay_whole_however_long_their_digits() -> None:
    world = World()
    world.play([line(invoice_number="20240400000017", final_amount="1234567890123.45", sku="none")])
    found = one(world).columns
    assert (found["invoice_number"], found["final_amount"]) == ("20240400000017", "1234567890123.45")


@pytest.mark.catalogue("B51")
def test_an_endless_cell_is_cut() -> None:
    world = World()
    world.play([line(country="x" * 100_000)])
    assert one(world).columns["country"] == "x" * 64


def test_a_report_of_which_everything_counts_asks_and_writes_nothing_more() -> None:
    world = World()
    plan = KilledAfter(10_000)
    world.ingest(sales=plan.wrap(world.sales), lookups=plan.wrap(world.lookups))(
        world.upload([line()]), lambda: 900_000
    )
    world_with = World()
    more = KilledAfter(10_000)
    ports: dict[str, Any] = {"sales": more.wrap(world_with.sales), "lookups": more.wrap(world_with.lookups)}
    world_with.ingest(**ports)(world_with.upload([line(), line(line_number=2, quantity="x")]), lambda: 900_000)
    assert more.calls == plan.calls + 1
    assert not world.sales.uncounted


def test_what_a_later_attempt_has_kept_is_not_replaced_by_an_earlier_one_that_wakes_up() -> None:
    world = World(window_rows=2)
    ref = world.upload([line(line_number=1, sku="none"), line(line_number=2, quantity="x")])
    seen: list[Any] = []

    class Sleeper:
        """Stops before it keeps its lines; meanwhile another attempt finishes with one line fewer."""

        def __getattr__(self, name: str) -> Any:
            return getattr(world.sales, name)

        def keep_uncounted(self, *arguments: Any) -> None:
            world.lookups.all_products["none"] = world.lookups.all_products["software-1"].model_copy(
                update={"sku": "none"}
            )
            world.ingest()(ref, lambda: 900_000)
            seen.append(dict(world.sales.uncounted))
            world.sales.keep_uncounted(*arguments)

    assert world.ingest(sales=Sleeper())(ref, lambda: 900_000).status == "superseded"
    assert world.sales.uncounted == seen[0]
    assert kept(world) == {("P1-DE", "2024-04"): [(3, "rejected", "INVALID_NUMBER")]}


@pytest.mark.catalogue("F09")
def test_a_run_killed_at_any_call_and_repeated_keeps_the_same_lines() -> None:
    lines = [line(line_number=n + 1, quantity="x" if n % 2 else "1", sku="none" if n % 3 else "software-1")
             for n in range(7)]  # fmt: skip

    def told(world: World) -> dict[Any, tuple[UncountedLine, ...]]:
        return {key: lines for key, (_, lines) in world.sales.uncounted.items()}

    whole = World(window_rows=3)
    whole.play(lines)
    call, killed = 0, True
    while killed:
        call, world = call + 1, World(window_rows=3)
        ref = world.upload(lines)
        try:
            world.ingest(sales=KilledAfter(call).wrap(world.sales))(ref, lambda: 900_000)
            killed = False
        except Killed:
            world.ingest()(ref, lambda: 900_000)
        assert told(world) == told(whole), f"killed at call {call}"
    assert call > 10


CELLS = st.text(st.characters(codec="utf-8"), max_size=80)


@given(st.lists(st.builds(
    UncountedLine, st.integers(2, 10**6), st.sampled_from([Outcome.HELD, Outcome.REJECTED]),
    st.sampled_from(ReasonCode), CELLS, st.sampled_from(["", "ab" * 16]),
    st.lists(CELLS, min_size=len(UNCOUNTED_COLUMNS), max_size=len(UNCOUNTED_COLUMNS)).map(tuple),
), max_size=4))  # fmt: skip
def test_what_is_kept_is_read_back_as_it_was(lines: list[UncountedLine]) -> None:
    assert load_uncounted(dump_uncounted(lines)) == lines


def test_a_site_that_only_a_malformed_line_names_is_looked_up() -> None:
    world = World()
    world.lookups.all_sites["S-AT"] = site("S-AT", "P3", "AT")
    world.play([line(line_number=1), line(line_number=2, partner_site_id="S-AT", country="AT", quantity="x")])
    assert kept(world) == {("P3-AT", "2024-04"): [(3, "rejected", "INVALID_NUMBER")]}
