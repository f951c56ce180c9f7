"""A year's Sales Revenue up to a quarter, by month and product class (R-2.2a)."""

from collections.abc import Iterable
from decimal import Decimal

from partner_program.domain.accelerator.statement import ContributionLine
from partner_program.domain.revenue import ClassTotal, Contribution
from partner_program.rulebook import NotInForce, Rulebook
from partner_program.values.errors import NotFound
from partner_program.values.money import EXACT, plain, total
from partner_program.values.periods import Quarter, last_day_of_month


def contribution_lines(
    contributions: Iterable[Contribution], quarter: Quarter, rulebook: Rulebook
) -> tuple[ContributionLine, ...]:
    """The months of the quarter's year up to its end, by month and product class, whatever order they came in."""
    first, last = f"{quarter.year:04d}-01", quarter.months()[2]
    found: dict[tuple[str, str], list[ClassTotal]] = {}
    for item in contributions:
        if first <= item.month <= last:
            for product_class, sums in item.by_class.items():
                found.setdefault((item.month, product_class), []).append(sums)
    return tuple(_line(month, name, sums, rulebook) for (month, name), sums in sorted(found.items()))


def _line(month: str, product_class: str, sums: list[ClassTotal], rulebook: Rulebook) -> ContributionLine:
    return ContributionLine(
        month=month,
        product_class=product_class,
        lines=sum(item.lines for item in sums),
        billed=total(item.billed for item in sums),
        weight_pct=_weight_pct(month, product_class, sums, rulebook),
        credit=total(item.credit for item in sums),
    )


def _weight_pct(month: str, product_class: str, sums: list[ClassTotal], rulebook: Rulebook) -> Decimal | None:
    """The share of the month's end, if every line can have been credited by it; lines have the share of their date."""
    try:
        share = rulebook.at(last_day_of_month(int(month[:4]), int(month[5:]))).credit_share(product_class)
    except (NotInForce, NotFound):
        return None
    by_it = all(EXACT.multiply(item.billed, share) == item.credit for item in sums)
    return Decimal(plain(share.scaleb(2).normalize())) if by_it else None
