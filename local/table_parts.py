"""What every table on the screen is made of."""

from collections.abc import Sequence
from decimal import Decimal

from rich.table import Table

MOST_ROWS = 60
"""Rows of one table on the screen; the files hold all of them."""


def money(amount: str) -> str:
    """An amount with thousands marks for the eye; every decimal stays, trailing zeros beyond two go."""
    value = Decimal(amount)
    shortest = value.normalize()
    places = max(2, -int(shortest.as_tuple().exponent)) if value else 2
    return f"{value:,.{places}f}" if value else "0"


def new_table(title: str, *columns: str) -> Table:
    """A table; a column whose name ends in `>` is set to the right."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", pad_edge=False)
    for column in columns:
        right = column.endswith(">")
        table.add_column(column.removesuffix(">"), justify="right" if right else "left", overflow="fold")
    return table


def filled(table: Table, rows: Sequence[Sequence[str]]) -> Table:
    """The table with the rows in it, with at most `MOST_ROWS`."""
    for row in rows[:MOST_ROWS]:
        table.add_row(*row)
    if len(rows) > MOST_ROWS:
        table.caption = f"… and {len(rows) - MOST_ROWS} more, in the result files"
    return table


def add_caption(table: Table, text: str) -> None:
    """One more remark below the table."""
    table.caption = f"{table.caption}; {text}" if table.caption else text
