"""Where tables are printed to."""

import os

from rich.console import Console

PIPED_WIDTH = 180


def wide_console() -> Console:
    """The terminal, or the width in COLUMNS, as it is; into a file or a pipe, wide enough that no table is folded."""
    console = Console()
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(width=PIPED_WIDTH)
