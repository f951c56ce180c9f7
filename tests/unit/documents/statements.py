"""Final statements as a document gets them, written by hand: they need no engine."""

from datetime import date
from decimal import Decimal

from partner_program.domain.accelerator.statement import (
    Adjustment,
    ContributionLine,
    LevelMark,
    Policy,
    Statement,
    StatementStatus,
    Step,
)
from partner_program.rulebook.answers import Region
from partner_program.use_cases.statement_document import StatementToShow
from partner_program.values.periods import Quarter

EMEA = Region("emea", "EMEA", "sales-emea@example.com")
LADDER = ((Decimal(120), Decimal("2.5")), (Decimal(150), Decimal(3)), (Decimal(180), Decimal(4)))


def ladder(last_year: Decimal, ytd: Decimal) -> tuple[LevelMark, ...]:
    return tuple(
        LevelMark(
            growth_pct=growth,
            rate_pct=rate,
            needed=last_year * growth / 100,
            worth=last_year * growth / 100 * rate / 100,
            reached=ytd >= last_year * growth / 100,
        )
        for growth, rate in LADDER
    )


CONTRIBUTIONS = (
    ContributionLine(
        month="2024-04", product_class="hardware", lines=2, billed=Decimal("2000.25"), weight_pct=Decimal(50),
        credit=Decimal("1000.125"),
    ),
    ContributionLine(
        month="2024-05", product_class="software", lines=3, billed=Decimal("-1250000.5"), weight_pct=None,
        credit=Decimal("-1250000.5"),
    ),
)  # fmt: skip
LATE = Adjustment(
    name="late lines", rule="R-5.4d", quarter="2024Q1", amount=Decimal("-12345.675"),
    explanation="Lines of 2024Q1 that came after its close on 2024-04-30.",
)  # fmt: skip
POLICIES = (
    Policy(
        name="Levels of the accelerator", entry_id="accelerator.levels", value="2.5 % from 120 %, 3 % from 150 %",
        rule="R-5.3", basis="guide", since=date(2022, 1, 1),
    ),
    Policy(
        name="Days to the close", entry_id="quarter.close_days", value="30 days", rule="R-5.4d", basis="assumed",
        since=date(2022, 1, 1),
    ),
)  # fmt: skip


def statement(
    ytd: str = "1500000.00", last_year: str = "1000000", *, payout: str = "13750.00", carried_out: str = "0.00",
    earned: str = "45000.00", rate: str = "3", base: str | None = None, currency: str = "EUR", **changes: object,
) -> Statement:  # fmt: skip
    """The third quarter of the worked example, unless said otherwise."""
    made = Statement(
        account_id="P1-DE", partner_id="P1", country="DE", year=2024, quarter=3, status=StatementStatus.FINAL,
        currency=currency, quarter_revenue=Decimal("250000.00"), ytd_revenue=Decimal(ytd),
        prev_year_revenue=Decimal(last_year), eligible=True, rate_pct=Decimal(rate),
        rebate_base=Decimal(ytd if base is None else base), earned=Decimal(earned),
        settled_before=Decimal("31250.00"), carried_in=Decimal("0.00"), payout=Decimal(payout),
        carried_out=Decimal(carried_out), payable_from=date(2024, 11, 14),
        reason=f"YTD {ytd} {currency} reaches 150 % of last year's {last_year} {currency}: 3 %.",
        steps=(
            Step(title="YTD 2024Q3", rule="R-3.4a", working="the months from 2024-01 to 2024-09",
                 result=f"{ytd} {currency}"),
            Step(title="Payable from", rule="R-5.4b", working="45 days after 2024-09-30", result="2024-11-14"),
        ),
        made_on=date(2024, 10, 30), edition="guide-2022", rulebook_digest="ab" * 32, contributions=CONTRIBUTIONS,
        ladder=ladder(Decimal(last_year), Decimal(ytd)), adjustments=(LATE,), policies=POLICIES,
    )  # fmt: skip
    return made.model_copy(update=changes)


def to_show(made: Statement | None = None, name: str = "Müller & Söhne GmbH") -> StatementToShow:
    settled = ((Quarter(2024, 1), Decimal("0.00")), (Quarter(2024, 2), Decimal("31250.00")))
    return StatementToShow(made or statement(), name, settled, EMEA)
