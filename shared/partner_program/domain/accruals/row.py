"""What is booked for one account and month: how the liability moved, and from which numbers (R-5.4).

All amounts are in `currency`. `ytd_revenue` and `prev_year_revenue` are exact; every other amount is in whole minor
units, so that parts and sums agree to the cent.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from partner_program.domain.model import Document
from partner_program.values.errors import ProgramError
from partner_program.values.money import EXACT, ExactNumber, total


class DoesNotAddUp(ProgramError):
    """Statements, payouts, ledger and the month booked before do not agree; a person has to look (F57)."""


class PartName(StrEnum):
    """Why the liability moved otherwise than by the month's sales and payments; explained in docs/accruals.md."""

    TAKEN_OVER = "taken_over"
    LATE_LINES = "late_lines"
    RESTATED_BASELINE = "restated_baseline"
    RULES_CHANGED = "rules_changed"
    TIER_LOST = "tier_lost"
    TIER_GAINED = "tier_gained"
    FINAL_STATEMENT = "final_statement"
    LATE_PAYMENTS = "late_payments"
    CANCELLED = "cancelled"


class AdjustedPart(Document):
    """One named part of `adjusted`; `year` is the accelerator's year it belongs to, None for payments."""

    name: PartName
    year: int | None
    amount: ExactNumber


class Standing(Document):
    """What an account is entitled to for a year, as it stands at a month's end, before anything was paid.

    `day` is the one it was measured on: the month's last day, 31 December, or the last of a final statement's quarter.
    `stated`: it is what that statement says; otherwise the rebate by what was known. `cap`: of an account that was not
    Premier on the day, what it can be at most; None for a Premier account.
    """

    year: int
    day: date
    ytd_revenue: ExactNumber
    prev_year_revenue: ExactNumber
    cap: ExactNumber | None
    earned: ExactNumber
    stated: bool


class AccrualRow(Document):
    """One account at the end of one month (`YYYY-MM`, whose last day is `on`).

    `opening` + `accrued` - `settled` + `adjusted` = `closing`; `adjusted` is the sum of its named `parts`.
    `earned` is what the calendar year has earned so far; `expected_*` what it comes to at the year's end at the run
    rate. `open` is stated by final statements and not yet paid or cancelled, `carried` what settled too much and is
    netted later (R-5.4e), `not_stated` what is earned beyond the last final statements. `paid_to_date` and
    `cancelled_to_date` are since the beginning: the next month finds by them what was entered late.
    """

    account_id: str
    partner_id: str
    country: str
    region: str
    month: str
    on: date
    currency: str
    year: int
    ytd_revenue: ExactNumber
    prev_year_revenue: ExactNumber
    premier: bool
    rate_pct: ExactNumber
    earned: ExactNumber
    projected_ytd: ExactNumber
    expected_rate_pct: ExactNumber
    expected_earned: ExactNumber
    opening: ExactNumber
    accrued: ExactNumber
    settled: ExactNumber
    adjusted: ExactNumber
    parts: tuple[AdjustedPart, ...]
    closing: ExactNumber
    open: ExactNumber
    not_stated: ExactNumber
    carried: ExactNumber
    standings: tuple[Standing, ...]
    paid_to_date: ExactNumber
    cancelled_to_date: ExactNumber
    booked_on: date
    edition: str
    rulebook_digest: str

    def part(self, name: PartName) -> Decimal:
        """What all parts of one name come to."""
        return total(part.amount for part in self.parts if part.name is name)

    @property
    def by_year(self) -> Mapping[int, Standing]:
        """The standings by year."""
        return {standing.year: standing for standing in self.standings}


def check(row: AccrualRow) -> AccrualRow:
    """The row, if it adds up. Raises `DoesNotAddUp` with both sides of what does not."""
    named = total(part.amount for part in row.parts)
    if named != row.adjusted:
        raise DoesNotAddUp(f"adjusted {row.adjusted}, but its named parts come to {named}")
    moved = total((row.opening, row.accrued, -row.settled, row.adjusted))
    if moved != row.closing:
        raise DoesNotAddUp(
            f"opening {row.opening} + accrued {row.accrued} - settled {row.settled} + adjusted {row.adjusted}"
            f" = {moved}, but what is earned less what was settled is {row.closing}"
        )
    made_of = EXACT.subtract(EXACT.add(row.open, row.not_stated), row.carried)
    if made_of != row.closing:
        raise DoesNotAddUp(
            f"open {row.open} + not stated {row.not_stated} - carried {row.carried} = {made_of},"
            f" but the closing balance is {row.closing}: the final statements do not follow from one another"
        )
    if row.open < 0:
        raise DoesNotAddUp(f"{-row.open} more was settled than final statements pay")
    return row
