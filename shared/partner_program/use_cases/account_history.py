"""What happened to an account, and what was known of it when: two questions with two dates.

*As of* a day asks what held on it; *as known on* a day asks what the engine had decided by its end, on which facts.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Protocol

from partner_program.domain.facts import AccountFacts
from partner_program.domain.history import Gap, HistoryEntry, gaps, history_of
from partner_program.domain.model import Document
from partner_program.domain.past_states import StateVersion, made_whole, stood_on, words_of_day
from partner_program.domain.tiers.account import TierChange
from partner_program.domain.tiers.ahead import findings_ahead
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.findings import Finding
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import CountryNotInProgram, NotInForce, Rulebook
from partner_program.use_cases.ports import AccountStore
from partner_program.values.errors import InvalidValue, NotFound
from partner_program.values.money import ExactNumber
from partner_program.values.periods import month_of
from partner_program.values.tiers import Tier


class NoSuchAccount(NotFound):
    """There is no state of an account of this id."""


class NotKnownYet(NotFound):
    """The engine had not yet assessed the account on that day."""


class VersionsMissing(NotFound):
    """The versions of the state up to that day are not kept, so nobody can say what was known."""


class AskedAhead(InvalidValue):
    """What held on a day cannot have been known before it."""


def not_ahead(as_of: date | None, today: date) -> date:
    """The day that is asked about, today without one. Raises `AskedAhead` for a day to come."""
    if as_of is not None and as_of > today:
        raise AskedAhead(f"nobody knows yet what will hold on {as_of}: ask for {today} or earlier", "as_of")
    return as_of or today


class StateVersions(Protocol):
    """The versions of account states."""

    def versions(self, account_id: str) -> Iterator[StateVersion]:
        """All that are kept and the one that stands, in order; read as far as they are asked for."""
        ...


class AccountRecord(Document):
    """The history of an account, and the versions of its state that are missing from it."""

    account_id: str
    entries: tuple[HistoryEntry, ...]
    missing: tuple[Gap, ...]


class AccountThen(Document):
    """An account as of one day, as known on another.

    `version` of the state, decided on `decided_on` by `edition`, was the newest at the end of `known_on`. `cases` are
    those that were running on `as_of` by their own dates, as they stood then: with its decisions, its
    last day to mend, its words. `findings` of the tier held and both revenues are told anew from the facts known then,
    by the rulebook as it is now; `notes` say where something of this cannot be told.
    """

    account_id: str
    as_of: date
    known_on: date
    version: int
    decided_on: date
    edition: str
    rulebook_digest: str
    currency: str
    tier: Tier | None
    tier_since: date | None
    tier_changes: tuple[TierChange, ...]
    cases: tuple[Case, ...]
    findings: tuple[Finding, ...] = ()
    ytd_revenue: ExactNumber | None = None
    prev_year_revenue: ExactNumber | None = None
    notes: tuple[str, ...] = ()


class AccountHistory:
    """Reads only."""

    def __init__(self, accounts: AccountStore, states: StateVersions, rulebook: Rulebook) -> None:
        self._accounts = accounts
        self._states = states
        self._rulebook = rulebook

    def history(self, account_id: str) -> AccountRecord:
        """Every change of the account in the order of days. Raises `NoSuchAccount`."""
        versions = list(self._states.versions(account_id))
        if not versions:
            raise NoSuchAccount(f"{account_id} is no account with a state")
        facts, _ = self._accounts.load(account_id, self._rulebook.in_force_from.year - 1)
        return AccountRecord(
            account_id=account_id, entries=history_of(versions, facts.baselines), missing=gaps(versions)
        )

    def at(self, account_id: str, as_of: date, known_on: date) -> AccountThen:
        """The account as of a day, as it was known at the end of another.

        Raises `AskedAhead` where `as_of` is the later one, `NoSuchAccount`, `NotKnownYet`, `VersionsMissing`.
        """
        if as_of > known_on:
            raise AskedAhead(f"what held on {as_of} was not known on {known_on} yet: ask as known on {as_of} or later")
        versions, notes = self._versions_by(account_id, known_on)
        found = versions[-1]
        state = found.state
        told = words_of_day(versions, as_of)
        cases = [stood_on(case, as_of, told[case.case_id]) for case in state.cases if case.opened_on <= as_of]
        if state.next_review_on is not None and state.next_review_on <= known_on:
            notes.append(f"the review due on {state.next_review_on} had not been made by {known_on}")
        changes = tuple(change for change in state.tier_changes if change.changed_on <= as_of)
        then = AccountThen(
            account_id=account_id,
            as_of=as_of,
            known_on=known_on,
            version=found.version,
            decided_on=state.assessed_on,
            edition=state.edition,
            rulebook_digest=state.rulebook_digest,
            currency=state.currency,
            tier=state.tier_on(as_of),
            tier_since=changes[-1].changed_on if changes else None,
            tier_changes=changes,
            cases=tuple(case for case in cases if case.is_open_on(as_of)),
            notes=tuple(notes),
        )
        return self._with_findings(then, cases)

    def _versions_by(self, account_id: str, known_on: date) -> tuple[list[StateVersion], list[str]]:
        """Those up to the end of a day, at least one, and what is to be said about those that are missing after it."""
        found: list[StateVersion] = []
        for item in made_whole(self._states.versions(account_id)):
            if item.state.assessed_on > known_on:
                return found, _missing_between(account_id, found[-1] if found else None, item, known_on)
            found.append(item)
        if not found:
            raise NoSuchAccount(f"{account_id} is no account with a state")
        return found, []

    def _with_findings(self, then: AccountThen, cases: Sequence[Case]) -> AccountThen:
        """Told anew by today's rulebook, from the facts known then."""
        facts = self._accounts.facts_known_on(then.account_id, then.as_of.year - 1, then.known_on)
        notes = list(then.notes)
        if (then.edition, then.rulebook_digest) != (self._rulebook.edition, self._rulebook.digest):
            notes.append(f"decided by another rulebook ({then.edition}); the findings are by the one in force now")
        try:
            at = self._situation(facts, then, cases)
            told = {
                "findings": findings_ahead(then.tier, at, self._rulebook) if then.tier else (),
                "ytd_revenue": at.ytd.amount,
                "prev_year_revenue": at.last_year.amount,
            }
            notes += _told_by_the_month(facts, then)
        except (NotInForce, CountryNotInProgram) as outside:
            told = {}
            notes.append(f"no findings: {outside}")
        return then.model_copy(update={**told, "notes": tuple(notes)})

    def _situation(self, facts: AccountFacts, then: AccountThen, cases: Sequence[Case]) -> Situation:
        rules = self._rulebook.at(then.as_of)
        rules.country(facts.country)
        return Situation(facts=facts, rules=rules, changes=then.tier_changes, cases=tuple(cases))


def _told_by_the_month(facts: AccountFacts, then: AccountThen) -> list[str]:
    """What is known of a month is known of it as a whole: of a day inside it YTD holds later invoices, too."""
    month = month_of(then.as_of)
    is_inside = then.as_of < then.known_on and month_of(then.as_of + timedelta(days=1)) == month
    if not is_inside or all(item.month != month for item in facts.contributions):
        return []
    return [f"ytd_revenue and the finding on revenue count all of {month} that was known, not only up to {then.as_of}"]


def _missing_between(account_id: str, last: StateVersion | None, following: StateVersion, known_on: date) -> list[str]:
    """What is to be said of versions not kept between the last one by a day and the one that follows."""
    if last is None and following.version > 1:
        raise VersionsMissing(f"versions 1 to {following.version - 1} of the state of {account_id} are not kept")
    if last is None:
        raise NotKnownYet(f"{account_id} was first assessed on {following.state.assessed_on}, after {known_on}")
    if following.version == last.version + 1:
        return []
    first, end = last.version + 1, following.version - 1
    missing = f"version {first} is" if first == end else f"versions {first} to {end} are"
    days = f"from {last.state.assessed_on} to {following.state.assessed_on}"
    return [f"{missing} not kept: what was decided {days} may be missing here"]


__all__ = [
    "AccountHistory",
    "AccountRecord",
    "AccountThen",
    "AskedAhead",
    "NoSuchAccount",
    "NotKnownYet",
    "StateVersions",
    "VersionsMissing",
    "not_ahead",
]
