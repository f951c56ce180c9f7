"""The page on reason codes lists exactly the codes there are, each with the advice that senders get."""

import re
from pathlib import Path

import pytest

from partner_program.domain.advice import advice_for
from partner_program.domain.outcomes import ReasonCode

PAGE = Path(__file__).parents[3] / "docs" / "reason-codes.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+) \|$", re.MULTILINE)


def test_the_page_lists_every_code_once_in_order_with_its_advice() -> None:
    assert ROW.findall(PAGE.read_text()) == [(code.value, advice_for(code)) for code in ReasonCode]


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_code_says_what_to_do_in_a_sentence(code: ReasonCode) -> None:
    advice = advice_for(code)
    assert advice[0].isupper()
    assert advice.endswith(".")
    assert 10 < len(advice) <= 100
