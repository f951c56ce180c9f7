"""What a caller may see of accounts and sites: a partner its own; another's is answered as one that does not exist."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from partner_program.api.callers import Caller
from partner_program.domain.facts import Site
from partner_program.domain.tiers.account import AccountState
from partner_program.values.errors import InvalidValue, NotFound
from partner_program.values.ids import split_account_id


class ForeignSeen(NotFound):
    """A partner asked for what is another's: the same answer as for nothing, and counted (B59)."""


class States(Protocol):
    """Where states of accounts are read."""

    def state(self, account_id: str) -> AccountState | None:
        """One read."""
        ...


class Sites(Protocol):
    """Where sites are read."""

    def sites(self, site_ids: Iterable[str]) -> Mapping[str, Site]:
        """Those that exist, by id."""
        ...


def visible_account(caller: Caller, account_id: str, states: States) -> AccountState:
    """The account that a caller asks for. Raises `NotFound`.

    Whether it is the caller's own is told by its id alone: nothing is read of any other, so that one that exists takes
    no longer than one that does not (B59).
    """
    try:
        partner_id, _ = split_account_id(account_id)
    except InvalidValue:
        raise NotFound("There is no such account.") from None
    if caller.is_partner and caller.partner_id != partner_id:
        raise ForeignSeen("There is no such account.")
    state = states.state(account_id)
    if state is None:
        raise NotFound("There is no such account.")
    return state


def visible_site(caller: Caller, site_id: str, sites: Sites) -> Site:
    """The site that a caller asks for. Raises `NotFound`, the same for a foreign one as for none."""
    site = sites.sites([site_id]).get(site_id)
    if site is None:
        raise NotFound("There is no such site.")
    if caller.is_partner and caller.partner_id != site.partner_id:
        raise ForeignSeen("There is no such site.")
    return site
