"""A rebate statement: the whole calculation of one account and quarter, step by step (R-5, R-5.2b)."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from partner_program.domain.model import Document
from partner_program.values.periods import Quarter


class StatementStatus(StrEnum):
    """Preliminary at the quarter's end, final at its close (R-5.4d)."""

    PRELIMINARY = "preliminary"
    FINAL = "final"


class Step(Document):
    """One line of the derivation: what, under which rule, from which numbers, with which result (with unit)."""

    title: str
    rule: str
    working: str
    result: str


class ContributionLine(Document):
    """Sales Revenue of one month and product class: what was billed, its weight, and the credit (R-2.2a).

    `weight_pct` is None where lines of the month were credited by different shares. Amounts are exact, unrounded.
    """

    month: str
    product_class: str
    lines: int
    billed: Decimal
    weight_pct: Decimal | None
    credit: Decimal


class LevelMark(Document):
    """One level of the ladder: the growth and rate of R-5.3, the YTD it needs, and what the year earns from there."""

    growth_pct: Decimal
    rate_pct: Decimal
    needed: Decimal
    worth: Decimal
    reached: bool


class Adjustment(Document):
    """What arrived after an earlier final statement and shows in this one (R-5.4d).

    `name` tells what it is (late lines or returns of an earlier quarter, a restated baseline …), `amount` how much
    Sales Revenue it adds or takes, exact.
    """

    name: str
    rule: str
    quarter: str
    amount: Decimal
    explanation: str


class Policy(Document):
    """A value of the rulebook in force on the quarter's last day, with its source and whether it is assumed."""

    name: str
    value: str
    rule: str
    basis: str
    since: date


class Statement(Document):
    """Amounts are in `currency`; `earned`, `settled_before`, `payout` and balances are rounded to its minor unit.

    `settled_before` is what earlier final statements of this year pay; `carried_in` the balance carried over from
    the year before, `carried_out` what is left to net against later payouts (R-5.4a, R-5.4e).
    `reason` says why nothing is earned or paid, or which level was reached. The last four fields are empty in
    statements that were made before version 0.3.
    """

    account_id: str
    partner_id: str
    country: str
    year: int
    quarter: int
    status: StatementStatus
    currency: str
    quarter_revenue: Decimal
    ytd_revenue: Decimal
    prev_year_revenue: Decimal
    eligible: bool
    rate_pct: Decimal
    rebate_base: Decimal
    earned: Decimal
    settled_before: Decimal
    carried_in: Decimal
    payout: Decimal
    carried_out: Decimal
    payable_from: date
    reason: str
    steps: tuple[Step, ...]
    made_on: date
    edition: str
    rulebook_digest: str
    contributions: tuple[ContributionLine, ...] = ()
    ladder: tuple[LevelMark, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    policies: tuple[Policy, ...] = ()

    @property
    def period(self) -> Quarter:
        """Year and quarter as one."""
        return Quarter(self.year, self.quarter)
