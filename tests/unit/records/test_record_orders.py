"""Any order, repetition, interruption or interleaving of the same uploads ends in the same facts."""

import random
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from partner_program.domain.facts import Certification
from partner_program.domain.records.places import canonical_place
from partner_program.domain.tiers.certifications import properly_earned
from partner_program.use_cases.ports import ObjectRef
from tests.fakes.facts import Interrupted, OneByOne
from tests.fakes.records_world import SOUND, RecordsWorld, account_facts, row
from tests.fakes.reports import Killed, KilledAfter
from tests.fakes.turns import Turns

OF_ACCOUNT = ("trainings", "placements", "brand_reviews", "business_reviews", "case_decisions", "locator_profiles")
Rows = list[tuple[str, dict[str, str]]]
"""Kind and cells."""


def small_program(chance: random.Random) -> Rows:
    """Two partners in two countries, people at both, certifications that build on each other, corrections of most."""
    rows: Rows = [("distributors", SOUND["distributors"]), ("products", SOUND["products"])]
    for partner in ("P1", "P2"):
        rows.append(("partners", row("partners", partner_id=partner)))
        rows.append(("terms_acceptances", row("terms_acceptances", partner_id=partner)))
        for country in ("DE", "JP"):
            changes = {"partner_id": partner, "country": country}
            rows.append(("sites", row("sites", site_id=f"{partner}-{country}", **changes)))
            rows += [(kind, row(kind, **changes)) for kind in OF_ACCOUNT]
    for person in ("A", "B"):
        for site in chance.sample(["P1-DE", "P1-JP", "P2-DE", "P2-JP"], chance.randint(1, 2)):
            rows.append(("people", row("people", person_id=person, site_id=site)))
        for kind, on in (
            ("MCDE", "2023-02-01"),
            ("MCIT", "2023-02-01"),
            ("MCIE", chance.choice(["2023-03-01", "2022-01-01"])),
        ):
            cells = {"certification_id": f"{person}-{kind}", "person_id": person, "kind": kind, "certified_on": on}
            rows.append(("certifications", row("certifications", **cells)))
    return rows + [corrected(kind, cells, chance) for kind, cells in chance.sample(rows, len(rows) // 3)]


def corrected(kind: str, cells: dict[str, str], chance: random.Random) -> tuple[str, dict[str, str]]:
    """The row again with another value in a column that is no key.

    What an MCIE rests on changes only in ways that let it be taken in every order (ADR 0009).
    """
    moved = [("partner_id", "P2" if cells.get("partner_id") == "P1" else "P1")]
    moved.append(("country", "JP" if cells.get("country") == "DE" else "DE"))
    held = [("person_id", "B" if cells.get("person_id") == "A" else "A"), ("kind", "MCIT")]
    column, value = {
        "sites": chance.choice([*moved, ("closed_on", "2024-01-31")]),
        "people": ("until_date", "2024-01-31"),
        "placements": ("tier", "advanced"),
        "brand_reviews": ("outcome", "not_fulfilled"),
        "locator_profiles": ("public_contact", ""),
        "terms_acceptances": ("accepted_on", "2023-05-01"),
        "case_decisions": ("reason", "for another reason"),
        "business_reviews": ("country", cells.get("country", "")),
        "trainings": ("country", cells.get("country", "")),
        "certifications": ("certified_on", "2023-02-15") if cells.get("kind") != "MCDE" else chance.choice(held),
    }.get(kind, ("name", "Corrected"))
    return kind, cells | {column: value}


def in_files(rows: Rows, chance: random.Random, world: RecordsWorld) -> list[ObjectRef]:
    """The rows cut into files of one kind each, in their order: the same stamps in every world."""
    files: list[tuple[str, list[dict[str, str]]]] = []
    for kind, cells in rows:
        fitting = [file for file in files if file[0] == kind]
        if fitting and chance.random() < 0.6:
            fitting[-1][1].append(cells)
        else:
            files.append((kind, [cells]))
    return [world.upload(kind, *cells) for kind, cells in files]


def effective(world: RecordsWorld) -> dict[object, object]:
    """What each account has, and what stands in the canonical places; no certifications not properly earned.

    Which former partner has copies of what is no longer theirs depends on the order, and nobody reads them. An MCIE
    that was taken before its MCIT was corrected stays on record; assessments leave it out (R-4.1.5c).
    """
    certifications = {fact.record for fact in world.facts.facts.values() if isinstance(fact.record, Certification)}
    earned = set(properly_earned(certifications, world.rulebook.at(world.clock.day)))
    accounts: dict[object, object] = {
        account: facts.model_copy(update={"certifications": tuple(filter(earned.__contains__, facts.certifications))})
        for account, facts in account_facts(world).items()
    }
    return accounts | {
        place: fact.record
        for place, fact in world.facts.facts.items()
        if place == canonical_place(fact.record)
        and (fact.record in earned or not isinstance(fact.record, Certification))
    }


def made(seed: int) -> tuple[RecordsWorld, list[ObjectRef], random.Random]:
    chance = random.Random(seed)
    world = RecordsWorld(batch_rows=chance.choice([1, 3, 1000]))
    refs = in_files(small_program(chance), random.Random(seed), world)
    return world, refs, chance


def in_order(seed: int) -> dict[object, object]:
    world, refs, _ = made(seed)
    for ref in refs:
        world.ingest()(ref)
    return effective(world)


@pytest.mark.rule("R-4.1.5c")
@given(st.integers(0, 2**32))
def test_any_order_and_repetition_of_files_ends_in_the_same_facts(seed: int) -> None:
    world, refs, chance = made(seed)
    played = refs + chance.choices(refs, k=3)
    chance.shuffle(played)
    for ref in played:
        world.ingest()(ref)
    assert effective(world) == in_order(seed)
    assert {place: set(rows) for place, rows in world.facts.histories.items() if len(rows) > 1}


@given(st.integers(0, 2**32))
def test_any_order_of_rows_within_a_file_ends_in_the_same_facts(seed: int) -> None:
    """Without corrections: of two rows with one key the later one stands, so their order says something."""
    results = []
    for shuffled in (False, True):
        chance = random.Random(seed)
        rows = list({(kind, *_key(kind, cells)): (kind, cells) for kind, cells in small_program(chance)}.values())
        if shuffled:
            chance.shuffle(rows)
        world = RecordsWorld(batch_rows=random.Random(seed).choice([1, 2, 1000]))
        for kind in SOUND:
            world.take(kind, *(cells for name, cells in rows if name == kind))
        results.append(effective(world))
    assert results[0] == results[1]


def _key(kind: str, cells: dict[str, str]) -> tuple[str, ...]:
    names = {
        "sites": 1, "people": 3, "terms_acceptances": 2, "trainings": 4, "brand_reviews": 3, "placements": 2,
        "business_reviews": 4, "case_decisions": 5, "locator_profiles": 2,
    }  # fmt: skip
    return tuple(list(cells.values())[: names.get(kind, 1)])


# The seeds named catch a run that does not read again what it has checked, or settles before it has woken everybody.
@example(3)
@example(11)
@given(st.integers(0, 2**32))
@pytest.mark.catalogue("F02")
def test_runs_that_interleave_at_every_call_end_in_the_same_facts(seed: int) -> None:
    world, refs, chance = made(seed)
    turns = Turns(seed)
    chance.shuffle(refs)
    workers = chance.choice([2, 3])
    jobs: list[Callable[[], object]] = []
    for worker in range(workers):
        ingest = world.ingest(facts=OneByOne(turns.shared(world.facts, worker)))
        jobs.append(partial(_all, ingest, refs[worker::workers]))
    turns.run(jobs)
    assert turns.errors == []
    assert effective(world) == in_order(seed)


def _all(ingest: Callable[[ObjectRef], Any], refs: list[ObjectRef]) -> None:
    for ref in refs:
        ingest(ref)


CHAIN = ("partners", "sites", "people", "certifications")


def chain(world: RecordsWorld) -> list[ObjectRef]:
    """Everything rests on the last file; a report waits for the site."""
    world.facts.wait_for("SITE#S1", "D1", "R1")
    mcie = row("certifications", certification_id="C-E", kind="MCIE", certified_on="2023-03-01")
    mcit = row("certifications", certification_id="C-T", kind="MCIT")
    refs = [world.upload(kind, SOUND[kind]) for kind in reversed(CHAIN)]
    return [world.upload("certifications", mcie, mcit), *refs, world.upload("sites", row("sites", name="Corrected"))]


@pytest.mark.catalogue("F09")
@pytest.mark.catalogue("F10")
@pytest.mark.parametrize("before", [True, False])
def test_a_run_killed_at_any_call_and_repeated_ends_as_if_it_had_not_been(before: bool) -> None:
    whole = RecordsWorld()
    for ref in chain(whole):
        whole.ingest()(ref)
    for call in count(1):
        world = RecordsWorld()
        plan = KilledAfter(call, before=before)
        killed = False
        for ref in chain(world):
            ports = {name: plan.wrap(getattr(world, name)) for name in ("facts", "objects", "messages")}
            try:
                world.ingest(**ports)(ref)
            except Killed:
                killed = True
                world.ingest()(ref)
        assert world.facts.standing() == whole.facts.standing(), call
        assert world.facts.waiting_rows == {}
        assert world.facts.waiting_reports == {}
        assert set(world.messages.asked) == {("D1", "R1")}
        assert world.objects.results.keys() == whole.objects.results.keys()
        if not killed:
            assert call > 60
            return


def contended(seed: int, *refs: ObjectRef, world: RecordsWorld) -> None:
    """Two or three workers on uploads that concern the same few records, item by item."""
    chance = random.Random(seed)
    order = chance.sample(refs, len(refs))
    workers = chance.choice([2, 3])
    turns = Turns(seed)
    jobs: list[Callable[[], object]] = []
    for worker in range(workers):
        ingest = world.ingest(facts=OneByOne(turns.shared(world.facts, worker)))
        jobs.append(partial(_all, ingest, order[worker::workers]))
    turns.run(jobs)
    assert turns.errors == []


@pytest.mark.catalogue("F58")
@given(st.integers(0, 2**32), st.lists(st.sampled_from("AB"), min_size=2, max_size=5))
def test_of_corrections_at_once_the_latest_stands_in_every_copy(seed: int, names: list[str]) -> None:
    world = RecordsWorld()
    world.take("partners", SOUND["partners"])
    contended(seed, *(world.upload("sites", row("sites", name=name)) for name in names), world=world)
    places = [("SITE#S1", "FACT#sites"), ("PARTNER#P1", "FACT#sites#S1")]
    assert [world.facts.facts[place].record.name for place in places] == [names[-1], names[-1]]
    assert [fact.record.name for fact in world.facts.history(places[0])] == names


@pytest.mark.rule("R-2.2b")
@given(st.integers(0, 2**32))
def test_a_certification_and_a_new_employer_at_once_find_each_other(seed: int) -> None:
    world = RecordsWorld()
    for kind in ("partners", "sites", "people"):
        world.take(kind, SOUND[kind])
    world.take("partners", row("partners", partner_id="P2"))
    world.take("sites", row("sites", site_id="S2", partner_id="P2"))
    refs = [
        world.upload("people", row("people", site_id="S2")),
        world.upload("certifications", SOUND["certifications"]),
        world.upload("certifications", row("certifications", certified_on="2023-02-02")),
    ]
    contended(seed, *refs, world=world)
    places = [(f"PARTNER#{partner}", "FACT#certifications#C1") for partner in ("P1", "P2")]
    assert [str(world.facts.facts[place].record.certified_on) for place in places] == ["2023-02-02"] * 2


def test_a_run_that_died_for_good_is_made_up_for_by_uploading_the_same_again() -> None:
    for call in count(1):
        world = RecordsWorld()
        world.take("certifications", SOUND["certifications"])
        world.take("people", SOUND["people"])
        world.take("sites", SOUND["sites"])
        try:
            world.ingest(facts=KilledAfter(call).wrap(world.facts))(world.upload("partners", SOUND["partners"]))
        except Killed:
            world.take("partners", SOUND["partners"])
            assert (len(world.facts.of_partner("P1")), world.facts.waiting_rows) == (4, {}), call
        else:
            assert call > 20
            return


@pytest.mark.catalogue("F02")
@pytest.mark.parametrize("names", ["AB", "BA", "ABA", "AAB", "ABC", "ABAB", "ABCA"])
@pytest.mark.parametrize("outer", [-1, -2])
def test_one_run_within_another_at_any_of_its_calls_leaves_the_latest_row(names: str, outer: int) -> None:
    """All but the last two uploads are taken before; of those, one is taken while the other is at work."""
    for call in count(1):
        world = RecordsWorld()
        world.take("partners", SOUND["partners"])
        *before, first, second = (world.upload("sites", row("sites", name=name)) for name in names)
        _all(world.ingest(), before)
        inner, own = (first, second) if outer == -1 else (second, first)
        facts = Interrupted(world.facts, call, partial(world.ingest(), inner))
        world.ingest(facts=facts)(own)
        if not facts.came_to_it:
            assert call > 8
            return
        places = [("SITE#S1", "FACT#sites"), ("PARTNER#P1", "FACT#sites#S1")]
        assert [world.facts.facts[place].record.name for place in places] == [names[-1]] * 2, call
