"""The Partner Locator (R-4.2.9): who may be found by the public, and no word more than the public may read."""

from datetime import date

from partner_program.domain.facts import CertificationKind
from partner_program.domain.listings import LOCATOR, LocatorEntry
from partner_program.domain.model import Document
from partner_program.domain.tiers.listing import LOCATOR_RULE
from partner_program.rulebook import Rulebook
from partner_program.use_cases.list_ports import ListStore
from partner_program.use_cases.queries.lists_pages import Stretch, check_country, found_in
from partner_program.values.tiers import Tier


class LocatorPage(Document):
    """Some partners; a page may have fewer than asked for: the list ends where `next_cursor` is null."""

    items: tuple[LocatorEntry, ...]
    next_cursor: str | None


class Locator:
    """The Locator on a day: a tier without the benefit that day, or a country out of the program, is not on it.

    Entries say what held when the account was last assessed; an account is assessed on every day on which a
    certification of it ends, or a value of the rulebook starts.
    """

    def __init__(self, lists: ListStore, rulebook: Rulebook, *, on: date) -> None:
        self._lists = lists
        self._rules = rulebook.at(on)
        self._countries = frozenset(country.code for country in self._rules.countries)

    def find(
        self,
        *,
        country: str | None = None,
        tier: Tier | None = None,
        qualification: CertificationKind | None = None,
        after: str | None = None,
        limit: int,
    ) -> LocatorPage:
        """Partners by country and tier, within these in no order that favours anybody. `next_cursor` is bare.

        At most `MOST_READS` read operations. Raises `InvalidValue` for a country that there is not.
        """
        check_country(country)
        prefix = None if country is None else f"{country}#{tier}#" if tier else f"{country}#"

        def fitting(body: str) -> LocatorEntry | None:
            entry = LocatorEntry.model_validate_json(body)
            fits = tier in (None, entry.tier) and (qualification is None or qualification in entry.qualifications)
            return entry if fits and self._is_listed(entry) else None

        stretches = [Stretch(LOCATOR, prefix)]
        choosy = qualification is not None or (country is None and tier is not None)
        found = found_in(self._lists, stretches, fitting, after=after, limit=limit, choosy=choosy)
        return LocatorPage(items=found.items, next_cursor=found.after)

    def _is_listed(self, entry: LocatorEntry) -> bool:
        benefit = self._rules.benefit(LOCATOR_RULE, entry.tier)
        return entry.country in self._countries and benefit.granted(frozenset(entry.qualifications))
