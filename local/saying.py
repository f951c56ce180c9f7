"""How commands talk: plain lines, and what is refused or fails in red with an exit code."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from partner_program.values.errors import ProgramError

REFUSED, FAILED = 2, 1
"""Exit codes: what was asked cannot be done; AWS or the engine failed on the way."""


@contextmanager
def refusing() -> Iterator[Console]:
    """Where a command talks to. What the engine refuses, and where AWS fails, is said, and ends the command."""
    console = Console()
    try:
        yield console
    except ProgramError as refused:
        refuse(console, str(refused))
    except (BotoCoreError, ClientError) as failed:
        fail(console, str(failed))


def say_all(console: Console, lines: Iterable[str]) -> None:
    """Line by line, as they are."""
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def refuse(console: Console, why: str) -> NoReturn:
    """Say why not, and leave with `REFUSED`."""
    _leave(console, f"refused: {why}", REFUSED)


def fail(console: Console, why: str) -> NoReturn:
    """Say what went wrong, and leave with `FAILED`."""
    _leave(console, f"failed: {why}", FAILED)


def _leave(console: Console, why: str, code: int) -> NoReturn:
    console.print(why, style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(code)
