"""The ladder of R-5.3 as a picture: where last year, the goal, the levels and the partner stand, in points.

Pure geometry; the HTML draws it as SVG, the PDF with its own shapes. Heights count from the bottom, where revenue is
zero.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum

from partner_program.adapters.statement_documents.words import money, share_text
from partner_program.domain.accelerator.statement import LevelMark, Statement
from partner_program.domain.wording import percent_text
from partner_program.values.money import EXACT

WIDTH = 760
HEIGHT = 340
TOP = HEIGHT - 20
BOTTOM = 20
LABEL_HEIGHT = 34
"""Of a label of two lines: labels keep this distance, whatever the marks do."""
_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?) %")
_HEADROOM = Decimal("1.12")
"""The highest mark stands a little below the top."""


class MarkKind(StrEnum):
    """What a mark is; each looks different."""

    LAST_YEAR = "last_year"
    LEVEL = "level"
    CAP = "cap"


COLOURS = {MarkKind.LAST_YEAR: "#44505e", MarkKind.LEVEL: "#1f5fa8", MarkKind.CAP: "#b3541e"}
"""Of the rungs. What they are is said beside them: no colour tells anything alone."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A rung: its height, and its label of two lines with a height of its own."""

    kind: MarkKind
    height: int
    label_height: int
    title: str
    text: str
    reached: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the partner stands. `note` says that this is beyond the picture's edge, if it is."""

    height: int
    title: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """The picture: marks in ascending order, and what it says to those who cannot see it."""

    marks: tuple[Mark, ...]
    standing: Standing
    description: str
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP
    bottom: int = BOTTOM
    colours: Mapping[MarkKind, str] = field(default_factory=lambda: COLOURS)


def ladder_of(statement: Statement) -> Ladder | None:
    """None where there is nothing to climb: no ladder in the statement, or no revenue last year to measure by."""
    if not statement.ladder or statement.prev_year_revenue <= 0:
        return None
    with localcontext(EXACT):
        top = max([_cap(statement) or Decimal(0), *(level.needed for level in statement.ladder)]) * _HEADROOM
    marks = spread(tuple(sorted(_marks(statement, top), key=lambda mark: (mark.height, mark.kind != "last_year"))))
    standing = _standing(statement, top)
    told = "; ".join(f"{mark.title}: {mark.text}" for mark in marks)
    return Ladder(marks, standing, f"{standing.title}, {standing.text}. {told}.")


def spread(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Ascending marks with their labels moved apart, and none of them out of the picture if there is room."""
    placed: list[Mark] = []
    for mark in marks:
        lowest = placed[-1].label_height + LABEL_HEIGHT if placed else BOTTOM
        placed.append(replace(mark, label_height=max(mark.label_height, lowest)))
    ceiling = TOP
    for index in reversed(range(len(placed))):
        height = max(BOTTOM, min(placed[index].label_height, ceiling))
        placed[index] = replace(placed[index], label_height=height)
        ceiling = height - LABEL_HEIGHT
    return tuple(placed)


def height_of(amount: Decimal, top: Decimal) -> int:
    """Points above the picture's lower edge; amounts below zero and above `top` stand at the edges."""
    with localcontext(EXACT):
        share = min(max(amount / top, Decimal(0)), Decimal(1))
        return BOTTOM + int((share * (TOP - BOTTOM)).to_integral_value(ROUND_HALF_UP))


def _marks(statement: Statement, top: Decimal) -> list[Mark]:
    last_year = statement.prev_year_revenue
    reached = statement.ytd_revenue >= last_year
    currency = statement.currency
    marks = [_mark(MarkKind.LAST_YEAR, last_year, top, "Last year", money(last_year, currency), reached=reached)]
    for number, level in enumerate(statement.ladder):
        marks.append(_level(level, top, currency, is_goal=number == 0))
    cap = _cap(statement)
    if cap is not None:
        text = f"{money(cap, currency)}; beyond it revenue earns nothing more"
        marks.append(
            _mark(MarkKind.CAP, cap, top, "Cap: the rebate base stops here", text, reached=cap < statement.ytd_revenue)
        )
    return marks


def _level(level: LevelMark, top: Decimal, currency: str, *, is_goal: bool) -> Mark:
    name = "Goal, " if is_goal else ""
    state = "reached" if level.reached else "not reached"
    title = f"{name}{percent_text(level.growth_pct)} of last year: rate {percent_text(level.rate_pct)}, {state}"
    text = f"{money(level.needed, currency)}, worth {money(level.worth, currency)}"
    return _mark(MarkKind.LEVEL, level.needed, top, title, text, reached=level.reached)


def _cap(statement: Statement) -> Decimal | None:
    """Where the base stopped short of YTD, or would stop: the policies tell, from version 0.3 on (R-5.3b)."""
    if statement.rate_pct > 0 and statement.rebate_base < statement.ytd_revenue:
        return statement.rebate_base
    in_force = {policy.entry_id: policy.value for policy in statement.policies}
    growth = _PERCENT.match(in_force.get("accelerator.cap", ""))
    if growth is None or in_force.get("accelerator.cap_applies") != "yes":
        return None
    return EXACT.multiply(statement.prev_year_revenue, Decimal(growth[1]).scaleb(-2))


def _mark(kind: MarkKind, amount: Decimal, top: Decimal, title: str, text: str, *, reached: bool) -> Mark:
    height = height_of(amount, top)
    return Mark(kind, height, height, title, text, reached)


def _standing(statement: Statement, top: Decimal) -> Standing:
    ytd, last_year = statement.ytd_revenue, statement.prev_year_revenue
    note = ""
    if ytd < 0:
        note = "below zero: beyond the lower edge of this picture"
    elif ytd > top:
        note = "beyond the upper edge of this picture"
    text = f"{share_text(ytd, last_year)} of last year"
    return Standing(height_of(ytd, top), f"Now: {money(ytd, statement.currency)}", text, note)
