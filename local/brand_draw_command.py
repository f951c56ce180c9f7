"""`partner-program brand-draw`: the year's draw of accounts for a brand review, made or shown (R-4.1.7)."""

from typing import Annotated, NoReturn

import typer
from rich.console import Console

from local.operate import FAILED, REFUSED, StackName, deployed_stack, program_of
from local.stack import STACK_NAME
from partner_program.adapters.brand_draw_store import DynamoBrandDraws
from partner_program.domain.brand_draw import BrandDraw, DrawOrder
from partner_program.use_cases.draw_brand_reviews import DrawBrandReviews
from partner_program.values.errors import ProgramError


def brand_draw_command(
    year: Annotated[int, typer.Argument(help="The calendar year that the reviews are for.")],
    seed: Annotated[str | None, typer.Option(help="Draw with this text; without it, show the recorded draw.")] = None,
    by: Annotated[str | None, typer.Option(help="Who draws: goes on record, and is needed with --seed.")] = None,
    stack: StackName = STACK_NAME,
) -> None:
    """Draw the Premier accounts whose brand alignment is reviewed this year, once; or show what was drawn."""
    console = Console()
    if (seed is None) != (by is None):
        _refuse(console, "a draw needs both --seed and --by; without either, the recorded draw is shown")
    program = program_of(deployed_stack(stack, console))
    draws = DrawBrandReviews(DynamoBrandDraws(program.table), program.rulebook)
    try:
        if seed is None or by is None:
            draw = draws.recorded(year)
        else:
            answer = draws(DrawOrder(year, seed, program.today, by))
            draw = answer.draw
            if answer.stood_before:
                _say(console, f"Nothing was drawn now: the brand reviews of {year} are drawn, and that draw stands.")
    except ProgramError as refused:
        _refuse(console, str(refused))
    for line in draw_lines(draw, draws.outstanding(draw)):
        _say(console, line)
    found = draws.check(draw)
    for line in found or ["Derived again from the recorded population: it agrees."]:
        _say(console, line, style="red" if found else None)
    if found:
        raise typer.Exit(FAILED)


def draw_lines(draw: BrandDraw, outstanding: tuple[str, ...]) -> list[str]:
    """A draw in words: how it was made, then the drawn accounts in their order, with what is still owed."""
    drawn, owed = len(draw.account_ids), len(outstanding)
    share = f"{drawn} of {draw.population} Premier accounts ({draw.share_pct.normalize():f} %)"
    marks = {account: "outstanding" if account in outstanding else "reviewed" for account in draw.account_ids}
    return [
        f"Brand reviews of {draw.year}: {share}.",
        f"Drawn on {draw.drawn_on} by {draw.drawn_by} with the seed {draw.seed!r}.",
        f"Population {draw.population_digest}",
        *(f"{place:5} {account}  {mark}" for place, (account, mark) in enumerate(marks.items(), start=1)),
        f"{drawn - owed} reviewed, {owed} outstanding.",
    ]


def _say(console: Console, text: str, style: str | None = None) -> None:
    console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)


def _refuse(console: Console, why: str) -> NoReturn:
    _say(console, f"refused: {why}", style="red")
    raise typer.Exit(REFUSED)
