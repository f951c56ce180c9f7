"""The Revenue Goal Accelerator to the cent: levels, cap, deduction, carried balance, year turn (R-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.accelerator import Assignment, make_statement
from partner_program.domain.facts import AccountFacts
from partner_program.domain.revenue import ClassTotal
from partner_program.domain.statement import Statement, StatementStatus
from partner_program.rulebook import Rulebook
from partner_program.values.errors import InvalidValue
from partner_program.values.periods import Quarter
from tests.fakes.records import (
    Known,
    accepted,
    baseline,
    facts,
    opening,
    partner,
    placed,
    rulebook,
    sales,
    site,
)

CAPPED = rulebook()
UNCAPPED = rulebook('"accelerator.cap_applies" = false\n')
TRADING: list[Known] = [partner(trading_since="2020-01-01"), accepted(), placed("premier")]


def year_of(
    last_year: str,
    quarters: Sequence[str],
    book: Rulebook = CAPPED,
    *,
    year: int = 2024,
    country: str = "DE",
    currency: str = "EUR",
    earlier: Sequence[Statement] = (),
) -> list[Statement]:
    """The final statements of a year, one quarter after the other, from what each quarter adds."""
    account = f"P1-{country}"
    known: list[Known] = [*TRADING, site(country=country), opening(year - 1, last_year, currency, country)]
    for number, amount in enumerate(quarters, start=1):
        known.append(sales(f"{year}-{3 * number:02d}", amount, account_id=account, currency=currency))
    made = list(earlier)
    for number in range(1, len(quarters) + 1):
        made.append(final(facts(*known, account_id=account), Quarter(year, number), made, book))
    return made[len(earlier) :]


def final(
    known: AccountFacts, quarter: Quarter, earlier: Sequence[Statement] = (), book: Rulebook = CAPPED
) -> Statement:
    assignment = Assignment(quarter, StatementStatus.FINAL, quarter.closes_on(30))
    return make_statement(known, assignment, earlier, book)


def texts(statements: Sequence[Statement], *names: str) -> list[tuple[str, ...]]:
    return [tuple(str(getattr(item, name)) for name in names) for item in statements]


@dataclass(frozen=True)
class Year:
    """Last year's revenue, what each quarter adds, and what is paid and carried out of each."""

    title: str
    last_year: str
    quarters: tuple[str, ...]
    paid: tuple[str, ...]
    carried: tuple[str, ...]
    capped: bool = True
    currency: str = "EUR"
    country: str = "DE"


YEARS = [
    Year(
        "the worked example of the rules",
        "1000000", ("300000", "950000", "250000", "400000"),
        ("0.00", "31250.00", "13750.00", "27000.00"), ("0.00",) * 4,
    ),
    Year(
        "a third quarter at 125 % earns 2.5 %, a fourth beyond 180 % 4 % of 180 %",
        "100000", ("40000", "50000", "35000", "60000"),
        ("0.00", "0.00", "3125.00", "4075.00"), ("0.00",) * 4,
    ),
    Year(
        "the same year without the cap earns 4 % of everything",
        "100000", ("40000", "50000", "35000", "60000"),
        ("0.00", "0.00", "3125.00", "4275.00"), ("0.00",) * 4, capped=False,
    ),
    Year(
        "returns below the goal earn nothing, and what was paid is carried",
        "100000", ("40000", "50000", "35000", "-7000"),
        ("0.00", "0.00", "3125.00", "0.00"), ("0.00", "0.00", "0.00", "3125.00"),
    ),
    Year(
        "returns to a lower level carry the difference only",
        "100000", ("0", "150000", "-10000", "0"),
        ("0.00", "4500.00", "0.00", "0.00"), ("0.00", "0.00", "1000.00", "1000.00"),
    ),
    Year(
        "what returns had carried is netted when sales come back",
        "100000", ("130000", "-15000", "20000", "50000"),
        ("3250.00", "0.00", "125.00", "3825.00"), ("0.00", "3250.00", "0.00", "0.00"),
    ),
    Year(
        "a year of returns alone has a negative YTD, no rebate and no negative payment",
        "100000", ("-500", "-0.01", "0", "0"),
        ("0.00",) * 4, ("0.00",) * 4,
    ),
    Year(
        "yen are rounded to whole yen",
        "1000000", ("1200019", "1", "19", "1"),
        ("30000", "1", "0", "0"), ("0",) * 4, currency="JPY", country="JP",
    ),
    Year(
        "Kuwaiti dinars keep three decimals",
        "1000.000", ("1200.019", "0.001", "0.019", "0.001"),
        ("30.000", "0.001", "0.000", "0.000"), ("0.000",) * 4, currency="KWD", country="KW",
    ),
]  # fmt: skip


@pytest.mark.rule("R-5.3", "R-5.3b", "R-5.4a", "R-5.4e")
@pytest.mark.parametrize("case", YEARS, ids=lambda case: case.title)
def test_a_year_of_statements(case: Year) -> None:
    book = CAPPED if case.capped else UNCAPPED
    made = year_of(case.last_year, case.quarters, book, country=case.country, currency=case.currency)
    assert tuple(str(item.payout) for item in made) == case.paid
    assert tuple(str(item.carried_out) for item in made) == case.carried


@pytest.mark.rule("R-5.3")
def test_the_worked_example_has_every_number_of_the_rules() -> None:
    made = year_of("1000000", ("300000", "950000", "250000", "400000"))
    assert texts(made, "ytd_revenue", "rate_pct", "rebate_base", "earned", "settled_before") == [
        ("300000", "0", "0", "0.00", "0.00"),
        ("1250000", "2.5", "1250000", "31250.00", "0.00"),
        ("1500000", "3", "1500000", "45000.00", "31250.00"),
        ("1900000", "4", "1800000.00", "72000.00", "45000.00"),
    ]
    assert sum((item.payout for item in made), Decimal(0)) == Decimal("72000")


@pytest.mark.rule("R-5.1", "R-5.3", "R-5.3b")
@pytest.mark.parametrize(
    ("ytd", "rate", "base", "earned"),
    [
        ("119999.99", "0", "0", "0.00"),
        ("119999.995", "0", "0", "0.00"),
        ("120000.00", "2.5", "120000.00", "3000.00"),
        ("120000.01", "2.5", "120000.01", "3000.00"),
        ("149999.99", "2.5", "149999.99", "3750.00"),
        ("150000.00", "3", "150000.00", "4500.00"),
        ("150000.01", "3", "150000.01", "4500.00"),
        ("179999.99", "3", "179999.99", "5400.00"),
        ("180000.00", "4", "180000.00", "7200.00"),
        ("180000.01", "4", "180000.00", "7200.00"),
        ("999999.99", "4", "180000.00", "7200.00"),
    ],
)
def test_levels_are_reached_to_the_cent_and_the_base_stops_at_180_percent(
    ytd: str, rate: str, base: str, earned: str
) -> None:
    made = year_of("100000", (ytd,))[0]
    assert (made.rate_pct, made.rebate_base, str(made.earned)) == (Decimal(rate), Decimal(base), earned)


@pytest.mark.rule("R-5.3")
@pytest.mark.parametrize(
    ("country", "currency", "last_year", "under", "at"),
    [("JP", "JPY", "1000001", "1200001", "1200002"), ("KW", "KWD", "1000.001", "1200.001", "1200.002")],
)
def test_a_goal_between_two_minor_units_is_reached_with_the_next_one(
    country: str, currency: str, last_year: str, under: str, at: str
) -> None:
    rates = [year_of(last_year, (ytd,), country=country, currency=currency)[0].rate_pct for ytd in (under, at)]
    assert rates == [Decimal(0), Decimal("2.5")]


@pytest.mark.rule("R-5.3b")
def test_without_the_cap_the_top_rate_applies_to_everything() -> None:
    made = year_of("100000", ("185000",), UNCAPPED)[0]
    assert (made.rebate_base, str(made.earned)) == (Decimal(185000), "7400.00")
    base = next(step for step in made.steps if step.title == "Rebate base")
    assert "lifts the cap" in base.working


@pytest.mark.rule("R-2.2a", "R-5.3")
@pytest.mark.parametrize(
    ("ytd", "earned"),
    [("120000.1999", "3000.00"), ("120000.2000", "3000.01"), ("120000.5999", "3000.01"), ("120000.6", "3000.02")],
)
def test_the_rebate_is_rounded_half_up_once(ytd: str, earned: str) -> None:
    assert str(year_of("100000", (ytd,))[0].earned) == earned


# -- R-5.2a


@pytest.mark.rule("R-5.2a")
@pytest.mark.parametrize(
    ("since", "enrolled", "eligible"),
    [
        ("2022-12-31", "2023-06-01", True), ("2023-01-01", "2023-06-01", True), ("2023-01-02", "2022-06-01", False),
        (None, "2022-12-31", True), (None, "2023-01-01", True), (None, "2023-01-02", False),
    ],
)  # fmt: skip
def test_a_full_calendar_year_of_trading_is_needed(since: str | None, enrolled: str, eligible: bool) -> None:
    known = facts(
        partner(enrolled=enrolled, trading_since=since), site(), opening(2023, "100000"), sales("2024-03", "150000")
    )
    made = final(known, Quarter(2024, 1))
    assert made.eligible is eligible
    assert (made.earned > 0) is eligible
    if not eligible:
        assert made.reason == "Not eligible: trading since 2023-01-02; trading by 2023-01-01 is needed (R-5.2a)."
        assert (made.rate_pct, made.rebate_base) == (Decimal(0), Decimal(0))


@pytest.mark.rule("R-5.2a")
@pytest.mark.parametrize(("last_year", "eligible"), [("0.01", True), ("0", False), ("-5", False)])
def test_last_years_revenue_must_be_above_zero(last_year: str, eligible: bool) -> None:
    made = year_of(last_year, ("150000",))[0]
    assert made.eligible is eligible
    if not eligible:
        assert made.reason == "Not eligible: no Sales Revenue above zero in 2023 (R-5.2a)."


@pytest.mark.rule("R-5.2a")
def test_the_rulebook_says_how_many_full_years_are_needed() -> None:
    known = facts(partner(trading_since="2022-06-01"), site(), opening(2023, "100000"), sales("2024-03", "150000"))
    assert final(known, Quarter(2024, 1)).eligible
    assert not final(known, Quarter(2024, 1), book=rulebook('"accelerator.full_years" = 2\n')).eligible


# -- which revenue


@pytest.mark.rule("R-5.4a")
def test_a_statement_uses_only_months_up_to_its_quarter() -> None:
    known = facts(
        *TRADING, site(), opening(2023, "100000"),
        sales("2024-03", "10"), sales("2024-04", "20"), sales("2024-06", "100000"), sales("2024-07", "50000"),
    )  # fmt: skip
    made = final(known, Quarter(2024, 2))
    assert (made.quarter_revenue, made.ytd_revenue) == (Decimal(100020), Decimal(100030))


@pytest.mark.rule("R-5.4d")
def test_a_late_line_of_a_closed_quarter_counts_in_the_next_assessment() -> None:
    sold: list[Known] = [*TRADING, site(), opening(2023, "100000"), sales("2024-03", "119000")]
    first = final(facts(*sold), Quarter(2024, 1))
    late = facts(*sold, sales("2024-03", "1000", known="2024-06-05", part=1), sales("2024-06", "5"))
    second = final(late, Quarter(2024, 2), [first])
    assert (first.payout, second.ytd_revenue, str(second.payout)) == (Decimal(0), Decimal(120005), "3000.13")
    assert second.quarter_revenue == Decimal(5)


@pytest.mark.rule("R-5.4d")
def test_the_frozen_baseline_is_last_years_revenue_whatever_is_reported_later() -> None:
    known = facts(
        *TRADING, site(), sales("2023-12", "100000"), sales("2023-12", "50000", part=1),
        baseline(2023, "100000", "2024-01-30"), sales("2024-03", "120000"),
    )  # fmt: skip
    made = final(known, Quarter(2024, 1))
    assert (made.prev_year_revenue, made.rate_pct) == (Decimal(100000), Decimal("2.5"))
    assert next(step for step in made.steps if step.rule == "R-5.4d").working == "baseline frozen on 2024-01-30"


# -- R-5.4a, R-5.4e: what was settled


@pytest.mark.rule("R-5.4a")
def test_preliminary_statements_settle_nothing() -> None:
    known = facts(*TRADING, site(), opening(2023, "100000"), sales("2024-03", "130000"))
    assignment = Assignment(Quarter(2024, 1), StatementStatus.PRELIMINARY, date(2024, 3, 31))
    preliminary = make_statement(known, assignment, [], CAPPED)
    assert str(preliminary.payout) == "3250.00"
    assert str(final(known, Quarter(2024, 2), [preliminary]).settled_before) == "0.00"


@pytest.mark.rule("R-5.4a")
def test_a_quarter_without_a_statement_leaves_what_was_settled_before_it() -> None:
    known = facts(*TRADING, site(), opening(2023, "100000"), sales("2024-03", "130000"), sales("2024-12", "50000"))
    first = final(known, Quarter(2024, 1))
    last = final(known, Quarter(2024, 4), [first])
    assert (str(last.settled_before), str(last.payout)) == ("3250.00", "3950.00")


@pytest.mark.rule("R-5.4e")
def test_a_carried_balance_goes_over_the_year_turn_and_is_netted_there_once() -> None:
    old = year_of("100000", ("40000", "50000", "35000", "-7000"))
    assert str(old[-1].carried_out) == "3125.00"
    new = year_of("118000", ("0", "150000", "0", "40000"), year=2025, earlier=old)
    assert texts(new, "carried_in", "settled_before", "earned", "payout", "carried_out") == [
        ("3125.00", "0.00", "0.00", "0.00", "3125.00"),
        ("3125.00", "0.00", "3750.00", "625.00", "0.00"),
        ("3125.00", "625.00", "3750.00", "0.00", "0.00"),
        ("3125.00", "625.00", "5700.00", "1950.00", "0.00"),
    ]


@pytest.mark.rule("R-5.4e")
def test_a_balance_waits_through_years_without_a_statement() -> None:
    old = year_of("100000", ("40000", "50000", "35000", "-7000"))
    assert str(year_of("1000", ("0",), year=2027, earlier=old)[0].carried_in) == "3125.00"


@pytest.mark.rule("R-5.4a", "R-5.4e")
@given(
    st.integers(1, 10**7),
    st.lists(st.integers(-(10**7), 3 * 10**7), min_size=4, max_size=4),
    st.booleans(),
)
def test_payouts_are_never_negative_and_add_up_to_what_is_owed(last: int, quarters: list[int], capped: bool) -> None:
    """Amounts in cents. Against fractions: paid so far is the most that was ever earned up to then."""
    cents = [f"{Decimal(amount).scaleb(-2):f}" for amount in quarters]
    made = year_of(f"{Decimal(last).scaleb(-2):f}", cents, CAPPED if capped else UNCAPPED)
    paid, ytd, most = Fraction(0), Fraction(0), Fraction(0)
    for statement, added in zip(made, quarters, strict=True):
        ytd += Fraction(added, 100)
        earned = _earned(ytd, Fraction(last, 100), capped=capped)
        most = max(most, earned)
        paid += Fraction(statement.payout)
        assert statement.payout >= 0
        assert Fraction(statement.earned) == earned
        assert paid == most
        assert Fraction(statement.carried_out) == most - earned


def _earned(ytd: Fraction, last: Fraction, *, capped: bool) -> Fraction:
    rates = [(Fraction(9, 5), 40), (Fraction(3, 2), 30), (Fraction(6, 5), 25)]
    rate = next((Fraction(rate, 1000) for growth, rate in rates if ytd >= last * growth), Fraction(0))
    base = min(ytd, last * Fraction(9, 5)) if capped else ytd
    exact = base * rate * 100
    return Fraction(int(exact + Fraction(1, 2)), 100)


# -- R-5.4b and the rest of a statement


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
            ("YTD 90000.00 EUR is below the goal of 120000.00 EUR, 120 % of 100000.00 EUR: nothing earned."
             " 30000.00 EUR more by 2024-12-31 reaches 2.5 %, worth 3000.00 EUR for the year."),
        ),
        (
            "119999.995", 4,
            ("YTD 119999.995 EUR is below the goal of 120000.00 EUR, 120 % of 100000.00 EUR: nothing earned."
             " 0.005 EUR more would have reached 2.5 %, worth 3000.00 EUR for the year."),
        ),
        (
            "125000", 3,
            ("YTD 125000.00 EUR reaches 120 % of last year's 100000.00 EUR: 2.5 %, 3125.00 EUR earned."
             " 3125.00 EUR to pay. 25000.00 EUR more by 2024-12-31 reaches 3 %, worth 4500.00 EUR for the year."),
        ),
        (
            "185000", 3,
            ("YTD 185000.00 EUR reaches 180 % of last year's 100000.00 EUR: 4 %, 7200.00 EUR earned."
             " 7200.00 EUR to pay. The highest level is reached."),
        ),
    ],
)  # fmt: skip
def test_the_reason_says_what_was_reached_and_what_the_next_level_takes(ytd: str, quarter: int, reason: str) -> None:
    known = facts(*TRADING, site(), opening(2023, "100000"), sales("2024-01", ytd))
    assert final(known, Quarter(2024, quarter)).reason == reason


@pytest.mark.rule("R-5.4a", "R-5.4e")
def test_a_zero_after_an_earlier_payment_says_what_covers_it_and_what_is_carried() -> None:
    made = year_of("100000", ("150000", "0", "-10000"))
    assert "Nothing to pay: what was settled before covers it." in made[1].reason
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
        ("Eligibility", "R-5.2a", "Premier on 2024-03-31, a full calendar year of Sales Revenue before", "eligible"),
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


@pytest.mark.rule("R-5.4a")
def test_what_was_settled_is_listed_by_quarter() -> None:
    made = year_of("1000000", ("300000", "950000", "250000", "400000"))
    step = next(step for step in made[3].steps if step.title == "Settled before")
    assert step.working == "2024Q1: 0.00 EUR + 2024Q2: 31250.00 EUR + 2024Q3: 13750.00 EUR"


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
