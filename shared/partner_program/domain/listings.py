"""What of an account's state stands in the lists of the API: entries with their places, made from the state alone.

Whoever lists reads these and no states, so each entry holds what its list shows and nothing that changes more often.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from partner_program.domain.model import Document
from partner_program.domain.tiers.account import AccountState, ChangeReason, Listing, TierChange
from partner_program.domain.tiers.cases import Case
from partner_program.domain.tiers.findings import Requirement
from partner_program.values.periods import month_of
from partner_program.values.tiers import Tier

OPEN_CASES = "OPEN_CASES"
"""All open cases, by due day."""
LOCATOR = "LOCATOR"
"""What the public may read, by country and tier (R-4.2.9)."""
_DIGEST_CHARS = 16


class ListPlace(NamedTuple):
    """Where an entry stands: the list's name, and the entry's place in the list's order."""

    name: str
    order: str


class OpenCase(Document):
    """An open case, as the list of accounts shows it; `due_on` is None where it waits for the vendor from the start."""

    requirement: Requirement
    opened_on: date
    due_on: date | None
    decision_due: bool


class ListedAccount(Document):
    """An account with its tier (None: not in the program) and its open cases, those due first before the others."""

    account_id: str
    partner_id: str
    partner_name: str
    country: str
    currency: str
    tier: Tier | None
    tier_since: date | None
    open_cases: tuple[OpenCase, ...] = ()


class ListedCase(Document):
    """An open case of an account (R-3.2, R-3.3, R-4.1.6, R-4.1.7); `tier` is the one that it is held against."""

    account_id: str
    partner_id: str
    partner_name: str
    country: str
    tier: Tier
    case_id: str
    requirement: Requirement
    subject: str
    rule: str
    opened_on: date
    due_on: date | None
    decision_due: bool
    required: str
    missing: str | None


class ListedPromotion(Document):
    """A promotion with its latency: business days from the day on which the tier was reached (R-3.1a)."""

    account_id: str
    partner_id: str
    partner_name: str
    country: str
    from_tier: Tier | None
    to_tier: Tier
    changed_on: date
    reached_on: date | None
    business_days: int | None


class LocatorEntry(Document):
    """A partner in a country as the public sees it (R-4.2.9): nothing else of an account leaves by this door."""

    name: str
    country: str
    tier: Tier
    qualifications: tuple[str, ...]
    contact: str | None
    marketplace_url: str | None


def tier_list(tier: Tier | None) -> str:
    """The accounts of a tier, by country; None: those that are not in the program."""
    return f"TIER#{tier or 'none'}"


def partner_list(partner_id: str) -> str:
    """The accounts of a partner."""
    return f"PARTNER#{partner_id}"


def promotions_list(month: str) -> str:
    """The promotions of a month (`YYYY-MM`), by day."""
    return f"PROMOTIONS#{month}"


def month_of_promotions(name: str) -> str:
    """The month of a list of promotions."""
    return name.removeprefix("PROMOTIONS#")


def locator_id(account_id: str) -> str:
    """What an account is called on the Locator: always the same, and not its id."""
    return sha256(account_id.encode()).hexdigest()[:_DIGEST_CHARS]


def follows_from_states(name: str) -> bool:
    """Whether a list is one of those here; the table holds others, of reports."""
    return name in (OPEN_CASES, LOCATOR) or name.startswith(("TIER#", "PARTNER#", "PROMOTIONS#"))


def listings_of(state: AccountState) -> Mapping[ListPlace, str]:
    """Every entry that an account has in a list: place → body (JSON)."""
    return {place: entry.model_dump_json() for place, entry in _entries(state)}


def changed_places(before: Mapping[ListPlace, str], after: Mapping[ListPlace, str]) -> tuple[ListPlace, ...]:
    """The places at which something else is to stand than did, or nothing any more."""
    return tuple(place for place in {**before, **after} if before.get(place) != after.get(place))


def _entries(state: AccountState) -> Iterator[tuple[ListPlace, Document]]:
    named = state.listing or Listing(partner_name="")
    open_cases = sorted((case for case in state.cases if case.is_open), key=lambda case: (_due(case), case.case_id))
    account = _account(state, named, open_cases)
    yield ListPlace(tier_list(state.tier), f"{state.country}#{state.account_id}"), account
    yield ListPlace(partner_list(state.partner_id), state.account_id), account
    for case in open_cases:
        place = ListPlace(OPEN_CASES, f"{_due(case)}#{state.account_id}#{case.case_id}")
        yield place, _case(state, named, case)
    for change in state.tier_changes:
        if change.reason is ChangeReason.PROMOTED and change.to_tier is not None:
            place = ListPlace(promotions_list(month_of(change.changed_on)), f"{change.changed_on}#{state.account_id}")
            yield place, _promotion(state, named, change, change.to_tier)
    if named.located and state.tier is not None:
        place = ListPlace(LOCATOR, f"{state.country}#{state.tier}#{locator_id(state.account_id)}")
        yield place, _located(state, named, state.tier)


def _due(case: Case) -> date:
    """What a case is sorted by: where it has no last day, the vendor's decision is due from the first one on."""
    return case.due_on or case.opened_on


def _account(state: AccountState, named: Listing, cases: list[Case]) -> ListedAccount:
    return ListedAccount(
        account_id=state.account_id,
        partner_id=state.partner_id,
        partner_name=named.partner_name,
        country=state.country,
        currency=state.currency,
        tier=state.tier,
        tier_since=state.tier_since,
        open_cases=tuple(
            OpenCase(
                requirement=case.requirement,
                opened_on=case.opened_on,
                due_on=case.due_on,
                decision_due=case.decision_due,
            )
            for case in cases
        ),
    )


def _case(state: AccountState, named: Listing, case: Case) -> ListedCase:
    return ListedCase(
        account_id=state.account_id,
        partner_id=state.partner_id,
        partner_name=named.partner_name,
        country=state.country,
        tier=case.tier,
        case_id=case.case_id,
        requirement=case.requirement,
        subject=case.subject,
        rule=case.rule,
        opened_on=case.opened_on,
        due_on=case.due_on,
        decision_due=case.decision_due,
        required=case.required,
        missing=case.missing,
    )


def _promotion(state: AccountState, named: Listing, change: TierChange, to_tier: Tier) -> ListedPromotion:
    return ListedPromotion(
        account_id=state.account_id,
        partner_id=state.partner_id,
        partner_name=named.partner_name,
        country=state.country,
        from_tier=change.from_tier,
        to_tier=to_tier,
        changed_on=change.changed_on,
        reached_on=change.reached_on,
        business_days=change.business_days,
    )


def _located(state: AccountState, named: Listing, tier: Tier) -> LocatorEntry:
    return LocatorEntry(
        name=named.display_name or named.partner_name,
        country=state.country,
        tier=tier,
        qualifications=named.held,
        contact=named.public_contact,
        marketplace_url=named.marketplace_url,
    )
