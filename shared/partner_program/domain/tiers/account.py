"""The state of an account: one item, a pure function of its facts, the rulebook and a date."""

from datetime import date
from enum import StrEnum

from partner_program.domain.facts import CaseDecision
from partner_program.domain.model import Document
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.findings import Advice, Finding, Requirement
from partner_program.values.money import ExactNumber
from partner_program.values.tiers import Tier


class ChangeReason(StrEnum):
    """Why a tier changed."""

    PLACED = "placed"
    ENROLLED = "enrolled"
    PROMOTED = "promoted"
    DEMOTED = "demoted"
    ENDED = "ended"
    """The vendor ended the account's participation."""


class EntitlementChange(Document):
    """What of one benefit of section 4.2 changed with a tier; `before` and `after` in words (`34 %`, `no`)."""

    rule: str
    benefit: str
    before: str
    after: str


class TierChange(Document):
    """One decision on a tier, with the findings it rests on.

    `reached_on` is the day from which every requirement was met by the dates of the facts themselves;
    `business_days` are those from then to `changed_on` (R-3.1a). `cause` says in words why a tier was lost, `case_ids`
    name the cases it was lost for. `entitlements` list what the account gains and loses with the change (R-4.2).
    `to_tier` is None where the account's participation ended.
    """

    changed_on: date
    from_tier: Tier | None
    to_tier: Tier | None
    reason: ChangeReason
    rule: str
    edition: str
    findings: tuple[Finding, ...] = ()
    reached_on: date | None = None
    business_days: int | None = None
    cause: str = ""
    case_ids: tuple[str, ...] = ()
    entitlements: tuple[EntitlementChange, ...] = ()


class Expiry(Document):
    """Something that counts today and runs out on `expires_on` unless it is renewed (R-4.1.4, R-4.1.5).

    `subject` names the certification or training; `holder` the person, empty for a training.
    """

    requirement: Requirement
    subject: str
    holder: str = ""
    expires_on: date


class ExpiryReminder(Expiry):
    """A reminder of an expiry, on `on`, `days` before it."""

    on: date
    days: int


class AdviceTold(Document):
    """Of which missing requirements of the next tier the account was told last, and on which day (R-3.1b)."""

    tier: Tier
    requirements: tuple[Requirement, ...]
    on: date


class IdleDecision(Document):
    """A decision of the vendor that had no effect, and why: looked at on `on`."""

    decision: CaseDecision
    on: date
    why: str


class Memory(Document):
    """What an account carries from day to day beside its tier.

    `cases` open and closed, oldest first; `reminders` of what has not run out yet; `told` the advice last given;
    `judged_year` the last year whose revenue was held against the tier (R-3.4b).
    """

    cases: tuple[Case, ...] = ()
    reminders: tuple[ExpiryReminder, ...] = ()
    told: AdviceTold | None = None
    idle_decisions: tuple[IdleDecision, ...] = ()
    judged_year: int | None = None


class Listing(Document):
    """What lists show of an account beside its decisions.

    `held` are the kinds of certification that somebody of it holds, sorted. `located`: it is on the Partner Locator
    (R-4.2.9), where the public reads `display_name` (else the partner's name), `public_contact`, `marketplace_url`:
    what the partner itself has said for it.
    """

    partner_name: str
    held: tuple[str, ...] = ()
    located: bool = False
    display_name: str | None = None
    public_contact: str | None = None
    marketplace_url: str | None = None


class AccountState(Document):
    """What the engine holds true of an account on `assessed_on`.

    `tier` is None while the partner is not yet in the program (R-4.1.1). `findings` are those of the current tier,
    `advice` one entry for each higher tier. `set_aside` are earlier decisions that a correction of the account's start
    (its placement, its enrolment) left without ground: kept, not counted. Revenues are Sales Revenue in `currency`,
    unrounded. `next_review_on` is the first later day on which time alone could change something.

    `expiries` are what counts today and will run out. `morning` is what the day of assessment began with, where that
    differs from `memory`, without the cases that
    had ended by then: whatever else becomes known on that day, the day is decided anew from there. A day that is
    over is final: only what is dated before `assessed_on` is announced, and reminders of the day itself, which rest on
    the evening before. `arrivals` is the digest of the facts of the day that were known then (`AccountFacts`): what is
    seen of the day only later has the day decided anew. `listing` is None in a state from before there were lists.
    """

    account_id: str
    partner_id: str
    country: str
    currency: str
    assessed_on: date
    edition: str
    rulebook_digest: str
    tier: Tier | None = None
    tier_since: date | None = None
    tier_changes: tuple[TierChange, ...] = ()
    ytd_revenue: ExactNumber
    prev_year_revenue: ExactNumber
    findings: tuple[Finding, ...] = ()
    advice: tuple[Advice, ...] = ()
    set_aside: tuple[TierChange, ...] = ()
    next_review_on: date | None = None
    expiries: tuple[Expiry, ...] = ()
    memory: Memory = Memory()
    morning: Memory | None = None
    arrivals: str = ""
    listing: Listing | None = None

    @property
    def cases(self) -> tuple[Case, ...]:
        """Open and closed, oldest first."""
        return self.memory.cases

    def tier_on(self, day: date) -> Tier | None:
        """The tier held at the end of a day, by the decisions taken up to it."""
        held = [change.to_tier for change in self.tier_changes if change.changed_on <= day]
        return held[-1] if held else None
