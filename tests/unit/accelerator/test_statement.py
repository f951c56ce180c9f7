"""What a statement says besides its amounts: dates, reasons, steps (R-5)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.revenue import ClassTotal
from partner_program.values.errors import InvalidValue
from partner_program.values.periods import Quarter
from tests.fakes.records import (
    Known,
    facts,
    opening,
    sales,
    site,
)
from tests.fakes.statements import TRADING, final, year_of


@pytest.mark.rule("R-5.4b")
@pytest.mark.parametrize(
    ("quarter", "payable"),
    [
        ("2024Q1", "2024-05-15"),
        ("2024Q2", "2024-08-14"),
        ("2024Q3", "2024-11-14"),
        ("2024Q4", "2025-02-14"),
        ("2023Q4", "2024-02-14"),
    ],
)
def test_nothing_is_payable_before_45_days_after_the_quarter(quarter: str, payable: str) -> None:
    known = facts(*TRADING, site(), opening(2023, "1"))
    assert str(final(known, Quarter.parse(quarter)).payable_from) == payable


@pytest.mark.rule("R-5.4a")
@pytest.mark.parametrize(
    ("ytd", "quarter", "reason"),
    [
        (
            "90000", 2,
            ("YTD 90000.00 EUR is below the goal of 120000.00 EUR, 120 % of last year's 100000.00 EUR: nothing earned."
             " 30000.00 EUR more by 31 December 2024 reaches 2.5 %, worth 3000.00 EUR for the year,"
             " none of it settled yet."),
        ),
        (
            "119999.995", 4,
            ("YTD 119999.995 EUR is below the goal of 120000.00 EUR, 120 % of last year's 100000.00 EUR:"
             " nothing earned. 0.005 EUR more by 31 December 2024 would have reached 2.5 %, worth 3000.00 EUR for the"
             " year, none of it settled yet."),
        ),
        (
            "125000", 3,
            ("YTD 125000.00 EUR reaches 120 % of last year's 100000.00 EUR: 2.5 %, 3125.00 EUR earned."
             " 3125.00 EUR to pay. 25000.00 EUR more by 31 December 2024 reaches 3 %, worth 4500.00 EUR for the year,"
             " 1375.00 EUR more than is settled with this statement."),
        ),
        (
            "150000", 3,
            ("YTD 150000.00 EUR reaches 150 % of last year's 100000.00 EUR: 3 %, 4500.00 EUR earned."
             " 4500.00 EUR to pay. 30000.00 EUR more by 31 December 2024 reaches 4 %, worth 7200.00 EUR for the year,"
             " 2700.00 EUR more than is settled with this statement."),
        ),
        (
            "185000", 3,
            ("YTD 185000.00 EUR reaches 180 % of last year's 100000.00 EUR: 4 %, 7200.00 EUR earned."
             " 7200.00 EUR to pay. The highest level is reached; the base stops at 180000.00 EUR, 180 % of last year."),
        ),
    ],
)  # fmt: skip
def test_the_reason_says_what_was_reached_and_what_the_next_level_takes(ytd: str, quarter: int, reason: str) -> None:
    known = facts(*TRADING, site(), opening(2023, "100000"), sales("2024-01", ytd))
    assert final(known, Quarter(2024, quarter)).reason == reason


@pytest.mark.rule("R-5.4a", "R-5.4e")
def test_a_zero_after_an_earlier_payment_says_what_covers_it_and_what_is_carried() -> None:
    made = year_of("100000", ("150000", "0", "-10000"))
    assert "4500.00 EUR earned. Nothing to pay: covered by 4500.00 EUR settled before." in made[1].reason
    assert made[2].reason.endswith("1000.00 EUR is carried and netted against later payouts.")


@pytest.mark.rule("R-5.1", "R-5.4a")
def test_the_steps_are_the_whole_derivation_with_a_rule_each() -> None:
    known = facts(
        *TRADING, site(), opening(2023, "100000"),
        sales("2024-01", "100000"),
        sales("2024-02", "0").model_copy(update={"by_class": {
            "hardware": ClassTotal(lines=3, billed=Decimal("50000.01"), credit=Decimal("25000.005")),
            "services": ClassTotal(lines=1, billed=Decimal(700), credit=Decimal(0)),
        }}),
    )  # fmt: skip
    made = final(known, Quarter(2024, 1))
    assert [(step.title, step.rule, step.working, step.result) for step in made.steps] == [
        (
            "Sales Revenue 2024-01", "R-2.2a",
            "software: 1 line, 100000.00 EUR billed x 100 % = 100000.00 EUR", "100000.00 EUR",
        ),
        (
            "Sales Revenue 2024-02", "R-2.2a",
            ("hardware: 3 lines, 50000.01 EUR billed x 50 % = 25000.005 EUR; "
             "services: 1 line, 700.00 EUR billed x 0 % = 0.00 EUR"),
            "25000.005 EUR",
        ),
        ("YTD 2024Q1", "R-3.4a", "the months from 2024-01 to 2024-03", "125000.005 EUR"),
        ("Sales Revenue 2023", "R-5.4d", "opening revenue", "100000.00 EUR"),
        (
            "Eligibility", "R-5.2a",
            "Premier on 2024-03-31, whatever the tier later; a full calendar year of Sales Revenue before", "eligible",
        ),
        ("Minimum Revenue Goal", "R-5.3", "120 % of 100000.00 EUR", "120000.00 EUR"),
        (
            "Level", "R-5.3",
            "YTD 125000.005 EUR against 2.5 % from 120000.00 EUR, 3 % from 150000.00 EUR, 4 % from 180000.00 EUR",
            "2.5 %",
        ),
        (
            "Rebate base", "R-5.3b",
            "the smaller of YTD 125000.005 EUR and 180 % of last year, 180000.00 EUR", "125000.005 EUR",
        ),
        (
            "Earned for the year so far", "R-5.3",
            "2.5 % of 125000.005 EUR = 3125.000125 EUR, rounded half up", "3125.00 EUR",
        ),
        ("Settled before", "R-5.4a", "no final statement of this year yet", "0.00 EUR"),
        ("Carried in", "R-5.4e", "no statement of an earlier year", "0.00 EUR"),
        ("Payout", "R-5.4a", "3125.00 EUR - 0.00 EUR - 0.00 EUR, never below zero", "3125.00 EUR"),
        (
            "Carried out", "R-5.4e",
            "what was settled and carried in beyond what is earned; netted against later payouts", "0.00 EUR",
        ),
        ("Payable from", "R-5.4b", "45 days after 2024-03-31", "2024-05-15"),
    ]  # fmt: skip


@pytest.mark.rule("R-5.2a")
def test_the_steps_of_an_account_that_takes_no_part_do_not_hold_its_revenue_against_the_levels() -> None:
    made = final(facts(*TRADING, site(), sales("2024-01", "500000")), Quarter(2024, 1))
    steps = {step.title: (step.working, step.result) for step in made.steps}
    assert steps["Eligibility"] == ("no Sales Revenue above zero in 2023, 0.00 EUR (R-5.2a)", "not eligible")
    assert steps["Level"] == ("not eligible, no level", "none")


@pytest.mark.rule("R-5.4a")
def test_what_was_settled_is_listed_by_quarter() -> None:
    made = year_of("1000000", ("300000", "950000", "250000", "400000"))
    step = next(step for step in made[3].steps if step.title == "Settled before")
    assert step.working == (
        "2024Q1: 0.00 EUR + 2024Q2: 31250.00 EUR + 2024Q3: 13750.00 EUR;"
        " also what is on hold or cancelled counts as settled (R-5.5)"
    )


@pytest.mark.rule("R-2.2b", "R-5.2b")
def test_a_rebate_is_computed_over_all_sites_of_the_country_together() -> None:
    known = facts(
        *TRADING, site(), site("S2"), opening(2023, "100000"),
        sales("2024-01", "70000", report="A"), sales("2024-01", "50000", report="B"),
    )  # fmt: skip
    assert str(final(known, Quarter(2024, 1)).earned) == "3000.00"


@pytest.mark.rule("R-5.4a")
@given(
    st.permutations(
        [
            sales("2024-01", "1.005"),
            sales("2024-02", "120000", part=1),
            sales("2024-02", "-0.5"),
            opening(2023, "90000.5"),
        ]
    )
)
def test_the_order_of_contributions_changes_no_byte_of_a_statement(order: list[Known]) -> None:
    rest = [*TRADING, site()]
    one = final(facts(*rest, *order), Quarter(2024, 1)).model_dump_json()
    assert one == final(facts(*sorted(order, key=str), *rest), Quarter(2024, 1)).model_dump_json()


@pytest.mark.catalogue("F57")
def test_amounts_of_two_currencies_are_never_added() -> None:
    with pytest.raises(InvalidValue):
        final(facts(*TRADING, site(), sales("2024-01", "1"), sales("2024-02", "1", currency="USD")), Quarter(2024, 1))


@pytest.mark.rule("R-2.2a")
def test_a_step_names_a_share_only_where_all_its_lines_were_credited_by_it() -> None:
    mixed = sales("2024-01", "0").model_copy(
        update={
            "by_class": {
                "hardware": ClassTotal(lines=2, billed=Decimal(100), credit=Decimal(75)),
                "gadgets": ClassTotal(lines=1, billed=Decimal(10), credit=Decimal(1)),
            }
        }
    )
    made = final(facts(*TRADING, site(), opening(2023, "100000"), mixed), Quarter(2024, 1))
    assert made.steps[0].working == (
        "gadgets: 1 line, 10.00 EUR billed = 1.00 EUR; hardware: 2 lines, 100.00 EUR billed = 75.00 EUR"
    )
