"""Copies of facts, brought in line with their canonical places.

A copy is written without a condition, so two runs at once can leave the older one. Therefore whoever has written copies
reads the canonical places again and goes on until they agree: the last to write a copy has seen the fact that stands.

Nothing is removed. A site corrected to be another partner's, or a certification another person's, is copied to the
former one as well: every copy says whose it is, and readers take only what is theirs.

Certifications follow a person to each partner that employs it. Both sides write their own fact first and read the
other one afterwards, so of two runs at once at least one sees both.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from partner_program.domain.facts import Certification, Employment, Record, Site
from partner_program.domain.records.places import (
    Fact,
    Place,
    canonical_place,
    of_partner,
    of_person,
    owner_of,
    site_place,
)
from partner_program.use_cases.record_ports import FactStore
from partner_program.values.errors import VersionConflict

ROUNDS = 20
"""Beyond so many rounds against other writers the queue redelivers."""

_ALL_EMPLOYMENTS = f"FACT#{Employment.kind}#"
_ALL_CERTIFICATIONS = f"FACT#{Certification.kind}#"

R = TypeVar("R", bound=Record)
_Copies = dict[Place, set[Place]]
"""Canonical place → places of its copies."""
_Owners = Mapping[Place, frozenset[str]]
"""Canonical place → the partners or people that a fact belongs to, or once did."""


class CopyWriter:
    """Writes the copies of facts that were put in their canonical places."""

    def __init__(self, facts: FactStore) -> None:
        self._facts = facts

    def spread(self, records: Iterable[Record]) -> None:
        """Brings every copy that concerns these records in line, those that an earlier run left behind, too."""
        taken = list(records)
        self._spread_sites(_of(Site, taken))
        self._spread_employments(_of(Employment, taken))
        self._spread_certifications(_of(Certification, taken))

    def _spread_sites(self, sites: Sequence[Site]) -> None:
        """To every partner that has ever had the site, and with it the people there."""
        owners = self._owners(map(canonical_place, sites))
        self._align({canonical_place(site): _at(owners[canonical_place(site)], site) for site in sites})
        moved = {place: partners for place, partners in owners.items() if len(partners) > 1}
        if not moved:
            return
        partners = sorted({partner for of_site in moved.values() for partner in of_site})
        found = self._facts.under([f"PARTNER#{partner}" for partner in partners], _ALL_EMPLOYMENTS)
        there = {job.key: job for _, job in _found(Employment, found) if site_place(job.site_id) in moved}
        self._spread_employments(list(there.values()))

    def _spread_employments(self, employments: Sequence[Employment]) -> None:
        """To the partners of the sites, which are read again at the end: a site may change hands meanwhile.

        Whoever corrects the partner of a site does so first and looks for people afterwards: one side sees the other.
        """
        done: _Owners = {}
        for _round in range(ROUNDS):
            owners = self._owners({site_place(job.site_id) for job in employments})
            left = [job for job in employments if owners[site_place(job.site_id)] != done.get(site_place(job.site_id))]
            if not left:
                return
            self._employ(left, owners)
            done = owners
        raise VersionConflict("others kept correcting the partners of the same sites")

    def _employ(self, employments: Sequence[Employment], owners: _Owners) -> None:
        """To the partners of the site; and if these are not the person's only employers, with all certifications."""
        added: dict[str, set[str]] = {}
        for job in employments:
            added.setdefault(job.person_id, set()).update(owners[site_place(job.site_id)])
        self._align({canonical_place(job): _at(owners[site_place(job.site_id)], job) for job in employments})
        # A person's first employer has nothing to catch up on: certifications wait until there is one.
        employers = self._facts.add_employers(added)
        several = [f"PERSON#{person}" for person, partners in employers.items() if len(partners) > 1]
        found = self._facts.under(several, _ALL_CERTIFICATIONS) if several else {}
        copies: _Copies = {}
        for partition, held in _found(Certification, found):
            partners = employers[partition.removeprefix("PERSON#")]
            copies.setdefault(canonical_place(held), set()).update(_at(partners, held))
        self._align(copies)

    def _spread_certifications(self, certifications: Sequence[Certification]) -> None:
        """Beside everybody who has ever been recorded as holding it first, then to each of their employers."""
        held = {canonical_place(own): own for own in certifications}
        owners = self._owners(held)
        self._align({place: {of_person(person, own) for person in owners[place]} for place, own in held.items()})
        employers = self._facts.employers({person for people in owners.values() for person in people})
        self._align(
            {
                place: {copy for person in owners[place] for copy in _at(employers.get(person, ()), own)}
                for place, own in held.items()
            }
        )

    def _owners(self, places: Iterable[Place]) -> _Owners:
        """All that have ever owned each fact, and who does now."""
        standing = self._facts.get(places)
        former = self._facts.owners(standing) if standing else {}
        return {place: former.get(place, frozenset()) | _owner(fact) for place, fact in standing.items()}

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


def _found(kind: type[R], found: Mapping[str, Iterable[Fact]]) -> list[tuple[str, R]]:
    """Records of a kind, each with the partition that it was found in."""
    return [
        (partition, record) for partition, facts in found.items() for record in _of(kind, (f.record for f in facts))
    ]


def _at(partners: Iterable[str], record: Record) -> set[Place]:
    return {of_partner(partner, record) for partner in partners}


def _owner(fact: Fact) -> frozenset[str]:
    owner = owner_of(fact.record)
    return frozenset((owner,)) if owner else frozenset()
