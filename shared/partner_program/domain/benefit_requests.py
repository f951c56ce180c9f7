"""Requests for benefits that are granted case by case: not-for-resale licences, the bid desk (R-4.2.2, R-4.2.8).

A request is made with the tier of its day, which also gives it its place in the queue for good: that an account has
moved since neither pushes others back nor brings it forward. What may be granted is asked of the tier of that day.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from partner_program.domain.model import Document
from partner_program.domain.payments.people import Actor
from partner_program.rulebook import Access, Benefit, Rules
from partner_program.values.errors import InvalidValue, ProgramError
from partner_program.values.ids import split_account_id
from partner_program.values.tiers import Tier


class BenefitKind(StrEnum):
    """What can be asked for."""

    NFR_LICENCES = "nfr_licences"
    """Not-for-resale licences, for demonstration and other internal use (R-4.2.2)."""
    BID_DESK = "bid_desk"
    """Help of the Global Bid Desk with a bid (R-4.2.8)."""

    @property
    def rule(self) -> str:
        """The benefit's rule of section 4.2."""
        return {BenefitKind.NFR_LICENCES: "R-4.2.2", BenefitKind.BID_DESK: "R-4.2.8"}[self]


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class NotEntitled(ProgramError):
    """The account's tier does not give it the benefit, or it has none."""


class LicencesUsedUp(ProgramError):
    """More licences would be granted to the account than its tier may have in all (R-4.2.2)."""


class RequestEvent(Document):
    """One step of a request: which state it came to, when (UTC) and on which program date, by whom, with which words.

    `act` names the request that brought the step about, so that the same one again is known.
    """

    state: RequestState
    at: datetime
    on: date
    by: Actor
    note: str = ""
    act: str


class BenefitRequest(Document):
    """A request. `purpose` is in the words of who asks.

    `tier` and `access` are the account's of the day on which it was made. `licences` is how many are asked for, and
    `granted` how many were granted, both only of licences. `needed_by` is the day by which a bid has to be handed in.
    """

    request_id: str
    kind: BenefitKind
    account_id: str
    tier: Tier
    access: Access
    purpose: str
    licences: int | None = None
    needed_by: date | None = None
    granted: int | None = None
    state: RequestState = RequestState.OPEN
    version: int = 1
    events: tuple[RequestEvent, ...]

    @property
    def made(self) -> RequestEvent:
        """When and by whom it was made."""
        return self.events[0]

    @property
    def partner_id(self) -> str:
        """Whose account it is for."""
        return split_account_id(self.account_id)[0]

    @property
    def queued_at(self) -> str:
        """Its place among those of its kind and state: priority first, then by the moment of being made (R-4.2.8)."""
        rank = 0 if self.access is Access.PRIORITY else 1
        return f"{rank}#{self.made.at:%Y-%m-%dT%H:%M:%S.%fZ}#{self.request_id}"

    def was_moved_by(self, act: str) -> bool:
        """Whether the act has come to pass already."""
        return any(event.act == act for event in self.events)

    def moved(self, event: RequestEvent, granted: int | None = None) -> "BenefitRequest":
        """After another step."""
        update = {"state": event.state, "granted": granted, "version": self.version + 1}
        return self.model_copy(update=update | {"events": (*self.events, event)})


class Grants(Document):
    """The licences granted to an account so far, by request. `version` counts the grants (0: none yet)."""

    account_id: str
    licences: Mapping[str, int] = {}
    version: int = 0

    @property
    def total(self) -> int:
        """Licences granted in all."""
        return sum(self.licences.values())

    def with_grant(self, request_id: str, licences: int) -> "Grants":
        """After one more."""
        granted = {**self.licences, request_id: licences}
        return self.model_copy(update={"licences": granted, "version": self.version + 1})


class Allowance(Document):
    """How many licences an account of a tier may have in all by the rules of the day, and has been granted (R-4.2.2).

    `left` is never below 0, though an account that has lost a tier may have been granted more than it may have now.
    """

    tier: Tier | None
    number: int
    granted: int
    left: int


def check_entitled(benefit: Benefit, held: frozenset[str]) -> None:
    """Raises `NotEntitled`. `held` are the kinds of certification that the account holds."""
    if not benefit.granted(held):
        raise NotEntitled(f"An account of the tier {benefit.tier} has no claim to this ({benefit.rule}).")


def allowance(tier: Tier | None, grants: Grants, rules: Rules) -> Allowance:
    """What is left to be granted; an account that takes no part in the program may have none."""
    number = rules.nfr_licences(tier) if tier else 0
    return Allowance(tier=tier, number=number, granted=grants.total, left=max(0, number - grants.total))


def check_asked(licences: int, tier: Tier, rules: Rules) -> None:
    """Raises `InvalidValue` for more licences than the tier may have in all, or for none."""
    number = rules.nfr_licences(tier)
    if not 1 <= licences <= number:
        told = f"An account of the tier {tier} may ask for 1 to {number} licences, not for {licences}."
        raise InvalidValue(told, "/licences")


def check_grant(licences: int, asked: int, may: Allowance) -> None:
    """Raises `InvalidValue` for more than was asked for, `LicencesUsedUp` for more than is left (R-4.2.2)."""
    if not 1 <= licences <= asked:
        raise InvalidValue(f"{asked} licences were asked for: grant 1 to {asked}, or decline.", "/licences")
    if licences > may.left:
        raise LicencesUsedUp(
            f"The account has been granted {may.granted} of the {may.number} licences it may have: {may.left} are left."
        )
