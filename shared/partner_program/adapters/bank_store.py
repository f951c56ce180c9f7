"""`BankStore` on BankDetailsTable: masked faces and seals; what is inside the seals is known to the vault only."""

from collections.abc import Iterable, Sequence

from partner_program.adapters.parallel import each
from partner_program.adapters.payment_items import site_pk
from partner_program.adapters.table import Table
from partner_program.domain.payments.bank import BankRevision


class DynamoBankStore:
    """Reads only: revisions are written by acts, through `DynamoPaymentBook.commit`."""

    def __init__(self, banks: Table) -> None:
        self._table = banks

    def revisions(self, site_id: str) -> Sequence[BankRevision]:
        """One query."""
        return [BankRevision.model_validate_json(str(item["body"])) for item in self._table.query(site_pk(site_id))]

    def revisions_many(self, site_ids: Iterable[str]) -> dict[str, Sequence[BankRevision]]:
        """One query for each site, some at a time."""
        sites = list(dict.fromkeys(site_ids))
        return dict(zip(sites, each(self.revisions, sites), strict=True))
