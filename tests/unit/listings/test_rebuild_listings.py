"""Lists made anew: whatever was in the table, it ends as the states have it, and others' lists are left alone."""

from collections.abc import Callable
from datetime import date
from itertools import count

import pytest

from partner_program.domain.listings import LOCATOR, ListPlace, listings_of
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.ports import StoredState
from partner_program.use_cases.rebuild_listings import RebuildListings, Rebuilt
from partner_program.values.tiers import Tier
from tests.fakes.accounts import FakeAccounts, FixedClock
from tests.fakes.listings import MemoryListings
from tests.fakes.records import accepted, opening, partner, placed, rulebook, site
from tests.unit.listings.test_keep_listings import LIVES

TODAY = date(2024, 3, 15)


class World:
    """Three accounts as a year left them, and lists."""

    def __init__(self) -> None:
        self.accounts, self.lists = FakeAccounts(), MemoryListings()
        for account, saved in LIVES.items():
            self.accounts.states[account] = StoredState(saved[-1], len(saved))

    def rebuild(self) -> Rebuilt:
        assess = AssessAccount(self.accounts, rulebook(), FixedClock("2024-03-15"))
        return RebuildListings(self.lists, self.accounts, assess)(TODAY)

    @property
    def wanted(self) -> dict[ListPlace, str]:
        states = [stored.state for stored in self.accounts.states.values() if stored.state]
        return {place: body for state in states for place, body in listings_of(state).items()}


def test_an_empty_table_is_filled_and_a_second_time_nothing_is_done() -> None:
    world = World()
    assert world.rebuild() == Rebuilt(3, len(world.wanted), 0)
    assert world.lists.entries == world.wanted
    assert world.rebuild() == Rebuilt(3, 0, 0)


def test_what_is_wrong_is_put_right_what_is_nobodys_goes_and_lists_of_reports_stay() -> None:
    world = World()
    world.rebuild()
    wanted = world.wanted
    first, *_ = wanted
    foreign = {ListPlace("REPORTS#D1", "2024-01-05#R1"): "{}", ListPlace("HELD", "D1#R1"): "{}"}
    early = listings_of(LIVES["P0002-DE"][3])  # a version that is long over, of an account that has another state now
    gone = listings_of(LIVES["P0001-DE"][4].model_copy(update={"account_id": "P9-DE", "partner_id": "P9"}))
    assert any(place.name == LOCATOR for place in gone)
    world.lists.entries |= {**early, **foreign, first: "{}" if first.name == "OPEN_CASES" else wanted[first]}
    world.lists.entries |= gone
    done = world.rebuild()
    assert world.lists.entries == {**wanted, **foreign}
    assert done.accounts == 4
    assert done.taken_away == len({**early, **gone}.keys() - wanted.keys())


def test_a_state_from_before_there_were_lists_is_assessed_and_has_its_names_then() -> None:
    world = World()
    world.accounts.states.clear()
    world.accounts.add(partner(), site(), accepted(), placed("advanced", "2024-03-01"), opening(2023, "300000"))
    AssessAccount(world.accounts, rulebook(), FixedClock("2024-03-15"))("P1-DE")
    state = named(world, "P1-DE")
    old = state.model_copy(update={"listing": None})
    world.accounts.states["P1-DE"] = StoredState(old, 1)
    world.rebuild()
    assert named(world, "P1-DE").listing == state.listing
    assert world.lists.entries == listings_of(state)
    assert LOCATOR in {place.name for place in world.lists.entries}


def named(world: World, account_id: str) -> AccountState:
    state = world.accounts.standing(account_id).state
    assert state is not None
    return state


@pytest.mark.parametrize("when", range(4))
def test_an_account_that_is_decided_on_meanwhile_is_looked_at_again(when: int) -> None:
    """Before whichever of the writes it happens."""
    world = World()
    account, saved = "P0002-DE", LIVES["P0002-DE"]
    world.lists.entries |= listings_of(saved[5])
    world.accounts.states[account] = StoredState(saved[3], 4)
    act, writes = overtaking(world, account, saved[-1]), count()

    def before() -> None:
        if next(writes) == when:
            act()

    world.lists.before_write = before
    world.rebuild()
    assert next(writes) > when
    assert world.lists.entries == world.wanted


def overtaking(world: World, account: str, state: AccountState) -> Callable[[], None]:
    """The account gets another state, and the projection has put its entries, while ours are not written yet."""

    def act() -> None:
        before = world.accounts.standing(account)
        world.accounts.states[account] = StoredState(state, before.version + 1)
        entries = listings_of(before.state) if before.state else {}
        for place in entries.keys() - listings_of(state).keys():
            world.lists.entries.pop(place, None)
        world.lists.entries |= listings_of(state)

    return act


def test_the_lives_leave_something_to_put_right() -> None:
    tiers = {state.tier for saved in LIVES.values() for state in saved}
    assert {None, Tier.PREMIER} <= tiers
