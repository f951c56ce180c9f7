"""Bring accounts up to date: load, assess, save on condition that nobody else did (R-3.1)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from partner_program.domain.facts import AccountFacts, Site
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.walk import brought_up_to
from partner_program.rulebook import Rulebook
from partner_program.use_cases.ports import AccountStore, Clock, StoredState
from partner_program.values.errors import VersionConflict
from partner_program.values.ids import account_id as account_of

ATTEMPTS = 5
"""How often a decision is taken anew after somebody else wrote first; then the event comes again by itself."""

_FACTS_OF_ONE_ACCOUNT = frozenset(
    {
        "trainings", "business_plans", "business_reviews", "brand_reviews", "case_decisions", "placements",
        "opening_revenue", "locator_profiles",
    }
)  # fmt: skip
"""Kinds whose key goes on with partner and country; every other kind can concern any account of the partner."""


@dataclass
class Assessed:
    """What became of a batch: states by account (None: not in the program), and the errors of those that failed."""

    states: dict[str, AccountState | None] = field(default_factory=dict)
    failures: dict[str, Exception] = field(default_factory=dict)

    def __contains__(self, account_id: str) -> bool:
        return account_id in self.states or account_id in self.failures

    def note(self, account_id: str, assess: Callable[[], AccountState | None]) -> None:
        """What becomes of one account; its error is kept for the caller, who reports it for this account."""
        try:
            self.states[account_id] = assess()
        except Exception as error:  # noqa: BLE001  # whatever it is, the other accounts come next
            self.failures[account_id] = error


class AssessAccount:
    """Assess one account, or a batch of them."""

    def __init__(self, accounts: AccountStore, rulebook: Rulebook, clock: Clock) -> None:
        self._accounts = accounts
        self._rulebook = rulebook
        self._clock = clock

    def __call__(self, account_id: str, on: date | None = None) -> AccountState | None:
        """The account as of a day (default: the program's today), saved if anything but the day has changed.

        Days before it on which a review was due are made up for one by one, each by what was known on it.

        Never goes back behind the day of the last saved assessment, nor behind the rulebook's first day: what is
        recorded ahead of the program is assessed as of its start. None: the partner has never had a site in the
        country, or the program does not run there; nothing is written then. Raises `VersionConflict` after
        `ATTEMPTS` tries.
        """
        day = on or self._clock.today()
        return self._retried(account_id, day)

    def batch(self, account_ids: Iterable[str], on: date | None = None) -> Assessed:
        """Several accounts, reading the facts of each partner once. One that fails does not stop the others (F47).

        Whose documents cannot be read ends the reading together; those that are left are then read one by one.
        """
        day = on or self._clock.today()
        wanted = list(account_ids)
        result = Assessed()
        loaded = self._accounts.load_many(wanted, day.year - 1)
        with suppress(Exception):  # it names no account; read by itself, the account meets the same error again
            for account_id, facts, stored in loaded:
                result.note(account_id, partial(self._first_or_retried, account_id, facts, stored, day))
        for account_id in wanted:
            if account_id not in result:
                result.note(account_id, partial(self._retried, account_id, day))
        return result

    def _first_or_retried(
        self, account_id: str, facts: AccountFacts, stored: StoredState, day: date
    ) -> AccountState | None:
        try:
            return self._decide(facts, stored, day)
        except VersionConflict:
            return self._retried(account_id, day)

    def _retried(self, account_id: str, day: date) -> AccountState | None:
        for _ in range(ATTEMPTS - 1):
            try:
                return self._decide(*self._accounts.load(account_id, day.year - 1), day)
            except VersionConflict:
                continue  # read again, decide again: what the other one saw is in our next read
        return self._decide(*self._accounts.load(account_id, day.year - 1), day)

    def _decide(self, facts: AccountFacts, stored: StoredState, day: date) -> AccountState | None:
        prior = stored.state
        day = max(day, prior.assessed_on if prior else self._rulebook.in_force_from)
        if not facts.sites and prior is None:
            return None

        def known(then: date) -> AccountFacts:
            if then == day:
                return facts
            return self._accounts.facts_known_on(facts.account_id, then.year - 1, then)

        state = brought_up_to(day, prior, self._rulebook, known)
        if state is not None and not _same(state, prior):
            self._accounts.save_state(state, stored.version)
        return state


def _same(state: AccountState, prior: AccountState | None) -> bool:
    """Whether nothing but the day of the assessment differs, and what became known on it to no effect."""
    if prior is None:
        return False
    return state.model_copy(update={"assessed_on": prior.assessed_on, "arrivals": prior.arrivals}) == prior


def accounts_affected(accounts: AccountStore, pk: str, sk: str) -> Sequence[str]:
    """The accounts to assess after the item with these keys changed; empty for items that decide nothing."""
    owner, _, name = pk.partition("#")
    if owner == "ACCOUNT":
        return [name] if sk.startswith("REVENUE#") else []
    if owner != "PARTNER" or not sk.startswith("FACT#"):
        return []
    kind, *key = sk.split("#")[1:]
    if kind in _FACTS_OF_ONE_ACCOUNT:
        return [account_of(key[0], key[1])]
    return accounts.account_ids_of(name)


def all_affected(accounts: AccountStore, keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Sequence[str]]:
    """For a batch of changed items: keys → accounts, asking for the accounts of each partner once."""
    known: dict[str, Sequence[str]] = {}
    found: dict[tuple[str, str], Sequence[str]] = {}
    for pk, sk in keys:
        owner = f"{pk}|{_scope(sk)}"
        if owner not in known:
            known[owner] = accounts_affected(accounts, pk, sk)
        found[pk, sk] = known[owner]
    return found


def accounts_left(items: Iterable[tuple[str, str, str]]) -> set[str]:
    """Accounts that sites belonged to, by keys and bodies of items before they changed: a correction may move a site.

    Its partner has no other trace of an account that has lost its last site.
    """
    left = set()
    for pk, sk, body in items:
        owner, _, name = pk.partition("#")
        if owner == "PARTNER" and sk.startswith(f"FACT#{Site.kind}#"):
            site = Site.model_validate_json(body)
            left |= {site.account_id} if site.partner_id == name else set()
    return left


def _scope(sk: str) -> str:
    """What of a sort key decides which accounts are affected: all but the last parts of a fact's own key."""
    parts = sk.split("#")
    if parts[0] != "FACT":
        return parts[0]
    return "#".join(parts[1:4]) if parts[1] in _FACTS_OF_ONE_ACCOUNT else "FACT"


__all__ = ["ATTEMPTS", "AssessAccount", "Assessed", "accounts_affected", "accounts_left", "all_affected"]
