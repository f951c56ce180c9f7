"""Cases: an unmet requirement of the tier that an account holds, with its clock (R-3.2, R-3.3, R-4.1.6, R-4.1.7).

A case runs from the first day of the shortfall to the last day to mend it. The day after, an account that is still
short is demoted, or, where the Guide says that the vendor may act, the case waits for the vendor's decision.
"""

import hashlib
from datetime import date
from enum import StrEnum

from partner_program.domain.facts import CaseDecision
from partner_program.domain.model import Document
from partner_program.domain.tiers.findings import Requirement
from partner_program.values.tiers import Tier


class CaseOutcome(StrEnum):
    """How a case ended."""

    CURED = "cured"
    """The requirement was met again, or what was owed was delivered."""
    DEMOTED = "demoted"
    """Its time ran out, or the vendor decided so: the account lost its tier for it."""
    WAIVED = "waived"
    """The vendor does without."""
    ENDED = "ended"
    """The vendor ended the account's participation for it."""
    MOOT = "moot"
    """The account changed its tier for another reason, and the new tier does not ask for this."""
    CORRECTED = "corrected"
    """By facts recorded later there never was a shortfall on the day on which it was opened."""


class CaseStep(StrEnum):
    """What happens to a case; docs/notices.md says which steps are told."""

    OPENED = "opened"
    REDATED = "redated"
    REMINDED = "reminded"
    NOTICED = "noticed"
    """The brand notice of R-4.1.7: from here the second period runs."""
    DECISION_DUE = "decision_due"
    DECIDED = "decided"
    CLOSED = "closed"


class CaseEvent(Document):
    """One step of a case, on the day on which the engine took it; `note` says it in words.

    `opened_on` and `due_on` are the case's first and last day as they stood after the step.
    """

    on: date
    step: CaseStep
    note: str = ""
    opened_on: date | None = None
    due_on: date | None = None


class Case(Document):
    """One unmet requirement of the account's tier.

    `subject` tells cases of one requirement apart (a plan's year, a version of the Terms, a year of revenue; or empty).
    `opened_on` is the first day of the shortfall, even where it was discovered later; `due_on` the last day to mend it
    (None: it waits for a decision from the start); `closed_on` the day from which the requirement is met again, or the
    day of the decision that ended it. `required`, `found`, `missing`, `mend` are the finding's words when it was last
    looked at; `causes` name what ended on the day of opening. `decisions` are the vendor's, in the order of their days.
    """

    requirement: Requirement
    subject: str = ""
    number: int = 1
    tier: Tier
    rule: str
    opened_on: date
    due_on: date | None
    closed_on: date | None = None
    outcome: CaseOutcome | None = None
    required: str = ""
    found: str = ""
    missing: str | None = None
    mend: str | None = None
    causes: tuple[str, ...] = ()
    decisions: tuple[CaseDecision, ...] = ()
    events: tuple[CaseEvent, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it has not ended yet."""
        return self.outcome is None

    @property
    def case_id(self) -> str:
        """Names it within its account for ever: requirement, subject, and the day on which it became known.

        The second one of a day has its `number` behind.
        """
        named = f"{self.requirement}-{self.subject}" if self.subject else self.requirement.value
        return f"{named}-{self.events[0].on}" + (f"-{self.number}" if self.number > 1 else "")

    @property
    def version(self) -> str:
        """Another one after every step of the case: who decides on it says which they have seen."""
        said = (self.case_id, self.opened_on, self.due_on, self.outcome, self.events, self.decisions)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    @property
    def decision_due(self) -> bool:
        """Whether it waits for the vendor to decide."""
        return self.is_open and self.undecided

    @property
    def undecided(self) -> bool:
        """Whether it waits for the vendor, or waited when it ended."""
        last = [event.step for event in self.events if event.step in (CaseStep.DECISION_DUE, CaseStep.DECIDED)]
        return bool(last) and last[-1] is CaseStep.DECISION_DUE

    @property
    def noticed_on(self) -> date | None:
        """The day of the brand notice (R-4.1.7), if there was one."""
        return next((event.on for event in self.events if event.step is CaseStep.NOTICED), None)

    def is_open_on(self, day: date) -> bool:
        """Whether it ran on a day, by its own dates (not by when it became known)."""
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)
