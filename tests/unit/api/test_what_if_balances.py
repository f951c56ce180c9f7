"""What a what-if takes along: a balance is owed until a rebate settles it, however many years that takes."""

from decimal import Decimal

import pytest

from partner_program.values.periods import Quarter
from tests.fakes.records import (
    P1_DE,
    accepted,
    brand_review,
    certified,
    employed,
    opening,
    partner,
    placed,
    plan,
    rulebook,
    sales,
    site,
    trained,
)
from tests.unit.api.what_if_world import World


def once_premier(today: str) -> World:
    """Premier in 2022, left with a balance by returns; a lower tier since, its people still with all certifications."""
    people = [
        record
        for person in ("kim", "lou")
        for record in (
            employed(person, "2022-01-01"),
            *(
                certified(person, kind, on, f"{person}-{kind}-{on}")
                for kind in ("MCDE", "MCIT", "MCIE")
                for on in ("2021-12-01", "2023-11-01", "2025-01-20")
            ),
        )
    ]
    training = [
        trained("onboarding", "2022-01-01"),
        *(
            trained("annual_sales", f"{year}-{day}")
            for year in range(2022, 2026)
            for day in ("01-01", "01-02", "06-02")
        ),
    ]
    return World(
        partner(trading_since="2020-01-01", enrolled="2022-03-01"), site(opened="2020-01-01"), accepted("2022-03-15"),
        placed("premier", "2022-04-01"), opening(2021, "50000"), *people, *training,
        *(plan(year, f"{year}-01-15") for year in range(2022, 2026)), brand_review("2022-04-01", "fulfilled"),
        sales("2022-05", "130000", known="2022-06-01"),
        sales("2022-11", "-60000", known="2022-12-01", report="RETURNS"),
        sales("2023-03", "60000", known="2023-04-01"), sales("2024-03", "40000", known="2024-04-01", report="OF-2024"),
        today=today, since="2022-04-01", book=rulebook('"revenue_threshold.*.premier" = 100000'),
    )  # fmt: skip


@pytest.mark.rule("R-5.4e")
def test_a_balance_of_years_without_a_statement_is_taken_off_the_payout_that_is_told() -> None:
    world = once_premier("2025-02-10")
    last = world.accounts.statements(P1_DE)[-1]
    assert (str(last.period), str(last.carried_out)) == ("2022Q4", "1850.00")

    asked = {"kind": "sales", "amount": "110000", "currency": "EUR", "month": "2025-03"}
    answer = world.ask(asked, on="2025-05-15")

    quarter = next(one for one in answer.after.quarters if one.quarter == "2025Q1")
    assert quarter.rebate is not None
    assert (quarter.rebate.carried_in, quarter.rebate.payout) == (Decimal("1850.00"), Decimal("1030.00"))
    came = sales("2025-03", "110000", known="2025-03-31", report="CAME")
    real = world.really(("2025-03-31", came), until="2025-05-15")
    [final] = [one for one in real.accounts.statements(P1_DE, Quarter(2025, 1)) if one.status == "final"]
    assert (final.carried_in, final.payout) == (quarter.rebate.carried_in, quarter.rebate.payout)
