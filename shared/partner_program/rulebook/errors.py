"""What can go wrong when a rulebook is loaded or asked. Branch on these types, never on their text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from partner_program.values.errors import NotFound, ProgramError


class UnknownEdition(NotFound):
    """There is no edition of this name in the package."""


class CountryNotInProgram(NotFound):
    """The program does not run in this country on the day asked for (R-4.1.2, R-9)."""


class NotInForce(ProgramError):
    """The rulebook, or one value of it, has nothing to say about the day asked for."""

    def __init__(self, what: str, on: date, *, first_day: date | None = None) -> None:
        since = f": its first day is {first_day.isoformat()}" if first_day else ""
        super().__init__(f"{what} has no value in force on {on.isoformat()}{since}")
        self.what = what
        self.on = on


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in an owner's file: the id as written there, what is wrong with it, what to do."""

    id: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.id}: {self.problem}; {self.remedy}"


class RulebookInvalid(ProgramError, ValueError):
    """An owner's file cannot be used. `mistakes` holds all of them, in the order in which they were met."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(dict.fromkeys(mistakes))
        super().__init__("\n".join(self.messages))

    @property
    def messages(self) -> list[str]:
        """Each mistake as one line of text: id, problem, what to do."""
        return [str(mistake) for mistake in self.mistakes]
