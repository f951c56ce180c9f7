"""Keep the lists in step with the states, as their changes come (docs/adr/0024-lists.md)."""

from collections.abc import Mapping, Sequence

from partner_program.domain.listings import ListPlace, changed_places, listings_of
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.announce import Image
from partner_program.use_cases.list_ports import ListStore, StandingStates
from partner_program.use_cases.ports import StoredState


class KeepListings:
    """From the images of a changed state to the entries that differ.

    What an image says may be out of date by the time it comes: a batch is delivered again, a twin is slow, somebody
    hands in an item by hand. So whoever has written looks at the state that stands, and where that is newer than the
    image, writes what it says into the same places. Each change of an entry is in some pair of images, and the last
    to touch a place has seen a state no older than the newest image of it: in whatever order and however often the
    images come, the lists end as the states have them.
    """

    def __init__(self, lists: ListStore, states: StandingStates) -> None:
        self._lists = lists
        self._states = states

    def item_changed(self, pk: str, sk: str, old: Image | None, new: Image | None) -> int:
        """An item was put, or removed (no `new`). How many entries it changed; 0 for what is no state."""
        owner, _, account_id = pk.partition("#")
        if owner != "ACCOUNT" or sk != "STATE":
            return 0
        return self.state_changed(account_id, _stored(old), _stored(new))

    def state_changed(self, account_id: str, old: StoredState, new: StoredState) -> int:
        """A version of a state was saved over another. How many entries it changed; often none, and nothing is done."""
        wanted = _entries(new)
        places = changed_places(_entries(old), wanted)
        if not places:
            return 0
        self._write(places, wanted)
        written = new.version
        while (standing := self._states.standing(account_id)).version > written:
            self._write(places, _entries(standing))
            written = standing.version
        return len(places)

    def _write(self, places: Sequence[ListPlace], wanted: Mapping[ListPlace, str]) -> None:
        """First what goes in: an account that goes from list to list is in both for a moment, never in none."""
        self._lists.put({place: wanted[place] for place in places if place in wanted})
        self._lists.delete(place for place in places if place not in wanted)


def _stored(image: Image | None) -> StoredState:
    if image is None:
        return StoredState(None, 0)
    return StoredState(AccountState.model_validate_json(image.body), image.version)


def _entries(stored: StoredState) -> Mapping[ListPlace, str]:
    return listings_of(stored.state) if stored.state else {}
