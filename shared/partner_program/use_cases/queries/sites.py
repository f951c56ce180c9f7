"""The sites of an account, as they are recorded (R-2.2b)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from partner_program.domain.facts import Site
from partner_program.domain.model import Document
from partner_program.use_cases.account_history import not_ahead
from partner_program.use_cases.ports import Clock


class SiteReads(Protocol):
    """Where sites are read."""

    def sites_of(self, account_ids: Iterable[str]) -> Mapping[str, Sequence[Site]]:
        """Those of each account, by id. One query for each partner."""
        ...


class SiteSeen(Document):
    """A record of `sites`. `open`: on the day, from `opened_on` up to, not including, `closed_on` (None: no end)."""

    site_id: str
    name: str
    country: str
    headquarters: bool
    opened_on: date
    closed_on: date | None
    open: bool


class SitesPage(Document):
    """The sites of the account by id, also those that are closed or not open yet."""

    account_id: str
    as_of: date
    items: tuple[SiteSeen, ...]
    next_cursor: str | None


class Sites:
    """One query of the partner's sites, whatever the page."""

    def __init__(self, *, sites: SiteReads, clock: Clock) -> None:
        self._sites = sites
        self._clock = clock

    def __call__(self, account_id: str, *, as_of: date | None, after: str | None, limit: int) -> SitesPage:
        """By what is known today. `next_cursor` is the bare position behind the page: the caller makes a cursor of it.

        Raises `AskedAhead` for a day to come.
        """
        day = not_ahead(as_of, self._clock.today())
        found = [site for site in self._sites.sites_of([account_id])[account_id] if site.site_id > (after or "")]
        shown = sorted(found, key=lambda site: site.site_id)[:limit]
        return SitesPage(
            account_id=account_id,
            as_of=day,
            items=tuple(_seen(site, day) for site in shown),
            next_cursor=shown[-1].site_id if len(found) > limit else None,
        )


def _seen(site: Site, day: date) -> SiteSeen:
    return SiteSeen(**site.model_dump(exclude={"partner_id"}), open=site.is_open_on(day))
