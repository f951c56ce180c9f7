"""Sales Revenue of an account's year up to a day: by month, product class or distributor, exact (R-2.2a, R-3.4a).

Contributions hold all three, so a year is two reads, whatever the number of lines. They carry a month and no day: a day
inside a month that goes on after it takes the lines of that one month on top, and of too many of them it is refused.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from partner_program.domain.account_facts import facts_of
from partner_program.domain.facts import AccountFacts
from partner_program.domain.model import Document
from partner_program.domain.revenue import Baseline, latest_baseline
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.yearly_revenue import check_currency, whole_year, year_to_date
from partner_program.use_cases.ports import Clock
from partner_program.use_cases.queries.revenue_lines import CountedLines, Wanted
from partner_program.use_cases.queries.revenue_ports import RecordedYear, RevenueReads
from partner_program.values.errors import InvalidValue
from partner_program.values.money import EXACT, ExactNumber, total
from partner_program.values.periods import last_day_of_month, month_of

MOST_LINES = 5_000
"""Of a month of which only the first days are asked for: each line is looked at."""


class Grouping(StrEnum):
    """What revenue is split by."""

    MONTH = "month"
    PRODUCT_CLASS = "product_class"
    DISTRIBUTOR = "distributor"


class RevenueShare(Document):
    """Revenue of one month, product class or distributor (`name`): lines, what was billed, what of it is credited."""

    name: str
    lines: int
    billed: ExactNumber
    credit: ExactNumber


class FrozenRevenue(Document):
    """A revision of the year's frozen baseline; 0 is what the year's close froze, later ones restate it (R-5.4d)."""

    revision: int
    sales_revenue: ExactNumber
    frozen_on: date
    restated_on: date | None
    reason: str
    rule: str = "R-5.4d"


class AccountRevenue(Document):
    """Sales Revenue of a year from 1 January up to and including `as_of`, by invoice date.

    Amounts are exact, unrounded. `sales_revenue` is the account's YTD on that day (R-3.4a): `opening_revenue`, recorded
    before the first POS report (None where nothing is), plus `credit`, the sum of `items` (R-2.2a); `source` says so in
    words. `frozen` are the revisions of the year's baseline, the one that counts first: next year's thresholds and
    goals go by it and not by what came later. `later_revenue` is what the whole year has now beyond it.
    """

    account_id: str
    year: int
    as_of: date
    currency: str
    by: Grouping
    items: tuple[RevenueShare, ...]
    credit: ExactNumber
    credit_rule: str = "R-2.2a"
    opening_revenue: ExactNumber | None
    sales_revenue: ExactNumber
    rule: str = "R-3.4a"
    source: str
    frozen: tuple[FrozenRevenue, ...]
    later_revenue: ExactNumber | None


class _Piece(NamedTuple):
    """Revenue of one month, product class and distributor."""

    month: str
    product_class: str
    distributor: str
    lines: int
    billed: Decimal
    credit: Decimal


_NAMES: dict[Grouping, Callable[[_Piece], str]] = {
    Grouping.MONTH: lambda piece: piece.month,
    Grouping.PRODUCT_CLASS: lambda piece: piece.product_class,
    Grouping.DISTRIBUTOR: lambda piece: piece.distributor,
}


class AccountRevenues:
    """Reads only: two reads of the year; inside a month that is over also its lines, at most 5 000 of them.

    Those are one or two reads of references, and one for each hundred lines: some fifty where there are so many.
    """

    def __init__(self, reads: RevenueReads, lines: CountedLines, clock: Clock) -> None:
        self._reads = reads
        self._lines = lines
        self._clock = clock

    def __call__(
        self,
        account: AccountState,
        *,
        by: Grouping = Grouping.MONTH,
        year: int | None = None,
        as_of: date | None = None,
    ) -> AccountRevenue:
        """The revenue of a year; of the running one without `year` and `as_of`, of a past one up to its end.

        Raises `InvalidValue` for a day ahead or outside the year, for a day inside a month of more than 5 000 lines,
        and for a year in several currencies.
        """
        year, day = self._period(year, as_of)
        recorded = self._reads.year(account.account_id, year)
        facts = _facts(account.account_id, recorded)
        currency = _currency(facts, account.currency)
        pieces = self._pieces(account.account_id, recorded, day)
        ytd = year_to_date(facts, day)
        opening = recorded.opening.sales_revenue if recorded.opening else None
        credit = total(piece.credit for piece in pieces)
        return AccountRevenue(
            account_id=account.account_id,
            year=year,
            as_of=day,
            currency=currency,
            by=by,
            items=_grouped(pieces, _NAMES[by]),
            credit=credit,
            opening_revenue=opening,
            sales_revenue=EXACT.add(opening or Decimal(0), credit),
            source=ytd.source,
            frozen=_frozen(recorded.baselines),
            later_revenue=_later(facts, year),
        )

    def _period(self, year: int | None, as_of: date | None) -> tuple[int, date]:
        today = self._clock.today()
        day = as_of or min(today, date(year or today.year, 12, 31))
        if day > today or (year is not None and year > today.year):
            ahead = "as_of" if as_of is not None and as_of > today else "year"
            raise InvalidValue(f"revenue can be asked up to today, {today}", ahead)
        if year is not None and year != day.year:
            told = f"{day} is not in {year}: ask for one of them, or for a day of the year"
            raise InvalidValue(told, "as_of", "year")
        return day.year, day

    def _pieces(self, account_id: str, recorded: RecordedYear, day: date) -> list[_Piece]:
        month = month_of(day)
        in_month = sum(item.lines for item in recorded.contributions if item.month == month)
        if not in_month or self._is_whole(day):
            return list(_of_months(recorded, month))
        if in_month > MOST_LINES:
            told = f"{month} has {in_month} lines: for more than {MOST_LINES} ask as of the last day of a month"
            raise InvalidValue(told, "as_of")
        wanted = Wanted(account_id, (month,), None)
        lines = [line for line in self._lines.all(wanted) if line.claim.invoice_date <= day]
        before = [piece for piece in _of_months(recorded, month) if piece.month < month]
        return before + [
            _Piece(month, line.claim.product_class, line.distributor_id, 1, line.claim.billed, line.claim.credit)
            for line in lines
        ]

    def _is_whole(self, day: date) -> bool:
        """Nobody has sold in the future: up to today a month is all there is of it."""
        return day == last_day_of_month(day.year, day.month) or day == self._clock.today()


def _of_months(recorded: RecordedYear, last: str) -> Iterable[_Piece]:
    for item in recorded.contributions:
        if item.month <= last:
            for name, sums in item.by_class.items():
                yield _Piece(item.month, name, item.distributor_id, sums.lines, sums.billed, sums.credit)


def _grouped(pieces: Sequence[_Piece], name_of: Callable[[_Piece], str]) -> tuple[RevenueShare, ...]:
    found: dict[str, list[_Piece]] = {}
    for piece in pieces:
        found.setdefault(name_of(piece), []).append(piece)
    return tuple(
        RevenueShare(
            name=name,
            lines=sum(piece.lines for piece in group),
            billed=total(piece.billed for piece in group),
            credit=total(piece.credit for piece in group),
        )
        for name, group in sorted(found.items())
    )


def _facts(account_id: str, recorded: RecordedYear) -> AccountFacts:
    """As much of the account's facts as one year's revenue is decided from."""
    opening = [recorded.opening] if recorded.opening else []
    return facts_of(account_id, opening, recorded.contributions, recorded.baselines)


def _currency(facts: AccountFacts, of_account: str) -> str:
    """The year's own currency: the country's may have changed since."""
    found = {item.currency for item in facts.contributions} | {item.currency for item in facts.opening_revenue}
    currency = found.pop() if len(found) == 1 else of_account
    check_currency(facts, currency)
    return currency


def _frozen(baselines: Iterable[Baseline]) -> tuple[FrozenRevenue, ...]:
    """Who has restated it is told in the account's history, to those who may know."""
    return tuple(
        FrozenRevenue(
            revision=item.revision,
            sales_revenue=item.sales_revenue,
            frozen_on=item.frozen_on,
            restated_on=item.restated_on,
            reason=item.reason,
        )
        for item in sorted(baselines, key=lambda item: -item.revision)
    )


def _later(facts: AccountFacts, year: int) -> Decimal | None:
    frozen = latest_baseline(facts.baselines, year)
    return EXACT.subtract(whole_year(facts, year).amount, frozen.sales_revenue) if frozen else None
