"""Sales Revenue of an account: contributions of POS reports, summed exactly (R-2.2a, R-2.2b)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from partner_program.domain.model import Document
from partner_program.values.money import total
from partner_program.values.periods import Quarter


class ClassTotal(Document):
    """Lines of one product class: what was billed and what of it is credited, in the account's currency."""

    lines: int
    billed: Decimal
    credit: Decimal


class Contribution(Document):
    """What one part of one version of one POS report adds to one account in one month.

    Recomputed from the invoice claims and put idempotently: the sum over all contributions is the revenue.
    `part` is the window of the report. `by_class` maps product class → total.
    """

    account_id: str
    currency: str
    month: str
    distributor_id: str
    report_id: str
    digest: str
    part: int
    lines: int
    by_class: dict[str, ClassTotal]
    known_on: date

    @property
    def credit(self) -> Decimal:
        """Sales Revenue, unrounded."""
        return total(item.credit for item in self.by_class.values())


class Baseline(Document):
    """A year's Sales Revenue as frozen at the year's close (R-5.4d)."""

    account_id: str
    year: int
    currency: str
    sales_revenue: Decimal
    frozen_on: date


def revenue_between(contributions: Iterable[Contribution], first_month: str, last_month: str) -> Decimal:
    """Credit of the months (`YYYY-MM`) from first to last, both included, by invoice date."""
    return total(item.credit for item in contributions if first_month <= item.month <= last_month)


def quarter_revenue(contributions: Iterable[Contribution], quarter: Quarter) -> Decimal:
    """Credit of the three months of a quarter."""
    months = quarter.months()
    return revenue_between(contributions, months[0], months[2])
