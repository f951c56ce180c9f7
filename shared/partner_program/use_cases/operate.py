"""What the program's operators do by hand: set the owner's values of the rulebook, move a sandbox's clock."""

from datetime import date
from typing import Protocol

from partner_program.rulebook import Rulebook, load_rulebook
from partner_program.values.errors import ProgramError


class NotASandbox(ProgramError):
    """Only a sandbox has a clock that can be moved."""


class OverrideStore(Protocol):
    """Where the owner's values are kept."""

    def put_override(self, text: str) -> None:
        """Replace them."""
        ...

    def remove_override(self) -> None:
        """Back to none."""
        ...


class MovableClock(Protocol):
    """A sandbox's test clock."""

    def move_to(self, day: date) -> None:
        """Show that day from the next invocation on."""
        ...


def set_rulebook(store: OverrideStore, edition: str, text: str) -> Rulebook:
    """Validate an owner's file as a whole on top of an edition, then keep it: it decides from the next event on.

    Raises `RulebookInvalid` with every mistake and `UnknownEdition`; then nothing has changed.
    """
    rulebook = load_rulebook(edition, text)
    store.put_override(text)
    return rulebook


def clear_rulebook(store: OverrideStore, edition: str) -> Rulebook:
    """Take the owner's values away; the edition as it stands decides. Raises `UnknownEdition`."""
    rulebook = load_rulebook(edition)
    store.remove_override()
    return rulebook


def move_clock(clock: MovableClock, day: date, *, sandbox: bool) -> None:
    """Move the test clock to a day. Raises `NotASandbox` anywhere else, before anything is written.

    Outside a sandbox the functions do not even read the clock's item.
    """
    if not sandbox:
        raise NotASandbox("the clock can be moved in a sandbox only")
    clock.move_to(day)
