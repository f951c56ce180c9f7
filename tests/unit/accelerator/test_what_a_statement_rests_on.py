"""Contributions, ladder and policies of a statement: what it was computed from, with its sources (R-5)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.accelerator.statement import Statement
from partner_program.domain.revenue import ClassTotal, Contribution
from partner_program.values.periods import Quarter
from tests.fakes.records import Known, baseline, facts, opening, rulebook, sales, site
from tests.fakes.statements import CAPPED, TRADING, UNCAPPED, final, year_of

Q1, Q2 = Quarter(2024, 1), Quarter(2024, 2)
KNOWN: list[Known] = [*TRADING, site(), opening(2023, "100000")]


def sold(month: str, part: int = 0, **classes: tuple[int, str, str]) -> Contribution:
    """Product class = (lines, billed, credit)."""
    by_class = {
        name: ClassTotal(lines=lines, billed=Decimal(billed), credit=Decimal(credit))
        for name, (lines, billed, credit) in classes.items()
    }
    return sales(month, "0", part=part).model_copy(update={"by_class": by_class})


def rows(made: Statement) -> list[tuple[str, str, int, str, str, str]]:
    return [
        (i.month, i.product_class, i.lines, str(i.billed), str(i.weight_pct), str(i.credit)) for i in made.contributions
    ]


# -- contributions


@pytest.mark.rule("R-2.2a", "R-5.4a")
def test_contributions_are_by_month_and_class_with_their_weight() -> None:
    made = final(
        facts(
            *KNOWN,
            sold("2024-04", hardware=(3, "50000.01", "25000.005"), software=(1, "7", "7"), services=(1, "700", "0")),
            sold("2024-04", 1, software=(2, "-3.5", "-3.5")),
            sold("2024-02", care=(1, "10", "10")),
        ),
        Q2,
    )
    assert rows(made) == [
        ("2024-02", "care", 1, "10", "100", "10"),
        ("2024-04", "hardware", 3, "50000.01", "50", "25000.005"),
        ("2024-04", "services", 1, "700", "0", "0"),
        ("2024-04", "software", 3, "3.5", "100", "3.5"),
    ]
    assert sum((item.credit for item in made.contributions), Decimal(0)) == made.ytd_revenue


@pytest.mark.rule("R-5.4a")
def test_contributions_are_those_of_the_year_up_to_the_quarter() -> None:
    known = facts(*KNOWN, *(sales(month, "1") for month in ("2023-12", "2024-01", "2024-03", "2024-04", "2025-01")))
    assert [item.month for item in final(known, Q1).contributions] == ["2024-01", "2024-03"]


@pytest.mark.rule("R-2.2a")
def test_lines_credited_by_different_shares_have_no_one_weight_even_where_their_sum_would_fit() -> None:
    """80 of 100 and 20 of 100 credited: half of 200 by chance only."""
    mixed = [sold("2024-01", hardware=(1, "100", "80")), sold("2024-01", 1, hardware=(1, "100", "20"))]
    assert rows(final(facts(*KNOWN, *mixed), Q1)) == [("2024-01", "hardware", 2, "200", "None", "100")]


@pytest.mark.rule("R-2.2a")
def test_the_weight_is_that_of_the_month() -> None:
    book = rulebook('"credit_share.hardware" = [{ from = 2022-01-01, value = 50 }, { from = 2024-02-01, value = 60 }]')
    known = facts(*KNOWN, sold("2024-01", hardware=(1, "10", "5")), sold("2024-02", hardware=(1, "10", "6")))
    assert [str(item.weight_pct) for item in final(known, Q1, book=book).contributions] == ["50", "60"]


# -- ladder


@pytest.mark.rule("R-5.3", "R-5.3b")
def test_the_ladder_shows_what_each_level_needs_and_is_worth_and_which_are_reached() -> None:
    made = year_of("100000", ("150000",))[0]
    marks = [
        (str(m.growth_pct), str(m.rate_pct), Decimal(m.needed), str(m.worth), m.reached) for m in made.ladder
    ]  # fmt: skip
    assert marks == [
        ("120", "2.5", Decimal(120000), "3000.00", True),
        ("150", "3", Decimal(150000), "4500.00", True),
        ("180", "4", Decimal(180000), "7200.00", False),
    ]


@pytest.mark.rule("R-5.3")
def test_each_level_is_worth_what_exactly_its_revenue_earns() -> None:
    ladder = year_of("33333.33", ("0",))[0].ladder
    for mark in ladder:
        reached = year_of("33333.33", (str(mark.needed),))[0]
        assert (reached.rate_pct, reached.earned) == (mark.rate_pct, mark.worth)


@pytest.mark.rule("R-5.2a")
@pytest.mark.parametrize("last_year", ["0", "-100"])
def test_after_a_year_that_is_not_above_zero_no_level_is_reached_or_worth_anything(last_year: str) -> None:
    made = year_of(last_year, ("500",))[0]
    assert [(str(mark.worth), mark.reached) for mark in made.ladder] == [("0.00", False)] * 3
    assert (str(made.payout), str(made.carried_out)) == ("0.00", "0.00")


# -- policies


@pytest.mark.rule("R-5.1", "R-5.3", "R-5.3b", "R-5.4b", "R-5.4d")
def test_every_value_that_entered_is_listed_with_rule_basis_and_start() -> None:
    made = final(facts(*KNOWN, sold("2024-02", hardware=(1, "2", "1"), services=(1, "1", "0"))), Q1)
    listed = {item.entry_id: (item.value, item.rule, item.basis, str(item.since)) for item in made.policies}
    levels = "2.5 % from 120 %, 3 % from 150 %, 4 % from 180 % of last year's revenue"
    assert listed == {
        "credit_share.hardware": ("50 %", "R-2.2a", "guide", "2022-01-01"),
        "credit_share.services": ("0 %", "R-2.2a", "reading", "2022-01-01"),
        "accelerator.goal": ("120 % of last year's revenue", "R-5.1, R-5.3", "guide", "2022-01-01"),
        "accelerator.levels": (levels, "R-5.3", "guide", "2022-01-01"),
        "accelerator.cap": ("180 % of last year's revenue", "R-5.3b", "reading", "2022-01-01"),
        "accelerator.cap_applies": ("yes", "R-5.3b", "reading", "2022-01-01"),
        "accelerator.full_years": ("1 calendar year", "R-5.2a", "guide", "2022-01-01"),
        "accelerator.payout_days": ("45 days", "R-5.4b", "guide", "2022-01-01"),
        "quarter.close_days": ("30 days", "R-5.4d, R-3.4b", "reading", "2022-01-01"),
    }
    assert all(item.name and item.name != item.entry_id for item in made.policies)


@pytest.mark.rule("R-5.3b")
def test_an_owners_value_is_listed_as_the_owners_from_its_day() -> None:
    book = rulebook('"accelerator.cap_applies" = [{ from = 2024-04-01, value = false }]')
    listed = []
    for quarter in (Q1, Q2):
        made = final(facts(*KNOWN), quarter, book=book)
        listed += [(p.value, p.basis, str(p.since)) for p in made.policies if p.entry_id == "accelerator.cap_applies"]
    assert listed == [("yes", "reading", "2022-01-01"), ("no", "owner", "2024-04-01")]


def test_no_accelerator_value_of_the_rulebook_is_left_out() -> None:
    named = {item.entry_id for item in final(facts(*KNOWN), Q1).policies}
    wanted = {entry.id for entry in CAPPED.entries if {"R-5.1", "R-5.3", "R-5.3b"} & set(entry.rules)}
    assert wanted - named == {item for item in wanted if item.startswith("benefit.")}


# -- the same facts, the same statement


@pytest.mark.rule("R-5.4a", "R-5.4d")
@given(st.permutations(range(8)))
def test_any_order_of_arrival_gives_the_same_bytes(order: list[int]) -> None:
    """A second statement, so that its adjustments are in it too."""
    early: list[Known] = [
        sold("2024-01", hardware=(1, "10.10", "5.050"), software=(1, "1", "1")),
        sold("2024-01", 1, software=(2, "-3.5", "-3.50")),
        sales("2024-03", "120000.25"),
        baseline(2023, "90000.5", "2024-01-30"),
    ]
    later: list[Known] = [
        sales("2024-02", "7.005", part=2),
        sold("2024-01", 3, software=(1, "-1", "-1"), care=(1, "2.50", "2.50")),
        sales("2024-05", "-2"),
        sales("2024-06", "30"),
    ]
    first = final(facts(*TRADING, site(), *early), Q1)
    wanted = final(facts(*TRADING, site(), *early, *later), Q2, [first]).model_dump_json()
    arrived = [[*early, *later][index] for index in order]
    assert final(facts(*arrived, *TRADING, site()), Q2, [first]).model_dump_json() == wanted


def test_a_statement_of_before_has_none_of_it_and_is_read_all_the_same() -> None:
    made = year_of("100000", ("1",))[0].model_dump(mode="json")
    for name in ("contributions", "ladder", "adjustments", "policies"):
        del made[name]
    assert Statement.model_validate(made).contributions == ()


@pytest.mark.rule("R-5.3b")
def test_at_the_top_the_reason_says_where_the_base_stops_or_that_it_does_not() -> None:
    assert year_of("100000", ("185000",))[0].reason.endswith("the base stops at 180000.00 EUR, 180 % of last year.")
    assert year_of("100000", ("185000",), UNCAPPED)[0].reason.endswith("its rate applies to all of YTD.")


def test_the_day_of_the_statement_changes_nothing_but_its_date() -> None:
    known = facts(*KNOWN, sales("2024-02", "125000"))
    made = final(known, Q1)
    assert made.made_on == date(2024, 4, 30)
    assert made.payable_from == date(2024, 5, 15)
