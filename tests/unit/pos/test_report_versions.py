"""Versions of one report: the same bytes, changed bytes, older ones that come late."""

from decimal import Decimal

import pytest

from tests.fakes.pos_world import World, line, outcomes, reasons, site

GOOD = [line(line_number=n) for n in (1, 2, 3)]


# -- versions


@pytest.mark.catalogue("F01")
def test_the_same_event_again_changes_nothing_and_reads_nothing() -> None:
    world = World()
    ref = world.upload(GOOD)
    first = world.ingest()(ref, lambda: 900_000)
    opened, writes = world.objects.opened, world.sales.contribution_writes
    second = world.ingest()(ref, lambda: 900_000)
    assert (second.status, second.receipt) == ("unchanged", first.receipt)
    assert (world.objects.opened, world.sales.contribution_writes) == (opened, writes)


def test_the_same_bytes_again_are_the_same_version() -> None:
    world = World()
    first, second = world.play(GOOD), world.play(GOOD)
    assert outcomes(first) == outcomes(second) == {"posted": 3}
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(300)}
    assert world.sales.contribution_writes == 1


@pytest.mark.catalogue("F07")
def test_changed_bytes_post_what_is_new_hold_what_changed_and_overwrite_nothing() -> None:
    world = World()
    world.play(GOOD)
    result = world.play([line(), line(line_number=2, final_amount="90.00"), line(line_number=4)])
    assert outcomes(result) == {"posted": 1, "duplicate": 1, "held": 1}
    assert reasons(result) == {"ALREADY_COUNTED": 1, "LINE_CHANGED": 1}
    assert [told["message"] for told in world.rejected()] == [
        "the line was counted in an earlier version of this report",
        "the line was counted with other content in an earlier version of this report",
    ]
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(400)}


@pytest.mark.catalogue("F07")
def test_counted_lines_that_a_new_version_lacks_are_listed_and_stay_counted() -> None:
    world = World()
    world.play([*GOOD, line(line_number=9, partner_site_id="S-NEW")])
    world.play([line(), line(line_number=4)])
    vanished = world.receipt()["vanished"]
    assert (vanished["lines"], vanished["money"]) == (2, {"EUR": "200.00"})
    assert [(v["invoice_number"], v["line_number"]) for v in vanished["examples"]] == [("INV-1", 2), ("INV-1", 3)]
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(400)}


@pytest.mark.catalogue("F03")
def test_an_older_version_that_comes_late_replaces_nothing() -> None:
    world = World()
    older, newer = world.upload(GOOD), world.upload([*GOOD, line(line_number=4)])
    world.ingest()(newer, lambda: 900_000)
    result = world.ingest()(older, lambda: 900_000)
    assert (result.status, world.receipt()["lines"]) == ("superseded", 4)
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(400)}


@pytest.mark.catalogue("F03")
def test_an_older_version_that_would_be_refused_does_not_take_the_newer_ones_receipt() -> None:
    world = World()
    older, newer = world.upload(b""), world.upload(GOOD)
    world.ingest()(newer, lambda: 900_000)
    assert world.ingest()(older, lambda: 900_000).status == "superseded"
    assert world.receipt()["status"] == "posted"


@pytest.mark.catalogue("F07")
def test_a_line_that_another_report_has_counted_does_not_vanish() -> None:
    world = World()
    world.play([line(report_id="R0", line_number=2)], "pos/D1/R0.csv")
    world.play(GOOD)
    world.play([line()])
    assert [example["line_number"] for example in world.receipt()["vanished"]["examples"]] == [3]


def test_going_back_to_an_earlier_content_counts_nothing_twice() -> None:
    world = World()
    for lines in (GOOD, [*GOOD, line(line_number=4)], GOOD):
        world.play(lines)
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(400)}
    assert world.receipt()["outcomes"]["posted"]["lines"] == 3


def test_a_version_keeps_the_windows_it_was_first_cut_into() -> None:
    world = World(window_rows=2)
    late = line(line_number=9, partner_site_id="S-NEW", final_amount="1.00")
    world.play([line(line_number=n, final_amount=f"{n}0.00") for n in (1, 2, 3)] + [late])
    world.window_rows = 3
    world.lookups.all_sites["S-NEW"] = site("S-NEW", "P1", "DE")
    assert outcomes(world.again()) == {"posted": 4}
    assert world.revenue() == {("P1-DE", "2024-04"): Decimal(61)}
