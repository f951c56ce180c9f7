"""Workers that interleave at every call, while records come and go: what is claimed is contributed, once."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from partner_program.domain.sales.claims import Claims, bucket_of
from partner_program.use_cases.report_ports import Offer
from tests.fakes.pos_world import World, line, site
from tests.fakes.turns import Turns

LINES = [
    line(invoice_number=f"INV-{n % 4}", line_number=n + 1, partner_site_id=("S-DE", "S-A", "S-B")[n % 3])
    for n in range(12)
]


class OneByOne:
    """A store that claims each invoice in a call of its own, as the real one does."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def claim(self, distributor_id: str, offers: Sequence[Offer]) -> list[Claims]:
        return [self._store.claim(distributor_id, [offer])[0] for offer in offers]


def assert_claimed_is_counted(world: World) -> None:
    """Every claim is in the contributions of its owner, every contributed line is claimed, and none twice."""
    counted = [
        (invoice, number, claim.owner)
        for account, month in world.revenue()
        for _, invoice, number, claim in world.sales.lines_of(account, month)
    ]
    claimed = [
        (key[1], number, claim.owner)
        for key, claims in world.sales.invoices.items()
        for number, claim in claims.items()
    ]
    assert sorted(counted) == sorted(claimed)
    assert sum(contribution.lines for contribution in world.sales.contributions.values()) == len(claimed)
    assert all(bucket_of(number) == 0 for _, number, _ in claimed)


def interleaved(seed: int) -> World:
    """Two or three workers on versions of one report, in turns; two sites appear, vanish and appear meanwhile."""
    chance = random.Random(seed)
    world = World(window_rows=chance.choice([3, 4, 50]))
    refs = [world.upload(LINES), world.upload(LINES), world.upload(LINES[: chance.randint(1, 12)])]

    def records_come_and_go() -> None:
        if chance.random() < 0.15:
            name = chance.choice(["S-A", "S-B"])
            known = world.lookups.all_sites
            if known.pop(name, None) is None:
                known[name] = site(name, "P1", "DE")

    turns = Turns(seed)
    jobs: list[Callable[[], object]] = []
    for worker in range(chance.choice([2, 3])):
        ref = chance.choice(refs)
        ingest = world.ingest(
            sales=OneByOne(turns.shared(world.sales, worker)), lookups=turns.shared(world.lookups, worker)
        )
        jobs.append(partial(ingest, ref, lambda: 900_000))
    turns.run(jobs, records_come_and_go)
    assert turns.errors == []
    return world


# The seeds named are those that catch a worker which stops between claims and contributions, or does not look again.
@example(64)
@example(170)
@example(464)
@example(841)
@given(st.integers(0, 2**32))
@settings(max_examples=40)
@pytest.mark.catalogue("F02")
@pytest.mark.catalogue("F11")
@pytest.mark.catalogue("F58")
def test_interleaved_workers_leave_no_claim_uncounted_and_count_none_twice(seed: int) -> None:
    assert_claimed_is_counted(interleaved(seed))
