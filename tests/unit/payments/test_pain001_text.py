"""Text for banks is in the characters that every bank takes, and never empty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner_program.adapters.bank_text import bank_text
from tests.fakes.bank_letters import is_bank_text

SAID = {
    "Müller & Söhne GmbH": "Muller + Sohne GmbH",
    "Straße": "Strasse",
    "Łódź Æro Ørsted þing": "Lodz Aero Orsted thing",
    "İstanbul ışık": "Istanbul isik",
    "Ελληνική Τράπεζα": "Elliniki Trapeza",
    "Българска Фирма ЕООД": "Balgarska Firma EOOD",
    "Щука": "Shchuka",
    "Konzum „Đorđe“": "Konzum 'Dorde'",
    "Ｆｕｌｌ ｗｉｄｔｈ": "Full width",
    "a_b@c;d": "a-b(at)c,d",
    "A\u00a0B\tC\nD": "A B C D",
    "zero\u200bwidth \u202emirror": "zerowidth mirror",
    "€ 5": "EUR 5",
    "株式会社 ABC": ".... ABC",
}


@pytest.mark.parametrize("text", SAID)
def test_letters_are_written_in_latin_and_signs_by_their_nearest(text: str) -> None:
    assert bank_text(text, 70, "P1-JP") == SAID[text]


@pytest.mark.parametrize("text", ["", " ", "...", "株式会社", "\u0301", "\u200b", "مصر", "- / -"])
def test_a_name_of_which_nothing_is_left_is_told_by_its_account(text: str) -> None:
    assert bank_text(text, 70, "P_1-JP") == "P-1-JP"


def test_a_cut_leaves_no_blank_at_its_end() -> None:
    assert [bank_text("abc def", longest, "x") for longest in (3, 4, 5)] == ["abc", "abc", "abc d"]


@given(st.text(max_size=80), st.integers(1, 140))
def test_whatever_the_text_every_bank_takes_it(text: str, longest: int) -> None:
    said = bank_text(text, longest, "P0001-DE")
    assert is_bank_text(said)
    assert 0 < len(said) <= longest
    assert said == said.strip()
    assert bank_text(said, longest, "P0001-DE") == said


@pytest.mark.parametrize(("text", "taken"), [("A-z0-9 /?:().,'+", True), ("ä", False), ("&", False), ("a\n", False)])
def test_what_banks_take_is_their_character_set(text: str, taken: bool) -> None:
    assert is_bank_text(text) is taken
