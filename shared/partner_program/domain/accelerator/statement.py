"""A rebate statement: the whole calculation of one account and quarter, step by step (R-5, R-5.2b)."""

from datetime import date
from enum import StrEnum

from partner_program.domain.model import Document
from partner_program.values.money import ExactNumber
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
    billed: ExactNumber
    weight_pct: ExactNumber | None
    credit: ExactNumber


class LevelMark(Document):
    """One level of the ladder (R-5.3): its growth and rate, the YTD it `needed`, and whether the year has reached it.

    `needed` is exact; `worth` is what the year earns with exactly that YTD, rounded to the minor unit.
    """

    growth_pct: ExactNumber
    rate_pct: ExactNumber
    needed: ExactNumber
    worth: ExactNumber
    reached: bool


class Adjustment(Document):
    """What arrived after an earlier final statement and shows in this one (R-5.4d).

    `name` tells what it is (late lines or returns of an earlier quarter, a restated baseline …), `quarter` where it
    belongs, `amount` how much Sales Revenue it adds or takes, exact: of this year's YTD, or, for a baseline, of the
    year before. What counts only after a restatement has amount 0 and says so.
    """

    name: str
    rule: str
    quarter: str
    amount: ExactNumber
    explanation: str


class Policy(Document):
    """A value of the rulebook in force on the quarter's last day, with its source and whether it is assumed.

    `name` says what it is, `entry_id` is its id in the rulebook. `rule` names one or more rules, `basis` is `guide`,
    `reading`, `assumed` or `owner`.
    """

    name: str
    entry_id: str = ""
    value: str
    rule: str
    basis: str
    since: date


class Statement(Document):
    """Amounts are in `currency`; `earned`, `settled_before`, `payout` and balances are rounded to its minor unit.

    `settled_before` is what earlier final statements of this year pay, whether that is paid, on hold or cancelled;
    `carried_in` the balance carried over from the year before, `carried_out` what is left to net against later payouts
    (R-5.4a, R-5.4e, R-5.5). `eligible` is False also for an account that is not `premier` on the quarter's last day:
    such a statement pays nothing, its `earned` is what the year's revenue still supports of what was settled.
    It rests on what was known at the end of `known_on`; None: of `made_on`.
    `reason` says why nothing is earned or paid, or which level was reached. `contributions`, `ladder`, `adjustments`
    and `policies` are empty in statements that were made before version 0.3; from then on `policies` never is.
    """

    account_id: str
    partner_id: str
    country: str
    year: int
    quarter: int
    status: StatementStatus
    currency: str
    quarter_revenue: ExactNumber
    ytd_revenue: ExactNumber
    prev_year_revenue: ExactNumber
    eligible: bool
    rate_pct: ExactNumber
    rebate_base: ExactNumber
    earned: ExactNumber
    settled_before: ExactNumber
    carried_in: ExactNumber
    payout: ExactNumber
    carried_out: ExactNumber
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
    premier: bool = True
    known_on: date | None = None

    @property
    def period(self) -> Quarter:
        """Year and quarter as one."""
        return Quarter(self.year, self.quarter)
