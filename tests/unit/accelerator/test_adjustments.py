"""What arrives after a final statement shows in the next one by name, and once (R-5.4d)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.accelerator.calculation import Assignment, make_statement
from partner_program.domain.accelerator.statement import Adjustment, Statement, StatementStatus
from partner_program.domain.revenue import Baseline, ClassTotal, Contribution
from partner_program.values.periods import Quarter
from tests.fakes.records import Known, baseline, day, facts, opening, sales, site
from tests.fakes.statements import CAPPED, TRADING, final

START: list[Known] = [*TRADING, site(), opening(2023, "100000"), sales("2024-02", "50000"), sales("2024-05", "80000")]
Q1, Q2, Q3, Q4 = (Quarter(2024, number) for number in (1, 2, 3, 4))


def late(month: str, credit: str, part: int = 1) -> Contribution:
    return sales(month, credit, part=part)


def restated(amount: str, on: str, revision: int = 1) -> Baseline:
    return baseline(2023, amount, "2024-01-30").model_copy(
        update={"revision": revision, "restated_on": day(on), "restated_by": "M. Controller", "reason": "late reports"}
    )


def said(statement: Statement) -> list[tuple[str, str, str]]:
    return [(item.name, item.quarter, str(item.amount)) for item in statement.adjustments]


def without_details(statement: Statement) -> Statement:
    """As statements were before they had months and policies."""
    return statement.model_copy(update={"contributions": (), "ladder": (), "adjustments": (), "policies": ()})


@pytest.mark.rule("R-5.4d")
def test_where_nothing_has_changed_there_is_no_adjustment() -> None:
    first = final(facts(*START), Q1)
    assert (first.adjustments, final(facts(*START), Q2, [first]).adjustments) == ((), ())


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F46")
def test_late_lines_and_late_returns_of_a_closed_quarter_are_named_in_the_next_statement() -> None:
    first = final(facts(*START), Q1)
    known = facts(*START, late("2024-01", "1000.005"), late("2024-02", "500", 2), late("2024-03", "-300"))
    second = final(known, Q2, [first])
    assert said(second) == [
        ("Late lines of 2024Q1", "2024Q1", "1500.005"),
        ("Late returns of 2024Q1", "2024Q1", "-300"),
    ]
    assert {item.rule for item in second.adjustments} == {"R-5.4d"}
    assert second.adjustments[0].explanation == (
        "since the final statement of 2024Q1, made on 2024-04-30:"
        " 2024-01 software 1 line, +1000.005 EUR; 2024-02 software 1 line, +500.00 EUR"
    )
    assert second.adjustments[1].explanation.endswith(": 2024-03 software 1 line, -300.00 EUR")


@pytest.mark.rule("R-5.4d")
def test_an_adjustment_is_a_step_of_the_derivation_right_after_the_revenue() -> None:
    first = final(facts(*START), Q1)
    second = final(facts(*START, late("2024-01", "-7")), Q2, [first])
    titles = [step.title for step in second.steps]
    step = second.steps[titles.index("Adjustment: Late returns of 2024Q1")]
    assert (step.rule, step.result) == ("R-5.4d", "-7.00 EUR")
    assert titles[titles.index(step.title) - 1] == "Sales Revenue 2023"


@pytest.mark.rule("R-5.4d")
def test_what_one_statement_has_named_the_next_one_does_not_name_again() -> None:
    first = final(facts(*START), Q1)
    with_late = [*START, late("2024-01", "1000")]
    second = final(facts(*with_late), Q2, [first])
    third = final(facts(*with_late, late("2024-02", "20"), late("2024-06", "-30")), Q3, [first, second])
    assert said(third) == [("Late lines of 2024Q1", "2024Q1", "20"), ("Late returns of 2024Q2", "2024Q2", "-30")]
    assert "since the final statement of 2024Q2" in third.adjustments[0].explanation


@pytest.mark.rule("R-5.4d")
def test_months_without_a_final_statement_are_not_late() -> None:
    """No statement for the second quarter: its months are as new in the third as the third's own."""
    first = final(facts(*START), Q1)
    third = final(facts(*START, late("2024-04", "9"), sales("2024-07", "5")), Q3, [first])
    assert said(third) == []


@pytest.mark.rule("R-5.4d")
def test_a_preliminary_statement_names_adjustments_and_is_none_to_compare_with() -> None:
    first = final(facts(*START), Q1)
    known = facts(*START, late("2024-01", "1000"))
    assignment = Assignment(Q2, StatementStatus.PRELIMINARY, date(2024, 6, 30))
    preliminary = make_statement(known, assignment, [first], CAPPED)
    assert said(preliminary) == said(final(known, Q2, [first, preliminary])) != []


@pytest.mark.rule("R-5.4d")
def test_a_line_and_its_return_that_even_out_are_named_with_nothing_added() -> None:
    first = final(facts(*START), Q1)
    second = final(facts(*START, late("2024-02", "70"), late("2024-02", "-70", 2)), Q2, [first])
    assert said(second) == [("Late lines of 2024Q1 that add nothing", "2024Q1", "0")]
    assert second.adjustments[0].explanation.endswith("2024-02 software 2 lines, 0.00 EUR")


@pytest.mark.rule("R-5.4d", "R-2.2a")
def test_a_class_that_is_new_in_a_month_is_named_with_its_lines() -> None:
    hardware = late("2024-02", "0").model_copy(
        update={"by_class": {"hardware": ClassTotal(lines=3, billed=Decimal(10), credit=Decimal(5))}}
    )
    first = final(facts(*START), Q1)
    second = final(facts(*START, hardware), Q2, [first])
    assert second.adjustments[0].explanation.endswith("2024-02 hardware 3 lines, +5.00 EUR")


@pytest.mark.rule("R-5.4d")
def test_lines_that_are_gone_are_named_as_taken() -> None:
    """A report of before counts as held again: its lines leave."""
    first = final(facts(*START, late("2024-03", "40")), Q1)
    second = final(facts(*START), Q2, [first])
    assert said(second) == [("Late returns of 2024Q1", "2024Q1", "-40")]
    assert second.adjustments[0].explanation.endswith("2024-03 software -1 lines, -40.00 EUR")


@pytest.mark.rule("R-5.4d")
def test_a_corrected_opening_revenue_is_named_from_and_to() -> None:
    first = final(facts(*START, opening(2024, "500.00")), Q1)
    second = final(facts(*START, opening(2024, "450.00")), Q2, [first])
    assert said(second) == [("Opening revenue of 2024 corrected", "2024Q1", "-50.00")]
    assert second.adjustments[0].explanation.endswith("made on 2024-04-30: from 500.00 EUR to 450.00 EUR")


@pytest.mark.rule("R-5.4d")
def test_against_a_statement_without_months_its_own_quarter_and_those_before_are_told_apart() -> None:
    first = final(facts(*START), Q1)
    second = without_details(final(facts(*START), Q2, [first]))
    third = final(facts(*START, late("2024-01", "-7"), late("2024-05", "3"), opening(2024, "1")), Q3, [first, second])
    assert said(third) == [
        ("Late lines and returns of quarters before 2024Q2", "2024Q2", "-6"),
        ("Late lines and returns of 2024Q2", "2024Q2", "3"),
    ]
    assert third.adjustments[1].explanation == (
        "since the final statement of 2024Q2, made on 2024-07-30: 80000.00 EUR, now 80003.00 EUR"
    )
    assert said(final(facts(*START), Q3, [first, second])) == []


@pytest.mark.rule("R-5.4d")
@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(-(10**6), 10**6), st.sampled_from(["software", "care"])), max_size=6
    )
)
def test_adjustments_add_up_to_what_the_earlier_months_have_gained(lines: Sequence[tuple[int, int, str]]) -> None:
    arrived: list[Known] = [
        late(f"2024-{month:02d}", "0", number).model_copy(
            update={"by_class": {name: ClassTotal(lines=1, billed=Decimal(cents), credit=Decimal(cents).scaleb(-3))}}
        )
        for number, (month, cents, name) in enumerate(lines, start=1)
    ]
    second = final(facts(*START), Q2)
    third = final(facts(*START, *arrived), Q3, [second])
    gained = sum((Decimal(cents) for month, cents, _ in lines if month <= 6), Decimal(0)).scaleb(-3)
    assert sum((item.amount for item in third.adjustments), Decimal(0)) == gained
    assert final(facts(*START, *arrived), Q4, [second, third]).adjustments == ()


# -- the year before


@pytest.mark.rule("R-5.4d")
def test_a_baseline_restated_since_the_last_statement_is_named_with_who_when_and_why() -> None:
    frozen = baseline(2023, "100000", "2024-01-30")
    first = final(facts(*START, frozen), Q1)
    known = facts(*START, frozen, restated("90000.5", "2024-05-02"))
    second = final(known, Q2, [first])
    (item,) = second.adjustments
    assert (item.name, item.quarter, str(item.amount)) == ("Restated baseline of 2023", "2023Q4", "-9999.5")
    assert item.explanation == (
        "since the final statement of 2024Q1, made on 2024-04-30: from 100000.00 EUR to 90000.50 EUR,"
        " restated on 2024-05-02 (late reports); goal and levels are counted from it"
    )
    assert said(final(known, Q3, [first, second])) == []


@pytest.mark.rule("R-5.4d")
def test_of_several_restatements_each_one_since_then_is_named() -> None:
    frozen, once = baseline(2023, "100000", "2024-01-30"), restated("90000", "2024-03-02")
    first = final(facts(*START, frozen, once), Q1)
    second = final(
        facts(*START, frozen, once, restated("95000", "2024-05-02", 2), restated("91000", "2024-06-02", 3)), Q2, [first]
    )
    (item,) = second.adjustments
    assert str(item.amount) == "1000"
    assert "2024-03-02" not in item.explanation
    assert "to 95000.00 EUR, restated on 2024-05-02" in item.explanation
    assert "to 91000.00 EUR, restated on 2024-06-02" in item.explanation


@pytest.mark.rule("R-5.4d")
def test_a_restatement_that_was_taken_back_is_no_adjustment() -> None:
    frozen = baseline(2023, "100000", "2024-01-30")
    first = final(facts(*START, frozen), Q1)
    known = facts(*START, frozen, restated("90000", "2024-05-02"), restated("100000", "2024-05-03", 2))
    assert said(final(known, Q2, [first])) == []


@pytest.mark.rule("R-5.4d")
def test_a_year_before_that_was_not_frozen_yet_may_have_changed_without_an_act() -> None:
    first = final(facts(*START), Q1)
    second = final(facts(*START, baseline(2023, "100001", "2024-06-30")), Q2, [first])
    (item,) = second.adjustments
    assert (item.name, str(item.amount)) == ("Sales Revenue of 2023 changed", "1")
    assert "from 100000.00 EUR to 100001.00 EUR" in item.explanation


@pytest.mark.rule("R-5.4d")
@pytest.mark.catalogue("F46")
def test_what_came_of_the_year_before_after_its_close_is_said_to_have_no_effect_in_the_years_first_statement() -> None:
    frozen = baseline(2023, "100000", "2024-01-30")
    known = facts(*START, frozen, sales("2023-12", "250", part=1), sales("2023-11", "-50"))
    first = final(known, Q1)
    (item,) = first.adjustments
    assert said(first) == [("Sales Revenue of 2023 reported after its close", "2023Q4", "0")]
    assert item.explanation == "+200.00 EUR has no effect: the baseline stands until it is restated"
    assert first.prev_year_revenue == 100000
    assert said(final(known, Q2, [first])) == []


@pytest.mark.rule("R-5.4d")
def test_the_years_first_statement_names_a_restatement_of_what_the_close_froze() -> None:
    known = facts(*START, baseline(2023, "99000", "2024-01-30"), restated("100000", "2024-02-02"))
    (item,) = final(known, Q1).adjustments
    assert (item.name, str(item.amount)) == ("Restated baseline of 2023", "1000")
    assert item.explanation.startswith(
        "frozen on 2024-01-30: from 99000.00 EUR to 100000.00 EUR, restated on 2024-02-02"
    )


def test_an_adjustment_survives_as_a_document() -> None:
    first = final(facts(*START), Q1)
    second = final(facts(*START, late("2024-01", "0.005")), Q2, [first])
    again = Statement.model_validate_json(second.model_dump_json())
    assert again == second
    assert isinstance(again.adjustments[0], Adjustment)
