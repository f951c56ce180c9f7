"""The records that a report's lines are held against, fetched once per run and remembered."""

from collections.abc import Iterable, Sequence
from datetime import date

from partner_program.domain.facts import Product, Site
from partner_program.domain.sales.pos_lines import SalesLine
from partner_program.domain.sales.pos_worth import Reference, TierHistory
from partner_program.rulebook import Rulebook
from partner_program.use_cases.report_ports import Lookups, SalesStore
from partner_program.values.tiers import Tier

_REMEMBERED = 50_000
"""Records kept before the memory starts anew: far more than a distributor deals with, far less than would hurt."""


class ReferenceReader:
    """Looks up what the lines of one report name. What was found or missing is asked for once, until `wait_for`."""

    def __init__(
        self, *, lookups: Lookups, sales: SalesStore, rulebook: Rulebook, today: date, distributor_id: str,
        report_id: str,
    ) -> None:  # fmt: skip
        self.today = today
        self._lookups = lookups
        self._sales = sales
        self._distributor_id = distributor_id
        self._report_id = report_id
        self._sites: dict[str, Site | None] = {}
        self._products: dict[str, Product | None] = {}
        self._tiers: dict[str, tuple[tuple[date, Tier | None], ...]] = {}
        self._waiting: set[str] = set()
        self._reference = Reference(distributor_id, False, rulebook, today, {}, {}, TierHistory(self._tiers))

    def covering(self, lines: Sequence[SalesLine]) -> Reference:
        """A reference that knows everything that these lines name."""
        if len(self._sites) + len(self._products) + len(self._tiers) > _REMEMBERED:
            for remembered in (self._sites, self._products, self._tiers):
                remembered.clear()
        if not self._reference.distributor_known:
            self._reference.distributor_known = self._lookups.distributor_exists(self._distributor_id)
        self._fetch_sites({line.site_id for line in lines})
        skus = {line.sku for line in lines} - self._products.keys()
        found_products = self._lookups.products(sorted(skus)) if skus else {}
        self._products.update({sku: found_products.get(sku) for sku in skus})
        known_sites = {site_id: site for site_id, site in self._sites.items() if site}
        accounts = {known_sites[line.site_id].account_id for line in lines if line.site_id in known_sites}
        accounts -= self._tiers.keys()
        changes = self._sales.tier_changes(sorted(accounts)) if accounts else {}
        self._tiers.update({account: changes.get(account, ()) for account in accounts})
        self._reference.sites = known_sites
        self._reference.products = {sku: product for sku, product in self._products.items() if product}
        return self._reference

    def sites_named(self, site_ids: set[str]) -> dict[str, Site]:
        """Those of some sites that exist, by id: malformed lines name sites that no `covering` has asked for."""
        self._fetch_sites(site_ids)
        return {site_id: site for site_id in site_ids if (site := self._sites[site_id])}

    def _fetch_sites(self, site_ids: set[str]) -> None:
        wanted = site_ids - self._sites.keys()
        found = self._lookups.sites(sorted(wanted)) if wanted else {}
        self._sites.update({site: found.get(site) for site in wanted})

    def wait_for(self, dependencies: Iterable[str]) -> bool:
        """Registers the report for records that lines wait for; True if any is new and must be looked at again."""
        new = sorted(set(dependencies) - self._waiting)
        for dependency in new:
            self._lookups.wait_for(dependency, self._distributor_id, self._report_id)
            kind, _, name = dependency.partition("#")
            self._sites.pop(name, None) if kind == "SITE" else self._products.pop(name, None)
        self._waiting.update(new)
        return bool(new)
