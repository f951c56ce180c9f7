"""Stretches of days: when a fact counts, and how many count at once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` up to, not including, `end`; without an end it goes on."""

    start: date
    end: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the day belongs to it."""
        return self.start <= day and (self.end is None or day < self.end)

    def common_with(self, other: "Span") -> "Span | None":
        """The days of both, or None."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        end = min(ends, default=None)
        return None if end is not None and end <= start else Span(start, end)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same days as few spans in order: those that overlap or touch become one."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if span.end is not None and span.end <= span.start:
            continue
        last = result[-1] if result else None
        if last is None or (last.end is not None and last.end < span.start):
            result.append(span)
        elif last.end is not None:
            result[-1] = Span(last.start, None if span.end is None else max(last.end, span.end))
    return tuple(result)


class Counts:
    """How many of some things count, day by day. Each thing gives the spans in which it counts."""

    def __init__(self, things: Iterable[Sequence[Span]]) -> None:
        steps: Counter[date] = Counter()
        for spans in things:
            for span in merged(spans):
                steps[span.start] += 1
                if span.end is not None:
                    steps[span.end] -= 1
        self._levels: list[tuple[date, int]] = [(date.min, 0)]
        for day in sorted(steps):
            self._levels.append((day, self._levels[-1][1] + steps[day]))

    def on(self, day: date) -> int:
        """How many count on a day."""
        return next(count for start, count in reversed(self._levels) if start <= day)

    def after(self, day: date) -> tuple[tuple[date, int], ...]:
        """The later days from which another number counts, each with its number, in order."""
        return tuple((start, count) for start, count in self._levels if start > day)

    def enough(self, required: int) -> tuple[Span, ...]:
        """The days on which at least `required` count, as spans."""
        ends = [start for start, _ in self._levels[1:]] + [None]
        return merged(
            Span(start, end) for (start, count), end in zip(self._levels, ends, strict=True) if count >= required
        )


def complement(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The days that belong to none of the merged spans."""
    gaps: list[Span] = []
    start: date | None = date.min
    for span in spans:
        if start is not None and start < span.start:
            gaps.append(Span(start, span.start))
        start = span.end
    if start is not None:
        gaps.append(Span(start))
    return tuple(gaps)


def run_around(spans: Sequence[Span], day: date) -> tuple[bool, Span]:
    """Whether a day belongs to the merged spans, and the unbroken run of such days, or of none, around it."""
    held = next((span for span in spans if span.holds_on(day)), None)
    if held is not None:
        return True, held
    return False, next(gap for gap in complement(spans) if gap.holds_on(day))
