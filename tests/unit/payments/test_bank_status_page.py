"""docs/payments.md tells every code of bank status files, and exactly the statuses that are read."""

import re
from pathlib import Path

import pytest

from partner_program.adapters import pain002
from partner_program.adapters.pain002 import VERSIONS
from partner_program.adapters.payment_listing import COLUMNS
from partner_program.domain.payments.bank_status import Answer, StatusCode, what_to_do

PAGE = (Path(__file__).parents[3] / "docs" / "payments.md").read_text()
FILES = PAGE.partition("\n## Payment files\n")[2].partition("\n## ")[0]
STATUS = PAGE.partition("\n## Bank status\n")[2].partition("\n## ")[0]
ROW = re.compile(r"^\| `([A-Z0-9_]+)` \| (.+) \|$", re.MULTILINE)
KINDS = {"paid": Answer.PAID, "rejected": Answer.REJECTED, "pending": Answer.PENDING}


def test_the_page_lists_every_code_once_in_order_with_what_to_do() -> None:
    assert ROW.findall(STATUS) == [(code.value, what_to_do(code)) for code in StatusCode]


def test_the_page_says_how_many_of_the_codes_refuse_a_file() -> None:
    assert list(StatusCode).index(StatusCode.MISSING_COLUMN) == 13
    assert "first fourteen, up to `MISSING_COLUMN`" in STATUS


@pytest.mark.parametrize("word", KINDS)
def test_the_page_lists_the_statuses_of_banks(word: str) -> None:
    (line,) = re.findall(rf"^\| (`[A-Z].*`{word}`) \|", STATUS, re.MULTILINE)
    of_page = set(re.findall(r"`([A-Z]{4})`", line))
    assert of_page == {status for status, answer in pain002._ANSWERS.items() if answer is KINDS[word]}


def test_the_page_names_the_versions_and_the_columns() -> None:
    assert all(f"`{version}`" in STATUS for version in VERSIONS)
    assert all(f"`{column}`" in FILES for column in COLUMNS)
