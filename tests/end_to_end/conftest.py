"""The sample program is played once for all tests that look at it; its stack stays up for those that ask the API."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from local import play_command
from local.cli import app
from local.stack import EmbeddedStack
from tests.end_to_end.playing import SAMPLE, Played


@pytest.fixture(scope="session")
def sample_command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Result, Path, EmbeddedStack]]:
    """`partner-program play` on the sample program, as `make run` does it; its stack stays up until all tests end."""
    out = tmp_path_factory.mktemp("sample")
    kept: list[EmbeddedStack] = []
    real = play_command.stack_of_its_own
    with ExitStack() as until_the_end:

        @contextmanager
        def staying(edition: str) -> Iterator[EmbeddedStack]:
            kept.append(until_the_end.enter_context(real(edition)))
            yield kept[-1]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(play_command, "stack_of_its_own", staying)
            result = CliRunner().invoke(app, ["play", str(SAMPLE), "--out", str(out)])
        assert kept, result.output
        yield result, out, kept[-1]


@pytest.fixture(scope="session")
def sample(sample_command: tuple[Result, Path, EmbeddedStack]) -> Played:
    result, out, _ = sample_command
    assert result.exit_code == 0, result.output
    return Played(out)


@pytest.fixture(scope="session")
def sample_stack(sample: Played, sample_command: tuple[Result, Path, EmbeddedStack]) -> EmbeddedStack:
    """The stack on which the sample program was played, to its last day. Tests may act on what they make themselves."""
    return sample_command[2]
