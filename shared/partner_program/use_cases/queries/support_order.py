"""The order in which support takes up incidents: by tier and severity, or by severity alone (R-4.2.7, R-7)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Protocol

from pydantic import Field, StringConstraints

from partner_program.domain.asked import AskedWrongly, Day, Instant, Mistake
from partner_program.domain.model import Document
from partner_program.domain.sales.pos_worth import TierHistory
from partner_program.rulebook import Rulebook, Rules
from partner_program.use_cases.ports import Clock
from partner_program.use_cases.queries.asked import rules_asked_for
from partner_program.values.ids import Id
from partner_program.values.tiers import Tier

MOST_INCIDENTS = 100
_RULE = "R-4.2.7"

Severity = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]


class TierChanges(Protocol):
    """Where the tiers of several accounts are read."""

    def tier_changes(self, account_ids: Iterable[str]) -> Mapping[str, tuple[tuple[date, Tier | None], ...]]:
        """Per account that has a state: the days on which its tier changed and to what, in order."""
        ...


class Incident(Document):
    """An incident of an end user of a partner's account. The subscription id makes it one of Premium Care."""

    incident_id: Id
    account_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}-[A-Z]{2}$")]
    severity: Severity
    opened_at: Instant
    premium_care_subscription_id: Id | None = None


class SupportOrderRequest(Document):
    """Incidents to be put in order, by the tiers and the rulebook of a day (without `on`, today)."""

    on: Day | None = None
    incidents: Annotated[list[Incident], Field(min_length=1, max_length=MOST_INCIDENTS)]


class QueuedIncident(Document):
    """An incident in the queue: `place` counts from 1, a lower `rank` is served first.

    `tier` is that of the account on the day, also where it does not matter.
    """

    place: int
    incident_id: str
    account_id: str
    severity: str
    opened_at: datetime
    tier: Tier | None
    premium_care: bool
    rank: int
    rule: str
    why: str


class SupportQueue(Document):
    """Incidents in the order of rank, then of opening, then of their ids."""

    on: date
    edition: str
    incidents: tuple[QueuedIncident, ...]


class SupportOrder:
    """One batch read of the accounts' states, whatever is asked."""

    def __init__(self, tiers: TierChanges, rulebook: Rulebook, clock: Clock) -> None:
        self._tiers = tiers
        self._rulebook = rulebook
        self._clock = clock

    def __call__(self, asked: SupportOrderRequest) -> SupportQueue:
        """The queue. Raises `AskedWrongly` with every mistake, `NotInForce` before the rulebook's first day.

        An account counts with the tier it has on the day: what an incident has been waiting for does not wait with it.
        """
        today = self._clock.today()
        day = asked.on or today
        if day > today:
            raise AskedWrongly(
                [Mistake("/on", "out_of_range", f"the tiers of a day after today, {today}, are not known")]
            )
        rules = rules_asked_for(self._rulebook, day, "/on")
        tiers = self._tiers_on(day, {incident.account_id for incident in asked.incidents})
        mistakes = [*_repeated(asked.incidents)]
        for index, incident in enumerate(asked.incidents):
            mistakes += self._mistakes(f"/incidents/{index}", incident, tiers, rules, today)
        if mistakes:
            raise AskedWrongly(mistakes)
        ranked = sorted(
            (self._ranked(incident, tiers[incident.account_id], rules) for incident in asked.incidents), key=_order
        )
        queue = tuple(item.model_copy(update={"place": place}) for place, item in enumerate(ranked, start=1))
        return SupportQueue(on=day, edition=rules.edition, incidents=queue)

    def _tiers_on(self, day: date, account_ids: set[str]) -> dict[str, Tier | None]:
        """Of accounts that exist; None for one that has no tier on the day."""
        found = self._tiers.tier_changes(account_ids)
        history = TierHistory(found)
        return {account_id: history.on(account_id, day) for account_id in found}

    def _mistakes(
        self, at: str, incident: Incident, tiers: Mapping[str, Tier | None], rules: Rules, today: date
    ) -> Iterable[Mistake]:
        if incident.severity not in rules.severities:
            yield Mistake(f"{at}/severity", "unknown_severity", f"a severity is one of {', '.join(rules.severities)}")
        if incident.opened_at.astimezone(self._rulebook.time_zone).date() > today:
            yield Mistake(f"{at}/opened_at", "after_today", f"the incident is from a day after today, {today}")
        if incident.account_id not in tiers:
            yield Mistake(f"{at}/account_id", "unknown_account", "there is no such account")
        elif tiers[incident.account_id] is None and incident.premium_care_subscription_id is None:
            message = "the account has no tier on the day, and without Premium Care nothing else gives it a place"
            yield Mistake(f"{at}/account_id", "no_tier", message)

    def _ranked(self, incident: Incident, tier: Tier | None, rules: Rules) -> QueuedIncident:
        premium_care = incident.premium_care_subscription_id is not None
        rank = rules.support_rank(incident.severity, tier or Tier.AUTHORIZED, premium_care=premium_care)
        return QueuedIncident(
            place=0,
            incident_id=incident.incident_id,
            account_id=incident.account_id,
            severity=incident.severity,
            opened_at=incident.opened_at.astimezone(UTC),
            tier=tier,
            premium_care=premium_care,
            rank=rank,
            rule=_RULE,
            why=_why(incident.severity, tier, rules, premium_care=premium_care),
        )


def _why(severity: str, tier: Tier | None, rules: Rules, *, premium_care: bool) -> str:
    if premium_care or tier is None:
        return f"Premium Care: by severity alone, {severity}, whatever the partner's tier."
    return f"{tier.capitalize()}, {severity}: {rules.benefit(_RULE, tier).access} access to support."


def _order(item: QueuedIncident) -> tuple[int, datetime, str]:
    return item.rank, item.opened_at, item.incident_id


def _repeated(incidents: Sequence[Incident]) -> Iterable[Mistake]:
    seen: set[str] = set()
    for index, incident in enumerate(incidents):
        if incident.incident_id in seen:
            yield Mistake(f"/incidents/{index}/incident_id", "repeated", "the incident is named twice")
        seen.add(incident.incident_id)


__all__ = [
    "MOST_INCIDENTS",
    "Incident",
    "QueuedIncident",
    "SupportOrder",
    "SupportOrderRequest",
    "SupportQueue",
    "TierChanges",
]
