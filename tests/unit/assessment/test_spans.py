"""Spans of days against a day-by-day count."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from partner_program.domain.tiers.spans import Counts, Span, complement, merged, run_around

FIRST = date(2024, 1, 1)
DAYS = [FIRST + timedelta(days=offset) for offset in range(40)]


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, 30))
    length = draw(st.one_of(st.none(), st.integers(0, 12)))
    return Span(DAYS[start], None if length is None else FIRST + timedelta(days=start + length))


@given(st.lists(spans(), max_size=6))
def test_merged_spans_hold_the_same_days_and_never_touch(given_spans: list[Span]) -> None:
    result = merged(given_spans)
    for day in DAYS:
        assert any(span.holds_on(day) for span in result) == any(span.holds_on(day) for span in given_spans)
    assert all(span.end is None or span.start < span.end for span in result)
    for earlier, later in pairwise(result):
        assert earlier.end is not None
        assert earlier.end < later.start


@given(st.lists(spans(), max_size=6))
def test_a_day_is_either_in_the_spans_or_in_the_gaps(given_spans: list[Span]) -> None:
    result = merged(given_spans)
    for day in DAYS:
        held = [span for span in (*result, *complement(result)) if span.holds_on(day)]
        assert len(held) == 1


@given(st.lists(st.lists(spans(), max_size=3), max_size=5), st.integers(0, 4), st.sampled_from(DAYS))
def test_counts_equal_counting_each_thing_on_each_day(things: list[list[Span]], required: int, day: date) -> None:
    counts = Counts(things)
    for other in DAYS:
        assert counts.on(other) == sum(any(span.holds_on(other) for span in thing) for thing in things)
    enough, run = run_around(counts.enough(required), day)
    assert enough == (counts.on(day) >= required)
    assert run.holds_on(day)
    for other in DAYS:
        if run.holds_on(other):
            assert (counts.on(other) >= required) == enough
    if run.end is not None and run.end in DAYS:
        assert (counts.on(run.end) >= required) != enough


@given(spans(), spans())
def test_the_common_days_of_two_spans_are_those_of_both(one: Span, other: Span) -> None:
    common = one.common_with(other)
    assert common is None or common.holds_on(common.start)
    for day in DAYS:
        both = one.holds_on(day) and other.holds_on(day)
        assert both == (common is not None and common.holds_on(day))
