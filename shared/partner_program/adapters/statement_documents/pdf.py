"""A statement as PDF, A4. The same statement gives the same bytes: no clock, no random name in the file.

The font is Bitstream Vera, which comes with reportlab and may be embedded. It has the letters of western Europe; any
other letter is set as its base letter where it has one, else as `MISSING`, and the document says so.
"""

import io
from collections.abc import Iterator
from html import escape
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from partner_program.adapters.statement_documents.content import Cells, Content, Sheet, content_of
from partner_program.adapters.statement_documents.letters import BOLD, REGULAR, Letters, load_fonts
from partner_program.adapters.statement_documents.pdf_ladder import drawing_of
from partner_program.use_cases.statement_document import StatementToShow

_Rule = tuple[str, tuple[int, int], tuple[int, int], *tuple[Any, ...]]
_INK, _GREY, _LINE = HexColor(0x1D2733), HexColor(0x5B6776), HexColor(0xD8DEE5)
_MARGIN = 17 * mm
_WIDTH = A4[0] - 2 * _MARGIN - 12  # the frame keeps six points free on each side
_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=8, leading=10.5, textColor=_INK)
_RIGHT = ParagraphStyle("right", parent=_TEXT, alignment=TA_RIGHT)
_BOLD = ParagraphStyle("bold", parent=_TEXT, fontName=BOLD)
_BOLD_RIGHT = ParagraphStyle("bold right", parent=_RIGHT, fontName=BOLD)
_SMALL = ParagraphStyle("small", parent=_TEXT, fontSize=7, leading=9, textColor=_GREY)
_HEAD = ParagraphStyle("head", parent=_SMALL, fontName=BOLD)
_HEAD_RIGHT = ParagraphStyle("head right", parent=_HEAD, alignment=TA_RIGHT)
_TITLE = ParagraphStyle("title", parent=_BOLD, fontSize=17, leading=21)
_PARTNER = ParagraphStyle("partner", parent=_TEXT, fontSize=11, leading=15, spaceAfter=4)
_SECTION = ParagraphStyle("section", parent=_BOLD, fontSize=10.5, leading=14, spaceBefore=12, spaceAfter=4)
_HEADLINE = ParagraphStyle("headline", parent=_BOLD, fontSize=15, leading=20)


class PdfStatement:
    """A `StatementRenderer`."""

    suffix = ".pdf"
    content_type = "application/pdf"

    def render(self, shown: StatementToShow) -> bytes:
        """The whole file in memory: some tens of kilobytes."""
        load_fonts()
        content, letters, file = content_of(shown), Letters(), io.BytesIO()
        story = list(_story(content, letters))
        document = SimpleDocTemplate(
            file,
            pagesize=A4,
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            topMargin=_MARGIN,
            bottomMargin=_MARGIN,
            title=f"{content.title}, {content.partner}",
            author="The Partner Program",
            lang="en",
            invariant=1,
        )
        foot = letters(f"{content.title} \u2013 {content.about[0][1]}")

        def footer(canvas: Canvas, page: SimpleDocTemplate) -> None:
            canvas.setFont(REGULAR, 7)
            canvas.setFillColor(_GREY)
            canvas.drawString(_MARGIN, 9 * mm, foot)
            canvas.drawRightString(A4[0] - _MARGIN, 9 * mm, f"Page {page.page}")

        document.build(story, onFirstPage=footer, onLaterPages=footer)
        return file.getvalue()


def _story(content: Content, letters: Letters) -> Iterator[Flowable]:
    yield _paragraph(content.title, _TITLE, letters)
    yield _paragraph(content.partner, _PARTNER, letters)
    yield _pairs(content.about, letters)
    yield Spacer(1, 8)
    yield _outcome(content, letters)
    yield KeepTogether([_paragraph("Where the account stands", _SECTION, letters), *_ladder(content, letters)])
    for sheet in content.sheets:
        yield from _sheet(sheet, letters)
    yield Spacer(1, 12)
    if content.contact:
        yield _paragraph(f"Questions? Sales support {content.contact_of}: {content.contact}", _TEXT, letters)
    yield _pairs(content.foot, letters)
    if letters.note:
        yield _paragraph(letters.note, _SMALL, letters)


def _ladder(content: Content, letters: Letters) -> Iterator[Flowable]:
    if content.ladder is None:
        yield _paragraph(content.instead_of_ladder, _TEXT, letters)
        return
    yield drawing_of(content.ladder, _WIDTH, letters)
    if content.ladder.standing.note:
        yield _paragraph(f"{content.ladder.standing.title} is {content.ladder.standing.note}.", _TEXT, letters)


def _outcome(content: Content, letters: Letters) -> Flowable:
    texts = [_paragraph(content.headline, _HEADLINE, letters)]
    texts += [_paragraph(text, _TEXT, letters) for text in (content.under_headline, content.reason) if text]
    edge, ground = (HexColor(0x1F5FA8), HexColor(0xF0F5FB)) if content.pays else (_GREY, HexColor(0xF4F5F6))
    return _table([[text] for text in texts], [_WIDTH], ("LINEBEFORE", edge, 4), ground)


def _table(rows: list[list[Flowable]], widths: list[float], edge: tuple[str, Color, int], ground: Color) -> Table:
    style = TableStyle(
        [
            (edge[0], (0, 0), (0, -1), edge[2], edge[1]),
            ("BACKGROUND", (0, 0), (-1, -1), ground),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return Table(rows, widths, style=style, splitInRow=1)


def _pairs(pairs: tuple[tuple[str, str], ...], letters: Letters) -> Table:
    rows = [[_paragraph(name, _SMALL, letters), _paragraph(value, _TEXT, letters)] for name, value in pairs]
    style = [("PADDING", (0, 0), (-1, -1), 1), ("LEFTPADDING", (0, 0), (0, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    return Table(rows, [_WIDTH * 15 // 100, _WIDTH * 85 // 100], style=TableStyle(style), splitInRow=1)


def _sheet(sheet: Sheet, letters: Letters) -> Iterator[Flowable]:
    yield CondPageBreak(35 * mm)
    yield _paragraph(sheet.title, _SECTION, letters)
    if sheet.note:
        yield _paragraph(sheet.note, _TEXT, letters)
    if not sheet.rows:
        return
    has_head = bool(sheet.columns[0].heading)
    rows = [list(_row(sheet, row, index, letters)) for index, row in enumerate(sheet.rows)]
    if has_head:
        rows.insert(0, list(_head(sheet, letters)))
    style: list[_Rule] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("LEFTPADDING", (1, 0), (-1, -1), 7),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ]
    parts = sum(column.width for column in sheet.columns)
    widths = [_WIDTH * column.width / parts for column in sheet.columns]
    yield Table(rows, widths, style=TableStyle(style), repeatRows=int(has_head), splitInRow=1)


def _head(sheet: Sheet, letters: Letters) -> Iterator[Flowable]:
    for column in sheet.columns:
        yield _paragraph(column.heading, _HEAD_RIGHT if column.cells is Cells.NUMBER else _HEAD, letters)


def _row(sheet: Sheet, row: tuple[str, ...], index: int, letters: Letters) -> Iterator[Flowable]:
    is_total = sheet.last_is_total and index == len(sheet.rows) - 1
    for column, cell in zip(sheet.columns, row, strict=True):
        if column.cells is Cells.NUMBER:
            yield _paragraph(cell, _BOLD_RIGHT if is_total else _RIGHT, letters)
        else:
            yield _paragraph(cell, _BOLD if is_total else _TEXT, letters)


def _paragraph(text: str, style: ParagraphStyle, letters: Letters) -> Paragraph:
    """Markup characters of a text are text."""
    return Paragraph(escape(letters(text), quote=False), style)
