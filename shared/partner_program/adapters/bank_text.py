"""Text for banks: the characters that every bank takes (SWIFT character set x, as the EPC prescribes it for SEPA).

Latin letters lose their accents, Greek and Cyrillic ones are written in Latin, what cannot be said becomes a point.
"""

import re
import unicodedata

_TAKEN = re.compile(r"[A-Za-z0-9/?:().,'+ -]*")
_SPOKEN = re.compile(r"[A-Za-z0-9]")

_GREEK = dict(
    zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(), strict=True)
)
_CYRILLIC = dict(
    zip(
        "абвгдежзиклмнопрстуфхцчшщъыьэюяђєіјљњћџґ",
        "a b v g d e zh z i k l m n o p r s t u f kh ts ch sh shch a y . e yu ya dj ye i j lj nj c dz g".split(),
        strict=True,
    )
) | {"ь": ""}
_LATIN = dict(zip("ßæœøđðħ\u0131łŋþ", "ss ae oe o d d h i l ng th".split(), strict=True))
_SIGNS = {
    "&": "+", "_": "-", "@": "(at)", "€": "EUR", "\u2019": "'", "\u2018": "'", "`": "'", '"': "'",
    "\u201e": "'", "\u201c": "'", "\u201d": "'", "«": "'", "»": "'", ";": ",", "[": "(", "]": ")", "{": "(", "}": ")",
    "\\": "/", "|": "/", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2044": "/",
}  # fmt: skip
_LETTERS = _LATIN | _GREEK | _CYRILLIC
_UNKNOWN = "."


def bank_text(text: str, longest: int, instead: str) -> str:
    """A text in the banks' character set, at most `longest` characters of it.

    `instead` is taken where no letter or digit is left, e.g. of a name in Chinese characters: a bank refuses an empty
    name, and points tell nobody anything.
    """
    said = _in_latin(text)[:longest].strip()
    return said if _SPOKEN.search(said) else _in_latin(instead)[:longest].strip()


def _in_latin(text: str) -> str:
    # Compatibility forms first (ligatures, full width, circled); the accents of the letters fall in `_said`.
    return " ".join("".join(map(_said, unicodedata.normalize("NFKC", text))).split())


def _said(character: str) -> str:
    if _TAKEN.fullmatch(character):
        return character
    if character in _SIGNS:
        return _SIGNS[character]
    if character.isspace():
        return " "
    bare = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return "".join(map(_bare, bare))


def _bare(character: str) -> str:
    if _TAKEN.fullmatch(character):
        return character
    spelled = _LETTERS.get(character.lower())
    if spelled is not None:
        return spelled.capitalize() if character.isupper() else spelled
    # A combining sign or an invisible character says nothing by itself.
    return "" if unicodedata.category(character) in ("Mn", "Me", "Cc", "Cf") else _UNKNOWN
