"""Which rows can be taken now, and which must wait for a record that is not there yet (R-2.2b, R-4.1.5c)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from partner_program.domain.certifications import holds_on
from partner_program.domain.facts import Certification, Employment, Record, Site
from partner_program.domain.outcomes import ReasonCode
from partner_program.domain.record_dependencies import Need, need_of
from partner_program.domain.record_places import partner_place, site_place
from partner_program.rulebook import Rulebook, Rules
from partner_program.use_cases.record_ports import FactStore

_Found = Callable[[set[str]], set[str]]


class Needs:
    """Looks dependencies up. One that was found once is not asked for again: records are never removed."""

    def __init__(self, facts: FactStore, rulebook: Rulebook) -> None:
        self._facts = facts
        self._rulebook = rulebook
        self._known: set[str] = set()
        self._finders: dict[str, _Found] = {
            "PARTNER": self._partners,
            "SITE": self._sites,
            "ACCOUNT": self._accounts,
            "PERSON": self._people,
        }

    def unmet(self, records: Sequence[Record]) -> dict[int, Need]:
        """By position in `records`, the need of each that cannot be taken yet."""
        needs = {index: need for index, record in enumerate(records) if (need := need_of(record))}
        self._look_up({need.dependency for need in needs.values()} - self._known)
        missing = {index: need for index, need in needs.items() if need.dependency not in self._known}
        presupposing = {
            index: record
            for index, record in enumerate(records)
            if index not in missing and isinstance(record, Certification) and self._presupposed(record)
        }
        return missing | self._not_held(presupposing)

    def _look_up(self, dependencies: set[str]) -> None:
        by_type: dict[str, set[str]] = {}
        for dependency in dependencies:
            what, _, name = dependency.partition("#")
            by_type.setdefault(what, set()).add(name)
        for what, names in by_type.items():
            self._known.update(f"{what}#{name}" for name in self._finders[what](names))

    def _partners(self, names: set[str]) -> set[str]:
        found = self._facts.get(partner_place(name) for name in names)
        return {name for name in names if partner_place(name) in found}

    def _sites(self, names: set[str]) -> set[str]:
        found = self._facts.get(site_place(name) for name in names)
        return {name for name in names if site_place(name) in found}

    def _people(self, names: set[str]) -> set[str]:
        found = self._facts.under((f"PERSON#{name}" for name in names), f"FACT#{Employment.kind}#")
        return {name for name in names if found[f"PERSON#{name}"]}

    def _accounts(self, names: set[str]) -> set[str]:
        """A partner has an account where it has a site, which it always keeps."""
        partners = {name.rpartition("-")[0] for name in names}
        found = self._facts.under((f"PARTNER#{partner}" for partner in partners), f"FACT#{Site.kind}#")
        sites = (fact.record for facts in found.values() for fact in facts)
        accounts = {site.account_id for site in sites if isinstance(site, Site)}
        self._known.update(f"ACCOUNT#{account}" for account in accounts)
        return names & accounts

    def _not_held(self, presupposing: dict[int, Certification]) -> dict[int, Need]:
        """R-4.1.5c: MCIE may be taken only while holding a valid MCIT."""
        held = self._certifications({record.person_id for record in presupposing.values()})
        return {
            index: Need(
                f"PERSON#{record.person_id}",
                ReasonCode.MCIE_WITHOUT_MCIT,
                "certified_on",
                f"no {self._presupposed(record)} of the person is valid on that day",
            )
            for index, record in presupposing.items()
            if not self._is_held(record, held)
        }

    def _is_held(self, record: Certification, held: Sequence[Certification]) -> bool:
        rules = self.rules_on(record.certified_on)
        presupposed = self._presupposed(record)
        return presupposed is None or holds_on(held, record.person_id, presupposed, record.certified_on, rules)

    def _certifications(self, people: Iterable[str]) -> list[Certification]:
        found = self._facts.under((f"PERSON#{person}" for person in people), f"FACT#{Certification.kind}#")
        records = (fact.record for facts in found.values() for fact in facts)
        return [record for record in records if isinstance(record, Certification)]

    def _presupposed(self, record: Certification) -> str | None:
        return self.rules_on(record.certified_on).prerequisite(record.certification)

    def rules_on(self, day: date) -> Rules:
        """The rules of a day, those of the rulebook's first day before it: records may be taken in ahead of it."""
        return self._rulebook.at(max(day, self._rulebook.in_force_from))
