"""What has changed under an earlier final statement, by name: late lines, returns, a restated baseline (R-5.4d).

A final statement never changes, so the next one of the year names the difference. It is taken against the last one
before, month by month: what the second quarter named already, the third does not name again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from partner_program.domain.accelerator.statement import Adjustment, ContributionLine, Statement, StatementStatus
from partner_program.domain.facts import AccountFacts
from partner_program.domain.revenue import Baseline, latest_baseline
from partner_program.domain.wording import amount_text
from partner_program.domain.yearly_revenue import previous_year, whole_year
from partner_program.values.money import EXACT, total
from partner_program.values.periods import Quarter

_RULE = "R-5.4d"


def adjustments(
    facts: AccountFacts,
    quarter: Quarter,
    lines: Sequence[ContributionLine],
    earlier: Iterable[Statement],
    currency: str,
) -> tuple[Adjustment, ...]:
    """What of the months of the year's last final statement has changed since, and what its levels are counted from.

    In the year's first statement: what came of the year before after its close, which counts only once restated.
    """
    finals = [item for item in earlier if item.status is StatementStatus.FINAL and item.period < quarter]
    last = max((item for item in finals if item.year == quarter.year), key=lambda item: item.period, default=None)
    if last is None:
        return tuple(_of_the_year_before(facts, quarter.year - 1, currency))
    changed = _by_month if last.policies else _by_quarter  # statements before version 0.3 have no months
    return (
        *changed(facts, last, lines, currency),
        *_restated(facts, last.prev_year_revenue, quarter.year - 1, _since(last), currency),
    )


# -- this year's months


def _by_month(
    facts: AccountFacts, last: Statement, lines: Sequence[ContributionLine], currency: str
) -> Iterator[Adjustment]:
    """By earlier quarter: what was added, what was taken, and what came without changing the revenue."""
    changes = _changes(last.contributions, [line for line in lines if line.month <= last.period.months()[2]])
    for quarter in sorted({change.quarter for change in changes}):
        for sign, name in _NAMES.items():
            found = [change for change in changes if (change.quarter, change.sign) == (quarter, sign)]
            if found:
                said = "; ".join(change.text(currency) for change in found)
                amount = total(change.credit for change in found)
                yield _adjustment(name.format(quarter), quarter, amount, f"{_since(last)}: {said}")
    opening_then = EXACT.subtract(last.ytd_revenue, total(item.credit for item in last.contributions))
    yield from _opening(facts, last, opening_then, currency)


_NAMES = {1: "Late lines of {}", -1: "Late returns of {}", 0: "Late lines of {} that add nothing"}
"""By the sign of what a month's product class has gained."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What one month and product class has gained since: lines, and credit, exact."""

    month: str
    product_class: str
    lines: int
    credit: Decimal

    @property
    def sign(self) -> int:
        return (self.credit > 0) - (self.credit < 0)

    @property
    def quarter(self) -> Quarter:
        return Quarter(int(self.month[:4]), (int(self.month[5:]) + 2) // 3)

    def text(self, currency: str) -> str:
        count = "1 line" if self.lines == 1 else f"{self.lines} lines"
        return f"{self.month} {self.product_class} {count}, {_signed(self.credit, currency)}"


def _changes(then: Iterable[ContributionLine], now: Iterable[ContributionLine]) -> list[_Change]:
    """By month and product class, without those that are what they were."""
    lines: dict[tuple[str, str], int] = {}
    credit: dict[tuple[str, str], Decimal] = {}
    for sign, items in ((-1, then), (1, now)):
        for item in items:
            key = item.month, item.product_class
            lines[key] = lines.get(key, 0) + sign * item.lines
            credit[key] = EXACT.add(credit.get(key, Decimal(0)), EXACT.multiply(Decimal(sign), item.credit))
    return [_Change(*key, lines[key], credit[key]) for key in sorted(lines) if lines[key] or credit[key]]


def _by_quarter(
    facts: AccountFacts, last: Statement, lines: Sequence[ContributionLine], currency: str
) -> Iterator[Adjustment]:
    """Against a statement that has no months: its own quarter, and all before it together."""
    first, end = last.period.months()[0], last.period.months()[2]
    own = total(item.credit for item in lines if first <= item.month <= end)
    rest = EXACT.add(total(item.credit for item in lines if item.month < first), _opening_now(facts, last.year))
    parts = [
        ("Late lines and returns of quarters before {}", rest, EXACT.subtract(last.ytd_revenue, last.quarter_revenue)),
        ("Late lines and returns of {}", own, last.quarter_revenue),
    ]
    for name, now, then in parts:
        if now != then:
            said = f"{amount_text(then, currency)}, now {amount_text(now, currency)}"
            yield _adjustment(
                name.format(last.period), last.period, EXACT.subtract(now, then), f"{_since(last)}: {said}"
            )


def _opening(facts: AccountFacts, last: Statement, then: Decimal, currency: str) -> Iterator[Adjustment]:
    now = _opening_now(facts, last.year)
    if now != then:
        said = f"from {amount_text(then, currency)} to {amount_text(now, currency)}"
        yield _adjustment(
            f"Opening revenue of {last.year} corrected",
            last.period,
            EXACT.subtract(now, then),
            f"{_since(last)}: {said}",
        )


def _opening_now(facts: AccountFacts, year: int) -> Decimal:
    return total(item.sales_revenue for item in facts.opening_revenue if item.year == year)


# -- the year before


def _of_the_year_before(facts: AccountFacts, year: int, currency: str) -> Iterator[Adjustment]:
    """A restatement of what the close froze; and what came after the close and counts only with a restatement."""
    frozen = next((item for item in facts.baselines if (item.year, item.revision) == (year, 0)), None)
    if frozen is not None:
        yield from _restated(facts, frozen.sales_revenue, year, f"frozen on {frozen.frozen_on}", currency)
    standing = latest_baseline(facts.baselines, year)
    late = Decimal(0) if standing is None else EXACT.subtract(whole_year(facts, year).amount, standing.sales_revenue)
    if late:
        yield _adjustment(
            f"Sales Revenue of {year} reported after its close",
            Quarter(year, 4),
            Decimal(0),
            f"{_signed(late, currency)} has no effect: the baseline stands until it is restated",
        )


def _restated(facts: AccountFacts, then: Decimal, year: int, since: str, currency: str) -> Iterator[Adjustment]:
    """Another amount to count the levels from: by whom, when and why, with every revision in between."""
    now = previous_year(facts, year + 1).amount
    if now == then:
        return
    acts = [_act_text(item, currency) for item in _revisions_after(facts, then, year)]
    said = "; ".join(acts) or f"to {amount_text(now, currency)}"
    yield _adjustment(
        f"Restated baseline of {year}" if acts else f"Sales Revenue of {year} changed",
        Quarter(year, 4),
        EXACT.subtract(now, then),
        f"{since}: from {amount_text(then, currency)} {said}; goal and levels are counted from it",
    )


def _revisions_after(facts: AccountFacts, then: Decimal, year: int) -> list[Baseline]:
    """The restatements since the amount was the one of then, in order."""
    revisions = sorted((item for item in facts.baselines if item.year == year), key=lambda item: item.revision)
    known = max((item.revision for item in revisions if item.sales_revenue == then), default=0)
    return [item for item in revisions if item.revision > known]


def _act_text(item: Baseline, currency: str) -> str:
    amount = amount_text(item.sales_revenue, currency)
    return f"to {amount}, restated on {item.restated_on} ({item.reason})"


# -- words and numbers


def _since(last: Statement) -> str:
    return f"since the final statement of {last.period}, made on {last.made_on}"


def _adjustment(name: str, quarter: Quarter, amount: Decimal, explanation: str) -> Adjustment:
    return Adjustment(name=name, rule=_RULE, quarter=str(quarter), amount=amount, explanation=explanation)


def _signed(amount: Decimal, currency: str) -> str:
    return f"{'+' if amount > 0 else ''}{amount_text(amount, currency)}"
