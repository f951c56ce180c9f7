"""How commands talk: plain lines, and what is refused in red with an exit code."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console

from local.operate import REFUSED
from partner_program.values.errors import ProgramError


@contextmanager
def refusing(console: Console) -> Iterator[None]:
    """What the engine refuses is said, and ends the command."""
    try:
        yield
    except ProgramError as refused:
        refuse(console, str(refused))


def say_all(console: Console, lines: Iterable[str]) -> None:
    """Line by line, as they are."""
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def refuse(console: Console, why: str) -> NoReturn:
    """Say why not, and leave with `REFUSED`."""
    console.print(f"refused: {why}", style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(REFUSED)
