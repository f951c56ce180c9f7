"""Every column that is no key can be corrected, also whose a record is; it then counts there and nowhere else."""

import random
from collections.abc import Callable
from functools import partial
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.use_cases.ports import ObjectRef
from tests.fakes.facts import Interrupted, OneByOne
from tests.fakes.records_world import SOUND, RecordsWorld, account_facts, outcomes, row
from tests.fakes.reports import Killed, KilledAfter
from tests.fakes.turns import Turns

Row = tuple[str, dict[str, str]]


def staffed() -> RecordsWorld:
    """Site S1 of P1 in Germany with A, who is certified, and B; P2 and P3 with a site of their own."""
    world = RecordsWorld()
    world.take("partners", *(row("partners", partner_id=partner) for partner in ("P1", "P2", "P3")))
    own = [row("sites", site_id=f"S-{partner}", partner_id=partner) for partner in ("P2", "P3")]
    world.take("sites", SOUND["sites"], *own)
    world.take("people", SOUND["people"], row("people", person_id="B"), row("people", person_id="C", site_id="S-P2"))
    world.take("certifications", SOUND["certifications"])
    return world


def seen(world: RecordsWorld) -> dict[str, tuple[str, ...]]:
    """Sites, people and certifications that count, by account; those without any left out."""
    found = {
        account: (
            *(site.site_id for site in facts.sites),
            *(job.person_id for job in facts.employments),
            *(f"{own.certification_id}:{own.certification}:{own.person_id}" for own in facts.certifications),
        )
        for account, facts in account_facts(world).items()
    }
    return {account: ids for account, ids in found.items() if ids}


HOME = {"P1-DE": ("S1", "A", "B", "C1:MCDE:A"), "P2-DE": ("S-P2", "C"), "P3-DE": ("S-P3",)}
CORRECTIONS = [
    ("sites", {"country": "FR"}, {"P1-FR": ("S1", "A", "B", "C1:MCDE:A"), "P1-DE": ()}),
    ("sites", {"partner_id": "P2"}, {"P2-DE": ("S-P2", "S1", "A", "B", "C", "C1:MCDE:A"), "P1-DE": ()}),
    ("sites", {"partner_id": "P3", "country": "FR"}, {"P3-FR": ("S1", "A", "B", "C1:MCDE:A"), "P1-DE": ()}),
    ("certifications", {"kind": "MCIT"}, {"P1-DE": ("S1", "A", "B", "C1:MCIT:A")}),
    ("certifications", {"person_id": "B"}, {"P1-DE": ("S1", "A", "B", "C1:MCDE:B")}),
    ("certifications", {"person_id": "C"}, {"P1-DE": ("S1", "A", "B"), "P2-DE": ("S-P2", "C", "C1:MCDE:C")}),
]


@pytest.mark.rule("R-2.2b")
@pytest.mark.parametrize(("kind", "change", "then"), CORRECTIONS)
def test_whatever_is_no_key_can_be_corrected_and_corrected_back(
    kind: str, change: dict[str, str], then: dict[str, tuple[str, ...]]
) -> None:
    world = staffed()
    assert seen(world) == HOME
    assert outcomes(world.take(kind, row(kind, **change))) == {"posted": 1}
    assert seen(world) == {account: ids for account, ids in (HOME | then).items() if ids}
    assert outcomes(world.take(kind, SOUND[kind])) == {"posted": 1}
    assert seen(world) == HOME


@pytest.mark.parametrize(("kind", "change", "then"), CORRECTIONS)
def test_an_older_row_does_not_undo_a_correction(
    kind: str, change: dict[str, str], then: dict[str, tuple[str, ...]]
) -> None:
    world = staffed()
    older = world.upload(kind, row(kind) | change | {"name": "Older", "certified_on": "2023-01-31"})
    world.take(kind, row(kind, **change))
    assert outcomes(world.ingest()(older)) == {"duplicate": 1}
    assert seen(world) == {account: ids for account, ids in (HOME | then).items() if ids}


def test_of_two_rows_in_one_file_the_later_says_whose_a_site_is() -> None:
    for batch_rows in (1, 1000):
        world = staffed()
        world.batch_rows = batch_rows
        result = world.take("sites", row("sites", partner_id="P2"), row("sites", partner_id="P3"))
        assert (outcomes(result), seen(world)["P3-DE"][:2]) == ({"posted": 2}, ("S-P3", "S1"))
        assert "S1" not in seen(world)["P2-DE"]


def test_people_and_certifications_that_come_after_the_correction_count_where_the_site_is_now() -> None:
    world = staffed()
    world.take("sites", row("sites", partner_id="P3"))
    world.take("people", row("people", person_id="D"))
    world.take("certifications", row("certifications", certification_id="C2", person_id="D"))
    world.take("people", row("people", person_id="A", until_date="2024-01-31"))
    assert "C2:MCDE:D" in seen(world)["P3-DE"]
    (left,) = (job for job in account_facts(world)["P3-DE"].employments if job.person_id == "A")
    assert str(left.until_date) == "2024-01-31"


def test_a_country_outside_the_program_moves_no_site() -> None:
    world = staffed()
    assert outcomes(world.take("sites", row("sites", country="KP"))) == {"held": 1}
    assert seen(world) == HOME


def test_what_waited_for_an_account_is_taken_when_a_site_is_corrected_to_be_there() -> None:
    world = staffed()
    world.take("trainings", row("trainings", country="FR"))
    assert world.take("sites", row("sites", country="FR")).receipt.mended == 1
    assert len(account_facts(world)["P1-FR"].trainings) == 1


@pytest.mark.catalogue("B45")
@pytest.mark.parametrize("change", [{"country": "FR"}, {"partner_id": "P2"}])
def test_a_report_that_waits_for_a_site_is_processed_again_when_the_site_is_corrected(change: dict[str, str]) -> None:
    world = staffed()
    world.facts.wait_for("SITE#S1", "D1", "R1")
    assert world.take("sites", row("sites", **change)).receipt.reports_asked_for == 1
    assert world.messages.asked == [("D1", "R1")]


@pytest.mark.rule("R-4.1.5c")
def test_an_mcie_is_taken_when_an_mcit_is_corrected_to_be_that_persons_and_rests_on_none_that_is_not() -> None:
    world = staffed()
    mcie = {"certification_id": "C-E", "kind": "MCIE", "certified_on": "2023-03-01"}
    world.take("certifications", row("certifications", kind="MCIT", person_id="B"))
    assert outcomes(world.take("certifications", row("certifications", **mcie))) == {"held": 1}
    assert world.take("certifications", row("certifications", kind="MCIT")).receipt.mended == 1
    of_b = mcie | {"certification_id": "C-E2", "person_id": "B"}
    assert outcomes(world.take("certifications", row("certifications", **of_b))) == {"held": 1}


MOVES: list[Row] = [
    ("sites", row("sites", partner_id="P2")),
    ("certifications", row("certifications", person_id="C")),
    ("people", row("people", person_id="C", until_date="2024-01-31")),
    ("sites", row("sites", partner_id="P3", country="FR")),
    ("people", row("people", person_id="A", site_id="S-P2")),
]


def effective(world: RecordsWorld) -> dict[str, Any]:
    """What the accounts have, of those that have a site."""
    return {account: facts for account, facts in account_facts(world).items() if facts.sites}


def uploaded(world: RecordsWorld, rows: list[Row]) -> list[ObjectRef]:
    return [world.upload(kind, cells) for kind, cells in rows]


def after(rows: list[Row]) -> dict[str, Any]:
    world = staffed()
    _all(world.ingest(), uploaded(world, rows))
    return effective(world)


@pytest.mark.catalogue("F03")
def test_corrections_in_any_order_of_arrival_end_alike() -> None:
    for order in permutations(range(len(MOVES))):
        world = staffed()
        refs = uploaded(world, MOVES)
        _all(world.ingest(), [refs[index] for index in order])
        assert effective(world) == after(MOVES), order


@pytest.mark.catalogue("F09")
@pytest.mark.catalogue("F10")
@pytest.mark.parametrize("before", [True, False])
def test_a_run_killed_at_any_call_of_a_correction_and_repeated_ends_as_if_it_had_not_been(before: bool) -> None:
    for call in count(1):
        world = staffed()
        world.facts.wait_for("SITE#S1", "D1", "R1")
        plan = KilledAfter(call, before=before)
        killed = False
        for ref in uploaded(world, MOVES):
            ports = {name: plan.wrap(getattr(world, name)) for name in ("facts", "objects", "messages")}
            try:
                world.ingest(**ports)(ref)
            except Killed:
                killed = True
                world.ingest()(ref)
        assert effective(world) == after(MOVES), call
        assert set(world.messages.asked) == {("D1", "R1")}
        if not killed:
            assert call > 60
            return


PAIRS = list(permutations(MOVES, 2))


@pytest.mark.catalogue("F02")
@pytest.mark.parametrize("outer", [0, 1])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: "+".join(kind for kind, _ in pair))
def test_one_correction_within_another_at_any_of_its_calls_ends_as_one_after_the_other(
    pair: tuple[Row, Row], outer: int
) -> None:
    expected = after(list(pair))
    for call in count(1):
        world = staffed()
        refs = uploaded(world, list(pair))
        facts = Interrupted(world.facts, call, partial(world.ingest(), refs[1 - outer]))
        world.ingest(facts=facts)(refs[outer])
        if not facts.came_to_it:
            assert call > 8
            return
        assert effective(world) == expected, call


@pytest.mark.catalogue("F58")
@given(st.integers(0, 2**32))
def test_corrections_by_several_runs_at_once_end_as_one_after_the_other(seed: int) -> None:
    chance = random.Random(seed)
    rows = chance.choices(MOVES, k=4)
    world = staffed()
    refs = uploaded(world, rows)
    order = chance.sample(refs, len(refs))
    turns = Turns(seed)
    jobs: list[Callable[[], object]] = [
        partial(_all, world.ingest(facts=OneByOne(turns.shared(world.facts, worker))), order[worker::3])
        for worker in range(3)
    ]
    turns.run(jobs)
    assert turns.errors == []
    assert effective(world) == after(rows)


def _all(ingest: Callable[[ObjectRef], Any], refs: list[ObjectRef]) -> None:
    for ref in refs:
        ingest(ref)
