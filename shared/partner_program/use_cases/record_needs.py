"""Which rows can be taken now, and which must wait for a record that is not there yet (R-2.2b, R-4.1.5c)."""

from collections.abc import Iterable, Sequence
from datetime import date

from partner_program.domain.facts import Certification, Record
from partner_program.domain.files.outcomes import ReasonCode
from partner_program.domain.records.dependencies import Need, need_of
from partner_program.domain.tiers.certifications import holds_on
from partner_program.rulebook import Rulebook, Rules
from partner_program.use_cases.record_ports import FactStore


class Needs:
    """Looks dependencies up. One that was found once is not asked for again: records are never removed."""

    def __init__(self, facts: FactStore, rulebook: Rulebook) -> None:
        self._facts = facts
        self._rulebook = rulebook
        self._known: set[str] = set()

    def unmet(self, records: Sequence[Record]) -> dict[int, Need]:
        """By position in `records`, the need of each that cannot be taken yet."""
        needs = {index: need for index, record in enumerate(records) if (need := need_of(record))}
        unknown = {need.dependency for need in needs.values()} - self._known
        self._known |= self._facts.announced(unknown)
        missing = {index: need for index, need in needs.items() if need.dependency not in self._known}
        presupposing = {
            index: record
            for index, record in enumerate(records)
            if index not in missing and isinstance(record, Certification) and self._presupposed(record)
        }
        return missing | self._not_held(presupposing)

    def _not_held(self, presupposing: dict[int, Certification]) -> dict[int, Need]:
        """R-4.1.5c: an MCIE rests on an MCIT that is valid on its date."""
        held = self._certifications({record.person_id for record in presupposing.values()})
        return {
            index: Need(
                f"PERSON#{record.person_id}",
                ReasonCode.MCIE_WITHOUT_MCIT,
                "certified_on",
                f"no {self._presupposed(record)} of the person is valid on that day",
            )
            for index, record in presupposing.items()
            if not self._is_held(record, held.get(record.person_id, ()))
        }

    def _is_held(self, record: Certification, held: Sequence[Certification]) -> bool:
        rules = self.rules_on(record.certified_on)
        presupposed = self._presupposed(record)
        return presupposed is None or holds_on(held, record.person_id, presupposed, record.certified_on, rules)

    def _certifications(self, people: Iterable[str]) -> dict[str, list[Certification]]:
        found = self._facts.under((f"PERSON#{person}" for person in people), f"FACT#{Certification.kind}#")
        by_person: dict[str, list[Certification]] = {}
        for fact in (fact for facts in found.values() for fact in facts):
            if isinstance(fact.record, Certification):
                by_person.setdefault(fact.record.person_id, []).append(fact.record)
        return by_person

    def _presupposed(self, record: Certification) -> str | None:
        return self.rules_on(record.certified_on).prerequisite(record.certification)

    def rules_on(self, day: date) -> Rules:
        """The rules of a day, those of the rulebook's first day before it: records may be taken in ahead of it."""
        return self._rulebook.at(max(day, self._rulebook.in_force_from))
