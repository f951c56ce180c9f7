"""Make the lists anew from the states that stand: for a table that had none yet, or has lost the thread.

Whatever the projection writes meanwhile (keep_listings.py) stays right: an account that was changed while it was looked
at is looked at again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from partner_program.domain.listings import (
    LOCATOR,
    ListedAccount,
    ListPlace,
    follows_from_states,
    listings_of,
    locator_id,
)
from partner_program.use_cases.assess_account import AssessAccount
from partner_program.use_cases.list_ports import ListStore
from partner_program.use_cases.ports import AccountStore, StoredState

Entries = Mapping[ListPlace, str]


class WholeLists(ListStore, Protocol):
    """A store of lists that can be read as a whole."""

    def everything(self) -> Iterator[tuple[ListPlace, str]]:
        """Every entry of every list; reads the whole table."""
        ...


class Accounts(AccountStore, Protocol):
    """Accounts, with the versions of their states."""

    def standing(self, account_id: str) -> StoredState:
        """One consistent read."""
        ...


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many accounts were looked at, and how many entries were put and taken away."""

    accounts: int
    put: int
    taken_away: int


class RebuildListings:
    """For operators: reads every account and the whole table of lists. Doing it again changes nothing."""

    def __init__(self, lists: WholeLists, accounts: Accounts, assess: AssessAccount) -> None:
        self._lists = lists
        self._accounts = accounts
        self._assess = assess

    def __call__(self, on: date) -> Rebuilt:
        """Accounts whose states are from before there were lists are assessed as of a day, which names them."""
        there = {place: body for place, body in self._lists.everything() if follows_from_states(place.name)}
        names = {*self._accounts.all_account_ids(), *_named_in(there)}
        by_account = _by_account(there, names)
        put = taken = 0
        for account_id in sorted(names):
            more, less = self._account(account_id, by_account[account_id], on)
            put, taken = put + more, taken + less
        nobodys = by_account[""]
        self._lists.delete(nobodys)
        return Rebuilt(len(names), put, taken + len(nobodys))

    def _account(self, account_id: str, there: Entries, on: date) -> tuple[int, int]:
        """How many entries were put and taken away."""
        put = taken = 0
        while True:
            standing = self._standing(account_id, on)
            wanted = listings_of(standing.state) if standing.state else {}
            missing = {place: body for place, body in wanted.items() if there.get(place) != body}
            stray = there.keys() - wanted.keys()
            if not missing and not stray:
                return put, taken
            self._lists.put(missing)
            self._lists.delete(stray)
            put, taken = put + len(missing), taken + len(stray)
            if self._accounts.standing(account_id).version == standing.version:
                return put, taken
            # Somebody decided meanwhile, and our entries may have gone over those that followed from it.
            there = dict.fromkeys(wanted, "")

    def _standing(self, account_id: str, on: date) -> StoredState:
        standing = self._accounts.standing(account_id)
        if standing.state is None or standing.state.listing is not None:
            return standing
        self._assess(account_id, on)
        return self._accounts.standing(account_id)


def _named_in(entries: Entries) -> Iterator[str]:
    """Every account in a list has an entry among those of its tier and of its partner."""
    for place, body in entries.items():
        if place.name.startswith(("TIER#", "PARTNER#")):
            yield ListedAccount.model_validate_json(body).account_id


def _by_account(entries: Entries, names: Iterable[str]) -> defaultdict[str, dict[ListPlace, str]]:
    """Entries by whose they are; those of no account under an empty name."""
    located = {locator_id(name): name for name in names}
    found: defaultdict[str, dict[ListPlace, str]] = defaultdict(dict)
    for place, body in entries.items():
        parts = place.order.split("#")
        if place.name == LOCATOR:
            owner = located.get(parts[-1], "")
        elif place.name.startswith("PARTNER#"):
            owner = parts[0]
        else:
            owner = parts[1]
        found[owner][place] = body
    return found
