"""What is wrong with the form of a parameter or a field, in codes and words of our own instead of pydantic's."""

import re
from collections.abc import Mapping
from typing import Any

from partner_program.api.codes import FormCode
from partner_program.api.texts import LINE
from partner_program.values.ids import ID_PATTERN

_MONTH = r"(199[0-9]|20[0-9]{2})-(0[1-9]|1[0-2])"
_CHOICE = re.compile(r"\((\w+(?:\|\w+)+)\)")
_UNREAD: tuple[FormCode, str] = ("wrong_form", "This cannot be read.")
_KEY = "Send an Idempotency-Key: any text of 1 to 255 visible ASCII characters, without blanks, that you choose."

MISTAKES: Mapping[str, tuple[FormCode, str]] = {
    "missing": ("missing", "This is needed."),
    "extra_forbidden": ("unknown_field", "There is no such field."),
    "enum": ("not_a_choice", "Choose {expected}."),
    "literal_error": ("not_a_choice", "Choose {expected}."),
    "bool_parsing": ("not_a_choice", "Choose true or false."),
    "value_error": ("wrong_form", "{said}"),
    "string_pattern_mismatch": ("wrong_form", "{form}"),
    "string_type": ("wrong_type", "A text is needed, in quotes."),
    "int_parsing": ("wrong_form", "A whole number is needed, in digits."),
    "int_type": ("wrong_type", "A whole number is needed, without quotes."),
    "bool_type": ("wrong_type", "true or false is needed, without quotes."),
    "list_type": ("wrong_type", "A list is needed."),
    "dict_type": ("wrong_type", "An object is needed."),
    "model_type": ("wrong_type", "An object is needed."),
    "model_attributes_type": ("wrong_type", "An object is needed."),
    "string_too_short": ("wrong_length", "{min_length} or more characters are needed."),
    "string_too_long": ("wrong_length", "At most {max_length} characters are taken."),
    "too_short": ("wrong_length", "{min_length} or more items are needed."),
    "too_long": ("wrong_length", "At most {max_length} items are taken."),
    "greater_than_equal": ("out_of_range", "It is at least {ge}."),
    "less_than_equal": ("out_of_range", "It is at most {le}."),
    "int_parsing_size": ("out_of_range", "The number is too large."),
}
"""By pydantic's type of error: every one that a request can be refused for."""


def _bare(pattern: str) -> str:
    """Without its anchors."""
    return re.sub(r"\A(\^|\\A)|(\$|\\z)\Z", "", pattern)


FORMS: Mapping[str, str] = {
    ID_PATTERN: "An id has 1 to 64 letters, digits, dots, underscores or hyphens.",
    rf"{ID_PATTERN}-[A-Z]{{2}}": "An account is written P1001-DE: the partner's id and its country.",
    r"[A-Za-z0-9-]{1,30}": "A batch is written 20240814-EUR-01.",
    r"[0-9]{4}Q[1-4]": "A quarter is written 2024Q3.",
    _MONTH: "A month is written 2024-08.",
    rf"({_MONTH}|undated)": "A month is written 2024-08; or send undated.",
    r"(199[0-9]|20[0-9]{2})": "A year is written 2024, from 1990 to 2099.",
    r"(19|20)[0-9]{2}": "A year is written 2024, from 1900 to 2099.",
    r"[1-9][0-9]{0,5}": "A number from 1 on is needed, in digits.",
    r"[A-Z]{2}": "A country is written DE (ISO 3166-1 alpha-2).",
    r"[A-Z]{3}": "A currency is written EUR (ISO 4217).",
    r"[A-Za-z0-9_-]{1,64}": "A region has 1 to 64 letters, digits, underscores or hyphens, as EMEA.",
    r"[A-Za-z_]{1,40}": "A requirement has 1 to 40 letters or underscores, as business_plan.",
    r"[a-z_]{1,32}": "1 to 32 small letters or underscores are needed.",
    r"[0-9a-f]{64}": "A digest has 64 digits and letters from a to f: send the one that was shown.",
    r"[\x21-\x7e]+": _KEY,
    _bare(LINE): "One line of text is needed: not blank, and without characters that cannot be seen.",
}
"""How what has a pattern is written, by the pattern without its anchors."""


def told(error: Mapping[str, Any]) -> tuple[FormCode, str]:
    """The code of an error as pydantic lists it, and what to do about it; the value itself is never repeated (B71)."""
    code, words = MISTAKES.get(str(error["type"]), _UNREAD)
    if tuple(error["loc"]) == ("header", "idempotency-key"):
        return code, _KEY
    context = dict(error.get("ctx", ()))
    pattern = _bare(str(context.get("pattern", "")))
    if choice := _CHOICE.fullmatch(pattern):
        return "not_a_choice", f"Choose {', '.join(choice[1].split('|'))}."
    said = str(error.get("msg", "")).removeprefix("Value error, ")
    return code, words.format(**context | {"form": FORMS.get(pattern, _UNREAD[1]), "said": said})
