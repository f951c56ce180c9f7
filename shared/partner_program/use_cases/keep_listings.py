"""Keep the lists in step with the states, as their changes come (docs/adr/0024-lists.md)."""

from collections.abc import Iterable, Mapping

from partner_program.domain.listings import ListPlace, changed_places, listings_of
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.announce import Image
from partner_program.use_cases.list_ports import ListStore, StandingStates
from partner_program.use_cases.ports import StoredState

Wanted = dict[ListPlace, str | None]
"""What is to stand in some places; None: nothing."""


class KeepListings:
    """From the images of changed states to the entries that differ. One for each batch of changes.

    What an image says may be out of date by the time it comes: a batch is delivered again, a twin is slow, somebody
    hands in an item by hand. So whoever has written looks at the states that stand, and where one says something else
    of the places that were touched, writes that, and looks again. Each change of an entry is in some pair of images,
    so in whatever order and however often they come, the lists end as the states have them.
    """

    def __init__(self, lists: ListStore, states: StandingStates) -> None:
        self._lists = lists
        self._states = states
        self._noted: dict[str, Wanted] = {}
        self._newest: dict[str, int] = {}

    def item_changed(self, pk: str, sk: str, old: Image | None, new: Image | None) -> int:
        """Note what an item that was put, or removed (no `new`), changes: how many entries; 0 for what is no state.

        Most changes of a state concern no list. Nothing is written before `write`.
        """
        owner, _, account_id = pk.partition("#")
        if owner != "ACCOUNT" or sk != "STATE":
            return 0
        wanted = _entries(_stored(new))
        places = changed_places(_entries(_stored(old)), wanted)
        if places:
            self._noted.setdefault(account_id, {}).update((place, wanted.get(place)) for place in places)
            self._newest[account_id] = max(self._newest.get(account_id, 0), new.version if new else 0)
        return len(places)

    def write(self) -> None:
        """Write what was noted, all of it or it raises; then what of it the states that stand say otherwise."""
        left = self._noted
        while left:
            self._put(left.values())
            standing = self._states.standings(left)
            left = {name: found for name in left if (found := self._otherwise(name, left[name], standing[name]))}

    def _otherwise(self, account_id: str, written: Wanted, standing: StoredState) -> Wanted:
        """What a state that is no older than the newest image says of the places, where it is not what was written."""
        if standing.version < self._newest[account_id]:
            return {}
        says = _entries(standing)
        return {place: says.get(place) for place in written if says.get(place) != written[place]}

    def _put(self, changes: Iterable[Wanted]) -> None:
        """First what goes in: an account that goes from list to list is in both for a moment, never in none."""
        wanted = {place: body for change in changes for place, body in change.items()}
        self._lists.put({place: body for place, body in wanted.items() if body is not None})
        self._lists.delete(place for place, body in wanted.items() if body is None)


def _stored(image: Image | None) -> StoredState:
    if image is None:
        return StoredState(None, 0)
    return StoredState(AccountState.model_validate_json(image.body), image.version)


def _entries(stored: StoredState) -> Mapping[ListPlace, str]:
    return listings_of(stored.state) if stored.state else {}
