"""Small random programs of one account, and the same program as the engine's facts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import Statement, StatementStatus
from partner_program.domain.facts import AccountFacts, OpeningRevenue, Partner
from partner_program.domain.revenue import Baseline, ClassTotal, Contribution
from partner_program.domain.yearly_revenue import whole_year
from partner_program.rulebook import Rulebook
from partner_program.values.periods import Quarter, month_of
from tests.oracle import oracle

YEARS = (2023, 2024)
CURRENCIES = {"DE": "EUR", "JP": "JPY", "KW": "KWD"}
SHARE = {"software": Decimal(1), "hardware": Decimal("0.5"), "services": Decimal(0)}


@dataclass(frozen=True)
class Line:
    """One sold line: billed minor units, and how many days after the invoice the program heard of it."""

    day: date
    delay_days: int
    product_class: str
    billed: Decimal

    @property
    def known_on(self) -> date:
        return self.day + timedelta(days=self.delay_days)

    @property
    def credit(self) -> Decimal:
        return self.billed * SHARE[self.product_class]


@dataclass(frozen=True)
class Program:
    """An account that was always Premier, with what was stated for the year before the first report."""

    country: str
    opening: Decimal
    trading_since: date
    lines: tuple[Line, ...]

    @property
    def account(self) -> str:
        return f"P1-{self.country}"

    @property
    def currency(self) -> str:
        return CURRENCIES[self.country]

    def sales(self) -> list[oracle.Sale]:
        """For the oracle."""
        return [
            oracle.Sale(self.account, self.currency, item.day, item.known_on, Fraction(item.credit))
            for item in self.lines
        ]

    def rebates(self, parameters: oracle.Parameters) -> dict[tuple[int, int], oracle.Rebate]:
        """What the oracle makes of it."""
        quarters = [(year, quarter) for year in YEARS for quarter in (1, 2, 3, 4)]
        opening = {YEARS[0] - 1: Fraction(self.opening)}
        return oracle.final_rebates(self.sales(), opening, self.trading_since, self.currency, quarters, parameters)

    def facts(self, known_by: date, baselines: Sequence[Baseline] = ()) -> AccountFacts:
        """For the engine: what it knows of the account at the end of a day."""
        partner = Partner(
            partner_id="P1",
            name="P1",
            enrolled_on=date(2022, 3, 1),
            trading_since=self.trading_since,
            contact_email="p1@example.com",
        )
        stated = OpeningRevenue(
            partner_id="P1",
            country=self.country,
            year=YEARS[0] - 1,
            sales_revenue=self.opening,
            currency=self.currency,
        )
        return AccountFacts(
            account_id=self.account,
            partner_id="P1",
            country=self.country,
            partner=partner,
            opening_revenue=(stated,),
            contributions=tuple(self._contributions(item for item in self.lines if item.known_on <= known_by)),
            baselines=tuple(baselines),
        )

    def _contributions(self, lines: Iterable[Line]) -> Iterable[Contribution]:
        """One report for each day on which lines became known, one contribution for each of its months."""
        parts: dict[tuple[date, str], list[Line]] = defaultdict(list)
        for line in lines:
            parts[line.known_on, month_of(line.day)].append(line)
        for (known_on, month), part in parts.items():
            yield Contribution(
                account_id=self.account,
                currency=self.currency,
                month=month,
                distributor_id="D1",
                report_id=f"R-{known_on}",
                digest="0" * 16,
                part=0,
                lines=len(part),
                by_class=_by_class(part),
                known_on=known_on,
            )


def _by_class(lines: Sequence[Line]) -> dict[str, ClassTotal]:
    return {
        name: ClassTotal(
            lines=sum(1 for line in lines if line.product_class == name),
            billed=sum((line.billed for line in lines if line.product_class == name), Decimal(0)),
            credit=sum((line.credit for line in lines if line.product_class == name), Decimal(0)),
        )
        for name in sorted({line.product_class for line in lines})
    }


def final_statements(program: Program, rulebook: Rulebook) -> list[Statement]:
    """What the engine makes of a program, close after close, freezing each year at its own."""
    made: list[Statement] = []
    baselines: list[Baseline] = []
    for quarter in (Quarter(year, number) for year in YEARS for number in (1, 2, 3, 4)):
        close = quarter.closes_on(rulebook.at(quarter.last_day).accelerator.close_days)
        if quarter.number == 1:
            baselines.append(_frozen(program, quarter.year - 1, quarter.first_day + timedelta(days=29)))
        assignment = Assignment(quarter, StatementStatus.FINAL, close)
        made.append(make_statement(program.facts(close, baselines), assignment, made, rulebook))
    return made


def _frozen(program: Program, year: int, close: date) -> Baseline:
    facts = program.facts(close)
    return Baseline(
        account_id=program.account,
        year=year,
        currency=program.currency,
        sales_revenue=whole_year(facts, year).amount,
        frozen_on=close,
    )


@st.composite
def programs(draw: st.DrawFn, *, returns: bool = True) -> Program:
    """Programs in which each quarter ends near a level of the year before, plus lines of any kind and lateness."""
    country = draw(st.sampled_from(sorted(CURRENCIES)))
    digits = {"JPY": 0, "EUR": 2, "KWD": 3}[CURRENCIES[country]]
    opening = draw(st.integers(-100 if returns else 0, 2000))
    minor = st.integers(-300 if returns else 0, 300)
    odd = st.tuples(st.dates(date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)), st.sampled_from([*SHARE]), minor)
    lines = [*_growing(draw, opening, returns), *draw(st.lists(odd, max_size=8))]
    return Program(
        country=country,
        opening=Decimal(opening).scaleb(-digits),
        trading_since=draw(st.sampled_from([date(2020, 5, 1), date(2022, 1, 1), date(2022, 1, 2), date(2023, 1, 1)])),
        lines=tuple(
            Line(
                day, draw(st.sampled_from([0, 5, 29, 30, 31, 40, 120])), product_class, Decimal(amount).scaleb(-digits)
            )
            for day, product_class, amount in lines
        ),
    )


def _growing(draw: st.DrawFn, last_year: int, returns: bool) -> Iterable[tuple[date, str, int]]:
    """A line at the end of each quarter that brings YTD to a share of last year's revenue, give or take a unit."""
    share = st.sampled_from([0, 60, 100, 119, 120, 125, 149, 150, 170, 180, 200])
    for year in YEARS:
        shares = [draw(share) for _ in range(4)]
        if not returns:
            shares.sort()
        ytd = 0
        for quarter, pct in enumerate(shares, start=1):
            wanted = max(last_year, 1) * pct // 100 + draw(st.integers(-1 if returns else 0, 1))
            step = wanted - ytd if returns else max(0, wanted - ytd)
            yield Quarter(year, quarter).last_day, "software", step
            ytd += step
        last_year = ytd
