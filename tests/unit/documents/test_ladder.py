"""The ladder of a statement as a picture: what stands where (R-5.3)."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.adapters.statement_documents.ladder import (
    BOTTOM,
    LABEL_HEIGHT,
    TOP,
    Ladder,
    Mark,
    MarkKind,
    height_of,
    ladder_of,
    spread,
)
from partner_program.domain.accelerator.policies import policies
from partner_program.domain.accelerator.statement import Statement
from tests.fakes.records import day, rulebook
from tests.unit.documents.statements import statement

NB = "\u00a0"
FULL = TOP - BOTTOM


def ladder(made: Statement) -> Ladder:
    drawn = ladder_of(made)
    assert drawn is not None
    return drawn


@pytest.mark.rule("R-5.3")
def test_last_year_goal_and_levels_stand_in_order_each_at_its_share_of_the_height() -> None:
    marks = ladder(statement()).marks
    assert [mark.title for mark in marks] == [
        "Last year",
        "Goal, 120 % of last year: rate 2.5 %, reached",
        "150 % of last year: rate 3 %, reached",
        "180 % of last year: rate 4 %, not reached",
    ]
    top = Decimal(1_800_000) * Decimal("1.12")
    shares = [Decimal(amount) / top for amount in (1_000_000, 1_200_000, 1_500_000, 1_800_000)]
    assert [mark.height - BOTTOM for mark in marks] == [round(share * FULL) for share in shares]
    assert marks[1].text == f"1{NB}200{NB}000.00{NB}EUR, worth 30{NB}000.00{NB}EUR"


@pytest.mark.rule("R-5.3")
@pytest.mark.parametrize(
    ("ytd", "text"),
    [("1199999.99", "119.9"), ("1200000", "120"), ("1200000.01", "120"), ("1500000", "150"), ("1799999.99", "179.9")],
)
def test_the_partner_stands_at_its_revenue_and_no_share_is_rounded_up_to_a_level(ytd: str, text: str) -> None:
    drawn = ladder(statement(ytd))
    assert drawn.standing.text == f"{text}{NB}% of last year"
    assert drawn.standing.note == ""
    goal = next(mark for mark in drawn.marks if mark.title.startswith("Goal"))
    assert (drawn.standing.height >= goal.height) is (Decimal(ytd) >= 1_199_999)


def test_exactly_on_a_level_the_partner_stands_exactly_at_its_rung() -> None:
    drawn = ladder(statement("1500000"))
    assert [mark.height for mark in drawn.marks if mark.title.startswith("150")] == [drawn.standing.height]


@pytest.mark.parametrize(
    ("ytd", "height", "note"),
    [
        ("-0.01", BOTTOM, "below zero: beyond the lower edge of this picture"),
        ("0", BOTTOM, ""),
        ("2016000", TOP, ""),
        ("2016000.01", TOP, "beyond the upper edge of this picture"),
        ("99000000", TOP, "beyond the upper edge of this picture"),
    ],
)
def test_what_does_not_fit_stands_at_the_edge_with_a_note(ytd: str, height: int, note: str) -> None:
    drawn = ladder(statement(ytd))
    assert (drawn.standing.height, drawn.standing.note) == (height, note)


@pytest.mark.rule("R-5.3b")
def test_the_cap_is_a_mark_where_it_cuts_the_base() -> None:
    marks = ladder(statement("1900000", base="1800000", rate="4")).marks
    (cap,) = [mark for mark in marks if mark.kind is MarkKind.CAP]
    assert cap.text.startswith(f"1{NB}800{NB}000.00{NB}EUR;")
    assert cap.height == marks[-2].height
    assert cap.reached
    assert cap.label_height - marks[-2].label_height >= LABEL_HEIGHT


@pytest.mark.rule("R-5.3b")
@pytest.mark.parametrize(("extra", "caps"), [("", 1), ('"accelerator.cap_applies" = false\n', 0)])
def test_a_cap_in_force_that_does_not_cut_yet_is_a_mark_too(extra: str, caps: int) -> None:
    """Against the policies that real statements carry: another wording there fails here."""
    in_force = policies((), day("2024-09-30"), rulebook(extra))
    marks = ladder(statement(policies=in_force)).marks
    found = [mark for mark in marks if mark.kind is MarkKind.CAP]
    assert not any(mark.reached for mark in found)
    assert [mark.text.partition(";")[0] for mark in found] == [f"1{NB}800{NB}000.00{NB}EUR"] * caps


@pytest.mark.parametrize("change", [{"ladder": ()}, {"prev_year_revenue": Decimal(0)},
                                    {"prev_year_revenue": Decimal(-1)}])  # fmt: skip
def test_without_levels_or_revenue_last_year_there_is_no_picture(change: dict[str, object]) -> None:
    assert ladder_of(statement(**change)) is None  # type: ignore[arg-type]  # fields by name


def test_the_description_tells_everything_that_the_picture_shows() -> None:
    drawn = ladder(statement())
    for mark in drawn.marks:
        assert mark.title in drawn.description
        assert mark.text in drawn.description
    assert drawn.standing.title in drawn.description


@given(st.lists(st.integers(BOTTOM, TOP), max_size=9))
def test_labels_keep_their_distance_and_their_order_and_stay_in_the_picture(heights: list[int]) -> None:
    marks = [Mark(MarkKind.LEVEL, height, height, "", "", reached=True) for height in sorted(heights)]
    placed = [mark.label_height for mark in spread(marks)]
    assert all(BOTTOM <= height <= TOP for height in placed)
    assert all(above - below >= LABEL_HEIGHT for below, above in pairwise(placed))


@given(st.decimals("0", "100", places=3), st.decimals("0", "100", places=3))
def test_more_revenue_never_stands_lower(one: Decimal, other: Decimal) -> None:
    lower, higher = sorted((one, other))
    assert height_of(lower, Decimal(50)) <= height_of(higher, Decimal(50))
