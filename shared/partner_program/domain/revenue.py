"""Sales Revenue of an account: contributions of POS reports, summed exactly (R-2.2a, R-2.2b)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from partner_program.domain.model import Document
from partner_program.values.money import ExactNumber, total
from partner_program.values.periods import Quarter


class ClassTotal(Document):
    """Lines of one product class: what was billed and what of it is credited, in the account's currency."""

    lines: int
    billed: ExactNumber
    credit: ExactNumber


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

    @property
    def key(self) -> tuple[str, str, str, str, str, int]:
        """Names it for ever; where held lines of its part are counted later, a larger one takes its place."""
        return self.account_id, self.month, self.distributor_id, self.report_id, self.digest, self.part


class Baseline(Document):
    """A year's Sales Revenue as frozen at the year's close, or as a restatement has it since (R-5.4d).

    `revision` 0 is what the close froze. A restatement is a revision of its own beside it, with the day, who did it and
    why; the latest revision counts.
    """

    account_id: str
    year: int
    currency: str
    sales_revenue: ExactNumber
    frozen_on: date
    revision: int = 0
    restated_on: date | None = None
    restated_by: str = ""
    reason: str = ""

    @property
    def counts_from(self) -> date:
        """The day since which this revision is the year's baseline."""
        return self.restated_on or self.frozen_on


def latest_baseline(baselines: Iterable[Baseline], year: int) -> Baseline | None:
    """What counts for a year: the latest revision; None for a year that is not frozen."""
    return max((item for item in baselines if item.year == year), key=lambda item: item.revision, default=None)


def baselines_known_on(baselines: Iterable[Baseline], day: date) -> list[Baseline]:
    """The revisions that there were at the end of a day."""
    return [item for item in baselines if item.counts_from <= day]


def contributions_known_on(
    standing: Iterable[Contribution], replaced: Iterable[Contribution], day: date
) -> list[Contribution]:
    """What was known at the end of a day: of each contribution the one with the most lines by then.

    `replaced` are earlier ones under the same keys as some that stand.
    """
    known: dict[tuple[object, ...], Contribution] = {}
    for item in (*replaced, *standing):
        if item.known_on <= day and (item.key not in known or known[item.key].lines <= item.lines):
            known[item.key] = item
    return list(known.values())


def revenue_between(contributions: Iterable[Contribution], first_month: str, last_month: str) -> Decimal:
    """Credit of the months (`YYYY-MM`) from first to last, both included, by invoice date."""
    return total(item.credit for item in contributions if first_month <= item.month <= last_month)


def quarter_revenue(contributions: Iterable[Contribution], quarter: Quarter) -> Decimal:
    """Credit of the three months of a quarter."""
    months = quarter.months()
    return revenue_between(contributions, months[0], months[2])
