"""Texts that people send and others read: every character is there to be seen (B69)."""

import pytest
from pydantic import TypeAdapter, ValidationError

from partner_program.api.texts import LONGEST_REASON, DocumentText, ReasonText

LINES = [
    pytest.param(TypeAdapter(kind), id=name) for name, kind in (("reason", ReasonText), ("document", DocumentText))
]


@pytest.mark.catalogue("B69")
@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    "text",
    ["", " ", "\u00a0", "\u3000 \u2003", "\u200b", "\u3164", "\ufe0f", "\u2800", "a\nb", "a\tb", "a\r", "a\x85b",
     "a\x00", "pay\u202ex", "a\u2028b", "a\u2029b", "a\ufeffb", "a\u200bb", "a\u00adb", "a\u2066b", "a\U000e0041"],
    ids=ascii,
)  # fmt: skip
def test_a_line_that_is_blank_or_has_what_cannot_be_seen_is_refused(line: TypeAdapter[str], text: str) -> None:
    with pytest.raises(ValidationError):
        line.validate_python(text)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    "text",
    ["a", "the letter of the bank came", " disputed ", "Größe für 5 €", "銀行の手紙", "قرار", "ok \u2764\ufe0f", "«–»"],
)
def test_any_writing_that_can_be_seen_is_taken(line: TypeAdapter[str], text: str) -> None:
    assert line.validate_python(text) == text


def test_a_reason_has_at_most_500_characters() -> None:
    assert TypeAdapter(ReasonText).validate_python("x" * LONGEST_REASON)
    with pytest.raises(ValidationError):
        TypeAdapter(ReasonText).validate_python("x" * (LONGEST_REASON + 1))
