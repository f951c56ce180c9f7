"""Since when revenue reaches a threshold: by the reports known, over the year's turn and its close (R-3.4)."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from partner_program.domain.tiers.spans import Span
from partner_program.domain.yearly_revenue import days_reaching
from tests.fakes.records import Known, baseline, day, facts, opening, sales

ON = "2024-06-30"
THRESHOLD = Decimal(50000)


@dataclass(frozen=True)
class Case:
    """What is recorded, and the spans (first day, first day after) on which 50 000 was reached."""

    title: str
    known: tuple[Known, ...]
    reached: tuple[tuple[str, str | None], ...]


CASES = [
    Case("nothing sold", (), ()),
    Case("a report of this year", (sales("2024-03", "50000", known="2024-04-05"),), (("2024-04-05", None),)),
    Case("a cent short", (sales("2024-03", "49999.99", known="2024-04-05"),), ()),
    Case(
        "reached last year, it carries on into this one",
        (sales("2023-11", "50000", known="2023-12-05"),), (("2023-12-05", None),),
    ),
    Case(
        "last year's late lines count from the day they are known",
        (sales("2023-11", "49999", known="2023-12-05"), sales("2023-12", "1", known="2024-02-10")),
        (("2024-02-10", None),),
    ),
    Case(
        "the two years are not added up",
        (sales("2023-11", "30000", known="2023-12-05"), sales("2024-01", "30000", known="2024-02-05")), (),
    ),
    Case(
        "what carried last year ends with it",
        (opening(2022, "50000"), sales("2023-05", "10", known="2023-06-05")), (("2023-01-01", "2024-01-01"),),
    ),
    Case(
        "opening revenue of last year counts from its first day, of this year from this one's",
        (opening(2023, "50000"),), (("2023-01-01", None),),
    ),
    Case("opening revenue of this year", (opening(2024, "50000"),), (("2024-01-01", None),)),
    Case(
        "a baseline frozen lower ends it on the day it is frozen",
        (sales("2023-11", "60000", known="2023-12-05"), baseline(2023, "49999.99", "2024-01-30")),
        (("2023-12-05", "2024-01-30"),),
    ),
    Case(
        "a baseline frozen higher begins it",
        (sales("2023-11", "40000", known="2023-12-05"), baseline(2023, "50000", "2024-01-30")),
        (("2024-01-30", None),),
    ),
    Case(
        "a return interrupts it",
        (
            sales("2024-01", "50000", known="2024-02-05"), sales("2024-02", "-1", known="2024-03-05"),
            sales("2024-03", "1", known="2024-04-05"),
        ),
        (("2024-02-05", "2024-03-05"), ("2024-04-05", None)),
    ),
    Case("a month still to come is left out", (sales("2024-07", "50000", known="2024-06-30"),), ()),
    Case(
        "this month counts, and what says that it is known later only is known today",
        (sales("2024-06", "50000", known="2024-07-05"),), (("2024-06-30", None),),
    ),
]  # fmt: skip


@pytest.mark.rule("R-3.1a", "R-3.4a", "R-3.4b")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_the_days_on_which_the_threshold_was_known_to_be_reached(case: Case) -> None:
    spans = days_reaching(facts(*case.known), THRESHOLD, day(ON))
    expected = tuple(Span(day(first), None if end is None else day(end)) for first, end in case.reached)
    assert spans == expected
