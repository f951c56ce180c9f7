"""Short ways to assess an account in a test, by the rulebook of `tests.fakes.records`."""

from datetime import date, timedelta

from partner_program.domain.facts import AccountFacts
from partner_program.domain.revenue import Baseline, Contribution
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.tiers.assessment import assess
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.findings import Finding, Requirement
from partner_program.domain.tiers.requirements import findings
from partner_program.domain.tiers.situation import Situation
from partner_program.domain.tiers.walk import FactsKnown, brought_up_to
from partner_program.rulebook import Rulebook
from partner_program.values.tiers import Tier
from tests.fakes.records import Known, day, facts, rulebook

RULEBOOK = rulebook()


def assessed(known: AccountFacts, on: str, prior: AccountState | None = None) -> AccountState:
    return assess(known, prior, RULEBOOK, day(on))


def brought_up(on: date, prior: AccountState | None, book: Rulebook, known: FactsKnown) -> AccountState:
    """In a country of the program there is always a state."""
    state = brought_up_to(on, prior, book, known)
    assert state is not None
    return state


class Story:
    """An account's facts with the day on which each became known: those that were there before, then those of days.

    A later fact under the same key corrects the earlier one.
    """

    def __init__(self, *before: Known, book: Rulebook = RULEBOOK, first: str = "2023-01-02") -> None:
        self.book = book
        self.first = day(first)
        self._told: list[tuple[date, Known]] = []
        self._facts: dict[int, AccountFacts] = {}
        self.then(str(date.min), *before)

    def then(self, on: str, *items: Known) -> "Story":
        """The story with what becomes known on a day. Sales Revenue says itself when it becomes known."""
        self._facts.clear()
        self._told += [(item.known_on if isinstance(item, Contribution) else day(on), item) for item in items]
        return self

    def known(self, on: date) -> AccountFacts:
        """The facts as known at the end of a day."""
        told = sorted(((then, item) for then, item in self._told if then <= on), key=lambda fact: fact[0])
        if len(told) not in self._facts:
            latest = {_name(item): item for _, item in told}
            self._facts[len(told)] = facts(*latest.values(), news={then for then, _ in told})
        return self._facts[len(told)]

    def until(self, on: str) -> AccountState:
        """The account on a day, looked at on its first day and whenever a review fell due."""
        return brought_up(day(on), self.since(str(self.first)), self.book, self.known)

    def since(self, on: str, prior: AccountState | None = None) -> AccountState:
        """One day alone."""
        return assess(self.known(day(on)), prior, self.book, day(on))

    def daily(self, on: str) -> AccountState:
        """The same as `until`, looked at on every single day."""
        state, today = self.since(str(self.first)), self.first
        while today < day(on):
            today += timedelta(days=1)
            state = self.since(str(today), state)
        return state


def _name(item: Known) -> object:
    return ("baseline", item.year, item.revision) if isinstance(item, Baseline) else (type(item), item.key)


def case_of(state: AccountState, requirement: str, subject: str | None = None) -> Case:
    """The one case of a requirement, open or closed."""
    found = [case for case in state.cases if case.requirement == requirement and subject in (None, case.subject)]
    assert len(found) == 1, f"{len(found)} cases of {requirement}"
    return found[0]


def open_cases(state: AccountState) -> list[str]:
    """Requirement and subject of what is open."""
    return [f"{case.requirement}{' ' if case.subject else ''}{case.subject}" for case in state.cases if case.is_open]


def events(case: Case) -> list[tuple[str, str]]:
    """What happened to a case: day and step."""
    return [(event.on.isoformat(), event.step.value) for event in case.events]


def steps(state: AccountState) -> list[tuple[str, str]]:
    """Its tier changes: day and tier."""
    return [
        (change.changed_on.isoformat(), change.to_tier.value if change.to_tier else "none")
        for change in state.tier_changes
    ]


def quiet(known: AccountFacts, on: str, book: Rulebook = RULEBOOK) -> AccountState:
    """A day on which nothing happened: the account was assessed for the first time on the evening before."""
    evening = day(on) - timedelta(days=1)
    return assess(known, assess(known, None, book, evening), book, day(on))


def situation(known: AccountFacts, on: str) -> Situation:
    return Situation(known, RULEBOOK.at(day(on)))


def finding(requirement: Requirement, tier: Tier, known: AccountFacts, on: str) -> Finding:
    """The one finding of a requirement."""
    found = [item for item in findings(tier, situation(known, on)) if item.requirement is requirement]
    assert len(found) == 1, f"{requirement} is not asked of {tier}"
    return found[0]
