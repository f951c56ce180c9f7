"""What has to be whole: every row of the catalogues that is built has a test, and the locks hold the same versions."""

import re
from pathlib import Path

import pytest

from tests.deployed.template import REPOSITORY

FUNCTION_LOCKS = sorted((REPOSITORY / "functions").glob("*/requirements.txt"))
NOT_A_RULE_HERE = {"B78"}
"""Its payee "unverified" is B73's; that an expired certificate or a case blocks what a quarter has earned is no rule of
the Guide (R-5.1: the tier on the quarter's last day decides)."""
BAD_INPUT = {f"B{number:02d}" for number in range(1, 81)} - {"B20"} - NOT_A_RULE_HERE
"""Files, lines, keys, events, requests, decisions on money, the rulebook; the catalogue has no B20."""
CANNOT_HAPPEN_HERE = {"F21", "F37", "F38", "F53"}
"""No FIFO queue, no approval that rests on a certificate, no item that expires, no snapshot of a function."""
NOT_BUILT = {"F08"}
"""Nobody looks yet for an upload whose event never came."""
FAULTS = {f"F{number:02d}" for number in range(1, 59)} - CANNOT_HAPPEN_HERE - NOT_BUILT
"""F41 and F48 as far as there is something of theirs: a bank's answer that does not come is shown and nothing is sent
again; amounts are rounded whole and never split, a payment file's sums are those of its parts."""


@pytest.mark.parametrize("rows", [BAD_INPUT, FAULTS], ids=["bad input", "faults"])
def test_every_row_of_a_catalogue_that_can_come_about_is_asserted_by_a_test(rows: set[str]) -> None:
    tests = [path for path in (REPOSITORY / "tests").rglob("test_*.py") if path != Path(__file__)]
    marked = set(re.findall(r'"([BF][0-9]{2})"', "".join(path.read_text(encoding="utf-8") for path in tests)))
    assert rows - marked == set()


def test_what_is_developed_against_is_what_ships() -> None:
    shipped, developed = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (REPOSITORY / lock).read_text(encoding="utf-8"), re.MULTILINE))
        for lock in ("shared/requirements.txt", "requirements/dev.txt")
    )
    assert shipped
    assert shipped.items() <= developed.items()


@pytest.mark.parametrize("lock", FUNCTION_LOCKS, ids=lambda lock: lock.parent.name)
def test_what_one_function_ships_of_its_own_is_what_is_developed_against_and_the_layer_has_it_alike(lock: Path) -> None:
    own, layer, developed = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE))
        for path in (lock, REPOSITORY / "shared" / "requirements.txt", REPOSITORY / "requirements" / "dev.txt")
    )
    assert own
    assert own.items() <= developed.items()
    assert {name: layer[name] for name in own.keys() & layer.keys()}.items() <= own.items()


def test_every_locked_package_has_a_hash_and_no_lock_names_a_host() -> None:
    shared = REPOSITORY / "shared" / "requirements.txt"
    for lock in (shared, *FUNCTION_LOCKS, *(REPOSITORY / "requirements").glob("*.txt")):
        text = lock.read_text(encoding="utf-8")
        pinned = re.findall(r"^[a-z0-9](?:[^\n]*\\\n)*[^\n]*", text, re.MULTILINE)
        assert pinned
        assert [package for package in pinned if "--hash=sha256:" not in package] == []
        assert "://" not in text
        assert "--index-url" not in text
