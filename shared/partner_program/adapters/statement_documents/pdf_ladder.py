"""The ladder in the PDF's shapes, as `templates/_ladder.html` draws it in SVG."""

from typing import Literal

from reportlab.graphics.shapes import Drawing, Group, Line, Polygon, PolyLine, Shape, String
from reportlab.lib.colors import Color, HexColor

from partner_program.adapters.statement_documents.ladder import BOTTOM, COLOURS, TOP, Ladder, Mark, MarkKind, Standing
from partner_program.adapters.statement_documents.letters import BOLD, REGULAR, Letters

_LEFT, _RIGHT, _LABELS = 236, 296, 340
_INK, _GREY, _BLUE = HexColor(0x1D2733), HexColor(0x5B6776), HexColor(0x1F5FA8)
_SIZE = 11


def drawing_of(ladder: Ladder, width: float, letters: Letters) -> Drawing:
    """As wide as the text; the letters of its labels are replaced like all others."""
    scale = width / ladder.width
    drawing = Drawing(width, ladder.height * scale)
    picture = Group(*_rails(ladder), *(_mark(mark, letters) for mark in ladder.marks))
    picture.add(_standing(ladder.standing, letters))
    picture.scale(scale, scale)
    drawing.add(picture)
    return drawing


def _rails(ladder: Ladder) -> list[Shape]:
    return [
        _filled(TOP, HexColor(0xEEF1F4)),
        _filled(ladder.standing.height, HexColor(0x8DB4E2)),
        PolyLine(
            [_LEFT, TOP, _LEFT, BOTTOM, _RIGHT, BOTTOM, _RIGHT, TOP], strokeColor=HexColor(0x44505E), strokeWidth=3
        ),
        _text(_RIGHT, BOTTOM - 14, "0", REGULAR, _GREY, "end"),
    ]


def _filled(height: int, colour: Color) -> Polygon:
    corners: list[float] = [_LEFT, BOTTOM, _RIGHT, BOTTOM, _RIGHT, height, _LEFT, height]
    return Polygon(corners, fillColor=colour, strokeColor=None)


def _mark(mark: Mark, letters: Letters) -> Group:
    ink = _INK if mark.reached else _GREY
    dashes = [] if mark.kind is MarkKind.LEVEL else [6, 4]
    return Group(
        Line(
            _LEFT, mark.height, _RIGHT, mark.height,
            strokeColor=HexColor(COLOURS[mark.kind]), strokeWidth=3, strokeDashArray=dashes,
        ),
        PolyLine(
            [_RIGHT, mark.height, _LABELS - 18, mark.label_height, _LABELS - 8, mark.label_height],
            strokeColor=HexColor(0xAAB4BF), strokeWidth=1,
        ),
        _text(_LABELS, mark.label_height + 2, letters(mark.title), BOLD, ink),
        _text(_LABELS, mark.label_height - 12, letters(mark.text), REGULAR, ink),
    )  # fmt: skip


def _standing(standing: Standing, letters: Letters) -> Group:
    at, tip = standing.height, _LEFT - 2
    return Group(
        Polygon([tip - 12, at + 7, tip, at, tip - 12, at - 7], fillColor=_BLUE, strokeColor=None),
        _text(_LEFT - 20, at + 2, letters(standing.title), BOLD, _BLUE, "end"),
        _text(_LEFT - 20, at - 12, letters(standing.text), REGULAR, _BLUE, "end"),
    )


def _text(x: int, y: int, text: str, font: str, colour: Color, anchor: Literal["start", "end"] = "start") -> String:
    return String(x, y, text, fontName=font, fontSize=_SIZE, fillColor=colour, textAnchor=anchor)
