"""The people of an account with their employments and certifications, and its trainings (R-2.2b, R-4.1.3 to R-4.1.5).

What counts is told by the engine's own counting. A partner reads what belongs to the days on which its sites were open
and its people employed there: what somebody did before or afterwards, elsewhere, is another partner's.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar

from partner_program.domain.facts import Certification, CertificationKind, Employment, TrainingKind
from partner_program.domain.model import Document
from partner_program.domain.tiers.certifications import is_valid_on, valid_until
from partner_program.domain.tiers.findings import Requirement
from partner_program.domain.tiers.reminders import Ends, ends_ahead
from partner_program.domain.tiers.requirements import training_days
from partner_program.domain.tiers.situation import Situation
from partner_program.rulebook import Rulebook
from partner_program.use_cases.account_history import not_ahead
from partner_program.use_cases.ports import AccountStore, Clock
from partner_program.use_cases.queries.asked import rules_asked_for

R = TypeVar("R", Employment, Certification)


class EmploymentSeen(Document):
    """A record of `people`: `site_id` and `from_date` are its key, with the person's id.

    `until_date`: the day on which the person left; None: no end is recorded. `employed`: on the day, at a site that is
    open then.
    """

    site_id: str
    from_date: date
    until_date: date | None
    employed: bool


class CertificationSeen(Document):
    """A record of `certifications`: `certification_id` is its key.

    Valid up to, not including, `expires_on`, by the rulebook of that day. `held`: valid on the day, and taken while the
    certification that it presupposes was held. `counts_for`: the requirement that it counts for on the day, if its
    holder is employed.
    """

    certification_id: str
    kind: CertificationKind
    certified_on: date
    expires_on: date
    held: bool
    counts_for: Requirement | None


class TrainingSeen(Document):
    """A record of `trainings`: the account, `kind` and `completed_on` are its key.

    It counts up to, not including, `expires_on` (None: for good), by the rulebook of that day. `counts_for`: the
    requirement that it counts for on the day.
    """

    kind: TrainingKind
    completed_on: date
    expires_on: date | None
    counts_for: Requirement | None


class PersonSeen(Document):
    """Somebody who is, was or will be employed at a site of the account.

    `employed`: on the day. `employments` by site and first day, `certifications` by day and id.
    """

    person_id: str
    employed: bool
    employments: tuple[EmploymentSeen, ...]
    certifications: tuple[CertificationSeen, ...]


class PeoplePage(Document):
    """People by id. `trainings` are those of the account, by kind and day, the same on every page."""

    account_id: str
    as_of: date
    items: tuple[PersonSeen, ...]
    trainings: tuple[TrainingSeen, ...]
    next_cursor: str | None


class People:
    """Three reads (state, the partner's records, the account's revenue), whatever the page."""

    def __init__(self, *, accounts: AccountStore, rulebook: Rulebook, clock: Clock) -> None:
        self._accounts = accounts
        self._rulebook = rulebook
        self._clock = clock

    def __call__(
        self, account_id: str, *, as_of: date | None, after: str | None, limit: int, for_partner: bool
    ) -> PeoplePage:
        """By what is known today. `next_cursor` is the bare position behind the page: the caller makes a cursor of it.

        Raises `AskedAhead` for a day to come, `NotInForce` before the rulebook's first day.
        """
        today = self._clock.today()
        day = not_ahead(as_of, today)
        facts, _ = self._accounts.load(account_id, today.year)
        at = Situation(facts, rules_asked_for(self._rulebook, day, "as_of"))
        employments = _by_person(job for job in facts.employments if not for_partner or at.worked(job))
        certifications = _by_person(item for item in facts.certifications if not for_partner or at.counted(item))
        ends = ends_ahead(at, self._rulebook)
        found = sorted(person for person in employments if person > (after or ""))
        shown = found[:limit]
        return PeoplePage(
            account_id=account_id,
            as_of=day,
            items=tuple(_person(who, employments[who], certifications.get(who, ()), at, ends) for who in shown),
            trainings=tuple(_trainings(at, ends)),
            next_cursor=shown[-1] if len(found) > limit else None,
        )


def _by_person(records: Iterable[R]) -> dict[str, list[R]]:
    found: dict[str, list[R]] = {}
    for record in records:
        found.setdefault(record.person_id, []).append(record)
    return found


def _person(
    person_id: str, jobs: Iterable[Employment], certifications: Iterable[Certification], at: Situation, ends: Ends
) -> PersonSeen:
    return PersonSeen(
        person_id=person_id,
        employed=any(span.holds_on(at.on) for span in at.employed.get(person_id, ())),
        employments=tuple(_employment(job, at) for job in jobs),
        certifications=tuple(_certification(item, at, ends) for item in sorted(certifications, key=_order)),
    )


def _order(item: Certification) -> tuple[date, str]:
    return item.certified_on, item.certification_id


def _employment(job: Employment, at: Situation) -> EmploymentSeen:
    days = at.worked(job)
    employed = days is not None and days.holds_on(at.on)
    return EmploymentSeen(**job.model_dump(exclude={"person_id"}), employed=employed)


def _certification(item: Certification, at: Situation, ends: Ends) -> CertificationSeen:
    requirement = Requirement(item.certification.value)
    properly_earned = (requirement, item.certification_id) in ends
    return CertificationSeen(
        certification_id=item.certification_id,
        kind=item.certification,
        certified_on=item.certified_on,
        expires_on=ends.get((requirement, item.certification_id), valid_until(item, at.rules)),
        held=properly_earned and is_valid_on(item, at.on, at.rules),
        counts_for=requirement if properly_earned and at.counts(item) else None,
    )


def _trainings(at: Situation, ends: Ends) -> Iterator[TrainingSeen]:
    for item in at.facts.trainings:
        once = item.training is TrainingKind.ONBOARDING
        days = training_days(item.completed_on, None if once else at.rules.sales_training_validity_months)
        requirement = Requirement.ONBOARDING if once else Requirement.SALES_TRAINING
        yield TrainingSeen(
            kind=item.training,
            completed_on=item.completed_on,
            expires_on=ends.get((requirement, item.completed_on.isoformat())),
            counts_for=requirement if days.holds_on(at.on) else None,
        )
