"""Copies of facts, brought in line with their canonical places.

A copy is written without a condition, so two runs at once can leave the older one. Therefore whoever has written copies
reads the canonical places again and goes on until they agree: the last to write a copy has seen the fact that stands.

Certifications follow a person to each partner that employs it. Both sides write their own fact first and read the
other one afterwards, so of two runs at once at least one sees both.
"""

from collections.abc import Iterable, Mapping

from partner_program.domain.facts import Certification, Employment, Record, Site
from partner_program.domain.record_places import Place, canonical_place, of_partner, of_person, site_place
from partner_program.use_cases.record_ports import FactStore
from partner_program.values.errors import VersionConflict

ROUNDS = 20
"""Beyond so many rounds against other writers the queue redelivers."""

_Copies = dict[Place, set[Place]]
"""Canonical place → places of its copies."""


class CopyWriter:
    """Writes the copies of facts that were put in their canonical places."""

    def __init__(self, facts: FactStore) -> None:
        self._facts = facts
        self._partner_of_site: dict[str, str] = {}

    def spread(self, records: Iterable[Record]) -> None:
        """Brings every copy that concerns these records in line, those that an earlier run left behind, too."""
        own: _Copies = {}
        people: set[str] = set()
        for record in records:
            if isinstance(record, Site):
                own.setdefault(canonical_place(record), set()).add(of_partner(record.partner_id, record))
            elif isinstance(record, Certification):
                own.setdefault(canonical_place(record), set()).add(of_person(record))
                people.add(record.person_id)
            elif isinstance(record, Employment):
                people.add(record.person_id)
        self._align(own)
        if people:
            self._align(self._at_employers(people))

    def _at_employers(self, people: set[str]) -> _Copies:
        """Every employment at its partner, every certification at each partner that has ever employed the person."""
        found = self._facts.under((f"PERSON#{person}" for person in people), "FACT#")
        by_person = [[fact.record for fact in facts] for facts in found.values()]
        self._learn_sites(
            record.site_id for records in by_person for record in records if isinstance(record, Employment)
        )
        copies: _Copies = {}
        for records in by_person:
            employers = set()
            for record in records:
                if isinstance(record, Employment):
                    employer = self._partner_of_site[record.site_id]
                    employers.add(employer)
                    copies[canonical_place(record)] = {of_partner(employer, record)}
            for record in records:
                if isinstance(record, Certification) and employers:
                    copies[canonical_place(record)] = {of_partner(employer, record) for employer in employers}
        return copies

    def _learn_sites(self, site_ids: Iterable[str]) -> None:
        """A site never changes its partner, and is on record before its people are."""
        unknown = {site_id for site_id in site_ids if site_id not in self._partner_of_site}
        for fact in self._facts.get(site_place(site_id) for site_id in unknown).values():
            if isinstance(fact.record, Site):
                self._partner_of_site[fact.record.site_id] = fact.record.partner_id

    def _align(self, copies: Mapping[Place, set[Place]]) -> None:
        pending = dict(copies)
        for _round in range(ROUNDS):
            standing = self._facts.get(pending)
            found = self._facts.get(place for places in pending.values() for place in places)
            stale = {
                canonical: {place for place in places if place not in found or found[place].stamp != fact.stamp}
                for canonical, places in pending.items()
                if (fact := standing.get(canonical))
            }
            pending = {canonical: places for canonical, places in stale.items() if places}
            if not pending:
                return
            self._facts.copy({place: standing[canonical] for canonical, places in pending.items() for place in places})
        raise VersionConflict("others kept writing the same records")
