"""The lists end as the states have them, in whatever order and however often the changes come."""

from collections.abc import Mapping
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.listings import ListPlace, listings_of
from partner_program.domain.tiers.account import AccountState, Listing
from partner_program.use_cases.announce import Image
from partner_program.use_cases.keep_listings import KeepListings
from partner_program.use_cases.ports import StoredState
from partner_program.values.tiers import Tier
from tests.fakes.listings import MemoryListings, MemoryStates
from tests.fakes.notices import versions

ACCOUNTS = ("P0001-DE", "P0001-US", "P0002-DE")


def life(account: str) -> list[AccountState]:
    """The versions of an account through a year: promoted, demoted, out of the program; cases open and end."""
    saved = []
    for state in versions(account)[::4]:
        tier = state.tier_changes[-1].to_tier if state.tier_changes else None
        named = Listing(
            partner_name="Alpha AG", held=("MCDE",), located=tier is not None and tier is not Tier.AUTHORIZED
        )
        saved.append(state.model_copy(update={"tier": tier, "listing": named}))
    return saved


LIVES = {account: life(account) for account in ACCOUNTS}
Change = tuple[str, int]
"""An account and the number of the version that was saved."""
CHANGES: list[Change] = [(account, n) for account in ACCOUNTS for n in range(1, len(LIVES[account]) + 1)]


class Kept:
    """Lists beside the states that they are to follow."""

    def __init__(self) -> None:
        self.lists, self.states = MemoryListings(), MemoryStates()

    def stands(self, account: str, version: int) -> None:
        """The state is saved; its change has not come yet."""
        self.states.states[account] = StoredState(LIVES[account][version - 1], version)

    def comes(self, *changes: Change) -> None:
        """A batch of changes, each from the version before, comes."""
        keep = KeepListings(self.lists, self.states)
        for account, version in changes:
            old = image(account, version - 1) if version > 1 else None
            keep.item_changed(f"ACCOUNT#{account}", "STATE", old, image(account, version))
        keep.write()

    def item(self, sk: str, old: Image | None, new: Image | None, pk: str = f"ACCOUNT#{ACCOUNTS[0]}") -> int:
        """One changed item comes; how many entries it changes."""
        keep = KeepListings(self.lists, self.states)
        changed = keep.item_changed(pk, sk, old, new)
        keep.write()
        return changed

    def saved(self, account: str, version: int) -> None:
        self.stands(account, version)
        self.comes((account, version))


def image(account: str, version: int) -> Image:
    return Image(LIVES[account][version - 1].model_dump_json(), version)


def wanted() -> Mapping[ListPlace, str]:
    """What the last states of all accounts say."""
    return {place: body for saved in LIVES.values() for place, body in listings_of(saved[-1]).items()}


def test_the_life_that_is_played_comes_into_lists_and_leaves_them() -> None:
    names = {place.name for saved in LIVES.values() for state in saved for place in listings_of(state)}
    assert {"TIER#none", "TIER#authorized", "TIER#advanced", "TIER#premier", "OPEN_CASES", "LOCATOR"} <= names
    assert not {"TIER#premier", "LOCATOR"} & {place.name for place in wanted()}


def test_each_change_in_its_turn_leaves_the_lists_as_the_state_has_them() -> None:
    kept = Kept()
    for account, version in CHANGES:
        kept.saved(account, version)
        mine = {place: body for place, body in kept.lists.entries.items() if account in body or place.name == "LOCATOR"}
        assert {**listings_of(LIVES[account][version - 1])}.items() <= mine.items()
    assert kept.lists.entries == wanted()


@given(st.integers(0, 2**32))
@pytest.mark.catalogue("F39")
def test_changes_that_come_three_times_in_any_order_leave_the_lists_as_the_states_have_them(seed: int) -> None:
    kept, chance = Kept(), Random(seed)
    for account, saved in LIVES.items():
        kept.stands(account, len(saved))
    coming = CHANGES * 3
    chance.shuffle(coming)
    while coming:
        size = chance.randint(1, 9)
        kept.comes(*coming[:size])
        coming = coming[size:]
    assert kept.lists.entries == wanted()


@given(st.integers(0, 2**32))
@pytest.mark.catalogue("F39")
def test_batches_that_are_played_from_their_start_again_end_right_while_states_go_on(seed: int) -> None:
    """States are saved ahead of the stream; any batch may break off anywhere and comes again from its start."""
    kept, chance = Kept(), Random(seed)
    start = 0
    while start < len(CHANGES):
        batch = CHANGES[start : start + chance.randint(1, 6)]
        tries = [batch[: chance.randint(0, len(batch))] for _ in range(chance.randint(0, 2))]
        for part in (*tries, batch):
            for account, version in part:
                ahead = min(len(LIVES[account]), version + chance.randint(0, 2))
                kept.stands(account, max(ahead, kept.states.standing(account).version))
            kept.comes(*part)
        start += len(batch)
    assert kept.lists.entries == wanted()


@pytest.mark.parametrize("version", range(1, len(LIVES[ACCOUNTS[0]])))
def test_what_a_slow_twin_writes_after_newer_changes_were_done_is_put_right_by_itself(version: int) -> None:
    kept, account, last = Kept(), ACCOUNTS[0], len(LIVES[ACCOUNTS[0]])
    for number in range(1, version):
        kept.saved(account, number)

    def overtaken() -> None:
        kept.lists.before_write = lambda: None
        for number in range(version + 1, last + 1):
            kept.saved(account, number)

    kept.stands(account, version)
    kept.lists.before_write = overtaken
    kept.comes((account, version))
    if kept.states.standing(account).version == last:  # it had something to write
        assert kept.lists.entries == listings_of(LIVES[account][-1])
    else:
        assert listings_of(LIVES[account][version - 1]) == listings_of(LIVES[account][version - 2])


def test_a_state_change_that_concerns_no_list_reads_and_writes_nothing() -> None:
    kept = Kept()
    kept.saved(ACCOUNTS[0], 1)
    writes, reads = kept.lists.writes, kept.states.reads
    state = LIVES[ACCOUNTS[0]][0]
    later = state.model_copy(update={"assessed_on": date(2024, 1, 1), "findings": (), "arrivals": "0" * 16})
    old, new = Image(state.model_dump_json(), 1), Image(later.model_dump_json(), 2)
    assert kept.item("STATE", old, new) == 0
    assert (kept.lists.writes, kept.states.reads) == (writes, reads)


def test_only_what_differs_is_written() -> None:
    kept = Kept()
    account = ACCOUNTS[0]
    for version, state in enumerate(LIVES[account], start=1):
        before = listings_of(LIVES[account][version - 2]) if version > 1 else {}
        after, done = listings_of(state), kept.lists.writes
        kept.saved(account, version)
        assert kept.lists.writes - done == len({place for place, _ in before.items() ^ after.items()})


def test_an_item_that_is_no_state_concerns_no_list() -> None:
    kept = Kept()
    body = image(ACCOUNTS[0], 1)
    assert kept.item("2024Q1#final", None, body, pk="STATEMENTS#P0001-DE") == 0
    assert kept.item("FINALS", None, body) == 0
    assert kept.lists.entries == {}


def test_a_state_that_was_removed_leaves_every_list() -> None:
    kept = Kept()
    kept.saved(ACCOUNTS[0], 5)
    del kept.states.states[ACCOUNTS[0]]
    assert kept.item("STATE", image(ACCOUNTS[0], 5), None) > 0
    assert kept.lists.entries == {}


def test_a_state_that_was_removed_and_stands_again_stays_in_its_lists() -> None:
    kept = Kept()
    kept.saved(ACCOUNTS[0], 5)
    kept.item("STATE", image(ACCOUNTS[0], 5), None)
    assert kept.lists.entries == listings_of(LIVES[ACCOUNTS[0]][4])


def test_the_item_alone_puts_all_entries_again() -> None:
    """As docs/operations.md announces an account again: without the image before it."""
    kept = Kept()
    kept.stands(ACCOUNTS[0], 5)
    kept.item("STATE", None, image(ACCOUNTS[0], 5))
    assert kept.lists.entries == listings_of(LIVES[ACCOUNTS[0]][4])


def test_a_whole_batch_is_written_together_and_looked_at_once() -> None:
    kept = Kept()
    for account, saved in LIVES.items():
        kept.stands(account, len(saved))
    kept.comes(*CHANGES)
    places = {place for saved in LIVES.values() for state in saved for place in listings_of(state)}
    assert (kept.lists.writes, kept.states.reads) == (len(places), 1)
    assert kept.lists.entries == wanted()
