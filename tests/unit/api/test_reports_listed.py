"""A report is listed when it comes to its end, once, whatever is repeated, corrected or broken off."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from partner_program.domain.files.outcomes import DUPLICATE_CODES, HELD_CODES
from partner_program.use_cases.report_listing import NO_STAMP, ListReport, ReportEntry
from tests.fakes.pos_world import World, line, product
from tests.fakes.reports import Killed, KilledAfter

PAGE = Path(__file__).parents[3] / "docs" / "reason-codes.md"
GOOD = [line(line_number=n) for n in (1, 2)]
FOREIGN = line(distributor_id="D2")


def entry(world: World, report_id: str = "R1") -> ReportEntry:
    """The one entry of a report."""
    (found,) = [one for one in world.lists.reports("D1", None, 100).entries if one.report_id == report_id]
    return found


@pytest.mark.rule("R-8")
def test_a_report_is_listed_with_what_became_of_its_lines_and_the_days_of_its_invoices() -> None:
    world = World()
    lines = [line(invoice_date="2024-04-02"), line(line_number=2, invoice_date="2024-04-30", sku="none"),
             line(line_number=3, invoice_date="2024-05-04", country="UK")]  # fmt: skip
    world.play(lines)
    listed = entry(world)
    assert (listed.status, listed.lines, listed.money) == ("posted", 3, world.sales.states["D1", "R1"].receipt.money)  # type: ignore[union-attr]
    assert {outcome: amounts.lines for outcome, amounts in listed.outcomes.items()} == {
        "posted": 1, "duplicate": 0, "held": 1, "rejected": 1,
    }  # fmt: skip
    assert (listed.first_invoice_on, listed.last_invoice_on) == (date(2024, 4, 2), date(2024, 4, 30))
    assert (listed.received_on, listed.accepted_on) == (date(2024, 5, 5), date(2024, 5, 5))


def test_the_days_of_invoices_are_those_of_the_whole_report_however_it_is_cut() -> None:
    days = ["2024-04-12", "2024-03-31", "2024-04-30", "2024-04-01"]
    world = World(window_rows=1)
    world.play([line(line_number=n, invoice_date=day) for n, day in enumerate(days, start=1)])
    assert (entry(world).first_invoice_on, entry(world).last_invoice_on) == (date(2024, 3, 31), date(2024, 4, 30))
    assert world.receipt()["last_invoice_on"] == "2024-04-30"


def test_a_corrected_report_has_one_entry_in_its_old_place_with_the_numbers_of_the_new_version() -> None:
    world = World()
    world.play(GOOD)
    world.clock.day = date(2024, 5, 9)
    world.play([*GOOD, line(line_number=3)])
    listed = entry(world)
    assert (listed.lines, listed.versions, listed.processed_on) == (3, 2, date(2024, 5, 9))
    assert (listed.received_on, listed.accepted_on) == (date(2024, 5, 5), date(2024, 5, 5))


@pytest.mark.catalogue("B55")
def test_a_refused_upload_is_listed_and_its_correction_takes_its_place() -> None:
    world = World()
    world.play([FOREIGN])
    refused = entry(world)
    assert (refused.status, refused.accepted_on, refused.lines) == ("refused", None, 0)
    assert (refused.refused_uploads, refused.last_refusal and refused.last_refusal.code) == (
        {"2024-05": 1}, "DISTRIBUTOR_MISMATCH",
    )  # fmt: skip
    world.clock.day = date(2024, 6, 1)
    world.play(GOOD)
    corrected = entry(world)
    assert (corrected.status, corrected.received_on, corrected.accepted_on) == (
        "posted", date(2024, 5, 5), date(2024, 6, 1),
    )  # fmt: skip
    assert corrected.refused_uploads == {"2024-05": 1}


def test_a_refused_upload_after_a_good_one_leaves_its_numbers_and_is_counted() -> None:
    world = World()
    world.play(GOOD)
    world.clock.day = date(2024, 6, 1)
    world.play([FOREIGN])
    listed = entry(world)
    assert (listed.status, listed.lines, listed.refused_uploads) == ("posted", 2, {"2024-06": 1})


@pytest.mark.catalogue("F10")
@pytest.mark.parametrize("before", [False, True])
def test_killed_at_any_write_of_the_list_the_message_comes_back_and_heals_it(before: bool) -> None:
    calls = 0
    while True:
        calls += 1
        world = World()
        ref = world.upload([*GOOD, line(line_number=3, sku="none")])
        plan = KilledAfter(calls, before=before)
        listing = ListReport(plan.wrap(world.sales), plan.wrap(world.lists), lambda _, seen_on: seen_on)
        try:
            world.ingest(list_report=listing)(ref, lambda: 900_000)
        except Killed:
            assert world.ingest()(ref, lambda: 900_000).status == "unchanged"
            assert (entry(world).lines, list(world.lists.held_entries)) == (3, ["D1#R1"])
            continue
        assert calls > 4
        return


def test_a_first_upload_that_never_came_to_its_end_is_the_reports_first_one_all_the_same() -> None:
    world = World()
    world.clock.day = date(2024, 5, 3)
    with pytest.raises(Killed):
        world.ingest(sales=KilledAfter(3).wrap(world.sales))(world.upload([GOOD[0]]), lambda: 900_000)
    world.clock.day = date(2024, 5, 9)
    world.play(GOOD)
    listed = entry(world)
    assert (listed.received_on, listed.accepted_on) == (date(2024, 5, 3), date(2024, 5, 3))


def test_a_first_upload_that_was_refused_before_there_were_lists_is_the_reports_first_one_all_the_same() -> None:
    world = World()
    world.play([FOREIGN])
    assert entry(world).stamp != NO_STAMP  # as long as the upload is at hand, its moment is known
    world.lists.uploads.clear()
    world.lists.entries.clear()
    world.clock.day = date(2024, 5, 9)
    world.play(GOOD)
    listed = entry(world)
    assert (listed.received_on, listed.accepted_on) == (date(2024, 5, 5), date(2024, 5, 9))


def test_who_looked_earlier_never_replaces_who_looked_later() -> None:
    world = World()
    world.play([*GOOD, line(line_number=3, sku="none")])
    stale = entry(world)
    world.lookups.all_products["none"] = product("none", "software")
    world.again()
    assert world.lists.held_entries == {}
    assert world.lists.save(stale) is False
    assert (entry(world).held, world.lists.held_entries) == ({}, {})


def test_every_later_state_of_a_report_has_a_higher_ordinal() -> None:
    world = World()
    seen: list[int] = []
    for body in (FOREIGN, GOOD[0], FOREIGN, GOOD[1]):
        world.play([body])
        seen.append(entry(world).ordinal)
        world.again() if "R1" in {name for _, name in world.sales.states} else None
        seen.append(entry(world).ordinal)
    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen) - 1  # the first refusal has nothing to process again


def test_held_lines_say_which_records_they_wait_for_each_once_and_by_name() -> None:
    world = World(window_rows=2)
    lines: list[Any] = [line(line_number=n, sku=f"SKU-{n:02d}") for n in range(30, 0, -1)]
    world.play([*lines, line(line_number=31, sku="SKU-01"), line(line_number=32, currency="USD")])
    held = entry(world).held
    assert {code: reason.lines for code, reason in held.items()} == {"OTHER_CURRENCY": 1, "UNKNOWN_SKU": 31}
    by_code = {code.value: reason.waits_for for code, reason in held.items()}
    assert by_code["UNKNOWN_SKU"] == tuple(f"PRODUCT#SKU-{n:02d}" for n in range(1, 21))
    assert by_code["OTHER_CURRENCY"] == ()


def test_held_and_duplicate_codes_are_those_of_the_documented_sections() -> None:
    sections = re.split(r"^### ", PAGE.read_text(), flags=re.MULTILINE)
    codes = {part.splitlines()[0]: set(re.findall(r"^\| `([A-Z_]+)`", part, flags=re.MULTILINE)) for part in sections}
    (held,) = [found for title, found in codes.items() if "held" in title]
    (duplicate,) = [found for title, found in codes.items() if "duplicate" in title]
    assert {code.value for code in HELD_CODES} == held
    assert {code.value for code in DUPLICATE_CODES} == duplicate
