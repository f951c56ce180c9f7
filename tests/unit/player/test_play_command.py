"""`play` refuses what it cannot use before anything is started, with a message and an exit code of its own."""

import json
import shlex
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from local import play_command
from local.cli import app
from local.play_command import FAILED, REFUSED
from local.player import PlayFailed, Timing
from local.results import Results

runner = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "partners.csv").write_text("partner_id,enrolled_on\nP1,2022-07-01\n")
    return tmp_path


def test_a_folder_with_nothing_to_play_is_refused(tmp_path: Path) -> None:
    result = runner.invoke(app, ["play", str(tmp_path), "--out", str(tmp_path / "out")])
    assert result.exit_code == REFUSED
    assert "holds neither" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", [b"[not toml", b"\xff\xfe"])
def test_a_rulebook_that_cannot_be_used_is_refused_with_its_mistakes(folder: Path, text: bytes) -> None:
    owner = folder / "owner.toml"
    owner.write_bytes(text)
    result = runner.invoke(app, ["play", str(folder), "--out", str(folder / "out"), "--rulebook", str(owner)])
    assert result.exit_code == REFUSED
    assert "refused:" in result.output


@pytest.mark.parametrize("option", [["--through", "2022-06-30"], ["--edition", "unknown"]])
def test_an_option_that_cannot_be_played_is_refused(folder: Path, option: list[str]) -> None:
    result = runner.invoke(app, ["play", str(folder), "--out", str(folder / "out"), *option])
    assert result.exit_code == REFUSED
    assert "refused:" in result.output


def test_an_act_that_cannot_be_done_is_refused_with_its_row_before_anything_is_started(folder: Path) -> None:
    (folder / "acts.csv").write_text("on,act,account_id,year,seed,by,reason\n2023-03-04,restate,P1-DE,2022,,ann,\n")
    result = runner.invoke(app, ["play", str(folder), "--out", str(folder / "out")])
    assert result.exit_code == REFUSED
    assert "acts.csv row 2: reason: restate needs it" in result.output


def test_a_failure_on_the_way_is_told_and_does_not_exit_with_0(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise PlayFailed("on 2022-07-01 the engine gave up [DeadLetterQueue: 2]")

    monkeypatch.setattr(play_command, "play_folder", failing)
    result = runner.invoke(app, ["play", str(folder), "--out", str(folder / "out")])
    assert result.exit_code == FAILED
    assert "gave up [DeadLetterQueue: 2]" in result.output


@dataclass
class QuietStack:
    """Stands, with a log."""

    log: Path


@pytest.mark.catalogue("F47")
def test_what_was_left_undone_is_told_after_the_results_are_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = SimpleNamespace(failures={"accruals: AccrualsFailed: 2023-01": [date(2023, 2, 10)]}, timing=Timing())
    for name, answer in (
        ("stack_of_its_own", nullcontext(QuietStack(folder / "log"))),
        ("play_on", player),
        ("read_results", Results(date(2023, 3, 1), (), ())),
        ("save_mails", 0),
        ("save_documents", {}),
    ):
        monkeypatch.setattr(play_command, name, lambda *_, answer=answer: answer)
    (folder / "log").write_text("account without accruals")
    result = runner.invoke(app, ["play", str(folder), "--out", str(folder / "out")])
    assert result.exit_code == FAILED
    told = "accruals: AccrualsFailed: 2023-01 on 2023-02-10"
    assert told in result.output
    assert json.loads((folder / "out" / "summary.json").read_text())["failures"] == [told]
    assert (folder / "out" / "stack.log").read_text() == "account without accruals"


def test_the_command_that_serves_the_same_play_can_be_typed_as_it_is_shown() -> None:
    plain = play_command.serve_line(Path("a folder"), None, None, "guide-2022")
    assert Path(shlex.split(plain)[0]).exists()
    assert plain.endswith("partner-program serve 'a folder'")
    other = play_command.serve_line(Path("dir"), datetime(2025, 2, 15), Path("x.toml"), "brochure")  # noqa: DTZ001  # a day
    assert other.endswith(" serve dir --through 2025-02-15 --rulebook x.toml --edition brochure")
