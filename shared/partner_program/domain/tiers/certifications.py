"""Technical certifications: how long one is valid, and which were properly earned (R-4.1.5).

Its last valid day is the one before it is two years old; one of 29 February ends with 27 February. An MCIE rests on an
MCIT that is valid on its date (R-4.1.5c): without one on record it counts nowhere, and it counts from when that MCIT is
recorded. So the order in which the two are recorded does not matter.
"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from partner_program.domain.facts import Certification, CertificationKind
from partner_program.values.periods import add_months


class CertificationRules(Protocol):
    """What the rulebook says of certifications on one day (`rulebook.Rules` does)."""

    @property
    def certification_validity_months(self) -> int:
        """Months from the certification's date."""
        ...

    def prerequisite(self, kind: str) -> str | None:
        """The kind that must be held validly on the day another kind is taken."""
        ...


def valid_until(certification: Certification, rules: CertificationRules) -> date:
    """The first day on which it is valid no more."""
    return add_months(certification.certified_on, rules.certification_validity_months)


def is_valid_on(certification: Certification, day: date, rules: CertificationRules) -> bool:
    """Whether a day lies in its two years; says nothing of how it was earned."""
    return certification.certified_on <= day < valid_until(certification, rules)


def properly_earned(certifications: Iterable[Certification], rules: CertificationRules) -> tuple[Certification, ...]:
    """Those taken while the certification they presuppose was held; in order of date and id."""
    by_person: dict[str, list[Certification]] = {}
    for certification in certifications:
        by_person.setdefault(certification.person_id, []).append(certification)
    earned = [own for held in by_person.values() for own in held if _is_proper(own, held, rules)]
    return tuple(sorted(earned, key=lambda own: (own.certified_on, own.certification_id)))


def holds_on(
    certifications: Iterable[Certification],
    person_id: str,
    kind: str,
    on: date,
    rules: CertificationRules,
) -> bool:
    """Whether a person holds a valid, properly earned certification of a kind on a day."""
    own = [item for item in certifications if item.person_id == person_id]
    return any(
        item.certification == kind and is_valid_on(item, on, rules) and _is_proper(item, own, rules) for item in own
    )


def _is_proper(own: Certification, held: Iterable[Certification], rules: CertificationRules) -> bool:
    """`held` are all certifications of the same person. The rulebook lets no kind presuppose itself."""
    presupposed = rules.prerequisite(own.certification)
    if presupposed is None:
        return True
    return any(
        item.certification is CertificationKind(presupposed)
        and is_valid_on(item, own.certified_on, rules)
        and _is_proper(item, held, rules)
        for item in held
    )
