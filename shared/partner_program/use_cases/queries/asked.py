"""The rulebook of a day that somebody asks about."""

from datetime import date

from partner_program.rulebook import NotInForce, Rulebook, Rules


def rules_asked_for(rulebook: Rulebook, on: date, *at: str) -> Rules:
    """The rules of a day. Raises `NotInForce` that names the places in the request, as `ProgramError` has them."""
    try:
        return rulebook.at(on)
    except NotInForce as outside:
        outside.at = at
        raise
