"""Which letters the PDF's font has, and what stands for those it has not."""

import unicodedata
from functools import cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "Vera"
BOLD = "VeraBd"
MISSING = "\u25ca"
"""A lozenge: no name has one of its own."""
_FOLDER = Path(reportlab.__file__).parent / "fonts"


@cache
def load_fonts() -> tuple[TTFont, ...]:
    """Register the two fonts that reportlab ships, once in a process."""
    fonts = tuple(TTFont(name, _FOLDER / f"{name}.ttf") for name in (REGULAR, BOLD))
    for font in fonts:
        pdfmetrics.registerFont(font)
    return fonts


@cache
def _known() -> frozenset[int]:
    return frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in load_fonts())) - {0xFFFF}


class Letters:
    """Replaces, through a document, what the font does not have, and knows afterwards what to say about it."""

    def __init__(self) -> None:
        self._simplified = False
        self._missing = False

    def __call__(self, text: str) -> str:
        """The text in letters of the font."""
        return "".join(map(self._shown, text))

    @property
    def note(self) -> str:
        """What a reader has to know; empty where every letter is as it was."""
        said = []
        if self._simplified:
            said.append("Some letters are set here without their accents.")
        if self._missing:
            said.append(f"{MISSING} stands for a letter that the font of this file does not have.")
        return " ".join([*said, "The HTML statement shows all of them."]) if said else ""

    def _shown(self, letter: str) -> str:
        if ord(letter) in _known():
            return letter
        if letter.isspace():
            return " "
        base = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
        if base and all(ord(part) in _known() for part in base):
            self._simplified = True
            return base
        self._missing = True
        return MISSING
