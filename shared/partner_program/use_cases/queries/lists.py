"""Accounts, open cases and promotions, as the vendor looks through them; and a partner's own accounts.

Each page is at most `MOST_READS` read operations, however many accounts there are (docs/adr/0024-lists.md). Lists
follow the states within seconds: what is decided on is the account itself.
"""

from datetime import date

from partner_program.domain.listings import (
    OPEN_CASES,
    ListedAccount,
    ListedCase,
    ListedPromotion,
    month_of_promotions,
    partner_list,
    promotions_list,
    tier_list,
)
from partner_program.domain.model import Document
from partner_program.domain.tiers.findings import Requirement
from partner_program.rulebook import Rulebook
from partner_program.use_cases.list_ports import ListStore
from partner_program.use_cases.queries.lists_pages import Stretch, check_country, found_in, list_in
from partner_program.values.errors import InvalidValue
from partner_program.values.periods import month_of
from partner_program.values.tiers import Tier

OUTSIDE = "none"
"""As a tier to look for: accounts that are not in the program."""
_HIGHEST_FIRST = (*sorted(Tier, key=lambda tier: -tier.rank), None)
_BEHIND = "~"
"""Sorts behind everything that a day's entries go on with."""


class AccountSummary(ListedAccount):
    """An account in a list. `region` is the one of its country today; None where the program does not run there."""

    region: str | None


class AccountsPage(Document):
    """Some accounts; a page may have fewer than asked for: the list ends where `next_cursor` is null."""

    items: tuple[AccountSummary, ...]
    next_cursor: str | None


class CaseSummary(ListedCase):
    """An open case; `region` as of an account."""

    region: str | None


class CasesPage(Document):
    """Open cases by the day on which they are due; a page may have fewer than asked for, as of accounts."""

    items: tuple[CaseSummary, ...]
    next_cursor: str | None


class PromotionSummary(ListedPromotion):
    """A promotion, and whether it came in time: within `allowed_business_days` of the rulebook of its day (R-3.1a).

    `in_time` is None where nobody counted the days: the rulebook had no calendar for them.
    """

    region: str | None
    allowed_business_days: int
    in_time: bool | None


class PromotionsPage(Document):
    """The promotions of a month by day; a page may have fewer than asked for, as of accounts."""

    month: str
    items: tuple[PromotionSummary, ...]
    next_cursor: str | None


class Which(Document):
    """What a list is narrowed to; None: not by this. `tier` may be `OUTSIDE`, `region` is an id of the rulebook."""

    tier: str | None = None
    country: str | None = None
    region: str | None = None
    requirement: Requirement | None = None
    open_case: bool | None = None
    decision_due: bool | None = None


class ProgramLists:
    """The lists on a day: regions and deadlines are those of its rulebook."""

    def __init__(self, lists: ListStore, rulebook: Rulebook, *, on: date) -> None:
        self._lists = lists
        self._rulebook = rulebook
        self._regions = {country.code: country.region for country in rulebook.at(on).countries}
        self._on = on

    def accounts(
        self, which: Which, *, of_partner: str | None = None, after: str | None = None, limit: int
    ) -> AccountsPage:
        """Accounts from the highest tier down, within a tier by country; a partner's by id. `next_cursor` is bare.

        Raises `InvalidValue` for a region or country that there is not.
        """
        self._check(which)
        prefix = f"{which.country}#" if which.country else None
        tiers = [tier for tier in _HIGHEST_FIRST if which.tier in (None, tier or OUTSIDE)]
        stretches = [Stretch(tier_list(tier), prefix) for tier in tiers]
        if of_partner is not None:
            stretches = [Stretch(partner_list(of_partner))]

        def fitting(body: str) -> AccountSummary | None:
            entry = ListedAccount.model_validate_json(body)
            fits = _fits_account(entry, which) and self._is_there(entry.country, which)
            return AccountSummary.model_validate(self._told(entry)) if fits else None

        choosy = of_partner is not None or (which.region, which.requirement, which.open_case) != (None, None, None)
        found = found_in(self._lists, stretches, fitting, after=after, limit=limit, choosy=choosy)
        return AccountsPage(items=found.items, next_cursor=found.after)

    def cases(
        self, which: Which, *, due_by: date | None = None, after: str | None = None, limit: int
    ) -> CasesPage:  # fmt: skip
        """Open cases due up to a day, the first due first; those overdue are among them (R-3.3). `next_cursor` is bare.

        A case that waits for the vendor from the start is due from its first day on. Raises `InvalidValue` for a
        region or country that there is not.
        """
        self._check(which)

        def fitting(body: str) -> CaseSummary | None:
            entry = ListedCase.model_validate_json(body)
            fits = _fits_case(entry, which) and self._is_there(entry.country, which)
            return CaseSummary.model_validate(self._told(entry)) if fits else None

        stretch = Stretch(OPEN_CASES, last=f"{due_by}{_BEHIND}" if due_by else None)
        choosy = which != Which()
        found = found_in(self._lists, [stretch], fitting, after=after, limit=limit, choosy=choosy)
        return CasesPage(items=found.items, next_cursor=found.after)

    def promotions(
        self, which: Which, *, month: str | None = None, after: str | None = None, limit: int
    ) -> PromotionsPage:  # fmt: skip
        """The promotions of a month (`YYYY-MM`; else the running one), to `which.tier` if that is said (R-3.1a).

        `next_cursor` is bare, and names the month: without one the list goes on in that which it began in. Raises
        `InvalidValue` for a region or country that there is not.
        """
        self._check(which)
        asked = month or (month_of_promotions(list_in(after)) if after else month_of(self._on))

        def fitting(body: str) -> PromotionSummary | None:
            entry = ListedPromotion.model_validate_json(body)
            fits = which.tier in (None, entry.to_tier) and self._is_there(entry.country, which)
            return self._promotion(entry) if fits else None

        stretch, choosy = Stretch(promotions_list(asked)), which != Which()
        found = found_in(self._lists, [stretch], fitting, after=after, limit=limit, choosy=choosy)
        return PromotionsPage(month=asked, items=found.items, next_cursor=found.after)

    def _check(self, which: Which) -> None:
        check_country(which.country)
        regions = sorted(set(self._regions.values()))
        if which.region is not None and which.region not in regions:
            raise InvalidValue(f"There is no such region: choose {', '.join(regions)}.", "region")

    def _is_there(self, country: str, which: Which) -> bool:
        """Whether a country is what `which` asks for."""
        return which.country in (None, country) and which.region in (None, self._regions.get(country))

    def _told(self, entry: ListedAccount | ListedCase | ListedPromotion) -> dict[str, object]:
        """The entry's fields as they are, and the region."""
        fields = {name: getattr(entry, name) for name in type(entry).model_fields}
        return {**fields, "region": self._regions.get(entry.country)}

    def _promotion(self, entry: ListedPromotion) -> PromotionSummary:
        day = max(entry.changed_on, self._rulebook.in_force_from)
        allowed = self._rulebook.at(day).promotion_business_days
        in_time = None if entry.business_days is None else entry.business_days <= allowed
        told = {**self._told(entry), "allowed_business_days": allowed, "in_time": in_time}
        return PromotionSummary.model_validate(told)


def _fits_account(entry: ListedAccount, which: Which) -> bool:
    requirements = {case.requirement for case in entry.open_cases}
    return (
        which.tier in (None, entry.tier or OUTSIDE)
        and which.open_case in (None, bool(requirements))
        and (which.requirement is None or which.requirement in requirements)
    )


def _fits_case(entry: ListedCase, which: Which) -> bool:
    return (
        which.tier in (None, entry.tier)
        and which.requirement in (None, entry.requirement)
        and which.decision_due in (None, entry.decision_due)
    )
