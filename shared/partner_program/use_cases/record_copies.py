"""Copies of facts, brought in line with their canonical places.

A copy is written without a condition, so two runs at once can leave the older one. Therefore whoever has written copies
reads the canonical places again and goes on until they agree: the last to write a copy has seen the fact that stands.

Certifications follow a person to each partner that employs it. Both sides write their own fact first and read the
other one afterwards, so of two runs at once at least one sees both.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from partner_program.domain.facts import Certification, Employment, Record, Site
from partner_program.domain.records.places import Place, canonical_place, of_partner, of_person, site_place
from partner_program.use_cases.record_ports import FactStore
from partner_program.values.errors import VersionConflict

ROUNDS = 20
"""Beyond so many rounds against other writers the queue redelivers."""

R = TypeVar("R", bound=Record)
_Copies = dict[Place, set[Place]]
"""Canonical place → places of its copies."""


class CopyWriter:
    """Writes the copies of facts that were put in their canonical places."""

    def __init__(self, facts: FactStore) -> None:
        self._facts = facts
        self._partner_of_site: dict[str, str] = {}

    def spread(self, records: Iterable[Record]) -> None:
        """Brings every copy that concerns these records in line, those that an earlier run left behind, too."""
        taken = list(records)
        self._align({canonical_place(site): {of_partner(site.partner_id, site)} for site in _of(Site, taken)})
        self._spread_employments(_of(Employment, taken))
        self._spread_certifications(_of(Certification, taken))

    def _spread_employments(self, employments: Sequence[Employment]) -> None:
        """To the partner of the site; and if that is not the person's only employer, with all certifications."""
        self._learn_sites(employment.site_id for employment in employments)
        copies: _Copies = {}
        added: dict[str, set[str]] = {}
        for employment in employments:
            employer = self._partner_of_site[employment.site_id]
            copies[canonical_place(employment)] = {of_partner(employer, employment)}
            added.setdefault(employment.person_id, set()).add(employer)
        self._align(copies)
        # A person's first employer has nothing to catch up on: certifications wait until there is one.
        employers = self._facts.add_employers(added) if added else {}
        several = [f"PERSON#{person}" for person, partners in employers.items() if len(partners) > 1]
        found = self._facts.under(several, f"FACT#{Certification.kind}#") if several else {}
        held = _of(Certification, (fact.record for facts in found.values() for fact in facts))
        self._align(_at_employers(held, employers))

    def _spread_certifications(self, certifications: Sequence[Certification]) -> None:
        """Beside the person first, then to each of its employers."""
        self._align({canonical_place(own): {of_person(own)} for own in certifications})
        employers = self._facts.employers({own.person_id for own in certifications})
        self._align(_at_employers(certifications, employers))

    def _learn_sites(self, site_ids: Iterable[str]) -> None:
        """A site never changes its partner, and is on record before its people are."""
        unknown = {site_id for site_id in site_ids if site_id not in self._partner_of_site}
        for site in _of(Site, (fact.record for fact in self._facts.get(map(site_place, unknown)).values())):
            self._partner_of_site[site.site_id] = site.partner_id

    def _align(self, copies: Mapping[Place, set[Place]]) -> None:
        standing = self._facts.get(copies)
        found = self._facts.get(place for canonical in standing for place in copies[canonical])
        stale = {
            place: fact
            for canonical, fact in standing.items()
            for place in copies[canonical]
            if place not in found or found[place].stamp != fact.stamp
        }
        pending = {canonical: places for canonical, places in copies.items() if not places.isdisjoint(stale)}
        for _round in range(ROUNDS):
            if not pending:
                return
            self._facts.copy({place: standing[canonical] for canonical in pending for place in pending[canonical]})
            copied, standing = standing, self._facts.get(pending)
            pending = {
                canonical: places
                for canonical, places in pending.items()
                if standing[canonical].stamp != copied[canonical].stamp
            }
        raise VersionConflict("others kept writing the same records")


def _of(kind: type[R], records: Iterable[Record]) -> list[R]:
    return [record for record in records if isinstance(record, kind)]


def _at_employers(certifications: Iterable[Certification], employers: Mapping[str, Iterable[str]]) -> _Copies:
    return {
        canonical_place(own): {of_partner(employer, own) for employer in employers.get(own.person_id, ())}
        for own in certifications
    }
