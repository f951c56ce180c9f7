"""An account on one day, as its requirements see it: facts, the rules of the day, the tier it holds."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from partner_program.domain.facts import AccountFacts, Certification, CertificationKind, Employment, Site
from partner_program.domain.tiers.account import TierChange
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.certifications import properly_earned, valid_until
from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.spans import Counts, Span, merged
from partner_program.domain.yearly_revenue import YearRevenue, previous_year, year_to_date
from partner_program.rulebook import Rules
from partner_program.values.tiers import Tier


@dataclass(frozen=True)
class Situation:
    """Facts and rules on a day, with the decisions taken on the account so far, and its cases (both oldest first)."""

    facts: AccountFacts
    rules: Rules
    changes: tuple[TierChange, ...] = ()
    cases: tuple[Case, ...] = ()

    @property
    def on(self) -> date:
        """The day."""
        return self.rules.on

    @property
    def tier(self) -> Tier | None:
        """The tier held by those decisions; None while not yet in the program."""
        return self.changes[-1].to_tier if self.changes else None

    @property
    def tier_since(self) -> date | None:
        """Since when, without a break."""
        return self.changes[-1].changed_on if self.changes else None

    @property
    def answerable_since(self) -> date | None:
        """Since when the account owes its present tier what it asks for: no day before the rulebook's first one."""
        return self.tier_since and max(self.tier_since, self.rules.in_force_from)

    @property
    def entry(self) -> TierChange | None:
        """The change that brought the account into the program, the last time that it came."""
        return next((change for change in reversed(self.changes) if change.from_tier is None), None)

    @property
    def started_on(self) -> date | None:
        """Since when the account owes what everybody in the program does."""
        return max(self.entry.changed_on, self.rules.in_force_from) if self.entry else None

    @cached_property
    def held(self) -> frozenset[str]:
        """The kinds of certification that somebody of the account holds on the day (R-4.2.4)."""
        return frozenset(kind.value for kind in CertificationKind if self.people(kind).on(self.on))

    @cached_property
    def currency(self) -> str:
        """The account's currency (ISO 4217). Raises `CountryNotInProgram`."""
        return self.rules.country(self.facts.country).currency

    @cached_property
    def ytd(self) -> YearRevenue:
        """Sales Revenue of this calendar year."""
        return year_to_date(self.facts, self.on)

    @cached_property
    def last_year(self) -> YearRevenue:
        """Sales Revenue of the year before."""
        return previous_year(self.facts, self.on.year)

    @cached_property
    def earned(self) -> tuple[Certification, ...]:
        """The certifications that count: properly earned (R-4.1.5c), valid or not."""
        return properly_earned(self.facts.certifications, self.rules)

    @cached_property
    def employed(self) -> dict[str, tuple[Span, ...]]:
        """Person → the days on which they are employed at an open site of the account."""
        days: dict[str, list[Span]] = {}
        for job in self.facts.employments:
            common = self.worked(job)
            if common:
                days.setdefault(job.person_id, []).append(common)
        return {person: merged(spans) for person, spans in days.items()}

    def worked(self, job: Employment) -> Span | None:
        """The days of an employment on which its site is open; None: none."""
        open_then = self._open.get(job.site_id)
        return open_then.common_with(Span(job.from_date, job.until_date)) if open_then else None

    @cached_property
    def _open(self) -> dict[str, Span]:
        return {site.site_id: open_days(site) for site in self.facts.sites}

    def cases_of(self, requirement: Requirement, subject: str = "") -> list[Case]:
        """The cases of a requirement and subject, the newest first."""
        found = (case for case in self.cases if (case.requirement, case.subject) == (requirement, subject))
        return sorted(found, key=lambda case: (case.events[0].on, case.number), reverse=True)

    def after(self, change: TierChange) -> "Situation":
        """The situation once a decision has been taken."""
        return self._with(replace(self, changes=(*self.changes, change)))

    def with_cases(self, cases: Iterable[Case]) -> "Situation":
        """The situation with its cases as they stand now."""
        return self._with(replace(self, cases=tuple(cases)))

    def _with(self, other: "Situation") -> "Situation":
        """What follows from facts and rules alone is the same after a decision: it is not worked out again."""
        other.__dict__.update((name, self.__dict__[name]) for name in _OF_FACTS_AND_RULES if name in self.__dict__)
        return other

    def counted(self, certification: Certification) -> list[Span]:
        """The days on which a certification counts for the account: valid, and its holder employed (R-4.1.5)."""
        valid = Span(certification.certified_on, valid_until(certification, self.rules))
        employed = self.employed.get(certification.person_id, ())
        return [common for span in employed if (common := span.common_with(valid))]

    def counts(self, certification: Certification) -> bool:
        """Whether one of those `earned` counts on the day."""
        return any(span.holds_on(self.on) for span in self.counted(certification))

    def people(self, kind: CertificationKind) -> Counts:
        """Distinct people of the account with a valid certification of a kind, day by day (R-4.1.5, R-2.2b)."""
        return self._people[kind]

    @cached_property
    def _people(self) -> dict[CertificationKind, Counts]:
        by_person: dict[CertificationKind, dict[str, list[Span]]] = {kind: {} for kind in CertificationKind}
        for certification in self.earned:
            days = by_person[certification.certification].setdefault(certification.person_id, [])
            days.extend(self.counted(certification))
        return {kind: Counts(people.values()) for kind, people in by_person.items()}


_OF_FACTS_AND_RULES = ("held", "currency", "ytd", "last_year", "earned", "employed", "_open", "_people")
"""Of the properties that are worked out once, those that no decision changes."""


def open_days(site: Site) -> Span:
    """The days on which a site is open."""
    return Span(site.opened_on, site.closed_on)


def any_open(sites: Iterable[Site]) -> tuple[Span, ...]:
    """The days on which at least one of the sites is open."""
    return merged(open_days(site) for site in sites)
