"""The history of an account in pages, as it is known now or was known at the end of a day (R-3.1a, R-3.4b, R-5.4d)."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from partner_program.domain.history import Gap, HistoryEntry, gaps, history_of
from partner_program.domain.model import Document
from partner_program.domain.past_states import StateVersion
from partner_program.domain.revenue import Baseline, baselines_known_on
from partner_program.rulebook import Rulebook
from partner_program.use_cases.account_history import AskedAhead, NoSuchAccount, NotKnownYet, StateVersions
from partner_program.use_cases.ports import AccountStore, Clock
from partner_program.use_cases.queries.standing_view import history_for_partner

_POSITION = re.compile(r"([0-9]{1,10})#([0-9]{4}-[0-9]{2}-[0-9]{2})#([0-9]{1,9})")


class HistoryPage(Document):
    """Some of the changes, in the order of their days, the oldest first; all that were known on `known_on`.

    `missing` are versions of the account's state that are not kept: something may be missing from the history there.
    """

    account_id: str
    known_on: date
    items: tuple[HistoryEntry, ...]
    missing: tuple[Gap, ...]
    next_cursor: str | None


class _At(NamedTuple):
    """A page's beginning: as known by a version of the state and on a day, behind so many entries.

    Later pages tell of the same history, whatever becomes known meanwhile.
    """

    version: int
    known_on: date
    passed: int

    @classmethod
    def read(cls, text: str) -> "_At":
        """As `str` has written it."""
        found = _POSITION.fullmatch(text)
        if found is None:
            raise ValueError("this is no position in a history")
        return cls(int(found[1]), date.fromisoformat(found[2]), int(found[3]))

    def __str__(self) -> str:
        return f"{self.version}#{self.known_on}#{self.passed}"


class StandingHistory:
    """The versions of the account's state (one query and one read), and three reads for its baselines.

    Every page reads them all: an account has some dozens in a year, and the number of accounts does not matter.
    """

    def __init__(self, *, accounts: AccountStore, states: StateVersions, rulebook: Rulebook, clock: Clock) -> None:
        self._accounts = accounts
        self._states = states
        self._rulebook = rulebook
        self._clock = clock

    def __call__(
        self, account_id: str, *, known_on: date | None, after: str | None, limit: int, for_partner: bool
    ) -> HistoryPage:
        """`next_cursor` is the bare position behind the page: the caller makes a cursor of it.

        Raises `AskedAhead` for a day to come, `NoSuchAccount`, `NotKnownYet` before the account's first assessment.
        """
        today = self._clock.today()
        if known_on is not None and known_on > today:
            ahead = f"what will be known on {known_on} is not known yet: ask for {today} or earlier"
            raise AskedAhead(ahead, "known_on")
        versions = list(self._states.versions(account_id))
        if not versions:
            raise NoSuchAccount("There is no such account.")
        at = _At.read(after) if after else _At(versions[-1].version, known_on or date.max, 0)
        known = [item for item in versions if item.version <= at.version and item.state.assessed_on <= at.known_on]
        if not known:
            raise NotKnownYet(f"the account was first assessed on {versions[0].state.assessed_on}")
        baselines = baselines_known_on(self._baselines(account_id), at.known_on)
        entries = history_of(known, baselines)
        told = tuple(history_for_partner(entries, _names(known, baselines))) if for_partner else entries
        end = at.passed + limit
        return HistoryPage(
            account_id=account_id,
            known_on=min(at.known_on, today),
            items=told[at.passed : end],
            missing=gaps(known),
            next_cursor=str(at._replace(passed=end)) if end < len(told) else None,
        )

    def _baselines(self, account_id: str) -> Sequence[Baseline]:
        facts, _ = self._accounts.load(account_id, self._rulebook.in_force_from.year - 1)
        return facts.baselines


def _names(versions: Sequence[StateVersion], baselines: Sequence[Baseline]) -> set[str]:
    """Whoever of the vendor has decided on a case or restated a year."""
    cases = (case for item in versions for case in item.state.cases)
    names = {decision.decided_by for case in cases for decision in case.decisions}
    return names | {item.restated_by for item in baselines if item.restated_by}
