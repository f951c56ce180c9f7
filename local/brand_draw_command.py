"""`partner-program brand-draw`: the year's draw of accounts for a brand review, made or shown (R-4.1.7)."""

from typing import Annotated

import typer

from local.operate import StackName, deployed_stack, program_of
from local.saying import FAILED, refusing, say_all
from local.stack import STACK_NAME
from partner_program.adapters.brand_draw_store import DynamoBrandDraws
from partner_program.domain.brand_draw import BrandDraw, DrawOrder
from partner_program.use_cases.draw_brand_reviews import DrawBrandReviews
from partner_program.values.errors import InvalidValue


def brand_draw_command(
    year: Annotated[int, typer.Argument(help="The calendar year that the reviews are for.")],
    seed: Annotated[str | None, typer.Option(help="Draw with this text; without it, show the recorded draw.")] = None,
    by: Annotated[str | None, typer.Option(help="Who draws: goes on record, and is needed with --seed.")] = None,
    stack: StackName = STACK_NAME,
) -> None:
    """Draw the Premier accounts whose brand alignment is reviewed this year, once; or show what was drawn."""
    with refusing() as console:
        if (seed is None) != (by is None):
            raise InvalidValue("a draw needs both --seed and --by; without either, the recorded draw is shown")
        program = program_of(deployed_stack(stack, console))
        draws = DrawBrandReviews(DynamoBrandDraws(program.table), program.rulebook)
        if seed is None or by is None:
            draw = draws.recorded(year)
        else:
            answer = draws(DrawOrder(year, seed, program.today, by))
            draw = answer.draw
            if answer.stood_before:
                stands = f"Nothing was drawn now: the brand reviews of {year} are drawn, and that draw stands."
                say_all(console, [stands])
        say_all(console, draw_lines(draw, draws.outstanding(draw)))
        found = draws.check(draw)
        say_all(console, found or ["Derived again from the recorded population: it agrees."])
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
