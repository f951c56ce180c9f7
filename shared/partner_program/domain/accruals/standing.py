"""What an account is entitled to, year by year, at a month's end (R-5.1, R-5.4).

In its year: the rebate on YTD. An account that is not Premier earns nothing new, so for it that is at most what the
year's quarters with Premier have earned (`cap`); returns can still bring it below. After the year, until its last
quarter is closed, the same as of 31 December; from then on what its last final statement says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from partner_program.domain.accelerator.calculation import barrier_of, earning
from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.accruals.row import Standing
from partner_program.domain.facts import AccountFacts
from partner_program.domain.tiers.account import AccountState
from partner_program.domain.yearly_revenue import previous_year, year_to_date
from partner_program.rulebook import Accelerator, Rulebook
from partner_program.values.money import Money, zero
from partner_program.values.periods import Quarter
from partner_program.values.tiers import Tier


@dataclass(frozen=True)
class Entitlements:
    """An account by what is known now.

    Revenue, decisions and rules are those known now; a final statement counts from the day it was made on. `finals` are
    in order of quarter; `facts` hold the revenue from two years before the last month
    asked for.
    """

    facts: AccountFacts
    state: AccountState
    finals: Sequence[Statement]
    rulebook: Rulebook
    currency: str

    def is_premier(self, day: date) -> bool:
        """At the end of a day, by the decisions that stand now."""
        return self.state.tier_on(day) is Tier.PREMIER

    def finals_by(self, on: date) -> list[Statement]:
        """The final statements made by a day, in order of quarter."""
        return [final for final in self.finals if final.made_on <= on]

    def all_on(self, on: date) -> tuple[Standing, ...]:
        """One of each year that has any, on a month's last day."""
        years = {final.year for final in self.finals_by(on)} | {on.year - 1, on.year}
        found = (self.standing(year, on) for year in sorted(years))
        return tuple(standing for standing in found if standing)

    def standing(self, year: int, on: date) -> Standing | None:
        """What the account is entitled to for a year on a month's last day; None for a year that has nothing."""
        if year == on.year:
            return self._measured(on, on)
        last = Quarter(year, 4)
        final = next((final for final in reversed(self.finals_by(on)) if final.year == year), None)
        if final is not None and final.period == last:
            return _stated(final)
        # a statement that is owed and never came is not waited for longer than the year after its own
        if year == on.year - 1 and last.last_day >= self.rulebook.in_force_from and self._is_open(last, on):
            return self._measured(last.last_day, on)
        return None if final is None else _stated(final)

    def rebate(self, ytd: Decimal, last_year: Decimal, cap: Decimal | None, on: date) -> Decimal:
        """What a YTD would earn, by the rules of a day."""
        terms = self.rulebook.at(on).accelerator
        measure = self.measure(last_year, on.year, terms)
        earned = earning(Money(ytd, self.currency), measure, terms).exact.rounded().amount
        return earned if cap is None else min(earned, cap)

    def measure(self, last_year: Decimal, year: int, terms: Accelerator) -> Money:
        """What a year's levels are measured by; zero where the account cannot take part (R-5.2a)."""
        found = Money(last_year, self.currency)
        return zero(self.currency) if barrier_of(self.facts, year, terms, found) else found

    def ytd(self, day: date) -> Decimal:
        """Sales Revenue of the year up to a month's last day, by what is known now."""
        return year_to_date(self.facts, day).amount

    def last_year(self, year: int) -> Decimal:
        """Sales Revenue of the year before `year`, frozen or not."""
        return previous_year(self.facts, year).amount

    def cap(self, day: date, on: date) -> Decimal | None:
        """Of an account as of a `day`, with the final statements made by a month's last day, `on`.

        None for a Premier account; for another the most that the year's quarters with Premier have earned. A quarter
        whose final statement is still to be made counts with its rebate by what is known now.
        """
        if self.is_premier(day):
            return None
        finals = [final for final in self.finals_by(on) if final.year == day.year]
        # a statement without Premier never says more than those before it
        stated = [final.earned for final in finals]
        return max([*stated, *self._owed(finals, day)], default=Decimal(0))

    def _owed(self, finals: Sequence[Statement], on: date) -> list[Decimal]:
        """What quarters with Premier have earned that ended after the year's last final statement."""
        stated_until = finals[-1].period.last_day if finals else self.rulebook.in_force_from - timedelta(days=1)
        ends = (Quarter(on.year, number).last_day for number in (1, 2, 3, 4))
        days = [day for day in ends if stated_until < day <= on and self.is_premier(day)]
        return [self.rebate(self.ytd(day), self.last_year(day.year), None, day) for day in days]

    def _is_open(self, last: Quarter, on: date) -> bool:
        """Whether the year is still assessed: its last quarter is not closed, or its statement is owed and not made."""
        closes_on = last.closes_on(self.rulebook.at(last.last_day).accelerator.close_days)
        return on < closes_on or self.is_premier(last.last_day)

    def _measured(self, day: date, on: date) -> Standing:
        ytd, last_year, cap = self.ytd(day), self.last_year(day.year), self.cap(day, on)
        return Standing(
            year=day.year,
            day=day,
            ytd_revenue=ytd,
            prev_year_revenue=last_year,
            cap=cap,
            earned=self.rebate(ytd, last_year, cap, day),
            stated=False,
        )


def _stated(final: Statement) -> Standing:
    return Standing(
        year=final.year,
        day=final.period.last_day,
        ytd_revenue=final.ytd_revenue,
        prev_year_revenue=final.prev_year_revenue,
        cap=None,
        earned=final.earned,
        stated=True,
    )
