"""From what is supposed to records and revenue, checked against the account as records files are against theirs.

Every supposed fact becomes known on its own day, or today where that has passed; a month's revenue on its last day, or
on the day that is asked about where that is earlier. So nothing is known before it could be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypeVar

from partner_program.domain.asked import AskedCode, AskedWrongly, Mistake
from partner_program.domain.facts import (
    AccountFacts,
    BrandReview,
    BusinessPlan,
    Certification,
    Employment,
    Record,
    TermsAcceptance,
    Training,
)
from partner_program.domain.revenue import Contribution
from partner_program.domain.tiers.certifications import holds_on
from partner_program.domain.what_if.changes import (
    AnyChange,
    BrandReviewed,
    BusinessPlanSubmitted,
    CertificationGained,
    PersonJoins,
    PersonLeaves,
    Sales,
    TermsAccepted,
    TrainingCompleted,
)
from partner_program.domain.what_if.records import key_of, records_of
from partner_program.domain.what_if.sales import SOURCE, days_of, supposed_sales, why_held
from partner_program.rulebook import Rulebook
from partner_program.values.periods import month_of

_DATES = ("invoice_date", "certified_on", "from_date", "until_date", "completed_on", "submitted_on", "reviewed_on",
          "accepted_on")  # fmt: skip

_ASKED = "that is asked about: give a later day as on"

C = TypeVar("C", bound=AnyChange)


class Supposed(NamedTuple):
    """A fact and the day on which it becomes known."""

    known_on: date
    fact: Record | Contribution


@dataclass(frozen=True, slots=True)
class Frame:
    """What changes are read against: the account as it stands, its currency, today, and the day that is asked about."""

    facts: AccountFacts
    rulebook: Rulebook
    currency: str
    today: date
    on: date

    def known(self, day: date) -> date:
        """When a fact of a day becomes known."""
        return max(self.today, min(day, self.on))


@dataclass(slots=True)
class _Reading:
    """Changes in the course of being read, in the body's order and by kind."""

    frame: Frame
    changes: list[tuple[int, AnyChange]]
    supposed: list[Supposed] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def of(self, kind: type[C]) -> Iterator[tuple[int, C]]:
        return ((index, change) for index, change in self.changes if isinstance(change, kind))

    def wrong(self, index: int, name: str, code: AskedCode, message: str) -> None:
        self.mistakes.append(Mistake(f"/changes/{index}/{name}", code, message))

    def add(self, day: date, fact: Record | Contribution) -> None:
        self.supposed.append(Supposed(self.frame.known(day), fact))

    def add_new(self, index: int, name: str, day: date, record: Record) -> None:
        """A record that does not correct one that stands."""
        if key_of(record) in {key_of(item) for item in self.records()}:
            self.wrong(index, name, "on_record", "this is on record already, or supposed twice")
        else:
            self.add(day, record)

    def records(self) -> list[Record]:
        """What is on record, and over it what was supposed so far."""
        latest = {key_of(record): record for record in records_of(self.frame.facts)}
        latest |= {key_of(item.fact): item.fact for item in self.supposed if isinstance(item.fact, Record)}
        return list(latest.values())

    def jobs(self, person: str) -> list[Employment]:
        """Where somebody works or has worked."""
        return [item for item in self.records() if isinstance(item, Employment) and item.person_id == person]


def supposed_facts(changes: Sequence[AnyChange], frame: Frame) -> tuple[Supposed, ...]:
    """What the changes bring, in the order in which it becomes known. Raises `AskedWrongly` with every mistake."""
    reading = _Reading(frame, list(enumerate(changes)))
    reading.changes = [item for item in reading.changes if _is_timely(*item, reading)]
    for read in (_sales, _leaving, _joining, _joining_with_certificate, _certifications, _of_account, _terms):
        read(reading)
    _check_prerequisites(reading)
    if reading.mistakes:
        raise AskedWrongly(sorted(reading.mistakes, key=lambda mistake: int(mistake.at.split("/")[2])))
    return tuple(sorted(reading.supposed, key=lambda item: item.known_on))


def _is_timely(index: int, change: AnyChange, reading: _Reading) -> bool:
    """Nothing happens after the day that is asked about, and no revenue comes from years that are long closed."""
    before, frame = len(reading.mistakes), reading.frame
    for name in _DATES:
        day: date | None = getattr(change, name, None)
        if day is not None and day > frame.on:
            reading.wrong(index, name, "after_on", f"the day is after {frame.on}, the one {_ASKED}")
    if isinstance(change, Sales):
        name, month = "month" if change.month else "invoice_date", month_of(days_of(change)[0])
        if change.month and month > month_of(frame.on):
            reading.wrong(index, name, "after_on", f"the month begins after {frame.on}, the day {_ASKED}")
        if month < f"{frame.today.year - 1:04d}-01":
            reading.wrong(index, name, "too_early", "revenue can be supposed from 1 January of last year on")
    return len(reading.mistakes) == before


def _sales(reading: _Reading) -> None:
    frame = reading.frame
    for index, change in reading.of(Sales):
        if change.currency != frame.currency:
            reading.wrong(index, "currency", "other_currency", f"the account is kept in {frame.currency}")
            continue
        first, last = days_of(change)
        held = why_held(first, min(last, frame.on), frame.facts, frame.currency, frame.rulebook)
        if held is not None:
            reading.wrong(index, "month" if change.month else "invoice_date", *held)
            continue
        contribution = supposed_sales(change, frame.facts.account_id, f"{SOURCE}-{index}", frame.known(last))
        reading.add(last, contribution)


# -- people


def _leaving(reading: _Reading) -> None:
    gone: set[str] = set()
    for index, change in reading.of(PersonLeaves):
        person, day = change.person_id, change.until_date
        if not _is_known(index, "person_id", person, reading):
            continue
        held = [job for job in reading.jobs(person) if _works(job, day)]
        if not held or person in gone:
            reading.wrong(index, "until_date", "not_employed", "the person is not employed at the account on that day")
            continue
        gone.add(person)
        for job in held:
            reading.add(day, job.model_copy(update={"until_date": day}))


def _works(job: Employment, day: date) -> bool:
    """Whether somebody works until a day and would have worked longer."""
    return job.from_date < day and (job.until_date is None or day < job.until_date)


def _joining(reading: _Reading) -> None:
    for index, change in reading.of(PersonJoins):
        person = _person(index, change, reading)
        if person is None:
            continue
        if any(job.until_date is None or change.from_date < job.until_date for job in reading.jobs(person)):
            reading.wrong(index, "from_date", "employed", "the person is employed at the account already")
        else:
            _employ(index, change, person, change.from_date, reading)


def _joining_with_certificate(reading: _Reading) -> None:
    """New people of whom only certifications are told work for the account from the first of these on."""
    told: dict[str, list[tuple[int, CertificationGained]]] = {}
    joining = {change.new_person for _, change in reading.of(PersonJoins)}
    for index, change in reading.of(CertificationGained):
        if change.new_person and change.new_person not in joining:
            told.setdefault(change.new_person, []).append((index, change))
    for person, changes in told.items():
        index, first = min(changes, key=lambda item: item[1].certified_on)
        if _person(index, first, reading) is not None:
            _employ(index, first, person, first.certified_on, reading)


def _certifications(reading: _Reading) -> None:
    for index, change in reading.of(CertificationGained):
        person = change.person_id or change.new_person or ""
        if change.person_id and not _is_known(index, "person_id", person, reading):
            continue
        certification = Certification(
            certification_id=f"{SOURCE}-{index}",
            person_id=person,
            certification=change.certification,
            certified_on=change.certified_on,
        )
        reading.add_new(index, "certified_on", change.certified_on, certification)


def _check_prerequisites(reading: _Reading) -> None:
    """R-4.1.5c: what could not be recorded cannot be supposed, whichever of the two is named first."""
    held = [item for item in reading.records() if isinstance(item, Certification)]
    for index, change in reading.of(CertificationGained):
        day = change.certified_on
        rules = reading.frame.rulebook.at(max(day, reading.frame.rulebook.in_force_from))
        presupposed = rules.prerequisite(change.certification)
        person = change.person_id or change.new_person or ""
        if presupposed and not holds_on(held, person, presupposed, day, rules):
            message = f"no {presupposed} of the person is valid on that day"
            reading.wrong(index, "certified_on", "mcie_without_mcit", message)


def _person(index: int, change: PersonJoins | CertificationGained, reading: _Reading) -> str | None:
    """The id of a person: of the account, or of somebody who is not there yet."""
    if change.person_id is not None:
        return change.person_id if _is_known(index, "person_id", change.person_id, reading) else None
    if change.new_person in {job.person_id for job in reading.frame.facts.employments}:
        reading.wrong(index, "new_person", "on_record", "somebody of the account has this id: name them as person_id")
        return None
    return change.new_person


def _is_known(index: int, name: str, person: str, reading: _Reading) -> bool:
    if any(job.person_id == person for job in reading.frame.facts.employments):
        return True
    reading.wrong(index, name, "unknown_person", "nobody of this id is or was employed at the account")
    return False


def _employ(index: int, change: PersonJoins | CertificationGained, person: str, day: date, reading: _Reading) -> None:
    """At a site of the account that is open on the day."""
    wanted = change.site_id if isinstance(change, PersonJoins) else None
    sites = [site for site in reading.frame.facts.sites if wanted in (None, site.site_id)]
    place = next((site.site_id for site in sites if site.is_open_on(day)), None)
    if place is None:
        code: AskedCode = "site_not_open" if sites else "unknown_site"
        name = "site_id" if wanted else change.field
        reading.wrong(index, name, code, "the account has no such site that is open on the day of joining")
        return
    reading.add_new(index, change.field, day, Employment(person_id=person, site_id=place, from_date=day))


# -- the account


def _of_account(reading: _Reading) -> None:
    facts = reading.frame.facts
    of = {"partner_id": facts.partner_id, "country": facts.country}
    for index, training in reading.of(TrainingCompleted):
        day = training.completed_on
        record: Record = Training(**of, training=training.training, completed_on=day)
        reading.add_new(index, "completed_on", day, record)
    for index, plan in reading.of(BusinessPlanSubmitted):
        record = BusinessPlan(**of, year=plan.year, submitted_on=plan.submitted_on)
        reading.add_new(index, "year", plan.submitted_on, record)
    for index, review in reading.of(BrandReviewed):
        record = BrandReview(**of, reviewed_on=review.reviewed_on, outcome=review.outcome)
        reading.add_new(index, "reviewed_on", review.reviewed_on, record)


def _terms(reading: _Reading) -> None:
    entry = reading.frame.rulebook.entry("terms.version")
    versions = {dated.value for dated in entry.values} if entry else set()
    for index, change in reading.of(TermsAccepted):
        if change.version not in versions:
            reading.wrong(index, "version", "unknown_version", "the rulebook knows no such version of the Terms")
            continue
        record = TermsAcceptance(
            partner_id=reading.frame.facts.partner_id, version=change.version, accepted_on=change.accepted_on
        )
        reading.add_new(index, "version", change.accepted_on, record)


__all__ = ["SOURCE", "Frame", "Supposed", "supposed_facts"]
