"""How a statement's document writes amounts, days, and texts of others."""

import re
import unicodedata
from decimal import ROUND_FLOOR, Decimal, localcontext

from partner_program.adapters.mail_texts import day_text
from partner_program.domain.wording import amount_text
from partner_program.values.errors import InvalidValue
from partner_program.values.money import EXACT
from partner_program.values.periods import parse_date

NO_BREAK = "\u00a0"
"""Between groups of digits and before a unit: an amount is never torn by a line's end."""

MINUS = "\u2212"

_AMOUNT = re.compile(r"(?<![\w.-])-?[0-9]+(?:\.[0-9]+)? [A-Z]{3}\b")
_PERCENT = re.compile(r"(?<=[0-9]) %")
_ISO_DAY = re.compile(r"(?<![\w-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-])")


def money(amount: Decimal, currency: str) -> str:
    """`1 250 000.00 EUR`, exact, in groups of three digits."""
    return _grouped(amount_text(amount, currency))


def prose(text: str) -> str:
    """A text of the engine or of the vendor with amounts grouped and days written out."""
    texts = _AMOUNT.sub(lambda found: _grouped(found[0]), clean(text))
    return _PERCENT.sub(f"{NO_BREAK}%", _ISO_DAY.sub(_day, texts))


def clean(text: str) -> str:
    """Composed letters, and no control characters: nothing in a name turns the direction of what stands beside it."""
    composed = unicodedata.normalize("NFC", text)
    return "".join("\ufffd" if unicodedata.category(letter) in {"Cc", "Cf", "Cs"} else letter for letter in composed)


def share_text(part: Decimal, whole: Decimal) -> str:
    """`119.9 %`: rounded down, so that nothing looks reached that is not. `whole` is above zero."""
    with localcontext(EXACT):
        percent = (part * 100 / whole).quantize(Decimal("0.1"), rounding=ROUND_FLOOR)
    return f"{percent:f}".removesuffix(".0").replace("-", MINUS) + f"{NO_BREAK}%"


def _grouped(amount: str) -> str:
    number, _, currency = amount.partition(" ")
    whole, point, decimals = number.removeprefix("-").partition(".")
    first = len(whole) % 3
    groups = [whole[:first]] * (first > 0) + [whole[at : at + 3] for at in range(first, len(whole), 3)]
    sign = MINUS if number.startswith("-") else ""
    return f"{sign}{NO_BREAK.join(groups)}{point}{decimals}{NO_BREAK}{currency}"


def _day(found: re.Match[str]) -> str:
    try:
        return day_text(parse_date(found[0]))
    except InvalidValue:
        return found[0]  # somebody's own words


__all__ = ["NO_BREAK", "clean", "day_text", "money", "prose", "share_text"]
