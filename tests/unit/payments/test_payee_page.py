"""docs/payments.md says why a payout waits and who may do what, as the code has it."""

import re
from pathlib import Path

import pytest

from partner_program.domain.payments.payee import BlockCode
from partner_program.domain.payments.people import MAY, Role

PAGE = (Path(__file__).parents[3] / "docs" / "payments.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.mark.rule("R-5.4c")
def test_every_reason_to_wait_is_listed_with_what_to_do() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (.+) \| (.+) \|$", section("Why a payout waits"), re.MULTILINE)
    assert [code for code, _, _ in rows] == list(BlockCode)
    assert all(wrong.strip() and remedy.strip() for _, wrong, remedy in rows)


def test_the_table_of_roles_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \|(.+)\|$", section("Roles and four eyes"), re.MULTILINE)
    told = {act: [cell.strip() for cell in cells.split("|")] for act, cells in rows}
    assert told == {str(act): ["●" if role in roles else "" for role in Role] for act, roles in MAY.items()}
