"""The sample program is played once for all tests that only look at it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from local.cli import app
from tests.end_to_end.playing import SAMPLE, Played


@pytest.fixture(scope="session")
def sample_command(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """`partner-program play` on the sample program, as `make run` does it."""
    out = tmp_path_factory.mktemp("sample")
    return CliRunner().invoke(app, ["play", str(SAMPLE), "--out", str(out)]), out


@pytest.fixture(scope="session")
def sample(sample_command: tuple[Result, Path]) -> Played:
    result, out = sample_command
    assert result.exit_code == 0, result.output
    return Played(out)
