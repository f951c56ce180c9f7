"""Upsert by key: a later upload corrects an earlier one, an older one never replaces a newer, history stays."""

from itertools import permutations

import pytest

from partner_program.domain.facts import Product
from partner_program.domain.records.places import product_place
from tests.fakes.records_world import SOUND, RecordsWorld, outcomes, reasons, row

PLACE = product_place("SW-1")


def product(name: str) -> dict[str, str]:
    return row("products", name=name)


def name_of(world: RecordsWorld) -> str:
    record = world.facts.facts[PLACE].record
    assert isinstance(record, Product)
    return record.name


def history(world: RecordsWorld) -> list[str]:
    return [fact.record.name for fact in world.facts.history(PLACE)]


def test_a_later_file_corrects_an_earlier_one_and_history_stays() -> None:
    world = RecordsWorld()
    world.take("products", product("first"))
    assert outcomes(world.take("products", product("second"))) == {"posted": 1}
    assert (name_of(world), history(world)) == ("second", ["first", "second"])


def test_the_same_content_again_changes_nothing_and_is_written_nowhere_but_in_the_history() -> None:
    world = RecordsWorld()
    world.take("products", product("first"))
    before, puts = dict(world.facts.facts), list(world.facts.puts)
    result = world.take("products", product("first"))
    assert (outcomes(result), reasons(result)) == ({"duplicate": 1}, {"UNCHANGED": 1})
    assert (world.facts.facts, world.facts.puts, history(world)) == (before, puts, ["first", "first"])


@pytest.mark.catalogue("F03")
def test_an_older_upload_never_replaces_a_newer_but_stays_in_the_history() -> None:
    world = RecordsWorld()
    older, newer = world.upload("products", product("older")), world.upload("products", product("newer"))
    world.ingest()(newer)
    result = world.ingest()(older)
    assert reasons(result) == {"OLDER_THAN_RECORDED": 1}
    assert (name_of(world), history(world)) == ("newer", ["older", "newer"])


@pytest.mark.catalogue("F03")
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_latest_upload_stands_in_whatever_order_they_are_read(order: tuple[int, ...]) -> None:
    """The third confirms the first: read before the second, it must still outrank it."""
    world = RecordsWorld()
    refs = [world.upload("products", product(name)) for name in ("A", "B", "A", "C")[:3]]
    refs.append(world.upload("products", product("A")))
    results = {index: world.ingest()(refs[index]) for index in order}
    assert (name_of(world), history(world)) == ("A", ["A", "B", "A", "A"])
    outranked = order.index(1) > min(order.index(2), order.index(3))
    assert reasons(results[1]) == ({"OLDER_THAN_RECORDED": 1} if outranked else {})


def test_of_a_key_twice_in_one_file_the_later_row_stands_and_both_are_recorded() -> None:
    for batch_rows in (1, 1000):
        world = RecordsWorld(batch_rows=batch_rows)
        result = world.take("products", product("first"), product("second"))
        assert (outcomes(result), name_of(world)) == ({"posted": 2}, "second")
        assert history(world) == ["first", "second"]


@pytest.mark.catalogue("F01")
@pytest.mark.parametrize("batch_rows", [1, 1000])
def test_the_same_event_twice_has_no_second_effect_and_the_same_receipt(batch_rows: int) -> None:
    world = RecordsWorld(batch_rows=batch_rows)
    ref = world.upload("products", product("A"), product("B"), product("B"), row("products", sku="SW-2"))
    first = world.ingest()(ref)
    results, facts, puts = dict(world.objects.results), dict(world.facts.facts), list(world.facts.puts)
    second = world.ingest()(ref)
    assert (first.status, second.status) == ("posted", "unchanged")
    assert outcomes(second) == outcomes(first) == {"posted": 3, "duplicate": 1}
    assert (world.objects.results, world.facts.facts, world.facts.puts) == (results, facts, puts)
    assert len(history(world)) == 3


@pytest.mark.catalogue("F06")
def test_the_same_bytes_under_another_name_change_nothing() -> None:
    world = RecordsWorld()
    world.take_all()
    before = dict(world.facts.facts)
    for kind, sound in SOUND.items():
        assert reasons(world.take(kind, sound)) == {"UNCHANGED": 1}
    assert world.facts.facts == before


@pytest.mark.catalogue("F03")
def test_the_receipt_of_an_older_version_does_not_replace_that_of_a_newer() -> None:
    world = RecordsWorld()
    older = world.upload("products", product("A"), product("B"), name="x")
    newer = world.ingest()(world.upload("products", product("C"), name="x"))
    receipt = world.receipt(newer)
    assert world.ingest()(older).status == "superseded"
    assert world.receipt(newer) == receipt
    assert name_of(world) == "C"


def test_a_number_written_with_more_zeros_is_the_same_number() -> None:
    world = RecordsWorld()
    world.take_all()
    result = world.take("opening_revenue", row("opening_revenue", sales_revenue="120000.5000"))
    assert reasons(result) == {"UNCHANGED": 1}


def test_a_fact_carries_the_program_date_on_which_it_was_recorded() -> None:
    world = RecordsWorld()
    world.take("products", product("A"))
    assert world.facts.facts[PLACE].known_on == "2024-05-05"


def test_other_columns_of_a_site_can_be_corrected_wherever_it_is_kept() -> None:
    world = RecordsWorld()
    world.take_all()
    world.take("sites", row("sites", closed_on="2024-06-30"))
    places = [("SITE#S1", "FACT#sites"), ("PARTNER#P1", "FACT#sites#S1")]
    assert {str(world.facts.facts[place].record.closed_on) for place in places} == {"2024-06-30"}
