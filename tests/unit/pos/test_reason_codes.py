"""The page on reason codes lists exactly the codes there are, each with the sentence that senders get."""

import re
from pathlib import Path

import pytest

from partner_program.domain.files.outcomes import ReasonCode
from partner_program.domain.files.what_to_do import what_to_do

PAGE = Path(__file__).parents[3] / "docs" / "reason-codes.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+) \|$", re.MULTILINE)


def test_the_page_lists_every_code_once_in_order_with_what_to_do() -> None:
    assert ROW.findall(PAGE.read_text()) == [(code.value, what_to_do(code)) for code in ReasonCode]


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_code_says_what_to_do_in_a_sentence(code: ReasonCode) -> None:
    sentence = what_to_do(code)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert 10 < len(sentence) <= 100
