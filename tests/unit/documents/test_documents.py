"""What the documents tell a reader to do or to open exists."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from local.cli import app

ROOT = Path(__file__).parents[3]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)\)")
COMMAND = re.compile(r"^\s*(?:\.venv/bin/)?partner-program (.+)$", re.MULTILINE)
TARGET = re.compile(r"(?:^|`)make ([a-z0-9-]+)", re.MULTILINE)
IDS = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_every_link_leads_to_a_file(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_every_command_of_ours_exists_with_its_options(document: Path) -> None:
    lines = COMMAND.findall(document.read_text(encoding="utf-8"))
    assert [line for line in lines if _unknown(shlex.split(line, comments=True))] == []


def test_the_check_of_commands_notices_what_does_not_exist() -> None:
    assert _unknown(["play", "DIR", "--out", "OUT"]) == []
    assert _unknown(["play", "DIR", "--output", "OUT"]) == ["--output"]
    assert _unknown(["rulebook", "show", "--on", "2025-01-01"]) == []
    assert _unknown(["--help"]) == _unknown(["rulebook", "--help"]) == []
    assert _unknown(["rulebook", "publish"]) == ["publish"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(TARGET.findall(document.read_text(encoding="utf-8"))) <= targets


def test_decisions_are_numbered_without_gap_or_repeat_and_listed_in_the_index_as_they_are_titled() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    pages = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    for page in pages:
        number, title = page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(" ", 1)
        assert f"| [{number}]({page.name}) | {title}" in index


def _unknown(words: list[str]) -> list[str]:
    """The words of a command line that name no command or option."""
    command = get_command(app)
    while (commands := getattr(command, "commands", None)) is not None and words != ["--help"]:
        if words[0] not in commands:
            return [words[0]]
        command, words = commands[words[0]], words[1:]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return [word for word in words if word.startswith("--") and word not in known]
