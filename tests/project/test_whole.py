"""What has to be whole: every row of the bad-input catalogue has a test, and both locks hold the same versions."""

import re
from pathlib import Path

import pytest

from tests.deployed.template import REPOSITORY

FUNCTION_LOCKS = sorted((REPOSITORY / "functions").glob("*/requirements.txt"))
ROWS = {f"B{number:02d}" for number in range(1, 59)} - {"B20"}
"""Files, lines, keys and events; the catalogue has no B20, and its later rows are about what is not built yet."""


def test_every_row_of_the_catalogue_about_files_lines_keys_and_events_is_asserted_by_a_test() -> None:
    tests = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests").rglob("test_*.py")]
    assert ROWS - set(re.findall(r'"(B[0-9]{2})"', "".join(tests))) == set()


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
